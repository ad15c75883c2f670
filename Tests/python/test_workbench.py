"""For those who write a receiver of webhooks: `florinctl listen`, `webhooks explain`, `events resend`."""

import json
import subprocess
import time

import pytest

from florin import binary, die_with_parent

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}


def florinctl(florin, *arguments, **more):
    return subprocess.run(
        [binary("florinctl"), *arguments, "--socket", florin.dev["admin_socket"]], capture_output=True, text=True,
        timeout=60, **more)  # fmt: skip


def pay(bot, amount):
    method = bot.post("/v1/payment_methods", {"type": "card", "card": CARD}).json["id"]
    answer = bot.post("/v1/payment_intents", {
        "amount": amount, "currency": "usd", "confirm": "true", "payment_method": method})  # fmt: skip
    assert answer.status == 200, answer
    return answer.json


@pytest.fixture
def listening(florin, receiver):
    """`florinctl listen` in the background; yields the process, its first line, and the receiver."""
    process = subprocess.Popen(
        [binary("florinctl"), "listen", florin.dev["bot"], "--forward-to", receiver.url, "--socket",
         florin.dev["admin_socket"], "--event", "payment_intent.succeeded", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent)  # fmt: skip
    first = json.loads(process.stdout.readline())
    yield process, first, receiver
    if process.poll() is None:
        process.terminate()
    process.wait(timeout=30)


def delivered(receiver, amount):
    return receiver.wait_for(lambda event: event["data"]["object"].get("amount") == amount)


def test_listening_shows_each_delivery_and_stops_cleanly_with_the_same_secret_next_time(florin, bot, receiver, listening):
    process, first, _ = listening
    assert first["secret"].startswith("whsec_")
    pay(bot, 1111)
    headers, _ = delivered(receiver, 1111)
    line = json.loads(process.stdout.readline())
    assert (line["type"], line["state"], line["last_status"]) == ("payment_intent.succeeded", "delivered", 200)
    assert headers["florin-endpoint"] == first["endpoint"]
    process.terminate()
    assert process.wait(timeout=30) == 0
    endpoints = json.loads(florinctl(florin, "webhooks", "list", "--owner", florin.dev["bot"], "--json").stdout)["items"]
    assert [e["is_enabled"] for e in endpoints if e["id"] == first["endpoint"]] == [False]
    again = subprocess.Popen(
        [binary("florinctl"), "listen", florin.dev["bot"], "--forward-to", receiver.url, "--socket",
         florin.dev["admin_socket"], "--json"], stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)  # fmt: skip
    second = json.loads(again.stdout.readline())
    again.terminate()
    assert again.wait(timeout=30) == 0
    assert (second["endpoint"], second["secret"]) == (first["endpoint"], first["secret"])


def explain(florin, endpoint, tmp_path, body, signature):
    path = tmp_path / "body"
    path.write_bytes(body)
    flags = [] if signature is None else ["--signature", signature]
    done = florinctl(florin, "webhooks", "explain", endpoint, "--body", str(path), *flags, "--json")
    return json.loads(done.stdout)["verdict"], done.returncode


def test_every_reason_for_a_failing_signature_is_told_by_name(florin, bot, receiver, listening, tmp_path):
    _, first, _ = listening
    pay(bot, 2222)
    headers, body = delivered(receiver, 2222)
    endpoint, signature = first["endpoint"], headers["stripe-signature"]
    other = bot.post("/v1/webhook_endpoints", {
        "url": receiver.url + "other", "enabled_events": ["payment_intent.succeeded"]}).json  # fmt: skip
    reserialised = json.dumps(json.loads(body), indent=2).encode()
    assert reserialised != body
    for expected, given, header in [
        ("genuine", body, signature),
        ("header_missing", body, None),
        ("header_unreadable", body, "whsec_abc"),
        ("header_unreadable", body, "t=1,v1=zz"),
        ("body_changed", reserialised, signature),
        ("body_padded", body + b"\n", signature),
        ("unknown_secret", b"{}", signature),
        ("unknown_secret", body, "t=1,v1=" + "00" * 32),
    ]:
        assert explain(florin, endpoint, tmp_path, given, header) == (expected, 0 if expected == "genuine" else 1)
    assert explain(florin, other["id"], tmp_path, body, signature) == ("wrong_secret", 1)
    bot.delete(f"/v1/webhook_endpoints/{other['id']}")


def test_an_old_signature_is_a_matter_of_clocks(florin, bot, receiver, listening, tmp_path):
    import hashlib
    import hmac

    _, first, _ = listening
    then = int(time.time()) - 4_000
    body = b'{"id": "evt_x"}'
    code = hmac.new(first["secret"].encode(), f"{then}.".encode() + body, hashlib.sha256).hexdigest()
    assert explain(florin, first["endpoint"], tmp_path, body, f"t={then},v1={code}") == ("clock_off", 1)


def test_one_event_is_sent_again_by_its_name(florin, bot, receiver, listening):
    _, first, _ = listening
    pay(bot, 3333)
    _, body = delivered(receiver, 3333)
    event = json.loads(body)["id"]
    done = florinctl(florin, "events", "resend", event, "--endpoint", first["endpoint"])
    assert done.returncode == 0, done.stderr
    _, again = delivered(receiver, 3333)
    assert json.loads(again)["id"] == event


def test_only_addresses_on_this_machine_are_listened_for(florin):
    for url in ["https://example.com/", "http://example.com:80/", "http://localhost/", "http://localhost:99999/", "x"]:
        done = florinctl(florin, "listen", florin.dev["bot"], "--forward-to", url)
        assert done.returncode == 1 and "localhost" in done.stderr, (url, done)


def test_trigger_makes_the_real_objects_of_an_event(florin, bot):
    refused = florinctl(florin, "trigger", "tea.ready", "--bot", florin.dev["bot"])
    assert refused.returncode == 1 and "payment_intent.succeeded" in refused.stderr
    # Later events of refunds and disputes come by themselves, after seconds.
    known = set(refused.stderr.split(" is one of ")[1].strip().rstrip(".").split(", "))
    assert {"payout.paid", "payout.canceled", "setup_intent.setup_failed", "account.external_account.created"} <= known
    for event in sorted(e for e in known if not e.startswith(("refund.", "charge.dispute."))):
        made = florin.florinctl("trigger", event, "--bot", florin.dev["bot"])
        assert made["event"] == event and made["made"], made
        found = [e["data"]["object"] for e in bot.get("/v1/events", {"type": event, "limit": 5}).json["data"]]
        assert any(o["id"] in made["made"] or o.get("payment_intent") in made["made"] for o in found), (event, made, found)


def test_logs_tail_shows_requests_without_what_was_sent(florin, bot):
    process = subprocess.Popen(
        [binary("florinctl"), "logs", "tail", "--path", "/v1/customers", "--status", "4xx", "--count", "2", "--json",
         "--socket", florin.dev["admin_socket"]], stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)  # fmt: skip
    try:
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline:
            assert bot.get("/v1/customers/cus_4242424242424242", {"email": "ada@example.com"}).status in (400, 404)
            time.sleep(0.2)
        lines = [json.loads(line) for line in process.stdout.read().splitlines()]
    finally:
        process.kill()
        process.wait()
    assert len(lines) == 2
    for line in lines:
        assert (line["method"], line["key"]) == ("GET", florin.dev["bot_key"][-4:]) and line["status"] in (400, 404), line
        assert line["error"] and line["id"].startswith("req_") and line["microseconds"] > 0
        assert "4242424242424242" not in json.dumps(line) and "ada@" not in json.dumps(line)
