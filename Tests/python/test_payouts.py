"""Payouts and daily reports over a running daemon: Stripe's own package, raw calls for what is ours, and florinctl."""

import csv
import datetime
import hashlib
import io
import pathlib
import time
import uuid

import pytest
import stripe

from async_sdk import AsyncClient

DEBIT = {"number": "4000056655665556", "exp_month": "12", "exp_year": "2034", "cvc": "123"}
IBAN = "DE89370400440532013000"


@pytest.fixture(scope="module")
def own():
    """A daemon of this module's own: balances are counted to the unit."""
    from conftest import started_daemon

    yield from started_daemon()


@pytest.fixture(params=["plain", "async"])
def made(request, own):
    """A new bot with a key of its own, as Stripe's client and as a raw one."""
    bot = own.client(own.dev["platform_key"]).post("/v1/bots", {
        "name": "Earner", "legal_name": "Earner Ltd", "merchant_category_code": 5812, "country": "DE",
        "statement_descriptor": "EARNER BOT"}).json["id"]  # fmt: skip
    key = own.florinctl("keys", "create", bot)["secret"]
    stripe.ca_bundle_path = own.dev["ca_file"]
    if request.param == "async":
        client = AsyncClient(own, key)
        yield Made(own, bot, client, own.client(key))
        client.close()
        return
    client = stripe.StripeClient(key, base_addresses={"api": own.dev["base_url"]}, max_network_retries=0)
    yield Made(own, bot, client, own.client(key))


class Made:
    def __init__(self, florin, bot, client, raw):
        self.florin, self.bot, self.client, self.raw = florin, bot, client, raw

    def earn(self, amount):
        method = self.client.v1.payment_methods.create({"type": "card", "card": {**DEBIT, "number": "4242424242424242"}})
        return self.client.v1.payment_intents.create(
            {"amount": amount, "currency": "usd", "payment_method": method.id, "confirm": True})

    def account(self, **fields):
        """An external account; a debit card unless something else is said."""
        if not fields:
            fields = {"external_account": self.client.v1.tokens.create({"card": DEBIT}).id, "currency": "usd"}
        answer = self.raw.post("/v1/external_accounts", fields)
        assert answer.status == 200, answer
        return answer.json

    def bank(self):
        return self.account(external_account={
            "object": "bank_account", "account_holder_name": "Earner Ltd", "account_number": IBAN, "country": "DE", "currency": "usd"})

    def available(self):
        return sum(part.amount for part in self.client.v1.balance.retrieve().available)

    def events(self, subject):
        found = self.client.v1.events.list({"limit": 100}).data
        return [event.type for event in reversed(found) if event.data.object["id"] == subject]


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def refused(work, code):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        work()
    assert caught.value.code == code, caught.value
    return caught.value


def test_an_instant_payout_to_a_debit_card(made):
    made.earn(5000)
    account = made.account()
    assert (account["object"], account["status"], account["last4"]) == ("card", "verified", "5556")
    assert account["default_for_currency"] is True
    key = str(uuid.uuid4())
    params = {"amount": 2000, "currency": "usd", "method": "instant", "metadata": {"week": "47"}}
    payout = made.client.v1.payouts.create(params, {"idempotency_key": key})
    assert (payout.status, payout.amount, payout.destination, payout.type) == ("paid", 2000, account["id"], "card")
    assert made.client.v1.payouts.create(params, {"idempotency_key": key}).id == payout.id
    assert made.available() == 3000
    assert made.client.v1.payouts.retrieve(payout.id, {"expand": ["destination", "balance_transaction"]}).balance_transaction.amount == -2000
    assert [found.id for found in made.client.v1.payouts.list({"status": "paid"}).auto_paging_iter()] == [payout.id]
    assert made.client.v1.payouts.update(payout.id, {"metadata": {"week": "48"}}).metadata["week"] == "48"
    lines = made.client.v1.balance_transactions.list().data
    assert (lines[0].type, lines[0].amount, lines[0].source) == ("payout", -2000, payout.id)
    assert sum(line.net for line in lines) == made.available()
    assert made.events(payout.id)[:2] == ["payout.created", "payout.paid"]
    refused(lambda: made.client.v1.payouts.reverse(payout.id), "payout_not_reversible")
    refused(lambda: made.client.v1.payouts.cancel(payout.id), "payout_closed")


def test_a_standard_payout_can_be_canceled_and_never_is_more_than_there_is(made):
    made.earn(1000)
    made.account()
    payout = made.client.v1.payouts.create({"amount": 600, "currency": "usd", "statement_descriptor": "WEEK 47"})
    assert (payout.status, payout.statement_descriptor, made.available()) == ("pending", "WEEK 47", 400)
    refused(lambda: made.client.v1.payouts.create({"amount": 401, "currency": "usd"}), "balance_insufficient")
    canceled = made.client.v1.payouts.cancel(payout.id, {"expand": ["failure_balance_transaction"]})
    assert canceled.status == "canceled" and canceled.failure_balance_transaction.type == "payout_cancel"
    assert made.available() == 1000


def test_a_refused_card_a_wrong_account_and_what_is_not_offered(made):
    credit = made.client.v1.tokens.create({"card": {**DEBIT, "number": "4242424242424242"}})
    answer = made.raw.post("/v1/external_accounts", {"external_account": credit.id, "currency": "usd"})
    assert (answer.status, answer.error["code"]) == (400, "card_not_debit")
    wrong = {"object": "bank_account", "account_holder_name": "X", "account_number": IBAN[:-1] + "1", "country": "DE", "currency": "usd"}
    answer = made.raw.post("/v1/external_accounts", {"external_account": wrong})
    assert (answer.status, answer.error["code"]) == (400, "account_number_invalid") and IBAN[:-1] not in answer.body.decode()
    refused(lambda: made.client.v1.payouts.create({"amount": 1, "currency": "usd"}), "payout_destination_missing")
    made.earn(1000)
    account = made.bank()
    assert account["last4"] == "3000" and IBAN not in str(account)
    refused(lambda: made.client.v1.payouts.create({"amount": 1, "currency": "usd", "method": "instant"}), "payout_method_unavailable")
    refused(lambda: made.client.v1.payouts.create({"amount": 1, "currency": "eur", "destination": account["id"]}), "payout_destination_currency")
    other = made.account(external_account={"object": "paypal_account", "email": "bot@example.com", "currency": "usd"})
    assert made.raw.post(f"/v1/external_accounts/{other['id']}", {"default_for_currency": "true"}).json["default_for_currency"] is True
    assert made.raw.delete(f"/v1/external_accounts/{account['id']}").json["deleted"] is True
    assert [found["id"] for found in made.raw.get("/v1/external_accounts").json["data"]] == [other["id"]]
    assert made.events(account["id"])[0] == "account.external_account.created"
    assert made.events(account["id"])[-1] == "account.external_account.deleted"


def test_a_bank_transfer_is_made_by_an_operator(made):
    florin = made.florin
    made.earn(5000)
    made.bank()
    payout = made.client.v1.payouts.create({"amount": 1200, "currency": "usd", "statement_descriptor": "SALES"})
    assert payout.id in [waiting["id"] for waiting in florin.florinctl("payouts", "list", "--waiting", "--limit", "100")["items"]]
    order = florin.florinctl("payouts", "begin", payout.id)
    assert (order["account_number"], order["account_holder"], order["statement_descriptor"]) == (IBAN, "Earner Ltd", "SALES")
    assert made.client.v1.payouts.retrieve(payout.id).status == "in_transit"
    refused(lambda: made.client.v1.payouts.cancel(payout.id), "payout_already_sent")
    florin.florinctl("payouts", "confirm", payout.id, "--reference", "BANK-1")
    paid = made.client.v1.payouts.retrieve(payout.id)
    assert (paid.status, paid.trace_id["value"], made.available()) == ("paid", "BANK-1", 3800)
    florin.florinctl("payouts", "fail", payout.id, "--code", "account_closed")
    failed = made.client.v1.payouts.retrieve(payout.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_code, failed.failure_balance_transaction.amount) == ("failed", "account_closed", 1200)
    assert made.available() == 5000
    assert made.events(payout.id) == ["payout.created", "payout.updated", "payout.paid", "payout.failed"]
    audit = florin.florinctl("audit", "list", "--limit", "100")["items"]
    assert {"POST /v1/payouts/{id}/begin", "POST /v1/payouts/{id}/confirm"} <= {row["route"] for row in audit if row.get("subject") == payout.id}
    assert florin.florinctl("ledger", "verify")["is_sound"] is True


def test_schedules_are_set_by_the_bot_and_by_operators(made):
    settings = made.client.v1.balance_settings.retrieve()
    assert settings.payments.payouts.schedule.interval == "manual"
    changed = made.client.v1.balance_settings.update({"payments": {"payouts": {
        "schedule": {"interval": "monthly", "monthly_payout_days": [1, 15]}, "minimum_balance_by_currency": {"usd": 500, "eur": 700}}}})
    assert list(changed.payments.payouts.schedule.monthly_payout_days) == [1, 15]
    assert changed.payments.payouts.minimum_balance_by_currency["eur"] == 700
    shown = made.florin.florinctl("payouts", "schedule", "show", made.bot, "--mode", "test")
    assert (shown["interval"], shown["month_days"]) == ("monthly", [1, 15])
    made.florin.florinctl("payouts", "schedule", "set", made.bot, "--mode", "test", "--interval", "weekly", "--weekday", "friday")
    assert list(made.client.v1.balance_settings.retrieve().payments.payouts.schedule.weekly_payout_days) == ["friday"]
    answer = made.raw.post("/v1/balance_settings", {"payments": {"payouts": {"minimum_balance_by_currency": {"usd": ""}}}})
    assert list(answer.json["payments"]["payouts"]["minimum_balance_by_currency"]) == ["eur"]


def test_reports_of_a_day_that_is_not_over_are_refused_and_others_are_made_once(own, made):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    with pytest.raises(AssertionError, match="not over"):
        own.florinctl("reports", "make", str(today), "--mode", "test")
    day = str(today - datetime.timedelta(days=2))
    job = own.florinctl("reports", "make", day, "--mode", "test", "--owner", made.bot)
    assert job["state"] == "succeeded" and {report["type"] for report in job["reports"]} == {
        "balance", "transactions", "fees", "payouts", "disputes", "refs"}  # fmt: skip
    again = own.florinctl("reports", "make", day, "--mode", "test", "--owner", made.bot)
    assert again["reports"] == job["reports"]
    folder = pathlib.Path(own.dev["admin_socket"]).parent
    root = next(path for path in (folder, *folder.parents) if (path / "reports").is_dir()) / "reports"
    for listed in made.raw.get("/v1/reports").json["data"]:
        content = made.raw.get(f"/v1/reports/{listed['id']}/content").json
        assert content["next_offset"] is None
        text = content["text"].encode()
        assert hashlib.sha256(text).hexdigest() == listed["sha256"] and len(text) == listed["size"]
        shown = own.florinctl("reports", "show", listed["id"])
        assert (root / shown["file"]).read_bytes() == text
        assert (root / (shown["file"] + ".sha256")).read_text() == f"{listed['sha256']}  {pathlib.Path(shown['file']).name}\n"
        assert len(list(csv.reader(io.StringIO(content["text"])))) == listed["rows"] + 1
    platform = own.florinctl("reports", "make", day, "--mode", "test")
    assert platform["done"] == platform["total"] > 1
    try:
        last = own.florinctl("reports", "make", "yesterday", "--mode", "test", "--owner", made.bot)
        assert last["state"] == "succeeded" and datetime.date.fromisoformat(last["day"]) >= today - datetime.timedelta(days=1)
    except AssertionError as error:
        # In the first hour of a day the day before is not over yet.
        assert "not over" in str(error)
