"""A forwarded button opens its own checkout for whoever taps it; and somebody else pays what a buyer has chosen."""

import json
import urllib.parse
import uuid

import pytest
import requests

from test_checkout import Page, client_for, soup, tap_name

PERSONAL = {"name": "Ada Lovelace", "email": "ada@example.com", "phone": "+390612345",
            "shipping_address": {"line1": "Via Roma 1", "city": "Roma", "postal_code": "00100", "country": "IT"}}  # fmt: skip
SAID = ["Ada Lovelace", "ada@example.com", "+390612345", "Via Roma 1", "00100"]


@pytest.fixture
def sdk(florin):
    return client_for(florin)


def asking(**more):
    return {
        "line_items": [soup(quantity=2)], "name_collection": {"individual": {"enabled": True}},
        "email_collection": {"enabled": True}, "phone_number_collection": {"enabled": True},
        "shipping_address_collection": {"allowed_countries": ["IT"]}, **more}  # fmt: skip


# ---- Forwarded buttons


def of_messenger(florin, sdk):
    client = florin.client(florin.dev["bot_key"])
    account = client.post("/v1/surface_accounts", {"type": "messenger", "account": "9801", "updates": ["payment"]}).json
    summary = {"currency": "USD", "payment_type": "FIXED_AMOUNT", "is_test_payment": True, "requested_user_info": ["contact_name"],
               "price_list": [{"label": "Soup", "amount": "9.00"}]}  # fmt: skip
    button = {"type": "payment", "title": "buy", "payload": "p-1", "payment_summary": summary}
    template = {"template_type": "generic", "elements": [{"title": "Soup", "buttons": [button]}]}
    sent = requests.post(
        florin.dev["base_url"] + "/v2.6/me/messages", params={"access_token": account["token"]}, verify=florin.dev["ca_file"],
        json={"recipient": {"id": "1"}, "message": {"attachment": {"type": "template", "payload": template}}}, timeout=30)
    return sent.json()["buttons"][0]["url"]


def of_telegram(florin, sdk):
    client = florin.client(florin.dev["bot_key"])
    account = client.post("/v1/surface_accounts", {"type": "telegram", "updates": ["payment"]}).json
    # Nobody who is asked: the account wants to hear of payments only, and refuses what it is asked.
    client.post(f"/v1/surface_accounts/{account['id']}", {"updates": ["payment", "pre_checkout"]})
    made = requests.post(
        f"{florin.dev['base_url']}/bot{account['token']}/createInvoiceLink", verify=florin.dev["ca_file"], timeout=30,
        json={"title": "Soup", "description": "Hot", "payload": "p-1", "provider_token": "1:TEST:x", "currency": "USD",
              "need_name": True, "prices": [{"label": "Soup", "amount": 900}]})
    return made.json()["result"]


def of_the_web(florin, sdk):
    link = sdk.v1.payment_links.create(asking(line_items=[soup()]))
    buttons = florin.client(florin.dev["bot_key"]).get(f"/v1/payment_links/{link.id}/buttons").json
    return buttons["web"]["url"]


def tapped(florin, url):
    parsed = urllib.parse.urlparse(url)
    answer = florin.client().get(f"{parsed.path}?{parsed.query}".rstrip("?"), headers={"Sec-Fetch-Mode": "navigate"})
    assert answer.status == 303, answer.body
    return Page(florin, answer.headers["location"])


@pytest.mark.parametrize("button", [of_messenger, of_telegram, of_the_web])
def test_two_people_who_tap_a_forwarded_button_each_get_a_checkout_of_their_own(florin, sdk, button):
    url = button(florin, sdk)
    ada, ben = tapped(florin, url), tapped(florin, url)
    assert ada.path != ben.path and ada.secret != ben.secret
    answer = ada.post("update", {"details": PERSONAL if button is of_the_web else {"name": PERSONAL["name"]}})
    assert answer.status == 200, answer
    assert not any(text in json.dumps(ben.state) for text in SAID)
    crossed = Page(florin, "https://x" + ada.path + "#" + ben.secret)
    assert crossed.get("state").status == 404
    if button is of_the_web:
        assert ada.pay().json["status"] == "complete"
        assert ben.state["status"] == "open"
        ben.post("update", {"details": {**PERSONAL, "name": "Ben"}})
        assert ben.pay().json["status"] == "complete"


def test_what_is_sold_once_is_sold_once_however_often_it_is_forwarded(florin, sdk):
    link = sdk.v1.payment_links.create({"line_items": [soup()], "restrictions": {"completed_sessions": {"limit": 1}}})
    ada, ben = tapped(florin, link.url), tapped(florin, link.url)
    assert ada.pay().json["status"] == "complete"
    assert ben.pay().error["code"] == "payment_link_used_up"


def test_a_session_has_buttons_that_may_be_forwarded(florin, sdk):
    client = florin.client(florin.dev["bot_key"])
    session = sdk.v1.checkout.sessions.create(asking(
        client_reference_id="order-7", customer_email="ada@example.com", metadata={"order": "7"}, ref="own"))
    link = client.post("/v1/payment_links", {"checkout_session": session.id, "metadata": {"copy": "yes"}}).json
    assert link["metadata"] == {"order": "7", "copy": "yes"} and link["active"] is True
    url = client.get(f"/v1/payment_links/{link['id']}/buttons", {"ref": "forwarded"}).json["web"]["url"]
    ben = tapped(florin, url)
    copy = client.get(f"/v1/checkout/sessions/{ben.path.split('/')[-1]}").json
    assert (copy["client_reference_id"], copy["customer_details"], copy["ref"]) == (None, None, "forwarded")
    assert copy["amount_total"] == session.amount_total and copy["id"] != session.id
    ben.post("update", {"details": {**PERSONAL, "name": "Ben"}})
    assert ben.pay().json["status"] == "complete"
    assert client.get(f"/v1/checkout/sessions/{session.id}").json["status"] == "open"
    buyer = Page(florin, session.url)
    buyer.post("update", {"details": PERSONAL})
    assert buyer.pay().json["status"] == "complete"
    late = client.post("/v1/payment_links", {"checkout_session": session.id})
    assert late.status == 400 and late.error["code"] == "checkout_session_changed"
    for wrong, code in ((session.id[:-1] + ("0" if session.id[-1] != "0" else "1"), "resource_missing"), ("x", "resource_missing")):
        refused = client.post("/v1/payment_links", {"checkout_session": wrong})
        assert refused.status in (400, 404) and refused.error["param"] == "checkout_session", refused
    both = client.post("/v1/payment_links", {"checkout_session": session.id, "line_items": [soup()]})
    assert both.status == 400 and both.error["code"] == "parameter_unknown"


# ---- Paying for a friend


def asked(florin, sdk, **more):
    """A checkout whose buyer has said everything and asked a friend: both pages."""
    session = sdk.v1.checkout.sessions.create(asking(**more))
    buyer = Page(florin, session.url)
    buyer.post("update", {"details": PERSONAL})
    state = buyer.post("friend", {}).json
    assert state["friend"]["asked"] is True and state["friend"]["url"].startswith(session.url.partition("#")[0] + "#")
    return session, buyer, Page(florin, state["friend"]["url"])


def test_a_friend_sees_what_it_costs_and_nothing_of_the_buyer(florin, sdk):
    session, buyer, friend = asked(florin, sdk, success_url="https://shop.example/ada", cancel_url="https://shop.example/no")
    state = friend.state
    assert state["role"] == "friend" and buyer.state["role"] == "buyer"
    assert [line["label"] for line in state["lines"]] == ["Soup"] and state["totals"]["total"] == 1800
    assert not any(state["collect"].values()) and state["shipping_countries"] == [] and not state["can_save"]
    for text in SAID + ["shop.example", friend.secret, buyer.secret]:
        assert text not in json.dumps(state), text
    assert friend.post("update", {"tip": 0}).status == 403 and friend.post("friend", {}).status == 403
    paid = friend.pay(payer_name="Ben")
    assert paid.json["status"] == "complete" and paid.json["paid_by"] == "friend"
    for told in (paid.json, friend.state, friend.get("receipt").json):
        assert not any(text in json.dumps(told) for text in SAID)
    assert friend.get("receipt").json["paid_with"]["last4"] == "4242"


def test_the_buyer_sees_who_paid_and_not_with_what(florin, sdk):
    session, buyer, friend = asked(florin, sdk)
    assert friend.pay(payer_name="Ben").json["status"] == "complete"
    state, receipt = buyer.state, buyer.get("receipt").json
    assert (state["status"], state["paid_by"], state["friend"]["name"]) == ("complete", "friend", "Ben")
    assert (receipt["paid_by"], receipt["friend_name"], receipt["paid_with"]) == ("friend", "Ben", None)
    message = florin.client(florin.dev["bot_key"]).get(f"/v1/checkout/sessions/{session['id']}/receipt").json["messenger"]
    assert message["attachment"]["payload"]["payment_method"] == "Paid by a friend (test payment)"
    assert state["details"]["email"] == "ada@example.com"
    late = buyer.pay()
    assert late.status == 400 and late.error["code"] == "checkout_session_not_open"


def test_the_bot_is_told_of_both_roles(florin, sdk, bot, receiver):
    endpoint = bot.post("/v1/webhook_endpoints", {"url": receiver.url, "enabled_events": ["checkout.session.completed"]}).json
    session, buyer, friend = asked(florin, sdk)
    waiting = sdk.v1.checkout.sessions.retrieve(session.id)
    assert waiting.paid_by is None and waiting.friend.asked_at >= session.created and waiting.friend.name is None
    assert friend.pay(payer_name="Ben").json["status"] == "complete"
    _, body = receiver.wait_for(lambda event: event["data"]["object"]["id"] == session.id)
    told = json.loads(body)["data"]["object"]
    assert told["paid_by"] == "friend" and told["friend"]["name"] == "Ben"
    assert told["customer_details"]["email"] == "ada@example.com"
    bot.delete(f"/v1/webhook_endpoints/{endpoint['id']}")


def test_the_first_payment_wins(florin, sdk):
    _, buyer, friend = asked(florin, sdk)
    assert buyer.pay().json["paid_by"] == "buyer"
    assert friend.state["status"] == "complete" and friend.state["paid_by"] == "buyer"
    assert friend.pay().error["code"] == "checkout_session_not_open"
    assert friend.get("receipt").json["paid_with"] is None


def test_the_bank_of_one_is_not_shown_to_the_other(florin, sdk):
    _, buyer, friend = asked(florin, sdk)
    away = friend.pay("4000002760003184").json
    assert away["status"] == "requires_action" and away["next_action"]
    state = buyer.state
    assert state["status"] == "open" and state["next_action"] is None
    assert buyer.pay().json["status"] == "complete"
    assert friend.state["status"] == "complete" and friend.state["paid_by"] == "buyer"


def test_a_decline_is_told_to_whom_it_happened(florin, sdk):
    _, buyer, friend = asked(florin, sdk)
    assert friend.pay("4000000000009995").json["error"]["decline_code"] == "insufficient_funds"
    assert buyer.state["error"] is None


def test_nobody_is_asked_before_the_buyer_has_said_everything(florin, sdk):
    session = sdk.v1.checkout.sessions.create(asking())
    buyer = Page(florin, session.url)
    assert buyer.state["friend"] == {"asked": False, "can_ask": False, "name": None, "url": None}
    refused = buyer.post("friend", {})
    assert refused.status == 400 and refused.error["param"] == "details[name]"
    buyer.post("update", {"details": PERSONAL})
    assert buyer.state["friend"]["can_ask"] is True
    link = buyer.post("friend", {}).json["friend"]["url"]
    assert buyer.post("friend", {}).json["friend"]["url"] == link
    keeping = sdk.v1.checkout.sessions.create({"line_items": [soup()], "payment_intent_data": {"setup_future_usage": "off_session"}})
    assert Page(florin, keeping.url).post("friend", {}).error["code"] == "friend_not_possible"


def test_a_friends_link_opens_nothing_before_the_buyer_has_asked_and_no_other_checkout(florin, sdk):
    _, _, friend = asked(florin, sdk)
    other = sdk.v1.checkout.sessions.create({"line_items": [soup()]})
    path = Page(florin, other.url).path
    for secret in (friend.secret, friend.secret.replace(friend.path.split("/")[-1], path.split("/")[-1])):
        assert Page(florin, f"https://x{path}#{secret}").get("state").status == 404


def test_a_recognised_friend_pays_in_one_tap_with_their_own_card(florin, sdk, platform):
    ada, ben = florin.dev["people"][:2]
    _, _, friend = asked(florin, sdk)
    code = platform.post("/v1/person_sessions", {"person": ben["id"]}).json["code"]
    opened = friend.post("person", {"code": code})
    assert opened.json["role"] == "friend"
    friend.headers["Cookie"] = opened.headers["set-cookie"].split(";")[0]
    cards = [card["id"] for card in friend.state["methods"]]
    assert cards and ada["payment_method"] not in cards
    tap = {"payment_method": cards[0], "version": friend.state["version"], "confirmation": tap_name()}
    assert friend.post("pay", tap).json["status"] == "complete"


def test_an_erased_person_takes_their_name_out_of_what_they_paid_for_others(florin, sdk, platform):
    ben = platform.post("/v1/people", {"name": "Ben"}).json["id"]
    card = {"number": "4000056655665556", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    kept = platform.post("/v1/payment_methods", {"type": "card", "card": card}).json["id"]
    assert platform.post(f"/v1/payment_methods/{kept}/attach", {"person": ben}).status == 200
    # The code of a card is used up by its first approval.
    for way in ("top_ups", "cash_outs"):
        move = {"amount": 100, "currency": "usd", "payment_method": kept}
        assert platform.post(f"/v1/people/{ben}/wallet/{way}", move).status == 200
    session, buyer, friend = asked(florin, sdk)
    code = platform.post("/v1/person_sessions", {"person": ben}).json["code"]
    friend.headers["Cookie"] = friend.post("person", {"code": code}).headers["set-cookie"].split(";")[0]
    tap = {"payment_method": kept, "version": friend.state["version"], "confirmation": tap_name(), "payer_name": "Benedetto"}
    assert friend.post("pay", tap).json["status"] == "complete"
    assert buyer.state["friend"]["name"] == "Benedetto"
    florin.florinctl("people", "erase", ben, "--confirm", ben)
    state = buyer.state
    assert (state["paid_by"], state["details"]["email"]) == ("friend", "ada@example.com") and "Benedetto" not in json.dumps(state)
    assert "Benedetto" not in florin.client(florin.dev["bot_key"]).get(f"/v1/checkout/sessions/{session['id']}").body.decode()


# ---- To whom it is open


def test_a_bot_says_to_whom_it_sells_and_the_page_says_why_not(florin, sdk):
    client = florin.client(florin.dev["bot_key"])
    session = sdk.v1.checkout.sessions.create(asking())
    buyer = Page(florin, session.url)
    buyer.post("update", {"details": PERSONAL})
    try:
        client.post("/v1/checkout/availability", {"feature": "web", "countries": ["DE", "FR"]})
        error = buyer.state["error"]
        assert (error["code"], error["reason"]) == ("checkout_not_available", "country")
        assert buyer.pay().error["code"] == "checkout_not_available"
        client.post("/v1/checkout/availability", {"feature": "web", "currencies": ["eur"]})
        refused = client.post("/v1/checkout/sessions", {"line_items": [soup()]})
        assert refused.status == 400 and refused.error["code"] == "checkout_not_available"
        assert buyer.state["error"]["reason"] == "currency"
    finally:
        client.post("/v1/checkout/availability", {"feature": "web"})
    assert buyer.state["error"] is None and buyer.pay().json["status"] == "complete"


def test_platform_and_operators_have_a_say_too(florin, sdk, platform):
    bot, ada = florin.dev["bot"], florin.dev["people"][0]
    buyer = Page(florin, sdk.v1.checkout.sessions.create({"line_items": [soup()]}).url)
    try:
        rules = platform.post(f"/v1/bots/{bot}/availability", {"feature": "checkout", "testers_only": True, "testers": [ada["id"]]}).json
        assert rules["rules"][0]["set_by"] == "platform"
        own = florin.client(florin.dev["bot_key"]).get("/v1/checkout/availability").json["rules"][0]
        assert own["testers"] is None and own["testers_only"] is True
        assert buyer.pay().error["code"] == "checkout_not_available"
        code = platform.post("/v1/person_sessions", {"person": ada["id"]}).json["code"]
        buyer.headers["Cookie"] = buyer.post("person", {"code": code}).headers["set-cookie"].split(";")[0]
        assert buyer.state["error"] is None
        shown = florin.florinctl("bots", "availability", "show", bot, "--mode", "test")["items"]
        assert [(rule["feature"], rule["set_by"]) for rule in shown] == [("checkout", "platform")]
        assert florin.florinctl("bots", "availability", "set", bot, "--mode", "test", "--off")["items"][0]["on"] is False
        assert buyer.state["error"]["reason"] == "seller"
    finally:
        assert florin.florinctl("bots", "availability", "set", bot, "--mode", "test")["items"] == []
    assert buyer.pay().json["status"] == "complete"


# ---- Closing by the bot's own reference


def test_everything_under_one_reference_is_closed_in_one_call(florin, sdk):
    client, reference = florin.client(florin.dev["bot_key"]), uuid.uuid4().hex
    made = [sdk.v1.checkout.sessions.create({"line_items": [soup()], "client_reference_id": reference}) for _ in range(3)]
    assert Page(florin, made[0].url).pay().json["status"] == "complete"
    listed = client.post("/v1/checkout/sessions/expire", {"client_reference_id": reference}).json["data"]
    assert [(one["id"], one["status"]) for one in listed] == [
        (made[2].id, "expired"), (made[1].id, "expired"), (made[0].id, "complete")]  # fmt: skip
    assert Page(florin, made[1].url).pay().error["code"] == "checkout_session_not_open"
    again = client.post("/v1/checkout/sessions/expire", {"client_reference_id": reference})
    assert [one["status"] for one in again.json["data"]] == ["expired", "expired", "complete"]
    missing = client.post("/v1/checkout/sessions/expire", {"client_reference_id": "x" + reference})
    assert missing.status == 404 and missing.error["param"] == "client_reference_id"
