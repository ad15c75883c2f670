"""From a request's identifier to what it did: in the log, and by `florinctl timeline`."""

import subprocess
import time

import pytest

from florin import binary
from test_backup import CARD


@pytest.fixture(scope="module", autouse=True)
def requests_are_logged(florin):
    """Lines of requests are of the level info, which `florind dev` leaves out."""
    florin.florinctl("log-level", "info")
    yield
    florin.florinctl("log-level", "notice")


def line(florin, *words, seconds=10):
    """The first line of the log that holds all of `words`: lines are written by a thread of their own."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for text in florin.log.read_text(errors="replace").splitlines():
            if all(word in text for word in words):
                return text
        time.sleep(0.05)
    raise AssertionError(f"no line of the log holds {words}")


def pay(bot, number="4242424242424242", **more):
    method = bot.post("/v1/payment_methods", {"type": "card", "card": {**CARD, "number": number}}).json["id"]
    return bot.post("/v1/payment_intents", {
        "amount": 700, "currency": "usd", "payment_method": method, "confirm": True, **more})  # fmt: skip


def timeline(florin, name):
    return subprocess.run(
        [binary("florinctl"), "timeline", name, "--socket", florin.dev["admin_socket"]], capture_output=True, text=True,
        timeout=60)  # fmt: skip


def test_a_requests_line_names_what_it_was_about(florin, bot):
    paid = pay(bot)
    line(florin, paid.headers["request-id"], paid.json["id"], "200")
    refunded = bot.post("/v1/refunds", {"payment_intent": paid.json["id"]})
    line(florin, refunded.headers["request-id"], refunded.json["id"])
    looked = bot.get(f"/v1/payment_intents/{paid.json['id']}")
    line(florin, looked.headers["request-id"], paid.json["id"])


def test_a_decline_and_an_unknown_outcome_are_one_line_each_with_both_names(florin, bot):
    declined = pay(bot, "4000000000000002")
    assert declined.status == 402
    payment = declined.error["payment_intent"]["id"]
    told = line(florin, "declined (", payment, declined.headers["request-id"])
    assert "notice" in told.lower() and "4000000000000002" not in told
    line(florin, "402", payment, declined.headers["request-id"])
    unknown = pay(bot, "4000009900001309")
    assert unknown.json["status"] == "processing"
    line(florin, "outcome unknown (", unknown.json["id"], unknown.headers["request-id"])


def test_the_timeline_of_a_request_is_that_of_what_it_did(florin, bot):
    paid = pay(bot)
    refunded = bot.post("/v1/refunds", {"payment_intent": paid.json["id"]})
    for request in [paid.headers["request-id"], refunded.headers["request-id"]]:
        found = timeline(florin, request)
        assert found.returncode == 0 and paid.json["id"] in found.stdout, found
    looked = bot.get(f"/v1/payment_intents/{paid.json['id']}")
    missing = timeline(florin, looked.headers["request-id"])
    assert missing.returncode == 1 and looked.headers["request-id"] in missing.stderr, missing
    assert "req_" in timeline(florin, "nonsense").stderr
