"""Reconciliation of a running daemon with the simulated Stripe: what docs/reconciliation.md promises."""

import hashlib
import hmac
import json
import os
import re
import subprocess
import time

import pytest

import braintree_spec
import connected
import paypal_spec
import stripe_spec
from florin import ROOT, Daemon, binary
from simulators import Simulators


@pytest.fixture
def simulators():
    running = Simulators()
    running.set(search_lag=0)
    yield running
    running.stop()


@pytest.fixture
def stage(simulators, tmp_path):
    """A daemon whose bot has an account of its own at the simulated Stripe, settled to the platform."""
    daemon = Daemon(tmp_path / "state").start()
    (tmp_path / "key").write_text("sk_test_reconciliation\n")
    (tmp_path / "hook").write_text("whsec_reconciliation\n")
    added = daemon.florinctl(
        "connections", "add", "stripe", "--owner", daemon.dev["bot"], "--mode", "test", "--account", "acct_simulated",
        "--secret-file", str(tmp_path / "key"), "--webhook-secret-file", str(tmp_path / "hook"), "--url",
        simulators.stripe, "--funds-flow", "platform")
    yield daemon, added["connection"]
    daemon.stop()


def pay(daemon, amount=2000, number="4242424242424242", **more):
    status, paid = connected.pay(connected.bot_of(daemon), number, amount, **more)
    assert (status, paid["status"]) == (200, "requires_capture" if more else "succeeded"), paid
    return paid


def reconcile(daemon, connection, *more, status=0, as_json=True):
    now = int(time.time())
    period = () if "--file" in more else ("--from", str(now - 3600), "--to", str(now))
    # Stripe counts in whole seconds: what has happened in this one belongs to the next report.
    time.sleep(1.1)
    period = period and ("--from", str(now - 3600), "--to", str(now + 1))
    command = [binary("florinctl"), "--socket", daemon.dev["admin_socket"], *(["--json"] if as_json else []), "reconcile",
               connection, *period, *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stderr + done.stdout
    return json.loads(done.stdout) if as_json else done.stdout


def balances(daemon):
    found = daemon.florinctl("ledger", "accounts")["items"]
    return {one["kind"]: one["balance"]["minor_units"] for one in found if one["balance"]["currency"] == "usd"}


def open_cases(daemon):
    return {one["kind"]: one for one in daemon.florinctl("cases", "list")["items"]}


def fee(amount):
    return (amount * 29 + 500) // 1000 + 30


def test_when_the_payout_arrives_nothing_is_left_at_the_processor(stage, simulators):
    daemon, connection = stage
    pay(daemon, 2000)
    second = pay(daemon, 5000)
    refund = daemon.client(daemon.dev["bot_key"]).post("/v1/refunds", {"payment_intent": second["id"], "amount": 700})
    assert refund.json["status"] == "succeeded"
    assert balances(daemon)["processor_clearing"] == -6300
    simulators.set(pay_out="usd")
    result = reconcile(daemon, connection)
    fees = fee(2000) + fee(5000)
    assert (result["new_lines"], result["cases"], result["open"]) == (4, 0, [])
    assert [one["balance"]["minor_units"] for one in result["clearing"]] == [0]
    book = balances(daemon)
    assert (book["processor_clearing"], book["processing_fees"], book["bank"]) == (0, -fees, -(6300 - fees))
    assert book["bot_payable"] == 6300
    again = reconcile(daemon, connection)
    assert again["new_lines"] == 0 and balances(daemon) == book
    assert daemon.florinctl("ledger", "verify")["problems"] == []


def test_every_connection_is_compared_and_one_that_cannot_be_asked_stops_no_other(stage, simulators, tmp_path):
    daemon, connection = stage
    gone = Simulators()
    lost = daemon.florinctl(
        "connections", "add", "stripe", "--owner", daemon.dev["platform"], "--mode", "test", "--account", "acct_gone",
        "--secret-file", str(tmp_path / "key"), "--url", gone.stripe)["connection"]
    gone.stop()
    pay(daemon, 2000)
    time.sleep(1.1)
    now = int(time.time())

    def every(*more):
        return subprocess.run(
            [binary("florinctl"), "--socket", daemon.dev["admin_socket"], *more[:1], "reconcile", "--all", *more[1:]],
            capture_output=True, text=True, timeout=60)

    done = every("--json", "--mode", "test", "--from", str(now - 3600), "--to", str(now))
    assert done.returncode == 1 and "1 of" in done.stderr, done.stderr
    found = {one["connection"]: one for one in json.loads(done.stdout)["items"]}
    assert "cannot be had" in found[lost]["problem"] and len(found) >= 3, found
    assert [one["connection"] for one in found.values() if one.get("problem")] == [lost]
    assert found[connection]["settlement"]["matched"] == 1
    assert found[connection]["settlement"]["open"] == []
    # One that was switched off is shown, and is nobody's trouble.
    daemon.florinctl("connections", "disable", lost)
    done = every("--json", "--mode", "test", "--from", str(now - 3600), "--to", str(now))
    assert done.returncode == 0 and "cannot be had" in done.stdout, done.stderr
    # Nothing of live mode is connected, and yesterday is a day by the daemon's clock.
    done = every("--json", "--day", "yesterday")
    assert (done.returncode, json.loads(done.stdout)["items"]) == (0, [])
    yesterday = daemon.florinctl("reconcile", connection, "--day", "yesterday")
    assert yesterday["from"].endswith("T00:00:00Z") and yesterday["to"].endswith("T00:00:00Z")
    assert yesterday["from"] < yesterday["to"]
    for wrong in [("--json", "--file", "x"), ("--json", "--day", "yesterday", "--from", "2026-11-01")]:
        assert every(*wrong).returncode != 0


def test_stripe_is_asked_as_it_published(stage, simulators):
    spec = stripe_spec.load()
    daemon, connection = stage
    pay(daemon, 2000)
    simulators.set(pay_out="usd")
    reconcile(daemon, connection)
    asked = [one for one in simulators.requests() if one["path"] in ("/v1/balance_transactions", "/v1/payouts")]
    assert {one["path"] for one in asked} == {"/v1/balance_transactions", "/v1/payouts"}
    for one in asked:
        assert spec.request_errors(one["method"], one["path"], one["query"], one["body"]) == []


def test_what_differs_is_a_case_that_two_operators_and_a_reason_close(stage, simulators):
    daemon, connection = stage
    pay(daemon, 2000)
    simulators.set(bend_movement="5")
    simulators.set(unknown_charge="333")
    result = reconcile(daemon, connection, status=1)
    assert result["cases"] == 2
    found = open_cases(daemon)
    assert (found["mismatch"]["booked"]["minor_units"], found["mismatch"]["reported"]["minor_units"]) == (2000, 2005)
    assert found["unknown_here"]["reported"]["minor_units"] == 333
    # Found again, they are the same cases.
    assert reconcile(daemon, connection, status=1)["cases"] == 0
    case = found["unknown_here"]["id"]
    assert daemon.florinctl("cases", "assign", case)["state"] == "assigned"
    closed = daemon.florinctl("cases", "close", case, "--as", "corrected", "--reason", "a test charge of ours")
    assert (closed["state"], closed["resolution"], closed["reason"]) == ("closed", "corrected", "a test charge of ours")
    daemon.florinctl("cases", "close", found["mismatch"]["id"], "--as", "explained", "--reason", "their rounding")
    # Closed cases stay closed, though the lines still differ.
    assert reconcile(daemon, connection)["open"] == []
    metrics = subprocess.run(
        ["curl", "--silent", "--unix-socket", daemon.dev["admin_socket"], "http://localhost/metrics"],
        capture_output=True, text=True, timeout=20).stdout
    assert 'florin_cases_open{kind="mismatch"} 0' in metrics and "florin_cases_oldest_seconds 0" in metrics


FILE = "line,kind,reference,processor_reference,gross,fee,currency,payout,occurred\n"


def test_a_file_is_read_once_however_often_it_is_given(stage, simulators, tmp_path):
    daemon, connection = stage
    pay(daemon, 2000)
    [intent] = [one for one in simulators.book()["intents"] if one["status"] == "succeeded"]
    reference = intent["metadata"]["florin_operation"]
    report = tmp_path / "report.csv"
    lines = [f"t{number},fee,,,-0.01,0,USD,po_1,2026-11-21T05:00:00Z\n" for number in range(1000)]
    report.write_text(FILE + f'"t-1",charge,{reference},{intent["id"]},20.00,0.88,USD,po_1,2026-11-21T05:00:00Z\n'
                      + "".join(lines) + "t-2,payout,,po_1,-9.12,0,USD,po_1,2026-11-22\n")
    for turn in range(2):
        result = reconcile(daemon, connection, "--file", str(report))
        assert result["lines"] == 1002 and result["new_lines"] == (1002 if turn == 0 else 0), result
        book = balances(daemon)
        assert (book["processor_clearing"], book["processing_fees"], book["bank"]) == (0, -1088, -912)
    text = reconcile(daemon, connection, "--file", str(report), as_json=False)
    assert "100 of 100" in text and "No cases" in text


def test_a_file_in_stripes_own_columns_is_read(stage, simulators, tmp_path):
    daemon, connection = stage
    pay(daemon, 2000)
    [intent] = [one for one in simulators.book()["intents"] if one["status"] == "succeeded"]
    report = tmp_path / "itemized.csv"
    report.write_text(
        '"balance_transaction_id","created_utc","currency","gross","fee","net","reporting_category","source_id",'
        '"automatic_payout_id","payment_intent_id","payment_metadata[florin_operation]"\n'
        f'"txn_1abc","2026-11-21 05:09:05","usd","20.00","0.88","19.12","charge","ch_1","po_1","{intent["id"]}",'
        f'"{intent["metadata"]["florin_operation"]}"\n'
        '"txn_2abc","2026-11-22 05:09:05","usd","-19.12","0.00","-19.12","payout","po_1","","",""\n')
    result = reconcile(daemon, connection, "--file", str(report))
    assert (result["matched"], result["cases"]) == (2, 0)
    assert balances(daemon)["processor_clearing"] == 0


def test_a_file_that_cannot_be_read_says_where(stage, tmp_path):
    daemon, connection = stage
    report = tmp_path / "report.csv"
    for text, words in [
        ("", "is empty"), ("a,b\n1,2\n", "“balance_transaction_id” is missing"),
        (FILE + "t1,charge,,,ten,0,USD,,2026-11-21\n", "Record 1: “gross” and “fee”"),
        (FILE + '"t1,charge\n', "comma-separated"),
    ]:
        report.write_text(text)
        done = subprocess.run(
            [binary("florinctl"), "--socket", daemon.dev["admin_socket"], "reconcile", connection, "--file", str(report)],
            capture_output=True, text=True, timeout=30)
        assert done.returncode == 1 and words in done.stderr, (text, done.stderr)


def test_a_payment_that_only_stripe_knows_becomes_a_case_by_its_webhook(stage, simulators):
    daemon, connection = stage
    _, _, stranger = simulators.post("/v1/payment_intents", {
        "amount": 4321, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true",
        "payment_method_types[0]": "card"})
    assert stranger["status"] == "succeeded"

    def post(number, at=None):
        event = json.dumps({
            "id": f"evt_{number}", "object": "event", "created": 1, "livemode": False,
            "type": "payment_intent.succeeded", "data": {"object": {"id": stranger["id"], "object": "payment_intent"}}})
        at = int(time.time())
        code = hmac.new(b"whsec_reconciliation", f"{at}.{event}".encode(), hashlib.sha256).hexdigest()
        return daemon.client().post(
            f"/webhooks/processors/{connection}", body=event.encode(),
            headers={"Stripe-Signature": f"t={at},v1={code}"}).status

    # Out of order and twice: each counts once, and all of them make one case.
    assert [post(2), post(1), post(2), post(1)] == [200] * 4
    deadline = time.monotonic() + 20
    while "unknown_here" not in open_cases(daemon) and time.monotonic() < deadline:
        time.sleep(0.1)
    case = open_cases(daemon)["unknown_here"]
    assert (case["reported"]["minor_units"], case["processor_reference"]) == (4321, stranger["id"])

    def counted():
        page = subprocess.run(
            ["curl", "--silent", "--unix-socket", daemon.dev["admin_socket"], "http://localhost/metrics"],
            capture_output=True, text=True, timeout=20).stdout
        return {line.split('"')[1]: int(line.split()[-1]) for line in page.splitlines()
                if line.startswith("florin_notices_total{")}

    while counted()["agreed"] + counted()["opened"] < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (counted()["taken"], counted()["duplicate"], counted()["opened"]) == (2, 2, 1)


def test_an_interrupted_reconciliation_goes_on_after_a_kill(stage, simulators):
    daemon, connection = stage
    pay(daemon, 2000)
    simulators.set(pay_out="usd")
    time.sleep(1.1)
    now = int(time.time())
    begin = json.dumps({"connection": connection, "source": "processor", "from": str(now - 600), "to": str(now)})

    def admin(path, body="{}"):
        done = subprocess.run(
            ["curl", "--silent", "--unix-socket", daemon.dev["admin_socket"], "-H", "content-type: application/json",
             "-d", body, f"http://localhost{path}"], capture_output=True, text=True, timeout=30)
        return json.loads(done.stdout)

    first = admin("/v1/settlements", begin)
    admin(f"/v1/settlements/{first['id']}/continue")
    daemon.restart()
    again = admin("/v1/settlements", begin)
    assert again["id"] == first["id"] and again["lines"] > 0
    for _ in range(20):
        again = admin(f"/v1/settlements/{first['id']}/continue")
        if again["state"] == "complete":
            break
    assert again["state"] == "complete" and balances(daemon)["processor_clearing"] == 0


def test_the_sandbox_settles_what_it_has_done(tmp_path):
    daemon = Daemon(tmp_path / "state").start()
    try:
        pay(daemon, 2000)
        found = daemon.florinctl("connections", "list")["items"]
        [sandbox] = [one["connection"] for one in found]
        result = reconcile(daemon, sandbox["id"])
        assert (result["matched"], result["cases"]) == (1, 0)
    finally:
        daemon.stop()


@pytest.mark.parametrize("way", ["--from", "--file"])
def test_the_page_can_be_followed(stage, simulators, tmp_path, way):
    page = (ROOT / "docs" / "reconciliation.md").read_text()
    daemon, connection = stage
    pay(daemon, 2000)
    [intent] = [one for one in simulators.book()["intents"] if one["status"] == "succeeded"]
    # The page's own example, with the reference of a charge that exists.
    example = re.search(r"^```csv\n(.*?)^```$", page, re.M | re.S).group(1)
    (tmp_path / "report.csv").write_text(example.replace("op_01m7…", intent["metadata"]["florin_operation"]))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "florinctl").symlink_to(binary("florinctl"))
    time.sleep(1.1)
    now = int(time.time())
    environment = {
        **os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "FLORIN_SOCKET": daemon.dev["admin_socket"],
        "CONNECTION": connection, "REPORT": str(tmp_path / "report.csv"), "YESTERDAY": str(now - 86_400), "NOW": str(now),
    }
    commands = re.findall(r"^```sh run\n(.*?)^```$", page, re.M | re.S)
    if way == "--from":
        simulators.set(pay_out="usd")
        time.sleep(1.1)
        environment["NOW"] = str(int(time.time()))
    # One of the two ways: the page's file has other names for its lines than the simulator.
    for command in [one for one in commands if "reconcile" not in one or way in one]:
        done = subprocess.run(["bash", "-eu", "-c", command], capture_output=True, text=True, timeout=60, env=environment)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert balances(daemon)["processor_clearing"] == 0


# Vendors whose reports are shaped in other ways.


def account_at(tmp_path, vendor, secret, *options):
    """A daemon whose bot has an account of its own at another simulated vendor, settled to the platform."""
    running = Simulators().of(vendor)
    daemon = Daemon(tmp_path / "state").start()
    (tmp_path / "secret").write_text(secret + "\n")
    added = daemon.florinctl(
        "connections", "add", vendor, "--owner", daemon.dev["bot"], "--mode", "test", "--secret-file",
        str(tmp_path / "secret"), "--url", running.line[vendor], "--funds-flow", "platform", *options)
    return daemon, added["connection"], running


@pytest.fixture
def paypal(tmp_path):
    daemon, connection, running = account_at(
        tmp_path, "paypal", "secret", "--account", "simulated", "--client-id", "client")
    yield daemon, connection, running
    daemon.stop()
    running.stop()


@pytest.fixture
def braintree(tmp_path):
    daemon, connection, running = account_at(
        tmp_path, "braintree", "simulated_public_key:simulated_private_key", "--account", "simulated_merchant",
        "--merchant-accounts", "USD=simulated_usd")
    running.set(search_lag=0, settlement="at_once")
    yield daemon, connection, running
    daemon.stop()
    running.stop()


def wait_for(look, what):
    deadline = time.monotonic() + 30
    while not (found := look()):
        assert time.monotonic() < deadline, what
        time.sleep(0.3)
    return found


def test_paypals_transactions_tell_fees_chargebacks_and_what_went_to_the_bank(paypal):
    daemon, connection, running = paypal
    bot = daemon.client(daemon.dev["bot_key"])
    first = pay(daemon, 9000)
    refund = bot.post("/v1/refunds", {"payment_intent": first["id"], "amount": 700})
    assert refund.json["status"] == "succeeded", refund.json
    hold = pay(daemon, 3000, capture_method="manual")["id"]
    assert bot.post(f"/v1/payment_intents/{hold}/capture", {"amount_to_capture": 1500}).json["status"] == "succeeded"
    # PayPal's list is three hours behind: what is not there yet is no difference.
    now = int(time.time())
    early = subprocess.run(
        [binary("florinctl"), "--socket", daemon.dev["admin_socket"], "reconcile", connection, "--from", str(now - 3600),
         "--to", str(now)], capture_output=True, text=True, timeout=60)
    assert early.returncode != 0 and "up to three hours" in early.stderr + early.stdout, early
    running.set(report_lag=0, dispute="chargeback")
    wait_for(lambda: bot.get("/v1/disputes").json["data"], "the chargeback is not told")
    wait_for(lambda: balances(daemon).get("processor_clearing") == -(9000 - 700 + 1500 - 1500 - 2000), balances(daemon))
    running.set(sweep="true")
    report = reconcile(daemon, connection)
    assert report["cases"] == 0 and report["new_lines"] == 6, report
    assert open_cases(daemon) == {}
    found = balances(daemon)
    assert found.get("processor_clearing", 0) == 0, found
    assert found["processing_fees"] == -(270 + 45), found
    assert reconcile(daemon, connection)["new_lines"] == 0
    assert daemon.florinctl("ledger", "verify")["problems"] == []
    spec = paypal_spec.load()
    for one in running.requests():
        if one["path"].startswith(("/v1/reporting", "/v1/customer/disputes")):
            assert spec.request_errors(one["method"], one["path"], one["headers"], one["body"]) == [], one


def test_a_refund_that_fails_at_paypal_is_learnt_without_a_webhook(paypal):
    daemon, _, running = paypal
    running.set(report_lag=0)
    bot = daemon.client(daemon.dev["bot_key"])
    paid = pay(daemon, 2000, "4000000000005126")
    refund = bot.post("/v1/refunds", {"payment_intent": paid["id"]}).json
    assert refund["status"] == "succeeded", refund
    running.set(settle_refunds="true")
    wait_for(lambda: bot.get(f"/v1/refunds/{refund['id']}").json["status"] == "failed", "the refund did not fail")


def test_braintrees_settlement_by_api_its_fees_by_file_and_the_bank_tells_the_rest(braintree, tmp_path):
    daemon, connection, running = braintree
    bot = daemon.client(daemon.dev["bot_key"])
    sold = pay(daemon, 2000, "5555555555554444")
    assert bot.post("/v1/refunds", {"payment_intent": sold["id"], "amount": 700}).json["status"] == "succeeded"
    report = reconcile(daemon, connection)
    assert report["cases"] == 0 and report["matched"] == 2, report
    # Called back before it settles: a charge and its refund.
    running.set(settlement="manual")
    voided = pay(daemon, 500, "5555555555554444")
    assert bot.post("/v1/refunds", {"payment_intent": voided["id"]}).json["status"] == "succeeded"
    report = reconcile(daemon, connection)
    assert report["cases"] == 0 and report["new_lines"] == 2, report
    running.set(settle="all")
    running.set(disburse="all")
    assert reconcile(daemon, connection)["new_lines"] == 0
    sale = next(one for one in running.book()["transactions"] if one["status"] == "SETTLED")
    columns = ["Merchant Account ID", "Transaction ID", "Original Transaction ID", "Transaction Type",
               "Presentment Currency", "Settlement Currency", "Settlement Amount", "Settlement Date", "Disbursement Date",
               "Order ID", "Total Fee Amount"]
    day = sale["disbursementDetails"]["date"]
    record = ["simulated_usd", sale["legacyId"], "", "sale", "USD", "USD", "20.00", day, day, sale["orderId"], "0.88"]
    (tmp_path / "fees.csv").write_text(",".join(columns) + "\n" + ",".join(record) + "\n")
    for new in [1, 0]:
        fees = reconcile(daemon, connection, "--file", str(tmp_path / "fees.csv"))
        assert fees["cases"] == 0 and fees["new_lines"] == new, fees
    assert balances(daemon)["processing_fees"] == -88
    # What the bank says arrived is held against the lines of that day.
    (tmp_path / "bank.csv").write_text(
        "line,kind,gross,fee,currency,payout,occurred\n"
        f"bank_1,payout,-13.00,0,USD,disbursed-{day}-simulated_usd,{day}\n")
    assert reconcile(daemon, connection, "--file", str(tmp_path / "bank.csv"))["cases"] == 0
    assert open_cases(daemon) == {}
    assert daemon.florinctl("ledger", "verify")["problems"] == []
    spec = braintree_spec.load()
    for one in running.requests():
        if one["path"] == "/graphql":
            assert spec.request_errors(one["body"]) == [], one["body"]
