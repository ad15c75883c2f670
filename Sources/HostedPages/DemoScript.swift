/// The demonstration chat's script. It plays the chat's own server and the bot's server in one, with the try-out's keys, which
/// no real page would ever hold.
enum DemoScript {
    static let source = ##"""
        "use strict";
        (async () => {
          const $ = (name) => document.getElementById(name);
          const make = (tag, attributes, ...children) => {
            const node = document.createElement(tag);
            for (const [name, value] of Object.entries(attributes || {})) {
              if (name.startsWith("on")) node.addEventListener(name.slice(2), value); else if (value !== null) node.setAttribute(name, value);
            }
            node.append(...children);
            return node;
          };
          const money = (amount) => new Intl.NumberFormat("en", { style: "currency", currency: "USD" }).format(amount / 100);
          // Behind the # stands what lets this page have the try-out's keys. It stays in this tab.
          if (location.hash.length > 1) { sessionStorage.setItem("florin:demo", location.hash.slice(1)); history.replaceState(null, "", location.pathname); }
          const own = { headers: { "Florin-Demo": sessionStorage.getItem("florin:demo") || "" } };
          const answer = await fetch("/demo/cast", own);
          if (!answer.ok) { $("log").append(make("li", {}, (await answer.json()).error.message)); return; }
          const cast = await answer.json();
          const people = { ada: { ...cast.people[0], other: "ben" }, ben: { ...cast.people[1], other: "ada" } };

          // ---- What is said to Florin, and what comes back

          const form = (values, prefix = "") => Object.entries(values).flatMap(([name, value]) => {
            const key = prefix ? `${prefix}[${name}]` : name;
            return value !== null && typeof value === "object" ? form(value, key) : [[key, String(value)]];
          });
          async function call(who, method, path, values = {}) {
            const pairs = form(values), body = new URLSearchParams(pairs);
            const key = who === "bot" ? cast.bot_key : cast.platform_key;
            const answer = await fetch(method === "GET" ? `${path}?${body}` : path, {
              method, headers: { Authorization: `Bearer ${key}`, ...(method === "POST" ? { "Idempotency-Key": crypto.randomUUID() } : {}) }, body: method === "GET" ? undefined : body,
            });
            const json = await answer.json();
            if (method !== "GET") log(make("b", {}, `${who === "bot" ? "Bot" : "Chat"} → ${method} ${path}`), ` ${answer.status}`, { sent: Object.fromEntries(pairs), answered: json });
            if (!answer.ok) throw new Error(json.error ? json.error.message : `status ${answer.status}`);
            return json;
          }
          function log(title, rest, more, kind = "") {
            const entry = make("li", { class: kind }, title, rest,
              make("details", {}, make("summary", {}, "show"), make("pre", {}, JSON.stringify(more, null, 2))));
            $("log").append(entry);
            $("log").scrollTop = $("log").scrollHeight;
          }

          // ---- The conversation

          function bubble(name, kind, from, ...content) {
            const item = make("li", { class: kind }, ...(from ? [make("small", {}, from)] : []), ...content);
            $(`${name}-chat`).append(item);
            $(`${name}-chat`).scrollTop = $(`${name}-chat`).scrollHeight;
            return item;
          }
          const said = (from, text) => { for (const name of ["ada", "ben"]) bubble(name, from === name ? "mine" : "", from === name ? "" : people[from].name, text); };
          const system = (text, names = ["ada", "ben"]) => { for (const name of names) bubble(name, "system", "", text); $("news").textContent = text; };
          const trouble = (name, problem) => system(`That did not work: ${problem.message}`, [name]);
          // A button that works once at a time.
          const button = (text, run, plain = false) => {
            const node = make("button", { type: "button", class: plain ? "plain" : null, onclick: async () => {
              if (node.getAttribute("aria-disabled")) return;
              node.setAttribute("aria-disabled", "true");
              try { await run(node); } catch (problem) { if (problem.name !== "AbortError") throw problem; } finally { node.removeAttribute("aria-disabled"); }
            } }, text);
            return node;
          };

          // ---- The bot sells flowers

          const FLOWERS = { name: "Bunch of tulips", amount: 1950 };
          function tulips() {
            const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
            picture.setAttribute("viewBox", "0 0 200 90"); picture.setAttribute("aria-hidden", "true");
            for (const [x, colour] of [[70, "#d6336c"], [100, "#f06595"], [130, "#c2255c"]]) {
              for (const [shape, fill] of [[`M${x} 90 Q${x - 4} 65 ${x} 42`, "none"], [`M${x - 13} 20 Q${x - 15} 44 ${x} 46 Q${x + 15} 44 ${x + 13} 20 L${x + 6} 28 L${x} 16 L${x - 6} 28 Z`, colour]]) {
                const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
                path.setAttribute("d", shape); path.setAttribute("fill", fill);
                if (fill === "none") { path.setAttribute("stroke", "#2f9e44"); path.setAttribute("stroke-width", "4"); }
                picture.append(path);
              }
            }
            return picture;
          }
          function offer(name) {
            const item = bubble(name, "offer", "", tulips(), make("div", {},
              make("strong", {}, make("span", {}, FLOWERS.name), make("span", {}, money(FLOWERS.amount))), make("span", {}, "Fresh this morning, delivered today."),
              button("Buy now", () => buy(name).catch((problem) => { if (problem.name === "AbortError") system("Not bought. Nothing was charged.", [name]); else trouble(name, problem); })),
              button(`Share it with ${people[people[name].other].name}`, () => together(name).catch((problem) => trouble(name, problem)), true)));
            item.id = `${name}-offer`;
          }
          const line = { price_data: { currency: "usd", unit_amount: FLOWERS.amount, product_data: { name: FLOWERS.name } } };
          async function buy(name) {
            const person = people[name];
            let session;
            const request = new Florin.PaymentRequest([{ supportedMethods: "florin", data: { checkout: async () => {
              session = await call("bot", "POST", "/v1/checkout/sessions", {
                line_items: [{ ...line, adjustable_quantity: { enabled: true, minimum: 1, maximum: 5 } }],
                tip: { max: 1000, suggested: [100, 200] }, success_url: `${location.origin}/demo`, cancel_url: `${location.origin}/demo`, client_reference_id: `demo-${name}`, ref: "demo",
              });
              return asPerson(session.url, person);
            } } }], { total: { label: FLOWERS.name, amount: { currency: "USD", value: "19.50" } } });
            const response = await request.show();
            await response.complete("success");
            await receipt(name, session.id);
          }
          // The chat says who taps: a code that works once, behind the #.
          async function asPerson(url, person) {
            const opened = await call("chat", "POST", "/v1/person_sessions", { person: person.id });
            return `${url}&code=${encodeURIComponent(opened.code)}`;
          }
          // Both pay a part of one order: whoever taps asks the checkout for the group's link, as its page does, and sends it.
          const shared = new Map();
          async function together(name) {
            const session = await call("bot", "POST", "/v1/checkout/sessions", { line_items: [line], participants: { max: 2 }, success_url: `${location.origin}/demo`, client_reference_id: `demo-together-${name}` });
            const url = new URL(session.url);
            const begun = await fetch(`${url.pathname}/together`, {
              method: "POST", headers: { "Content-Type": "application/json", "Florin-Client-Secret": url.hash.slice(1) }, body: JSON.stringify({ people: 2 }) });
            if (!begun.ok) throw new Error((await begun.json()).error.message);
            const { url: link, shares } = (await begun.json()).together;
            shared.set(session.id, name);
            said(name, `Let us share the ${FLOWERS.name.toLowerCase()}.`);
            for (const [who, person] of Object.entries(people)) {
              const pay = button(`Pay my part of ${money(FLOWERS.amount)}`, async () => { Florin.openCheckout(await asPerson(link, person)); });
              const item = bubble(who, "", "Florist Bot", `In ${shares.length} parts. Nothing is taken before both have paid.`, make("div", { class: "row" }, pay));
              item.id = `${who}-part`;
              item.scrollIntoView({ block: "nearest" });
            }
          }
          async function sharedReceipt(id) {
            const session = await call("bot", "GET", `/v1/checkout/sessions/${id}`);
            shared.delete(id);
            for (const name of Object.keys(people)) bubble(name, "", "Florist Bot", `Thank you both! You paid ${money(session.amount_total)} together. The tulips are on their way.`);
            $("news").textContent = "Paid together";
          }
          async function receipt(name, id) {
            const session = await call("bot", "GET", `/v1/checkout/sessions/${id}`);
            const item = bubble(name, "", "Florist Bot", `Thank you, ${people[name].name}! You paid ${money(session.amount_total)}. Your tulips are on their way.`);
            $("news").textContent = "Paid";
            item.append(make("div", { class: "row" }, button("I changed my mind", async (node) => {
              try {
                await call("bot", "POST", "/v1/refunds", { payment_intent: session.payment_intent });
                node.remove();
                bubble(name, "", "Florist Bot", `No problem. ${money(session.amount_total)} is on its way back to your card.`);
              } catch (problem) { trouble(name, problem); }
            }, true)));
            item.scrollIntoView({ block: "nearest" });
          }

          // ---- People send money

          async function wallets() {
            for (const [name, person] of Object.entries(people)) {
              const wallet = await call("chat", "GET", `/v1/people/${person.id}/wallet`);
              const line = (wallet.balances || wallet.available || []).find((entry) => entry.currency === "usd");
              $(`${name}-wallet`).textContent = `Wallet: ${money(line ? line.available ?? line.amount ?? 0 : 0)}`;
            }
          }
          async function send(name) {
            const person = people[name], other = people[person.other];
            const found = $(`${name}-amount`).value.trim().match(/^(\d{1,4})(?:[.,](\d{1,2}))?$/);
            if (!found) return system("Enter an amount, like 12.00.", [name]);
            const amount = Number(found[1] + (found[2] || "").padEnd(2, "0")), note = $(`${name}-note`).value.trim();
            // From the card: the money waits until the friend takes it.
            const transfer = await call("chat", "POST", "/v1/friend_transfers", {
              amount, currency: "usd", sender: person.id, recipient: other.id, payment_method: person.payment_method, ...(note ? { note } : {}),
            });
            if (transfer.status === "failed") throw new Error("the card was declined.");
            bubble(name, "mine", "", `${money(amount)} to ${other.name}${note ? `: ${note}` : ""}`);
            const item = bubble(person.other, "", person.name, `${person.name} sends you ${money(amount)}${note ? `: ${note}` : ""}`);
            const answer = (verb, words) => async () => {
              try { await call("chat", "POST", `/v1/friend_transfers/${transfer.id}/${verb}`); row.remove(); system(words); await wallets(); } catch (problem) { trouble(person.other, problem); }
            };
            const row = make("div", { class: "row" }, button("Take it", answer("accept", `${other.name} took ${money(amount)}.`)), button("Decline", answer("decline", `${other.name} declined. ${money(amount)} goes back to ${person.name}.`), true));
            item.append(row);
            row.scrollIntoView({ block: "nearest" });
            return wallets();
          }

          // ---- Webhooks arrive

          async function hooks() {
            for (const [who, key] of [["bot", "bot"], ["chat", "platform"]]) {
              const known = await call(who, "GET", "/v1/webhook_endpoints", { limit: 100 });
              for (const old of known.data.filter((endpoint) => endpoint.url.includes("/demo-hook/"))) {
                await fetch(`/v1/webhook_endpoints/${old.id}`, { method: "DELETE", headers: { Authorization: `Bearer ${who === "bot" ? cast.bot_key : cast.platform_key}` } });
              }
              const made = await call(who, "POST", "/v1/webhook_endpoints", { url: `${cast.hook_url}/demo-hook/${key}`, enabled_events: { 0: "*" } });
              secrets[key] = made.secret;
            }
          }
          // As a receiver does it: HMAC-SHA-256 over id, time and body (standardwebhooks.com).
          const secrets = {};
          const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
          async function isSigned(hook) {
            if (!secrets[hook.to]) return false;
            const key = await crypto.subtle.importKey("raw", bytes(secrets[hook.to].replace("whsec_", "")), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
            const message = new TextEncoder().encode(`${hook.id}.${hook.timestamp}.${hook.body}`);
            for (const part of hook.signature.split(" ")) if (part.startsWith("v1,") && await crypto.subtle.verify("HMAC", key, bytes(part.slice(3)), message)) return true;
            return false;
          }
          let last = 0;
          async function watch() {
            for (;;) {
              try {
                const found = await (await fetch(`/demo/hooks/${last}`, own)).json();
                for (const hook of found.hooks) {
                  last = hook.number;
                  const event = JSON.parse(hook.body);
                  if (hook.to === "bot" && event.type === "checkout.session.completed" && shared.has(event.data.object.id)) sharedReceipt(event.data.object.id);
                  log(make("b", {}, `Webhook → ${hook.to === "bot" ? "bot" : "chat"}: ${event.type}`), await isSigned(hook) ? " ✓ signed" : " signature not known", event, "hook");
                }
              } catch { /* The daemon is being restarted. */ }
              await new Promise((done) => setTimeout(done, 700));
            }
          }

          // ---- Curtain up

          for (const [name, person] of Object.entries(people)) {
            $(`${name}-name`).textContent = person.name;
            $(`${name}-send`).textContent = `Send to ${people[person.other].name}`;
            $(`${name}-form`).addEventListener("submit", async (event) => {
              event.preventDefault();
              const go = $(`${name}-send`);
              if (go.getAttribute("aria-disabled")) return;
              go.setAttribute("aria-disabled", "true");
              try { await send(name); } catch (problem) { trouble(name, problem); } finally { go.removeAttribute("aria-disabled"); }
            });
          }
          said("ben", "Mum's birthday is tomorrow!");
          said("ada", "Oh no. @floristbot, help us");
          for (const name of ["ada", "ben"]) offer(name);
          try { await hooks(); } catch (problem) { trouble("ada", problem); }
          watch();
          await wallets();
        })();

        """##
}
