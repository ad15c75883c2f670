"""After any sequence of payments, fees, refunds, disputes and payouts, what the API shows of a bot's money is what the ledger holds: the
balance, the sum of its lines however they are paged, the payouts on their way, and each object's own lines."""

import os
import random
import time

import pytest

from conftest import started_daemon
from florin import Client

CURRENCIES = ("usd", "eur")
# Source of the numbers: docs/sandbox.md. What happens to them later comes after three seconds.
CARDS = {
    "plain": "4242424242424242", "refund pending": "4000000000007726", "refund fails": "4000000000005126",
    "disputed": "4000000000000259", "inquiry": "4000000000001976", "declined": "4000000000000002",
    "cut": "4000009900001309",
}  # fmt: skip
SEED = int(os.environ.get("FLORIN_SEED", random.SystemRandom().randrange(1 << 32)))


@pytest.fixture
def daemon():
    yield from started_daemon()


def until(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.2)
    return found


class History:
    """What one bot does, drawn from a seed."""

    def __init__(self, daemon, seed):
        self.daemon, self.random = daemon, random.Random(seed)
        platform = daemon.client(daemon.dev["platform_key"])
        self.id = platform.post("/v1/bots", {
            "name": "Drawn", "legal_name": "Drawn Ltd", "merchant_category_code": 5812, "country": "DE",
            "statement_descriptor": "DRAWN BOT"}).json["id"]  # fmt: skip
        self.bot: Client = daemon.client(daemon.florinctl("keys", "create", self.id)["secret"])
        self.payments, self.begun = [], []
        for currency in CURRENCIES:
            debit = {"number": "4000056655665556", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
            token = self.bot.post("/v1/tokens", {"card": debit}).json["id"]
            assert self.bot.post("/v1/external_accounts", {"external_account": token, "currency": currency}).status == 200
        bank = self.bot.post("/v1/external_accounts", {"external_account": {
            "object": "bank_account", "account_holder_name": "Drawn Ltd", "account_number": "DE89370400440532013000", "country": "DE",
            "currency": "eur"}})  # fmt: skip
        self.bank = bank.json["id"]

    def step(self):
        getattr(self, self.random.choice(["pay"] * 5 + ["hold", "refund", "refund", "fee", "payout", "payout", "transfer", "operator", "answer"]))()

    def pay(self, **more):
        kind = self.random.choice(list(CARDS))
        card = {"number": CARDS[kind], "exp_month": 12, "exp_year": 2034, "cvc": "123"}
        answer = self.bot.post("/v1/payment_intents", {
            "amount": self.random.randint(1, 9_000), "currency": self.random.choice(CURRENCIES), "confirm": True,
            "payment_method_data": {"type": "card", "card": card}, **more})  # fmt: skip
        assert answer.status in (200, 402), answer
        if answer.status == 200:
            self.payments.append(answer.json)
        return answer.json

    def hold(self):
        held = self.pay(capture_method="manual")
        if held.get("status") == "requires_capture":
            asked = self.random.choice([{}, {"amount_to_capture": self.random.randint(1, held["amount"])}])
            assert self.bot.post(f"/v1/payment_intents/{held['id']}/capture", asked).status == 200

    def refund(self):
        if self.payments:
            chosen = self.random.choice(self.payments)
            amount = self.random.randint(1, chosen["amount"])
            # 409 while the payment's own outcome is not known.
            assert self.bot.post("/v1/refunds", {"payment_intent": chosen["id"], "amount": amount}).status in (200, 400, 409)

    def fee(self):
        self.daemon.florinctl(
            "bots", "fees", "set", self.id, "--currency", self.random.choice(CURRENCIES), "--basis-points",
            str(self.random.randint(0, 500)), "--fixed", str(self.random.randint(0, 40)))

    def payout(self):
        made = self.bot.post("/v1/payouts", {
            "amount": self.random.randint(1, 6_000), "currency": self.random.choice(CURRENCIES),
            "method": self.random.choice(["instant", "standard"])})  # fmt: skip
        assert made.status in (200, 400), made
        if made.status == 200 and made.json["status"] == "pending" and self.random.random() < 0.5:
            assert self.bot.post(f"/v1/payouts/{made.json['id']}/cancel").json["status"] == "canceled"


    def transfer(self):
        made = self.bot.post("/v1/payouts", {"amount": self.random.randint(1, 3_000), "currency": "eur", "destination": self.bank})
        assert made.status in (200, 400), made
        if made.status == 200:
            self.begun.append(made.json["id"])

    def operator(self):
        if self.begun:
            payout = self.begun.pop(self.random.randrange(len(self.begun)))
            try:
                self.daemon.florinctl("payouts", "begin", payout)
            except AssertionError as refused:
                # Who owes is not paid out: the money pays the debt.
                assert "owed" in str(refused), refused
                self.daemon.florinctl("payouts", "fail", payout, "--code", "could_not_process")
                return
            end = self.random.choice(["confirm", "fail", "both", "wait"])
            if end in ("confirm", "both"):
                self.daemon.florinctl("payouts", "confirm", payout, "--reference", "BANK-" + payout[-6:])
            if end in ("fail", "both"):
                self.daemon.florinctl("payouts", "fail", payout, "--code", "account_closed")

    def answer(self):
        for dispute in self.bot.get("/v1/disputes", {"limit": 100}).json["data"]:
            if dispute["status"] in ("needs_response", "warning_needs_response") and not dispute["evidence_details"]["submission_count"]:
                says = self.random.choice(["winning_evidence", "losing_evidence", "escalate_inquiry_evidence"])
                answer = self.bot.post(f"/v1/disputes/{dispute['id']}", {"evidence": {"uncategorized_text": says}, "submit": True})
                assert answer.status in (200, 400), answer

    # ---- What is shown

    def lines(self):
        """All balance transactions, in pages of different sizes: each once, newest first."""
        found, after = [], None
        while True:
            query = {"limit": self.random.randint(1, 30), **({"starting_after": after} if after else {})}
            page = self.bot.get("/v1/balance_transactions", query).json
            found += page["data"]
            if not page["has_more"]:
                break
            after = found[-1]["id"]
        assert len({line["id"] for line in found}) == len(found)
        assert [line["created"] for line in found] == sorted((line["created"] for line in found), reverse=True)
        return found

    def all(self, path):
        found, after = [], None
        while True:
            page = self.bot.get(path, {"limit": 100, **({"starting_after": after} if after else {})}).json
            found += page["data"]
            if not page["has_more"]:
                return found
            after = found[-1]["id"]

    def is_quiet(self):
        moving = [p for p in self.all("/v1/payment_intents") if p["status"] == "processing"]
        moving += [r for r in self.all("/v1/refunds") if r["status"] == "pending"]
        return not moving

    def ledger(self):
        """Per kind and currency, the balances of this bot and of the payouts on their way."""
        sums = {}
        for account in self.daemon.florinctl("ledger", "accounts")["items"]:
            kind, owner, currency, _ = account["account"].split(":")
            if owner == self.id or kind == "payouts_in_flight":
                sums[kind, currency] = sums.get((kind, currency), 0) + account["balance"]["minor_units"]
        return sums


def test_what_is_shown_of_a_bots_money_is_what_the_ledger_holds(daemon):
    print("seed", SEED)
    history = History(daemon, SEED)
    for number in range(120):
        history.step()
        if number % 40 == 39:
            # What comes later, refunds that fail and disputes, comes in between as well.
            time.sleep(1.5)
            check(history, settled=False)
    until(history.is_quiet, "everything to be known")
    # Disputes and failures of refunds come three seconds after what they are about.
    time.sleep(4)
    until(history.is_quiet, "everything to be known")
    check(history, settled=True)
    assert daemon.florinctl("ledger", "verify")["is_sound"]


def check(history, settled):
    def consistent():
        """Between two reads the book may move: what was read before and after has to be the same."""
        before = history.ledger()
        shown = (history.bot.get("/v1/balance").json, history.lines(), history.all("/v1/payouts"))
        return (before, *shown) if history.ledger() == before else None

    ledger, balance, lines, payouts = until(consistent, "a moment in which nothing moves")
    shown = {part["currency"]: part["amount"] for part in balance["available"]}
    held = {part["currency"]: part["amount"] for part in balance["pending"]}
    for currency in CURRENCIES:
        own = ledger.get(("bot_payable", currency), 0) + ledger.get(("receivable", currency), 0)
        assert shown.get(currency, 0) + held.get(currency, 0) == own, (currency, balance, ledger)
        of_currency = [line for line in lines if line["currency"] == currency]
        assert sum(line["net"] for line in of_currency) == own
        underway = sum(one["amount"] for one in payouts if one["currency"] == currency and one["status"] in ("pending", "in_transit"))
        assert ledger.get(("payouts_in_flight", currency), 0) == underway
    for line in lines:
        assert line["net"] == line["amount"] - line["fee"] and line["fee"] == sum(part["amount"] for part in line["fee_details"]), line
    if settled:
        by_id = {line["id"]: line for line in lines}
        sample = history.random.sample([line for line in lines if line["source"]], min(25, len(lines)))
        for line in sample:
            of_source = history.bot.get("/v1/balance_transactions", {"source": line["source"], "limit": 100}).json["data"]
            assert line in of_source and all(by_id[one["id"]] == one for one in of_source), line
            assert history.bot.get(f"/v1/balance_transactions/{line['id']}").json == line
        check_filters(history, lines)
        paid = [one for one in payouts if one["status"] == "failed"]
        assert all(by_id[one["failure_balance_transaction"]]["net"] == one["amount"] for one in paid)


def check_filters(history, lines):
    """Each way to cut the list, against the whole list; and the list walked upwards from anywhere."""

    def pages(**query):
        limit, found, after = history.random.randint(1, 30), [], None
        while True:
            page = history.bot.get("/v1/balance_transactions", {"limit": limit, **query, **({"starting_after": after} if after else {})}).json
            found += page["data"]
            if not page["has_more"]:
                return found
            after = found[-1]["id"]

    def upwards(start, **query):
        found, before = [], start["id"]
        while True:
            page = history.bot.get("/v1/balance_transactions", {"limit": history.random.randint(1, 30), **query, "ending_before": before}).json
            found = page["data"] + found
            if not page["has_more"]:
                return found
            before = page["data"][0]["id"]

    types = {line["type"] for line in lines}
    assert len(types) >= 3, types
    for kind in types:
        wanted = [line for line in lines if line["type"] == kind]
        assert pages(type=kind) == wanted, kind
        assert pages(type=kind, currency=wanted[0]["currency"]) == [line for line in wanted if line["currency"] == wanted[0]["currency"]]
        place = history.random.randrange(len(lines))
        assert upwards(lines[place], type=kind) == [line for line in lines[:place] if line["type"] == kind], kind
    for place in {len(lines) - 1, 0, *(history.random.randrange(len(lines)) for _ in range(5))}:
        assert upwards(lines[place]) == lines[:place]
        first = {"created[gte]": lines[place]["created"]}
        assert pages(**first) == [line for line in lines if line["created"] >= lines[place]["created"]]
        assert upwards(lines[-1], **first) == [line for line in lines[:-1] if line["created"] >= lines[place]["created"]]
