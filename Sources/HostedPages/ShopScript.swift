/// `florin.js`: what a bot's own web shop loads to open a checkout and learn what became of it.
///
/// It decides no price and proves no payment: prices are the bot's server's, and goods are handed over on the word of the
/// webhook. A published version is never changed; a change raises ``version``.
enum ShopScript {
    static let version = "2.0.0"

    static let source = ##"""
        /*! florin.js 2.0.0 */
        "use strict";
        (() => {
          // Where this file came from is the gateway.
          const own = document.currentScript && document.currentScript.src ? new URL(document.currentScript.src).origin : null;
          const error = (name, text) => new DOMException(text, name);

          function checkoutAt(address) {
            let url;
            try { url = new URL(address, own || undefined); } catch { throw new TypeError("The checkout's url is not an address."); }
            const found = url.pathname.match(/^\/checkout\/(cs_\w+)$/);
            if (!found || (url.protocol !== "https:" && url.hostname !== "localhost")) throw new TypeError("This is not the url of a checkout.");
            return { url: url.href, origin: url.origin, id: found[1] };
          }

          // A window in the middle of the screen; null where windows are not allowed, as in many webviews.
          function openWindow(address) {
            const width = Math.min(480, screen.availWidth), height = Math.min(760, screen.availHeight);
            const left = Math.max(0, (window.screenX || 0) + (window.outerWidth - width) / 2), top = Math.max(0, (window.screenY || 0) + 40);
            return window.open(address, "florin-checkout", `popup,width=${width},height=${height},left=${left},top=${top}`);
          }

          // Waits for the page's word, or for its window to be closed. Messages of anybody else are not looked at.
          function watch(checkout, opened, onChange) {
            return new Promise((resolve) => {
              let last = "unknown", closed = 0;
              const end = (result) => { window.removeEventListener("message", hear); clearInterval(timer); resolve(result); };
              const hear = async (event) => {
                const news = event.data;
                if (event.origin !== checkout.origin || event.source !== opened || !news || news.checkout !== checkout.id) return;
                if (news.type === "florin.change") {
                  const reply = (type, error) => opened.postMessage({ type, checkout: checkout.id, number: news.number, error }, checkout.origin);
                  reply("florin.hearing", null);
                  reply("florin.changed", onChange ? await onChange(news) : null);
                }
                if (news.type !== "florin.checkout") return;
                last = news.status;
                if (["complete", "expired", "canceled"].includes(last)) end({ status: last, checkout: checkout.id, details: news.details || {} });
              };
              const timer = setInterval(() => {
                // One more turn for a message that is still on its way.
                if (opened.closed && ++closed > 1) end({ status: last === "unknown" ? "canceled" : last, checkout: checkout.id, details: {} });
              }, 300);
              window.addEventListener("message", hear);
            });
          }

          // Opens a checkout that the bot's server has made. Call it from a click.
          // With mode "redirect", and where no window can be opened, this page is left and comes back by success_url or cancel_url.
          function openCheckout(address, { mode = "popup" } = {}) {
            const checkout = checkoutAt(address);
            const opened = mode === "redirect" ? null : openWindow(checkout.url);
            if (!opened) { location.assign(checkout.url); return new Promise(() => {}); }
            return watch(checkout, opened);
          }

          const AMOUNT = /^-?\d{1,10}(\.\d{1,4})?$/;
          const isItem = (item) => Boolean(item && typeof item.label === "string" && item.amount && /^[A-Za-z]{3}$/.test(item.amount.currency) && AMOUNT.test(String(item.amount.value)));
          let underway = null;

          class ChangeEvent extends Event {
            #wait = null;
            updateWith(promise) {
              if (this.#wait) throw error("InvalidStateError", "updateWith was called before.");
              this.#wait = Promise.resolve(promise);
            }
            get _wait() { return this.#wait; }
          }

          // The shape of the W3C's Payment Request: new, canMakePayment, show, complete, and two events with updateWith.
          class FlorinPaymentRequest extends EventTarget {
            #method; #details; #options;
            shippingAddress = null;
            shippingOption = null;

            constructor(methodData, details, options = {}) {
              super();
              const methods = Array.isArray(methodData) ? methodData : [];
              this.#method = methods.find((method) => [].concat(method.supportedMethods).includes("florin"));
              if (!methods.length) throw new TypeError("Name at least one payment method.");
              if (!details || !isItem(details.total)) throw new TypeError("details.total needs a label and an amount, as {currency: \"EUR\", value: \"10.00\"}.");
              if (String(details.total.amount.value).startsWith("-")) throw new TypeError("details.total must not be below zero.");
              for (const item of [...(details.displayItems || []), ...(details.shippingOptions || [])]) if (!isItem(item)) throw new TypeError("An item needs a label and an amount.");
              this.#details = details;
              this.#options = options;
              this.shippingOption = ((details.shippingOptions || []).find((option) => option.selected) || {}).id || null;
            }

            async canMakePayment() {
              const data = this.#method && this.#method.data;
              return Boolean(data && data.checkout && window.isSecureContext && window.crypto && window.crypto.subtle);
            }

            // Call it from a click. `data.checkout` is the checkout's url, or a function that asks the shop's server for one.
            async show() {
              if (!this.#method || !this.#method.data || !this.#method.data.checkout) throw error("NotSupportedError", "No method here is \"florin\" with a checkout.");
              if (underway && !underway.closed) throw error("InvalidStateError", "A payment is being made already.");
              const make = this.#method.data.checkout;
              // The window comes first: browsers allow it only in the click itself.
              const opened = openWindow("about:blank");
              underway = opened;
              let checkout;
              try {
                checkout = checkoutAt(typeof make === "function" ? await make(this.#details, this.#options) : make);
              } catch (problem) {
                if (opened) opened.close();
                underway = null;
                throw problem;
              }
              if (!opened) { location.assign(checkout.url); return new Promise(() => {}); }
              opened.location.replace(checkout.url);
              const result = await watch(checkout, opened, (news) => this.#changed(news));
              underway = null;
              if (result.status !== "complete") {
                this.dispatchEvent(new Event("checkoutcancel"));
                if (!opened.closed) opened.close();
                throw error("AbortError", `The checkout ended as ${result.status}.`);
              }
              const { name, email, phone, shipping_address: address } = result.details;
              return {
                methodName: "florin", details: { checkout: result.checkout }, payerName: name || null, payerEmail: email || null, payerPhone: phone || null,
                shippingAddress: address || null, shippingOption: result.details.shipping_option || null,
                complete: async () => { if (!opened.closed) opened.close(); },
              };
            }

            // Tells the shop of a choice and waits for what it does about it, at most ten seconds. Prices are changed by the shop's
            // server; what the promise brings here is only looked at for `error`.
            async #changed(news) {
              const type = news.what === "option" ? "shippingoptionchange" : "shippingaddresschange";
              if (news.what === "option") this.shippingOption = news.value; else this.shippingAddress = news.value;
              const event = new ChangeEvent(type);
              this.dispatchEvent(event);
              if (typeof this[`on${type}`] === "function") this[`on${type}`](event);
              if (!event._wait) return null;
              const late = new Promise((resolve) => setTimeout(() => resolve({ error: "late" }), 10000));
              try { const details = await Promise.race([event._wait, late]); return (details && details.error) || null; } catch { return "failed"; }
            }
          }

          // Asks the buyer for what the checkout asks for, before they pay, in a page of the gateway's: they see who asks for what, change
          // it, and share it by a tap. Nothing is told without one. Call it from a click.
          function requestBuyerInformation(address) {
            const checkout = checkoutAt(address), page = new URL(checkout.url);
            page.pathname += "/information";
            const opened = openWindow(page.href);
            if (!opened) { location.assign(page.href); return new Promise(() => {}); }
            return new Promise((resolve, reject) => {
              let closed = 0;
              const end = (settle, value) => { window.removeEventListener("message", hear); clearInterval(timer); if (!opened.closed) opened.close(); settle(value); };
              const hear = (event) => {
                const news = event.data;
                if (event.origin !== checkout.origin || event.source !== opened || !news || news.type !== "florin.information" || news.checkout !== checkout.id) return;
                if (news.status === "shared") end(resolve, news.details || {}); else end(reject, error("AbortError", "The buyer shares nothing."));
              };
              const timer = setInterval(() => { if (opened.closed && ++closed > 1) end(reject, error("AbortError", "The buyer shares nothing.")); }, 300);
              window.addEventListener("message", hear);
            });
          }

          // ---- The chat around this page, by its own script where that is loaded

          const SILENT = new Error("The chat did not answer.");
          const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
          const webApp = () => (window.Telegram && window.Telegram.WebApp) || null;

          // Messenger's script, which pages load without waiting for it.
          async function messenger(until) {
            const isComing = () => document.querySelector("script[src*=\"messenger.Extensions\"]");
            while (!window.MessengerExtensions && isComing() && Date.now() < until) await pause(50);
            return window.MessengerExtensions || null;
          }

          // Calls a function of Messenger's, which answers by the first or the second of two callbacks that `call` is given.
          function answered(until, call) {
            return new Promise((resolve, reject) => {
              const timer = setTimeout(() => reject(SILENT), Math.max(0, until - Date.now()));
              const end = (settle, value) => { clearTimeout(timer); settle(value); };
              const failed = (code, text) => end(reject, new Error(String((code && code.message) || text || code || "The chat refused.").slice(0, 200)));
              try { call((value) => end(resolve, value || {}), failed); } catch (problem) { failed(problem); }
            });
          }

          // What the chat around this page says of itself. The signed text is for the bot's server, which alone can check it.
          async function getContext({ appId = "", timeout = 3000 } = {}) {
            const until = Date.now() + timeout;
            const query = new URLSearchParams(location.search), hash = new URLSearchParams(location.hash.slice(1));
            const telegram = (webApp() && webApp().initData) || hash.get("tgWebAppData");
            if (telegram) return { surface: "telegram", signed: telegram };
            const handed = query.get("signed_request");
            if (handed) return { surface: "messenger", signed: handed };
            const extensions = await messenger(until);
            if (!extensions || typeof extensions.getContext !== "function") return { surface: "web", signed: null };
            try {
              const context = await answered(until, (ok, failed) => extensions.getContext(appId, ok, failed));
              const thread = typeof context.thread_type === "string" ? context.thread_type : null;
              return { surface: "messenger", signed: typeof context.signed_request === "string" ? context.signed_request : null, thread };
            } catch (problem) {
              return { surface: "messenger", signed: null, error: problem === SILENT ? "timeout" : problem.message };
            }
          }

          // Asks the chat to close its browser, in its own way; says whether it was asked.
          async function closeBrowser({ timeout = 1000 } = {}) {
            const until = Date.now() + timeout, extensions = window.MessengerExtensions, own = window.FlorinChat;
            const kit = window.webkit && window.webkit.messageHandlers && window.webkit.messageHandlers.florinChat;
            if (webApp() && typeof webApp().close === "function") { webApp().close(); return { asked: "telegram" }; }
            if (window.TelegramWebviewProxy) { window.TelegramWebviewProxy.postEvent("web_app_close", "{}"); return { asked: "telegram" }; }
            if (own && own.close) { own.close(); return { asked: "chat" }; }
            if (kit) { kit.postMessage("{\"type\":\"florin.close\"}"); return { asked: "chat" }; }
            if (extensions && typeof extensions.requestCloseBrowser === "function") {
              try { await answered(until, (ok, failed) => extensions.requestCloseBrowser(ok, failed)); return { asked: "messenger" }; } catch { /* As everywhere. */ }
            }
            window.close();
            return { asked: "window" };
          }

          // Shares in the chat where it has a way, else by the system's own sheet, else into the clipboard. Resolves with what was done;
          // `is_sent` is null where nobody tells.
          async function share({ title, text, url, message, mode = "broadcast", timeout = 300000 }) {
            const extensions = window.MessengerExtensions;
            if (extensions && typeof extensions.beginShareFlow === "function") {
              const element = { title: title || text || url, subtitle: title && text ? text : undefined, buttons: url ? [{ type: "web_url", title: (title || "Open").slice(0, 20), url }] : undefined };
              const shown = message || { attachment: { type: "template", payload: { template_type: "generic", elements: [element] } } };
              try {
                const result = await answered(Date.now() + timeout, (ok, failed) => extensions.beginShareFlow(ok, failed, shown, mode));
                return { is_sent: result.is_sent === true, by: "messenger" };
              } catch (problem) {
                // It may still be open: a second way to share beside it would be one too many.
                if (problem === SILENT) return { is_sent: null, by: "messenger" };
              }
            }
            if (webApp() && typeof webApp().openTelegramLink === "function" && url) {
              webApp().openTelegramLink(`https://t.me/share/url?url=${encodeURIComponent(url)}&text=${encodeURIComponent([title, text].filter(Boolean).join(" "))}`);
              return { is_sent: null, by: "telegram" };
            }
            if (navigator.share) {
              try { await navigator.share({ title, text, url }); return { is_sent: true, by: "sheet" }; } catch (problem) {
                if (problem && problem.name === "AbortError") return { is_sent: false, by: "sheet" };
              }
            }
            await navigator.clipboard.writeText([text, url].filter(Boolean).join(" "));
            return { is_sent: true, by: "clipboard" };
          }

          window.Florin = Object.freeze({ version: "2.0.0", openCheckout, PaymentRequest: FlorinPaymentRequest, requestBuyerInformation, getContext, closeBrowser, share });
        })();

        """##
}
