"""Backups: made while the daemon serves, whole or not there at all, and worthless without the root key."""

import hashlib
import json
import os
import pathlib
import stat
import subprocess
import threading
import uuid

import pytest

from florin import binary

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034}


class Load:
    """Charges from several threads until it is told to stop."""

    def __init__(self, daemon, threads=4):
        self.bot = daemon.client(daemon.dev["bot_key"])
        self.paid, self.stopped, self.lock = {}, threading.Event(), threading.Lock()
        self.threads = [threading.Thread(target=self.work) for _ in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def work(self):
        while not self.stopped.is_set():
            key = f"load-{uuid.uuid4()}"
            answer = charge(self.bot, 1234, key)
            with self.lock:
                self.paid[key] = answer.json["id"]


def charge(bot, amount, key=None):
    method = bot.post("/v1/payment_methods", {"type": "card", "card": CARD}).json["id"]
    answer = bot.post(
        "/v1/payment_intents", {"amount": amount, "currency": "usd", "payment_method": method, "confirm": True}, idempotency_key=key
    )
    assert answer.status == 200 and answer.json["status"] == "succeeded", answer
    return answer


def florinctl(daemon, *arguments):
    return subprocess.run(
        [binary("florinctl"), *map(str, arguments), "--socket", daemon.dev["admin_socket"]], capture_output=True, text=True, timeout=120
    )


def test_a_backup_under_load_is_whole_and_can_be_verified(mortal, tmp_path):
    with Load(mortal) as load:
        while len(load.paid) < 20:
            pass
        job = mortal.florinctl("backup", "--to", tmp_path)
        before = len(load.paid)
        while len(load.paid) < before + 5:
            pass
    backup = job["backup"]
    path = pathlib.Path(backup["path"])
    assert [path] == list(tmp_path.iterdir())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.stat().st_size == backup["file_bytes"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == backup["file_sha256"]
    assert backup["last_posting"] >= 20 and backup["kek_versions"] == [1]
    check = mortal.florinctl("backup", "verify", path)["check"]
    assert (check["id"], check["postings"]) == (backup["id"], backup["last_posting"])
    assert [found["id"] for found in mortal.florinctl("backup", "list")["items"]] == [backup["id"]]
    assert mortal.florinctl("ledger", "verify")["is_sound"]
    assert mortal.florinctl("backup", "forget", backup["id"])["items"] == [] and path.exists()


def test_backups_end_under_the_heaviest_load_that_this_process_can_make(mortal, tmp_path):
    """A copy that began again with each commit would never end: see docs/adr/0016."""
    with Load(mortal, threads=24) as load:
        while len(load.paid) < 100:
            pass
        sizes = []
        for index in range(3):
            before = len(load.paid)
            backup = mortal.florinctl("backup", "--file", tmp_path / f"{index}.florin")["backup"]
            sizes.append(backup["last_posting"])
            while len(load.paid) < before + 20:
                pass
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1]
    for index in range(3):
        check = mortal.florinctl("backup", "verify", tmp_path / f"{index}.florin")["check"]
        assert check["postings"] == sizes[index]
    assert mortal.florinctl("ledger", "verify")["is_sound"]


def test_a_backup_that_was_changed_anywhere_or_cut_off_is_refused(mortal, tmp_path):
    charge(mortal.client(mortal.dev["bot_key"]), 100)
    path = pathlib.Path(mortal.florinctl("backup", "--file", tmp_path / "book")["backup"]["path"])
    whole = path.read_bytes()
    bad = tmp_path / "bad"
    for spoiled in (
        whole[:-1], whole[: len(whole) // 2], whole + b"x", whole[:20], b"", whole.replace(b"FLORIN", b"FLORIM", 1),
        *(whole[:n] + bytes([whole[n] ^ 1]) + whole[n + 1 :] for n in (15, 40, len(whole) // 2, len(whole) - 1)),
        whole[:5000] + whole[5000 + 65552 : 5000 + 2 * 65552] + whole[5000 : 5000 + 65552] + whole[5000 + 2 * 65552 :],
    ):  # fmt: skip
        bad.write_bytes(spoiled)
        done = florinctl(mortal, "backup", "verify", bad)
        assert done.returncode == 1 and "bad" in done.stderr, (done, len(spoiled))
    assert sorted(found.name for found in tmp_path.iterdir()) == ["bad", "book"]
    assert list((mortal.state / "backup-work").iterdir()) == []


def test_a_backup_that_cannot_be_made_says_why_and_leaves_nothing(mortal, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    for option, to, complaint in (
        ("--file", taken, "something already"),
        ("--to", taken, "it is a file"),
        ("--file", tmp_path, "no name of a file"),
        ("--file", tmp_path / "no" / "such", "no such directory"),
        ("--to", tmp_path / "no" / "such", "no such directory"),
        ("--to", "/proc/florin", "proc"),
    ):
        done = florinctl(mortal, "backup", option, to)
        assert done.returncode == 1 and complaint in done.stderr, done
    assert taken.read_text() == "mine" and list(tmp_path.iterdir()) == [taken]
    # The reason stands in the log as well: a timer's backup is watched by nobody.
    assert "it is a file" in mortal.log.read_text()


def test_a_directory_is_a_directory_from_the_first_backup_on(mortal):
    """As the page prints it: nobody has made the directory."""
    place = mortal.state / "backups"
    for count in (1, 2):
        made = pathlib.Path(mortal.florinctl("backup", "--to", place)["backup"]["path"])
        assert made.parent == place and len(list(place.iterdir())) == count
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a small file system of its own, which only root can mount")
def test_a_destination_with_too_little_space_is_refused_by_name(mortal, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small]).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        done = florinctl(mortal, "backup", "--to", small)
        assert done.returncode == 1 and f"too little space on {small}" in done.stderr, done
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", small])


def test_a_backup_survives_the_daemon_that_made_it_and_its_death_leaves_nothing_half(mortal, tmp_path):
    """Killed again and again while backups are made: every file that is there is whole."""
    bot = mortal.client(mortal.dev["bot_key"])
    for delay in (0.0, 0.01, 0.03, 0.06, 0.1):
        charge(bot, 100)
        killer = threading.Timer(delay, mortal.kill)
        killer.start()
        florinctl(mortal, "backup", "--to", tmp_path)
        killer.join()
        mortal.start()
    for path in tmp_path.iterdir():
        assert path.suffix == ".florin", path
        assert mortal.florinctl("backup", "verify", path)["state"] == "succeeded"
    assert list((mortal.state / "backup-work").iterdir()) == []
