"""The simulated PayPal, held to PayPal: its official packages drive it, and its answers are as published."""

import base64
import datetime
import json
import urllib.error
import urllib.parse
import urllib.request
import uuid

import pytest

import paypal_spec
from simulators import Simulators

sdk = pytest.importorskip("paypalserversdk")


@pytest.fixture(scope="module")
def simulators():
    running = Simulators()
    yield running.of("paypal")
    running.stop()


@pytest.fixture(scope="module")
def spec():
    return paypal_spec.load()


@pytest.fixture
def client(simulators):
    from paypalserversdk.configuration import Configuration, Environment, Server
    from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
    from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

    simulators.control("DELETE", "faults")
    Configuration.environments[Environment.SANDBOX][Server.DEFAULT] = simulators.paypal
    return PaypalServersdkClient(
        client_credentials_auth_credentials=ClientCredentialsAuthCredentials(
            o_auth_client_id="client", o_auth_client_secret="secret"),
        environment=Environment.SANDBOX)


def order_body(intent="CAPTURE", value="19.99", number=None, wallet=False):
    body = {"intent": intent, "purchase_units": [{"amount": {"currency_code": "USD", "value": value},
                                                   "invoice_id": uuid.uuid4().hex}]}
    if number:
        body["payment_source"] = {"card": {"number": number, "expiry": "2034-12", "security_code": "123"}}
    if wallet:
        body["payment_source"] = {"paypal": {"experience_context": {
            "return_url": "https://shop.example/back", "cancel_url": "https://shop.example/back"}}}
    return body


class Caller:
    """Plain HTTP with a token, every exchange held to what is published."""

    def __init__(self, base, spec):
        self.base, self.spec, self.token = base, spec, None
        _, answer = self.post("/v1/oauth2/token", b"grant_type=client_credentials", {
            "Authorization": "Basic " + base64.b64encode(b"client:secret").decode()})
        self.token = answer["access_token"]

    def post(self, path, body=None, headers=None):
        return self.send("POST", path, body, headers)

    def get(self, path):
        return self.send("GET", path)

    def send(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        if method == "POST" and data is not None and self.token:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        value = json.loads(text) if text else None
        if self.token:
            assert self.spec.answer_errors(method, path.split("?")[0], status, value) == [], (method, path, status, value)
        return status, value


@pytest.fixture
def caller(simulators, spec):
    simulators.control("DELETE", "faults")
    return Caller(simulators.paypal, spec)


def order(caller, **kind):
    return caller.post("/v2/checkout/orders", order_body(**kind), {
        "PayPal-Request-Id": uuid.uuid4().hex, "Prefer": "return=representation"})


def test_the_official_package_sells_holds_and_refunds(client):
    from paypalserversdk.exceptions.error_exception import ErrorException

    made = client.orders.create_order({"body": order_body(), "prefer": "return=representation"}).body
    assert made.status == "CREATED"
    paid = client.orders.capture_order({
        "id": made.id, "pay_pal_request_id": "a", "paypal_request_id": uuid.uuid4().hex,
        "body": {"payment_source": {"card": {"number": "4242424242424242", "expiry": "2034-12"}}}}).body
    capture = paid.purchase_units[0].payments.captures[0]
    assert (paid.status, capture.status, capture.amount.value) == ("COMPLETED", "COMPLETED", "19.99")
    refund = client.payments.refund_captured_payment({
        "capture_id": capture.id, "body": {"amount": {"currency_code": "USD", "value": "9.99"}},
        "prefer": "return=representation"}).body
    assert (refund.status, refund.amount.value) == ("COMPLETED", "9.99")
    assert client.payments.get_captured_payment({"capture_id": capture.id}).body.status == "PARTIALLY_REFUNDED"
    with pytest.raises(ErrorException) as refused:
        client.payments.refund_captured_payment({
            "capture_id": capture.id, "body": {"amount": {"currency_code": "USD", "value": "10.01"}}})
    assert refused.value.details[0].issue == "REFUND_AMOUNT_EXCEEDED"


def test_the_official_package_authorizes_captures_and_voids(client):
    def held():
        made = client.orders.create_order({
            "body": order_body("AUTHORIZE", number="4242424242424242"), "paypal_request_id": uuid.uuid4().hex,
            "prefer": "return=representation"}).body
        return made.purchase_units[0].payments.authorizations[0]

    one = held()
    taken = client.payments.capture_authorized_payment({
        "authorization_id": one.id, "prefer": "return=representation",
        "body": {"amount": {"currency_code": "USD", "value": "5.00"}, "final_capture": True}}).body
    assert (taken.status, taken.amount.value) == ("COMPLETED", "5.00")
    assert client.payments.get_authorized_payment({"authorization_id": one.id}).body.status == "CAPTURED"
    other = held()
    gone = client.payments.void_payment({"authorization_id": other.id, "prefer": "return=representation"}).body
    assert gone.status == "VOIDED"


def test_every_answer_is_as_published(caller):
    status, made = order(caller)
    assert status == 201
    assert caller.get(f"/v2/checkout/orders/{made['id']}")[0] == 200
    status, refused = caller.post(f"/v2/checkout/orders/{made['id']}/capture", {}, {"PayPal-Request-Id": "x1"})
    assert (status, refused["details"][0]["issue"]) == (422, "ORDER_NOT_APPROVED")
    status, paid = order(caller, number="4242424242424242")
    capture = paid["purchase_units"][0]["payments"]["captures"][0]
    assert caller.get(f"/v2/payments/captures/{capture['id']}")[0] == 200
    status, refund = caller.post(f"/v2/payments/captures/{capture['id']}/refund", {}, {"PayPal-Request-Id": "x2"})
    assert status == 201 and caller.get(f"/v2/payments/refunds/{refund['id']}")[0] == 200
    status, held = order(caller, intent="AUTHORIZE", number="5555555555554444")
    name = held["purchase_units"][0]["payments"]["authorizations"][0]["id"]
    assert caller.get(f"/v2/payments/authorizations/{name}")[0] == 200
    assert caller.post(f"/v2/payments/authorizations/{name}/capture", {}, {"PayPal-Request-Id": "x3"})[0] == 201
    assert caller.post(f"/v2/payments/authorizations/{name}/void")[0] == 422
    assert caller.get("/v2/checkout/orders/NOSUCHORDER")[0] == 404
    status, wallet = order(caller, wallet=True)
    assert wallet["status"] == "PAYER_ACTION_REQUIRED"


@pytest.mark.parametrize("number, code", [
    ("4000000000000002", "5100"), ("4000000000009995", "5120"), ("4000000000000069", "5400"),
    ("4100000000000019", "9500"), ("4000000000009987", "9520"),
])
def test_declines_are_whole_answers_with_the_processors_code(caller, number, code):
    status, body = order(caller, number=number)
    capture = body["purchase_units"][0]["payments"]["captures"][0]
    assert (status, capture["status"], capture["processor_response"]["response_code"]) == (201, "DECLINED", code)


def test_a_key_gives_the_first_answer_again(caller):
    key, body = uuid.uuid4().hex, order_body(number="4242424242424242")
    first = caller.post("/v2/checkout/orders", body, {"PayPal-Request-Id": key})
    again = caller.post("/v2/checkout/orders", body, {"PayPal-Request-Id": key})
    assert (first[0], again[0]) == (201, 200) and first[1] == again[1]


@pytest.mark.parametrize("code, status", [
    ("INSTRUMENT_DECLINED", 422), ("INTERNAL_SERVER_ERROR", 500), ("TRANSACTION_REFUSED", 422),
])
def test_errors_come_on_demand(caller, code, status):
    said, body = caller.post("/v2/checkout/orders", order_body(), {
        "PayPal-Mock-Response": json.dumps({"mock_application_codes": code})})
    assert said == status
    if status == 422:
        assert body["details"][0]["issue"] == code


def test_the_payer_approves_on_a_page_and_comes_back(caller):
    _, made = order(caller, wallet=True)
    page = next(link["href"] for link in made["links"] if link["rel"] == "payer-action")
    with urllib.request.urlopen(page, timeout=20) as shown:
        assert b"Approve" in shown.read()

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *arguments):
            return None

    with pytest.raises(urllib.error.HTTPError) as back:
        urllib.request.build_opener(Stay).open(page, data=b"result=approve", timeout=20)
    assert back.value.headers["Location"].startswith(f"https://shop.example/back?token={made['id']}")
    status, paid = caller.post(f"/v2/checkout/orders/{made['id']}/capture", {}, {"PayPal-Request-Id": uuid.uuid4().hex})
    assert (status, paid["status"]) == (201, "COMPLETED")


def test_transactions_are_listed_once_they_are_in_the_report(simulators, caller):
    _, paid = order(caller, number="4242424242424242")
    now = datetime.datetime.now(datetime.timezone.utc)
    span = [(now + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (-1, 1)]
    address = f"/v1/reporting/transactions?start_date={span[0]}&end_date={span[1]}&fields=transaction_info"

    def listed():
        status, page = Caller.send(caller, "GET", address)
        assert status == 200
        return [row["transaction_info"]["transaction_id"] for row in page.get("transaction_details", [])]

    name = paid["purchase_units"][0]["payments"]["captures"][0]["id"]
    assert name not in listed()
    simulators.set(report_lag=0)
    assert name in listed()
    simulators.set(report_lag=10800)


def test_disputes_are_as_published_from_beginning_to_end(simulators, caller):
    order(caller, number="4242424242424242")
    simulators.set(dispute="chargeback")
    status, listed = caller.get("/v1/customer/disputes?update_time_after=2020-01-01T00:00:00Z")
    name = listed["items"][0]["dispute_id"]
    status, opened = caller.get(f"/v1/customer/disputes/{name}")
    assert (status, opened["status"], len(opened["money_movements"])) == (200, "WAITING_FOR_SELLER_RESPONSE", 2)
    simulators.set(end_disputes="seller")
    status, ended = caller.get(f"/v1/customer/disputes/{name}")
    assert ended["dispute_outcome"]["outcome_code"] == "RESOLVED_SELLER_FAVOUR"


def test_the_older_package_pays_people(simulators, caller):
    """It makes payouts. What it would read it asks for at addresses that newer Pythons garble, so that is read by hand."""
    paypalrestsdk = pytest.importorskip("paypalrestsdk")
    api = paypalrestsdk.Api({
        "endpoint": simulators.paypal, "token_endpoint": simulators.paypal, "mode": "sandbox", "client_id": "client",
        "client_secret": "secret"})
    name = uuid.uuid4().hex
    body = {"sender_batch_header": {"sender_batch_id": name, "recipient_type": "EMAIL"}, "items": [
        {"recipient_type": "EMAIL", "amount": {"value": "7.00", "currency": "USD"}, "receiver": "unclaimed@example.com",
         "sender_item_id": "item-1"}]}
    payout = paypalrestsdk.Payout(body, api=api)
    assert payout.create(), payout.error
    status, batch = caller.get(f"/v1/payments/payouts/{payout.batch_header.payout_batch_id}")
    assert (status, batch["items"][0]["transaction_status"]) == (200, "UNCLAIMED")
    again = paypalrestsdk.Payout(body, api=api)
    assert not again.create() and again.error["links"][0]["href"].endswith(payout.batch_header.payout_batch_id)
    item = batch["items"][0]["payout_item_id"]
    assert caller.post(f"/v1/payments/payouts-item/{item}/cancel")[0] == 200
    status, back = caller.get(f"/v1/payments/payouts-item/{item}")
    assert (status, back["transaction_status"]) == (200, "RETURNED")


def test_the_older_package_believes_the_signatures(simulators, tmp_path):
    """The vendor's own check of a webhook, with the certificate handed to it in place of one from PayPal's host."""
    webhooks = pytest.importorskip("paypalrestsdk.notifications")
    import http.server
    import threading

    received = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            received.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    caller = Caller(simulators.paypal, paypal_spec.load())
    _, hook = caller.post("/v1/notifications/webhooks", {
        "url": f"http://127.0.0.1:{server.server_port}/", "event_types": [{"name": "*"}]})
    order(caller, number="4242424242424242")
    for _ in range(200):
        if received:
            break
        threading.Event().wait(0.05)
    server.shutdown()
    caller.send("DELETE", f"/v1/notifications/webhooks/{hook['id']}")
    headers = {name.lower(): value for name, value in received[0][0].items()}
    body = received[0][1].decode()
    signed = webhooks.WebhookEvent._get_expected_sig(
        headers["paypal-transmission-id"], headers["paypal-transmission-time"], hook["id"], body)
    with urllib.request.urlopen(headers["paypal-cert-url"], timeout=20) as answer:
        pem = answer.read()
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    key = x509.load_pem_x509_certificate(pem).public_key()
    key.verify(base64.b64decode(headers["paypal-transmission-sig"]), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
