"""Several friends pay one checkout together, on the page in headless Chromium. What is rare is played to the page."""

import re

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

import browser
import played

HELD = played.totals(250)


@pytest.fixture(scope="module")
def shared():
    made = {}

    def of(size):
        if size not in made:
            made[size] = browser.fresh(size)
        return made[size]

    yield of
    for one in made.values():
        one.close()


@pytest.fixture
def tab(shared):
    yield shared("phone")
    played.stop(shared("phone"))


@pytest.fixture
def play(tab, florin):
    return lambda state, **answers: played.play(tab, florin.dev["base_url"], state, **answers)


def gathering(*said, role="buyer", people=4, **more):
    return played.state(role=role, status="gathering", together=played.crowd(people, *said), **more)


def share(*said, status="open", own="open", **more):
    """The page of part 2 of 4."""
    together = played.crowd(4, *said, number=2, own=own)
    return played.state(250, status=status, friend=None, together=together, **more)


VIEWS = {
    "before": played.state(together={"max": 8, "can_start": True}),
    "organiser": gathering(("held", "Anna"), ("processing", None)),
    "sharer": gathering(("held", "דני כהן"), ("held", None), role="sharer", people=3),
    "all-taken": gathering(("held", "Anna"), ("processing", None), role="sharer", people=2),
    "share": share(("held", "Anna")),
    "share-held": share(("held", "Anna"), ("held", "Ben"), status="complete", own="held"),
    "share-back": share(("given_back", "Anna"), ("given_back", "Ben"), status="expired", own="given_back"),
    "taking": played.state(status="processing", together=played.crowd(2, ("paid", "Anna"), ("held", None))),
    "paid": played.state(status="complete", together=played.crowd(2, ("paid", "Anna"), ("paid", None))),
    "stopped": played.state(role="sharer", together=None),
    "of-twenty": gathering(*[("held", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk")] * 19, people=20),
}  # fmt: skip


@pytest.mark.parametrize("size", ["phone", "desktop", "small"])
def test_every_view_fits_and_can_be_used_by_everybody_in_four_languages(shared, florin, size):
    tab = shared(size)
    try:
        for name, state in VIEWS.items():
            for language in ("it", "fr", "de", "en"):
                played.play(tab, florin.dev["base_url"], {**state, "locale": language})
                if name == "before":
                    tab.click("#together-open")
                if name == "organiser":
                    tab.click("#group-stop")
                if size == "small":
                    tab.magnify(200)
                assert tab.misfits() == [], (name, language)
                assert tab.run("return document.documentElement.lang") == language
                assert not re.search(r"\{\w+\}|\b(undefined|null|NaN)\b", tab.run("return document.body.innerText")), (name, language)
            tab.picture(f"together-{name}")
            assert tab.problems() == [], name
    finally:
        played.stop(tab)


@pytest.mark.parametrize("total, people, currency, digits, parts", [
    (1000, 3, "usd", 2, "1 × $3.34 + 2 × $3.33"), (1000, 4, "usd", 2, "4 × $2.50"), (100, 7, "jpy", 0, "2 × ¥15 + 5 × ¥14"),
    (10010, 2, "kwd", 3, "1 × KWD 5.010 + 1 × KWD 5.000"), (1999, 20, "usd", 2, "19 × $1.00 + 1 × $0.99")])  # fmt: skip
def test_what_each_pays_is_shown_before_it_is_done(play, total, people, currency, digits, parts):
    tab = play(played.state(total, currency=currency, currency_exponent=digits, together={"max": 20, "can_start": True}))
    assert not tab.sees("#together-people")
    Select(tab.click("#together-open").find("#together-people")).select_by_value(str(people))
    tab.wait(lambda: tab.text("#together-parts").replace("\xa0", " ") == f"Parts: {parts}", parts)
    tab.click("#together-start")
    tab.wait(lambda: played.asked(tab, "together") == [{"people": people}], "the gateway to be asked once")


def test_no_more_parts_are_offered_than_there_are_smallest_units(play):
    assert play(played.state(3, together={"max": 20, "can_start": True})).click("#together-open").text("#together-people").split() == ["2", "3"]
    assert not play(played.state(1, together={"max": 20, "can_start": True})).sees("#together-open")
    assert play(played.state(1000, together={"max": 20, "can_start": False})).sees("#together-open"), "what is missing is told at the tap"
    assert not play(played.state(1000, together=None)).sees("#together-open")


def test_a_buyer_whose_details_are_missing_is_told_what_to_fill_in(play):
    missing = {"error": {"type": "invalid_request_error", "code": "parameter_missing", "message": "Missing: email."}}
    state = played.state(collect={"email": True}, together={"max": 4, "can_start": True})
    tab = play(state, together=[400, missing]).click("#together-open").click("#together-start").reads("#problem", "Fill in your details first")
    tab.reads("#email-error", "fill this in")
    assert not tab.sees("#number-error"), "nobody asked for a card"


def test_a_price_that_changes_on_the_way_is_shown_before_anybody_shares_it(play):
    state = played.state(collect={"email": True}, together={"max": 4, "can_start": True})
    dearer = {**state, "totals": played.totals(1240), "details": {"email": "ada@example.com"}}
    tab = play(state, update=[200, dearer]).click("#together-open").type("#email", "ada@example.com").click("#together-start")
    tab.reads("#price-notice", "$10.00 to $12.40").reads("#together-parts", "2 × $6.20")
    assert played.asked(tab, "together") == []


def test_who_has_come_in_is_said_to_whoever_cannot_see_it(play):
    tab = play(gathering(("held", "Anna")))
    tab.reads("#crowd-count", "Paid parts: 1 of 4 · still missing: $7.50")
    played.now(tab, gathering(("held", "Anna"), ("held", "Ben")))
    tab.reads("#crowd-count", "Paid parts: 2 of 4 · still missing: $5.00")
    said = tab.run("const n = document.getElementById('news'); return [n.getAttribute('role'), n.textContent]")
    assert said == ["status", "Ben has paid. Paid parts: 2 of 4"]
    assert tab.run("const b = document.getElementById('crowd-bar'); return [b.value, b.max]") == [2, 4]


def test_stopping_wants_a_second_tap_and_only_the_organiser_may(play):
    assert not play(gathering(("held", "Anna"), role="sharer")).sees("#group-stop")
    tab = play(gathering(("held", "Anna")), alone=[200, played.state(together={"max": 8, "can_start": True})])
    tab.click("#group-stop").reads("#group-sure", "Everybody gets everything back")
    assert tab.run("return document.activeElement.id") == "group-no"
    tab.click("#group-no")
    assert tab.run("return document.activeElement.id") == "group-stop" and played.asked(tab, "alone") == []
    tab.click("#group-stop").click("#group-yes").reads("#pay-text", "Pay $10.00")
    assert played.asked(tab, "alone") == [{}]
    assert not tab.sees("#group")


def test_when_every_part_is_taken_meanwhile_that_is_said(play):
    tab = play(gathering(("held", "Anna"), role="sharer"), share=[409, {"error": {"code": "no_share_left", "message": "No share is left."}}])
    tab.click("#group-pay").reads("#group-problem", "Every part is paid or is being paid")
    assert tab.problems() == []


def test_the_buttons_of_the_group_are_reached_and_worked_with_the_keyboard(play):
    tab = play(gathering(("held", "Anna")))
    for wanted in ("group-pay", "group-link", "group-share", "group-stop"):
        for _ in range(6):
            tab.driver.switch_to.active_element.send_keys(Keys.TAB)
            if tab.run("return document.activeElement.id") == wanted:
                break
        assert tab.run("return document.activeElement.id") == wanted
        assert tab.run("return getComputedStyle(document.activeElement).outlineStyle") in ("solid", "auto")
    tab.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert tab.sees("#group-confirm")


def held(tab):
    """As the page is right after its part was paid in this tab."""
    tab.run("const m = JSON.parse(sessionStorage.getItem('florin:cs_1')) || {}; m.paying = 'x'; sessionStorage.setItem('florin:cs_1', JSON.stringify(m));")
    tab.driver.refresh()
    tab.find("#outcome-title")
    return tab


@pytest.mark.parametrize("own, status, title, words", [
    ("paid", "complete", "Paid", "$2.50 to Florist Bot"), ("given_back", "expired", "Not paid together", "Nobody pays anything"),
    ("given_back", "complete", "Not paid together", "what was held is released")])  # fmt: skip
def test_a_part_that_is_held_is_watched_until_it_is_decided(play, own, status, title, words):
    tab = held(play(share(("held", "Anna"), ("held", "Ben"), status="complete", own="held")))
    tab.reads("#outcome-title", "Your part is there").reads("#outcome-text", "If that does not happen, you pay nothing")
    tab.reads("#crowd-count", "Paid parts: 2 of 4")
    assert not tab.sees("#pay") and not tab.sees("#outcome-receipt")
    played.now(tab, share(*[(own, None)] * 4, status=status, own=own))
    tab.reads("#outcome-title", title).reads("#outcome-text", words)
    assert not tab.sees("#crowd")


def test_a_part_of_a_group_that_was_stopped_is_never_told_as_paid(play):
    for own in ({"own": "given_back"}, {}):
        together = {"max": 8, "can_start": False, "number": 2, **own}
        play(played.state(250, status="complete", together=together)).reads("#outcome-title", "Not paid together")


def test_a_part_that_somebody_else_paid_is_not_told_as_ones_own(play):
    tab = play(share(("held", "Anna"), ("held", "Ben"), status="complete", own="held"))
    tab.reads("#outcome-title", "This part is already paid").reads("#outcome-text", "Nothing was charged to you").reads("#outcome-again", "See what is left")


CARD = {"id": "pm_1", "brand": "visa", "last4": "4242", "exp_month": 4, "exp_year": 2034}


@pytest.mark.parametrize("answer", [
    [400, {"error": {"code": "share_taken", "message": "Somebody else has paid this share."}}],
    [402, {"error": {"code": "card_declined", "decline_code": "generic_decline"}, "state": share(("held", "Anna"), methods=[CARD], error={"code": "card_declined"})}],
    [200, share(("held", "Anna"), methods=[CARD], error={"code": "card_declined"})]])  # fmt: skip
def test_a_part_that_was_tapped_for_in_vain_is_not_told_as_ones_own(play, answer):
    taken = share(("held", "Anna"), ("held", "Ben"), status="complete", own="held")
    tab = play(share(("held", "Anna"), methods=[CARD]), pay=answer)
    tab.click("#pay").wait(lambda: played.asked(tab, "pay"), "the tap")
    played.now(tab, taken)
    tab.reads("#outcome-title", "This part is already paid").reads("#outcome-text", "Nothing was charged to you")


def test_what_is_typed_stays_while_the_others_pay(play):
    tab = play(share()).type("#payer", "Ben").type("#number", "4242424242424242")
    tab.reads("#crowd-count", "0 of 4")
    played.now(tab, share(("held", "Anna")))
    tab.reads("#crowd-count", "1 of 4")
    assert tab.find("#number").get_attribute("value") == "4242 4242 4242 4242" and tab.find("#payer").get_attribute("value") == "Ben"
    assert tab.run("return document.activeElement.id") == "number"
    assert tab.text("#share-notice").startswith("You pay part 2 of 4. All parts together are $10.00.")


def test_the_link_is_copied_where_nothing_shares_it(play):
    tab = play(gathering())
    tab.run("Object.defineProperty(navigator, 'share', { value: undefined });"
            "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } });")  # fmt: skip
    tab.click("#group-share").reads("#group-share", "The link is copied")
    assert tab.run("return window.copied") == "https://localhost/checkout/cs_1#group"
