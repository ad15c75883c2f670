/// The frame of the page on which a buyer shares what a checkout asks for. It is the same for everybody, and holds no secret.
enum InformationShell {
    /// - Parameters:
    ///   - style: path and integrity value.
    ///   - script: path and integrity value.
    static func html(style: (path: String, integrity: String), script: (path: String, integrity: String)) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <meta name="referrer" content="no-referrer">
        <meta name="format-detection" content="telephone=no">
        <title>Your details</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="\(style.path)" integrity="\(style.integrity)" crossorigin="anonymous">
        <script src="\(script.path)" integrity="\(script.integrity)" crossorigin="anonymous" defer></script>
        </head>
        \(body)
        </html>

        """
    }

    private static let body = ##"""
        <body>
        <header><p class="banner" id="test-banner" data-t="test" hidden></p>
        <p class="top" id="merchant"></p></header>
        <main id="main" aria-busy="true">
        <noscript><p class="notice">This page needs JavaScript. / Questa pagina richiede JavaScript. /
        Cette page a besoin de JavaScript. / Diese Seite braucht JavaScript.</p></noscript>
        <p class="loading" id="loading" role="status"><span class="spinner" aria-hidden="true"></span>
        <span data-t="loading">Loading…</span></p>

        <section class="outcome" id="outcome" tabindex="-1" aria-labelledby="outcome-title" hidden>
        <div class="badge" id="outcome-badge" aria-hidden="true"></div>
        <h1 id="outcome-title"></h1>
        <p id="outcome-text"></p>
        <p class="actions"><button type="button" class="primary" id="outcome-back"></button></p>
        </section>

        <form class="checkout" id="form" novalidate autocomplete="on" hidden>
        <section class="summary" aria-labelledby="title"><h1 id="title"></h1><p id="ask"></p></section>
        <div class="pay">
        <p class="notice" id="details-notice" hidden></p>
        <section id="contact" aria-labelledby="contact-title" hidden><h2 id="contact-title" data-t="contact"></h2>
        <div class="field" id="name-field" hidden><label for="name" data-t="name"></label>
        <input id="name" autocomplete="name" maxlength="200" aria-describedby="name-error">
        <p class="error" id="name-error" hidden></p></div>
        <div class="field" id="email-field" hidden><label for="email" data-t="email"></label>
        <input id="email" type="email" inputmode="email" autocomplete="email" maxlength="320" aria-describedby="email-error">
        <p class="error" id="email-error" hidden></p></div>
        <div class="field" id="phone-field" hidden><label for="phone" data-t="phone"></label>
        <input id="phone" type="tel" inputmode="tel" autocomplete="tel" maxlength="40" aria-describedby="phone-error">
        <p class="error" id="phone-error" hidden></p></div>
        </section>
        <section id="shipping" aria-labelledby="shipping-title" hidden><h2 id="shipping-title" data-t="shipTo"></h2>
        <div class="field"><label for="country" data-t="country"></label>
        <select id="country" autocomplete="shipping country" aria-describedby="country-error"></select>
        <p class="error" id="country-error" hidden></p></div>
        <div class="field"><label for="line1" data-t="street"></label>
        <input id="line1" autocomplete="shipping address-line1" maxlength="200" aria-describedby="line1-error">
        <p class="error" id="line1-error" hidden></p></div>
        <div class="field"><label for="line2" data-t="street2"></label>
        <input id="line2" autocomplete="shipping address-line2" maxlength="200" aria-describedby="line2-error">
        <p class="error" id="line2-error" hidden></p></div>
        <div class="pair"><div class="field"><label for="postal_code" data-t="postalCode"></label>
        <input id="postal_code" autocomplete="shipping postal-code" maxlength="20" aria-describedby="postal_code-error">
        <p class="error" id="postal_code-error" hidden></p></div>
        <div class="field"><label for="city" data-t="city"></label>
        <input id="city" autocomplete="shipping address-level2" maxlength="100" aria-describedby="city-error">
        <p class="error" id="city-error" hidden></p></div></div>
        <div class="field" id="state-field"><label for="state" data-t="region"></label>
        <input id="state" autocomplete="shipping address-level1" maxlength="100" aria-describedby="state-error">
        <p class="error" id="state-error" hidden></p></div>
        </section>
        <p class="notice wrong" id="problem" role="alert" tabindex="-1" hidden></p>
        <button type="submit" class="primary" id="share"></button>
        <p class="fine" id="terms" hidden></p>
        <p class="fine"><button type="button" class="link" id="no"></button></p>
        </div>
        </form>
        </main>
        </body>
        """##
}
