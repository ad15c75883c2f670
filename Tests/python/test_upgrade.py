"""A book of an earlier schema, opened by the program of today; and what it refuses to open."""

import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest

from florin import ROOT, Daemon, binary, die_with_parent
from installation import Installation
from test_backup import charge
from test_service import Manager

SAVED = ROOT / "Tests" / "fixtures" / "schema-1"


@pytest.fixture
def old(tmp_path):
    """A state directory as the first schema's program left it."""
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    for name in ("florin", "sandbox"):
        with sqlite3.connect(state / f"{name}.sqlite") as book:
            book.executescript((SAVED / f"{name}.sql").read_text())
            book.execute("PRAGMA journal_mode = WAL")
        (state / f"{name}.sqlite").chmod(0o600)
    for name in ("root.key", "dev.json"):
        shutil.copy(SAVED / name, state / name)
    (state / "root.key").chmod(0o400)
    return Daemon(state)


def schema(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as book:
        return book.execute("SELECT max(number) FROM schema_migration").fetchone()[0]


def test_a_book_of_the_first_schema_is_migrated_once_and_used_on(old):
    facts = json.loads((SAVED / "facts.json").read_text())
    assert schema(old.state / "florin.sqlite") == 1
    old.start()
    try:
        verified = old.florinctl("ledger", "verify")
        assert verified["is_sound"] and verified["postings"] == facts["ledger"]["postings"]
        bot = old.client(old.dev["bot_key"])
        # Sealed rows open: the description lies under the old data keys.
        for id in facts["payments"]:
            assert bot.get(f"/v1/payment_intents/{id}").json["description"] == "kept"
        assert bot.get(f"/v1/customers/{facts['customer']}").json["email"] == "old@example.com"
        # What was left open goes on, and new work is done beside it.
        assert bot.post(f"/v1/payment_intents/{facts['held']}/capture").json["status"] == "succeeded"
        assert bot.post("/v1/refunds", {"payment_intent": facts["payments"][0], "amount": 100}).json["status"] == "succeeded"
        repeated = bot.post("/v1/payment_intents", {
            "amount": 1000, "currency": "usd", "payment_method": "pm_00000000000000000000000000"}, idempotency_key="old-0")  # fmt: skip
        assert repeated.status == 400 and repeated.error["type"] == "idempotency_error", "the old key is remembered"
        charge(bot, 1234)
        platform = old.client(old.dev["platform_key"])
        assert platform.post(f"/v1/friend_transfers/{facts['pending_transfer']}/accept").json["status"] == "accepted"
        assert old.florinctl("ledger", "verify")["is_sound"]
        newest = schema(old.state / "florin.sqlite")
        assert newest > 1
    finally:
        old.stop()
    # A copy of the book from before lies beside it, and is that book.
    copies = list(old.state.glob("florin.sqlite.before-schema-*"))
    assert [copy.name for copy in copies] == [f"florin.sqlite.before-schema-{newest}"]
    assert schema(copies[0]) == 1 and copies[0].stat().st_mode & 0o777 == 0o600
    before = copies[0].stat().st_mtime_ns
    old.start()
    old.stop()
    assert copies[0].stat().st_mtime_ns == before and schema(old.state / "florin.sqlite") == newest


@pytest.mark.parametrize("is_book", [True, False])
def test_a_copy_of_another_moment_is_not_taken_for_one_of_this_book(old, is_book):
    """As after an upgrade that was undone: the older program went on, and the copy lacks what it did."""
    newest = len(list((ROOT / "Sources" / "SQLStore" / "Schema").glob("Schema+[0-9]*.swift"))) + 1
    earlier = old.state / f"florin.sqlite.before-schema-{newest}"
    if is_book:
        shutil.copy(old.state / "florin.sqlite", earlier)
        with sqlite3.connect(earlier) as book:
            book.execute("PRAGMA journal_mode = DELETE")
            book.execute("DELETE FROM posting WHERE number = (SELECT max(number) FROM posting)")
    else:
        earlier.write_text("what somebody put there")
    before = earlier.read_bytes()
    old.start()
    old.stop()
    assert schema(old.state / "florin.sqlite") == newest
    assert earlier.read_bytes() == before
    made = earlier.with_name(earlier.name + ".2")
    assert schema(made) == 1 and made.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(f"file:{made}?mode=ro", uri=True) as book:
        facts = json.loads((SAVED / "facts.json").read_text())
        assert book.execute("SELECT count(*) FROM posting").fetchone() == (facts["ledger"]["postings"],)


def test_a_start_that_the_certificate_stops_has_not_touched_the_book(old):
    installed = Installation(old.state.with_name("installed"))
    shutil.copytree(old.state, installed.state)
    installed.root_key.chmod(0o600)
    shutil.copy(SAVED / "root.key", installed.root_key)
    installed.root_key.chmod(0o400)
    (installed.tls / "cert.pem").write_text("no certificate")
    status, said = installed.refusal()
    assert status == 78 and "listen.certificate" in said
    assert schema(installed.state / "florin.sqlite") == 1 and not list(installed.state.glob("*before-schema*"))


def test_the_manager_is_asked_for_time_while_the_book_is_copied_and_migrated(old):
    manager = Manager(f"@florin-test-upgrade-{os.getpid()}")
    installed = Installation(old.state.with_name("installed"), environment={"NOTIFY_SOCKET": manager.name})
    shutil.copytree(old.state, installed.state)
    installed.root_key.chmod(0o600)
    shutil.copy(SAVED / "root.key", installed.root_key)
    installed.root_key.chmod(0o400)
    installed.spawn()
    try:
        assert "EXTEND_TIMEOUT_USEC=" in manager.wait_for("Copying the book before the upgrade")
        assert "EXTEND_TIMEOUT_USEC=" in manager.wait_for("Bringing the book to schema 2 of")
        manager.wait_for("READY=1")
        installed.signal(signal.SIGTERM)
        # Together the steps of a stop take 53 s by default.
        assert "EXTEND_TIMEOUT_USEC=63000000" in manager.wait_for("STOPPING=1")
    finally:
        installed.stop()


def test_a_newer_book_is_refused_by_name_and_not_touched(old):
    old.start()
    old.stop()
    with sqlite3.connect(old.state / "florin.sqlite") as book:
        newest = schema(old.state / "florin.sqlite")
        book.execute("INSERT INTO schema_migration VALUES (?, 'from the future', 1)", (newest + 1,))
    status, said = old.refusal()
    assert status != 0 and re.search(rf"schema {newest + 1}.*knows {newest}", said), said


def test_a_migration_that_was_edited_is_refused_by_name(old):
    with sqlite3.connect(old.state / "florin.sqlite") as book:
        book.execute("UPDATE schema_migration SET checksum = checksum + 1 WHERE number = 1")
    status, said = old.refusal()
    assert status != 0 and "migration 1" in said, said


def test_a_kill_during_the_migration_leaves_the_old_book_or_the_new_one(old):
    """Killed at many moments: whatever is found is a schema that a program has released, and the book adds up."""
    pristine = old.state.with_name("pristine")
    shutil.copytree(old.state, pristine)
    seen = set()
    for delay in (0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3):
        shutil.rmtree(old.state)
        shutil.copytree(pristine, old.state)
        process = subprocess.Popen(
            [binary(), "dev", "--state", old.state, "--port", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)  # fmt: skip
        time.sleep(delay)
        process.kill()
        process.wait()
        with sqlite3.connect(old.state / "florin.sqlite") as book:
            assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            numbers = [row[0] for row in book.execute("SELECT number FROM schema_migration ORDER BY number")]
            assert numbers == list(range(1, len(numbers) + 1))
            tables = {row[0] for row in book.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            # Each migration stands or falls with its row.
            assert ("backup" in tables) == (4 in numbers) and ("restoration" in tables) == (7 in numbers)
            seen.add(len(numbers))
    assert 1 in seen and len(seen) > 1, f"the kills must meet the migration: {seen}"
    old.start()
    try:
        assert old.florinctl("ledger", "verify")["is_sound"]
    finally:
        old.stop()
