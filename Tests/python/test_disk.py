"""A disk that is full, read-only, slow or failing: a clear answer, nothing half done, and on again when it is back."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time
import uuid

import pytest

from florin import Daemon, Receiver, binary
from test_backup import CARD, charge


@pytest.fixture(scope="session")
def faults(tmp_path_factory):
    """The preloaded library that breaks the disk."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("there is no C compiler")
    library = tmp_path_factory.mktemp("faults") / "faults.so"
    source = pathlib.Path(__file__).with_name("faults.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


class Broken:
    """A daemon on a disk that the test breaks and mends."""

    def __init__(self, folder, library):
        self.switch = folder / "faults"
        self.daemon = Daemon(folder / "state", environment={
            "LD_PRELOAD": str(library), "FLORIN_FAULTS": str(self.switch), "FLORIN_FAULTS_PATH": "florin.sqlite"})  # fmt: skip
        self.daemon.start()
        self.bot = self.daemon.client(self.daemon.dev["bot_key"])
        customer = self.daemon.dev["customer"]
        self.pay = {"amount": 500, "currency": "usd", "customer": customer["id"], "payment_method": customer["payment_method"], "confirm": True}

    def set(self, fault):
        # A name of its own: several deliveries may turn the switch at a time.
        new = self.switch.with_name(f"faults.{threading.get_ident()}")
        new.write_text(fault)
        os.replace(new, self.switch)

    def status(self):
        return self.daemon.florinctl("status")["storage"]

    def charge(self, key):
        return self.bot.post("/v1/payment_intents", self.pay, idempotency_key=key)

    def payments(self):
        return len(self.bot.get("/v1/payment_intents", {"limit": 100}).json["data"])


@pytest.fixture
def broken(tmp_path, faults):
    broken = Broken(tmp_path, faults)
    yield broken
    broken.set("")
    broken.daemon.stop()


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to be")


@pytest.mark.parametrize("fault, word", [("write ENOSPC", "full"), ("write EIO", "I/O"), ("write EROFS", ""), ("sync EIO", "I/O")])
def test_a_failing_disk_is_said_and_waited_for(broken, fault, word):
    assert broken.charge("before").status == 200
    count = broken.payments()
    broken.set(fault)
    keys = [f"during-{n}-{uuid.uuid4()}" for n in range(5)]
    for key in keys:
        answer = broken.charge(key)
        assert (answer.status, answer.error["code"]) == (503, "storage_unavailable"), answer
        assert int(answer.headers["retry-after"]) >= 1
    assert broken.bot.get("/readyz").status == 503 and broken.bot.get("/healthz").status == 200
    storage = broken.status()
    assert storage["state"] == "failing" and word in storage["message"], storage
    # Questions are answered all the while.
    assert broken.payments() == count
    # The watch looks four times a second: it must not miss all of it.
    until(lambda: "the disk refuses writes" in broken.daemon.log.read_text())
    broken.set("")
    # Without a restart, and without anybody asking for a change.
    until(lambda: broken.status()["state"] == "working")
    until(lambda: broken.bot.get("/readyz").status == 200)
    for key in keys:
        assert broken.charge(key).status == 200
    assert broken.payments() == count + len(keys)
    assert broken.daemon.florinctl("ledger", "verify")["is_sound"]
    # The watch looks once in a while, and lines are written by a thread of their own.
    until(lambda: "the disk takes writes again" in broken.daemon.log.read_text())
    log = broken.daemon.log.read_text()
    assert "the disk refuses writes" in log
    if fault.startswith("sync"):
        assert storage["failed_syncs"] > 0 and "a sync failed" in log


def test_a_disk_that_fails_between_the_two_commits_of_a_charge_loses_nothing(broken):
    """The processor has said yes, and the answer cannot be stored: it is found out and stored once the disk is back."""
    card = {**CARD, "number": "4000009900000103"}  # approved, and the answer takes three seconds
    method = broken.bot.post("/v1/payment_methods", {"type": "card", "card": card}).json["id"]
    answers = []
    asked = threading.Thread(target=lambda: answers.append(broken.bot.post(
        "/v1/payment_intents", {"amount": 900, "currency": "usd", "payment_method": method, "confirm": True}, idempotency_key="between")))  # fmt: skip
    asked.start()
    until(lambda: broken.daemon.florinctl("status")["operations"]["in_flight"] == 1)
    broken.set("sync EIO")
    asked.join()
    # As when the processor is silent: whoever is told "nothing was stored" pays again, under another key.
    assert (answers[0].status, answers[0].json["status"]) == (200, "processing"), answers
    assert "stays open" in broken.daemon.log.read_text()
    broken.set("")
    until(lambda: broken.daemon.florinctl("status")["operations"]["open"] == 0, 30)
    again = broken.bot.post(
        "/v1/payment_intents", {"amount": 900, "currency": "usd", "payment_method": method, "confirm": True}, idempotency_key="between")  # fmt: skip
    assert again.status == 200 and again.json["status"] == "succeeded", again
    assert broken.daemon.florinctl("ledger", "verify")["is_sound"]


@pytest.mark.parametrize("command", ["capture", "refund", "cancel"])
def test_no_command_whose_message_has_left_says_that_nothing_was_done(broken, command):
    """The disk breaks while the processor works: the second commit of each kind of command."""
    card = {**CARD, "number": "4000009900000103"}
    method = broken.bot.post("/v1/payment_methods", {"type": "card", "card": card}).json["id"]
    held = broken.bot.post("/v1/payment_intents", {
        "amount": 900, "currency": "usd", "payment_method": method, "confirm": True,
        "capture_method": "automatic" if command == "refund" else "manual"}).json  # fmt: skip
    path = "/v1/refunds" if command == "refund" else f"/v1/payment_intents/{held['id']}/{command}"
    body = {"payment_intent": held["id"]} if command == "refund" else {}
    answers = []
    asked = threading.Thread(target=lambda: answers.append(broken.bot.post(path, body, idempotency_key="between")))
    asked.start()
    deadline = time.monotonic() + 2
    while asked.is_alive() and time.monotonic() < deadline:
        if broken.daemon.florinctl("status")["operations"]["in_flight"] == 1:
            broken.set("sync EIO")
            break
    asked.join()
    answer = answers[0]
    assert answer.status != 503, answer
    if answer.status == 200 and answer.json["status"] in ("processing", "pending"):
        broken.set("")
        until(lambda: broken.daemon.florinctl("status")["operations"]["open"] == 0, 40)
        again = broken.bot.post(path, body, idempotency_key="between")
        assert again.status == 200 and again.json["id"] == answer.json["id"] and again.json["status"] != answer.json["status"]


def test_what_was_delivered_and_could_not_be_noted_is_not_sent_again(broken):
    """A full disk must not become a storm at the receivers, nor in the log."""
    receiver = Receiver()
    try:
        made = broken.bot.post("/v1/webhook_endpoints", {"url": receiver.url, "enabled_events": ["customer.created"]})
        assert made.status == 200, made
        receiver.on_event = lambda event: broken.set("write ENOSPC")
        for n in range(8):
            broken.bot.post("/v1/customers", {"name": f"Customer {n}"})
        time.sleep(8)
        sent = [json.loads(body)["id"] for _, body in list(receiver.received.queue)]
        assert sent and len(sent) == len(set(sent)), f"{len(sent)} deliveries of {len(set(sent))} events"
        log = broken.daemon.log.read_text()
        assert log.count("delivering to") <= 2 and log.count("warning") <= 10, log[-3000:]
        receiver.on_event = None
        broken.set("")
        until(lambda: broken.status()["state"] == "working")
        until(lambda: broken.daemon.florinctl("status")["deliveries"]["pending"] == 0, 60)
        sent = [json.loads(body)["id"] for _, body in list(receiver.received.queue)]
        assert len(sent) == len(set(sent)), f"{len(sent)} deliveries of {len(set(sent))} events"
    finally:
        receiver.close()


def test_what_a_failing_disk_refused_does_not_come_back_after_a_kill(broken):
    count = broken.payments()
    broken.set("sync EIO")
    refused = [f"gone-{n}" for n in range(5)]
    for key in refused:
        assert broken.charge(key).status == 503
    broken.set("")
    until(lambda: broken.status()["state"] == "working")
    broken.daemon.restart()
    assert broken.payments() == count
    assert broken.daemon.florinctl("ledger", "verify")["is_sound"]


def test_a_slow_disk_slows_everybody_and_refuses_nobody(broken):
    broken.set("slow 60")
    start = time.monotonic()
    for n in range(5):
        assert broken.charge(f"slow-{n}").status == 200
    assert time.monotonic() - start > 0.5
    assert broken.status()["slowest_commit_microseconds"] > 50_000 and broken.bot.get("/readyz").status == 200


@pytest.fixture
def small():
    """A small file system of its own, under a name that is short enough for a socket's path."""
    if os.geteuid() != 0:
        pytest.skip("needs a small file system of its own, which only root can mount")
    with tempfile.TemporaryDirectory(prefix="florin-", dir="/tmp") as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder]).returncode:
            pytest.skip("mounting is not allowed here")
        yield pathlib.Path(folder)
        subprocess.run(["umount", "-l", folder])


def fill(folder):
    # Unbuffered: closing the file would otherwise try once more to write what did not fit, and fail.
    with (folder / "filler").open("ab", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(65536))
        except OSError:
            pass


def test_a_full_file_system_refuses_by_name_and_goes_on_when_there_is_room(small, tmp_path):
    daemon = Daemon(small / "state")
    daemon.log = tmp_path / "log"
    try:
        daemon.start()
        bot = daemon.client(daemon.dev["bot_key"])
        charge(bot, 100)
        fill(small)
        refused = None
        for n in range(2000):
            answer = bot.post("/v1/customers", {"name": f"Customer {n}"})
            if answer.status != 200:
                refused = answer
                break
        assert refused is not None and (refused.status, refused.error["code"]) == (503, "storage_unavailable"), refused
        # A page of the daemon's own that came free is filled as well: with it, the disk takes writes again for a moment.
        until(lambda: fill(small) or daemon.florinctl("status")["storage"]["state"] == "failing")
        (small / "filler").unlink()
        until(lambda: bot.get("/readyz").status == 200)
        charge(bot, 100)
        assert daemon.florinctl("ledger", "verify")["is_sound"]
    finally:
        daemon.stop()


def test_a_file_system_that_fills_up_while_the_processor_works_says_nothing_untrue(small, tmp_path):
    daemon = Daemon(small / "state")
    daemon.log = tmp_path / "log"
    try:
        daemon.start()
        bot = daemon.client(daemon.dev["bot_key"])
        method = bot.post("/v1/payment_methods", {"type": "card", "card": {**CARD, "number": "4000009900000103"}}).json["id"]
        pay = {"amount": 900, "currency": "usd", "payment_method": method, "confirm": True}
        answers = []
        asked = threading.Thread(target=lambda: answers.append(bot.post("/v1/payment_intents", pay, idempotency_key="full")))
        asked.start()
        until(lambda: daemon.florinctl("status")["operations"]["in_flight"] == 1)
        fill(small)
        other = daemon.client(daemon.dev["bot_key"])
        # What room the database had left goes too, before the processor answers.
        while asked.is_alive() and other.post("/v1/customers", {"name": "x" * 200}).status == 200:
            pass
        asked.join()
        # In the rare case that the last page was free for it, the charge is simply done.
        assert answers[0].status == 200 and answers[0].json["status"] in ("processing", "succeeded"), answers
        (small / "filler").unlink()
        until(lambda: bot.get("/readyz").status == 200)
        until(lambda: daemon.florinctl("status")["operations"]["open"] == 0, 40)
        again = bot.post("/v1/payment_intents", pay, idempotency_key="full")
        assert again.status == 200 and again.json["status"] == "succeeded" and again.json["id"] == answers[0].json["id"]
        assert daemon.florinctl("ledger", "verify")["is_sound"]
    finally:
        daemon.stop()


def test_a_damaged_database_stops_the_daemon_by_name(mortal):
    bot = mortal.client(mortal.dev["bot_key"])
    for n in range(30):
        charge(bot, 100 + n)
    mortal.stop()
    database = mortal.state / "florin.sqlite"
    content = bytearray(database.read_bytes())
    # Every page but the first, which says that it is a database.
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = bytes(64)
    database.write_bytes(content)
    status, said = mortal.refusal()
    assert status != 0 and ("damaged" in said or "malformed" in said), said
