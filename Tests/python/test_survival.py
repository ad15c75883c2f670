"""One effect per request, limits under concurrency, and nothing lost when the daemon is killed."""

import http.client
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}


def new_payment(bot, amount, card=CARD):
    method = bot.post("/v1/payment_methods", {"type": "card", "card": card}).json
    return {"amount": amount, "currency": "usd", "payment_method": method["id"], "confirm": True}


def together(count, work):
    """Runs `work(n)` in `count` threads that start at the same moment; None for one whose connection broke."""
    gate = threading.Barrier(count)

    def one(number):
        gate.wait()
        try:
            return work(number)
        except (OSError, http.client.HTTPException):
            return None

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def same_request_thirty_times(bot, params, key):
    return together(30, lambda _: bot.post("/v1/payment_intents", params, idempotency_key=key))


def check_one_effect(answers):
    """All that answered 200 say the same; the others said that the first one is still under way."""
    answered = [answer for answer in answers if answer is not None]
    bodies = {answer.body for answer in answered if answer.status == 200}
    assert len(bodies) <= 1
    for answer in answered:
        assert answer.status == 200 or (answer.status, answer.error["code"]) == (409, "idempotency_key_in_use"), answer
    return bodies


def settled(ask, seconds=30):
    """The answer once it is no longer 409: after a restart an unfinished request is first carried to its end."""
    deadline = time.monotonic() + seconds
    while (answer := ask()).status == 409 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer.status == 200, answer
    return answer


def customer_payments(bot, customer):
    return bot.get("/v1/payment_intents", {"customer": customer, "limit": 100}).json["data"]


def test_thirty_simultaneous_requests_with_one_key_have_one_effect(bot):
    customer = bot.post("/v1/customers", {"name": "Thirty"}).json["id"]
    params = {**new_payment(bot, 3000), "customer": customer}
    assert len(check_one_effect(same_request_thirty_times(bot, params, f"k-{uuid.uuid4()}"))) == 1
    assert len(customer_payments(bot, customer)) == 1


def test_one_key_has_one_effect_even_when_the_daemon_is_killed_in_between(mortal):
    bot = mortal.client(mortal.dev["bot_key"])
    for delay in (0.0, 0.005, 0.02, 0.05):
        customer = bot.post("/v1/customers", {"name": "Mortal"}).json["id"]
        # Without a security code: that one lives in memory only and would have to be asked for again.
        card = {name: value for name, value in CARD.items() if name != "cvc"}
        params, key = {**new_payment(bot, 3000, card), "customer": customer}, f"k-{uuid.uuid4()}"
        killer = threading.Timer(delay, mortal.kill)
        killer.start()
        before = check_one_effect(same_request_thirty_times(bot, params, key))
        killer.join()
        mortal.start()
        after = settled(lambda: bot.post("/v1/payment_intents", params, idempotency_key=key))
        assert not before or before == {after.body}
        assert [found["id"] for found in customer_payments(bot, customer)] == [after.json["id"]]


def test_a_security_code_lost_with_the_daemon_is_asked_for_again_and_never_skipped(mortal):
    bot = mortal.client(mortal.dev["bot_key"])
    params = new_payment(bot, 3000)
    mortal.kill()
    mortal.start()
    answer = bot.post("/v1/payment_intents", params)
    assert answer.status == 402 and answer.json["error"]["code"] == "incorrect_cvc", answer


def test_of_two_simultaneous_refunds_of_sixty_on_a_hundred_exactly_one_succeeds(bot):
    for _ in range(5):
        intent = bot.post("/v1/payment_intents", new_payment(bot, 100)).json
        answers = together(2, lambda _: bot.post("/v1/refunds", {"payment_intent": intent["id"], "amount": 60}))
        assert sorted(answer.status for answer in answers) == [200, 400]
        charge = bot.get(f"/v1/charges/{intent['latest_charge']}").json
        assert charge["amount_refunded"] == 60


def test_everything_acknowledged_is_there_after_a_kill_and_the_keys_are_the_same(mortal):
    keys = {name: mortal.dev[name] for name in ("platform_key", "bot_key", "publishable_key", "bot")}
    bot = mortal.client(mortal.dev["bot_key"])
    paid = [bot.post("/v1/payment_intents", new_payment(bot, 100 + n)).json for n in range(10)]
    mortal.restart()
    assert {name: mortal.dev[name] for name in keys} == keys
    for intent in paid:
        assert bot.get(f"/v1/payment_intents/{intent['id']}").json == intent
