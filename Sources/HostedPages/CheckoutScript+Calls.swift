extension CheckoutScript {
    /// Who this page is, how it asks the gateway, and how it speaks with whoever opened it.
    static let calls = ##"""
        const id = location.pathname.split("/")[2] || "";
        const memory = `florin:${id}`;

        // The secret comes behind the # so that no server and no log sees it. It moves into this tab's memory, so that it is
        // still there when a bank sends the payer back, and out of the address, so that a shared address is worth nothing.
        const kept = (() => {
          const read = () => { try { return JSON.parse(sessionStorage.getItem(memory)) || {}; } catch { return {}; } };
          const found = read();
          // What chat apps hand to their webviews they add behind it.
          const [first, ...rest] = location.hash.slice(1).split(/[&?]/);
          const secret = first.includes("=") ? "" : first;
          const more = new URLSearchParams((secret ? rest : [first, ...rest]).join("&"));
          if (secret) {
            found.secret = decodeURIComponent(secret);
            found.code = more.get("code");
            // Somebody else may have paid a part in this window.
            if (found.code) try { sessionStorage.removeItem(`${memory}:part`); } catch { /* Nothing is kept. */ }
          }
          found.context = more.get("tgWebAppData") || null;
          const write = () => { try { sessionStorage.setItem(memory, JSON.stringify(found)); return true; } catch { return false; } };
          if (write() && (secret || found.context)) history.replaceState(null, "", location.pathname + location.search);
          return { get: (name) => found[name], set: (name, value) => { found[name] = value; write(); } };
        })();

        // Something that is told to the person, by the name of its text.
        class Failure extends Error {
          constructor(text) { super(text); this.text = text; }
        }
        // No answer came: nobody knows what happened.
        class Silence extends Error {}

        async function call(method, path, body, seconds = 30) {
          const headers = { "Florin-Client-Secret": kept.get("secret") || "" };
          if (body !== undefined) headers["Content-Type"] = "application/json";
          const stop = new AbortController();
          const timer = setTimeout(() => stop.abort(), seconds * 1000);
          let answer;
          try {
            answer = await fetch(path, {
              method, headers, body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
              credentials: "same-origin", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer", signal: stop.signal,
            });
            const text = await answer.text();
            return { status: answer.status, body: text ? JSON.parse(text) : {}, wait: Number(answer.headers.get("Retry-After")) || 0 };
          } catch (error) {
            throw new Silence(String(error && error.name));
          } finally {
            clearTimeout(timer);
          }
        }

        const path = (name) => `/checkout/${encodeURIComponent(id)}/${name}`;
        const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
        const token = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => String.fromCharCode(97 + (byte >> 4), 97 + (byte & 15))).join("");

        // Addresses that a bot gave: never one that runs something here.
        function safeAddress(text, schemes) {
          try {
            const url = new URL(text);
            return schemes ? schemes.includes(url.protocol) && url.href
              : !["javascript:", "data:", "vbscript:", "blob:", "file:", "about:"].includes(url.protocol) && url.href;
          } catch { return false; }
        }
        const webAddress = (text) => text && safeAddress(text, ["https:", "http:"]);

        // Tells the shop that opened this page, or the chat around it, what became of the checkout. A window is told only when
        // it belongs to the origin that the bot named as its own when it made the checkout.
        function shop() {
          const address = shown && (webAddress(shown.return_url) || webAddress(shown.cancel_url));
          const other = window.opener || (window.parent !== window ? window.parent : null);
          return other && address ? { window: other, origin: new URL(address).origin } : null;
        }
        function tell(status) {
          const news = { type: "florin.checkout", checkout: id, status }, listener = shop();
          if (listener) {
            const details = status === "complete" ? { ...shown.details, shipping_option: shown.chosen_shipping } : {};
            try { listener.window.postMessage({ ...news, details }, listener.origin); } catch { /* It has gone. */ }
          }
          const text = JSON.stringify(news);
          try { window.FlorinChat?.postMessage?.(text); } catch { /* Not in such a chat. */ }
          try { window.webkit?.messageHandlers?.florinChat?.postMessage(text); } catch { /* Not in such a chat. */ }
        }

        // Tells the shop of a choice that may change the price, and waits while its server changes it: half a second for a sign
        // that somebody listens, then as long as florin.js gives the shop.
        let questions = 0;
        function askShop(what, value) {
          const listener = shop();
          if (!listener) return Promise.resolve(null);
          const number = ++questions;
          return new Promise((done) => {
            let timer = setTimeout(() => end(null), 500);
            const end = (error) => { clearTimeout(timer); window.removeEventListener("message", hear); done(error); };
            const hear = (event) => {
              const news = event.data;
              if (event.source !== listener.window || event.origin !== listener.origin || !news || news.checkout !== id || news.number !== number) return;
              if (news.type === "florin.hearing") { clearTimeout(timer); timer = setTimeout(() => end("late"), 11000); }
              if (news.type === "florin.changed") end(news.error);
            };
            window.addEventListener("message", hear);
            try { listener.window.postMessage({ type: "florin.change", checkout: id, number, what, value }, listener.origin); } catch { end(null); }
          });
        }

        // What the chat app around this page signed about who is in front of it: Telegram hands it over in the address or by its
        // object, Messenger by its function or in the address. Nothing, after a while, is a guest.
        function chatContext() {
          const handed = kept.get("context") || window.Telegram?.WebApp?.initData || new URLSearchParams(location.search).get("signed_request");
          if (handed) return Promise.resolve(handed);
          const messenger = window.MessengerExtensions;
          if (!messenger?.getContext) return Promise.resolve(null);
          return new Promise((done) => {
            setTimeout(() => done(null), 3000);
            try {
              messenger.getContext(new URLSearchParams(location.search).get("app_id") || "", (context) => done(context?.signed_request || null), () => done(null));
            } catch { done(null); }
          });
        }

        // Back into the chat: to the bot's own address if there is one, else by closing what the chat opened.
        function leave() {
          tell(shown ? shown.status === "open" ? "canceled" : shown.status : "unknown");
          const back = backAddress();
          try { window.Telegram?.WebApp?.close?.(); } catch { /* Below. */ }
          try { window.MessengerExtensions?.requestCloseBrowser?.(() => {}, () => {}); } catch { /* Below. */ }
          if (window.TelegramWebviewProxy) { try { window.TelegramWebviewProxy.postEvent("web_app_close", "{}"); } catch { /* Below. */ } }
          if (window.opener && !window.opener.closed) { window.close(); if (window.closed) return; }
          if (back) location.replace(back);
          else window.close();
        }
        const backAddress = () => (shown && shown.return_url && safeAddress(shown.return_url)) || false;
        const canLeave = () => Boolean(backAddress()) || Boolean(window.opener)
          || Boolean(window.TelegramWebviewProxy || window.Telegram?.WebApp || window.MessengerExtensions || window.FlorinChat || (window.webkit && window.webkit.messageHandlers && window.webkit.messageHandlers.florinChat));

        """##
}
