"""Payment PINs: set, changed, asked for at a checkout, guessed at, locked, taken away and erased."""

import concurrent.futures
import re

import pytest

from test_checkout import Page, soup, tap_name

CARD = {"number": "4000056655665556", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
SCOPES = ["people:read", "payment_methods:write", "friend_transfers:write", "wallet:write"]


class Person:
    """Somebody with a card, who comes by sessions of their own."""

    def __init__(self, florin, platform):
        self.florin, self.platform = florin, platform
        self.id = platform.post("/v1/people", {"name": "Ada"}).json["id"]
        self.card = platform.post("/v1/payment_methods", {"type": "card", "card": CARD}).json["id"]
        assert platform.post(f"/v1/payment_methods/{self.card}/attach", {"person": self.id}).status == 200
        # The code of a card is used up by its first approval.
        assert platform.post(f"/v1/people/{self.id}/wallet/top_ups", {"amount": 5000, "currency": "usd", "payment_method": self.card}).status == 200
        self.path = f"/v1/people/{self.id}/pin"
        self.client = self.session()

    def session(self):
        made = self.platform.post("/v1/person_sessions", {"person": self.id, "secret": "token", "scopes": SCOPES})
        return self.florin.client(made.json["token"])

    def sets(self, pin, **more):
        return self.client.post(self.path, {"pin": pin, **more})

    def at(self, session):
        """The page of a checkout, recognised."""
        code = self.platform.post("/v1/person_sessions", {"person": self.id}).json["code"]
        page = Page(self.florin, session["url"])
        page.headers["Cookie"] = page.post("person", {"code": code}).headers["set-cookie"].split(";")[0]
        return page

    def pays(self, page, **more):
        return page.post("pay", {"payment_method": self.card, "version": page.state["version"], "confirmation": tap_name(), **more})


@pytest.fixture
def ada(florin, platform):
    return Person(florin, platform)


@pytest.fixture
def sell(bot):
    def make(amount=900):
        answer = bot.post("/v1/checkout/sessions", {"line_items": [soup(amount)]})
        assert answer.status == 200, answer
        return answer.json

    return make


def test_only_the_person_sets_it_and_nobody_reads_it(ada, platform, bot):
    assert platform.get(ada.path).json == {
        "object": "person_pin", "asked": None, "changed_at": None, "locked": False, "locked_until": None, "person": ada.id, "set": False}  # fmt: skip
    assert platform.post(ada.path, {"pin": "2580"}).status == 403
    assert bot.post(ada.path, {"pin": "2580"}).status == 403
    for bad in ("1234", "1111", "123", "1234567", "25a0", "98765"):
        refused = ada.sets(bad)
        assert refused.status == 400 and refused.error["param"] == "pin" and bad not in str(refused.json), refused
    in_address = ada.client.post(ada.path + "?pin=2580", {"asked": "always"})
    assert in_address.status == 400 and in_address.error["param"] == "pin"
    done = ada.sets("2580")
    assert (done.status, done.json["set"], done.json["asked"]) == (200, True, "when_needed")
    assert "2580" not in str(done.json) and "2580" not in str(platform.get(ada.path).json)
    assert platform.get(ada.path).json["changed_at"]


def test_a_change_needs_the_pin_that_is_there_and_a_repetition_costs_nothing(ada, platform):
    key = {"Idempotency-Key": tap_name()}
    assert ada.client.post(ada.path, {"pin": "2580"}, headers=key).status == 200
    again = ada.client.post(ada.path, {"pin": "2580"}, headers=key)
    assert again.headers.get("idempotent-replayed") == "true"
    assert ada.sets("9021").error["param"] == "current_pin"
    assert ada.sets("9021", current_pin="1357").error["code"] == "pin_incorrect"
    assert ada.client.post(ada.path, {"asked": "always", "current_pin": "2580"}).json["asked"] == "always"
    key = {"Idempotency-Key": tap_name()}
    change = {"pin": "9021", "current_pin": "2580"}
    assert ada.client.post(ada.path, change, headers=key).status == 200
    for _ in range(6):
        assert ada.client.post(ada.path, change, headers=key).status == 200, "the old PIN was tried again"
    assert platform.get(ada.path).json["asked"] == "always", "a new PIN is asked for as the old one was"
    assert ada.client.post(ada.path, {"remove": True, "current_pin": "2580"}).error["code"] == "pin_incorrect"
    assert ada.client.post(ada.path, {"remove": True, "current_pin": "9021"}).json["set"] is False
    assert ada.client.post(ada.path, {"remove": True, "current_pin": "9021"}).error["code"] == "pin_not_set"


def test_a_checkout_asks_above_the_amount_and_whoever_wants_it_always(ada, sell):
    assert ada.at(sell()).state["pin"] is None
    assert ada.sets("2580").status == 200
    small, large = ada.at(sell()), ada.at(sell(5001))
    assert small.state["pin"]["asked"] is False and large.state["pin"]["asked"] is True
    assert ada.pays(small).json["status"] == "complete"
    refused = ada.pays(large)
    assert (refused.status, refused.error["code"], refused.error["param"]) == (400, "pin_required", "pin")
    wrong = ada.pays(large, pin="0852")
    assert (wrong.status, wrong.error["code"]) == (400, "pin_incorrect") and "0852" not in str(wrong.json)
    body = {"payment_method": ada.card, "version": large.state["version"], "confirmation": tap_name(), "pin": "2580"}
    assert large.post("pay", body).json["status"] == "complete"
    assert large.post("pay", body).json["status"] == "complete", "the same tap again"
    assert ada.client.post(ada.path, {"asked": "always", "current_pin": "2580"}).status == 200
    small = ada.at(sell())
    assert small.state["pin"] == {"asked": True, "locked": False, "locked_until": None}
    assert ada.pays(small).error["code"] == "pin_required"
    # A card that is typed is no card of theirs, and a guest has no PIN.
    assert small.pay().json["status"] == "complete"
    assert Page(ada.florin, sell()["url"]).state["pin"] is None


def test_guesses_over_many_connections_are_counted_one_by_one_and_lock(ada, sell, platform):
    assert ada.sets("2580", asked="always").status == 200
    pages = [ada.at(sell()) for _ in range(12)]

    def guess(number):
        page = pages[number % len(pages)]
        body = {"payment_method": ada.card, "version": 1, "confirmation": tap_name(), "pin": f"{7000 + number}"}
        return page.post("pay", body)

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(36)))
    codes = [answer.error["code"] for answer in answers]
    assert codes.count("pin_incorrect") == 4, codes
    assert codes.count("pin_locked") == 32, codes
    state = pages[0].state
    assert state["status"] == "open" and state["pin"]["locked"] is True and state["pin"]["locked_until"], state
    assert ada.pays(pages[0], pin="2580").error["code"] == "pin_locked", "the right one does not open a lock"
    assert ada.sets("9021", current_pin="2580").error["code"] == "pin_locked", "nor is there another way to guess"
    assert platform.get(ada.path).json["locked"] is True
    assert pages[0].pay().json["status"] == "complete", "another card pays all the same"


def test_tries_are_counted_over_a_restart(mortal):
    ada = Person(mortal, mortal.client(mortal.dev["platform_key"]))
    assert ada.sets("2580").status == 200
    wrong = {"pin": "9021", "current_pin": "0000"}
    assert [ada.client.post(ada.path, wrong).error["code"] for _ in range(3)] == ["pin_incorrect"] * 3
    mortal.restart()
    ada.platform = mortal.client(mortal.dev["platform_key"])
    after = ada.session()
    assert [after.post(ada.path, wrong).error["code"] for _ in range(3)] == ["pin_incorrect", "pin_locked", "pin_locked"]


def test_money_to_a_friend_asks_for_it_too(ada, platform, florin):
    friend = platform.post("/v1/people", {"name": "Ben"}).json["id"]
    sending = {"recipient": friend, "amount": 100, "currency": "usd"}
    assert ada.client.post("/v1/friend_transfers", sending).status == 200
    assert ada.sets("2580", asked="always").status == 200
    assert ada.client.post("/v1/friend_transfers", sending).error["code"] == "pin_required"
    assert ada.client.post("/v1/friend_transfers", {**sending, "pin": "1470"}).error["code"] == "pin_incorrect"
    key = {"Idempotency-Key": tap_name()}
    sent = ada.client.post("/v1/friend_transfers", {**sending, "pin": "2580"}, headers=key)
    assert sent.status == 200, sent
    again = ada.client.post("/v1/friend_transfers", {**sending, "pin": "2580"}, headers=key)
    assert again.json["id"] == sent.json["id"]
    assert platform.post("/v1/friend_transfers", {**sending, "sender": ada.id}).status == 200, "the platform acts for its people"
    assert platform.post("/v1/friend_transfers", {**sending, "sender": ada.id, "pin": "2580"}).error["code"] == "parameter_unknown"


def test_the_platform_takes_a_forgotten_one_away(ada, platform, bot):
    assert ada.sets("2580").status == 200
    for _ in range(5):
        ada.client.post(ada.path, {"remove": True, "current_pin": "0000"})
    assert platform.get(ada.path).json["locked"] is True
    assert bot.delete(ada.path).status == 403 and ada.client.delete(ada.path).status == 403
    assert platform.delete(ada.path).json["set"] is False
    assert platform.delete(ada.path).error["code"] == "pin_not_set"
    assert ada.sets("9021").json == {**platform.get(ada.path).json}
    assert platform.get(ada.path).json["locked"] is False


def test_it_stands_in_no_file_and_goes_with_its_person(florin, platform):
    ada = Person(florin, platform)
    pin = "804159"
    assert ada.sets(pin).status == 200
    assert ada.sets("730264", current_pin=pin).status == 200
    filled = platform.get(f"/v1/people/{ada.id}/wallet").json["balances"][0]["amount"]
    assert platform.post(f"/v1/people/{ada.id}/wallet/cash_outs", {"amount": filled, "currency": "usd", "payment_method": ada.card}).status == 200
    files = [path for path in florin.state.rglob("*") if path.is_file()]
    for needle in (pin, "730264"):
        # Not a part of a longer number, nor of a time in a log.
        pattern = re.compile(rb"(?<![\d.])" + needle.encode() + rb"(?![\d.Z])")
        assert [path for path in files if pattern.search(path.read_bytes())] == []
    florin.florinctl("people", "erase", ada.id, "--confirm", ada.id)
    assert platform.get(ada.path).status == 200 and platform.get(ada.path).json["set"] is False
    assert ada.client.post(ada.path, {"pin": "2580"}).status in (401, 404)


@pytest.mark.parametrize("way", ["top_ups", "cash_outs"])
def test_a_session_moves_no_money_of_its_person_without_the_pin(ada, way):
    assert ada.sets("2580", asked="always").status == 200
    move = {"amount": 100, "currency": "usd", "payment_method": ada.card}
    asked = ada.client.post(f"/v1/people/{ada.id}/wallet/{way}", move)
    assert asked.status == 400 and asked.error["code"] == "pin_required", asked
    wrong = ada.client.post(f"/v1/people/{ada.id}/wallet/{way}", {**move, "pin": "2581"})
    assert wrong.status == 400 and wrong.error["code"] == "pin_incorrect", wrong
    assert ada.client.post(f"/v1/people/{ada.id}/wallet/{way}", {**move, "pin": "2580"}).status == 200
