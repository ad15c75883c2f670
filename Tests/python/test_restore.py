"""A book restored from a backup: whole, read-only until the processor has told what it did since, and then used on."""

import json
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time
import uuid

import pytest

from florin import Daemon, binary, die_with_parent
from test_backup import CARD, Load, charge

VALIDITY = 5  # seconds: how long the old daemon's last message may still be executed


class Acquirer:
    """A `florin-sandbox` of its own: the other side, which no restore touches."""

    def __init__(self, state):
        self.state = state
        self.process = subprocess.Popen(
            [binary("florin-sandbox"), "--state", state, "--port", "0"], stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)  # fmt: skip
        self.url = json.loads(self.process.stdout.readline())["base_url"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def references(self):
        """Every reference the acquirer knows, with its operation, status and amounts."""
        import sqlite3

        with sqlite3.connect(f"file:{self.state}/sandbox.sqlite?mode=ro", uri=True) as book:
            rows = book.execute("SELECT hex(reference), operation, status, amount, captured, refunded FROM sandbox_operation").fetchall()
        return {row[0]: row[1:] for row in rows}

    def taken(self):
        """Minor units taken from cards and not given back or paid out."""
        total = 0
        for operation, status, amount, captured, refunded in self.references().values():
            if operation in (1, 2) and status in (1, 2):
                total += captured - refunded
            if operation == 6 and status == 1:
                total -= amount
        return total


@pytest.fixture
def acquirer(tmp_path):
    acquirer = Acquirer(tmp_path / "acquirer")
    yield acquirer
    acquirer.stop()


@pytest.fixture
def daemon(tmp_path, acquirer):
    daemon = Daemon(tmp_path / "old", "--sandbox", acquirer.url, "--message-validity", str(VALIDITY))
    yield daemon.start()
    daemon.stop()


def restored(daemon, backup, to, acquirer):
    """`florind restore`, and a daemon on what it made. The try-out's keys are in no backup, so they are copied."""
    done = subprocess.run(
        [binary(), "restore", "--from", backup, "--state", to, "--root-key", daemon.state / "root.key", "--copy-root-key"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done
    assert "read-only" in done.stdout and "sound" in done.stdout
    shutil.copy(daemon.state / "dev.json", to / "dev.json")
    return Daemon(to, "--sandbox", acquirer.url, "--message-validity", str(VALIDITY)).start()


def clearing(daemon):
    """Per kind of account, the sum of the balances."""
    sums = {}
    for account in daemon.florinctl("ledger", "accounts")["items"]:
        kind = account["account"].split(":")[0]
        sums[kind] = sums.get(kind, 0) + account["balance"]["minor_units"]
    return sums


def opened(daemon, seconds=60):
    """Opens the book once the processor has told everything."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status = daemon.florinctl("restore", "status")
        if all(connection["state"] == "complete" for connection in status["connections"]):
            return daemon.florinctl("restore", "open", "--reason", "the test says so")
        early = subprocess.run(
            [binary("florinctl"), "restore", "open", "--reason", "too early", "--json", "--socket", daemon.dev["admin_socket"]], capture_output=True, text=True)  # fmt: skip
        if early.returncode == 0:
            # The processor may have finished between the two commands; a book that opens must show that it has.
            view = json.loads(early.stdout)
            assert all(connection["state"] == "complete" for connection in view["connections"]), view
            return view
        assert early.returncode == 1 and "have not told yet" in early.stderr, early
        time.sleep(0.3)
    raise AssertionError(status)


def test_a_restored_book_is_read_only_then_agrees_with_the_processor_and_goes_on(daemon, acquirer, tmp_path):
    bot = daemon.client(daemon.dev["bot_key"])
    platform = daemon.client(daemon.dev["platform_key"])
    ada, ben = daemon.dev["people"]
    customer = daemon.dev["customer"]
    pay = {"amount": 1500, "currency": "usd", "customer": customer["id"], "payment_method": customer["payment_method"], "confirm": True}

    # Known to the backup.
    kept = bot.post("/v1/payment_intents", pay, idempotency_key="kept").json
    held = bot.post("/v1/payment_intents", {**pay, "amount": 2000, "capture_method": "manual"}).json
    released = bot.post("/v1/payment_intents", {**pay, "amount": 700, "capture_method": "manual"}).json
    platform.post(f"/v1/people/{ada['id']}/wallet/top_ups", {"amount": 5000, "currency": "usd", "payment_method": ada["payment_method"]})
    with Load(daemon) as load:
        while len(load.paid) < 10:
            time.sleep(0.01)
        backup = daemon.florinctl("backup", "--file", tmp_path / "book.florin")["backup"]["path"]
        # Lost with the daemon; only the acquirer and the callers know.
        lost = bot.post("/v1/payment_intents", {**pay, "amount": 4321}, idempotency_key="lost").json
        assert lost["status"] == "succeeded"
        refund = bot.post("/v1/refunds", {"payment_intent": kept["id"], "amount": 400}, idempotency_key="refund").json
        assert bot.post(f"/v1/payment_intents/{held['id']}/capture", {"amount_to_capture": 1800}).status == 200
        assert bot.post(f"/v1/payment_intents/{released['id']}/cancel").status == 200
        assert platform.post(f"/v1/people/{ada['id']}/wallet/cash_outs", {"amount": 900, "currency": "usd", "payment_method": ada["payment_method"]}, idempotency_key="out").status == 200
        before = len(load.paid)
        while len(load.paid) < before + 10:
            time.sleep(0.01)
    daemon.kill()
    known = acquirer.references()

    new = restored(daemon, backup, tmp_path / "new", acquirer)
    try:
        bot, platform = new.client(new.dev["bot_key"]), new.client(new.dev["platform_key"])
        # Questions are answered, money does not move.
        assert bot.get(f"/v1/payment_intents/{kept['id']}").json["status"] == "succeeded"
        assert bot.get(f"/v1/payment_intents/{lost['id']}").status == 404
        refused = bot.post("/v1/payment_intents", pay, idempotency_key="while read-only")
        assert (refused.status, refused.error["code"]) == (503, "book_read_only") and refused.headers["retry-after"] == "60"
        assert platform.post("/v1/friend_transfers", {"sender": ada["id"], "recipient": ben["id"], "amount": 100, "currency": "usd", "funding": "wallet"}).status == 503
        assert new.florinctl("restore", "status")["is_read_only"]
        view = opened(new)
        assert not view["is_read_only"] and view["generation"] == 1 and view["open_cases"] > 0
        assert bot.post("/v1/payment_intents", pay, idempotency_key="after opening").status == 200

        # What the book knew the subject of was booked as usual.
        deadline = time.monotonic() + 30
        while bot.get(f"/v1/payment_intents/{held['id']}").json["status"] != "succeeded" and time.monotonic() < deadline:
            time.sleep(0.2)
        assert bot.get(f"/v1/payment_intents/{held['id']}").json["amount_received"] == 1800
        assert bot.get(f"/v1/payment_intents/{released['id']}").json["status"] == "canceled"
        assert bot.get(f"/v1/refunds/{refund['id']}").json["status"] == "succeeded"

        # The book agrees with the acquirer, the unexplained part lies in suspense.
        assert new.florinctl("ledger", "verify")["is_sound"]
        assert -clearing(new)["processor_clearing"] == acquirer.taken()
        cases = new.florinctl("restore", "cases", "--limit", "100")["items"]
        assert {(case["kind"], case["amount"]["minor_units"]) for case in cases} >= {("sale", 4321), ("push", 900)}
        assert clearing(new)["suspense"] == sum(case["amount"]["minor_units"] * (-1 if case["kind"] == "push" else 1) for case in cases)

        # The request that was lost comes again: no second charge, and its money leaves suspense.
        asked = acquirer.references()
        again = bot.post("/v1/payment_intents", {**pay, "amount": 4321}, idempotency_key="lost")
        assert again.status == 200 and again.json["status"] == "succeeded", again
        assert again.json["latest_charge"] == lost["latest_charge"]
        twice = bot.post("/v1/refunds", {"payment_intent": kept["id"], "amount": 400}, idempotency_key="refund")
        assert twice.status == 200 and twice.json["id"] == refund["id"], twice
        out = platform.post(f"/v1/people/{ada['id']}/wallet/cash_outs", {"amount": 900, "currency": "usd", "payment_method": ada["payment_method"]}, idempotency_key="out")
        assert out.status == 200, out
        assert acquirer.references() == asked, "a repeated request was executed again"
        # With another amount it is not that request any more.
        key = next(iter(load.paid))
        assert bot.get(f"/v1/payment_intents/{load.paid[key]}").status in (200, 404)

        # All that clients were told is at the acquirer once; whatever they repeat changes nothing there.
        assert -clearing(new)["processor_clearing"] == acquirer.taken()
        left = new.florinctl("restore", "cases", "--limit", "100")["items"]
        assert not {("sale", 4321), ("push", 900)} & {(case["kind"], case["amount"]["minor_units"]) for case in left}
        assert new.florinctl("ledger", "verify")["is_sound"]

        # New references are newer than every one the acquirer had seen.
        newest = max(known)
        for n in range(20):
            assert bot.post("/v1/payment_intents", {**pay, "amount": 100 + n}, idempotency_key=f"new-{n}").status == 200
        fresh = set(acquirer.references()) - set(known)
        assert len(fresh) >= 20 and min(fresh) > newest
        assert -clearing(new)["processor_clearing"] == acquirer.taken()

        # A case that a person dealt with is closed with a reason, once.
        case = left[0]["reference"]
        assert new.florinctl("restore", "close", case, "--reason", "refunded by hand")["state"] == "closed"
        # The next backup and restore count on.
        second = new.florinctl("backup", "--file", tmp_path / "second.florin")["backup"]["path"]
    finally:
        new.stop()
    third = restored(new, second, tmp_path / "third", acquirer)
    try:
        assert third.florinctl("restore", "status")["generation"] == 2
    finally:
        third.stop()


def test_only_an_empty_directory_and_the_right_key_will_do(mortal, tmp_path):
    charge(mortal.client(mortal.dev["bot_key"]), 100)
    backup = mortal.florinctl("backup", "--file", tmp_path / "book.florin")["backup"]["path"]
    other = Daemon(tmp_path / "other").start()
    other.stop()

    def restore(state, key=mortal.state / "root.key", source=backup):
        return subprocess.run(
            [binary(), "restore", "--from", source, "--state", state, "--root-key", key], capture_output=True, text=True, timeout=60)  # fmt: skip

    for done, complaint in (
        (restore(tmp_path / "other"), "is not empty"),
        (restore(tmp_path / "fresh", key=tmp_path / "other" / "root.key"), "was sealed under root key"),
        (restore(tmp_path / "fresh", source=tmp_path / "nothing"), "No such file"),
        (restore(tmp_path / "fresh", source=mortal.state / "florin.sqlite"), "is no backup"),
    ):
        assert done.returncode == 1 and complaint in done.stderr, done
    assert {found.name for found in (tmp_path / "fresh").iterdir()} <= {"lock"}
    cut = tmp_path / "cut"
    cut.write_bytes(pathlib.Path(backup).read_bytes()[:-100])
    done = restore(tmp_path / "fresh", source=cut)
    assert done.returncode == 1 and "damaged" in done.stderr, done
    assert {found.name for found in (tmp_path / "fresh").iterdir()} <= {"lock"}
    assert restore(tmp_path / "fresh").returncode == 0
    assert {found.name for found in (tmp_path / "fresh").iterdir()} == {"lock", "florin.sqlite"}


def test_a_restore_that_is_killed_leaves_no_book(mortal, tmp_path):
    charge(mortal.client(mortal.dev["bot_key"]), 100)
    backup = mortal.florinctl("backup", "--file", tmp_path / "book.florin")["backup"]["path"]
    state = tmp_path / "state"
    command = [binary(), "restore", "--from", backup, "--state", state, "--root-key", mortal.state / "root.key"]
    for delay in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
        time.sleep(delay)
        process.kill()
        process.wait()
        if (state / "florin.sqlite").exists():
            break
    else:
        assert subprocess.run(command, capture_output=True).returncode == 0
    import sqlite3

    with sqlite3.connect(state / "florin.sqlite") as book:
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert book.execute("SELECT generation, opened FROM restoration").fetchall() == [(1, None)]


def test_a_payout_that_waited_in_the_backup_and_was_sent_since_is_found_and_paid_once(daemon, acquirer, tmp_path):
    bot = daemon.client(daemon.dev["bot_key"])
    customer = daemon.dev["customer"]
    pay = {"amount": 5000, "currency": "usd", "customer": customer["id"], "payment_method": customer["payment_method"], "confirm": True}
    assert bot.post("/v1/payment_intents", pay).json["status"] == "succeeded"
    debit = {"number": "4000056655665556", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    token = bot.post("/v1/tokens", {"card": debit}).json["id"]
    assert bot.post("/v1/external_accounts", {"external_account": token, "currency": "usd"}).status == 200
    waiting = bot.post("/v1/payouts", {"amount": 3000, "currency": "usd"}).json
    assert waiting["status"] == "pending"
    backup = daemon.florinctl("backup", "--file", tmp_path / "book.florin")["backup"]["path"]
    # A clock sends it at once; an instant one is made after the backup, and only the acquirer knows of it.
    now = int(time.time())
    clock = bot.post("/v1/test_helpers/test_clocks", {"frozen_time": now}).json["id"]
    assert bot.post(f"/v1/test_helpers/test_clocks/{clock}/advance", {"frozen_time": now + 7200}).status == 200
    until(lambda: bot.get(f"/v1/payouts/{waiting['id']}").json["status"] == "paid")
    lost = bot.post("/v1/payouts", {"amount": 700, "currency": "usd", "method": "instant"}, idempotency_key="lost payout").json
    assert lost["status"] == "paid"
    daemon.kill()

    new = restored(daemon, backup, tmp_path / "new", acquirer)
    try:
        bot = new.client(new.dev["bot_key"])
        opened(new)
        until(lambda: bot.get(f"/v1/payouts/{waiting['id']}").json["status"] == "paid")
        asked = acquirer.references()
        # The one that was lost comes again: found, not sent twice.
        again = bot.post("/v1/payouts", {"amount": 700, "currency": "usd", "method": "instant"}, idempotency_key="lost payout")
        assert again.status == 200 and again.json["status"] == "paid", again
        assert acquirer.references().keys() == asked.keys()
        assert sum(part["amount"] for part in bot.get("/v1/balance").json["available"]) == 5000 - 3000 - 700
        assert new.florinctl("ledger", "verify")["is_sound"]
        assert -clearing(new)["processor_clearing"] == acquirer.taken()
        assert not clearing(new).get("suspense") and not clearing(new).get("payouts_in_flight")
    finally:
        new.stop()


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
