"""Rules that hold and block, the operators who decide, and a restored book that takes two of them."""

import json
import os
import pathlib
import subprocess
import tempfile
import time

import pytest

from florin import binary
from installation import Installation
from test_service import charge, fill

RULES = """
risk:
  rules:
    - {name: large, action: review, amount_above: {usd: "15.00"}}
    - {name: burst, action: block, more_than: 3, by: card, within: 10m}
"""


@pytest.fixture
def installed(tmp_path):
    installation = Installation(tmp_path / "florin")
    yield installation
    installation.kill()


def until(check, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)
    return found


def test_a_held_payment_waits_for_an_operator_and_a_burst_is_stopped(installed):
    installed.configure(RULES)
    bot = fill(installed.start())
    held = charge(bot).json
    assert (held["status"], held["amount_capturable"], held["amount_received"]) == ("processing", 0, 0)
    outcome = bot.get(f"/v1/charges/{held['latest_charge']}").json["outcome"]
    assert outcome["type"] == "manual_review"
    refused = bot.post(f"/v1/payment_intents/{held['id']}/capture")
    assert (refused.status, refused.error["code"]) == (400, "payment_intent_unexpected_state")

    (case,) = installed.ctl("review", "list")["items"]
    assert (case["id"], case["rule"], case["explanation"]) == (held["id"], "large", "19.99 USD is above 15.00 USD")
    assert installed.ctl("review", "explain", held["latest_charge"])["action"] == "review"
    decided = installed.ctl("review", "approve", held["id"], "--reason", "we know them")
    assert (decided["state"], decided["reason"]) == ("approved", "we know them")
    paid = until(lambda: (found := bot.get(f"/v1/payment_intents/{held['id']}").json)["status"] == "succeeded" and found)
    assert paid["amount_received"] == 1999
    assert "approved already" in installed.ctl("review", "reject", held["id"], "--reason", "too late", code=1)

    rejected = charge(bot).json["id"]
    installed.ctl("review", "reject", rejected, "--reason", "stolen card")
    until(lambda: bot.get(f"/v1/payment_intents/{rejected}").json["status"] == "canceled")
    assert bot.get(f"/v1/payment_intents/{rejected}").json["cancellation_reason"] == "fraudulent"

    def small():
        method = bot.post("/v1/payment_methods", {"type": "card", "card": {
            "number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}}).json["id"]  # fmt: skip
        return bot.post(
            "/v1/payment_intents", {"amount": 100, "currency": "usd", "payment_method": method, "confirm": True})

    assert small().status == 200  # the third attempt on this card
    blocked = small()
    assert (blocked.status, blocked.error["decline_code"]) == (402, "fraudulent")
    attempt = bot.get(f"/v1/charges/{blocked.error['charge']}").json["outcome"]
    assert (attempt["type"], attempt["network_status"]) == ("blocked", "not_sent_to_network")
    assert installed.ctl("review", "explain", blocked.error["charge"])["rule"] == "burst"
    assert installed.ctl("ledger", "verify")["is_sound"]
    changed = installed.ctl("audit", "list", "--changes")["items"]
    assert any("/reviews/{id}/approve" in str(row) for row in changed)


def test_a_rule_has_the_cardholder_authenticate_or_refuses(installed):
    installed.configure("""
risk:
  rules:
    - {name: no-keeping, action: block, on: [setup], brands: [mastercard]}
    - {name: ask, action: require_authentication, on: [payment], currency: usd}
""")
    bot = fill(installed.start())

    def card(number="4242424242424242"):
        return bot.post("/v1/payment_methods", {"type": "card", "card": {
            "number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}}).json["id"]  # fmt: skip

    pay = {"amount": 100, "currency": "usd", "confirm": True}
    asked = bot.post("/v1/payment_intents", {**pay, "payment_method": card()}).json
    assert asked["status"] == "requires_action", asked
    decision = installed.ctl("review", "explain", asked["latest_charge"])
    assert (decision["action"], decision["rule"]) == ("authenticate", "ask")
    customer = bot.post("/v1/customers", {}).json["id"]
    kept = bot.post("/v1/setup_intents", {"customer": customer, "payment_method": card(), "confirm": True}).json
    assert kept["status"] == "succeeded", kept
    # Nobody is there who could be asked.
    away = {**pay, "customer": customer, "payment_method": kept["payment_method"], "off_session": True}
    refused = bot.post("/v1/payment_intents", away)
    assert (refused.status, refused.error["code"]) == (402, "authentication_required"), refused
    outcome = bot.get(f"/v1/charges/{refused.error['charge']}").json["outcome"]
    assert (outcome["type"], outcome["network_status"]) == ("blocked", "not_sent_to_network")
    assert bot.post("/v1/payment_intents", {**away, "currency": "eur"}).json["status"] == "succeeded"
    blocked = bot.post("/v1/setup_intents", {"payment_method": card("5555555555554444"), "confirm": True})
    assert (blocked.status, blocked.error["decline_code"]) == (402, "fraudulent"), blocked
    attempt = blocked.error["setup_intent"]["latest_attempt"]
    assert installed.ctl("review", "explain", attempt)["rule"] == "no-keeping"


def test_rules_and_limits_are_reloaded(installed):
    bot = fill(installed.start())
    assert charge(bot).json["status"] == "succeeded"
    installed.configure(RULES + 'limits: {single_sending: {usd: "5.00"}, weekly_sending: {usd: "50.00"}}\n')
    installed.ctl("reload")
    assert charge(bot).json["status"] == "processing"
    (limits,) = installed.ctl("limits", "show")["items"]
    assert (limits["per_transfer"]["minor_units"], limits["per_week"]["minor_units"]) == (500, 5000)
    assert "per_day" not in limits


@pytest.mark.parametrize("rule, complaint", [
    ("{action: block}", "needs a name"),
    ("{name: a}", "needs an action"),
    ("{name: a, action: blok}", "is none of allow, review, block"),
    ("{name: a, action: block, amonut_above: {usd: \"1.00\"}}", "did you mean amount_above?"),
    ("{name: a, action: block, more_than: 3}", "belong together"),
    ("{name: a, action: block, amount_above: {usd: \"1.00\", eur: \"1.00\"}}", "takes one amount"),
])  # fmt: skip
def test_a_wrong_rule_is_refused_by_line(installed, rule, complaint):
    installed.configure(f"\nrisk:\n  rules:\n    - {rule}\n")
    done = subprocess.run([binary(), "check", "--config", installed.config], capture_output=True, text=True)
    assert done.returncode == 1 and complaint in done.stderr + done.stdout, done
    assert "risk.rules" in done.stderr + done.stdout


@pytest.fixture
def shared():
    """A folder that other users of this machine may look into, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="florin-") as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)


def test_a_restored_book_is_opened_by_two_admins(shared):
    """The other admin is another user of this machine, let in by group: nobody else can play one."""
    if os.geteuid() != 0:
        pytest.skip("another user of this machine can only be played by root")
    installed = Installation(shared / "florin")
    try:
        open_by_two(installed, shared)
    finally:
        installed.kill()


def open_by_two(installed, folder):
    bot = fill(installed.start())
    kept = charge(bot).json["id"]
    backup = installed.ctl("backup", "--file", str(folder / "book.florin"))["backup"]["path"]
    installed.kill()
    installed.state = installed.folder / "restored"
    done = subprocess.run(
        [binary(), "restore", "--from", backup, "--state", installed.state, "--root-key", installed.root_key],
        capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.returncode == 0, done
    sandbox = installed.folder / "state" / "sandbox.sqlite"
    if sandbox.exists():  # the embedded acquirer's own book is no part of a backup
        for name in ["sandbox.sqlite", "sandbox.sqlite-wal"]:
            if (old := sandbox.with_name(name)).exists():
                (installed.state / name).write_bytes(old.read_bytes())
    installed.socket = installed.folder / "admins" / "florin.sock"
    installed.configure("limits: {operation_validity: 5s}\n")
    text = installed.config.read_text().replace(
        f"admin: {{socket: {installed.socket}}}",
        f"admin: {{socket: {installed.socket}, group: daemon, admin_groups: [daemon], operator_groups: [bin]}}")
    installed.config.write_text(text)
    installed.start()
    until(lambda: all(c["state"] == "complete" for c in installed.ctl("restore", "status")["connections"]), 60)

    def ctl(user, *arguments):
        return subprocess.run(
            ["setpriv", f"--reuid={user}", "--regid=daemon", "--clear-groups", binary("florinctl"), *arguments,
             "--socket", installed.socket], capture_output=True, text=True)  # fmt: skip

    asked = ctl("daemon", "restore", "open", "--reason", "the disk died", "--json")
    assert asked.returncode == 0, asked
    wanted = json.loads(asked.stdout)
    assert wanted["is_read_only"] and wanted["proposal"].startswith("prop_")
    alone = ctl("daemon", "proposals", "approve", wanted["proposal"])
    assert alone.returncode == 1 and "takes two people" in alone.stderr, alone
    # Root without a login may be the one who proposed.
    if pathlib.Path("/proc/self/loginuid").read_text() == str(2**32 - 1):
        assert "takes two people" in installed.ctl("proposals", "approve", wanted["proposal"], code=1)
    other = ctl("bin", "proposals", "approve", wanted["proposal"])
    assert other.returncode == 0, other
    view = installed.ctl("restore", "status")
    assert not view["is_read_only"] and "bin" in view["operators"]
    assert bot.get(f"/v1/payment_intents/{kept}").json["status"] == "succeeded"
    assert charge(bot).json["status"] == "succeeded"


def test_a_burst_of_declines_from_one_place_is_stopped_and_explained(installed):
    installed.configure("""
risk:
  rules:
    - {name: declined-from-one-place, action: block, more_than: 2, counting: declines, by: address, within: 10m}
""")
    bot = fill(installed.start())

    def attempt(name, place):
        return bot.post("/v1/payment_intents", {
            "amount": 500, "currency": "usd", "payment_method": name, "confirm": True, "payer": {"ip_address": place}})  # fmt: skip

    for _ in range(3):
        declined = attempt("pm_card_visa_chargeDeclined", "203.0.113.7")
        assert (declined.status, declined.error["decline_code"]) == (402, "generic_decline"), declined
    blocked = attempt("pm_card_mastercard", "203.0.113.7")
    assert (blocked.status, blocked.error["decline_code"]) == (402, "fraudulent"), blocked
    charge_id = blocked.error["payment_intent"]["latest_charge"]
    explained = installed.ctl("review", "explain", charge_id)
    assert (explained["action"], explained["rule"]) == ("block", "declined-from-one-place")
    assert "declined 3 times by address" in explained["explanation"], explained
    assert attempt("pm_card_mastercard", "203.0.113.8").json["status"] == "succeeded"


ISSUERS = "# from the operator's own source\n424242,US\n55555500-55555599,FR\n400000-400099,DE\n"


def test_rules_by_the_country_of_the_cards_issuer_hold_end_to_end(installed):
    table = installed.folder / "issuers.csv"
    table.write_text(ISSUERS)
    installed.configure(f"""
risk:
  issuer_countries: {table}
  rules:
    - {{name: not-from-there, action: block, issuer_countries: [FR]}}
    - {{name: far-away, action: review, issuer_countries_except: [US, DE]}}
""")
    bot = fill(installed.start())
    pay = lambda name: bot.post("/v1/payment_intents", {"amount": 500, "currency": "usd", "payment_method": name, "confirm": True})  # noqa: E731
    assert pay("pm_card_visa").json["status"] == "succeeded"
    blocked = pay("pm_card_mastercard")
    assert (blocked.status, blocked.error["decline_code"]) == (402, "fraudulent"), blocked
    explained = installed.ctl("review", "explain", blocked.error["charge"])
    assert (explained["action"], explained["rule"]) == ("block", "not-from-there") and "country" in explained["explanation"]
    # A country that is not known meets no condition about it.
    assert pay("pm_card_amex").json["status"] == "succeeded"
    # The table changes with the next reload.
    table.write_text(ISSUERS.replace("424242,US", "424242,BR").replace("55555500-55555599,FR\n", ""))
    installed.ctl("reload")
    held = pay("pm_card_visa").json
    assert held["status"] == "processing"
    assert installed.ctl("review", "explain", held["latest_charge"])["rule"] == "far-away"
    assert pay("pm_card_mastercard").json["status"] == "succeeded"
    # A table that cannot be read changes nothing.
    table.write_text("424242;US\n")
    assert installed.ctl("reload", code=1)
    assert pay("pm_card_visa").json["status"] == "processing"


@pytest.mark.parametrize("key", ["card", "person", "bot", "address"])
def test_bursts_are_counted_by_each_key_and_only_by_it(installed, key):
    installed.configure(f"""
risk:
  rules:
    - {{name: burst, action: block, more_than: 2, by: {key}, within: 10m}}
""")
    bot = fill(installed.start())
    platform = installed.ctl("platforms", "list")["items"][0]["id"]
    other_id = installed.ctl(
        "bots", "create", platform, "--name", "Other", "--legal-name", "Other GmbH", "--category", "5992", "--country", "DE",
        "--statement", "OTHER")["id"]  # fmt: skip
    other = installed.client(installed.ctl("keys", "create", other_id)["secret"])
    cards = ["4242424242424242", "4000056655665556", "5555555555554444", "378282246310005", "5200828282828210"]
    customers = {client: [client.post("/v1/customers", {}).json["id"] for _ in range(6)] for client in (bot, other)}

    def attempt(number, same=()):
        """The `number`th attempt: everything about it differs from the others, but for what is in `same`."""
        client = bot if "bot" in same else [bot, other][number % 2]
        if "person" in same:  # who is known to one bot only
            client = bot
        card = {"number": cards[0 if "card" in same else number], "exp_month": 12, "exp_year": 2034}
        method = client.post("/v1/payment_methods", {"type": "card", "card": card}).json["id"]
        return client.post("/v1/payment_intents", {
            "amount": 500, "currency": "usd", "payment_method": method, "confirm": True,
            "customer": customers[client][0 if "person" in same else number],
            "payer": {"ip_address": "203.0.113.1" if "address" in same else f"198.51.100.{number}"}})  # fmt: skip

    for number in range(2):
        assert attempt(number, {key}).status == 200
    blocked = attempt(2, {key})
    assert (blocked.status, blocked.error["decline_code"]) == (402, "fraudulent"), blocked
    explained = installed.ctl("review", "explain", blocked.error["charge"])
    assert explained["rule"] == "burst" and f"by {key}" in explained["explanation"], explained
    assert attempt(3).status == 200, "nobody else is meant"
