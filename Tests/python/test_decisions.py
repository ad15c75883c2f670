"""What docs/adr/0012 decides, as a bot meets it over HTTPS."""

import time

import pytest

from florin import ROOT

PARTIAL, BOUNCING, LOST = "4000009900002109", "4000000000005126", "4000000000009987"


def method(bot, number="4242424242424242"):
    card = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    return bot.post("/v1/payment_methods", {"type": "card", "card": card}).json["id"]


def pay(bot, number="4242424242424242", **more):
    return bot.post("/v1/payment_intents", {
        "amount": 5000, "currency": "usd", "payment_method": method(bot, number), "confirm": True, **more})


def eventually(find, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)
    return found


def events(bot, kind, about):
    listed = bot.get("/v1/events", {"type": kind, "limit": 100}).json["data"]
    return [event for event in listed if event["data"]["object"]["id"] == about]


def test_a_declined_card_is_taken_off_the_payment_and_stands_in_the_error(bot):
    answer = pay(bot, LOST)
    assert answer.status == 402
    payment = answer.error["payment_intent"]
    assert (payment["status"], payment["payment_method"]) == ("requires_payment_method", None)
    assert payment["last_payment_error"]["payment_method"]["card"]["last4"] == LOST[-4:]
    again = bot.post(f"/v1/payment_intents/{payment['id']}/confirm")
    assert (again.status, again.error["param"]) == (400, "payment_method")
    changed = bot.post(f"/v1/payment_intents/{payment['id']}", {"amount": 4000}).json
    assert changed["last_payment_error"] is None
    paid = bot.post(f"/v1/payment_intents/{payment['id']}/confirm", {"payment_method": method(bot)}).json
    assert (paid["status"], paid["amount_received"]) == ("succeeded", 4000)


@pytest.mark.parametrize("capture", ["automatic", "manual"])
def test_what_a_card_gives_in_part_is_declined_and_goes_back(florin, bot, capture):
    answer = pay(bot, PARTIAL, capture_method=capture)
    assert (answer.status, answer.error["decline_code"]) == (402, "insufficient_funds")
    payment = answer.error["payment_intent"]
    assert (payment["status"], payment["amount_received"]) == ("requires_payment_method", 0)

    def is_back():
        steps = florin.florinctl("timeline", payment["id"])["steps"]
        return any(": given back" in step["text"] for step in steps)

    eventually(is_back)
    assert florin.florinctl("ledger", "verify")["problems"] == []


def test_a_cancelled_payment_says_when_and_why(bot):
    before = int(time.time())
    payment = pay(bot, capture_method="manual").json
    assert payment["canceled_at"] is None
    answer = bot.post(f"/v1/payment_intents/{payment['id']}/cancel", {"cancellation_reason": "duplicate"}).json
    assert before <= answer["canceled_at"] <= int(time.time()) + 1
    assert answer["cancellation_reason"] == "duplicate"


def test_events_after_the_processors_answer_name_the_request(bot):
    answer = pay(bot)
    event = events(bot, "payment_intent.succeeded", answer.json["id"])[0]
    assert event["request"]["id"] == answer.headers["request-id"]


def test_a_refund_that_fails_after_it_succeeded_is_noticed_told_and_owed_again(bot):
    payment = pay(bot, BOUNCING).json
    refund = bot.post("/v1/refunds", {"payment_intent": payment["id"], "amount": 2000}).json
    assert refund["status"] == "succeeded"
    failed = eventually(lambda: events(bot, "refund.failed", refund["id"]))[0]["data"]["object"]
    assert (failed["status"], failed["failure_reason"]) == ("failed", "declined")
    entry = bot.get(f"/v1/balance_transactions/{failed['failure_balance_transaction']}").json
    assert (entry["amount"], entry["type"], entry["source"]) == (2000, "refund_failure", refund["id"])
    again = bot.get(f"/v1/refunds/{refund['id']}", {"expand": ["failure_balance_transaction"]}).json
    assert again["failure_balance_transaction"]["amount"] == 2000
    charge = bot.get(f"/v1/charges/{payment['latest_charge']}").json
    assert (charge["amount_refunded"], charge["refunded"]) == (0, False)


def test_the_daemon_serves_its_description(florin):
    answer = florin.client().get("/openapi.yaml")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/yaml")
    assert answer.body == (ROOT / "docs" / "openapi.yaml").read_bytes()
