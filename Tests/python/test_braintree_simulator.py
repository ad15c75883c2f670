"""The simulated Braintree, held to Braintree: its official package drives it, and its answers are as published."""

import base64
import json
import urllib.parse
import urllib.request

import braintree
import pytest

import braintree_spec
from simulators import Simulators

CARD = {"number": "4111111111111111", "expiration_date": "12/2034", "cvv": "123"}
KEYS = ("simulated_public_key", "simulated_private_key")


@pytest.fixture(scope="module")
def simulators():
    running = Simulators().of("braintree")
    yield running
    running.stop()


@pytest.fixture
def book(simulators):
    simulators.control("DELETE", "faults")
    simulators.set(search_lag=0, settlement="manual", duplicate_window=30)
    return simulators


@pytest.fixture
def gateway(book):
    return connected(book)


def connected(simulators, keys=KEYS):
    address = urllib.parse.urlsplit(simulators.braintree)
    environment = braintree.Environment(
        "simulated", address.hostname, str(address.port), "", False, None, address.hostname, str(address.port))
    return braintree.BraintreeGateway(braintree.Configuration(
        environment=environment, merchant_id="simulated_merchant", public_key=keys[0], private_key=keys[1]))


def sale(gateway, amount="10.00", submit=True, **more):
    return gateway.transaction.sale(
        {"amount": amount, "credit_card": CARD, "options": {"submit_for_settlement": submit}, **more})


def test_a_sale_settles_and_is_refunded_in_two_parts(gateway):
    paid = sale(gateway, "19.99", order_id="order-1")
    assert paid.is_success, paid.message
    assert (paid.transaction.status, str(paid.transaction.amount)) == ("submitted_for_settlement", "19.99")
    assert [event.status for event in paid.transaction.status_history] == ["authorized", "submitted_for_settlement"]
    early = gateway.transaction.refund(paid.transaction.id, "9.99")
    assert not early.is_success
    assert early.errors.for_object("transaction").on("base")[0].code == braintree.ErrorCodes.Transaction.CannotRefundUnlessSettled
    assert gateway.testing.settle_transaction(paid.transaction.id).transaction.status == "settled"
    first = gateway.transaction.refund(paid.transaction.id, {"amount": "9.99", "order_id": "refund-1"})
    assert (first.transaction.type, str(first.transaction.amount), first.transaction.order_id) == ("credit", "9.99", "refund-1")
    too_much = gateway.transaction.refund(paid.transaction.id, "10.01")
    assert too_much.errors.deep_errors[0].code == braintree.ErrorCodes.Transaction.RefundAmountIsTooLarge
    assert gateway.transaction.refund(paid.transaction.id).transaction.amount == 10
    again = gateway.transaction.refund(paid.transaction.id)
    assert again.errors.deep_errors[0].code == braintree.ErrorCodes.Transaction.HasAlreadyBeenRefunded
    found = gateway.transaction.find(paid.transaction.id)
    assert len(found.refund_ids) == 2 and found.credit_card_details.last_4 == "1111"


def test_a_hold_is_captured_in_part_and_another_given_up(gateway):
    hold = sale(gateway, "30.00", submit=False).transaction
    assert hold.status == "authorized"
    taken = gateway.transaction.submit_for_settlement(hold.id, "12.50").transaction
    assert (taken.status, str(taken.amount)) == ("submitted_for_settlement", "12.50")
    twice = gateway.transaction.submit_for_settlement(hold.id)
    assert twice.errors.deep_errors[0].code == braintree.ErrorCodes.Transaction.CannotSubmitForSettlement
    other = sale(gateway, "31.00", submit=False).transaction
    assert gateway.transaction.void(other.id).transaction.status == "voided"
    assert gateway.transaction.void(other.id).errors.deep_errors[0].code == braintree.ErrorCodes.Transaction.CannotBeVoided


def test_a_reversal_voids_before_settlement_and_refunds_after(gateway):
    first = sale(gateway, "32.00").transaction
    assert gateway.transaction.reverse(first.id).transaction.status == "voided"
    second = sale(gateway, "33.00").transaction
    gateway.testing.settle_transaction(second.id)
    back = gateway.transaction.reverse(second.id).transaction
    assert (back.type, back.amount, back.refunded_transaction_id) == ("credit", 33, second.id)


@pytest.mark.parametrize("amount, code, kind", [
    ("2000.00", "2000", "soft_declined"), ("2001.00", "2001", "soft_declined"), ("2004.50", "2004", "hard_declined"),
    ("2010.00", "2010", "hard_declined"),
])
def test_amounts_choose_the_decline(gateway, amount, code, kind):
    refused = sale(gateway, amount)
    assert not refused.is_success
    made = refused.transaction
    assert (made.status, made.processor_response_code, made.processor_response_type) == ("processor_declined", code, kind)


def test_amounts_choose_failures_and_rejections(gateway):
    failed = sale(gateway, "3000.00").transaction
    assert (failed.status, failed.processor_response_code) == ("failed", "3000")
    rejected = sale(gateway, "5001.00").transaction
    assert (rejected.status, rejected.gateway_rejection_reason) == ("gateway_rejected", "application_incomplete")


def test_an_equal_transaction_is_a_duplicate_for_a_while(gateway, book):
    assert sale(gateway, "40.00", order_id="twice").is_success
    again = sale(gateway, "40.00", order_id="twice")
    assert again.transaction.gateway_rejection_reason == "duplicate"
    assert sale(gateway, "40.00", order_id="other").is_success
    assert sale(gateway, "40.01", order_id="twice").is_success
    book.set(duplicate_window=0)
    assert sale(gateway, "40.00", order_id="twice").is_success


def test_searching_by_order_lags(gateway, book):
    made = sale(gateway, "41.00", order_id="lagging").transaction

    def search():
        return [one.id for one in gateway.transaction.search(braintree.TransactionSearch.order_id == "lagging")]

    assert search() == [made.id]
    book.set(search_lag=3600)
    assert search() == []


def test_errors_arrive_as_the_package_expects(gateway, book):
    with pytest.raises(braintree.exceptions.not_found_error.NotFoundError):
        gateway.transaction.find("nobody")
    with pytest.raises(braintree.exceptions.authentication_error.AuthenticationError):
        connected(book, ("simulated_public_key", "wrong_private_key")).transaction.find("nobody")
    wrong = gateway.transaction.sale({"amount": "1.00", "credit_card": {**CARD, "number": "4242424242424242"}})
    assert wrong.errors.deep_errors[0].code == braintree.ErrorCodes.CreditCard.NumberMustBeTestNumber
    assert not sale(gateway, "0.00").is_success
    assert sale(gateway, "1.00", merchant_account_id="nobody").errors.deep_errors[0].code == "91513"
    book.fault("busy", path="/merchants/")
    with pytest.raises(braintree.exceptions.too_many_requests_error.TooManyRequestsError):
        sale(gateway)
    book.fault("error_after", path="/merchants/")
    with pytest.raises(braintree.exceptions.server_error.ServerError):
        sale(gateway, "42.00")


def test_a_client_token_is_given(gateway):
    token = json.loads(base64.b64decode(gateway.client_token.generate()))
    assert token["merchantId"] == "simulated_merchant"


# --- Webhooks ------------------------------------------------------------------------------------------------------


def notices(gateway, receiver, count):
    """What the vendor's package makes of the next messages."""
    found = []
    for _ in range(count):
        _, body = receiver.received.get(timeout=20)
        form = urllib.parse.parse_qs(body.decode() if isinstance(body, bytes) else body)
        found.append(gateway.webhook_notification.parse(form["bt_signature"][0], form["bt_payload"][0]))
    return found


def test_the_package_accepts_the_webhooks(gateway, book, receiver):
    book.set(webhook_url=receiver.url)
    try:
        book.set(webhook_check="true")
        assert notices(gateway, receiver, 1)[0].kind == "check"
        paid = sale(gateway, "50.00", order_id="hooked").transaction
        gateway.testing.settle_transaction(paid.id)
        settled, = notices(gateway, receiver, 1)
        assert (settled.kind, settled.transaction.id, settled.transaction.order_id) == ("transaction_settled", paid.id, "hooked")
        book.set(fail_refunds=gateway.transaction.refund(paid.id, "1.00").transaction.id)
        failed, = notices(gateway, receiver, 1)
        assert (failed.kind, failed.transaction.type) == ("refund_failed", "credit")
        lost = sale(gateway, "51.00").transaction
        gateway.testing.settlement_decline_transaction(lost.id)
        assert notices(gateway, receiver, 1)[0].kind == "transaction_settlement_declined"
    finally:
        book.set(webhook_url="")


def test_a_disputed_card_is_disputed_and_the_dispute_ends(gateway, book, receiver):
    book.set(webhook_url=receiver.url)
    try:
        paid = gateway.transaction.sale({
            "amount": "60.00", "credit_card": {**CARD, "number": "4023898493988028"}, "options": {"submit_for_settlement": True}})
        opened, = notices(gateway, receiver, 1)
        assert (opened.kind, opened.dispute.transaction.id, opened.dispute.amount_disputed) == (
            "dispute_opened", paid.transaction.id, 60)
        book.set(end_disputes="won")
        won, = notices(gateway, receiver, 1)
        assert (won.kind, won.dispute.status, won.dispute.amount_won) == ("dispute_won", "won", 60)
    finally:
        book.set(webhook_url="")


def test_webhooks_come_twice_when_ordered(gateway, book, receiver):
    book.set(webhook_url=receiver.url, duplicate_webhooks="true")
    try:
        book.set(webhook_check="true")
        assert [one.kind for one in notices(gateway, receiver, 2)] == ["check", "check"]
    finally:
        book.set(webhook_url="", duplicate_webhooks="false")


# --- The GraphQL API -----------------------------------------------------------------------------------------------


def graphql(simulators, query, variables, version="2019-01-01", keys=KEYS):
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"{simulators.braintree}/graphql", data=body, headers={
        "Authorization": "Basic " + base64.b64encode(":".join(keys).encode()).decode(), "Braintree-Version": version,
        "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return body.decode(), json.loads(answer.read())


def operations():
    """The documents that were written beside the facts, each with the fragments that it uses."""
    lines = [one for one in (braintree_spec.SPECS / "braintree" / "operations.graphql").read_text().splitlines() if one and one[0] != "#"]
    fragments = {one.split()[1]: one for one in lines if one.startswith("fragment")}
    return {
        one.split()[1].split("(")[0]: " ".join([one] + [text for name, text in fragments.items() if f"...{name}" in one])
        for one in lines if not one.startswith("fragment")}


def test_graphql_answers_are_as_published(book):
    spec = braintree_spec.load()
    known = operations()

    def run(name, **variables):
        body, answer = graphql(book, known[name], variables)
        assert spec.request_errors(body) == [], name
        assert "errors" not in answer, answer
        assert spec.answer_errors(body, answer) == [], name
        return answer["data"]

    def method():
        card = {"number": "4111111111111111", "expirationMonth": "12", "expirationYear": "2034", "cvv": "123"}
        return run("Tokenize", input={"creditCard": card})["tokenizeCreditCard"]["paymentMethod"]["id"]

    def made(name, amount, **more):
        return run(name, input={"paymentMethodId": method(), "transaction": {"amount": amount, **more}})

    assert run("Ping") == {"ping": "pong"}
    paid = made("Charge", "70.00", orderId="graph")["chargePaymentMethod"]["transaction"]
    assert (paid["status"], paid["amount"]["value"]) == ("SUBMITTED_FOR_SETTLEMENT", "70.00")
    hold = made("Authorize", "71.00")["authorizePaymentMethod"]["transaction"]
    taken = run("Capture", input={"transactionId": hold["id"], "transaction": {"amount": "7.10"}})
    assert taken["captureTransaction"]["transaction"]["amount"]["value"] == "7.10"
    declined = made("Charge", "2001.00")["chargePaymentMethod"]["transaction"]
    assert declined["statusHistory"][0]["declineType"] == "SOFT"
    rejected = made("Charge", "70.00", orderId="graph")["chargePaymentMethod"]["transaction"]
    assert rejected["statusHistory"][0]["duplicateOf"] == {"id": paid["id"]}
    book.set(settle="all")
    refund = run("Refund", input={"transactionId": paid["id"], "refund": {"amount": "1.00", "orderId": "back"}})
    assert refund["refundTransaction"]["refund"]["refundedTransaction"]["id"] == paid["id"]
    found = run("ByOrderId", orderId="graph")["search"]["transactions"]["edges"]
    assert [one["node"]["id"] for one in found] == [rejected["id"], paid["id"]]
    assert len(run("RefundsByOrderId", orderId="back")["search"]["refunds"]["edges"]) == 1
    assert run("ById", id=paid["id"])["node"]["refunds"][0]["amount"]["value"] == "1.00"
    back = run("Reverse", input={"transactionId": hold["id"]})["reverseTransaction"]["reversal"]
    assert back["__typename"] == "Refund"


def test_graphql_refusals_have_their_class(book):
    def refusal(query, version="2019-01-01", keys=KEYS, **variables):
        _, answer = graphql(book, query, variables, version, keys)
        return answer["errors"][0]["extensions"].get("errorClass"), answer["errors"][0]["extensions"].get("legacyCode")

    charge = "mutation($input: ChargePaymentMethodInput!) { chargePaymentMethod(input: $input) { transaction { id } } }"
    unknown = {"paymentMethodId": "tokencc_nobody", "transaction": {"amount": "1.00"}}
    assert refusal(charge, input=unknown) == ("VALIDATION", "91565")
    capture = "mutation($input: CaptureTransactionInput!) { captureTransaction(input: $input) { transaction { id } } }"
    assert refusal(capture, input={"transactionId": "nobody"}) == ("NOT_FOUND", None)
    assert refusal("query { ping }", keys=("simulated_public_key", "wrong")) == ("AUTHENTICATION", None)
    assert refusal("query { ping }", version="yesterday") == ("UNSUPPORTED_CLIENT", None)
    assert refusal("query { pong }") == ("VALIDATION", None)
    assert refusal("query { ping") == ("VALIDATION", None)


def test_both_dialects_show_one_book(gateway, book):
    paid = sale(gateway, "80.00", order_id="one-book").transaction
    _, answer = graphql(book, "query($id: ID!) { node(id: $id) { __typename ... on Transaction { legacyId orderId } } }",
                        {"id": paid.graphql_id})
    assert answer["data"]["node"] == {"__typename": "Transaction", "legacyId": paid.id, "orderId": "one-book"}
