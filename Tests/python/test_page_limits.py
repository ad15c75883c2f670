"""The checkout page where it is hard on pages: a small phone with large text, long and foreign words, other currencies, no storage, no answer."""

import gzip
import re

import pytest
from selenium.webdriver.common.keys import Keys

import browser
import played
from test_checkout import soup
from test_checkout_page import fill

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
CARDS = [
    {"id": "pm_1", "brand": "visa", "last4": "4242", "exp_month": 4, "exp_year": 2034},
    {"id": "pm_2", "brand": "american_express", "last4": "0005", "exp_month": 4, "exp_year": 2034}]  # fmt: skip


@pytest.fixture(scope="module")
def small():
    tab = browser.fresh("small")
    yield tab
    tab.close()


@pytest.fixture
def tab(small):
    yield small
    played.stop(small)
    small.cdp("Network.setBlockedURLs", urls=[])


VIEWS = {
    "everything": played.state(
        99999999, merchant={"name": f"{LONG} {LONG}"}, lines=[
            played.line(LONG + LONG, 123456789, quantity=99, adjustable={"min": 1, "max": 99}),
            played.line("a" * 400, custom={"min": 1, "max": None, "preset": None})],
        totals=played.totals(99999999, shipping=99999, tax=99999, tip=100, discount=100), discounts=[{"label": LONG, "amount": 100}],
        shipping_options=[{"id": "a" * 50, "label": LONG, "amount": 99999}, {"id": "b", "label": "b", "amount": 0}], chosen_shipping="b",
        tip={"max": 100000, "suggested": [100000, 200000, 300000, 400000]}, collect=dict.fromkeys(["name", "email", "phone", "shipping_address"], True),
        methods=CARDS, method_types=["card", "paypal"], can_save=True, can_remember=True, terms_url="https://a.example/", privacy_url="https://b.example/",
        together={"max": 20, "can_start": True}),
    "a-hundred-lines": played.state(15000, lines=[played.line(f"Thing number {i}", 150, quantity=1 + i % 3) for i in range(100)]),
    "dinars": played.state(1234567, currency="kwd", currency_exponent=3, tip={"max": 5000, "suggested": [500, 1500]}),
    "yen": played.state(1234567, currency="jpy", currency_exponent=0, tip={"max": 5000, "suggested": [500, 1500]}),
    "paid": played.state(status="complete", merchant={"name": LONG}, return_url="https://x.example/"),
    "bank": played.state(status="requires_action", next_action={"url": "https://bank.example/", "at": "bank"}, return_url="https://x.example/"),
}  # fmt: skip


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("view", VIEWS)
def test_everything_fits_on_a_small_phone_also_with_text_twice_as_large(tab, florin, view, percent):
    """WCAG 2.2, 1.4.4 and 1.4.10: 320 pixels without scrolling sideways, text at 200 %."""
    for language in ("en", "de"):
        played.play(tab, florin.dev["base_url"], {**VIEWS[view], "locale": language}).magnify(percent)
        assert tab.misfits() == [], language
    tab.picture(f"fits-{view}-{percent}")
    assert tab.problems() == []


def test_the_check_above_sees_what_does_not_fit(tab, florin):
    played.play(tab, florin.dev["base_url"], VIEWS["paid"]).magnify(100)
    tab.run("document.getElementById('outcome-title').style.whiteSpace = 'nowrap'; document.getElementById('outcome-title').textContent = arguments[0]", LONG)
    assert any("outcome-title" in line for line in tab.misfits())


def left_of(tab, selector, text):
    """Where a piece of text begins on the screen."""
    return tab.run("""
        const walk = document.createTreeWalker(document.querySelector(arguments[0]), NodeFilter.SHOW_TEXT);
        for (let node; (node = walk.nextNode());) {
          const at = node.data.indexOf(arguments[1]);
          if (at >= 0) { const range = new Range(); range.setStart(node, at); range.setEnd(node, at + arguments[1].length); return range.getBoundingClientRect().left; }
        }
        return null;""", selector, text)


def test_names_that_are_written_from_right_to_left_leave_the_order_of_what_stands_beside_them(tab, florin):
    name, shop = "דני כהן", "פרחי"
    friend = {"asked": True, "can_ask": False, "name": name, "url": None}
    played.play(tab, florin.dev["base_url"], played.state(status="complete", paid_by="friend", friend=friend, merchant={"name": shop})).find("#outcome-text")
    tab.run("document.getElementById('outcome-text').style.cssText = 'white-space: nowrap; font-size: 10px'")
    places = [left_of(tab, "#outcome-text", text) for text in ("Paid by", name, "$10.00", "to", shop)]
    assert places == sorted(places), places
    played.play(tab, florin.dev["base_url"], played.state(lines=[played.line("זר צבעונים (12)", quantity=3)])).find("#lines")
    assert left_of(tab, "#lines", "זר") < left_of(tab, "#lines", "3"), tab.text("#lines")


@pytest.mark.parametrize("currency, digits, language, wrong, example, right, shown", [
    ("jpy", 0, "en", "1.5", "like 450.", "150", 150), ("kwd", 3, "en", "1.2345", "like 4.500.", "0.150", 150),
    ("kwd", 3, "de", "x", "etwa 4,500.", "0,15", 150), ("usd", 2, "it", "1,234", "esempio 4,50.", "1,5", 150)])  # fmt: skip
def test_an_amount_is_asked_for_as_its_currency_and_language_write_it(tab, florin, currency, digits, language, wrong, example, right, shown):
    state = played.state(900, currency=currency, currency_exponent=digits, locale=language, tip={"max": 5000, "suggested": [100]})
    played.play(tab, florin.dev["base_url"], state).click("#tip-chips label:last-child")
    tab.type("#tip-other", wrong).find("#tip-other").send_keys(Keys.TAB)
    tab.reads("#tip-other-error", example)
    tab.type("#tip-other", right).find("#tip-other").send_keys(Keys.TAB)
    tab.wait(lambda: {"tip": shown} in played.asked(tab, "update"), "the tip to be sent")


def test_without_any_storage_it_is_paid_all_the_same(tab, bot):
    blocked = tab.cdp("Page.addScriptToEvaluateOnNewDocument", source="""
        for (const name of ["sessionStorage", "localStorage"]) Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } });
        delete window.BroadcastChannel;""")["identifier"]  # fmt: skip
    try:
        session = bot.post("/v1/checkout/sessions", {"line_items": [soup()]}).json
        fill(tab.open(session["url"])).click("#pay").reads("#outcome-title", "Paid")
        tab.driver.refresh()
        tab.reads("#outcome-title", "Already paid")
    finally:
        tab.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=blocked)


def test_a_page_that_cannot_reach_the_gateway_says_so_and_tries_again(tab, bot):
    session = bot.post("/v1/checkout/sessions", {"line_items": [soup()]}).json
    tab.cdp("Network.setBlockedURLs", urls=["*/state"])
    tab.open(session["url"]).reads("#outcome-title", "does not answer").reads("#outcome-again", "Try again")
    tab.picture("unreachable")
    assert tab.problems() == []
    tab.cdp("Network.setBlockedURLs", urls=[])
    tab.click("#outcome-again").reads("#pay-text", "Pay $9.00")


def test_a_page_whose_script_never_comes_says_what_to_do(tab, bot):
    session = bot.post("/v1/checkout/sessions", {"line_items": [soup()]}).json
    tab.cdp("Network.setBlockedURLs", urls=["*.js"])
    tab.open(session["url"]).find("#loading")
    assert not tab.sees(".late"), "at once"
    tab.run("for (const animation of document.getAnimations()) if (animation.animationName === 'late') animation.finish();")
    assert "Reload the page" in tab.text(".late") and "Ricarica" in tab.text(".late")
    tab.cdp("Network.setBlockedURLs", urls=[])
    tab.open(session["url"]).find("#pay")
    assert not tab.sees(".late")


@pytest.mark.parametrize("language, closed, reason", [
    ("en", "This link is closed", "does not sell in this currency"), ("it-IT,it;q=0.9", "Questo link è chiuso", "in questa valuta"),
    ("fr;q=0.8,pt", "Ce lien est fermé", "dans cette devise"), ("de-CH", "Dieser Link ist geschlossen", "in dieser Währung")])  # fmt: skip
def test_a_payment_link_that_leads_nowhere_says_why_in_the_visitors_language(florin, bot, language, closed, reason):
    link = bot.post("/v1/payment_links", {"line_items": [soup()]}).json

    def follow():
        answer = florin.client().get(f"/pay/{link['id']}", headers={"Sec-Fetch-Mode": "navigate", "Accept-Language": language})
        assert answer.headers["vary"] == "Accept-Language" and f'lang="{language[:2]}"' in answer.body.decode()
        return answer.status, answer.body.decode()

    try:
        bot.post("/v1/checkout/availability", {"feature": "payment_links", "currencies": ["eur"]})
        status, page = follow()
        assert status == 403 and reason in page
    finally:
        bot.post("/v1/checkout/availability", {"feature": "payment_links"})
    bot.post(f"/v1/payment_links/{link['id']}", {"active": "false"})
    status, page = follow()
    assert status == 410 and closed in page


# ---- What a state may say beside the usual


def test_what_is_bought_is_described_in_the_bots_own_words(tab, florin):
    state = played.state(lines=[played.line("Price", description="Goes both <b>ways</b>")], title="Time machine", subtitle="Used once, by Ben")
    played.play(tab, florin.dev["base_url"], state).reads("#offer-title", "Time machine").reads("#offer-subtitle", "Used once, by Ben")
    tab.reads("#lines", "Goes both <b>ways</b>")
    assert tab.misfits() == [] and tab.problems() == []
    tab.picture("described")
    assert not played.play(tab, florin.dev["base_url"], played.state()).sees("#offer")


@pytest.mark.parametrize("kind, language, button", [
    ("donate", "en", "Donate $10.00"), ("book", "de", "Für 10,00 $ buchen"), ("donate", "it", "Dona 10,00"), ("book", "fr", "Réserver pour"),
    ("pay", "en", "Pay $10.00"), ("auto", "en", "Pay $10.00")])  # fmt: skip
def test_the_button_says_what_the_bot_calls_it(tab, florin, kind, language, button):
    played.play(tab, florin.dev["base_url"], played.state(submit_type=kind, locale=language)).reads("#pay-text", button)


@pytest.mark.parametrize("paid, title, words, receipt", [
    ("paid", "Already paid", "$10.00 to Florist Bot", True), ("held", "Reserved", "taken when the seller accepts", False),
    ("not_taken", "Not paid after all", "Nothing was charged", False)])  # fmt: skip
def test_money_that_is_only_held_or_was_never_taken_is_not_called_paid(tab, florin, paid, title, words, receipt):
    played.play(tab, florin.dev["base_url"], played.state(status="complete", paid=paid)).reads("#outcome-title", title).reads("#outcome-text", words)
    assert tab.sees("#outcome-receipt") == receipt
    tab.picture(f"complete-{paid}")


def test_details_of_somebody_else_are_not_shown_and_need_not_be_said_again(tab, florin):
    hidden = played.state(collect={"email": True, "shipping_address": True}, details_hidden=True)
    key = {"id": "k", "now": 1800000000, "jwk": {"kty": "RSA", "e": "AQAB", "n": "sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1WlUzewbgBHod5pcM9H95GQRV3JDXboIRROSBigeC5yjU1hGzHHyXss8UDprecbAYxknTcQkhslANGRUZmdTOQ5qTRsLAt6BTYuyvVRdhS8exSZEy_c4gs_7svlJJQ4H9_NxsiIoLwAEk7-Q3UXERGYw_75IDrGA84-lA_-Ct4eTlXHBIY2EaV7t7LjJaynVJCpkv4LKjTTAumiGUIuQhrNhZLuF_RJLqHpM2kgWFLU7-VTdL1VbC2tejvcI2BlMkEpk1BzBZI0KQB0GaDWFLN-aEAw3vRw"}}
    done = played.state(status="complete", paid="paid")
    played.play(tab, florin.dev["base_url"], hidden, **{"intake-key": [200, key], "pay": [200, done]}).reads("#details-notice", "already filled in")
    assert not tab.sees("#email") and not tab.sees("#line1") and tab.problems() == []
    tab.picture("details-hidden")
    fill(tab).click("#pay").reads("#outcome-title", "Paid")
    assert played.asked(tab, "update") == []
    played.play(tab, florin.dev["base_url"], hidden).click("#details-anew").find("#email")
    assert tab.sees("#line1") and not tab.sees("#details-notice") and tab.run("return document.activeElement.id") == "email"


def test_a_change_that_somebody_else_was_faster_with_is_made_once_more(tab, florin):
    state = played.state(900, tip={"max": 5000, "suggested": [100]})
    played.play(tab, florin.dev["base_url"], state, update=[409, {**state, "totals": played.totals(950)}]).click("#tip-chips label:nth-child(2)")
    tab.reads("#problem", "Something was changed meanwhile")
    assert played.asked(tab, "update") == [{"tip": 100}] * 2 and "declined" not in tab.text("#problem")


def test_a_tap_that_comes_while_a_choice_is_sent_pays_if_the_price_is_still_the_one_on_the_button(tab, florin):
    state = played.state(methods=CARDS, collect={"shipping_address": True}, details={"shipping_address": {
        "line1": "Via Mia 1", "line2": "", "city": "Roma", "state": "", "postal_code": "00100", "country": "IT"}})  # fmt: skip
    moved = {**state, "details": {"shipping_address": {**state["details"]["shipping_address"], "line1": "Via Tua 2"}}}
    for after, taps in ((moved, 1), ({**moved, "totals": played.totals(1240)}, 0)):
        played.play(tab, florin.dev["base_url"], state, update=[200, after], pay=[200, {**after, "status": "complete"}]).find("#pay")
        tab.run("const f = document.getElementById('line1'); f.value = 'Via Tua 2'; f.dispatchEvent(new Event('change')); document.getElementById('pay').click();")
        tab.wait(lambda: tab.sees("#outcome") if taps else tab.sees("#price-notice"), "an end")
        assert len(played.asked(tab, "pay")) == taps and len(played.asked(tab, "update")) == 1


def test_an_address_that_changed_behind_the_buyers_back_is_shown_before_it_is_paid_for(tab, florin):
    mine, theirs = ({"line1": line, "line2": "", "city": "Roma", "state": "", "postal_code": "00100", "country": "IT"} for line in ("Via Mia 1", "Via Sua 2"))
    state = played.state(collect={"shipping_address": True}, details={"shipping_address": mine}, methods=CARDS)
    other = {**state, "details": {"shipping_address": theirs}, "version": 2}
    played.play(tab, florin.dev["base_url"], state, pay=[409, other]).click("#pay").reads("#problem", "Something was changed meanwhile")
    assert tab.find("#line1").get_attribute("value") == "Via Sua 2" and tab.sees("#pay")


def test_terms_and_privacy_are_linked_but_nothing_that_would_run(tab, florin):
    played.play(tab, florin.dev["base_url"], played.state(terms_url="https://shop.example/terms", privacy_url="https://shop.example/privacy"))
    links = tab.run("return [...document.querySelectorAll('#terms a')].map((a) => [a.textContent, a.href, a.target, a.rel])")
    assert links == [["seller’s terms", "https://shop.example/terms", "_blank", "noopener noreferrer"],
                     ["privacy notice", "https://shop.example/privacy", "_blank", "noopener noreferrer"]]  # fmt: skip
    played.play(tab, florin.dev["base_url"], played.state(terms_url="javascript:alert(1)", privacy_url="data:text/html,x"))
    assert not tab.sees("#terms") and tab.run("return document.querySelectorAll('#terms a').length") == 0


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_what_is_rare_is_kept_as_a_picture_of_either_size(florin, size):
    cases = {
        "being-checked": played.state(status="processing"), "already-paid": played.state(status="complete", paid="paid"),
        "friend": played.state(role="friend"), "expired": played.state(status="expired"),
        "bank": played.state(status="requires_action", next_action={"url": "https://bank.example/", "at": "bank"}),
        "paypal": played.state(method_types=["card", "paypal"], methods=CARDS),
        "pin-locked": played.state(methods=CARDS, pin={"asked": True, "locked": True, "locked_until": 1800000000}),
        "open-amount": played.state(lines=[played.line("Gift", custom={"min": 500, "max": 5000, "preset": None})]),
        "bank-refused": played.state(error={"code": "authentication_required", "message": ""}),
    }  # fmt: skip
    tab = browser.fresh(size)
    try:
        for name, state in cases.items():
            played.play(tab, florin.dev["base_url"], state).picture(f"view-{name}")
            assert tab.misfits() == [] and tab.problems() == [], name
    finally:
        tab.close()


def test_the_page_is_sent_small_to_whoever_takes_it_so(florin):
    client = florin.client()
    page = client.get("/checkout/cs_1")
    files = re.findall(r'(?:href|src)="(/checkout/assets/[^"]+)"', page.body.decode())
    assert len(files) == 2
    for path in ["/checkout/cs_1", *files, "/sdk/florin.js"]:
        plain = client.get(path)
        assert "content-encoding" not in plain.headers and plain.headers["vary"] == "Accept-Encoding"
        for accepted in ("gzip, deflate, br", "br;q=1.0, GZIP;q=0.8"):
            small = client.get(path, headers={"Accept-Encoding": accepted})
            assert small.headers["content-encoding"] == "gzip" and small.headers["vary"] == "Accept-Encoding"
            assert gzip.decompress(small.body) == plain.body and len(small.body) < len(plain.body) * 0.6, path
        for refused in ("gzip;q=0", "gzip; q=0.000, br", "identity", "x-gzip-not"):
            assert client.get(path, headers={"Accept-Encoding": refused}).body == plain.body, refused
    known = client.get("/checkout/cs_1", headers={"Accept-Encoding": "gzip", "If-None-Match": page.headers["etag"]})
    assert known.status == 304 and known.body == b""
