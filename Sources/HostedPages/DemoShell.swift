/// `/demo`: two people and a bot in one window, in `florind dev` only.
enum DemoShell {
    static func html(
        style: (path: String, integrity: String), scripts: [(path: String, integrity: String)]
    ) -> String {
        let loaded = scripts.map {
            "<script src=\"\($0.path)\" integrity=\"\($0.integrity)\" crossorigin=\"anonymous\" defer></script>"
        }
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>Florin: a chat to try out</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="\(style.path)" integrity="\(style.integrity)" crossorigin="anonymous">
            \(loaded.joined(separator: "\n"))
            </head>
            \(body)
            </html>

            """
    }

    private static let body = ##"""
        <body>
        <header><h1>Florin <small>a chat to try out: all of it is test money</small></h1>
        <p><a href="/docs">API reference</a></p></header>
        <main>
        <section class="phone" aria-labelledby="ada-name"><h2 id="ada-name"></h2><p class="wallet" id="ada-wallet"></p>
        <ol class="chat" id="ada-chat" tabindex="0" aria-label="Conversation"></ol>
        <form class="say" id="ada-form"><label class="visually-hidden" for="ada-amount">Amount</label>
        <span class="unit">$</span><input id="ada-amount" inputmode="decimal" value="12.00" size="6">
        <label class="visually-hidden" for="ada-note">Note</label><input id="ada-note" value="for the pizza" maxlength="80">
        <button type="submit" id="ada-send">Send to Ben</button></form></section>
        <section class="phone" aria-labelledby="ben-name"><h2 id="ben-name"></h2><p class="wallet" id="ben-wallet"></p>
        <ol class="chat" id="ben-chat" tabindex="0" aria-label="Conversation"></ol>
        <form class="say" id="ben-form"><label class="visually-hidden" for="ben-amount">Amount</label>
        <span class="unit">$</span><input id="ben-amount" inputmode="decimal" value="5.00" size="6">
        <label class="visually-hidden" for="ben-note">Note</label><input id="ben-note" value="thank you" maxlength="80">
        <button type="submit" id="ben-send">Send to Ada</button></form></section>
        <section class="behind" aria-labelledby="behind-title"><h2 id="behind-title">Behind the scenes</h2>
        <p>What bot and chat say to Florin, and the signed webhooks that come back.</p>
        <ol id="log" tabindex="0" aria-label="Requests and webhooks"></ol></section>
        </main>
        <p class="visually-hidden" id="news" role="status"></p>
        </body>
        """##
}

enum DemoStyle {
    static let css = ##"""
        :root { color-scheme: light dark; --ink: #17202b; --soft: #536070; --paper: #eef1f4; --card: #fff; --line: #d5dbe2; --mine: #0a6355; --on-mine: #fff;
          --theirs: #eef1f4; --accent: #0a6355; --ring: #0b57d0; --good: #17693c; --edge: #7d8896; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8ecf1; --soft: #a5b0bd; --paper: #0d1114; --card: #191f26; --line: #2c343e; --mine: #4fc7b0; --on-mine: #06231e;
          --theirs: #27303a; --accent: #4fc7b0; --ring: #9cc2ff; --good: #6fd19a; --edge: #7b8796; } }
        * { box-sizing: border-box; } [hidden] { display: none !important; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.45 system-ui, sans-serif; min-height: 100vh; display: flex; flex-direction: column; }
        header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; padding: .9rem 1.25rem; flex-wrap: wrap; }
        h1 { font-size: 1.25rem; margin: 0; } h1 small { font-size: .9rem; font-weight: 400; color: var(--soft); margin-left: .5rem; } header p { margin: 0; } a { color: var(--accent); }
        main { flex: 1; display: grid; gap: 1rem; padding: 0 1.25rem 1.25rem; grid-template-columns: repeat(2, minmax(17rem, 1fr)) minmax(18rem, 1.1fr); min-height: 0; }
        section { background: var(--card); border: 1px solid var(--line); border-radius: 1.1rem; display: flex; flex-direction: column; min-height: 30rem; height: calc(100vh - 5.5rem); overflow: hidden; }
        h2 { font-size: 1rem; margin: 0; padding: .9rem 1rem 0; } .wallet, .behind > p { margin: 0; padding: 0 1rem .7rem; color: var(--soft); font-size: .875rem; border-bottom: 1px solid var(--line); }
        ol { list-style: none; margin: 0; padding: 1rem; flex: 1; overflow: auto; display: flex; flex-direction: column; gap: .6rem; }
        ol li { flex: none; }
        .chat li { max-width: 85%; padding: .55rem .8rem; border-radius: 1rem; background: var(--theirs); align-self: flex-start; overflow-wrap: anywhere; }
        .chat li.mine { background: var(--mine); color: var(--on-mine); align-self: flex-end; } .chat li.system { align-self: center; background: none; color: var(--soft); font-size: .875rem; text-align: center; }
        .chat small { display: block; opacity: .85; font-size: .75rem; font-weight: 600; } .chat li:not(.mine) small { color: var(--soft); opacity: 1; }
        .offer { width: 85%; padding: 0 !important; overflow: hidden; border: 1px solid var(--line); background: var(--card) !important; } .offer svg { display: block; width: 100%; height: 7.5rem; background: #f7d9e3; }
        .offer div { padding: .7rem .8rem; } .offer strong { display: flex; justify-content: space-between; }
        button { font: inherit; font-weight: 600; border: 0; border-radius: .7rem; padding: .6rem .9rem; min-height: 2.75rem; background: var(--accent); color: var(--on-mine); cursor: pointer; }
        .offer button { width: 100%; margin-top: .6rem; } .chat li .row { display: flex; gap: .5rem; margin-top: .5rem; flex-wrap: wrap; } button.plain { background: none; color: inherit; border: 1px solid var(--edge); }
        button[aria-disabled=true] { opacity: .6; cursor: progress; }
        .say { display: flex; gap: .5rem; padding: .7rem; border-top: 1px solid var(--line); align-items: center; flex-wrap: wrap; } .unit { color: var(--soft); }
        input { font: inherit; font-size: 1rem; min-height: 2.75rem; padding: .4rem .7rem; border: 1px solid var(--edge); border-radius: .7rem; background: var(--card); color: inherit; min-width: 0; flex: 1 1 6rem; }
        .say input:first-of-type { flex: 0 1 5rem; }
        #log { font: .78rem/1.4 ui-monospace, monospace; gap: .35rem; } #log li { border-bottom: 1px solid var(--line); padding-bottom: .35rem; overflow-wrap: anywhere; } #log b { font-weight: 700; }
        #log .hook b { color: var(--good); } #log details { margin-top: .15rem; } #log pre { margin: .3rem 0 0; white-space: pre-wrap; color: var(--soft); }
        :focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; }
        .visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        @media (max-width: 62rem) { main { grid-template-columns: 1fr 1fr; } .behind { grid-column: 1 / -1; } section { height: 34rem; } }
        @media (max-width: 38rem) { main { grid-template-columns: 1fr; } }

        """##
}
