"""A Braintree account connected to a running daemon, with the simulated Braintree behind it: from florinctl to the bytes on the wire."""

import json
import threading
import urllib.parse

import braintree
import pytest

import braintree_spec
import connected
from connected import bot_of, operator_of, until
from florin import Daemon
from simulators import Simulators

PAIR = "simulated_public_key:simulated_private_key"
ROLLED = "another_public_key:another_private_key_of_the_account"
# Accepted by the daemon's test mode and by Braintree.
CARD = "5555555555554444"


@pytest.fixture(scope="module")
def simulators():
    running = Simulators().of("braintree")
    running.set(search_lag=0, settlement="at_once")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def stage(simulators, tmp_path_factory):
    """A daemon whose bot has an account of its own at the simulated Braintree: it goes before the platform's sandbox."""
    folder = tmp_path_factory.mktemp("braintree")
    daemon = Daemon(folder / "state").start()
    (folder / "keys").write_text(PAIR + "\n")

    ctl = operator_of(daemon)

    added = ctl(
        "connections", "add", "braintree", "--owner", daemon.dev["bot"], "--mode", "test", "--account",
        "simulated_merchant", "--secret-file", str(folder / "keys"), "--merchant-accounts",
        "USD=simulated_usd,EUR=simulated_eur", "--url", simulators.braintree)
    yield daemon, ctl, added, folder
    daemon.stop()


@pytest.fixture
def bot(stage):
    return bot_of(stage[0])


def pay(bot, amount=1999, number=CARD, **more):
    return connected.pay(bot, number, amount, **more)


def test_the_account_is_asked_before_it_is_used(stage):
    _, ctl, added, _ = stage
    assert (added["processor"], added["mode"]) == ("braintree", "test")
    assert ctl("connections", "test", added["connection"])["verdict"] == "usable"


@pytest.mark.parametrize("pair, accounts, said", [
    ("no_colon_in_here", "USD=a", "colon"), (PAIR, "USD", "USD=name"), (PAIR, "XXQ=a", "USD=name"),
])
def test_what_makes_no_account_is_refused_with_advice(stage, pair, accounts, said):
    daemon, ctl, _, folder = stage
    (folder / "wrong").write_text(pair)
    answer = ctl("connections", "add", "braintree", "--owner", daemon.dev["bot"], "--account", "x", "--secret-file",
                 str(folder / "wrong"), "--merchant-accounts", accounts, check=False)
    assert said in answer and "private_key" not in answer


def test_a_sale_a_hold_and_refunds_happen_at_braintree(bot, simulators):
    status, paid = pay(bot)
    assert (status, paid["status"]) == (200, "succeeded"), paid
    status, refund = bot.post("/v1/refunds", {"payment_intent": paid["id"], "amount": 500})
    assert (status, refund["status"]) == (200, "succeeded"), refund
    status, hold = pay(bot, capture_method="manual")
    assert hold["status"] == "requires_capture"
    status, taken = bot.post(f"/v1/payment_intents/{hold['id']}/capture", {"amount_to_capture": 700})
    assert (status, taken["status"]) == (200, "succeeded"), taken
    status, other = pay(bot, capture_method="manual")
    status, gone = bot.post(f"/v1/payment_intents/{other['id']}/cancel", {})
    assert (status, gone["status"]) == (200, "canceled"), gone
    book = simulators.book()
    assert [(one["status"], one["amount"]["value"]) for one in book["transactions"]] == [
        ("SETTLED", "19.99"), ("SETTLED", "7.00"), ("VOIDED", "19.99")]
    assert [one["amount"]["value"] for one in book["refunds"]] == ["5.00"]


def test_a_decline_arrives_as_braintree_said_it(bot):
    status, body = pay(bot, 200_100)
    assert (status, body["error"]["decline_code"]) == (402, "insufficient_funds")
    status, body = pay(bot, 201_400)
    assert (status, body["error"]["decline_code"]) == (402, "fraudulent")


@pytest.mark.parametrize("fault", ["cut_after", "error_after", "garbage", "wrong_amount"])
def test_an_answer_that_is_lost_is_found_again(bot, simulators, fault):
    before = len(simulators.book()["transactions"])
    simulators.fault(fault, path="/graphql/chargePaymentMethod")
    _, paid = pay(bot)
    paid = until(lambda: bot.get(f"/v1/payment_intents/{paid['id']}")[1], lambda one: one["status"] != "processing")
    assert paid["status"] == "succeeded", paid
    assert len(simulators.book()["transactions"]) == before + 1, "charged twice, or not at all"


def test_an_index_that_lags_is_waited_for(bot, simulators):
    simulators.set(search_lag=3)
    simulators.fault("cut_after", path="/graphql/chargePaymentMethod")
    _, paid = pay(bot)
    assert paid["status"] == "processing"
    paid = until(lambda: bot.get(f"/v1/payment_intents/{paid['id']}")[1], lambda one: one["status"] != "processing")
    simulators.set(search_lag=0)
    assert paid["status"] == "succeeded", paid


def test_a_crash_in_the_middle_of_a_charge_charges_once(stage, bot, simulators):
    before = len(simulators.book()["transactions"])
    simulators.fault("stall_after", path="/graphql/chargePaymentMethod")
    daemon = stage[0]
    client = daemon.client(daemon.dev["bot_key"])
    card = {"type": "card", "card[number]": CARD, "card[exp_month]": 12, "card[exp_year]": 2034, "card[cvc]": "123"}
    _, method = bot.post("/v1/payment_methods", card)
    _, intent = bot.post("/v1/payment_intents", {"amount": 1234, "currency": "usd", "payment_method": method["id"]})
    sender = threading.Thread(target=lambda: quietly(lambda: client.post(f"/v1/payment_intents/{intent['id']}/confirm", {})))
    sender.start()
    until(lambda: len(simulators.book()["transactions"]), lambda count: count > before)
    daemon.restart()
    sender.join(timeout=60)
    paid = until(lambda: bot.get(f"/v1/payment_intents/{intent['id']}")[1], lambda one: one["status"] == "succeeded")
    assert paid["status"] == "succeeded", paid
    assert len(simulators.book()["transactions"]) == before + 1


def quietly(act):
    try:
        act()
    except Exception:  # the daemon was killed under it
        pass


def test_a_refund_of_what_has_not_settled(bot, simulators):
    simulators.set(settlement="manual")
    try:
        _, paid = pay(bot)
        _, whole = bot.post("/v1/refunds", {"payment_intent": paid["id"]})
        assert whole["status"] == "succeeded", whole
        assert simulators.book()["transactions"][-1]["status"] == "VOIDED"
        _, paid = pay(bot)
        _, part = bot.post("/v1/refunds", {"payment_intent": paid["id"], "amount": 500})
        assert part["status"] == "pending", part
        over, _ = bot.post("/v1/refunds", {"payment_intent": paid["id"], "amount": 1500})
        assert over == 400, "what is being refunded is not there any more"
        assert not [one for one in simulators.book()["refunds"] if one["amount"]["value"] == "15.00"]
        simulators.set(settle="all")
        part = until(lambda: bot.get(f"/v1/refunds/{part['id']}")[1], lambda one: one["status"] != "pending")
        assert part["status"] == "succeeded", part
        assert simulators.book()["refunds"][-1]["amount"]["value"] == "5.00"
    finally:
        simulators.set(settlement="at_once")


def test_braintrees_own_package_sees_the_same_book(bot, simulators):
    _, paid = pay(bot, 4321)
    address = urllib.parse.urlsplit(simulators.braintree)
    environment = braintree.Environment("simulated", address.hostname, str(address.port), "", False, None)
    gateway = braintree.BraintreeGateway(braintree.Configuration(
        environment=environment, merchant_id="simulated_merchant", public_key=PAIR.split(":")[0],
        private_key=PAIR.split(":")[1]))
    order = simulators.book()["transactions"][-1]["orderId"]
    found = list(gateway.transaction.search(braintree.TransactionSearch.order_id == order).items)
    assert [(str(one.amount), one.status, one.order_id) for one in found] == [("43.21", "settled", order)]
    assert order.startswith("op_")


def test_a_refund_that_comes_back_later_fails(bot, simulators):
    _, paid = pay(bot)
    _, refund = bot.post("/v1/refunds", {"payment_intent": paid["id"], "amount": 300})
    assert refund["status"] == "succeeded"
    simulators.set(fail_refunds=simulators.book()["refunds"][-1]["id"])
    refund = until(
        lambda: bot.get(f"/v1/refunds/{refund['id']}")[1], lambda one: one["status"] == "failed")
    assert refund["status"] == "failed", refund


def kept(bot, number):
    """A customer with a card that is there to be kept."""
    status, customer = bot.post("/v1/customers", {"name": "Ada"})
    assert status == 200, customer
    card = {"type": "card", "card[number]": number, "card[exp_month]": 12, "card[exp_year]": 2034, "card[cvc]": "123"}
    return customer["id"], bot.post("/v1/payment_methods", card)[1]["id"]


def test_a_card_is_kept_at_braintree_and_charged_without_its_holder(bot, simulators):
    customer, card = kept(bot, CARD)
    status, setup = bot.post("/v1/setup_intents", {"customer": customer, "payment_method": card, "confirm": "true"})
    assert (status, setup["status"]) == (200, "succeeded"), setup
    pay = {"amount": 1999, "currency": "usd", "customer": customer, "payment_method": card, "confirm": "true"}
    status, paid = bot.post("/v1/payment_intents", {**pay, "off_session": "recurring", "expand[0]": "latest_charge"})
    assert (status, paid["status"]) == (200, "succeeded"), paid
    sent = [json.loads(one["body"]) for one in simulators.requests() if "chargeCreditCard" in one["body"]][-1]
    charged = sent["variables"]["input"]
    vault = charged["options"]["externalVault"]
    assert (vault["status"], charged["transaction"]["paymentInitiator"]) == ("VAULTED", "RECURRING")
    assert len(vault["verifyingNetworkTransactionId"]) == 15
    assert len(paid["latest_charge"]["payment_method_details"]["card"]["network_transaction_id"]) == 15
    status, present = bot.post("/v1/payment_intents", {**pay, "amount": 2998, "capture_method": "manual"})
    assert present["status"] == "requires_capture", present
    sent = [json.loads(one["body"]) for one in simulators.requests() if "authorizeCreditCard" in one["body"]][-1]
    assert sent["variables"]["input"]["options"] == {"externalVault": {"status": "VAULTED"}}
    customer, card = kept(bot, CARD)
    first = {**pay, "amount": 3997, "customer": customer, "payment_method": card, "setup_future_usage": "off_session"}
    assert bot.post("/v1/payment_intents", first)[1]["status"] == "succeeded"
    sent = [json.loads(one["body"]) for one in simulators.requests() if "chargeCreditCard" in one["body"]][-1]
    assert sent["variables"]["input"]["options"] == {"externalVault": {"status": "WILL_VAULT"}}


@pytest.mark.parametrize("answer", ["evidence", "surrender"])
def test_a_dispute_is_answered(bot, simulators, answer):
    status, paid = pay(bot, 700)
    assert (status, paid["status"]) == (200, "succeeded"), paid
    simulators.set(dispute="last")
    look = lambda: bot.get(f"/v1/disputes?payment_intent={paid['id']}")[1]["data"]
    opened = until(look, lambda found: found and found[0]["status"] == "needs_response")[0]
    assert opened["amount"] == 700
    if answer == "evidence":
        status, sent = bot.post(f"/v1/disputes/{opened['id']}", {"evidence[product_description]": "A kettle"})
        assert (status, sent["status"]) == (200, "under_review"), sent
        assert simulators.book()["disputes"][-1]["evidence"] == [
            {"category": "GENERAL", "content": "product description: A kettle"}]
        simulators.set(end_disputes="won")
        end = "won"
    else:
        status, sent = bot.post(f"/v1/disputes/{opened['id']}/close", {})
        assert status == 200, sent
        end = "lost"
    closed = until(look, lambda found: found[0]["status"] == end)[0]
    assert closed["status"] == end, closed


def test_every_request_is_as_braintree_published_it(simulators):
    spec = braintree_spec.load()
    requests = [one for one in simulators.requests() if one["path"] == "/graphql"]
    for one in requests:
        assert spec.request_errors(one["body"]) == [], one["body"]
        assert one["headers"]["braintree-version"] == "2019-01-01"
        assert "operationName" not in one["body"]
    bodies = [one["body"] for one in requests]
    for root in ["ping", "tokenizeCreditCard(", "authorizePaymentMethod(", "chargePaymentMethod(", "captureTransaction(",
                 "reverseTransaction(", "refundTransaction(", "node(", "transactions(", "refunds(", "disputes(",
                 "idFromLegacyId(", "createDisputeTextEvidence(", "finalizeDispute(", "acceptDispute("]:
        assert any(root in body for body in bodies), root
    carrying = {body.split("(input")[0][-18:] for body in bodies if CARD in body or '"cvv"' in body}
    assert carrying == {"tokenizeCreditCard"}


def test_inbound_webhooks_prove_themselves(stage, simulators):
    daemon, _, added, _ = stage
    path = f"/webhooks/processors/{added['connection']}"

    def gateway(pair=PAIR):
        public, private = pair.split(":")
        return braintree.BraintreeGateway(braintree.Configuration(
            environment=braintree.Environment.Sandbox, merchant_id="m", public_key=public, private_key=private))

    def post(sample):
        body = urllib.parse.urlencode(sample).encode()
        return daemon.client().post(
            path, body=body, headers={"Content-Type": "application/x-www-form-urlencoded"}).status

    kinds = braintree.WebhookNotification.Kind
    for kind in [kinds.Check, kinds.TransactionSettled, kinds.TransactionSettlementDeclined, kinds.DisputeOpened,
                 kinds.DisputeLost, kinds.DisputeWon, kinds.Disbursement, kinds.RefundFailed]:
        sample = gateway().webhook_testing.sample_notification(kind, "my_id")
        assert post(sample) == 200, kind
        assert post(sample) == 200, kind
    sample = gateway().webhook_testing.sample_notification(kinds.Check, "my_id")
    assert post({**sample, "bt_payload": b"x" + sample["bt_payload"]}) == 400
    assert post(gateway("simulated_public_key:wrong_private_key").webhook_testing.sample_notification(kinds.Check, "x")) == 400
    assert post(gateway("other_public_key:wrong_private_key").webhook_testing.sample_notification(kinds.Check, "x")) == 400
    assert post({}) == 400
    challenge = "20f9f8ed05f77439fe955c977e4c8a53"
    answer = daemon.client().get(f"{path}?bt_challenge={challenge}")
    assert (answer.status, answer.body.decode()) == (200, gateway().webhook_notification.verify(challenge))
    assert daemon.client().get(f"{path}?bt_challenge=nonsense").status == 404
    assert daemon.client().get(path).status == 404
    assert daemon.client().get(f"/webhooks/processors/conn_nobody?bt_challenge={challenge}").status == 404


def test_the_account_survives_a_kill_and_rolled_keys(stage, bot, simulators):
    daemon, ctl, added, folder = stage
    daemon.restart()
    assert ctl("connections", "test", added["connection"])["verdict"] == "usable"
    public, private = ROLLED.split(":")
    simulators.set(public_key=public, private_key=private)
    assert ctl("connections", "test", added["connection"])["verdict"] == "refused"
    (folder / "rolled").write_text(ROLLED)
    name = added["identity"]
    simulators.set(merchant="another_merchant")
    said = ctl("connections", "roll-secret", added["connection"], "--secret-file", str(folder / "rolled"), check=False)
    assert "another_merchant" in said and name in said and "Nothing was changed" in said, said
    simulators.set(merchant=name)
    ctl("connections", "roll-secret", added["connection"], "--secret-file", str(folder / "rolled"))
    status, paid = pay(bot)
    assert (status, paid["status"]) == (200, "succeeded"), paid


def test_the_keys_lie_nowhere_in_clear(stage):
    daemon = stage[0]
    for path in daemon.state.rglob("*"):
        if path.is_file():
            found = path.read_bytes()
            assert PAIR.split(":")[1].encode() not in found and ROLLED.split(":")[1].encode() not in found, path
