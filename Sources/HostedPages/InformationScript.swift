/// The script of the page on which a buyer shares what a checkout asks for, before they pay. Its parts are the checkout page's own.
enum InformationScript {
    static var source: String {
        "\"use strict\";\n(() => {\n"
            + [CheckoutScript.texts, CheckoutScript.calls, CheckoutScript.view, CheckoutScript.fields, asking].joined()
            + "})();\n"
    }

    /// Texts in the four languages, and everything from the first look to the tap.
    static let asking = ##"""
        let shown = null;
        const picked = null;
        let busy = false;
        let drawnAt = 0;
        let isShared = false;
        // A tap that was meant for what lay here a moment ago is none.
        const TOO_SOON = 700;

        const WORDS = {
          en: {
            title: "Your details", ask: "{merchant} asks for these details. They are shared when you tap the button, and with nobody else. Nothing is charged.",
            share: "Share with {merchant}", no: "Do not share", shared: "Shared", sharedText: "{merchant} has your details. You may close this page.", none: "There is nothing to share here.",
          },
          it: {
            title: "I tuoi dati", ask: "{merchant} chiede questi dati. Vengono condivisi quando tocchi il pulsante, e con nessun altro. Non viene addebitato nulla.",
            share: "Condividi con {merchant}", no: "Non condividere", shared: "Condivisi", sharedText: "{merchant} ha i tuoi dati. Puoi chiudere questa pagina.", none: "Qui non c’è nulla da condividere.",
          },
          fr: {
            title: "Vos coordonnées", ask: "{merchant} demande ces informations. Elles sont partagées quand vous touchez le bouton, et avec personne d’autre. Rien n’est débité.",
            share: "Partager avec {merchant}", no: "Ne pas partager", shared: "Partagé", sharedText: "{merchant} a vos coordonnées. Vous pouvez fermer cette page.", none: "Il n’y a rien à partager ici.",
          },
          de: {
            title: "Ihre Angaben", ask: "{merchant} bittet um diese Angaben. Sie werden weitergegeben, wenn Sie auf die Schaltfläche tippen, und sonst niemandem. Es wird nichts abgebucht.",
            share: "An {merchant} weitergeben", no: "Nicht weitergeben", shared: "Weitergegeben", sharedText: "{merchant} hat Ihre Angaben. Sie können diese Seite schließen.", none: "Hier gibt es nichts weiterzugeben.",
          },
        };
        const words = (name) => WORDS[language][name].replace("{merchant}", () => (shown ? shown.merchant.name : ""));

        function part(name) {
          for (const other of ["loading", "outcome", "form"]) $(other).hidden = other !== name;
          $("main").setAttribute("aria-busy", String(name === "loading"));
        }
        function finish(kind, mark, title, text) {
          $("outcome-badge").className = `badge ${kind}`;
          $("outcome-badge").textContent = mark;
          $("outcome-title").textContent = title;
          $("outcome-text").textContent = text;
          $("outcome-back").textContent = t("backToChat");
          part("outcome");
          $("outcome").focus();
        }
        const gone = () => finish("wrong", "!", t("gone"), t("goneText"));
        const problem = (text) => { $("problem").textContent = text; $("problem").hidden = !text; if (text) $("problem").focus(); };

        function present(state) {
          shown = state;
          choose(state.locale);
          if (state.role === "friend") return gone();
          if (state.status !== "open") return finish("wait", "…", t("over"), words("none"));
          $("test-banner").hidden = state.livemode !== false;
          $("merchant").textContent = document.title = state.merchant.name;
          drawFields(state);
          if ($("contact").hidden && $("shipping").hidden) return finish("wait", "…", words("title"), words("none"));
          for (const name of ["title", "ask", "share", "no"]) $(name).textContent = words(name);
          const privacy = webAddress(state.privacy_url);
          $("terms").hidden = !privacy;
          if (privacy) $("terms").replaceChildren(...t("onlyPrivacy").split(/(\{privacy\})/).map((piece) =>
            (piece === "{privacy}" ? make("a", { href: privacy, target: "_blank", rel: "noopener noreferrer" }, t("privacyLink")) : piece)));
          part("form");
          drawnAt = Date.now();
          setTimeout(() => { $("share").dataset.ready = "true"; }, TOO_SOON + 50);
          return undefined;
        }

        // What is missing stands beside its field; what the gateway does not take, too.
        function complaints() {
          const collect = collected(shown), found = [];
          const check = (name, text) => { complain(name, text); if (text) found.push(name); };
          const filled = (name) => ($(name).value.trim() ? null : t("required"));
          if (collect.name) check("name", filled("name"));
          if (collect.email) check("email", filled("email") || (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test($("email").value.trim()) ? null : t("badEmail")));
          if (collect.phone) check("phone", filled("phone") || ($("phone").value.replace(/\D/g, "").length >= 5 ? null : t("badPhone")));
          if (collect.shipping_address) for (const name of REQUIRED) check(name, filled(name));
          return found;
        }

        async function share() {
          if (busy || Date.now() - drawnAt < TOO_SOON) return;
          problem("");
          const [first] = complaints();
          if (first) return void $(first).focus();
          busy = true;
          try {
            const answer = await call("POST", path("update"), { details: typedDetails() });
            if (answer.status !== 200) {
              const { param = "", message = "" } = answer.body.error || {};
              const field = [...ADDRESS, "name", "email", "phone"].find((name) => param.endsWith(`[${name}]`));
              if (field) { complain(field, message); $(field).focus(); } else problem(message || t("trouble"));
              return;
            }
            shown = answer.body;
            isShared = true;
            answerShop("shared", typedDetails());
            finish("", "✓", words("shared"), words("sharedText"));
          } catch {
            problem(t("offlineUpdate"));
          } finally {
            busy = false;
          }
        }

        // Only the origin that the bot named when it made the checkout is told anything.
        function answerShop(status, details) {
          const listener = shop(), news = { type: "florin.information", checkout: id, status };
          if (listener) try { listener.window.postMessage(details ? { ...news, details } : news, listener.origin); } catch { /* It has gone. */ }
        }
        function goBack() {
          if (shown && !isShared) answerShop("refused", null);
          if (window.opener) window.close(); else history.back();
        }

        async function start() {
          choose(null);
          if (!kept.get("secret")) return gone();
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
          try {
            const answer = await call("GET", path("state"));
            return answer.status === 200 ? present(answer.body) : gone();
          } catch { return finish("wrong", "!", t("offlineUpdate"), ""); }
        }

        for (const name of ["name", "email", "phone", ...REQUIRED]) $(name).addEventListener("input", () => complain(name, null));
        $("country").addEventListener("change", drawRegion);
        $("form").addEventListener("submit", (event) => { event.preventDefault(); share(); });
        $("no").addEventListener("click", goBack);
        $("outcome-back").addEventListener("click", goBack);
        start();

        """##
}
