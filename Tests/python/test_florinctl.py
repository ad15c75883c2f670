"""florinctl against a running daemon: every command with --json, the tables, the errors and the exit codes."""

import json
import os
import subprocess
import time
import uuid

import pytest

from florin import binary

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
SECONDS = 60


def ctl(daemon, *words, socket=None, env=None):
    """Runs florinctl; the result has returncode, stdout and stderr."""
    command = [binary("florinctl"), "--socket", socket or daemon.dev["admin_socket"], *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env={**os.environ, **(env or {})})


def asked(daemon, *words, code=0):
    """The answer of a command with --json."""
    result = ctl(daemon, *words, "--json")
    assert result.returncode == code, (words, result.stderr)
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def payment(bot):
    method = bot.post("/v1/payment_methods", {"type": "card", "card": CARD}).json
    intent = bot.post(
        "/v1/payment_intents", {"amount": 4321, "currency": "usd", "payment_method": method["id"], "confirm": True}
    ).json
    assert intent["status"] == "succeeded"
    refund = bot.post("/v1/refunds", {"payment_intent": intent["id"], "amount": 321}).json
    assert refund["status"] == "succeeded"
    return intent, refund


def test_status_says_how_the_daemon_is(florin):
    status = asked(florin, "status")
    assert status["role"] == "admin" and status["synchronous"] == "full"
    assert status["operations"]["conflicts"] == 0 and status["writer"]["commits"] > 0
    assert [c["processor"] for c in status["connections"] if c["is_live"]]


def test_payments_are_listed_and_shown(florin, payment):
    intent, _ = payment
    assert intent["id"] in [p["id"] for p in asked(florin, "payments", "list", "--limit", "100")["items"]]
    shown = asked(florin, "payments", "show", intent["id"])
    assert (shown["status"], shown["captured"]["text"], shown["refunded"]["text"]) == (
        "succeeded", "43.21 USD", "3.21 USD")  # fmt: skip
    assert shown["card"]["last_four"] == "4242"


def test_pages_follow_one_another_without_loss(florin, payment, bot):
    for _ in range(2):
        bot.post("/v1/payment_intents", {"amount": 100, "currency": "usd"})
    seen, after = [], []
    while True:
        page = asked(florin, "payments", "list", "--limit", "1", *after)
        seen += [p["id"] for p in page["items"]]
        if not page["has_more"] or len(seen) >= 3:
            break
        after = ["--after", seen[-1]]
    assert len(seen) == len(set(seen)) == 3 and seen == sorted(seen, reverse=True)


def test_the_timeline_of_a_payment_tells_all_in_order(florin, payment):
    intent, refund = payment
    timeline = asked(florin, "timeline", intent["id"])
    assert timeline == asked(florin, "timeline", refund["id"]) == asked(florin, "timeline", intent["latest_charge"])
    steps = timeline["steps"]
    assert [s["time"] for s in steps] == sorted(s["time"] for s in steps)
    kinds = {s["kind"] for s in steps}
    assert {"created", "charge", "refund", "posting", "event"} <= kinds and "operation" not in kinds
    amounts = [s["amount"]["minor_units"] for s in steps if s["kind"] == "posting"]
    assert 4321 in amounts and -321 in amounts


def test_the_books_are_shown_and_verify(florin, payment):
    accounts = asked(florin, "ledger", "accounts")["items"]
    payable = next(a for a in accounts if a["kind"] == "bot_payable" and a["balance"]["currency"] == "usd")
    assert payable["owner"].startswith("bot_")
    entries = asked(florin, "ledger", "entries", payable["account"])["items"]
    assert entries and entries[0]["balance_after"] == payable["balance"]
    verdict = asked(florin, "ledger", "verify")
    assert verdict["is_sound"] and verdict["problems"] == [] and verdict["postings"] >= 2


def test_transfers_are_listed_shown_and_have_a_timeline(florin, platform):
    sender, recipient = florin.dev["people"][:2]
    made = platform.post(
        "/v1/friend_transfers",
        {"sender": sender["id"], "recipient": recipient["id"], "amount": 500, "currency": "usd",
         "funding": "card", "payment_method": sender["payment_method"]},
        idempotency_key=str(uuid.uuid4()),
    )  # fmt: skip
    assert made.status == 200, made
    transfer = made.json["id"]
    assert transfer in [t["id"] for t in asked(florin, "transfers", "list")["items"]]
    shown = asked(florin, "transfers", "show", transfer)
    assert (shown["sender"], shown["recipient"], shown["amount"]["text"]) == (
        sender["id"], recipient["id"], "5.00 USD")  # fmt: skip
    steps = asked(florin, "timeline", transfer)["steps"]
    assert steps[0]["kind"] == "created" and any(s["kind"] == "posting" for s in steps)


def test_keys_are_made_once_used_and_revoked(florin):
    bot = asked(florin, "bots", "list")["items"][0]["id"]
    made = asked(florin, "keys", "create", bot, "--label", "till 3")
    client = florin.client(made["secret"])
    assert client.get("/v1/balance").status == 200
    listed = ctl(florin, "keys", "list", "--json").stdout
    assert made["key"]["id"] in listed and made["secret"] not in listed
    assert asked(florin, "keys", "revoke", made["key"]["id"])["state"] == "revoked"
    assert client.get("/v1/balance").status == 401


def test_bots_and_people_are_listed_and_shown(florin):
    bot = asked(florin, "bots", "list")["items"][0]
    assert asked(florin, "bots", "show", bot["id"])["legal_name"] == bot["legal_name"]
    people = asked(florin, "people", "list")["items"]
    assert {p["id"] for p in florin.dev["people"]} <= {p["id"] for p in people}
    result = ctl(florin, "people", "show", people[0]["id"], "--json")
    assert json.loads(result.stdout)["has_profile"] in (True, False)
    for person in florin.dev["people"]:
        name = person.get("name")
        assert not name or name not in ctl(florin, "people", "show", person["id"], "--json").stdout


def test_a_webhook_is_sent_again(florin, bot, receiver, payment):
    endpoint = bot.post("/v1/webhook_endpoints", {"url": receiver.url, "enabled_events": ["*"]}).json
    customer = bot.post("/v1/customers", {"name": "Ada"}).json
    _, body = receiver.wait_for(lambda event: event["data"]["object"]["id"] == customer["id"])
    assert endpoint["id"] in [e["id"] for e in asked(florin, "webhooks", "list")["items"]]
    event = json.loads(body)["id"]
    deliveries = asked(florin, "webhooks", "list", endpoint["id"])["items"]
    delivery = next(d for d in deliveries if d["event"] == event)
    again = asked(florin, "webhooks", "resend", endpoint["id"], str(delivery["sequence"]))
    assert again["was_delivered"] and again["delivery"]["last_status"] == 200
    _, second = receiver.wait_for(lambda found: found["id"] == event)
    assert json.loads(second)["id"] == event
    assert bot.delete(f"/v1/webhook_endpoints/{endpoint['id']}").status == 200


@pytest.mark.parametrize("target", ["kek", "card", "personal", "credential"])
def test_keys_of_the_vault_rotate_under_a_running_daemon(florin, bot, payment, target):
    before = asked(florin, "vault", "status")["keys"]
    rotation = asked(florin, "vault", "rotate", target)
    assert rotation["state"] == "succeeded" and rotation["report"]["is_proved_empty"], rotation
    after = asked(florin, "vault", "status")["keys"]
    if target == "kek":
        assert min(k["kek_version"] for k in after) > max(k["kek_version"] for k in before)
    else:
        old = next(k["number"] for k in before if k["purpose"] == target and k["state"] == "active")
        assert next(k["number"] for k in after if k["purpose"] == target and k["state"] == "active") > old
    intent, _ = payment
    assert bot.get(f"/v1/payment_intents/{intent['id']}").status == 200
    lines = ctl(florin, "vault", "rotate", target).stdout.splitlines()
    assert any(line.split() == ["status", "succeeded"] for line in lines)


def test_unknown_outcomes_are_listed(florin):
    deadline = time.monotonic() + SECONDS
    # Other tests may leave an operation behind that the resolver is about to settle.
    while (found := asked(florin, "unknown", "list"))["items"] and time.monotonic() < deadline:
        operation = found["items"][0]["id"]
        assert ctl(florin, "unknown", "ask", operation, "--json").returncode in (0, 1)
        time.sleep(0.2)
    assert found["items"] == []


def test_tables_are_plain_when_piped(florin, payment):
    for words in (["status"], ["payments"], ["transfers"], ["ledger", "accounts"], ["vault"], ["keys"], ["bots"],
                  ["people"], ["webhooks"], ["unknown"], ["timeline", payment[0]["id"]]):  # fmt: skip
        result = ctl(florin, *words)
        assert result.returncode == 0 and result.stdout and "\x1b" not in result.stdout, (words, result)
    assert "43.21 USD" in ctl(florin, "payments", "--limit", "100").stdout


@pytest.mark.parametrize(
    "words, code, says",
    [
        (["payments", "show", "pi_00000000000000000000000000"], 1, "There is no payment"),
        (["payments", "show", "nonsense"], 1, "begins with pi_"),
        (["payments", "list", "--limit", "0"], 1, "1 to 100"),
        (["unknown", "ask", "op_00000000000000000000000000"], 1, "no open operation"),
        (["vault", "rotate", "everything"], 1, "Name kek"),
        (["keys", "create", "bot_00000000000000000000000000"], 1, "There is no"),
        (["payments", "list", "--limit", "many"], 2, "--limit"),
        (["dance"], 2, "dance"),
    ],
)
def test_what_cannot_be_done_is_said_and_has_its_exit_code(florin, words, code, says):
    result = ctl(florin, *words)
    assert (result.returncode, result.stdout) == (code, "") and says in result.stderr, result


def test_a_daemon_that_is_not_there_is_named(florin, tmp_path):
    socket = str(tmp_path / "admin.sock")
    result = ctl(florin, "status", socket=socket)
    assert result.returncode == 2 and socket in result.stderr and "Is florind running?" in result.stderr


def test_the_socket_comes_from_the_environment_too(florin):
    result = subprocess.run([binary("florinctl"), "status"], capture_output=True, text=True, timeout=SECONDS,
                            env={**os.environ, "FLORIN_SOCKET": florin.dev["admin_socket"]})  # fmt: skip
    assert result.returncode == 0, result.stderr


def test_nobody_else_gets_to_the_socket(florin):
    folder = os.path.dirname(florin.dev["admin_socket"])
    assert os.stat(folder).st_mode & 0o777 == 0o700
    assert [name for name in os.listdir(folder)] == [os.path.basename(florin.dev["admin_socket"])]
