extension CheckoutScript {
    /// Several friends pay one checkout: whoever began it and whoever has the group's link see how far they are, and each pays
    /// a share, which is a checkout of its own.
    static let together = ##"""
        const crowdOf = (state) => (state.together && state.together.shares ? state.together : null);
        const isShare = (state) => Boolean(state.together && state.together.number);
        const isIn = (share) => share.status === "held" || share.status === "paid";
        // What became of this share. The one of its number may be another by now, and a group that was stopped lists none.
        const ownFate = (state) => state.together.own
          || ((state.together.shares || []).find((share) => share.number === state.together.number) || { status: "given_back" }).status;
        // A share whose money is held: the others decide.
        const isUndecided = (state) => isShare(state) && Boolean(crowdOf(state)) && state.status === "complete" && ownFate(state) === "held";
        const PART_TEXTS = { open: "partOpen", processing: "partProcessing", held: "partHeld", paid: "partPaid", given_back: "partBack" };
        const timeText = (seconds) => {
          const isToday = new Date(seconds * 1000).toDateString() === new Date().toDateString();
          return new Intl.DateTimeFormat(locale, { timeStyle: "short", ...(isToday ? {} : { dateStyle: "medium" }) }).format(new Date(seconds * 1000));
        };

        // ---- Beginning

        // Equal parts; the first ones pay a step more, as the gateway shares it. Cards take no thousandths.
        const stepOf = (total) => (unitsOf() === 3 && total % 10 === 0 ? 10 : 1);
        function partsText(total, people) {
          const step = stepOf(total), less = Math.floor(total / step / people) * step, more = Math.floor((total - less * people) / step);
          return [more && `${more} × ${money(less + step)}`, `${people - more} × ${money(less)}`].filter(Boolean).join(" + ");
        }
        function drawTogether(state) {
          // `can_start` may still be false because something has to be said first: then that is told at the tap.
          const most = state.together && !crowdOf(state) && !isShare(state) && state.role === "buyer" ? Math.min(state.together.max, Math.floor(state.totals.total / stepOf(state.totals.total))) : 0;
          $("together").hidden = most < 2;
          if (most < 2) return;
          const chosen = Math.min(Number($("together-people").value) || 2, most);
          if ($("together-people").length !== most - 1) {
            $("together-people").replaceChildren(...Array.from({ length: most - 1 }, (_, index) => make("option", { value: index + 2 }, String(index + 2))));
          }
          $("together-people").value = chosen;
          $("together-parts").textContent = t("togetherParts", { parts: partsText(state.totals.total, chosen) });
          $("together-start").textContent = t("togetherStart", { amount: money(state.totals.total), people: chosen });
        }
        function openTogether() {
          const isOpen = $("together-panel").hidden;
          $("together-panel").hidden = !isOpen;
          $("together-open").setAttribute("aria-expanded", String(isOpen));
          if (isOpen) { $("together-people").focus(); $("together-start").scrollIntoView({ block: "nearest" }); }
        }
        const startTogether = () => ask("together", { people: Number($("together-people").value) }, { first: "togetherFirst", samePrice: true });

        // ---- Seeing how far they are

        let lastIn = null;
        function drawCrowd(crowd, place, isOpen) {
          const inside = crowd.shares.filter(isIn), missing = crowd.shares.reduce((sum, share) => sum + (isIn(share) ? 0 : share.amount), 0);
          if ($("crowd").parentElement !== $(place)) $(place).append($("crowd"));
          const nameOf = (share) => share.name || t(share.number === crowd.number ? "partMine" : "part", { number: share.number });
          const count = t("groupCount", { done: inside.length, people: crowd.people });
          $("crowd-count").textContent = `${count} · ${missing ? t("groupMissing", { amount: money(missing) }) : t("groupComplete")}`;
          $("crowd-bar").max = crowd.people;
          $("crowd-bar").value = inside.length;
          $("crowd-shares").replaceChildren(...crowd.shares.map((share) => make("li", {},
            make("span", { class: "what" }, apart(nameOf(share)), make("small", {}, t(PART_TEXTS[share.status] || "partOpen"))),
            make("span", { class: "much" }, money(share.amount)))));
          $("crowd-until").hidden = !isOpen;
          $("crowd-until").textContent = isOpen ? t("groupUntil", { time: timeText(crowd.ends_at) }) : "";
          // Who has come in since the last look is said.
          const fresh = lastIn ? inside.filter((share) => !lastIn.includes(share.number)) : [];
          if (fresh.length || (lastIn && inside.length < lastIn.length)) {
            announce([...fresh.map((share) => t("groupHasPaid", { name: nameOf(share) })), count].join(" "));
            polls = 0;
          }
          lastIn = inside.map((share) => share.number);
        }

        function drawGroup(state) {
          const crowd = crowdOf(state), hasBegun = $("group").hidden && !$("form").hidden, free = crowd.shares.find((share) => share.status === "open");
          drawHead(state); drawLines(state, true); drawTotals(state);
          $("title").textContent = t("groupToPay");
          $("tips").hidden = true;
          drawCrowd(crowd, "group-crowd", true);
          $("group-pay").hidden = !free;
          if (free) $("group-pay-text").textContent = t(hasPaidPart(crowd) ? "groupMore" : "groupPay", { amount: money(free.amount) });
          $("group-full").hidden = Boolean(free);
          $("group-link").value = crowd.url || "";
          $("group-link-field").hidden = !crowd.url;
          const mayStop = state.role === "buyer";
          $("group-stop-field").hidden = !mayStop || !$("group-confirm").hidden;
          if (!mayStop) $("group-confirm").hidden = true;
          $("group-back").hidden = !canLeave();
          showPay(false);
          show("form");
          drawGroupBusy();
          if (hasBegun) { $("crowd-title").focus({ preventScroll: true }); window.scrollTo(0, 0); }
        }
        function drawGroupBusy() {
          for (const name of ["group-pay", "group-yes"]) if (busy) $(name).setAttribute("aria-disabled", "true"); else $(name).removeAttribute("aria-disabled");
          $("group-pay").dataset.busy = String(Boolean(busy));
        }
        // A share's own page tells which part it is; below its button stands how far the others are.
        function drawShare(state) {
          const crowd = isShare(state) ? crowdOf(state) : null;
          $("share-crowd").hidden = $("share-notice").hidden = !crowd;
          if (!crowd) return;
          $("share-notice").textContent = t("shareNotice", { number: crowd.number, people: crowd.people, amount: money(crowd.total) });
          drawCrowd(crowd, "share-crowd", true);
        }

        // ---- Paying a share, sharing the link, stopping

        // Nothing is reserved: whoever pays first has it, and the other one is told and takes the next.
        async function payPart() {
          if (busy) return undefined;
          problem(null);
          setBusy("change");
          let answer = null;
          try { answer = await call("POST", path("share"), {}); } catch { /* Said below. */ }
          setBusy(null);
          const url = answer && answer.status === 200 && webAddress(answer.body.url);
          if (url) return location.assign(url);
          if (!answer) return problem(t("offlineUpdate"));
          return look(answer.status === 409 ? t("groupFull") : answer.status === 429 || answer.status >= 500 ? t("busy") : null);
        }
        function confirmStop(isAsked) {
          $("group-confirm").hidden = !isAsked;
          $("group-stop-field").hidden = isAsked;
          $(isAsked ? "group-no" : "group-stop").focus();
          if (isAsked) $("group-confirm").scrollIntoView({ block: "nearest" });
        }
        async function stopGroup() {
          const isDone = await ask("alone", {});
          $("group-confirm").hidden = true;
          if (isDone && shown.status === "open") announce(t("groupOver"));
          else if (shown.status === "gathering") drawGroup(shown);
        }
        const memoryOf = (crowd) => `florin:${new URL(crowd.url).pathname.split("/")[2]}`;
        // A part of this group was paid in this tab.
        const hasPaidPart = (crowd) => { try { return Boolean(sessionStorage.getItem(`${memoryOf(crowd)}:part`)); } catch { return false; } };
        const rememberPart = (crowd) => { try { sessionStorage.setItem(`${memoryOf(crowd)}:part`, "paid"); } catch { /* Then it is not known. */ } };
        // To the others. Whoever began it comes back with their own secret, which this tab still knows.
        function toGroup() {
          const crowd = shown.together, url = webAddress(crowd.url);
          if (!url) return;
          let own = null;
          try { own = JSON.parse(sessionStorage.getItem(memoryOf(crowd))); } catch { /* The link opens it. */ }
          const there = new URL(url);
          location.assign(own && own.secret && there.origin === location.origin ? there.pathname : url);
        }

        // ---- What became of it

        // Returns whether what there is to show is the group's.
        function showTogether(state, here) {
          const crowd = crowdOf(state), isSharer = state.role === "sharer", isPart = isShare(state);
          if (state.status === "gathering" && crowd) {
            kept.set("together", true);
            drawGroup(state);
          } else if (state.status === "processing" && crowd && !isPart) {
            drawHead(state);
            outcome("wait", "groupTaking", t("groupTakingText"), { back: canLeave() });
          } else if ((isSharer && state.status === "open") || ((crowd || isPart) && state.status === "expired") || (isPart && ownFate(state) === "given_back")) {
            drawHead(state);
            tell("expired");
            outcome("wrong", "groupOver", t("groupOverText"), { back: canLeave() });
          } else if (isUndecided(state)) {
            drawHead(state);
            drawCrowd(crowd, "outcome-crowd", true);
            const again = crowd.shares.every(isIn) ? null : { text: here ? "groupSee" : "shareAgain", run: toGroup };
            if (here) rememberPart(crowd);
            if (here) outcome("good", "shareHeld", t("shareHeldText", { amount: money(state.totals.total) }), { again, crowd: true });
            else outcome("wait", "shareOther", t("shareOtherText"), { again, crowd: true });
          } else return false;
          if (isMoving(state)) poll();
          return true;
        }
        function groupPaidText(state) {
          const crowd = crowdOf(state);
          if (!crowd) return null;
          const whole = t("groupPaid", { people: crowd.people, amount: money(crowd.total), merchant: state.merchant.name });
          return isShare(state) ? `${t("paidText", { amount: money(state.totals.total), merchant: state.merchant.name })}\n${whole}` : whole;
        }
        // What changes by itself: it is looked at again and again.
        const isMoving = (state) => ["processing", "requires_action", "gathering"].includes(state.status) || isUndecided(state)
          || (state.status === "open" && isShare(state));
        const isOver = (state) => state.status === "expired" || (state.status === "complete" && !isUndecided(state));

        """##
}
