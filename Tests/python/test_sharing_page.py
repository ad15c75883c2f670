"""Paying for a friend, and being told why one cannot pay, on the page in headless Chromium."""

import pytest

import browser
from test_checkout import soup
from test_checkout_page import fill

WORDS = {"en": ("Ask a friend to pay", "does not sell to your country"), "it": ("Chiedi a un amico", "nel tuo paese"),
         "fr": ("Demander à un ami", "dans votre pays"), "de": ("Jemanden bitten", "nicht in Ihr Land")}  # fmt: skip


@pytest.fixture
def tab():
    tab = browser.fresh("phone")
    yield tab
    tab.close()


@pytest.fixture
def sell(bot):
    def make(**more):
        answer = bot.post("/v1/checkout/sessions", {"line_items": [soup()], **more})
        assert answer.status == 200, answer
        return answer.json

    return make


def test_a_buyer_asks_a_friend_and_the_friend_pays(tab, sell, bot):
    session = sell(email_collection={"enabled": True})
    tab.open(session["url"]).click("#friend-ask").reads("#problem", "Fill in your details first")
    tab.type("#email", "ada@example.com").click("#friend-ask")
    tab.wait(lambda: "_friend_" in (tab.find("#friend-link").get_attribute("value") or ""), "the link for the friend")
    assert tab.problems() == []
    tab.picture("friend-link")
    link = tab.find("#friend-link").get_attribute("value")
    friend = browser.fresh("phone")
    try:
        friend.open(link)
        assert "somebody else" in friend.text("#friend-notice") and friend.text("#pay-text") == "Pay $9.00"
        assert "ada@example.com" not in friend.run("return document.documentElement.outerHTML")
        assert not friend.run("return Boolean(document.querySelector('#contact').offsetParent)")
        assert not friend.run("return Boolean(document.querySelector('#friend').offsetParent)")
        friend.type("#payer", "Ben")
        fill(friend).click("#pay").reads("#outcome-title", "Paid")
        assert friend.problems() == []
        friend.picture("friend-paid")
    finally:
        friend.close()
    tab.run("document.dispatchEvent(new Event('visibilitychange'))")
    tab.reads("#outcome-text", "Paid by Ben")
    told = bot.get(f"/v1/checkout/sessions/{session['id']}").json
    assert (told["paid_by"], told["friend"]["name"]) == ("friend", "Ben")


@pytest.mark.parametrize("language", WORDS)
def test_why_not_is_said_in_the_buyers_language(tab, sell, bot, language):
    ask, why = WORDS[language]
    session = sell(locale=language, email_collection={"enabled": True}, shipping_address_collection={"allowed_countries": ["IT"]})
    try:
        bot.post("/v1/checkout/availability", {"feature": "web", "countries": ["DE"]})
        tab.open(session["url"])
        assert ask in tab.text("#friend-ask")
        tab.type("#email", "ada@example.com").type("#name", "Ada").type("#line1", "Via Roma 1").type("#postal_code", "00100").type("#city", "Roma")
        fill(tab).click("#pay").reads("#problem", why)
    finally:
        bot.post("/v1/checkout/availability", {"feature": "web"})
    assert bot.get(f"/v1/checkout/sessions/{session['id']}").json["payment_intent"] is None
