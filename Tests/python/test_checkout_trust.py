"""What a bot may keep of those who pay at its checkouts, and what the holder of a link may see of, and do to, somebody else's."""

import pytest
import stripe

from test_checkout import Page, page, sdk, soup, tap_name  # noqa: F401

ADDRESS = {"line1": "Via Roma 1", "city": "Roma", "postal_code": "00100", "country": "IT"}
SHIPPED = {"shipping_address_collection": {"allowed_countries": ["IT"]}, "email_collection": {"enabled": True}}
SAID = {"name": "Ada", "email": "ada@example.com", "shipping_address": ADDRESS}


@pytest.fixture
def ada(platform, page):
    """A person with a card, at whose page `ada(session)` is."""
    person = platform.post("/v1/people", {"name": "Ada"}).json["id"]
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034}
    kept = platform.post("/v1/payment_methods", {"type": "card", "card": card}).json["id"]
    assert platform.post(f"/v1/payment_methods/{kept}/attach", {"person": person}).status == 200

    def known(session):
        code = platform.post("/v1/person_sessions", {"person": person}).json["code"]
        cookie = page(session).post("person", {"code": code}).headers["set-cookie"].split(";")[0]
        visitor = page(session, headers={"Cookie": cookie})
        visitor.own = lambda **more: visitor.post(
            "pay", {"payment_method": kept, "version": visitor.state["version"], "confirmation": tap_name(), **more})
        return visitor

    return known


def expect_nobodys(sdk, card):
    customer = sdk.v1.customers.create({})
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.payment_methods.attach(card, {"customer": customer.id})
    for more in ({}, {"customer": customer.id}):
        with pytest.raises(stripe.InvalidRequestError):
            sdk.v1.payment_intents.create({"amount": 100_000, "currency": "usd", "payment_method": card, "confirm": True, **more})


# ---- What a bot may keep


def test_a_bot_that_keeps_cards_gets_a_persons_own_card_only_if_they_say_so(sdk, page, ada):
    keeps = {"line_items": [soup()], "payment_intent_data": {"setup_future_usage": "off_session"}}
    session = sdk.v1.checkout.sessions.create(keeps)
    assert ada(session).own().json["status"] == "complete"
    done = sdk.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert done.customer is None and done.payment_intent.setup_future_usage is None
    expect_nobodys(sdk, done.payment_intent.payment_method)
    agreed = sdk.v1.checkout.sessions.create(keeps)
    assert ada(agreed).own(save=True).json["status"] == "complete"
    done = sdk.v1.checkout.sessions.retrieve(agreed.id, {"expand": ["payment_intent"]})
    again = sdk.v1.payment_intents.create({
        "amount": 300, "currency": "usd", "customer": done.customer, "payment_method": done.payment_intent.payment_method,
        "off_session": True, "confirm": True})  # fmt: skip
    assert again.status == "succeeded"


@pytest.mark.parametrize("role", ["buyer", "friend"])
@pytest.mark.parametrize("number", ["4000000000000341", "4000002500003155"], ids=["declined", "left at the bank"])
def test_a_card_that_was_typed_and_not_charged_is_nobodys(sdk, page, florin, role, number):
    session = sdk.v1.checkout.sessions.create({"line_items": [soup()]})
    payer = page(session)
    if role == "friend":
        payer = Page(florin, payer.post("friend", {}).json["friend"]["url"])
    state = payer.pay(number).json
    assert state["status"] in ("open", "requires_action"), state
    payment = sdk.v1.payment_intents.list({"limit": 1}).data[0]
    expect_nobodys(sdk, payment.payment_method or payment.last_payment_error.payment_method.id)
    assert page(session).pay().json["status"] == "complete"


def test_paypal_is_not_offered_where_the_seller_keeps_what_pays(sdk):
    for usage in ("on_session", "off_session"):
        with pytest.raises(stripe.InvalidRequestError) as raised:
            sdk.v1.checkout.sessions.create({
                "line_items": [soup()], "payment_method_types": ["card", "paypal"],
                "payment_intent_data": {"setup_future_usage": usage}})  # fmt: skip
        assert raised.value.param == "payment_intent_data[setup_future_usage]"


# ---- What a link's holder may see and do


def test_a_stolen_link_with_its_secret_shows_nothing_of_a_recognised_buyer(sdk, page, ada):
    session = sdk.v1.checkout.sessions.create({"line_items": [soup()], **SHIPPED})
    buyer, thief = ada(session), page(session)
    state = buyer.post("update", {"details": SAID}).json
    assert state["details"]["shipping_address"]["line1"] == "Via Roma 1" and state["details_hidden"] is False
    secrets = ("Via Roma", "00100", "ada@example.com", '"Ada"', "4242")

    def leaks():
        answers = [answer for answer in (thief.get("state"), thief.get("receipt")) if answer.status == 200]
        return [secret for answer in answers for secret in secrets if secret in answer.body.decode()]

    assert thief.state["details_hidden"] is True and leaks() == []
    assert buyer.own().json["status"] == "complete"
    receipt = buyer.get("receipt").json
    assert receipt["paid_with"]["last4"] == "4242" and receipt["details"]["email"] == "ada@example.com"
    assert thief.state["status"] == "complete" and leaks() == []


def test_what_a_guest_typed_is_there_when_the_page_is_loaded_again(sdk, page):
    session = sdk.v1.checkout.sessions.create({"line_items": [soup()], **SHIPPED})
    page(session).post("update", {"details": SAID})
    state = page(session).state
    assert state["details"]["email"] == "ada@example.com" and state["details_hidden"] is False


def test_an_address_that_was_swapped_meanwhile_is_not_paid_for(sdk, page, ada):
    session = sdk.v1.checkout.sessions.create({"line_items": [soup()], **SHIPPED})
    buyer = ada(session)
    seen = buyer.post("update", {"details": SAID}).json["version"]
    thief = page(session).post("update", {"details": {**SAID, "shipping_address": {**ADDRESS, "line1": "Elsewhere 9"}}})
    assert thief.status == 200
    answer = buyer.own(version=seen)
    assert answer.status == 409 and answer.json["details"]["shipping_address"]["line1"] == "Elsewhere 9"
    assert sdk.v1.checkout.sessions.retrieve(session.id).payment_intent is None
    state = buyer.post("update", {"details": SAID}).json
    assert buyer.own(version=state["version"]).json["status"] == "complete"
    done = sdk.v1.checkout.sessions.retrieve(session.id)
    assert done.collected_information.shipping_details.address.line1 == "Via Roma 1"


# ---- Money that is only held, and currencies


def test_only_money_that_is_taken_makes_a_receipt_and_counts_for_what_led_here(sdk, page, florin):
    client, ref = florin.client(florin.dev["bot_key"]), tap_name()

    def held():
        session = sdk.v1.checkout.sessions.create({
            "line_items": [soup()], "ref": ref, "payment_intent_data": {"capture_method": "manual"}})  # fmt: skip
        buyer = page(session)
        assert buyer.state["paid"] is None
        assert buyer.pay().json["paid"] == "held"
        return session.id, buyer, sdk.v1.checkout.sessions.retrieve(session.id).payment_intent

    def summed():
        return next(one for one in client.get("/v1/checkout/refs").json["data"] if one["ref"] == ref)

    def receipt(session):
        return client.get(f"/v1/checkout/sessions/{session}/receipt")

    (first, taken, payment), (second, given_up, other) = held(), held()
    assert receipt(first).error["code"] == "checkout_session_not_paid"
    assert summed().items() >= {"sessions": 2, "completed": 0, "amount": 0}.items()
    sdk.v1.payment_intents.capture(payment, {"amount_to_capture": 600})
    sdk.v1.payment_intents.cancel(other)
    assert (taken.state["paid"], given_up.state["paid"]) == ("paid", "not_taken")
    assert receipt(first).status == 200 and receipt(second).error["code"] == "checkout_session_not_paid"
    assert summed().items() >= {"sessions": 2, "completed": 1, "amount": 600}.items()


def test_amounts_are_held_to_what_their_currency_can_be_charged(sdk, page):
    def price(currency):
        return {"currency": currency, "custom_unit_amount": {"minimum": 500, "maximum": 5000}, "product_data": {"name": "Gift"}}

    for currency, step in (("kwd", 10), ("jpy", 1)):
        session = sdk.v1.checkout.sessions.create({"line_items": [{"price_data": price(currency)}], "tip": {"max": 900, "suggested": [100]}})
        buyer = page(session)
        state = buyer.state
        assert state["amount_step"] == step
        line = state["lines"][0]["id"]
        for wish, param in (({"amounts": {line: 1234}}, "amounts"), ({"tip": 124}, "tip")):
            answer = buyer.post("update", wish)
            assert (answer.status, answer.error["param"]) == (400, param) if step > 1 else answer.status == 200
        state = buyer.post("update", {"amounts": {line: 1230}, "tip": 120}).json
        assert state["totals"]["total"] == 1350 and buyer.pay().json["status"] == "complete"
    for wrong in ({"discount_lines": [{"label": "x", "amount": 11}]}, {"tip": {"max": 900, "suggested": [55]}}):
        with pytest.raises(stripe.InvalidRequestError):
            sdk.v1.checkout.sessions.create({
                "line_items": [{"price_data": {"currency": "kwd", "unit_amount": 1000, "product_data": {"name": "Soup"}}}], **wrong})  # fmt: skip
