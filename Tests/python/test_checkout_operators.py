"""Checkouts as operators see them, and buyers who are nobody's customers: found, read, forgotten, by hand and by time."""

import json
import subprocess
import time

import pytest

from florin import binary
from test_checkout import Page, Shop, soup

DETAILS = {
    "name": "Zenobia Quist", "email": "Zenobia.Quist@Example.com", "phone": "+39 02 1234-5678",
    "shipping_address": {"line1": "Via Roma 77", "city": "Milano", "postal_code": "20121", "state": "MI", "country": "IT"}}  # fmt: skip
COLLECTED = {
    "email_collection": {"enabled": True}, "phone_number_collection": {"enabled": True},
    "shipping_address_collection": {"allowed_countries": ["IT", "DE"]}}  # fmt: skip
WORDS = ("Zenobia", "zenobia", "1234-5678", "Via Roma 77")


@pytest.fixture
def shop():
    shop = Shop()
    yield shop
    shop.close()


def sell(daemon, **more):
    answer = daemon.client(daemon.dev["bot_key"]).post("/v1/checkout/sessions", {"line_items": [soup()], **more})
    assert answer.status == 200, answer
    return answer.json


def said(daemon, **more):
    """A checkout whose buyer has said who they are."""
    session = sell(daemon, **COLLECTED, **more)
    page = Page(daemon, session["url"])
    assert page.post("update", {"details": DETAILS}).status == 200
    return session, page


def refused(daemon, *words):
    done = subprocess.run(
        [binary("florinctl"), *words, "--socket", daemon.dev["admin_socket"]], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0, done.stdout
    return done.stderr


def test_operators_see_states_vetoes_and_nobodys_name(florin, shop):
    open_one, page = said(florin)
    vetoed = sell(florin, callback_url=shop.url)
    shop.answers.put((200, {"approve": False, "message": "Sold out."}))
    assert Page(florin, vetoed["url"]).pay().status == 200
    declined = sell(florin)
    Page(florin, declined["url"]).pay("4000000000000002")
    paid = sell(florin)
    assert Page(florin, paid["url"]).pay().json["status"] == "complete"
    ctl = florin.florinctl
    shown = {one["id"]: one for one in ctl("checkouts", "list", "--limit", "50")["items"]}
    assert shown[open_one["id"]]["state"] == "open" and shown[open_one["id"]]["has_buyer"] is True
    assert shown[paid["id"]]["state"] == "complete" and shown[paid["id"]]["is_settled"] is True and shown[paid["id"]]["payment"]
    one = ctl("checkouts", "show", vetoed["id"])
    assert (one.get("problem"), one.get("problem_text"), one["asks_bot"], one["questions"]) == ("refused_by_seller", "Sold out.", True, 1)
    assert "problem" not in ctl("checkouts", "show", paid["id"])
    texts = [json.dumps(ctl("checkouts", "show", open_one["id"])), json.dumps(shown)]
    assert not any(word in text for word in WORDS for text in texts)
    states = {one["state"] for one in ctl("checkouts", "list", "--state", "complete")["items"]}
    assert states == {"complete"}
    assert all(one["bot"] == florin.dev["bot"] for one in ctl("checkouts", "list", "--bot", florin.dev["bot"])["items"])
    assert ctl("checkouts", "list", "--mode", "live")["items"] == []
    assert "state" in refused(florin, "checkouts", "list", "--state", "lost")
    assert "There is no checkout" in refused(florin, "checkouts", "show", "cs_00000000000000000000000000")
    table = subprocess.run(
        [binary("florinctl"), "checkouts", "show", vetoed["id"], "--socket", florin.dev["admin_socket"]], capture_output=True,
        text=True, timeout=60).stdout  # fmt: skip
    assert "the bot said no" in table and "Sold out." in table


def test_reading_what_a_buyer_said_is_written_down(florin):
    session, _ = said(florin)
    shown = florin.florinctl("checkouts", "buyer", session["id"])
    assert (shown["name"], shown["email"]) == (DETAILS["name"], DETAILS["email"])
    assert shown["address"] == ["Via Roma 77", "20121 Milano MI", "IT"]
    entries = florin.florinctl("audit", "list", "--limit", "20")["items"]
    assert any(session["id"] in json.dumps(entry) and "buyer" in json.dumps(entry) for entry in entries), entries
    assert not any(word in json.dumps(entries) for word in WORDS)


def test_a_buyer_is_found_by_address_or_number_and_forgotten_everywhere(mortal):
    ctl = mortal.florinctl
    session, page = said(mortal)
    assert page.pay(details=None).status == 400
    assert page.pay().json["status"] == "complete"
    other = sell(mortal)
    for words in (["--email", "zenobia.quist@example.com"], ["--phone", "+390212345678"], ["--phone", "+39 (02) 1234 5678"]):
        assert [one["id"] for one in ctl("checkouts", "find", *words)["items"]] == [session["id"]], words
    assert ctl("checkouts", "find", "--email", "somebody.else@example.com")["items"] == []
    bot = mortal.client(mortal.dev["bot_key"])
    assert "Zenobia" in bot.get(f"/v1/checkout/sessions/{session['id']}").body.decode()
    assert "open" in refused(mortal, "checkouts", "erase", other["id"], "--confirm", other["id"])
    assert "confirm" in refused(mortal, "checkouts", "erase", session["id"], "--confirm", other["id"])
    certificate = ctl("checkouts", "erase", session["id"], "--confirm", session["id"])
    assert certificate["subject"] == session["id"]
    deadline = time.monotonic() + 60
    while ctl("erasures", "show", session["id"])["step"] != "done" and time.monotonic() < deadline:
        time.sleep(0.2)
    done = ctl("erasures", "show", session["id"])
    assert done["completed"] and "already" in refused(mortal, "checkouts", "erase", session["id"], "--confirm", session["id"])
    assert any("card" in one["what"] and one.get("count") == 1 for one in done["erased"]), done
    assert ctl("checkouts", "find", "--phone", "+390212345678")["items"] == []
    assert ctl("checkouts", "show", session["id"])["is_forgotten"] is True
    assert not any(word in json.dumps(ctl("checkouts", "buyer", session["id"])) for word in WORDS)
    # The books stay: it was paid, and can be given back.
    shown = bot.get(f"/v1/checkout/sessions/{session['id']}")
    assert shown.json["payment_status"] == "paid" and not any(word in shown.body.decode() for word in WORDS)
    events = bot.get("/v1/events", {"limit": 100}).body.decode()
    assert session["id"] in events and not any(word in events for word in WORDS)
    assert not any(word in bot.get("/v1/payment_intents", {"limit": 10}).body.decode() for word in WORDS)
    refund = bot.post("/v1/refunds", {"payment_intent": shown.json["payment_intent"]})
    assert refund.json["status"] == "succeeded", refund
    receipt = page.get("receipt")
    assert receipt.status == 200 and not any(word in receipt.body.decode() for word in WORDS)


def test_a_dispute_keeps_what_it_is_answered_with(mortal):
    session, page = said(mortal)
    # The sandbox's issuer disputes what this card pays.
    assert page.pay("4000000000000259").json["status"] == "complete"
    bot = mortal.client(mortal.dev["bot_key"])
    deadline = time.monotonic() + 30
    while not bot.get("/v1/disputes").json["data"] and time.monotonic() < deadline:
        time.sleep(0.2)
    assert "dispute" in refused(mortal, "checkouts", "erase", session["id"], "--confirm", session["id"])


def test_a_card_that_was_typed_before_a_veto_is_forgotten_with_its_buyer(mortal, shop):
    shop.answers.put((200, {}))  # the price stays what it is at that address
    session, page = said(mortal, callback_url=shop.url)
    shop.answers.put((200, {"approve": False, "message": "Sold out."}))
    refusal = page.pay()
    assert refusal.json["status"] == "open", refusal
    bot = mortal.client(mortal.dev["bot_key"])
    assert bot.get(f"/v1/checkout/sessions/{session['id']}").json["payment_intent"] is None
    assert bot.post(f"/v1/checkout/sessions/{session['id']}/expire").status == 200
    mortal.florinctl("checkouts", "erase", session["id"], "--confirm", session["id"])
    deadline = time.monotonic() + 60
    while (done := mortal.florinctl("erasures", "show", session["id"]))["step"] != "done" and time.monotonic() < deadline:
        time.sleep(0.2)
    assert any("card" in one["what"] and one.get("count") == 1 for one in done["erased"]), done
