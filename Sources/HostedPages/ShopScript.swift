/// `florin.js`: what a bot's own web shop loads to open a checkout and learn what became of it.
///
/// It decides no price and proves no payment: prices are the bot's server's, and goods are handed over on the word of the
/// webhook. A published version is never changed; a change raises ``version``.
enum ShopScript {
    static let version = "1.0.0"

    static let source = ##"""
        /*! florin.js 1.0.0 */
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

          // What the chat around this page says of itself. The signed text is for the bot's server, which alone can check it.
          function getContext() {
            const query = new URLSearchParams(location.search), hash = new URLSearchParams(location.hash.slice(1));
            const telegram = (window.Telegram && window.Telegram.WebApp && window.Telegram.WebApp.initData) || hash.get("tgWebAppData");
            if (telegram) return { surface: "telegram", signed: telegram };
            const messenger = query.get("signed_request");
            return messenger ? { surface: "messenger", signed: messenger } : { surface: "web", signed: null };
          }

          function closeBrowser() {
            if (window.TelegramWebviewProxy) window.TelegramWebviewProxy.postEvent("web_app_close", "{}");
            else if (window.FlorinChat && window.FlorinChat.close) window.FlorinChat.close();
            else if (window.webkit && window.webkit.messageHandlers && window.webkit.messageHandlers.florinChat) window.webkit.messageHandlers.florinChat.postMessage("{\"type\":\"florin.close\"}");
            else window.close();
          }

          // Shares by the system's own sheet, else into the clipboard. Resolves with what was done.
          async function share({ title, text, url }) {
            if (navigator.share) {
              try { await navigator.share({ title, text, url }); return { is_sent: true, by: "sheet" }; } catch (problem) {
                if (problem && problem.name === "AbortError") return { is_sent: false, by: "sheet" };
              }
            }
            await navigator.clipboard.writeText([text, url].filter(Boolean).join(" "));
            return { is_sent: true, by: "clipboard" };
          }

          window.Florin = Object.freeze({ version: "1.0.0", openCheckout, PaymentRequest: FlorinPaymentRequest, getContext, closeBrowser, share });
        })();

        """##
}
