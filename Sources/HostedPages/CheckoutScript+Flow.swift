extension CheckoutScript {
    /// From the first look to the end. One tap is one confirmation: however often it is sent, it pays once.
    static let flow = ##"""
        let shown = null;
        let picked = null;
        // "change" while a choice is sent, "pay" while a payment is.
        let busy = null;
        let polls = 0;
        // How many states have been shown.
        let applied = 0;
        let leaving = 0;
        const channel = "BroadcastChannel" in window ? new BroadcastChannel(memory) : null;

        const CODES = {
          card_declined: "declined", generic_decline: "declined", do_not_honor: "declined", processing_error: "declined",
          insufficient_funds: "insufficient", incorrect_cvc: "wrongCvc", invalid_cvc: "wrongCvc", expired_card: "cardExpired",
          invalid_expiry_month: "wrongExpiry", invalid_expiry_year: "wrongExpiry", incorrect_number: "badNumber", invalid_number: "badNumber",
          card_not_supported: "notSupported", authentication_required: "authFailed", payment_intent_authentication_failure: "authFailed",
          payment_canceled: "canceledPayment", seller_unavailable: "silent", rate_limit: "busy", overloaded: "busy", country_not_delivered: "cannotShip", not_delivered: "cannotShip",
          share_failed: "shareFailed", pin_required: "badPin", pin_incorrect: "wrongPin",
        };
        const FIELD_OF = { cannotShip: "country", wrongCvc: "cvc", wrongExpiry: "expiry", badNumber: "number", cardExpired: "expiry", badPin: "pin", wrongPin: "pin" };
        function wordsOf(error) {
          if (error.code === "refused_by_seller") {
            // The gateway's own words, when the bot gave none, are put into the person's language.
            const reason = (error.message || "").replace(/^The seller cannot take this order\.|Nothing was charged\.$/g, "").trim();
            return { text: reason ? t("vetoedBecause", { reason: /[.!?…]$/.test(reason) ? reason : `${reason}.` }) : t("vetoed") };
          }
          if (error.code === "checkout_not_available" && NOT_HERE[error.reason]) return { text: t(NOT_HERE[error.reason]) };
          const name = CODES[error.decline_code] || CODES[error.code];
          return name ? { text: t(name), field: FIELD_OF[name] } : { text: error.message || t("declined") };
        }
        function problem(text, { field = null, focus = true } = {}) {
          for (const name of ["problem", "group-problem"]) { $(name).textContent = ""; $(name).hidden = true; }
          if (!text) return;
          const box = $($("group").hidden ? "problem" : "group-problem");
          box.textContent = text;
          box.hidden = false;
          if (field && !$(field).closest("[hidden]")) { complain(field, text); if (focus) $(field).focus(); } else if (focus) box.focus({ preventScroll: true });
          box.scrollIntoView({ block: "nearest" });
        }
        function priceNotice(before) {
          const changed = before !== null && shown.totals.total !== before;
          $("price-notice").hidden = !changed;
          $("price-notice").textContent = changed ? t("priceChanged", { old: money(before), new: money(shown.totals.total) }) : "";
          if (changed) $("price-notice").scrollIntoView({ block: "nearest" });
          return changed;
        }
        function setBusy(what) { busy = what; if (shown) drawPay(); }

        // ---- Choices

        let waiting = null;
        // The amount that stood on the button when it was tapped while a choice was still being sent.
        let tapped = null;
        // Sends what was chosen and shows what it costs now. Choices made meanwhile go in the next request.
        // Returns whether the gateway took it.
        async function change(patch, expected = false, because = null) {
          if (busy === "pay") return false;
          if (busy === "change") { waiting = { ...waiting, ...patch }; return false; }
          tapped = null;
          const before = shown.totals.total, known = shown;
          setBusy("change");
          let taken = false;
          try {
            const answer = await call("POST", path("update"), patch);
            taken = answer.status === 200;
            let state = stateIn(answer.body), objection = null;
            // Somebody else was faster: on top of what they changed, once more.
            if (answer.status === 409 && state && state.status === "open" && !state.error && because !== "faster") {
              setBusy(null);
              apply(state);
              return change(patch, expected, "faster");
            }
            const what = "shipping_option" in patch ? "option" : patch.details && patch.details.shipping_address ? "address" : null;
            if (taken && what && shop()) {
              refusedAddress = null;
              objection = await askShop(what, what === "option" ? patch.shipping_option : patch.details.shipping_address);
              const again = await call("GET", path("state"));
              if (again.status === 200) state = again.body;
            }
            setBusy(null);
            // Not before: a text that goes away while a finger is on its way to Pay would move Pay away from under it.
            problem(null);
            if (state) apply(state, { said: true });
            if (!taken) sayRefusal(answer);
            if (objection && because !== "refused") taken = await takeBack(patch, known, objection);
          } catch {
            setBusy(null);
            draw(shown);
            problem(t("offlineUpdate"), { focus: false });
          }
          // Chosen by the buyer: the new amount on the button says it. Anything else is said in words.
          const own = "tip" in patch || "quantities" in patch || "amounts" in patch || "shipping_option" in patch;
          if (taken && shown.status === "open") { if (own && !expected) announce(`${t("total")}: ${money(shown.totals.total)}`); else priceNotice(before); }
          if (waiting) { const next = waiting; waiting = null; return change(next); }
          if (taken && !expected && tapped === shown.totals.total && shown.status === "open" && !shown.error) pay();
          return taken;
        }
        // The shop refused what was chosen. The way of delivery from before holds again; an address stays in its fields to be
        // mended, and is not paid for as it is.
        let refusedAddress = null;
        async function takeBack(patch, before, objection) {
          const text = objection === "late" || objection === "failed" ? t("silent") : String(objection).slice(0, 200);
          if ("shipping_option" in patch && before.chosen_shipping !== patch.shipping_option) {
            await change({ shipping_option: before.chosen_shipping }, true, "refused");
          } else refusedAddress = { address: JSON.stringify(typedDetails().shipping_address), text };
          problem(text);
          return false;
        }
        const stateIn = (body) => (body && body.status && body.totals ? body : body && body.state && body.state.totals ? body.state : null);
        function sayRefusal(answer) {
          if (answer.status === 404) return gone();
          const error = (answer.body && answer.body.error) || {};
          if (shown.error && stateIn(answer.body)) return;
          if (answer.status === 409 && !error.code) return problem(t("changedMeanwhile"));
          const words = answer.status >= 500 || answer.status === 429 ? { text: t(answer.status === 500 ? "trouble" : "busy") } : wordsOf(error);
          problem(words.text, { field: words.field });
        }

        // ---- Paying

        async function pay() {
          if (busy === "change" && shown) tapped = shown.totals.total;
          if (busy || !shown || shown.status === "complete") return;
          problem(null);
          const wrong = fieldProblems();
          if (wrong.length) { $(wrong[0]).focus(); return; }
          if (refusedAddress && JSON.stringify(typedDetails().shipping_address) === refusedAddress.address) return problem(refusedAddress.text);
          if (picked === "card" && !canSeal()) return problem(t("noSealing"));
          if (ownCard() && shown.pin && shown.pin.asked && shown.pin.locked && !await unlocked()) return;
          const patch = unsent();
          if (Object.keys(patch).length) {
            const before = shown.totals.total;
            // A change of price is shown, and paid by another tap.
            if (!await change(patch, true) || shown.status !== "open" || shown.error || shown.totals.total !== before) return;
          }
          $("price-notice").hidden = true;
          setBusy("pay");
          announce(t("paying"));
          const before = shown.totals.total;
          try {
            await send(await order(), before);
          } catch (error) {
            setBusy(null);
            problem(t(error instanceof Failure ? error.text : error instanceof Silence ? "offlineUpdate" : "trouble"));
          }
        }

        // A lock may have ended since the page was drawn.
        async function unlocked() {
          await look();
          if (shown.status !== "open") return false;
          if (!shown.pin || !shown.pin.locked) { if (!$("pin-field").hidden) $("pin").focus(); return false; }
          problem(pinLock());
          return false;
        }

        async function order() {
          const body = { version: shown.version, confirmation: token(), save: false };
          if (!$("remember-field").hidden && $("remember").checked) body.remember = true;
          if (!$("payer-field").hidden && $("payer").value.trim()) body.payer_name = $("payer").value.trim();
          if (picked === "paypal") body.paypal = true;
          else if (picked !== "card") {
            body.payment_method = picked;
            if (!$("pin-field").hidden) body.pin = $("pin").value;
          }
          else {
            const expiry = expiryOf($("expiry").value);
            body.sealed_card = await seal({ number: digitsOf($("number").value), month: expiry.month, year: expiry.year, code: digitsOf($("cvc").value) }, id);
            body.save = Boolean(shown.can_save && $("save").checked);
          }
          return body;
        }

        // The same bytes again and again until there is an answer: the confirmation in them makes it one payment.
        async function send(body, before) {
          const text = JSON.stringify(body), began = Date.now();
          kept.set("paying", body.confirmation);
          // A processor that takes its time: what is known is shown, without a button to pay.
          const slow = setTimeout(() => { if (busy === "pay") look(); }, 8000);
          for (let tries = 0; ; tries++) {
            let answer;
            try {
              answer = await call("POST", path("pay"), text, 60);
            } catch (error) {
              if (!(error instanceof Silence)) throw error;
              problem(t(navigator.onLine === false ? "offline" : "retrying"), { focus: false });
              await connection(Math.min(1000 * 2 ** tries, 15000));
              // A sealed card is too old after a quarter of an hour: ask what became of it, and let the person pay anew.
              if (Date.now() - began > 600000) { clearTimeout(slow); setBusy(null); problem(null); return look(); }
              continue;
            }
            if ((answer.status === 429 || answer.status === 503) && tries < 4) { await pause(Math.max(1000, answer.wait * 1000)); continue; }
            clearTimeout(slow);
            setBusy(null);
            problem(null);
            return settled(answer, before);
          }
        }
        function connection(milliseconds) {
          return new Promise((done) => {
            if (navigator.onLine !== false) return setTimeout(done, milliseconds);
            window.addEventListener("online", () => setTimeout(done, 300), { once: true });
            setTimeout(done, 20000);
          });
        }

        function settled(answer, before) {
          const state = stateIn(answer.body);
          // Refused for certain: what is paid from now on is not of this tap.
          if (answer.status >= 400 && answer.status < 500) kept.set("paying", null);
          if (state) {
            forgetCard(state);
            apply(state, { paidHere: true });
            if (answer.status === 409 && !priceNotice(before) && state.status === "open" && !state.error) {
              // What somebody else said of the address is shown before it is paid for.
              fillFields(state);
              problem(t("changedMeanwhile"));
            }
            if (answer.status === 200 || answer.status === 409) return undefined;
          }
          if (answer.status === 404) return gone();
          if (answer.status >= 500) return look(t("trouble"));
          const error = (answer.body && answer.body.error) || {};
          if (answer.status === 402) return sayRefusal(answer);
          if (error.code === "sealed_card_expired") keyInUse = null;
          if (/^pin_/.test(error.code || "")) return refusedPIN(error);
          // Somebody else was faster with this part: its page says so, and leads to another.
          if (error.code === "share_taken") return look();
          // Something has happened meanwhile, perhaps in another tab: show what is true now.
          // Why one cannot pay here stands in the state, with a reason that has words in every language.
          return look(error.code === "checkout_not_available" ? null : wordsOf(error).text);
        }
        async function refusedPIN(error) {
          $("pin").value = "";
          await look();
          if (shown.status !== "open") return;
          if (error.code === "pin_locked" && shown.pin && shown.pin.locked) return problem(pinLock());
          const words = wordsOf(error);
          problem(words.text, { field: words.field });
        }
        // Nothing of a card stays on the page once it was taken, nor its code after any attempt.
        function forgetCard(state) {
          $("cvc").value = "";
          $("pin").value = "";
          if (state.status !== "open") for (const name of ["number", "expiry"]) $(name).value = "";
        }

        // ---- What a state means

        function apply(state, { paidHere = false, first = false, said = false } = {}) {
          shown = state;
          applied += 1;
          if (first) choose(state.locale);
          clearTimeout(leaving);
          const here = paidHere || Boolean(kept.get("paying") || kept.get("away"));
          if (showTogether(state, here)) return undefined;
          switch (state.status) {
            case "complete": return complete(here);
            case "expired": drawHead(state); tell("expired"); return outcome("wrong", "over", t("overText"), { back: canLeave() });
            case "processing": return checking();
            case "requires_action": return action(paidHere);
            default:
              kept.set("away", false);
              if (busy !== "pay") kept.set("paying", null);
              draw(state);
              if (state.error && (paidHere || first || said)) {
                const words = wordsOf(state.error);
                problem(words.text, { field: words.field, focus: paidHere });
              }
              if (isMoving(state)) poll();
          }
          return undefined;
        }
        function complete(here) {
          const text = t("paidText", { amount: money(shown.totals.total), merchant: shown.merchant.name });
          drawHead(shown);
          const friend = shown.role === "buyer" && shown.paid_by === "friend";
          const name = friend && shown.friend && shown.friend.name;
          const byFriend = friend && t(name ? "friendPaid" : "friendPaidUnnamed", { name, amount: money(shown.totals.total), merchant: shown.merchant.name });
          const group = groupPaidText(shown), values = { amount: money(shown.totals.total), merchant: shown.merchant.name };
          if (shown.paid === "not_taken") outcome("wrong", "notTaken", t("notTakenText"), { back: canLeave() });
          else if (shown.paid === "held") outcome("good", "held", t("heldText", values), { back: canLeave() });
          else if (group) outcome("good", "paid", group, { back: canLeave(), receipt: here || shown.role === "buyer" });
          else if (friend) outcome("good", "paid", byFriend, { back: canLeave(), receipt: true });
          else outcome("good", here ? "paid" : "paidBefore", here ? text : `${text}\n${t("paidBeforeText")}`, { back: canLeave(), receipt: true });
          tell("complete");
          if (channel) channel.postMessage("complete");
          if ((here || kept.get("together")) && !kept.get("left") && canLeave()) {
            kept.set("left", true);
            leaving = setTimeout(leave, window.opener ? 1500 : 5000);
          }
        }
        function checking() {
          drawHead(shown);
          outcome("wait", "checking", t("checkingText"), { back: canLeave() });
          poll();
        }
        function action(paidHere) {
          drawHead(shown);
          const next = shown.next_action && webAddress(shown.next_action.url);
          const go = () => { kept.set("away", Date.now()); location.assign(next); };
          const there = shown.next_action && shown.next_action.at === "paypal" ? "Paypal" : "";
          if (paidHere && next) { outcome("wait", "action", t(`actionText${there}`)); return go(); }
          // Back from the bank: its word may take a moment to arrive.
          if (kept.get("away") && leftPaypal(there)) { kept.set("away", false); draw(shown); return problem(t("canceledPaypal")); }
          if (kept.get("away") && polls < 8) { if (!hasGoneOn) goOn(); return checking(); }
          outcome("wait", "action", t(`actionText${there}`), { back: canLeave(), again: { text: next ? `actionGo${there}` : "actionAgain", run: next ? go : () => draw(shown), main: true } });
          if (next) { $("outcome-back").hidden = false; $("outcome-back").textContent = t("actionAgain"); backIs = () => { backIs = null; draw(shown); }; }
          return poll();
        }
        let backIs = null;
        let hasGoneOn = false;
        // PayPal names the payer in the address when they agreed, and only the order when they did not.
        function leftPaypal(there) {
          const query = new URLSearchParams(location.search);
          return there && query.has("token") && !query.has("PayerID");
        }
        // Asks the gateway to ask the bank now instead of later.
        async function goOn() { hasGoneOn = true; try { const answer = await call("POST", path("continue"), {}); if (stateIn(answer.body)) apply(answer.body, { said: true }); } catch { /* The next look tells. */ } }
        function gone() { outcome("wrong", "gone", t("goneText"), { back: canLeave() }); }

        // ---- Looking

        async function look(text = null, options = {}) {
          const round = applied;
          let answer;
          try { answer = await call("GET", path("state")); } catch { answer = null; }
          if (answer && answer.status === 200) {
            // Meanwhile something was sent and answered, which is newer.
            if (options.isPoll && applied !== round) { if (isMoving(shown)) poll(); return true; }
            const before = shown && shown.status === "open" ? shown.totals.total : null;
            apply(answer.body, { said: true, ...options });
            if (text && (shown.status === "open" || shown.status === "gathering")) problem(text);
            else if (shown.status === "open") priceNotice(before);
            return true;
          }
          if (answer && answer.status === 404) { gone(); return true; }
          if (!shown) outcome("wrong", "unreachable", t(answer ? "busy" : "offlineUpdate"), { again: { text: "tryAgain", run: start, main: true } });
          return false;
        }
        let polling = 0;
        function poll() {
          clearTimeout(polling);
          polling = setTimeout(async () => {
            polls += 1;
            if (!isMoving(shown)) return;
            if (busy || (document.hidden && polls % 4 !== 0) || !await look(null, { isPoll: true, said: !isShare(shown) })) poll();
          }, Math.min(700 * 1.4 ** Math.min(polls, 8), 8000));
        }

        async function receipt() {
          clearTimeout(leaving);
          let answer;
          try { answer = await call("GET", path("receipt")); } catch { return; }
          if (answer.status !== 200) return;
          drawReceipt(answer.body);
        }
        function drawReceipt(facts) {
          const fact = (name, value) => (value ? [make("dt", {}, t(name)), make("dd", {}, value)] : []);
          const means = facts.paid_with;
          const seller = facts.merchant.legal_name && facts.merchant.legal_name !== facts.merchant.name ? `${apart(facts.merchant.name)}\n${apart(facts.merchant.legal_name)}` : apart(facts.merchant.name);
          $("receipt-facts").replaceChildren(
            ...fact("paidTo", seller),
            ...fact("date", facts.completed ? new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" }).format(new Date(facts.completed * 1000)) : null),
            ...fact("paidBy", means ? means.last4 ? `${brandName(means.brand)} •••• ${means.last4}` : brandName(means.type) : null),
            ...fact("reference", facts.payment_intent || facts.id),
            ...(facts.livemode === false ? [make("dt", {}, ""), make("dd", {}, t("test"))] : []));
          const row = (label, amount) => make("tr", {}, make("th", { scope: "row" }, label), make("td", {}, money(amount)));
          const totals = facts.totals, off = facts.discounts || [];
          $("receipt-lines").replaceChildren(
            ...facts.lines.map((line) => row(line.quantity > 1 ? `${apart(line.label)} × ${line.quantity}` : apart(line.label), line.amount)),
            ...off.map((part) => row(apart(part.label || t("discount")), -Math.abs(part.amount))), ...(totals.shipping ? [row(t("shipping"), totals.shipping)] : []),
            ...(totals.tax ? [row(t("tax"), totals.tax)] : []), ...(totals.tip ? [row(t("tipLine"), totals.tip)] : []),
            ...(facts.refunded ? [row(t("refunded"), -facts.refunded)] : []), row(t("total"), totals.total));
          $("receipt").hidden = false;
          $("receipt").focus();
        }

        async function start() {
          choose(null);
          if (!kept.get("secret")) return gone();
          show("loading");
          const code = kept.get("code");
          if (code) {
            kept.set("code", null);
            try { await call("POST", path("person"), { code }); } catch { /* Then as a guest. */ }
          }
          const context = await chatContext();
          if (context) {
            kept.set("context", null);
            try { await call("POST", path("context"), { context }); } catch { /* Then as a guest. */ }
          }
          await look(null, { first: true });
          return undefined;
        }

        listenToFields();
        $("form").addEventListener("submit", (event) => { event.preventDefault(); pay(); });
        $("outcome-back").addEventListener("click", () => (backIs ? backIs() : leave()));
        $("outcome-receipt").addEventListener("click", receipt);
        $("friend-ask").addEventListener("click", askFriend);
        $("friend-share").addEventListener("click", () => shareLink("friend-link", "friend-share"));
        $("together-open").addEventListener("click", openTogether);
        $("together-people").addEventListener("change", () => drawTogether(shown));
        $("together-start").addEventListener("click", startTogether);
        $("group-pay").addEventListener("click", payPart);
        $("group-share").addEventListener("click", () => shareLink("group-link", "group-share"));
        $("group-stop").addEventListener("click", () => confirmStop(true));
        $("group-no").addEventListener("click", () => confirmStop(false));
        $("group-yes").addEventListener("click", stopGroup);
        $("group-back").addEventListener("click", leave);
        $("receipt-print").addEventListener("click", () => window.print());
        $("cancel").addEventListener("click", () => { if (busy !== "pay") leave(); });
        // A page that comes out of the browser's back-forward memory, or from behind another tab, shows what is true now.
        const lookAgain = () => { if (shown && !busy && !document.hidden && !isOver(shown)) { polls = 0; look(); } };
        window.addEventListener("pageshow", (event) => { if (event.persisted) lookAgain(); });
        document.addEventListener("visibilitychange", lookAgain);
        window.addEventListener("hashchange", () => location.reload());
        if (channel) channel.onmessage = lookAgain;
        start();

        """##
}
