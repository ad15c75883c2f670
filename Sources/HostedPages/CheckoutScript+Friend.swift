extension CheckoutScript {
    /// Somebody else pays: the buyer gets a link for them, and the friend sees that they pay for another.
    static let friend = ##"""
        const NOT_HERE = { seller: "notHereSeller", country: "notHereCountry", currency: "notHereCurrency", testers: "notHereTesters" };

        function drawFriend(state) {
          const isFriend = state.role === "friend", link = state.friend && state.friend.url;
          $("friend-notice").hidden = !isFriend;
          $("payer-field").hidden = !isFriend;
          // Where the seller keeps the card, nobody else can pay.
          $("friend").hidden = isFriend || Boolean(state.will_save) || !state.friend;
          $("friend-ask").hidden = Boolean(link);
          $("friend-link-field").hidden = !link;
          $("friend-link").value = link || "";
        }

        async function askFriend() {
          if (busy) return;
          problem(null);
          const patch = unsent();
          if (Object.keys(patch).length && !await change(patch, true)) return;
          setBusy("change");
          let answer = null;
          try { answer = await call("POST", path("friend"), {}); } catch { /* Said below. */ }
          setBusy(null);
          if (!answer) return problem(t("offlineUpdate"));
          const state = stateIn(answer.body);
          if (!state) {
            const error = (answer.body && answer.body.error) || {};
            if (error.code === "parameter_missing") { fieldProblems(); return problem(t("friendFirst")); }
            return look(wordsOf(error).text);
          }
          apply(state);
          if (shown.friend && shown.friend.url) $("friend-link").focus();
          return undefined;
        }

        // By the system's own sheet, else into the clipboard; what stands in the field can be copied by hand.
        async function shareLink() {
          const url = $("friend-link").value;
          if (navigator.share) {
            try { await navigator.share({ title: shown.merchant.name, url }); return; } catch (error) { if (error && error.name === "AbortError") return; }
          }
          $("friend-link").select();
          try { await navigator.clipboard.writeText(url); announce(t("friendCopied")); $("friend-share").textContent = t("friendCopied"); } catch { /* It is selected. */ }
        }

        """##
}
