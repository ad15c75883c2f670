/// The page's frame: everything that does not depend on the checkout. It is the same for everybody, holds no secret and no
/// text of a caller, and is filled in by the script.
///
/// The inputs of a card have no `name` and the form has nowhere to go, so that no browser ever submits them.
enum CheckoutShell {
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
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f5f6f8">
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#101418">
        <meta name="robots" content="noindex">
        <meta name="referrer" content="no-referrer">
        <meta name="format-detection" content="telephone=no">
        <title>Checkout</title>
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
        <noscript><p class="notice">This page needs JavaScript to seal your card. / Questa pagina richiede JavaScript. /
        Cette page a besoin de JavaScript. / Diese Seite braucht JavaScript.</p></noscript>
        <p class="loading" id="loading" role="status"><span class="spinner" aria-hidden="true"></span>
        <span data-t="loading">Loading…</span></p>
        <p class="notice late">This takes longer than usual. Reload the page, or open its link in another browser.
        <span lang="it">Ci vuole più del solito. Ricarica la pagina, o apri il link in un altro browser.</span>
        <span lang="fr">C’est plus long que d’habitude. Rechargez la page, ou ouvrez son lien dans un autre navigateur.</span>
        <span lang="de">Das dauert länger als sonst. Laden Sie die Seite neu, oder öffnen Sie den Link in einem anderen Browser.</span></p>
        <p class="visually-hidden" id="news" role="status" aria-live="polite"></p>

        <section class="outcome" id="outcome" tabindex="-1" aria-labelledby="outcome-title" hidden>
        <div class="badge" id="outcome-badge" aria-hidden="true"></div>
        <h1 id="outcome-title"></h1>
        <p id="outcome-text"></p>
        <div id="outcome-crowd" hidden></div>
        <p class="actions">
        <button type="button" class="primary" id="outcome-back" hidden></button>
        <button type="button" class="plain" id="outcome-again" hidden></button>
        <button type="button" class="plain" id="outcome-receipt" data-t="receipt" hidden></button>
        </p>
        </section>

        <article class="receipt" id="receipt" tabindex="-1" aria-labelledby="receipt-title" hidden>
        <h2 id="receipt-title" data-t="receipt"></h2>
        <dl id="receipt-facts"></dl>
        <table><caption class="visually-hidden" data-t="summary"></caption><tbody id="receipt-lines"></tbody></table>
        <p class="actions"><button type="button" class="plain" id="receipt-print" data-t="print"></button></p>
        </article>

        <form class="checkout" id="form" novalidate autocomplete="on" hidden>
        <section class="summary" aria-labelledby="summary-title">
        <h1 id="summary-title"><span class="title" id="title"></span> <span class="total" id="headline"></span></h1>
        <div id="offer" hidden><h2 id="offer-title"></h2><p class="hint" id="offer-subtitle"></p></div>
        <ul class="lines" id="lines"></ul>
        <fieldset class="tips" id="tips" hidden><legend data-t="tip"></legend><div class="chips" id="tip-chips"></div>
        <div class="field" id="tip-other-field" hidden><label for="tip-other" data-t="tipAmount"></label>
        <input id="tip-other" inputmode="decimal" autocomplete="off" aria-describedby="tip-other-error">
        <p class="error" id="tip-other-error" hidden></p></div></fieldset>
        <dl class="totals" id="totals"></dl>
        </section>

        \##(group)
        <div class="pay" id="pay-side">
        <p class="notice price" id="price-notice" role="alert" hidden></p>
        <p class="notice" id="friend-notice" data-t="friendNotice" hidden></p>
        <p class="notice" id="share-notice" hidden></p>
        <div class="field" id="payer-field" hidden><label for="payer"></label>
        <input id="payer" dir="auto" maxlength="80" autocomplete="name"></div>
        <div class="notice" id="details-notice" hidden><p data-t="detailsHidden"></p>
        <button type="button" class="link" id="details-anew" data-t="detailsAnew"></button></div>
        <section id="contact" aria-labelledby="contact-title" hidden><h2 id="contact-title" data-t="contact"></h2>
        <div class="field" id="name-field" hidden><label for="name" data-t="name"></label>
        <input id="name" dir="auto" autocomplete="name" maxlength="200" aria-describedby="name-error">
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
        <input id="line2" autocomplete="shipping address-line2" maxlength="200"></div>
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
        <fieldset class="options" id="options" hidden><legend data-t="delivery"></legend><div id="option-list"></div></fieldset>
        <fieldset class="methods" id="methods"><legend data-t="payWith"></legend><div id="method-list"></div></fieldset>
        <div class="card" id="card" role="group" aria-labelledby="card-title" hidden>
        <h2 id="card-title" data-t="card"></h2>
        <div class="field"><label for="number" data-t="cardNumber"></label>
        <div class="with-brand"><input id="number" inputmode="numeric" autocomplete="cc-number" maxlength="23" spellcheck="false"
        aria-describedby="number-error brand-name"><span class="brand" id="brand" aria-hidden="true"></span></div>
        <p class="visually-hidden" id="brand-name"></p><p class="error" id="number-error" hidden></p></div>
        <div class="pair"><div class="field"><label for="expiry" data-t="expiry"></label>
        <input id="expiry" inputmode="numeric" autocomplete="cc-exp" maxlength="9" spellcheck="false"
        aria-describedby="expiry-hint expiry-error">
        <p class="hint" id="expiry-hint" data-t="expiryHint"></p><p class="error" id="expiry-error" hidden></p></div>
        <div class="field"><label for="cvc" data-t="cvc"></label>
        <input id="cvc" inputmode="numeric" autocomplete="cc-csc" maxlength="4" spellcheck="false"
        aria-describedby="cvc-hint cvc-error">
        <p class="hint" id="cvc-hint" data-t="cvcHint3"></p><p class="error" id="cvc-error" hidden></p></div></div>
        <p class="check" id="save-field" hidden><input type="checkbox" id="save"><label for="save" data-t="save"></label></p>
        <p class="hint" id="will-save" data-t="willSave" hidden></p>
        </div>
        <p class="check" id="remember-field" hidden><input type="checkbox" id="remember"><label for="remember" data-t="remember"></label></p>
        <div class="field" id="pin-field" hidden><label for="pin" data-t="pin"></label>
        <input id="pin" type="password" inputmode="numeric" autocomplete="off" maxlength="6" spellcheck="false"
        aria-describedby="pin-hint pin-error">
        <p class="hint" id="pin-hint" data-t="pinHint"></p><p class="error" id="pin-error" hidden></p></div>
        <p class="notice wrong" id="problem" role="alert" tabindex="-1" hidden></p>
        <button type="submit" class="primary" id="pay"><span class="spinner" aria-hidden="true"></span>
        <span id="pay-text"></span></button>
        <p class="fine" id="terms" hidden></p>
        <p class="fine sealed" id="sealed"><svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path fill="currentColor"
        d="M8 1a3.5 3.5 0 0 0-3.5 3.5V6H4a1.5 1.5 0 0 0-1.5 1.5v6A1.5 1.5 0 0 0 4 15h8a1.5 1.5 0 0 0 1.5-1.5v-6A1.5 1.5 0 0
        0 12 6h-.5V4.5A3.5 3.5 0 0 0 8 1Zm2 5H6V4.5a2 2 0 1 1 4 0V6Z"/></svg> <span data-t="sealed"></span></p>
        <div id="friend" hidden>
        <p class="fine"><button type="button" class="link" id="friend-ask" data-t="askFriend"></button></p>
        <div class="field" id="friend-link-field" hidden><label for="friend-link" data-t="friendLink"></label>
        <input id="friend-link" readonly autocomplete="off" spellcheck="false" aria-describedby="friend-hint">
        <p class="hint" id="friend-hint" data-t="friendHint"></p>
        <p class="actions"><button type="button" class="plain" id="friend-share" data-t="friendShare"></button></p></div>
        </div>
        \##(together)
        <div id="share-crowd" hidden></div>
        <p class="fine"><button type="button" class="link" id="cancel" hidden></button></p>
        </div>
        </form>
        </main>
        </body>
        """##
}
