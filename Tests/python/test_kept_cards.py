"""Stripe's own package keeps cards and charges them later: setup intents, mandates, charges without the cardholder, holds
that are raised, and what is refused."""

import time
import urllib.parse
import uuid

import pytest
import stripe
from test_stripe_sdk import clients

ONLINE = {"customer_acceptance": {"type": "online", "online": {"ip_address": "203.0.113.7", "user_agent": "Chat/1"}}}


@pytest.fixture(scope="module", params=["plain", "async"])
def shop(request, florin):
    for client in clients(florin, request.param):
        yield Shop(client.v1)


class Shop:
    def __init__(self, api):
        self.api = api

    def card(self, number="4242424242424242"):
        card = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
        return self.api.payment_methods.create({"type": "card", "card": card}).id

    def customer(self):
        return self.api.customers.create({"name": "Ada"}).id

    def kept(self, number="4242424242424242", **more):
        """A card whose holder agreed to be charged while away."""
        customer = self.customer()
        setup = self.api.setup_intents.create({
            "customer": customer, "payment_method": self.card(number), "confirm": True,
            "return_url": "https://example.com/back", **more})  # fmt: skip
        return customer, setup

    def charge(self, customer, card, **more):
        return self.api.payment_intents.create({
            "amount": 900, "currency": "usd", "customer": customer, "payment_method": card, "confirm": True, **more})  # fmt: skip

    def events(self, subject):
        found = self.api.events.list({"limit": 50}).data
        return [event.type for event in found if event.data.object["id"] == subject][::-1]


def authenticate(florin, url, result="pass"):
    parts = urllib.parse.urlsplit(url)
    answer = florin.client().post(f"{parts.path}?{parts.query}".rstrip("?"), {"result": result})
    assert answer.status in (200, 303), answer


def refusal(error, call, *args):
    with pytest.raises(error) as raised:
        call(*args)
    return raised.value


def test_a_card_is_kept_and_charged_while_its_holder_is_away(shop):
    customer, setup = shop.kept(mandate_data=ONLINE)
    assert (setup.status, setup.usage, setup.object) == ("succeeded", "off_session", "setup_intent")
    card = shop.api.payment_methods.retrieve(setup.payment_method)
    assert card.customer == customer
    mandate = shop.api.mandates.retrieve(setup.mandate)
    assert (mandate.status, mandate.type, mandate.payment_method) == ("active", "multi_use", card.id)
    assert mandate.customer_acceptance.online.ip_address == "203.0.113.7"
    paid = shop.charge(customer, card.id, off_session=True, expand=["latest_charge"])
    assert paid.status == "succeeded"
    details = paid.latest_charge.payment_method_details.card
    assert details.mandate == setup.mandate
    assert len(details.network_transaction_id) == 15
    again = shop.charge(customer, card.id, off_session="recurring", mandate=setup.mandate)
    assert again.status == "succeeded"
    assert shop.events(setup.id) == ["setup_intent.created", "setup_intent.succeeded"]
    assert shop.events(card.id) == ["payment_method.attached"]


def test_a_charge_that_keeps_its_card_stands_for_the_agreement(shop):
    customer = shop.customer()
    first = shop.charge(customer, shop.card(), setup_future_usage="off_session", expand=["latest_charge"])
    assert (first.status, first.setup_future_usage) == ("succeeded", "off_session")
    mandate = first.latest_charge.payment_method_details.card.mandate
    assert shop.api.mandates.retrieve(mandate).status == "active"
    assert shop.charge(customer, first.payment_method, off_session=True).status == "succeeded"
    # The cardholder pays with it again, and it is nobody else's.
    assert shop.charge(customer, first.payment_method).status == "succeeded"
    refusal(stripe.InvalidRequestError, shop.charge, shop.customer(), first.payment_method)


def test_without_an_agreement_nobody_is_charged_while_away(shop):
    customer, card = shop.customer(), shop.card()
    shop.api.payment_methods.attach(card, {"customer": customer})
    error = refusal(stripe.InvalidRequestError, lambda: shop.charge(customer, card, off_session=True))
    assert (error.code, error.param) == ("payment_intent_mandate_invalid", "off_session")
    # One that covers charges with the cardholder only does not do either.
    first = shop.charge(customer, card, setup_future_usage="on_session")
    error = refusal(stripe.InvalidRequestError, lambda: shop.charge(customer, card, off_session=True))
    assert error.code == "payment_intent_mandate_invalid" and first.status == "succeeded"
    stranger, other = shop.kept()
    error = refusal(
        stripe.InvalidRequestError, lambda: shop.charge(customer, card, off_session=True, mandate=other.mandate))  # fmt: skip
    assert error.param == "mandate"
    assert shop.api.payment_intents.list({"customer": customer}).data[0].id == first.id


def test_taking_the_card_away_takes_the_agreement_back(shop):
    customer, setup = shop.kept()
    shop.api.payment_methods.detach(setup.payment_method)
    assert shop.api.mandates.retrieve(setup.mandate).status == "inactive"
    assert shop.events(setup.mandate) == ["mandate.updated"]
    refusal(stripe.InvalidRequestError, lambda: shop.charge(customer, setup.payment_method, off_session=True))


def test_a_later_agreement_takes_the_place_of_the_one_before(shop):
    customer, first = shop.kept(usage="on_session")
    again = shop.api.setup_intents.create(
        {"customer": customer, "payment_method": first.payment_method, "confirm": True})  # fmt: skip
    assert shop.api.mandates.retrieve(first.mandate).status == "inactive"
    assert shop.charge(customer, first.payment_method, off_session=True, mandate=again.mandate).status == "succeeded"
    # To less than before nobody has to agree.
    less = shop.api.setup_intents.create(
        {"customer": customer, "payment_method": first.payment_method, "usage": "on_session", "confirm": True})  # fmt: skip
    assert less.mandate == again.mandate


def test_the_cardholder_authenticates_before_the_card_is_kept(shop, florin):
    customer, setup = shop.kept("4000002500003155")
    assert (setup.status, setup.next_action.type, setup.mandate) == ("requires_action", "redirect_to_url", None)
    authenticate(florin, setup.next_action.redirect_to_url.url)
    done = shop.api.setup_intents.confirm(setup.id)
    assert done.status == "succeeded"
    assert shop.events(setup.id) == [
        "setup_intent.created", "setup_intent.requires_action", "setup_intent.succeeded"]  # fmt: skip
    assert shop.charge(customer, done.payment_method, off_session=True).status == "succeeded"


def test_who_does_not_authenticate_keeps_no_card(shop, florin):
    _, setup = shop.kept("4000002500003155")
    authenticate(florin, setup.next_action.redirect_to_url.url, "fail")
    error = refusal(stripe.CardError, shop.api.setup_intents.confirm, setup.id)
    assert error.code == "authentication_required"
    failed = shop.api.setup_intents.retrieve(setup.id)
    assert (failed.status, failed.payment_method, failed.mandate) == ("requires_payment_method", None, None)
    assert failed.last_setup_error.payment_method.card.last4 == "3155"


def test_an_issuer_that_wants_the_cardholder_declines_a_charge_without_them(shop, florin):
    customer, setup = shop.kept("4000002760003184")
    authenticate(florin, setup.next_action.redirect_to_url.url)
    card = shop.api.setup_intents.confirm(setup.id).payment_method
    error = refusal(stripe.CardError, lambda: shop.charge(customer, card, off_session=True))
    assert (error.code, error.error.decline_code) == ("authentication_required", "authentication_required")
    intent = error.error.payment_intent
    assert intent.status == "requires_payment_method" and error.error.payment_method.id == card
    assert intent.last_payment_error.code == "authentication_required"
    # Brought back, the cardholder authenticates that very payment.
    back = shop.api.payment_intents.confirm(
        intent.id, {"payment_method": card, "return_url": "https://example.com/back"})  # fmt: skip
    assert back.status == "requires_action"
    authenticate(florin, back.next_action.redirect_to_url.url)
    assert shop.api.payment_intents.confirm(intent.id).status == "succeeded"


def test_declined_cards_are_not_kept_and_another_one_is(shop):
    customer, card = shop.customer(), shop.card("4000000000000002")
    params = {"customer": customer, "payment_method": card, "confirm": True}
    error = refusal(stripe.CardError, shop.api.setup_intents.create, params)
    assert error.code == "card_declined"
    setup = error.error.setup_intent
    assert setup.status == "requires_payment_method"
    assert shop.events(setup.id) == ["setup_intent.created", "setup_intent.setup_failed"]
    good = shop.api.setup_intents.confirm(setup.id, {"payment_method": shop.card()})
    assert good.status == "succeeded" and good.last_setup_error is None


def test_setup_intents_are_changed_listed_and_given_up(shop):
    customer = shop.customer()
    setup = shop.api.setup_intents.create({"customer": customer, "metadata": {"a": "1"}})
    assert setup.status == "requires_payment_method"
    card = shop.card()
    setup = shop.api.setup_intents.update(setup.id, {"payment_method": card, "metadata": {"b": "2"}, "description": "Roses"})
    assert (setup.status, setup.metadata.to_dict(), setup.description) == (
        "requires_confirmation", {"a": "1", "b": "2"}, "Roses")  # fmt: skip
    others = [shop.api.setup_intents.create({"customer": customer}).id for _ in range(3)]
    assert [found.id for found in shop.api.setup_intents.list({"customer": customer, "limit": 2}).auto_paging_iter()] == [
        *reversed(others), setup.id]  # fmt: skip
    assert [found.id for found in shop.api.setup_intents.list({"payment_method": card}).data] == [setup.id]
    gone = shop.api.setup_intents.cancel(setup.id, {"cancellation_reason": "duplicate"})
    assert (gone.status, gone.cancellation_reason) == ("canceled", "duplicate")
    error = refusal(stripe.InvalidRequestError, shop.api.setup_intents.confirm, setup.id)
    assert error.code == "setup_intent_unexpected_state"
    key = {"idempotency_key": uuid.uuid4().hex}
    params = {"customer": customer, "payment_method": card, "confirm": True}
    first = shop.api.setup_intents.create(params, key)
    assert shop.api.setup_intents.create(params, key).id == first.id


def test_what_is_known_of_a_kept_card_changes(shop):
    customer, setup = shop.kept()
    card = shop.api.payment_methods.update(
        setup.payment_method, {"card": {"exp_month": 3, "exp_year": 2036}, "billing_details": {"name": "Ada L."}})  # fmt: skip
    assert (card.card.exp_month, card.card.exp_year, card.billing_details.name) == (3, 2036, "Ada L.")
    assert shop.events(card.id)[-1] == "payment_method.updated"
    for expiry in ({"exp_year": 2001}, {"exp_month": 13}):
        refusal(stripe.CardError, shop.api.payment_methods.update, card.id, {"card": expiry})
    assert shop.charge(customer, card.id, off_session=True).status == "succeeded"
    refusal(stripe.InvalidRequestError, shop.api.payment_methods.update, shop.card(), {"metadata": {"a": "b"}})
    assert [found.id for found in shop.api.payment_methods.list({"customer": customer, "type": "card"}).data] == [card.id]
    assert shop.api.payment_methods.list({"customer": customer, "type": "paypal"}).data == []
    assert shop.api.customers.payment_methods.list(customer, {"type": "card"}).data[0].id == card.id


def test_a_hold_is_raised(shop):
    options = {"card": {"request_incremental_authorization": "if_available"}}
    held = shop.charge(shop.customer(), shop.card(), capture_method="manual", payment_method_options=options)
    assert held.status == "requires_capture"
    more = shop.api.payment_intents.increment_authorization(held.id, {"amount": 1_200, "expand": ["latest_charge"]})
    assert (more.status, more.amount, more.amount_capturable, more.latest_charge.amount) == (
        "requires_capture", 1_200, 1_200, 1_200)  # fmt: skip
    error = refusal(
        stripe.CardError, shop.api.payment_intents.increment_authorization, held.id, {"amount": 2_051})  # fmt: skip
    assert error.error.decline_code == "insufficient_funds"
    error = refusal(stripe.InvalidRequestError, shop.api.payment_intents.increment_authorization, held.id, {"amount": 1_200})
    assert error.code == "amount_too_small"
    taken = shop.api.payment_intents.capture(held.id, {"expand": ["latest_charge.balance_transaction"]})
    assert taken.latest_charge.balance_transaction.amount == taken.amount_received == 1_200
    plain = shop.charge(shop.customer(), shop.card(), capture_method="manual")
    for late in ({"payment_method_options": options}, {"setup_future_usage": "off_session"}):
        error = refusal(stripe.InvalidRequestError, shop.api.payment_intents.update, plain.id, late)
        assert error.code == "payment_intent_unexpected_state"
    assert shop.api.payment_intents.update(plain.id, {"description": "Roses"}).description == "Roses"
    error = refusal(
        stripe.InvalidRequestError, shop.api.payment_intents.increment_authorization, plain.id, {"amount": 1_000})  # fmt: skip
    assert error.code == "incremental_authorization_not_allowed"


def test_a_payment_that_is_confirmed_by_hand_is_confirmed_by_its_server_only(shop, florin):
    held = shop.api.payment_intents.create(
        {"amount": 900, "currency": "usd", "confirmation_method": "manual", "statement_descriptor_suffix": "ROSES"})  # fmt: skip
    assert (held.confirmation_method, held.statement_descriptor_suffix) == ("manual", "ROSES")
    guest = florin.client(florin.dev["publishable_key"])
    answer = guest.post(f"/v1/payment_intents/{held.id}/confirm", {
        "client_secret": held.client_secret, "payment_method": shop.card()})  # fmt: skip
    assert answer.status == 403
    paid = shop.api.payment_intents.confirm(held.id, {"payment_method": shop.card(), "expand": ["latest_charge"]})
    assert paid.status == "succeeded" and paid.latest_charge.statement_descriptor_suffix == "ROSES"


def test_a_guest_keeps_a_card_with_a_secret(shop, florin):
    setup = shop.api.setup_intents.create({"customer": shop.customer(), "metadata": {"order": "7"}})
    guest = florin.client(florin.dev["publishable_key"])
    path = f"/v1/setup_intents/{setup.id}"
    assert guest.get(path).status == 400
    assert guest.get(path, {"client_secret": setup.client_secret + "0"}).status == 404
    seen = guest.get(path, {"client_secret": setup.client_secret}).json
    assert seen["status"] == "requires_payment_method" and "metadata" not in seen and "customer" not in seen
    done = guest.post(f"{path}/confirm", {"client_secret": setup.client_secret, "payment_method": shop.card(), "mandate_data": ONLINE})
    assert done.status == 200 and done.json["status"] == "succeeded", done
    assert shop.api.mandates.retrieve(shop.api.setup_intents.retrieve(setup.id).mandate).status == "active"


def test_who_must_not_be_asked_is_declined(shop):
    error = refusal(
        stripe.CardError,
        lambda: shop.charge(shop.customer(), shop.card("4000002760003184"), error_on_requires_action=True))  # fmt: skip
    assert error.code == "authentication_required"
    asked = shop.charge(
        shop.customer(), shop.card(), return_url="https://example.com/back",
        payment_method_options={"card": {"request_three_d_secure": "any"}})  # fmt: skip
    assert asked.status == "requires_action"


@pytest.mark.parametrize("silent", ["4000009900001200", "4000009900001309", "4000009900001903"])
def test_silence_about_a_verification_is_found_out(shop, florin, silent):
    """The sandbox verified the card and did not say so."""
    customer, setup = shop.kept(silent)
    assert setup.status in ("processing", "succeeded")
    deadline = time.monotonic() + 60
    done = setup
    while done.status == "processing":
        assert time.monotonic() < deadline, "nobody found out what became of the verification"
        time.sleep(0.2)
        done = shop.api.setup_intents.retrieve(setup.id)
    assert done.status == "succeeded"
    assert shop.api.mandates.retrieve(done.mandate).status == "active"
