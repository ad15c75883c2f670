"""The admin API held to its own document, with curl: every call it names, every answer against its schema."""

import datetime
import json
import re
import shutil
import subprocess
import threading
import uuid

import jsonschema
import openapi_spec_validator
import pytest
import yaml

from florin import ROOT, binary

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
# Calls that are made once by name below, because they end something or wait for it.
BY_NAME = {"tail", "erasePerson", "rotate", "ask", "resend", "resolveUnknown", "approveProposal", "rejectProposal"}


def curl(daemon, method, path, body=None):
    """Status, content type and body as curl sees them."""
    assert shutil.which("curl"), "scripts/setup installs curl"
    command = ["curl", "-sS", "-X", method, "--unix-socket", daemon.dev["admin_socket"], "-w", "\n%{http_code} %{content_type}"]
    if body is not None:
        command += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    done = subprocess.run([*command, f"http://localhost{path}"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    text, _, trailer = done.stdout.rpartition("\n")
    status, _, kind = trailer.partition(" ")
    return int(status), kind, text


@pytest.fixture(scope="module")
def document(florin):
    status, kind, text = curl(florin, "GET", "/openapi.yaml")
    assert (status, kind) == (200, "application/yaml")
    return yaml.safe_load(text)


def check(document, schema, value):
    """Fails when the value is not what the document says; an unknown field is one."""
    jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(value)


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


@pytest.fixture(scope="module")
def world(florin, bot, platform):
    """One of everything that a path may name."""
    method = bot.post("/v1/payment_methods", {"type": "card", "card": CARD}).json["id"]
    payment = bot.post(
        "/v1/payment_intents", {"amount": 500, "currency": "usd", "payment_method": method, "confirm": True}).json["id"]
    sender, recipient = florin.dev["people"][:2]
    transfer = platform.post("/v1/friend_transfers", {
        "sender": sender["id"], "recipient": recipient["id"], "amount": 100, "currency": "usd", "funding": "card",
        "payment_method": sender["payment_method"]}, idempotency_key=str(uuid.uuid4())).json["id"]  # fmt: skip
    endpoint = bot.post("/v1/webhook_endpoints", {"url": "https://hook.example/x", "enabled_events": ["charge.failed"]}).json["id"]

    def first(path, field="id", **how):
        return json.loads(curl(florin, "GET", path)[2])["items"][0][field]

    accounts = json.loads(curl(florin, "GET", "/v1/ledger/accounts?mode=test")[2])["items"]
    suspense = f"suspense:{[c for c in json.loads(curl(florin, 'GET', '/v1/status')[2])['connections']][0]['id']}:usd:test"
    payable = next(a["account"] for a in accounts if a["kind"] == "bot_payable" and a["account"].endswith(":usd:test"))
    proposal = json.loads(curl(florin, "POST", "/v1/ledger/adjustments", {
        "debit": suspense, "credit": payable, "minor_units": 5, "currency": "usd", "reason": "a test"})[2])["id"]
    gone = platform.post("/v1/people", {"name": "Nobody Anymore"}).json["id"]
    status, _, text = curl(florin, "POST", f"/v1/people/{gone}/erase", {"confirm": gone})
    assert status == 200, text
    bot.post("/v1/external_accounts", {"external_account": {
        "object": "bank_account", "account_holder_name": "A Ltd", "account_number": "DE89370400440532013000", "country": "DE",
        "currency": "usd"}})  # fmt: skip
    payout = bot.post("/v1/payouts", {"amount": 100, "currency": "usd"}).json["id"]
    day = str((datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=2)).date())
    florin.florinctl("reports", "make", day, "--mode", "test")
    report = first("/v1/reports")
    line = {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Soup"}}}
    checkout = bot.post("/v1/checkout/sessions", {"line_items": [line]}).json["id"]
    return {
        "/v1/checkouts/{id}": checkout, "/v1/payouts/{id}": payout, "/v1/bots/{id}/payout-schedule": first("/v1/bots"), "/v1/reports/{id}": report,
        "/v1/reports/{id}/content": report,
        "/v1/payments/{id}": payment, "/v1/transfers/{id}": transfer, "/v1/timeline/{id}": payment,
        "/v1/ledger/accounts/{account}/entries": payable, "/v1/bots/{id}": first("/v1/bots"), "/v1/bots/{id}/fees": first("/v1/bots"),
        "/v1/bots/{id}/availability": first("/v1/bots"), "/v1/bots/{id}/refs": first("/v1/bots"),
        "/v1/people/{id}": sender["id"], "/v1/people/{id}/limits": sender["id"], "/v1/proposals/{id}": proposal,
        "/v1/webhooks/{id}/deliveries": endpoint, "/v1/erasures/{id}": json.loads(text)["id"],
        "/v1/events/{id}": first("/v1/events"), "/v1/audit/{number}": "1", "/v1/keys/{id}/revoke": None,
        "/v1/routing/payments/{id}": payment,
        "/v1/connections/{id}": json.loads(curl(florin, "GET", "/v1/connections")[2])["items"][0]["connection"]["id"],
    }  # fmt: skip


def test_the_document_is_valid_and_is_the_one_in_docs(document):
    openapi_spec_validator.validate(document)
    assert document == yaml.safe_load((ROOT / "docs" / "admin-openapi.yaml").read_text())
    done = subprocess.run([ROOT / "scripts" / "admin-openapi", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_read_answers_as_the_document_says(florin, document, world):
    seen = set()
    for method, path, operation in operations(document):
        if method != "GET" or operation["operationId"] in BY_NAME:
            continue
        full = path
        if "{" in path:
            # Nothing is unknown, settled, held or disputed here; each has an end-to-end test of its own.
            if path in (
                "/v1/unknown/{id}", "/v1/cases/{id}", "/v1/settlements/{id}", "/v1/reviews/{id}", "/v1/risk/decisions/{id}",
                    "/v1/disputes/{id}",
            ):  # fmt: skip
                continue
            assert path in world, f"no example for {path}"
            full = re.sub(r"{\w+}", world[path], path)
        if operation["operationId"] == "askRouting":
            full += "?minor_units=1999&currency=usd&brand=visa"
        status, kind, text = curl(florin, method, full)
        media, answer = next(iter(operation["responses"]["200"]["content"].items()))
        if status == 404 and operation["operationId"] in ("rotation", "backupJob"):  # nothing ran yet
            continue
        assert status == 200 and kind.startswith(media), (full, status, kind, text[:300])
        if media == "application/json":
            check(document, answer["schema"], json.loads(text))
        seen.add(operation["operationId"])
    assert len(seen) > 25


def test_every_call_refuses_what_it_does_not_know_with_the_document_s_error(florin, document):
    error = document["components"]["schemas"]["AdminErrorBody"]
    for method, path, operation in operations(document):
        if operation["operationId"] in ("tail", "metrics"):
            continue
        if method == "POST" and "{" not in path and "requestBody" not in operation:
            continue  # takes nothing, so there is nothing to be wrong
        if method == "GET":
            wrong = re.sub(r"{\w+}", "nonsense", path) + "?colour=red"
            status, _, text = curl(florin, "GET", wrong)
            assert status in (400, 404), (wrong, status)
        else:
            status, _, text = curl(florin, method, re.sub(r"{\w+}", "nonsense", path), {"nonsense": True})
            assert status in (400, 404), (path, status)
        check(document, error, json.loads(text))
        status, _, text = curl(florin, "DELETE", re.sub(r"{\w+}", "x", path))
        assert status == 405, path
        check(document, error, json.loads(text))


def test_changes_answer_as_the_document_says_and_are_on_record(florin, document, world):
    person, connection = world["/v1/people/{id}"], world["/v1/connections/{id}"]
    bot = world["/v1/bots/{id}"]
    made = curl(florin, "POST", "/v1/keys", {"owner": bot, "kind": "secret", "mode": "test", "label": "curl"})
    key = json.loads(made[2])["key"]["id"]
    calls = [
        ("/v1/keys", None, made),
        ("/v1/keys/{id}/revoke", key, curl(florin, "POST", f"/v1/keys/{key}/revoke")),
        ("/v1/people/{id}/limits", person, curl(florin, "POST", f"/v1/people/{person}/limits", {"currency": "eur", "per_day": "none"})),
        ("/v1/connections/{id}/disable", connection, curl(florin, "POST", f"/v1/connections/{connection}/disable")),
        ("/v1/connections/{id}/enable", connection, curl(florin, "POST", f"/v1/connections/{connection}/enable")),
        ("/v1/proposals/{id}/reject", None, curl(florin, "POST", f"/v1/proposals/{world['/v1/proposals/{id}']}/reject")),
    ]  # fmt: skip
    for path, subject, (status, _, text) in calls:
        assert status == 200, (path, text)
        check(document, document["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["schema"], json.loads(text))
        if subject:
            rows = json.loads(curl(florin, "GET", f"/v1/audit?subject={subject}&changes=true")[2])["items"]
            assert any(row["route"] == f"POST {path}" and row["status"] == 200 for row in rows), path
    everything = curl(florin, "GET", "/v1/audit?limit=100")[2]
    assert "curl" not in everything, "a label is somebody's words"
    assert json.loads(curl(florin, "GET", "/v1/audit/verification")[2])["is_sound"]


def test_one_operator_cannot_decide_alone(florin, world):
    connection, account = world["/v1/connections/{id}"], world["/v1/ledger/accounts/{account}/entries"]
    body = {"debit": f"suspense:{connection}:usd:test", "credit": account, "minor_units": 7, "currency": "usd", "reason": "alone"}
    status, _, text = curl(florin, "POST", "/v1/ledger/adjustments", body)
    assert status == 200, text
    proposal = json.loads(text)["id"]
    status, _, text = curl(florin, "POST", f"/v1/proposals/{proposal}/approve")
    assert status == 403 and "two people" in text
    status, _, text = curl(florin, "POST", f"/v1/proposals/{proposal}/approve?force=true", {"force": True})
    assert status in (400, 403), text


def test_a_tail_shows_what_happens(florin, bot):
    watcher = subprocess.Popen(
        [binary("florinctl"), "--socket", florin.dev["admin_socket"], "events", "tail", "--type", "payment_intent.succeeded",
         "--count", "2", "--json"], stdout=subprocess.PIPE, text=True)  # fmt: skip
    timer = threading.Timer(60, watcher.kill)
    timer.start()
    made = []
    # Payments until the watcher, who needs a moment to begin, has seen two.
    while watcher.poll() is None and len(made) < 200:
        method = bot.post("/v1/payment_methods", {"type": "card", "card": CARD}).json["id"]
        made.append(bot.post("/v1/payment_intents", {
            "amount": 300, "currency": "usd", "payment_method": method, "confirm": True}).json["id"])
    lines = [json.loads(line) for line in watcher.communicate(timeout=60)[0].splitlines()]
    timer.cancel()
    assert watcher.returncode == 0 and len(lines) == 2
    assert {line["subject"] for line in lines} <= set(made) and {line["type"] for line in lines} == {"payment_intent.succeeded"}
