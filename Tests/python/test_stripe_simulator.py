"""The simulated Stripe, held to Stripe: its official package drives it, and its answers are as published."""

import json
import urllib.error
import urllib.request

import pytest
import stripe

import stripe_spec
from simulators import Simulators

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}


@pytest.fixture(scope="module")
def simulators():
    running = Simulators()
    yield running
    running.stop()


@pytest.fixture
def client(simulators):
    simulators.control("DELETE", "faults")
    return stripe.StripeClient(
        "sk_test_python", base_addresses={"api": simulators.stripe}, max_network_retries=0,
        stripe_version="2023-08-16")


@pytest.fixture(scope="module")
def spec():
    return stripe_spec.load()


def method(client, number="4242424242424242"):
    return client.v1.payment_methods.create({"type": "card", "card": {**CARD, "number": number}})


def intent(client, number="4242424242424242", **more):
    return client.v1.payment_intents.create({
        "amount": 1999, "currency": "usd", "payment_method": method(client, number).id, "confirm": True,
        "payment_method_types": ["card"], **more})


def test_a_sale_a_part_refund_and_its_rest(client):
    paid = intent(client, metadata={"order": "7"})
    assert (paid.status, paid.amount_received, paid.metadata["order"]) == ("succeeded", 1999, "7")
    first = client.v1.refunds.create({"payment_intent": paid.id, "amount": 999})
    assert (first.status, first.amount) == ("succeeded", 999)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": paid.id, "amount": 1001})
    rest = client.v1.refunds.create({"charge": paid.latest_charge})
    assert rest.amount == 1000
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": paid.id})
    assert refused.value.code == "charge_already_refunded"
    assert [refund.id for refund in client.v1.refunds.list({"payment_intent": paid.id}).data] == [rest.id, first.id]


def test_a_hold_captured_in_part_and_one_given_up(client):
    hold = intent(client, capture_method="manual")
    assert (hold.status, hold.amount_capturable) == ("requires_capture", 1999)
    taken = client.v1.payment_intents.capture(hold.id, {"amount_to_capture": 500})
    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 500, 0)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.cancel(hold.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    other = intent(client, capture_method="manual")
    assert client.v1.payment_intents.cancel(other.id, {"cancellation_reason": "duplicate"}).status == "canceled"


@pytest.mark.parametrize("number, code, decline, advice", [
    ("4000000000000002", "card_declined", "generic_decline", "try_again_later"),
    ("4000000000009995", "card_declined", "insufficient_funds", "try_again_later"),
    ("4000000000009987", "card_declined", "lost_card", "do_not_try_again"),
    ("4000000000000069", "expired_card", "expired_card", "confirm_card_data"),
    ("4000000000000127", "incorrect_cvc", "incorrect_cvc", "confirm_card_data"),
    ("4000000000000119", "processing_error", "processing_error", "try_again_later"),
])
def test_declines_are_those_of_the_test_cards(client, number, code, decline, advice):
    with pytest.raises(stripe.CardError) as refused:
        intent(client, number)
    error = refused.value.json_body["error"]
    assert (refused.value.http_status, error["code"], error["decline_code"]) == (402, code, decline)
    assert error["advice_code"] == advice
    assert error["payment_intent"]["status"] == "requires_payment_method"
    # Another card pays it.
    again = client.v1.payment_intents.confirm(
        error["payment_intent"]["id"], {"payment_method": method(client).id})
    assert again.status == "succeeded"


def test_ready_made_methods_and_one_use_of_others(client):
    ready = {"amount": 100, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    assert client.v1.payment_intents.create(ready).status == "succeeded"
    assert client.v1.payment_intents.create(ready).status == "succeeded"
    mine = method(client).id
    once = {"amount": 100, "currency": "usd", "payment_method": mine, "confirm": True}
    client.v1.payment_intents.create(once)
    with pytest.raises(stripe.InvalidRequestError, match="previously used"):
        client.v1.payment_intents.create(once)


def test_authentication(client):
    waiting = intent(client, "4000002760003184", return_url="https://shop.example/back")
    assert (waiting.status, waiting.next_action["type"]) == ("requires_action", "redirect_to_url")
    page = waiting.next_action["redirect_to_url"]["url"]
    assert b"3-D Secure" in urllib.request.urlopen(page, timeout=20).read()

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    with pytest.raises(urllib.error.HTTPError) as redirect:
        urllib.request.build_opener(Stay).open(page, data=b"result=pass", timeout=20)
    assert redirect.value.headers["Location"].startswith("https://shop.example/back?payment_intent=pi_")
    assert client.v1.payment_intents.retrieve(waiting.id).status == "succeeded"
    with pytest.raises(stripe.CardError) as refused:
        intent(client, "4000002760003184", error_on_requires_action=True)
    assert refused.value.code == "authentication_required"


def test_the_same_key_gives_the_first_answer(client, simulators):
    fields = {"amount": 700, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}
    key = {"Idempotency-Key": "python-1"}
    status, headers, first = simulators.post("/v1/payment_intents", fields, key)
    again_status, again_headers, again = simulators.post("/v1/payment_intents", fields, key)
    assert (status, again_status, first) == (200, 200, again)
    assert headers["Idempotent-Replayed"] is None and again_headers["Idempotent-Replayed"] == "true"
    status, _, other = simulators.post("/v1/payment_intents", {**fields, "amount": 701}, key)
    assert (status, other["error"]["type"]) == (400, "idempotency_error")
    declined = {**fields, "payment_method": "pm_card_visa_chargeDeclined"}
    key = {"Idempotency-Key": "python-2"}
    assert simulators.post("/v1/payment_intents", declined, key)[0] == 402
    status, headers, _ = simulators.post("/v1/payment_intents", declined, key)
    assert (status, headers["Idempotent-Replayed"]) == (402, "true")
    # What failed validation was not executed, and its key is free.
    key = {"Idempotency-Key": "python-3"}
    assert simulators.post("/v1/payment_intents", {**fields, "amount": 0}, key)[0] == 400
    assert simulators.post("/v1/payment_intents", fields, key)[0] == 200


def test_errors_arrive_as_the_package_expects(client, simulators):
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.v1.payment_intents.retrieve("pi_nobody")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        client.v1.payment_intents.create({"amount": 1, "currency": "usd", "colour": "red"})
    other = stripe.StripeClient("sk_live_x", base_addresses={"api": simulators.stripe}, max_network_retries=0)
    with pytest.raises(stripe.AuthenticationError):
        other.v1.balance.retrieve()
    simulators.fault("busy", path="/v1/refunds")
    with pytest.raises(stripe.RateLimitError):
        client.v1.refunds.create({"payment_intent": "pi_x"})
    simulators.fault("error_after", path="/v1/payment_intents")
    with pytest.raises(stripe.APIError):
        client.v1.payment_intents.create({"amount": 100, "currency": "usd"})
    simulators.fault("cut_after", path="/v1/payment_intents")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create({"amount": 100, "currency": "usd"})


def test_lists_and_the_lagging_index(client, simulators):
    made = [client.v1.payment_intents.create(
        {"amount": 100, "currency": "usd", "metadata": {"ref": "lag"}}).id for _ in range(3)]
    page = client.v1.payment_intents.list({"limit": 2})
    assert [one.id for one in page.data] == made[:0:-1] and page.has_more
    after = client.v1.payment_intents.list({"limit": 1, "starting_after": made[1]})
    assert after.data[0].id == made[0]
    query = {"query": "metadata['ref']:'lag'"}
    simulators.set(search_lag=3600)
    assert client.v1.payment_intents.search(query).data == []
    simulators.set(search_lag=0)
    assert len(client.v1.payment_intents.search(query).data) == 3
    simulators.set(search_lag=60)


def test_webhooks_are_signed_and_delivered(client, simulators, receiver):
    endpoint = client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["payment_intent.succeeded", "charge.dispute.created"]})
    simulators.set(duplicate_webhooks="true")
    paid = intent(client, "4000000000000259")
    deliveries = [receiver.received.get(timeout=20) for _ in range(4)]
    simulators.set(duplicate_webhooks="false")
    events = [stripe.Webhook.construct_event(
        body, headers["stripe-signature"], endpoint.secret) for headers, body in deliveries]
    assert sorted({event.type for event in events}) == ["charge.dispute.created", "payment_intent.succeeded"]
    assert len(events) == 4 and len({event.id for event in events}) == 2
    assert client.v1.disputes.list({"limit": 1}).data[0].payment_intent == paid.id
    client.v1.webhook_endpoints.delete(endpoint.id)


def test_answers_are_as_published(simulators, spec):
    def get(path):
        request = urllib.request.Request(simulators.stripe + path, headers={"Authorization": "Bearer sk_test_python"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    card = {f"card[{name}]": value for name, value in CARD.items()}
    _, _, made = simulators.post("/v1/payment_methods", {"type": "card", **card})
    assert spec.answer_errors("POST", "/v1/payment_methods", 200, made) == []
    fields = {"amount": 1999, "currency": "usd", "payment_method": made["id"], "confirm": "true",
              "expand[0]": "latest_charge", "return_url": "https://shop.example"}
    _, _, paid = simulators.post("/v1/payment_intents", fields)
    assert spec.answer_errors("POST", "/v1/payment_intents", 200, paid) == []
    for name, status in [("pm_card_visa_chargeDeclined", 402), ("pm_card_authenticationRequired", 200)]:
        got, _, body = simulators.post("/v1/payment_intents", {**fields, "payment_method": name})
        assert got == status and spec.answer_errors("POST", "/v1/payment_intents", status, body) == []
    _, _, refund = simulators.post("/v1/refunds", {"payment_intent": paid["id"], "amount": 1})
    assert spec.answer_errors("POST", "/v1/refunds", 200, refund) == []
    for path in ["/v1/payment_intents", f"/v1/payment_intents/{paid['id']}", "/v1/refunds", "/v1/balance",
                 "/v1/charges", "/v1/events", "/v1/disputes"]:
        assert spec.answer_errors("GET", path, 200, get(path)) == [], path
