"""The checkout page in headless Chromium against a running daemon: what a buyer meets, on a phone and on a desk.

Pictures of every situation are left in .build/pages. What the browser sends is kept by a front that ends TLS before the gateway."""

import base64
import hashlib
import hmac
import json
import time
import urllib.parse

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import browser
from bytesearch import number_forms
from test_checkout import Shop, soup
from test_pin import Person

CARD = "4242424242424242"


@pytest.fixture(scope="module")
def shared():
    """One browser of each size: starting one takes a second."""
    made = {}

    def of(size):
        if size not in made:
            made[size] = browser.fresh(size)
        return made[size]

    yield of
    for one in made.values():
        one.close()


@pytest.fixture(params=["phone", "desktop"])
def chromium(shared, request):
    tab = shared(request.param)
    tab.driver.get_log("browser")
    yield tab
    tab.offline(False)
    tab.cdp("Network.clearBrowserCookies")


@pytest.fixture
def phone(shared):
    tab = shared("phone")
    tab.driver.get_log("browser")
    yield tab
    tab.offline(False)
    tab.cdp("Network.clearBrowserCookies")


@pytest.fixture(scope="module")
def front(florin):
    front = browser.Front(florin)
    yield front
    front.close()


@pytest.fixture
def sell(bot, front):
    """Makes a checkout of a soup; gives the session, whose url leads through the front."""

    def make(lines=None, **more):
        answer = bot.post("/v1/checkout/sessions", {"line_items": lines or [soup()], **more})
        assert answer.status == 200, answer
        session = answer.json
        return {**session, "link": front.url(session["url"])}

    return make


@pytest.fixture
def shop():
    shop = Shop()
    yield shop
    shop.close()


@pytest.fixture
def ada(florin, platform):
    """A link's part that makes whoever opens it Ada, once."""
    person = florin.dev["people"][0]["id"]
    return lambda: "&code=" + platform.post("/v1/person_sessions", {"person": person}).json["code"]


def fill(tab, number=CARD, expiry="12/34", code="123"):
    return tab.type("#number", number).type("#expiry", expiry).type("#cvc", code)


def wait_for_key(tab):
    """What is lost in a test is the payment, not the key that it is sealed to."""
    tab.wait(lambda: tab.run("return performance.getEntriesByName(location.origin + '/checkout/intake-key').some((e) => e.responseEnd)"), "the key")


def look(tab, name, title=None):
    """Keeps a picture, and holds the page to what everybody can use."""
    tab.picture(name)
    assert tab.problems() == []
    if title:
        assert tab.text("#outcome-title") == title


def status(bot, session):
    return bot.get(f"/v1/checkout/sessions/{session['id']}").json


# ---- Paying


def test_a_recognised_person_pays_with_one_tap(chromium, sell, ada, bot):
    session = sell()
    chromium.open(session["link"] + ada())
    assert "•••• 5556" in chromium.text("#method-list") and chromium.text("#pay-text") == "Pay $9.00"
    assert "#" not in chromium.driver.current_url and "code" not in chromium.driver.current_url
    look(chromium, "one-tap")
    chromium.click("#pay").reads("#outcome-title", "Paid")
    look(chromium, "paid", "Paid")
    done = status(bot, session)
    assert (done["status"], done["payment_status"], done["amount_total"]) == ("complete", "paid", 900)
    assert chromium.complaints() == []


def test_a_new_card_pays_and_leaves_the_page_only_sealed(chromium, sell, bot, front):
    session = sell()
    fill(chromium.open(session["link"]))
    assert chromium.text("#brand") == "Visa"
    look(chromium, "new-card")
    chromium.click("#pay").reads("#outcome-title", "Paid")
    chromium.click("#outcome-receipt").reads("#receipt", "Visa •••• 4242")
    look(chromium, "receipt")
    assert status(bot, session)["payment_status"] == "paid"
    sent = b"".join(bytes(one) for one in front.sent)
    assert b"POST /checkout/" + session["id"].encode() + b"/pay" in sent and b'"sealed_card":{' in sent
    for form, needle in number_forms(CARD).items():
        assert needle not in sent, form
    for needle in (b"4242 4242", b'"cvc"', b"exp_month", b"12/34", b"12 / 34"):
        assert needle not in sent, needle
    assert chromium.complaints() == []


def test_what_the_search_above_looks_for_is_found_when_it_is_sent(front, florin, phone, sell):
    """The control: the same front sees a card number that a page sends in clear."""
    phone.open(sell()["link"]).find("#pay")
    phone.run("return fetch('/checkout/x/pay', {method: 'POST', body: arguments[0]}).then((a) => a.status)", CARD)
    sent = b"".join(bytes(one) for one in front.sent)
    assert CARD.encode() in sent
    for one in front.sent:
        one.clear()


def test_what_is_wrong_with_a_card_is_said_beside_its_field(chromium, sell):
    chromium.open(sell()["link"]).click("#pay")
    for name in ("number", "expiry", "cvc"):
        error = chromium.find(f"#{name}-error")
        field = chromium.find(f"#{name}")
        assert error.text and field.get_attribute("aria-invalid") == "true"
        assert f"{name}-error" in field.get_attribute("aria-describedby")
    assert chromium.driver.switch_to.active_element.get_attribute("id") == "number"
    look(chromium, "card-errors")
    for number, brand, said in (
        ("4242424242424241", "Visa", "not right"), ("2223003122003222", "Mastercard", ""), ("2221000000000009", "Mastercard", ""),
        ("2720999999999996", "Mastercard", ""), ("2721000000000004", "", "Only Visa"), ("5555555555554444", "Mastercard", ""),
        ("378282246310005", "Amex", ""), ("6011111111111117", "", "Only Visa"), ("424242424242", "Visa", "not right"),
    ):  # fmt: skip
        chromium.type("#number", number)
        assert chromium.driver.find_element(By.ID, "brand").text == brand, number
        chromium.find("#expiry").click()
        error = chromium.driver.find_element(By.ID, "number-error").text
        assert (said in error) if said else error == "", (number, error)
    chromium.type("#number", "378282246310005")
    assert chromium.find("#number").get_attribute("value") == "3782 822463 10005" and "4 digits" in chromium.text("#cvc-hint")
    for text, said in (("13/30", "month and year"), ("01/20", "has expired"), ("1/40", ""), ("0940", "")):
        chromium.type("#expiry", text)
        chromium.find("#cvc").click()
        error = chromium.driver.find_element(By.ID, "expiry-error").text
        assert (said in error) if said else error == "", (text, error)


def test_a_declined_card_is_told_and_another_one_pays(chromium, sell, bot):
    session = sell()
    fill(chromium.open(session["link"]), "4000000000009995").click("#pay").reads("#problem", "not enough money")
    assert chromium.find("#cvc").get_attribute("value") == "", "the security code stays on the page after an attempt"
    look(chromium, "declined")
    fill(chromium).click("#pay").reads("#outcome-title", "Paid")
    assert status(bot, session)["payment_status"] == "paid"


def test_a_double_tap_pays_once(phone, sell, bot, front):
    session = sell()
    fill(phone.open(session["link"]))
    phone.run("const pay = document.getElementById('pay'); pay.click(); pay.click(); document.getElementById('form').requestSubmit();")
    phone.reads("#outcome-title", "Paid")
    sent = b"".join(bytes(one) for one in front.sent)
    assert sent.count(b"POST /checkout/" + session["id"].encode() + b"/pay") == 1
    payment = status(bot, session)["payment_intent"]
    assert len(bot.get("/v1/charges", {"payment_intent": payment}).json["data"]) == 1


def test_a_bank_that_asks_is_visited_and_left_again(chromium, sell, bot):
    session = sell()
    # The bank sends the payer back to the gateway's own address, so the page must have come from there.
    fill(chromium.open(session["url"]), "4000002760003184").click("#pay")
    chromium.click("button[value=pass]").reads("#outcome-title", "Paid")
    assert f"/checkout/{session['id']}" in chromium.driver.current_url
    look(chromium, "after-bank", "Paid")
    assert status(bot, session)["payment_status"] == "paid"


def test_a_bank_that_is_refused_leaves_the_checkout_open(phone, sell, bot):
    session = sell()
    fill(phone.open(session["url"]), "4000002760003184").click("#pay")
    phone.click("button[value=fail]").find("#pay")
    phone.find("#problem")
    look(phone, "bank-refused")
    fill(phone).click("#pay").reads("#outcome-title", "Paid")


def test_the_back_button_never_pays_twice(phone, sell, bot):
    session = sell()
    fill(phone.open(session["link"])).click("#pay").reads("#outcome-title", "Paid")
    phone.driver.get("about:blank")
    phone.driver.back()
    phone.find("#outcome-title")
    assert not phone.sees("#pay")
    look(phone, "back", None)


# ---- Choosing


def test_tip_quantity_and_delivery_change_the_amount_on_the_button(chromium, sell, bot):
    session = sell(
        [soup(quantity=1, adjustable_quantity={"enabled": True, "minimum": 1, "maximum": 3})], tip={"max": 1000, "suggested": [100, 200]},
        shipping_address_collection={"allowed_countries": ["IT", "DE"]},
        shipping_options=[
            {"id": "post", "shipping_rate_data": {"display_name": "Post", "fixed_amount": {"amount": 300, "currency": "usd"}}},
            {"id": "hand", "shipping_rate_data": {"display_name": "By hand", "fixed_amount": {"amount": 0, "currency": "usd"}}}])  # fmt: skip
    chromium.open(session["link"]).reads("#pay-text", "$12.00")
    chromium.click(".stepper button:last-child").reads("#pay-text", "$21.00")
    chromium.click("#tip-chips label:nth-child(3)").reads("#pay-text", "$23.00")
    chromium.click("#option-list label:nth-child(2)").reads("#pay-text", "$20.00")
    chromium.click("#tip-chips label:last-child").type("#tip-other", "20").find("#tip-other").send_keys(Keys.TAB)
    chromium.reads("#tip-other-error", "at most $10.00")
    chromium.type("#tip-other", "2.50").find("#tip-other").send_keys(Keys.TAB)
    chromium.reads("#pay-text", "$20.50")
    look(chromium, "choices")
    chromium.click("#pay").reads("#line1-error", "fill this in")
    chromium.run("const c = document.getElementById('country'); c.value = 'IT'; c.dispatchEvent(new Event('change'));")
    chromium.type("#name", "Ada Lovelace").type("#line1", "Via Roma 1").type("#postal_code", "00100").type("#city", "Roma")
    fill(chromium).click("#pay").reads("#outcome-title", "Paid")
    done = status(bot, session)
    assert done["amount_total"] == 2050 and done["collected_information"]["shipping_details"]["address"]["city"] == "Roma"


def test_the_buyer_chooses_an_open_amount(phone, sell, bot):
    price = {"currency": "usd", "custom_unit_amount": {"minimum": 500, "maximum": 5000}, "product_data": {"name": "Gift"}}
    session = sell([{"price_data": price}])
    phone.open(session["link"]).type("#amount0", "3").find("#amount0").send_keys(Keys.TAB)
    phone.reads("#amount0-error", "between $5.00 and $50.00")
    phone.type("#amount0", "7.50").find("#amount0").send_keys(Keys.TAB)
    phone.reads("#pay-text", "$7.50")
    look(phone, "open-amount")
    fill(phone).click("#pay").reads("#outcome-title", "Paid")
    assert status(bot, session)["amount_total"] == 750


def test_a_price_that_the_bot_changes_is_shown_and_wants_another_tap(chromium, sell, shop, bot, front):
    session = sell(callback_url=shop.url, shipping_address_collection={"allowed_countries": ["IT"]})
    shop.will_say({"tax_amount": 90, "shipping_options": [{"id": "eu", "display_name": "To Italy", "amount": 250}]})
    chromium.open(session["link"])
    fill(chromium).type("#name", "Ada").type("#line1", "Via Roma 1").type("#postal_code", "00100").type("#city", "Roma")
    chromium.click("#pay").reads("#price-notice", "$9.00 to $12.40")
    look(chromium, "price-changed")
    assert status(bot, session)["status"] == "open" and chromium.text("#pay-text") == "Pay $12.40"
    shop.will_say({"approve": True})
    chromium.click("#pay").reads("#outcome-title", "Paid")
    assert status(bot, session)["amount_total"] == 1240


# ---- The bot's say


def test_a_veto_of_the_bot_is_told_in_its_own_words(chromium, sell, shop, bot):
    session = sell(callback_url=shop.url)
    shop.will_say({"approve": False, "message": "Sold out since this morning."})
    fill(chromium.open(session["link"])).click("#pay").reads("#problem", "Sold out since this morning. Nothing was charged.")
    look(chromium, "veto")
    assert status(bot, session)["payment_intent"] is None


def test_a_bot_that_says_nothing_useful_is_told_apart_from_a_declined_card(chromium, sell, shop):
    session = sell(callback_url=shop.url)
    shop.will_say(b"", 500)
    fill(chromium.open(session["link"])).click("#pay").reads("#problem", "did not answer in time")
    look(chromium, "silent-bot")


# ---- What is over, and what is not known


def test_an_unknown_outcome_is_being_checked_and_offers_no_second_pay(phone, sell, bot):
    """The processor has taken the money and says nothing, until it is asked."""
    session = sell()
    fill(phone.open(session["link"]), "4000009900001200").click("#pay")
    phone.reads("#outcome-title", "Your payment is being checked")
    assert not phone.sees("#pay")
    phone.driver.refresh()
    phone.wait(lambda: phone.text("#outcome-title") in ("Your payment is being checked", "Paid"), "no button to pay")
    assert not phone.sees("#pay")


def test_an_expired_checkout_says_so(chromium, sell, bot):
    session = sell(cancel_url="https://shop.example/back")
    chromium.open(session["link"]).find("#pay")
    bot.post(f"/v1/checkout/sessions/{session['id']}/expire")
    chromium.driver.refresh()
    chromium.reads("#outcome-title", "This checkout has ended")
    look(chromium, "expired", "This checkout has ended")
    assert chromium.text("#outcome-back") == "Back to the chat"


def test_one_that_was_paid_in_another_tab_is_not_paid_again(phone, sell, bot):
    session = sell()
    first = phone.driver.current_window_handle
    fill(phone.open(session["link"]))
    phone.driver.switch_to.new_window("tab")
    try:
        other = browser.Browser(phone.driver, "phone", "en", False)
        fill(other.open(session["link"])).click("#pay").reads("#outcome-title", "Paid")
    finally:
        phone.driver.close()
        phone.driver.switch_to.window(first)
    phone.reads("#outcome-title", "Already paid")
    look(phone, "already-paid", "Already paid")
    charges = bot.get("/v1/charges", {"payment_intent": status(bot, session)["payment_intent"]}).json["data"]
    assert len(charges) == 1


def test_a_connection_that_breaks_in_the_middle_pays_once(chromium, sell, bot, front):
    session = sell()
    fill(chromium.open(session["link"]))
    wait_for_key(chromium)
    front.loses_answers.set()
    try:
        chromium.click("#pay").reads("#problem", "not charged twice")
        look(chromium, "connection-lost")
    finally:
        front.loses_answers.clear()
    chromium.reads("#outcome-title", "Paid")
    charges = bot.get("/v1/charges", {"payment_intent": status(bot, session)["payment_intent"]}).json["data"]
    assert len(charges) == 1 and charges[0]["amount"] == 900


def test_a_phone_that_goes_offline_is_told_and_goes_on_by_itself(phone, sell, bot):
    session = sell()
    fill(phone.open(session["link"]))
    wait_for_key(phone)
    phone.offline(True)
    phone.click("#pay").find("#problem")
    look(phone, "offline")
    phone.offline(False)
    phone.reads("#outcome-title", "Paid")
    charges = bot.get("/v1/charges", {"payment_intent": status(bot, session)["payment_intent"]}).json["data"]
    assert len(charges) == 1


# ---- Who may


def test_a_link_without_its_secret_opens_nothing(chromium, sell):
    chromium.open(sell()["link"].split("#")[0]).reads("#outcome-title", "This page cannot be opened")
    look(chromium, "no-secret", "This page cannot be opened")
    chromium.open(sell()["link"] + "x").reads("#outcome-title", "This page cannot be opened")


def test_a_forwarded_link_makes_nobody_the_person_it_was_for(sell, ada):
    link = sell()["link"] + ada()
    for size, knows in (("phone", True), ("desktop", False)):
        tab = browser.fresh(size)
        try:
            tab.open(link).find("#pay")
            assert tab.sees("#method-list") == knows and ("5556" in tab.driver.page_source) == knows
        finally:
            tab.close()


def test_a_forged_context_of_a_chat_opens_no_cards(phone, sell, front):
    link = sell()["link"]
    for name in ("__Host-florin-customer", "__Host-florin-person"):
        for value in ("cus_00000000000000000000000000", "x.y", "pst_test_" + "0" * 48):
            phone.cdp("Network.setCookie", name=name, value=value, url=front.base, path="/", secure=True, httpOnly=True, sameSite="Lax")
            phone.open(link).find("#pay")
            assert not phone.sees("#method-list") and phone.sees("#number")


def test_no_other_page_can_frame_it_or_call_for_it(phone, sell, front):
    link = sell()["link"]
    phone.open(link).find("#pay")
    phone.run("document.body.replaceChildren(); const f = document.createElement('iframe'); f.src = '/checkout/x'; document.body.append(f);")
    phone.wait(lambda: any("frame" in line.lower() for line in phone.complaints()), "a complaint about the frame")
    phone.expects("frame")


def test_texts_of_a_bot_are_shown_and_never_run(phone, bot, front):
    name = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
    line = {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": name}}}
    session = bot.post("/v1/checkout/sessions", {"line_items": [line]}).json
    phone.open(front.url(session["url"])).reads("#lines", "<script>")
    assert "run" not in phone.driver.title and phone.driver.find_elements(By.CSS_SELECTOR, "#lines img, #lines script") == []


# ---- Everybody


def test_with_the_keyboard_alone(chromium, sell, bot):
    session = sell(tip={"max": 500, "suggested": [100]})
    chromium.open(session["link"]).find("#pay")

    def go_to(wanted):
        for _ in range(40):
            here = chromium.driver.switch_to.active_element
            if wanted(here):
                outline = here.value_of_css_property("outline-style") + here.find_element(By.XPATH, "..").value_of_css_property("outline-style")
                label = chromium.run("const e = arguments[0].nextElementSibling; return e ? getComputedStyle(e).outlineStyle : ''", here)
                assert "solid" in outline + label or "auto" in outline + label, "the focus cannot be seen"
                return here
            here.send_keys(Keys.TAB)
        raise AssertionError("not reached with Tab")

    go_to(lambda e: e.get_attribute("name") == "tip").send_keys(Keys.ARROW_RIGHT)
    chromium.reads("#pay-text", "$10.00")
    for name, text in (("number", CARD), ("expiry", "1234"), ("cvc", "123")):
        go_to(lambda e, name=name: e.get_attribute("id") == name).send_keys(text)
    go_to(lambda e: e.get_attribute("id") == "pay").send_keys(Keys.ENTER)
    chromium.reads("#outcome-title", "Paid")
    assert chromium.driver.switch_to.active_element.get_attribute("id") == "outcome", "the outcome does not get the focus"
    assert status(bot, session)["amount_total"] == 1000


@pytest.mark.parametrize(
    "language, button, paid, amount",
    [("it", "Paga", "Pagato", "9,00"), ("fr-FR", "Payer", "Payé", "9,00"), ("de-DE", "bezahlen", "Bezahlt", "9,00"), ("pt", "Pay", "Paid", "9.00")],
)
def test_in_the_language_of_the_browser(sell, language, button, paid, amount):
    tab = browser.fresh("phone", language, dark=True)
    try:
        fill(tab.open(sell()["link"])).reads("#pay-text", button)
        assert amount in tab.text("#pay-text"), tab.text("#pay-text")
        assert tab.driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == (language[:2] if language != "pt" else "en")
        look(tab, f"dark-{language[:2]}")
        tab.click("#pay").reads("#outcome-title", paid)
    finally:
        tab.close()


def test_the_language_that_the_bot_asks_for_goes_first(phone, sell):
    phone.open(sell(locale="de")["link"]).reads("#pay-text", "bezahlen")


def test_it_goes_back_into_the_chat_with_the_result(phone, sell, front):
    session = sell(success_url=front.base + "/healthz?paid={CHECKOUT_SESSION_ID}")
    fill(phone.open(session["link"])).click("#pay").reads("#outcome-title", "Paid").click("#outcome-back")
    phone.wait(lambda: phone.driver.current_url.endswith("?paid=" + session["id"]), "the way back")


def test_how_heavy_and_how_quick_it_is(sell, capsys):
    tab = browser.fresh("phone")
    try:
        # The moment when there is a button to pay, as the page itself counts time.
        tab.cdp("Page.addScriptToEvaluateOnNewDocument", source="""
            new MutationObserver((_, self) => {
              const form = document.getElementById("form");
              if (form && !form.hidden && !window.payableAt) { window.payableAt = performance.now(); self.disconnect(); }
            }).observe(document, { subtree: true, childList: true, attributes: true });""")
        tab.open(sell()["link"]).find("#pay")
        loaded = tab.run("return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))"
                         ".map((e) => [e.name.replace(location.origin, ''), e.encodedBodySize])")  # fmt: skip
        payable = tab.run("return window.payableAt")
        weight = sum(size for _, size in loaded)
        with capsys.disabled():
            print(f"\ncheckout page: {weight / 1000:.1f} kB in {len(loaded)} requests; Pay can be tapped after {payable:.0f} ms on loopback")
        assert weight < 45_000 and len(loaded) <= 5, loaded
        assert all(name.startswith(("/", "https://localhost")) for name, _ in loaded), loaded
        assert payable > 0
    finally:
        tab.close()


# ---- A PIN


@pytest.fixture
def careful(florin, platform):
    """Somebody with a card and a PIN that is always asked for."""
    person = Person(florin, platform)
    assert person.sets("2580", asked="always").status == 200
    return person


def with_code(person, session):
    return session["link"] + "&code=" + person.platform.post("/v1/person_sessions", {"person": person.id}).json["code"]


def test_a_person_says_their_pin_before_one_tap_pays(chromium, sell, careful, bot, front):
    session = sell()
    chromium.open(with_code(careful, session)).find("#pin")
    assert chromium.run("return document.querySelector('label[for=pin]').textContent") == "Your PIN"
    look(chromium, "pin")
    chromium.click("#pay").reads("#pin-error", "4 to 6 digits")
    chromium.type("#pin", "0852").click("#pay").reads("#pin-error", "The PIN is wrong")
    assert chromium.run("return document.activeElement.id") == "pin"
    assert chromium.run("return document.getElementById('pin').getAttribute('aria-invalid')") == "true"
    assert chromium.run("return document.getElementById('pin').value") == ""
    look(chromium, "pin-wrong")
    # Another card needs none, and coming back shows the field again.
    chromium.click("input[value=card]").find("#number")
    assert not chromium.sees("#pin")
    chromium.click(f"input[value={careful.card}]").type("#pin", "2580").find("#pin").send_keys(Keys.ENTER)
    chromium.reads("#outcome-title", "Paid")
    assert status(bot, session)["payment_status"] == "paid"
    assert "2580" not in chromium.driver.page_source and "2580" not in chromium.driver.current_url
    heads = b"".join(part.split(b"\r\n\r\n")[0] for one in front.sent for part in bytes(one).split(b"POST ")[1:])
    assert b"2580" not in heads and b"0852" not in heads


def test_a_locked_pin_is_said_and_another_card_pays(phone, sell, careful, bot):
    session = sell()
    phone.open(with_code(careful, session)).find("#pin")
    for _ in range(4):
        phone.type("#pin", "0852").click("#pay").reads("#pin-error", "wrong")
        phone.wait(lambda: phone.run("return document.getElementById('pin').value") == "", "an answer")
    phone.type("#pin", "0852").click("#pay").reads("#problem", "wrong too often")
    assert not phone.sees("#pin")
    look(phone, "pin-locked")
    phone.click("#pay").reads("#problem", "wrong too often")
    phone.click("input[value=card]")
    fill(phone).click("#pay").reads("#outcome-title", "Paid")
    assert status(bot, session)["payment_status"] == "paid"


@pytest.mark.parametrize("language, label, wrong", [
    ("it-IT", "Il tuo PIN", "Il PIN non è corretto"), ("fr-FR", "Votre code PIN", "Le code PIN est incorrect"),
    ("de-DE", "Ihre PIN", "Die PIN ist falsch")])  # fmt: skip
def test_the_pin_is_asked_for_in_the_language_of_the_browser(sell, careful, language, label, wrong):
    tab = browser.fresh("phone", language)
    try:
        tab.open(with_code(careful, sell())).find("#pin")
        assert tab.run("return document.querySelector('label[for=pin]').textContent") == label
        tab.type("#pin", "0852").click("#pay").reads("#pin-error", wrong)
    finally:
        tab.close()


# ---- In a chat's webview


TELEGRAM_TOKEN = "7700:page-in-a-webview-of-telegram"


@pytest.fixture(scope="module")
def telegram(bot):
    """What Telegram would sign for the bot's webview."""
    made = bot.post("/v1/surface_accounts", {"type": "telegram", "token": TELEGRAM_TOKEN})
    assert made.status == 200, made

    def sign(number, token=TELEGRAM_TOKEN, age=0):
        user = json.dumps({"id": number, "first_name": "Ada"}, separators=(",", ":"))
        fields = {"auth_date": str(int(time.time()) - age), "query_id": "AAH", "user": user}
        text = "\n".join(f"{name}={value}" for name, value in sorted(fields.items())).encode()
        secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
        return urllib.parse.urlencode({**fields, "hash": hmac.new(secret, text, hashlib.sha256).hexdigest()})

    yield sign
    bot.delete(f"/v1/surface_accounts/{made.json['id']}")


def keeping(sell):
    return sell(saved_payment_method_options={"payment_method_save": "enabled"})


def in_telegram(tab, session, proof):
    """As Telegram opens it: its own things stand behind what was after the # already."""
    return tab.open(session["link"] + "&tgWebAppData=" + urllib.parse.quote(proof, safe="") + "&tgWebAppVersion=8.0&tgWebAppPlatform=ios")


def test_telegram_says_who_it_is_and_their_card_is_there_next_time(phone, sell, telegram, bot):
    fill(in_telegram(phone, keeping(sell), telegram(101))).click("#save").click("#pay").reads("#outcome-title", "Paid")
    phone.cdp("Network.clearBrowserCookies")
    session = sell()
    in_telegram(phone, session, telegram(101)).reads("#method-list", "•••• 4242")
    assert "#" not in phone.driver.current_url and "tgWebAppData" not in phone.driver.current_url
    assert "query_id" not in phone.run("return JSON.stringify(sessionStorage)")
    phone.click("#pay").reads("#outcome-title", "Paid")
    assert status(bot, session)["payment_status"] == "paid"
    assert phone.complaints() == []


def test_a_forged_or_foreign_context_opens_nothing_and_the_page_goes_on(phone, sell, telegram):
    fill(in_telegram(phone, keeping(sell), telegram(102))).click("#save").click("#pay").reads("#outcome-title", "Paid")
    good = telegram(102)
    for proof in (telegram(102, token="7700:somebody-elses-bot-token"), telegram(102, age=7200), good.replace("hash=", "hash=0"), good.replace("102", "103"), "x"):
        phone.cdp("Network.clearBrowserCookies")
        in_telegram(phone, sell(), proof).find("#number")
        assert not phone.sees("#method-list") and "4242" not in phone.driver.page_source.split("testCards")[0].split('id="form"')[1]
    phone.cdp("Network.clearBrowserCookies")
    in_telegram(phone, sell(), telegram(104)).find("#number")
    assert not phone.sees("#method-list"), "another customer"


def injected(tab, session, script):
    """Opens a checkout where a chat app put something into the window before the page."""
    tab.cdp("Network.clearBrowserCookies")
    added = tab.cdp("Page.addScriptToEvaluateOnNewDocument", source=script)["identifier"]
    tab.open(session["link"]).find("#pay")
    tab.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=added)
    return tab


def test_what_telegrams_own_script_holds_is_taken(phone, sell, telegram):
    proof = telegram(105)
    fill(in_telegram(phone, keeping(sell), proof)).click("#save").click("#pay").reads("#outcome-title", "Paid")
    app = "window.Telegram = { WebApp: { initData: %s, close: () => { window.wasClosed = true; } } };"
    injected(phone, sell(), app % json.dumps(proof)).reads("#method-list", "•••• 4242")
    phone.click("#cancel").wait(lambda: phone.run("return window.wasClosed"), "Telegram to be asked to close")
    assert not injected(phone, sell(), app % json.dumps(telegram(105, token="7700:somebody-elses-bot-token"))).sees("#method-list")


def test_messengers_extensions_are_asked_who_it_is(phone, sell, bot):
    made = bot.post("/v1/surface_accounts", {"type": "messenger", "account": "4711"}).json

    def signed_request(secret=made["app_secret"]):
        encode = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()  # noqa: E731
        text = encode(json.dumps({
            "algorithm": "HMAC-SHA256", "issued_at": int(time.time()), "page_id": 4711, "psid": "p1", "thread_type": "USER_TO_PAGE",
            "tid": "p1"}).encode())  # fmt: skip
        return encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()) + "." + text

    extensions = ("window.MessengerExtensions = { getContext: (app, done, failed) => setTimeout(() => %s, 50), "
                  "requestCloseBrowser: (done) => { window.wasClosed = true; done(); } };")  # fmt: skip
    says = lambda request: extensions % ("done({ psid: 'p1', signed_request: " + json.dumps(request) + " })")  # noqa: E731
    injected(phone, keeping(sell), says(signed_request()))
    assert not phone.sees("#method-list"), "their first time"
    fill(phone).click("#save").click("#pay").reads("#outcome-title", "Paid")
    injected(phone, sell(), says(signed_request())).reads("#method-list", "•••• 4242")
    phone.click("#cancel").wait(lambda: phone.run("return window.wasClosed"), "Messenger to be asked to close")
    for script in (says(signed_request("forged")), extensions % "failed(2)", "window.MessengerExtensions = { getContext: () => {} };"):
        assert not injected(phone, sell(), script).sees("#method-list"), script
    phone.cdp("Network.clearBrowserCookies")
    by_address = sell()
    link = by_address["link"].replace("#", "?signed_request=" + urllib.parse.quote(signed_request(), safe="") + "#")
    phone.open(link).reads("#method-list", "•••• 4242")
    bot.delete(f"/v1/surface_accounts/{made['id']}")


# ---- In the dark, and on paper


def light(tab, selector, what="background-color"):
    """How light something is, 0 to 255; a transparent background is that of what is behind it."""
    return tab.run("""
        let node = document.querySelector(arguments[0]), color = [0, 0, 0, 0];
        while (node) {
          color = getComputedStyle(node).getPropertyValue(arguments[1]).match(/[\\d.]+/g).map(Number);
          if (arguments[1] === "color" || color.length === 3 || color[3] > 0) break;
          node = node.parentElement;
        }
        return node ? 0.3 * color[0] + 0.6 * color[1] + 0.1 * color[2] : 255;""", selector, what)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_in_the_dark_everything_is_dark_and_can_be_read(sell, careful, size):
    tab = browser.fresh(size, dark=True)
    try:
        tab.open(with_code(careful, sell())).find("#pin")
        assert light(tab, "body") < 60 < 150 < light(tab, "#title", "color")
        look(tab, "dark-pin")
        tab.click("input[value=card]").type("#number", "4242").find("#expiry").click()
        tab.reads("#number-error", "not right")
        look(tab, "dark-card")
        fill(tab).click("#pay").reads("#outcome-title", "Paid")
        tab.click("#outcome-receipt").find("#receipt")
        look(tab, "dark-receipt", "Paid")
        assert tab.complaints() == []
    finally:
        tab.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_receipt_prints_as_one_page_of_its_own_dark_on_white(sell, dark):
    tab = browser.fresh("desktop", dark=dark)
    try:
        fill(tab.open(sell()["link"])).click("#pay").reads("#outcome-title", "Paid")
        tab.click("#outcome-receipt").reads("#receipt", "$9.00")
        tab.cdp("Emulation.setEmulatedMedia", media="print", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])  # fmt: skip
        assert tab.sees("#receipt-lines") and tab.sees("#test-banner"), "a test payment is marked on paper too"
        for gone in ("#outcome", "#receipt-print", "#form"):
            assert not tab.sees(gone), gone
        assert light(tab, "#receipt") > 240 and light(tab, "#receipt-facts dd", "color") < 90
        paper = base64.b64decode(tab.cdp("Page.printToPDF", printBackground=True)["data"])
        browser.PICTURES.joinpath("receipt-on-paper.pdf").write_bytes(paper)
        assert paper.count(b"/Type /Page\n") == 1, paper.count(b"/Type /Page")
    finally:
        tab.close()


def test_an_address_is_remembered_if_the_customer_says_so(phone, sell, telegram, bot):
    asks = {"email_collection": {"enabled": True}, "shipping_address_collection": {"allowed_countries": ["IT"]}}

    def typed(session):
        in_telegram(phone, session, telegram(111)).type("#name", "Ada Rossi").type("#email", "ada@example.com").type("#line1", "Via Roma 1")
        return phone.type("#postal_code", "20121").type("#city", "Milano")

    typed(sell(**asks)).find("#remember-field")
    look(phone, "remember")
    fill(phone).click("#pay").reads("#outcome-title", "Paid")
    again = in_telegram(phone, sell(**asks), telegram(111))
    assert again.find("#line1").get_attribute("value") == "", "nobody said that it may be kept"
    fill(typed(sell(**asks)).click("#remember")).click("#pay").reads("#outcome-title", "Paid")
    session = sell(**asks)
    in_telegram(phone, session, telegram(111)).find("#line1")
    phone.wait(lambda: phone.run("return document.getElementById('line1').value") == "Via Roma 1", "the address")
    assert phone.run("return document.getElementById('email').value") == "ada@example.com"
    phone.cdp("Network.clearBrowserCookies")
    assert phone.open(session["link"]).find("#line1").get_attribute("value") == "", "a guest sees nobody's address"
