extension CheckoutScript {
    /// Somebody else pays: the buyer gets a link for them, and the friend sees that they pay for another.
    static let friend = ##"""
        const NOT_HERE = { seller: "notHereSeller", country: "notHereCountry", currency: "notHereCurrency", testers: "notHereTesters" };

        function drawFriend(state) {
          const isFriend = state.role === "friend", isPart = isShare(state), link = state.friend && state.friend.url;
          $("friend-notice").hidden = !isFriend;
          $("payer-field").hidden = !isFriend && !isPart;
          document.querySelector("label[for=payer]").textContent = t(isPart ? "shareName" : "payerName");
          // Where the seller keeps the card, nobody else can pay.
          $("friend").hidden = isFriend || isPart || Boolean(state.will_save) || !state.friend;
          $("friend-ask").hidden = Boolean(link);
          $("friend-link-field").hidden = !link;
          $("friend-link").value = link || "";
        }

        async function askFriend() {
          if (await ask("friend", {}, { first: "friendFirst" }) && shown.friend && shown.friend.url) $("friend-link").focus();
        }

        // Asks for something else than a payment, once what was typed has gone out: for a link, for company. Returns whether it
        // was done; `first` is said when something about the buyer is still missing.
        async function ask(name, body, { first = null, samePrice = false } = {}) {
          if (busy) return false;
          problem(null);
          if (shown.status === "open") {
            const patch = unsent(), before = shown.totals.total;
            if (Object.keys(patch).length && !await change(patch, true)) return false;
            if (samePrice && shown.totals.total !== before) return false;
          }
          setBusy("change");
          let answer = null;
          try { answer = await call("POST", path(name), body); } catch { /* Said below. */ }
          setBusy(null);
          if (!answer) { problem(t("offlineUpdate")); return false; }
          const state = stateIn(answer.body), error = (answer.body && answer.body.error) || {};
          if (state) {
            apply(state);
            if (answer.status !== 200) problem(wordsOf(error).text);
            return answer.status === 200;
          }
          if (error.code === "parameter_missing" && first) { fieldProblems(false); problem(t(first)); return false; }
          await look(answer.status === 429 || answer.status >= 500 ? t("busy") : wordsOf(error).text);
          return false;
        }

        // By the system's own sheet, else into the clipboard; what stands in the field can be copied by hand.
        async function shareLink(field, button) {
          const url = $(field).value;
          if (navigator.share) {
            try { await navigator.share({ title: shown.merchant.name, url }); return; } catch (error) { if (error && error.name === "AbortError") return; }
          }
          $(field).select();
          try { await navigator.clipboard.writeText(url); announce(t("friendCopied")); $(button).textContent = t("friendCopied"); } catch { /* It is selected. */ }
        }

        """##
}
