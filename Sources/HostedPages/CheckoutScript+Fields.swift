extension CheckoutScript {
    /// What the buyer types: contact, address, card. Each problem stands beside its field and is tied to it for screen readers.
    static let fields = ##"""
        const COUNTRIES = ("AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK "
          + "CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN "
          + "HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP "
          + "MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ "
          + "SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW").split(" ");
        const WITH_REGION = ["US", "CA", "AU", "BR", "MX", "IT", "IN", "AR", "MY", "CN"];
        const ADDRESS = ["country", "line1", "line2", "postal_code", "city", "state"];
        const REQUIRED = ["country", "line1", "postal_code", "city"];
        let drawnFields = false;

        // What somebody said whom the gateway knows is shown to nobody else; a visitor may say something else instead.
        let saysAnew = false;
        const collected = (state) => (state.details_hidden && !saysAnew ? {} : state.collect || {});
        function drawFields(state) {
          const collect = collected(state);
          $("details-notice").hidden = !state.details_hidden || saysAnew;
          for (const name of ["name", "email", "phone"]) $(`${name}-field`).hidden = !collect[name];
          $("contact").hidden = !collect.name && !collect.email && !collect.phone;
          $("shipping").hidden = !collect.shipping_address;
          if (!drawnFields) { fillFields(state); drawnFields = true; }
        }
        function fillFields(state) {
          const details = state.details || {}, address = details.shipping_address || {};
          const names = new Intl.DisplayNames([locale], { type: "region" });
          const codes = (state.shipping_countries && state.shipping_countries.length ? state.shipping_countries : COUNTRIES).slice();
          codes.sort((one, other) => names.of(one).localeCompare(names.of(other), locale));
          $("country").replaceChildren(make("option", { value: "" }, ""), ...codes.map((code) => make("option", { value: code }, names.of(code))));
          const region = (locale.split("-")[1] || "").toUpperCase();
          $("country").value = address.country || (codes.length === 1 ? codes[0] : codes.includes(region) ? region : "");
          for (const name of ["name", "email", "phone"]) $(name).value = details[name] || "";
          for (const name of ADDRESS.slice(1)) $(name).value = address[name] || "";
          drawRegion();
        }
        function drawRegion() { $("state-field").hidden = !WITH_REGION.includes($("country").value); }

        function typedDetails() {
          const collect = collected(shown), details = {};
          for (const name of ["name", "email", "phone"]) if (collect[name]) details[name] = $(name).value.trim();
          if (collect.shipping_address) {
            const address = {};
            for (const name of ADDRESS) address[name] = name === "state" && $("state-field").hidden ? "" : $(name).value.trim();
            details.shipping_address = address;
          }
          return details;
        }
        // An address that is not whole yet is worth no price, and a name alone changes none.
        const isAddressWhole = () => REQUIRED.every((name) => $(name).value.trim());

        // What differs from what the gateway knows.
        function unsent() {
          const patch = {}, known = shown.details || {}, typed = typedDetails(), details = {};
          for (const name of ["name", "email", "phone"]) if (name in typed && typed[name] !== (known[name] || "")) details[name] = typed[name];
          if (typed.shipping_address) {
            const before = known.shipping_address || {};
            if (ADDRESS.some((name) => typed.shipping_address[name] !== (before[name] || ""))) details.shipping_address = typed.shipping_address;
          }
          if (Object.keys(details).length) patch.details = details;
          if (shown.tip && !$("tip-other-field").hidden && $("tip-other").value.trim()) {
            const tip = amountOf($("tip-other").value);
            if (tip !== null && tip !== shown.totals.tip) patch.tip = tip;
          }
          shown.lines.forEach((line, index) => {
            const amount = line.custom ? amountOf($(`amount${index}`).value) : null;
            if (amount !== null && amount !== line.amount) patch.amounts = { ...patch.amounts, [line.id]: amount };
          });
          return patch;
        }

        function complain(name, text) {
          const error = $(`${name}-error`);
          error.textContent = text || "";
          error.hidden = !text;
          if (text) $(name).setAttribute("aria-invalid", "true"); else $(name).removeAttribute("aria-invalid");
        }

        function fieldProblems(withPayment = true) {
          const collect = collected(shown), found = [];
          const check = (name, text) => { complain(name, text); if (text) found.push(name); };
          const filled = (name) => ($(name).value.trim() ? null : t("required"));
          shown.lines.forEach((line, index) => { if (line.custom) check(`amount${index}`, customProblem(line, $(`amount${index}`).value)); });
          if (collect.name) check("name", filled("name"));
          if (collect.email) check("email", filled("email") || (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test($("email").value.trim()) ? null : t("badEmail")));
          if (collect.phone) check("phone", filled("phone") || (digitsOf($("phone").value).length >= 5 ? null : t("badPhone")));
          if (collect.shipping_address) for (const name of REQUIRED) check(name, filled(name));
          if (!$("tip-other-field").hidden) check("tip-other", tipProblem());
          if (!withPayment) return found;
          if (picked === "card") for (const name of ["number", "expiry", "cvc"]) check(name, cardProblem(name));
          if (!$("pin-field").hidden) check("pin", pinProblem());
          return found;
        }
        const pinProblem = () => (/^\d{4,6}$/.test($("pin").value) ? null : t("badPin"));
        function tipProblem() {
          const text = $("tip-other").value.trim();
          const tip = text ? amountOf(text) : 0;
          if (tip === null) return noAmount();
          return shown.tip && shown.tip.max != null && tip > shown.tip.max ? t("tipTooMuch", { amount: money(shown.tip.max) }) : null;
        }
        function cardProblem(name) {
          const digits = digitsOf($("number").value), brand = brandOf(digits);
          if (name === "number") { const problem = numberProblem(digits); return problem && t(problem); }
          if (name === "expiry") { const problem = expiryProblem($("expiry").value, new Date()); return problem && t(problem); }
          const count = brand ? brand.code : 3;
          return digitsOf($("cvc").value).length === count && $("cvc").value.trim().length === count ? null : t("badCvc", { count });
        }

        function listenToFields() {
          $("number").addEventListener("input", () => {
            regroup($("number"), (text) => grouped(digitsOf(text).slice(0, 19)));
            const brand = brandOf(digitsOf($("number").value));
            $("brand").textContent = brand ? brand.name : "";
            $("brand-name").textContent = brand ? brand.name : "";
            $("cvc-hint").textContent = t(brand && brand.code === 4 ? "cvcHint4" : "cvcHint3");
            $("cvc").maxLength = brand ? brand.code : 4;
            if ($("number").getAttribute("aria-invalid")) complain("number", cardProblem("number"));
          });
          $("expiry").addEventListener("input", (event) => {
            if (!(event.inputType || "").startsWith("delete")) regroup($("expiry"), expiryText);
          });
          // Fetched while the person types, so that nothing but the payment itself is left for the tap.
          $("number").addEventListener("focus", () => { intakeKey().catch(() => {}); });
          for (const name of ["number", "expiry", "cvc"]) {
            // A field is judged when it is left, not while it is typed in; what was wrong is cleared as soon as it is right.
            $(name).addEventListener("blur", () => { if ($(name).value) complain(name, cardProblem(name)); });
            $(name).addEventListener("input", () => { if ($(name).getAttribute("aria-invalid") && !cardProblem(name)) complain(name, null); });
          }
          $("details-anew").addEventListener("click", () => { saysAnew = true; drawFields(shown); document.querySelector("#contact:not([hidden]) .field:not([hidden]) input, #shipping select").focus(); });
          $("pin").addEventListener("input", () => complain("pin", null));
          for (const name of ["name", "email", "phone", ...REQUIRED]) $(name).addEventListener("input", () => complain(name, null));
          for (const name of ADDRESS) {
            $(name).addEventListener("change", () => {
              drawRegion();
              const patch = unsent();
              if (isAddressWhole() && patch.details && patch.details.shipping_address) change({ details: patch.details });
            });
          }
          $("tip-other").addEventListener("change", () => {
            const problem = tipProblem();
            complain("tip-other", problem);
            if (!problem) change({ tip: amountOf($("tip-other").value.trim() || "0") });
          });
        }

        let otherTip = false;
        function pickTip(value) {
          otherTip = value === "other";
          if (otherTip) { drawTips(shown); $("tip-other").focus(); return; }
          $("tip-other").value = "";
          complain("tip-other", null);
          change({ tip: Number(value) });
        }

        """##
}
