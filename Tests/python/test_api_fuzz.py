"""Schemathesis draws requests from docs/openapi.yaml, right ones and wrong ones, and holds every answer against it.

A fixed seed and few examples for each operation: this finds an answer that the page does not know and a server error; it is
no search for rare ones. More: FLORIN_FUZZ_EXAMPLES=200, FLORIN_FUZZ_SEED=7.
"""

import os
import re
import subprocess
import sys

import pytest
import yaml

from florin import ROOT

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES = os.environ.get("FLORIN_FUZZ_EXAMPLES", "4")
SEED = os.environ.get("FLORIN_FUZZ_SEED", "1")


@pytest.mark.parametrize("caller", ["bot_key", "platform_key", "publishable_key", "person"])
def test_drawn_requests_are_answered_as_described(florin, platform, tmp_path, caller):
    key = session(platform) if caller == "person" else florin.dev[caller]
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", ROOT / "docs" / "openapi.yaml",
         "--url", florin.dev["base_url"], "--tls-verify", florin.dev["ca_file"],
         "--header", f"Authorization: Bearer {key}", "--phases", "fuzzing", "--checks", CHECKS,
         "--max-examples", EXAMPLES, "--seed", SEED, "--no-shrink", "--warnings", "off", "--request-timeout", "30",
         "--workers", "2", "--continue-on-failure"],
        cwd=tmp_path, capture_output=True, text=True, timeout=600)  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    # Every operation there is was tried: none is left out for want of an example.
    described = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())["paths"].values()
    wanted = sum(method in item for item in described for method in ("get", "post", "delete"))
    operations = re.search(r"Operations:\s+(\d+) selected / (\d+) total", done.stdout)
    tested = re.search(r"Tested:\s+(\d+)", done.stdout)
    assert operations and tested, done.stdout[-3000:]
    assert {int(operations[1]), int(operations[2]), int(tested[1])} == {wanted}, done.stdout[-3000:]
    assert florin.client().get("/healthz").status == 200


def session(platform):
    person = platform.post("/v1/people", {"name": "Drawn"}).json["id"]
    scopes = ["people:read", "payment_methods:write", "wallet:write", "friend_transfers:write"]
    return platform.post("/v1/person_sessions", {"person": person, "secret": "token", "scopes": scopes}).json["token"]
