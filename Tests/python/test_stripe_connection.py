"""A Stripe account connected to a running daemon, with the simulated Stripe behind it: from florinctl to the bytes on the wire."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request

import pytest

import stripe_spec
from connected import bot_of, operator_of, pay
from florin import Daemon
from simulators import Simulators

KEY = "sk_test_connection_of_the_end_to_end_test"
HOOK = "whsec_of_the_end_to_end_test"


@pytest.fixture(scope="module")
def simulators():
    running = Simulators()
    running.set(search_lag=0)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def stage(simulators, tmp_path_factory):
    """A daemon whose bot has an account of its own at the simulated Stripe: it goes before the platform's sandbox."""
    folder = tmp_path_factory.mktemp("stripe")
    daemon = Daemon(folder / "state").start()
    (folder / "key").write_text(KEY + "\n")
    (folder / "hook").write_text(HOOK + "\n")

    ctl = operator_of(daemon)

    added = ctl(
        "connections", "add", "stripe", "--owner", daemon.dev["bot"], "--mode", "test", "--account", "acct_simulated",
        "--secret-file", str(folder / "key"), "--webhook-secret-file", str(folder / "hook"), "--url",
        simulators.stripe, "--return-url", "https://shop.example/back")
    yield daemon, ctl, added, folder
    daemon.stop()


@pytest.fixture
def bot(stage):
    return bot_of(stage[0])


def test_the_account_is_asked_before_it_is_used(stage):
    _, ctl, added, _ = stage
    assert (added["processor"], added["mode"]) == ("stripe", "test")
    assert ctl("connections", "test", added["connection"])["verdict"] == "usable"


def test_credentials_of_the_other_mode_are_refused(stage):
    daemon, ctl, _, folder = stage
    (folder / "live").write_text("sk_live_abcdefgh")
    said = ctl("connections", "add", "stripe", "--owner", daemon.dev["bot"], "--account", "acct_x", "--secret-file",
               str(folder / "live"), check=False)
    assert "live key" in said and "abcdefgh" not in said


def test_a_sale_a_hold_and_a_refund_happen_at_stripe(bot, simulators):
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
    charges = simulators.book()["charges"]
    assert sorted(charge["amount_captured"] - charge["amount_refunded"] for charge in charges)[-2:] == [700, 1499]


def test_a_decline_arrives_as_stripe_said_it(bot):
    status, body = pay(bot, "4000000000009995")
    assert (status, body["error"]["decline_code"]) == (402, "insufficient_funds")


@pytest.mark.parametrize("fault", ["cut_after", "error_after", "garbage", "wrong_amount"])
def test_an_answer_that_is_lost_is_found_again(bot, simulators, fault):
    before = len([one for one in simulators.book()["intents"] if one["status"] == "succeeded"])
    simulators.fault(fault, path="/v1/payment_intents")
    status, paid = pay(bot)
    deadline = time.monotonic() + 30
    while paid["status"] == "processing" and time.monotonic() < deadline:
        time.sleep(0.2)
        _, paid = bot.get(f"/v1/payment_intents/{paid['id']}")
    assert paid["status"] == "succeeded", paid
    after = [one for one in simulators.book()["intents"] if one["status"] == "succeeded"]
    assert len(after) == before + 1, "charged twice, or not at all"


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def kept(bot, number):
    """A customer with a card that is there to be kept."""
    status, customer = bot.post("/v1/customers", {"name": "Ada"})
    assert status == 200, customer
    card = {"type": "card", "card[number]": number, "card[exp_month]": 12, "card[exp_year]": 2034, "card[cvc]": "123"}
    return customer["id"], bot.post("/v1/payment_methods", card)[1]["id"]


def test_a_card_is_kept_at_stripe_and_charged_without_its_holder(bot, simulators):
    customer, card = kept(bot, "4242424242424242")
    status, setup = bot.post("/v1/setup_intents", {"customer": customer, "payment_method": card, "confirm": "true"})
    assert (status, setup["status"]) == (200, "succeeded"), setup
    status, paid = bot.post("/v1/payment_intents", {
        "amount": 1999, "currency": "usd", "customer": customer, "payment_method": card, "confirm": "true",
        "off_session": "recurring"})
    assert (status, paid["status"]) == (200, "succeeded"), paid
    bodies = [one["body"] for one in simulators.requests() if one["path"] == "/v1/payment_intents"]
    assert "off_session=recurring" in bodies[-1] and "error_on_requires_action=true" in bodies[-1]
    status, declined = bot.post("/v1/setup_intents", {"payment_method": kept(bot, "4000000000000002")[1], "confirm": "true"})
    assert (status, declined["error"]["setup_intent"]["status"]) == (402, "requires_payment_method"), declined
    customer, card = kept(bot, "4242424242424242")
    status, first = bot.post("/v1/payment_intents", {
        "amount": 1999, "currency": "usd", "customer": customer, "payment_method": card, "confirm": "true",
        "setup_future_usage": "off_session"})
    assert (status, first["status"]) == (200, "succeeded"), first
    assert "setup_future_usage=off_session" in [
        one["body"] for one in simulators.requests() if one["path"] == "/v1/payment_intents"][-1]


@pytest.mark.parametrize("result", ["pass", "fail"])
def test_the_cardholder_authenticates_at_stripe_before_the_card_is_kept(bot, result):
    customer, card = kept(bot, "4242424242424242")
    status, setup = bot.post("/v1/setup_intents", {
        "customer": customer, "payment_method": card, "confirm": "true",
        "payment_method_options[card][request_three_d_secure]": "any"})
    assert (status, setup["status"]) == (200, "requires_action"), setup
    url = setup["next_action"]["redirect_to_url"]["url"]
    try:
        urllib.request.build_opener(Stay).open(url, data=f"result={result}".encode(), timeout=20)
    except urllib.error.HTTPError as back:
        assert back.code in (302, 303)
    status, done = bot.post(f"/v1/setup_intents/{setup['id']}/confirm", {})
    assert status == (200 if result == "pass" else 402), done
    assert bot.get(f"/v1/setup_intents/{setup['id']}")[1]["status"] == (
        "succeeded" if result == "pass" else "requires_payment_method")


@pytest.mark.parametrize("fault", ["cut_after", "error_after", "garbage"])
def test_a_verification_that_is_not_answered_is_found_again(bot, simulators, fault):
    customer, card = kept(bot, "4242424242424242")
    simulators.fault(fault, path="/v1/setup_intents")
    status, setup = bot.post("/v1/setup_intents", {"customer": customer, "payment_method": card, "confirm": "true"})
    deadline = time.monotonic() + 30
    while setup["status"] == "processing" and time.monotonic() < deadline:
        time.sleep(0.2)
        _, setup = bot.get(f"/v1/setup_intents/{setup['id']}")
    assert setup["status"] == "succeeded", setup


@pytest.mark.parametrize("fault", [None, "cut_after", "error_after"])
def test_a_hold_is_raised_at_stripe(bot, simulators, fault):
    status, hold = pay(bot, capture_method="manual", **{
        "payment_method_options[card][request_incremental_authorization]": "if_available"})
    assert hold["status"] == "requires_capture", hold
    if fault:
        simulators.fault(fault, path="/v1/payment_intents/*/increment_authorization")
    status, more = bot.post(f"/v1/payment_intents/{hold['id']}/increment_authorization", {"amount": 2500})
    deadline = time.monotonic() + 30
    while more["status"] == "processing" and time.monotonic() < deadline:
        time.sleep(0.2)
        _, more = bot.get(f"/v1/payment_intents/{hold['id']}")
    assert (more["status"], more["amount"]) == ("requires_capture", 2500), more
    status, taken = bot.post(f"/v1/payment_intents/{hold['id']}/capture", {})
    assert taken["amount_received"] == 2500, taken


def test_every_request_is_as_stripe_published_it(bot, simulators):
    spec = stripe_spec.load()
    # GET /v1/account, which says whose key it is, is documented (docs.stripe.com/api/accounts/retrieve) and not in this subset.
    requests = [one for one in simulators.requests() if one["path"].startswith("/v1/") and one["path"] != "/v1/account"]
    seen = {(one["method"], one["path"].split("/")[2], one["path"].count("/")) for one in requests}
    assert {("POST", "payment_methods", 2), ("POST", "payment_intents", 2), ("POST", "payment_intents", 4),
            ("POST", "refunds", 2), ("GET", "payment_intents", 3), ("GET", "balance", 2)} <= seen
    for one in requests:
        wrong = spec.request_errors(one["method"], one["path"], one["query"], one["body"])
        assert wrong == [], (one["method"], one["path"], wrong)
        assert one["headers"]["stripe-version"] == "2023-08-16"
        assert one["method"] == "GET" or one["headers"]["idempotency-key"].startswith("op_")
    carrying = [one["path"] for one in requests if "4242424242424242" in one["body"] or "cvc" in one["body"]]
    assert set(carrying) == {"/v1/payment_methods"}


def test_the_account_survives_a_kill_and_a_rolled_secret(stage, bot):
    daemon, ctl, added, folder = stage
    daemon.restart()
    assert ctl("connections", "test", added["connection"])["verdict"] == "usable"
    (folder / "other").write_text("rk_test_another_key_of_the_account")
    ctl("connections", "roll-secret", added["connection"], "--secret-file", str(folder / "other"))
    status, paid = pay(bot)
    assert (status, paid["status"]) == (200, "succeeded"), paid


def test_credentials_of_another_account_are_refused_by_name(stage, bot, simulators):
    _, ctl, added, folder = stage
    assert added["identity"] == "acct_simulated1"
    roll = ["connections", "roll-secret", added["connection"], "--secret-file", str(folder / "other")]
    simulators.set(account="acct_somebodyelse")
    try:
        (folder / "other").write_text("sk_test_key_of_another_account")
        for flags in [[], ["--same-account"]]:
            said = ctl(*roll, *flags, check=False)
            assert "acct_somebodyelse" in said and "acct_simulated1" in said and "Nothing was changed" in said, said
    finally:
        simulators.set(account="acct_simulated1")
    for fault, words in [("unauthorized", "does not take the key"), ("error_before", "answered 503")]:
        simulators.fault(fault, "/v1/account", method="GET")
        (folder / "other").write_text(f"sk_test_key_after_{fault}")
        said = ctl(*roll, check=False)
        assert words in said and "--same-account" in said and "Nothing was changed" in said, said
    status, paid = pay(bot)
    assert (status, paid["status"]) == (200, "succeeded"), paid
    simulators.fault("unauthorized", "/v1/account", method="GET")
    assert ctl(*roll, "--same-account")["identity"] == "acct_simulated1"


def test_an_account_that_is_connected_twice_is_told(stage, simulators):
    daemon, ctl, added, folder = stage
    (folder / "twice").write_text("sk_test_second_key_of_the_account")
    said = ctl("connections", "add", "stripe", "--owner", daemon.dev["bot"], "--mode", "test", "--account", "acct_again",
               "--secret-file", str(folder / "twice"), "--url", simulators.stripe)
    try:
        assert said["identity"] == "acct_simulated1"
        assert len(said["notes"]) == 1 and added["connection"] in said["notes"][0], said
    finally:
        ctl("connections", "disable", said["connection"])


def test_the_key_lies_nowhere_in_clear(stage):
    daemon = stage[0]
    for path in daemon.state.rglob("*"):
        if path.is_file():
            found = path.read_bytes()
            assert KEY.encode() not in found and HOOK.encode() not in found, path


def test_inbound_webhooks_prove_themselves(stage, bot, simulators):
    daemon, _, added, _ = stage
    path = f"/webhooks/processors/{added['connection']}"

    def post(body, secret=HOOK, at=None):
        at = int(at or time.time())
        code = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
        signed = {"Stripe-Signature": f"t={at},v1={code}"}
        return daemon.client().post(path, body=body.encode(), headers=signed).status

    event = json.dumps({
        "id": "evt_1", "object": "event", "created": 1, "livemode": False, "type": "payment_intent.succeeded",
        "data": {"object": {"id": "pi_1", "object": "payment_intent", "metadata": {"florin_operation": "op_x"}}}})
    assert post(event) == 200
    assert post(event) == 200
    assert post(event, secret="whsec_wrong") == 400
    assert post(event, at=time.time() - 301) == 400
    assert post("{}") == 400


def test_a_replaced_webhook_secret_is_believed_for_a_day_and_not_when_it_is_dropped_at_once(stage):
    daemon, ctl, added, folder = stage
    connection = added["connection"]

    def post(number, secret):
        body = json.dumps({"id": f"evt_rolled_{number}", "object": "event", "created": 1, "livemode": False,
                           "type": "payout.paid", "data": {"object": {"id": "po_1", "object": "payout"}}})
        at = int(time.time())
        code = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
        return daemon.client().post(
            f"/webhooks/processors/{connection}", body=body.encode(),
            headers={"Stripe-Signature": f"t={at},v1={code}"}).status

    def roll(secret, *flags):
        (folder / "hook").write_text(secret)
        ctl("connections", "roll-secret", connection, "--webhook-secret-file", str(folder / "hook"), *flags)

    roll("whsec_second")
    assert [post(1, HOOK), post(2, "whsec_second"), post(3, "whsec_third")] == [200, 200, 400]
    roll("whsec_third", "--at-once")
    assert [post(4, HOOK), post(5, "whsec_second"), post(6, "whsec_third")] == [400, 400, 200]
    roll(HOOK, "--at-once")
    assert [post(7, "whsec_third"), post(8, HOOK)] == [400, 200]


def test_a_dispute_is_found_without_a_webhook_and_answered(stage, bot):
    """Every ten seconds Stripe's events are asked for; the truth is then read from the dispute itself."""
    _, ctl, _, _ = stage
    status, paid = pay(bot, "4000000000000259")
    assert (status, paid["status"]) == (200, "succeeded"), paid
    wanted = f"/v1/disputes?payment_intent={paid['id']}"

    def dispute(state):
        deadline = time.monotonic() + 60
        while True:
            _, found = bot.get(wanted)
            if found["data"] and found["data"][0]["status"] == state:
                return found["data"][0]
            assert time.monotonic() < deadline, (state, found)
            time.sleep(0.5)

    opened = dispute("needs_response")
    assert (opened["amount"], opened["reason"]) == (1999, "fraudulent")
    assert opened["payment_method_details"]["card"]["network_reason_code"] == "10.4"
    deadline = time.monotonic() + 30
    while not (moved := ctl("disputes", "show", opened["id"])["movements"]):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert [(m["kind"], m["amount"]["minor_units"]) for m in moved] == [("withdrawn", 1999), ("fee", 1500)]
    status, sent = bot.post(f"/v1/disputes/{opened['id']}", {"evidence[uncategorized_text]": "winning_evidence"})
    assert (status, sent["status"], sent["evidence_details"]["submission_count"]) == (200, "under_review", 1), sent
    # The simulator decides when it is asked the next time, three seconds later.
    won = dispute("won")
    deadline = time.monotonic() + 30
    while [m["kind"] for m in ctl("disputes", "show", won["id"])["movements"]] != ["withdrawn", "fee", "reinstated"]:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert ctl("ledger", "verify")["problems"] == []
