extension CheckoutShell {
    /// Below the button to pay: the buyer says how many pay.
    static let together = ##"""
        <div id="together" hidden>
        <p class="fine"><button type="button" class="link" id="together-open" aria-expanded="false" aria-controls="together-panel"
        data-t="together"></button></p>
        <div id="together-panel" hidden><div class="field"><label for="together-people" data-t="togetherPeople"></label>
        <select id="together-people" autocomplete="off" aria-describedby="together-parts together-hint"></select>
        <p id="together-parts" role="status"></p><p class="hint" id="together-hint" data-t="togetherHint"></p></div>
        <p class="actions"><button type="button" class="plain" id="together-start"></button></p></div>
        </div>
        """##

    /// Instead of everything that is paid with: how far the friends have come. The part `crowd` is moved to where it is looked
    /// at, which is also below a share's button, and below its outcome.
    static let group = ##"""
        <div class="pay" id="group" hidden>
        <p class="notice wrong" id="group-problem" role="alert" tabindex="-1" hidden></p>
        <div id="group-crowd"><section class="crowd" id="crowd" aria-labelledby="crowd-title">
        <h2 id="crowd-title" tabindex="-1" data-t="groupTitle"></h2>
        <p id="crowd-count"></p><progress id="crowd-bar" aria-labelledby="crowd-count"></progress>
        <ol class="lines" id="crowd-shares"></ol><p class="hint" id="crowd-until" hidden></p></section></div>
        <button type="button" class="primary" id="group-pay"><span class="spinner" aria-hidden="true"></span>
        <span id="group-pay-text"></span></button>
        <p id="group-full" data-t="groupFull" hidden></p>
        <div class="field" id="group-link-field"><label for="group-link" data-t="groupLink"></label>
        <input id="group-link" readonly autocomplete="off" spellcheck="false" aria-describedby="group-hint">
        <p class="hint" id="group-hint" data-t="groupLinkHint"></p>
        <p class="actions"><button type="button" class="plain" id="group-share" data-t="friendShare"></button></p></div>
        <p class="fine" id="group-stop-field"><button type="button" class="link" id="group-stop" data-t="groupStop"></button></p>
        <div class="notice" id="group-confirm" role="group" aria-labelledby="group-sure" hidden><p id="group-sure" data-t="groupSure"></p>
        <p class="actions"><button type="button" class="plain" id="group-no" data-t="groupNo"></button>
        <button type="button" class="plain" id="group-yes" data-t="groupYes"></button></p></div>
        <p class="fine"><button type="button" class="link" id="group-back" data-t="backToChat" hidden></button></p>
        </div>
        """##
}
