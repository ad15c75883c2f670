"""Lists by what a bot asks for, through Stripe's own package: filters, both directions, and pages that begin at nothing."""

import http.server
import threading
import time
import uuid

import pytest
import stripe

from test_payouts import made, own, until  # noqa: F401
from test_stripe_sdk import paid, payment_method, sdk  # noqa: F401
from test_stripe_sdk_resources import refused, token

NOBODY = "00000000000000000000000000"


def ids(page):
    return [item.id for item in page.data]


def test_charges_are_listed_by_customer_with_those_that_were_declined(sdk):
    customer, other = sdk.v1.customers.create({}), sdk.v1.customers.create({})
    assert ids(sdk.v1.charges.list({"customer": customer.id})) == []
    late = sdk.v1.payment_intents.create({"amount": 300, "currency": "usd", "customer": customer.id})
    first = paid(sdk, 700, customer=customer.id)
    paid(sdk, 700, customer=other.id)
    paid(sdk, 700)
    with pytest.raises(stripe.CardError) as declined:
        paid(sdk, 800, customer=customer.id, payment_method=payment_method(sdk, "4000000000000002").id)
    failed = declined.value.error.payment_intent.latest_charge
    second = sdk.v1.payment_intents.confirm(late.id, {"payment_method": payment_method(sdk).id})
    newest = [second.latest_charge, failed, first.latest_charge]
    assert ids(sdk.v1.charges.list({"customer": customer.id})) == newest, "newest attempt first, whenever its payment was made"
    assert [charge.id for charge in sdk.v1.charges.list({"customer": customer.id, "limit": 1}).auto_paging_iter()] == newest
    assert ids(sdk.v1.charges.list({"customer": customer.id, "ending_before": newest[2], "limit": 1})) == [failed]
    assert {charge.customer for charge in sdk.v1.charges.list({"customer": customer.id}).data} == {customer.id}
    assert ids(sdk.v1.charges.list({"customer": customer.id, "payment_intent": first.id})) == [first.latest_charge]
    assert ids(sdk.v1.charges.list({"customer": other.id, "payment_intent": first.id})) == []
    refused(lambda: sdk.v1.charges.list({"customer": f"cus_{NOBODY}"}), 404, "resource_missing", "customer")


def test_an_attempt_goes_with_its_payment_to_the_customer_who_is_named_later(sdk):
    customer = sdk.v1.customers.create({})
    intent = sdk.v1.payment_intents.create({"amount": 300, "currency": "usd"})
    with pytest.raises(stripe.CardError):
        sdk.v1.payment_intents.confirm(intent.id, {"payment_method": payment_method(sdk, "4000000000000002").id})
    assert ids(sdk.v1.charges.list({"customer": customer.id})) == []
    sdk.v1.payment_intents.update(intent.id, {"customer": customer.id})
    (attempt,) = sdk.v1.charges.list({"customer": customer.id}).data
    assert attempt.payment_intent == intent.id and attempt.customer == customer.id


def test_balance_transactions_are_listed_by_type_and_in_both_directions(made):
    sdk = made.client
    payments = [made.earn(1000 + n) for n in range(4)]
    refunds = [sdk.v1.refunds.create({"payment_intent": payment.id, "amount": 100}) for payment in payments[:2]]
    made.account()
    payout = sdk.v1.payouts.create({"amount": 500, "currency": "usd"})
    sdk.v1.payouts.cancel(payout.id)
    lines = sdk.v1.balance_transactions.list({"limit": 100}).data
    assert len(lines) == 8
    by_type = lambda kind, **more: sdk.v1.balance_transactions.list({"type": kind, **more})  # noqa: E731
    assert [line.source for line in by_type("charge").data] == [payment.latest_charge for payment in reversed(payments)]
    assert [line.source for line in by_type("refund").data] == [refund.id for refund in reversed(refunds)]
    assert [(line.source, line.amount) for line in by_type("payout").data] == [(payout.id, -500)]
    assert [(line.source, line.amount) for line in by_type("payout_cancel").data] == [(payout.id, 500)]
    for kind in ("adjustment", "payout_failure", "refund_failure", "application_fee"):
        assert by_type(kind).data == [], kind
    assert [line.id for line in by_type("charge", limit=1).auto_paging_iter()] == ids(by_type("charge"))
    assert ids(by_type("refund", starting_after=lines[0].id)) == ids(by_type("refund")), "a cursor need not be of the type"
    assert ids(by_type("refund", source=refunds[0].id)) == [line.id for line in lines if line.source == refunds[0].id]
    assert by_type("charge", source=refunds[0].id).data == []
    assert by_type("refund", currency="eur").data == []
    # Backwards from the oldest, one and three at a time, as the package walks.
    newer = [line.id for line in reversed(lines[:-1])]
    for limit in (1, 3):
        walk = sdk.v1.balance_transactions.list({"ending_before": lines[-1].id, "limit": limit})
        assert [line.id for line in walk.auto_paging_iter()] == newer
    page = sdk.v1.balance_transactions.list({"ending_before": lines[5].id, "limit": 2})
    assert ids(page) == [lines[3].id, lines[4].id] and page.has_more
    assert ids(by_type("charge", ending_before=lines[-1].id, limit=100)) == ids(by_type("charge"))[:-1]
    refused(lambda: by_type("gift"), 400, param="type")
    refused(lambda: sdk.v1.balance_transactions.list({"payout": payout.id}), 400, param="payout")
    refused(lambda: sdk.v1.balance_transactions.list({"payout": f"po_{NOBODY}"}), 404, "resource_missing", "payout")


def test_an_automatic_payout_tells_what_it_paid_out(made):
    sdk, raw = made.client, made.raw
    made.account()
    assert raw.post("/v1/balance_settings", {"payments": {"payouts": {"schedule": {"interval": "daily"}}}}).status == 200
    clock = sdk.v1.test_helpers.test_clocks.create({"frozen_time": int(time.time())})

    def automatic():
        return [payout for payout in sdk.v1.payouts.list({"limit": 100}).data if payout.automatic]

    def paid_out(count):
        """A day later, what is available has gone out."""
        now = sdk.v1.test_helpers.test_clocks.retrieve(clock.id).frozen_time
        sdk.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": now + 86_400 + 7_200})
        until(lambda: sdk.v1.test_helpers.test_clocks.retrieve(clock.id).status == "ready")
        until(lambda: len(automatic()) == count)
        return automatic()[0]

    first = made.earn(1000)
    one = paid_out(1)
    assert one.amount == 1000
    second, third = made.earn(2000), made.earn(3000)
    refund = sdk.v1.refunds.create({"payment_intent": third.id, "amount": 500})
    two = paid_out(2)
    assert two.amount == 4500
    listed = sdk.v1.balance_transactions.list({"payout": two.id})
    assert [line.source for line in listed.data] == [two.id, refund.id, third.latest_charge, second.latest_charge]
    assert sum(line.net for line in listed.data) == 0, "it paid out all that it names"
    assert [line.source for line in sdk.v1.balance_transactions.list({"payout": one.id}).data] == [one.id, first.latest_charge]
    charges = sdk.v1.balance_transactions.list({"payout": two.id, "type": "charge", "limit": 1})
    assert [line.source for line in charges.auto_paging_iter()] == [third.latest_charge, second.latest_charge]
    back = sdk.v1.balance_transactions.list({"payout": two.id, "ending_before": listed.data[-1].id, "limit": 100})
    assert ids(back) == ids(listed)[:-1], "nothing of another payout"


class Receiver(http.server.BaseHTTPRequestHandler):
    refuses = b"lost"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(500 if self.refuses in body else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_events_are_told_apart_by_whether_they_arrived(made):
    sdk = made.client

    class Own(Receiver):
        pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Own)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        before = sdk.v1.customers.create({"name": "before anybody listens"})
        sdk.v1.webhook_endpoints.create({
            "url": f"http://127.0.0.1:{server.server_port}/", "enabled_events": ["customer.created", "customer.updated"]})
        lost = sdk.v1.customers.create({"name": "lost"})
        until(lambda: [e for e in sdk.v1.events.list({"type": "customer.created", "limit": 1}).data if e.pending_webhooks == 1])
        listed = lambda **query: [e.data.object["id"] for e in sdk.v1.events.list(query).data]  # noqa: E731
        assert listed(delivery_success=False) == [lost.id]
        assert listed(delivery_success=True) == [before.id]
        arrived = sdk.v1.customers.create({"name": "arrives"})
        until(lambda: listed(delivery_success=True) == [arrived.id, before.id])
        made.earn(500)
        assert lost.id not in listed(delivery_success=True, limit=100)
        assert listed(delivery_success=False, type="customer.created") == [lost.id]
        assert listed(delivery_success=False, types=["charge.succeeded", "customer.updated"]) == []
        Own.refuses = b"nothing of this"
        waiting = sdk.v1.events.list({"delivery_success": False}).data[0]
        assert made.raw.post(f"/v1/events/{waiting.id}/resend", {}).status == 200
        until(lambda: listed(delivery_success=False) == [])
        refused(lambda: sdk.v1.events.list({"delivery_success": "maybe"}), 400, param="delivery_success")
    finally:
        server.shutdown()
        server.server_close()


def test_events_of_a_rare_type_are_found_among_many(sdk):
    mark = uuid.uuid4().hex
    customer = sdk.v1.customers.create({"name": mark})
    for _ in range(3):
        paid(sdk, 500)
    find = lambda **query: [e.type for e in sdk.v1.events.list({"limit": 100, "created": {"gte": customer.created}, **query}).data]  # noqa: E731
    assert set(find(type="customer.*")) == {"customer.created"}
    mixed = find(types=["customer.created", "charge.succeeded"])
    assert set(mixed) == {"customer.created", "charge.succeeded"} and mixed.count("charge.succeeded") >= 3
    assert [t for t in find() if t in ("customer.created", "charge.succeeded")] == mixed, "in the order of all events"
    assert find(type="friend_transfer.accepted") == []


def test_a_page_that_begins_at_nothing_is_an_error_and_no_empty_page(sdk):
    intent = paid(sdk, 500)
    sources = token(sdk)
    for list_of, cursor in (
        (sdk.v1.customers, f"cus_{NOBODY}"), (sdk.v1.payment_intents, f"pi_{NOBODY}"), (sdk.v1.charges, f"ch_{NOBODY}"),
        (sdk.v1.events, f"evt_{NOBODY}"), (sdk.v1.balance_transactions, f"txn_{NOBODY}"), (sdk.v1.payouts, f"po_{NOBODY}"),
        (sdk.v1.charges, intent.id), (sdk.v1.charges, sources),
    ):
        for parameter in ("starting_after", "ending_before"):
            error = refused(lambda: list_of.list({parameter: cursor}), 404, "resource_missing", parameter, stripe.InvalidRequestError)
            assert cursor in str(error) or cursor in (intent.id, sources)


def test_the_creation_of_a_payment_that_is_confirmed_at_once_is_told_to_those_who_name_it(made):
    sdk = made.client
    types = lambda payment: [e.type for e in sdk.v1.events.list({"limit": 100}).data if e.data.object["id"] == payment.id]  # noqa: E731
    sdk.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/all", "enabled_events": ["*"]})
    assert types(made.earn(500)) == ["payment_intent.succeeded"]
    sdk.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/some", "enabled_events": ["payment_intent.created"]})
    payment = made.earn(500)
    assert sorted(types(payment)) == ["payment_intent.created", "payment_intent.succeeded"]
    made_event = sdk.v1.events.list({"type": "payment_intent.created"}).data[0]
    shown = made_event.data.object
    assert (shown["status"], shown["latest_charge"], shown["amount_received"]) == ("requires_confirmation", None, 0)
    assert made_event.pending_webhooks == 2, "those who take everything are told as well"
