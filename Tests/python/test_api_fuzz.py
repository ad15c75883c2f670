"""Schemathesis draws requests from docs/openapi.yaml, right ones and wrong ones, and holds every answer against it.

A fixed seed and few examples for each operation: this finds an answer that the page does not know and a server error; it is
no search for rare ones. Half of the requests name objects that exist (fuzz_hooks.py). More: FLORIN_FUZZ_EXAMPLES=200, FLORIN_FUZZ_SEED=7.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
import yaml

from conftest import started_daemon
from florin import ROOT

DESCRIPTION = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES = os.environ.get("FLORIN_FUZZ_EXAMPLES", "4")
SEED = os.environ.get("FLORIN_FUZZ_SEED", "1")


@pytest.fixture(scope="module")
def florin():
    """A daemon of this module's own: what is drawn moves clocks, closes disputes and deletes what it finds."""
    yield from started_daemon()


@pytest.fixture(scope="module")
def bot(florin):
    return florin.client(florin.dev["bot_key"])


@pytest.fixture(scope="module")
def platform(florin):
    return florin.client(florin.dev["platform_key"])


@pytest.mark.parametrize("caller", ["bot_key", "platform_key", "publishable_key", "person"])
def test_drawn_requests_are_answered_as_described(florin, platform, bot, tmp_path, caller):
    key = session(platform) if caller == "person" else florin.dev[caller]
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", ROOT / "docs" / "openapi.yaml",
         "--url", florin.dev["base_url"], "--tls-verify", florin.dev["ca_file"],
         "--header", f"Authorization: Bearer {key}", "--phases", "fuzzing", "--checks", CHECKS,
         "--max-examples", EXAMPLES, "--seed", SEED, "--no-shrink", "--warnings", "off", "--request-timeout", "30",
         "--suppress-health-check", "all", "--continue-on-failure"],
        cwd=tmp_path, capture_output=True, text=True, timeout=1_800,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "fuzz_hooks", "PYTHONPATH": str(pathlib.Path(__file__).parent),
             "FLORIN_FUZZ_SEEN": str(tmp_path / "seen"),
             "FLORIN_FUZZ_IDS": json.dumps(identifiers(florin, platform if caller in ("platform_key", "person") else bot, key))})  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    # Every operation there is was tried: none is left out for want of an example.
    wanted = sum(method in item for item in DESCRIPTION["paths"].values() for method in ("get", "post", "delete"))
    operations = re.search(r"Operations:\s+(\d+) selected / (\d+) total", done.stdout)
    tested = re.search(r"Tested:\s+(\d+)", done.stdout)
    assert operations and tested, done.stdout[-3000:]
    assert {int(operations[1]), int(operations[2]), int(tested[1])} == {wanted}, done.stdout[-3000:]
    assert florin.client().get("/healthz").status == 200
    # Not only refusals were looked at.
    done_at_all = (tmp_path / "seen").read_text().splitlines()
    assert len(done_at_all) >= {"bot_key": 25, "platform_key": 15, "publishable_key": 4, "person": 6}[caller], done_at_all


def identifiers(florin, owner, key):
    """What there is for drawn requests to name: some of everything, made if it has to be, by collection and by parameter."""
    pools = {}
    card = {"type": "card", "card": {"number": "4000056655665556", "exp_month": 12, "exp_year": 2034, "cvc": "123"}}
    caller = florin.client(key)
    pools["payment_method"] = pools["/v1/payment_methods"] = [caller.post("/v1/payment_methods", card).json["id"] for _ in range(4)]
    if owner.key == florin.dev["bot_key"]:
        pools["source"] = pools["token"] = pools["/v1/tokens"] = [
            owner.post("/v1/tokens", {"card": card["card"]}).json["id"] for _ in range(4)]
        for number in range(3):
            customer = owner.post("/v1/customers", {"name": "Drawn"}).json["id"]
            method = owner.post("/v1/payment_methods", card).json["id"]
            owner.post(f"/v1/payment_methods/{method}/attach", {"customer": customer})
            intent = owner.post("/v1/payment_intents", {
                "amount": 900, "currency": "usd", "customer": customer, "payment_method": method, "confirm": True,
                "capture_method": ("manual", "automatic")[number % 2]}).json
            owner.post("/v1/payment_intents", {"amount": 900, "currency": "usd"})
            owner.post("/v1/refunds", {"payment_intent": intent["id"], "amount": 1})
    for path in DESCRIPTION["paths"]:
        if path.startswith("/v1/") and "{" not in path and "get" in DESCRIPTION["paths"][path]:
            found = owner.get(path, {"limit": 5})
            if found.status == 200 and found.json.get("object") == "list" and found.json["data"]:
                ids = [item["id"] for item in found.json["data"] if "id" in item]
                pools.setdefault(path, ids)
                pools.setdefault(path.rsplit("/", 1)[1].removesuffix("s"), ids)
    if "person" not in pools:
        people = [person["id"] for person in florin.dev["people"]]
        pools.update({"/v1/people": people, "person": people})
    pools["sender"] = pools["recipient"] = pools["person"]
    return {name: ids for name, ids in pools.items() if ids}


def session(platform):
    person = platform.post("/v1/people", {"name": "Drawn"}).json["id"]
    scopes = ["people:read", "payment_methods:write", "wallet:write", "friend_transfers:write"]
    return platform.post("/v1/person_sessions", {"person": person, "secret": "token", "scopes": scopes}).json["token"]
