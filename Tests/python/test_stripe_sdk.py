"""Stripe's official package, unchanged, pointed at Florin: what a bot developer who knows it expects must hold."""

import json
import uuid

import pytest
import stripe

from async_sdk import AsyncClient

VISA = "4242424242424242"


def card(number=VISA, **changes):
    return {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123", **changes}


@pytest.fixture(scope="module", params=["plain", "async"])
def sdk(request, florin):
    """The plain client, then the asynchronous one: every test of a module that takes this runs with both."""
    yield from clients(florin, request.param)


def clients(daemon, kind, key="bot_key"):
    if kind == "plain":
        yield client_for(daemon, key)
        return
    stripe.ca_bundle_path = daemon.dev["ca_file"]
    client = AsyncClient(daemon, daemon.dev[key])
    yield client
    client.close()


def client_for(daemon, key="bot_key"):
    stripe.ca_bundle_path = daemon.dev["ca_file"]
    return stripe.StripeClient(
        daemon.dev[key], base_addresses={"api": daemon.dev["base_url"]}, max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=30),
    )  # fmt: skip


def payment_method(sdk, number=VISA):
    return sdk.v1.payment_methods.create({"type": "card", "card": card(number)})


def paid(sdk, amount=5000, **more):
    return sdk.v1.payment_intents.create(
        {"amount": amount, "currency": "usd", "payment_method": payment_method(sdk).id, "confirm": True, **more}
    )


def test_a_customer_and_a_card_are_created_attached_and_read_back(sdk):
    customer = sdk.v1.customers.create({"name": "Ada", "email": "ada@example.com", "metadata": {"chat": "c-17"}})
    method = payment_method(sdk)
    assert customer.id.startswith("cus_") and method.id.startswith("pm_")
    assert (method.card.brand, method.card.last4, method.card.exp_year) == ("visa", "4242", 2034)
    sdk.v1.payment_methods.attach(method.id, {"customer": customer.id})
    again = sdk.v1.customers.retrieve(customer.id)
    assert (again.name, again.email, again.metadata["chat"]) == ("Ada", "ada@example.com", "c-17")
    assert [m.id for m in sdk.v1.customers.payment_methods.list(customer.id).data] == [method.id]


def test_equal_cards_have_equal_fingerprints_and_no_object_holds_the_number(sdk):
    first, second, other = payment_method(sdk), payment_method(sdk), payment_method(sdk, "5555555555554444")
    assert first.card.fingerprint == second.card.fingerprint != other.card.fingerprint
    assert VISA not in str(first) and '"123"' not in str(first)


def test_a_payment_is_created_and_then_confirmed(sdk):
    intent = sdk.v1.payment_intents.create({"amount": 1234, "currency": "usd", "metadata": {"order": "7"}})
    assert intent.status == "requires_payment_method"
    intent = sdk.v1.payment_intents.confirm(intent.id, {"payment_method": payment_method(sdk).id})
    assert (intent.status, intent.amount_received, intent.currency) == ("succeeded", 1234, "usd")
    assert intent.livemode is False and intent.metadata["order"] == "7"


def test_part_of_a_manual_authorization_is_captured_and_the_rest_released(sdk):
    intent = paid(sdk, 9000, capture_method="manual")
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 9000, 0)
    intent = sdk.v1.payment_intents.capture(intent.id, {"amount_to_capture": 6000})
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("succeeded", 0, 6000)
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.payment_intents.capture(intent.id, {"amount_to_capture": 1})


def test_an_authorization_is_cancelled_and_cannot_be_captured_any_more(sdk):
    intent = paid(sdk, 2500, capture_method="manual")
    intent = sdk.v1.payment_intents.cancel(intent.id)
    assert intent.status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.v1.payment_intents.capture(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"


def test_two_partial_refunds_add_up_and_a_third_is_refused(sdk):
    intent = paid(sdk, 5000)
    first = sdk.v1.refunds.create({"payment_intent": intent.id, "amount": 2000})
    second = sdk.v1.refunds.create({"payment_intent": intent.id})
    assert [(r.amount, r.status) for r in (first, second)] == [(2000, "succeeded"), (3000, "succeeded")]
    charge = sdk.v1.charges.retrieve(intent.latest_charge)
    assert charge.amount_refunded == 5000 and charge.refunded is True
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.v1.refunds.create({"payment_intent": intent.id, "amount": 1})
    assert refused.value.code == "charge_already_refunded"


def test_a_refund_of_more_than_is_left_names_the_amount(sdk):
    intent = paid(sdk, 1000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.v1.refunds.create({"payment_intent": intent.id, "amount": 1001})
    assert refused.value.param == "amount"


def test_auto_paging_walks_every_page_once_newest_first(sdk):
    customer = sdk.v1.customers.create({"name": "Pager"})
    made = [paid(sdk, 100 + n, customer=customer.id).id for n in range(7)]
    page = sdk.v1.payment_intents.list({"customer": customer.id, "limit": 3})
    assert len(page.data) == 3 and page.has_more is True
    assert [intent.id for intent in page.auto_paging_iter()] == made[::-1]
    newer = sdk.v1.payment_intents.list({"customer": customer.id, "limit": 3, "ending_before": made[3]})
    assert [intent.id for intent in newer.data] == made[:3:-1] and newer.has_more is False


@pytest.mark.parametrize(
    "number, code, decline_code",
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000009987", "card_declined", "lost_card"),
        ("4000000000000069", "expired_card", None),
        ("4000000000000127", "incorrect_cvc", None),
        ("4000000000000119", "processing_error", None),
    ],
)
def test_a_decline_raises_card_error_with_its_codes(sdk, number, code, decline_code):
    with pytest.raises(stripe.CardError) as declined:
        paid(sdk, 1000, payment_method=payment_method(sdk, number).id)
    error = declined.value
    assert error.http_status == 402 and error.code == code
    if decline_code:
        assert error.error.decline_code == decline_code
    intent = sdk.v1.payment_intents.retrieve(error.error.payment_intent.id)
    assert intent.status == "requires_payment_method" and intent.amount_received == 0
    assert intent.last_payment_error.code == code


def test_a_declined_payment_is_paid_with_another_card(sdk):
    with pytest.raises(stripe.CardError) as declined:
        paid(sdk, 1000, payment_method=payment_method(sdk, "4000000000009995").id)
    intent = declined.value.error.payment_intent
    intent = sdk.v1.payment_intents.confirm(intent.id, {"payment_method": payment_method(sdk).id})
    assert intent.status == "succeeded"


@pytest.mark.parametrize(
    "number, code",
    [("4242424242424241", "incorrect_number"), ("6011111111111117", None), ("3566002020360505", None)],
)
def test_a_number_with_a_bad_check_digit_or_of_another_brand_is_refused_by_name(sdk, number, code):
    with pytest.raises(stripe.StripeError) as refused:
        payment_method(sdk, number)
    assert refused.value.http_status in (400, 402) and "number" in refused.value.error.param
    assert number not in str(refused.value)
    if code:
        assert refused.value.code == code


def test_an_idempotency_key_replays_the_first_answer(sdk):
    params = {"amount": 700, "currency": "usd", "payment_method": payment_method(sdk).id, "confirm": True}
    key = f"order-{uuid.uuid4()}"
    first = sdk.v1.payment_intents.create(params, {"idempotency_key": key})
    second = sdk.v1.payment_intents.create(params, {"idempotency_key": key})
    assert first.id == second.id and first.last_response.body == second.last_response.body
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    with pytest.raises(stripe.IdempotencyError):
        sdk.v1.payment_intents.create({**params, "amount": 701}, {"idempotency_key": key})


def test_expand_puts_the_charge_where_its_id_was(sdk):
    intent = paid(sdk, 1500)
    assert isinstance(intent.latest_charge, str)
    whole = sdk.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert whole.latest_charge.id == intent.latest_charge
    assert whole.latest_charge.object == "charge" and whole.latest_charge.amount == 1500
    assert whole.latest_charge.payment_method_details.card.last4 == "4242"


def test_a_token_made_with_the_publishable_key_pays_once(florin, sdk):
    token = client_for(florin, "publishable_key").v1.tokens.create({"card": card()})
    assert token.id.startswith("tok_") and token.used is False
    method = sdk.v1.payment_methods.create({"type": "card", "card": {"token": token.id}})
    assert paid(sdk, 100, payment_method=method.id).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.payment_methods.create({"type": "card", "card": {"token": token.id}})


def test_what_is_wrong_with_a_request_is_named(florin, sdk):
    cases = [
        ({"amount": -1, "currency": "usd"}, "amount"),
        ({"amount": 2**63, "currency": "usd"}, "amount"),
        ({"amount": 100, "currency": "xxz"}, "currency"),
        ({"amount": 100, "currency": "usd", "colour": "red"}, "colour"),
        ({"amount": 100}, "currency"),
        ({"amount": 100, "currency": "usd", "metadata": {"note": "4242 4242 4242 4242"}}, "metadata[note]"),
    ]
    for params, named in cases:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            sdk.v1.payment_intents.create(params)
        assert refused.value.http_status == 400 and refused.value.param == named, params
    with pytest.raises(stripe.InvalidRequestError) as missing:
        sdk.v1.payment_intents.retrieve("pi_00000000000000000000000000")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.AuthenticationError):
        stripe.StripeClient("sk_test_wrong", base_addresses={"api": florin.dev["base_url"]}).v1.customers.list()


def test_balance_and_balance_transactions_tell_what_a_payment_brought(sdk):
    intent = paid(sdk, 4321, expand=["latest_charge.balance_transaction"])
    entry = intent.latest_charge.balance_transaction
    assert (entry.amount, entry.type, entry.source) == (4321, "charge", intent.latest_charge.id)
    assert entry.net == entry.amount - entry.fee
    assert sdk.v1.balance.retrieve().object == "balance"


def test_a_webhook_passes_the_sdks_own_verification_and_a_changed_one_does_not(sdk, receiver):
    endpoint = sdk.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["payment_intent.succeeded"]})
    assert endpoint.secret.startswith("whsec_")
    intent = paid(sdk, 800)
    headers, body = receiver.wait_for(lambda event: event["data"]["object"]["id"] == intent.id)
    event = stripe.Webhook.construct_event(body, headers["stripe-signature"], endpoint.secret)
    assert event.type == "payment_intent.succeeded" and event.data.object.amount == 800
    assert sdk.v1.events.retrieve(event.id).type == event.type
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        assert headers[name]
    changed = json.dumps({**json.loads(body), "type": "payment_intent.canceled"})
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(changed, headers["stripe-signature"], endpoint.secret)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["stripe-signature"], "whsec_other")
    sdk.v1.webhook_endpoints.delete(endpoint.id)
