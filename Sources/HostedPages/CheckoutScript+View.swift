extension CheckoutScript {
    /// Puts a state on the page. Everything that came from a bot or a person goes in as text, never as markup.
    static let view = ##"""
        const $ = (name) => document.getElementById(name);
        function make(tag, attributes, ...children) {
          const node = document.createElement(tag);
          for (const [name, value] of Object.entries(attributes || {})) {
            if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
            else if (value === true) node.setAttribute(name, "");
            else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
          }
          node.append(...children.filter((child) => child !== null && child !== undefined));
          return node;
        }

        let language = "en";
        let locale = "en";
        function choose(wanted) {
          const list = [wanted, ...(navigator.languages || [navigator.language])].filter((name) => name && name !== "auto");
          locale = list.find((name) => TEXTS[name.slice(0, 2).toLowerCase()]) || "en";
          try { Intl.getCanonicalLocales(locale); } catch { locale = locale.slice(0, 2).toLowerCase(); }
          language = locale.slice(0, 2).toLowerCase();
          document.documentElement.lang = language;
          for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
        }
        function t(name, values = {}) {
          const text = TEXTS[language][name] || TEXTS.en[name] || "";
          return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? apart(values[key]) : whole));
        }
        // Text that is written from right to left keeps its own order, and leaves that of what stands beside it: between the
        // marks "first strong isolate" and "pop directional isolate".
        const apart = (text) => (/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(text) ? `\u2068${text}\u2069` : text);

        // Amounts are whole numbers of the smallest unit all the way; only the decimal point is put in here.
        const unitsOf = () => shown.currency_exponent;
        function decimal(amount, digits) {
          const sign = amount < 0 ? "-" : "";
          const text = String(Math.abs(amount)).padStart(digits + 1, "0");
          return sign + (digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text);
        }
        function money(amount) {
          const digits = unitsOf();
          return new Intl.NumberFormat(locale, {
            style: "currency", currency: shown.currency.toUpperCase(), minimumFractionDigits: digits, maximumFractionDigits: digits,
          }).format(decimal(amount, digits));
        }
        const noAmount = () => t("notAnAmount", { example: new Intl.NumberFormat(locale, { minimumFractionDigits: unitsOf() }).format(unitsOf() ? 4.5 : 450) });
        // "4,50" or "4.5" to 450; null for anything else.
        function amountOf(text) {
          const digits = unitsOf();
          const found = text.trim().match(/^(\d{1,9})(?:[.,](\d*))?$/);
          if (!found || (found[2] || "").length > digits) return null;
          return Number(found[1] + (found[2] || "").padEnd(digits, "0"));
        }

        function show(part) {
          for (const name of ["loading", "form", "outcome", "receipt"]) $(name).hidden = name !== part && !(name === "receipt" && part === "outcome" && !$("receipt").hidden);
          $("main").setAttribute("aria-busy", String(part === "loading"));
        }
        function announce(text) { $("news").textContent = text; }

        function drawHead(state) {
          $("test-banner").hidden = state.livemode !== false;
          $("merchant").textContent = apart(state.merchant.name);
          $("title").textContent = t("toPay");
          $("headline").textContent = money(state.totals.total);
          $("offer").hidden = !state.title;
          $("offer-title").textContent = apart(state.title || "");
          $("offer-subtitle").textContent = apart(state.subtitle || "");
          $("offer-subtitle").hidden = !state.subtitle;
          document.title = `${money(state.totals.total)} · ${apart(state.merchant.name)}`;
        }

        function drawLines(state, isFixed = false) {
          $("lines").replaceChildren(...state.lines.map((line, index) => {
            const rule = isFixed ? null : line.adjustable;
            const what = make("span", { class: "what" }, apart(line.label));
            if (!rule && line.quantity > 1) what.append(make("span", { class: "times" }, ` × ${line.quantity}`));
            if (line.description) what.append(make("small", {}, apart(line.description)));
            const item = make("li", {}, what);
            if (rule) item.append(stepper(line, index, rule));
            if (line.custom && !isFixed) item.append(amountField(line, index));
            else item.append(make("span", { class: "much" }, money(line.amount)));
            return item;
          }));
        }
        function stepper(line, index, rule) {
          const button = (sign, step, name) => {
            const next = line.quantity + step;
            const allowed = next >= (rule.min ?? 0) && next <= (rule.max ?? 999);
            return make("button", {
              type: "button", "aria-label": t(name, { label: line.label }), "aria-disabled": allowed ? null : "true", "data-focus": `line${index}${step}`,
              onclick: () => { if (allowed && !busy) change({ quantities: { [line.id]: next } }); },
            }, sign);
          };
          return make("span", { class: "stepper", role: "group", "aria-label": `${t("qty")}: ${apart(line.label)}` },
            button("−", -1, "fewer"), make("output", {}, String(line.quantity)), button("+", 1, "more"));
        }

        // A line whose amount the buyer chooses.
        function amountField(line, index) {
          const name = `amount${index}`;
          const input = make("input", { id: name, inputmode: "decimal", autocomplete: "off", "data-focus": name, "aria-describedby": `${name}-error`,
            value: line.amount ? decimal(line.amount, unitsOf()) : "", onchange: () => {
              complain(name, customProblem(line, input.value));
              if (!customProblem(line, input.value)) change({ amounts: { [line.id]: amountOf(input.value) } });
            } });
          return make("div", { class: "field wide" }, make("label", { for: name }, `${t("chooseAmount")} (${shown.currency.toUpperCase()})`), input,
            make("p", { class: "error", id: `${name}-error`, hidden: true }));
        }
        function customProblem(line, text) {
          const amount = amountOf(text), { min, max } = line.custom;
          if (amount === null) return noAmount();
          return amount < (min || 1) || (max && amount > max) ? t("amountBetween", { min: money(min || 1), max: money(max || 99999999) }) : null;
        }

        function drawTips(state) {
          const tip = state.tip;
          $("tips").hidden = !tip;
          if (!tip) return;
          const current = state.totals.tip;
          const chips = [0, ...(tip.suggested || [])];
          const isOther = otherTip || !chips.includes(current);
          const chip = (value, text, checked) => make("label", {},
            make("input", { type: "radio", name: "tip", value, checked, "data-focus": `tip${value}`, onchange: () => pickTip(value) }), make("span", {}, text));
          $("tip-chips").replaceChildren(
            ...chips.map((value) => chip(String(value), value ? money(value) : t("noTip"), !isOther && value === current)),
            chip("other", t("otherTip"), isOther));
          $("tip-other-field").hidden = !isOther;
          if (isOther && !$("tip-other").value && current > 0) $("tip-other").value = decimal(current, unitsOf());
        }

        function drawTotals(state) {
          const totals = state.totals;
          const row = (name, amount, text) => make("div", { class: name === "total" ? "sum" : null },
            make("dt", {}, t(name)), make("dd", {}, text || money(amount)));
          const rows = [];
          const parts = totals.discount || totals.shipping || totals.tax || totals.tip || (state.shipping_options || []).length;
          if (parts) rows.push(row("subtotal", totals.subtotal));
          for (const discount of state.discounts || []) {
            rows.push(make("div", {}, make("dt", {}, apart(discount.label || t("discount"))), make("dd", {}, money(-Math.abs(discount.amount)))));
          }
          if (totals.discount && !(state.discounts || []).length) rows.push(row("discount", -Math.abs(totals.discount)));
          if ((state.shipping_options || []).length && state.chosen_shipping) rows.push(row("shipping", totals.shipping, totals.shipping ? null : t("free")));
          if (totals.tax) rows.push(row("tax", totals.tax));
          if (totals.tip) rows.push(row("tipLine", totals.tip));
          // The amount stands above already; it is said again only where something was added up.
          if (rows.length || state.lines.length > 1) rows.push(row("total", totals.total));
          $("totals").replaceChildren(...rows);
        }

        function drawOptions(state) {
          const options = state.shipping_options || [];
          $("options").hidden = options.length === 0;
          $("option-list").replaceChildren(...options.map((option) => make("label", { class: "choice" },
            make("input", { type: "radio", name: "option", value: option.id, checked: option.id === state.chosen_shipping, "data-focus": `option${option.id}`,
              onchange: () => change({ shipping_option: option.id }) }),
            make("span", { class: "grow" }, apart(option.label)), make("span", {}, option.amount ? money(option.amount) : t("free")))));
        }

        const BRAND_NAMES = { visa: "Visa", mastercard: "Mastercard", amex: "Amex", american_express: "Amex", paypal: "PayPal" };
        const brandName = (name) => BRAND_NAMES[name] || name;
        function drawMethods(state) {
          const methods = state.methods || [];
          const known = methods.map((method) => method.id);
          const accepts = state.method_types || ["card"];
          if (!picked || (picked.startsWith("pm_") && !known.includes(picked))) picked = known[0] || (accepts.includes("card") ? "card" : accepts[0]);
          const choice = (value, text, small, mark) => make("label", { class: "choice" },
            make("input", { type: "radio", name: "method", value, checked: value === picked, "data-focus": `method${value}`, onchange: () => { picked = value; drawCard(); } }),
            make("span", { class: "grow" }, text, small ? make("small", {}, small) : null), mark ? make("span", { class: "mark", "aria-hidden": "true" }, mark) : null);
          const list = methods.map((method) => choice(method.id, `${brandName(method.brand)} •••• ${method.last4}`,
            t("expires", { date: `${String(method.exp_month).padStart(2, "0")}/${method.exp_year}` }), brandName(method.brand)));
          if (accepts.includes("card")) list.push(choice("card", t(methods.length ? "newCard" : "newCardFirst"), null, null));
          if (accepts.includes("paypal")) list.push(choice("paypal", t("paypal"), null, "PayPal"));
          $("method-list").replaceChildren(...list);
          $("methods").hidden = list.length < 2;
          drawCard();
        }
        function drawCard() {
          $("card").hidden = picked !== "card";
          $("sealed").hidden = picked !== "card";
          $("save-field").hidden = !(shown.can_save && picked === "card");
          const asks = Object.values(shown.collect || {}).some(Boolean);
          document.querySelector("label[for=save]").textContent = t(asks && !shown.can_remember ? "saveAll" : "save");
          $("remember-field").hidden = !(shown.can_remember && asks);
          $("will-save").hidden = !(shown.will_save && picked === "card");
          // Asked of a person who pays with a card that is theirs already; a locked one is said when they tap.
          $("pin-field").hidden = !(shown.pin && shown.pin.asked && !shown.pin.locked && ownCard());
          if ($("pin-field").hidden) { $("pin").value = ""; complain("pin", null); }
          drawPay();
        }

        const ownCard = () => Boolean(picked && picked.startsWith("pm_"));
        function pinLock() {
          const until = shown.pin.locked_until;
          return until ? t("pinLocked", { time: new Intl.DateTimeFormat(locale, { timeStyle: "short", ...(until * 1000 - Date.now() > 72000000 ? { dateStyle: "short" } : {}) })
            .format(new Date(until * 1000)) }) : t("pinBlocked");
        }

        const PAY_TEXTS = { donate: "payDonate", book: "payBook" };
        function drawPay() {
          const total = shown.totals.total;
          $("pay-text").textContent = busy === "pay" ? t("paying") : busy === "change" ? t("updating") : total > 0 ? t(PAY_TEXTS[shown.submit_type] || "pay", { amount: money(total) }) : t("payFree");
          $("pay").dataset.busy = String(Boolean(busy));
          if (busy) $("pay").setAttribute("aria-disabled", "true"); else $("pay").removeAttribute("aria-disabled");
          drawGroupBusy();
        }
        // Either what is paid with, or how far those are who pay together.
        function showPay(isPaid) { $("pay-side").hidden = !isPaid; $("group").hidden = isPaid; }

        function drawTerms(state) {
          const link = (address, text) => make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, t(text));
          const terms = webAddress(state.terms_url), privacy = webAddress(state.privacy_url);
          $("terms").hidden = !terms && !privacy;
          if (!terms && !privacy) return $("terms").replaceChildren();
          const text = t(terms && privacy ? "termsAnd" : terms ? "terms" : "onlyPrivacy");
          $("terms").replaceChildren(...text.split(/(\{terms\}|\{privacy\})/).map((part) =>
            part === "{terms}" ? link(terms, "termsLink") : part === "{privacy}" ? link(privacy, "privacyLink") : part));
          return undefined;
        }

        // Draws anew without taking the focus or what was typed from the person.
        function draw(state) {
          const focus = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.focus : null;
          drawHead(state); drawLines(state); drawTips(state); drawTotals(state); drawFields(state); drawOptions(state); drawMethods(state); drawTerms(state); drawFriend(state); drawTogether(state); drawShare(state);
          $("cancel").hidden = !canLeave();
          $("cancel").textContent = t("cancel");
          showPay(true);
          show("form");
          if (focus) document.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
        }

        function outcome(kind, title, text, { back = false, again = null, receipt = false, crowd = false } = {}) {
          const wasNew = $("outcome-title").textContent !== t(title) || $("outcome").hidden;
          $("outcome-badge").className = `badge ${kind}`;
          $("outcome-badge").replaceChildren(kind === "wait" ? make("span", { class: "spinner" }) : kind === "good" ? "✓" : "×");
          $("outcome-title").textContent = t(title);
          $("outcome-text").textContent = text;
          $("outcome-back").hidden = !back;
          $("outcome-back").textContent = t("backToChat");
          $("outcome-again").hidden = !again;
          if (again) { $("outcome-again").textContent = t(again.text); $("outcome-again").onclick = again.run; $("outcome-again").className = again.main ? "primary" : "plain"; }
          $("outcome-receipt").hidden = !receipt;
          $("outcome-crowd").hidden = !crowd;
          show("outcome");
          if (wasNew) { document.title = t(title); $("outcome").focus({ preventScroll: true }); announce(t(title)); window.scrollTo(0, 0); }
        }

        """##
}
