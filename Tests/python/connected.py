"""What the tests of all vendors share: an operator and a bot of a daemon that has an account at a simulated vendor."""

import json
import subprocess
import time

from florin import binary


class Pairs:
    """A client's answers as status and document."""

    def __init__(self, client):
        self.client = client

    def post(self, path, params):
        answer = self.client.post(path, params)
        return answer.status, answer.json

    def get(self, path):
        answer = self.client.get(path)
        return answer.status, answer.json


def bot_of(daemon):
    return Pairs(daemon.client(daemon.dev["bot_key"]))


def operator_of(daemon):
    """`florinctl`: its document, or with check=False what it said when it refused."""

    def ctl(*arguments, check=True):
        done = subprocess.run(
            [binary("florinctl"), "--socket", daemon.dev["admin_socket"], "--json", *arguments], capture_output=True,
            text=True, timeout=60)
        assert not check or done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr

    return ctl


def pay(bot, number="4242424242424242", amount=1999, **more):
    """A card that is handed in and charged at once: status and document."""
    card = {"type": "card", "card[number]": number, "card[exp_month]": 12, "card[exp_year]": 2034, "card[cvc]": "123"}
    status, method = bot.post("/v1/payment_methods", card)
    assert status == 200, method
    return bot.post("/v1/payment_intents", {
        "amount": amount, "currency": "usd", "payment_method": method["id"], "confirm": "true", **more})


def until(look, done, seconds=90):
    """What is seen once it is as it should be, or when the time is over.

    Longer than a processor is left alone that did not answer, a minute: an earlier test of the same stage may have made it silent."""
    deadline = time.monotonic() + seconds
    while not done(found := look()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found
