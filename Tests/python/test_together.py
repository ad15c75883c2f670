"""Several friends pay one checkout together: everybody's share is held first, then the bot is asked, then all of it is taken, or none."""

import json
import threading
import time
import urllib.parse

import pytest

from test_checkout import Page, Shop, client_for, soup, tap_name

PERSONAL = {"name": "Ada Lovelace", "email": "ada@example.com"}


@pytest.fixture
def sdk(florin):
    return client_for(florin)


@pytest.fixture
def shop():
    shop = Shop()
    yield shop
    shop.close()


@pytest.fixture(autouse=True)
def sound_books(request):
    """The book proves itself at the end of each test."""
    daemons = [request.getfixturevalue(name) for name in ("florin", "mortal") if name in request.fixturenames]
    yield
    for daemon in daemons:
        book = daemon.florinctl("ledger", "verify")
        assert book["is_sound"] and book["problems"] == []


class Group:
    """A checkout whose buyer has asked others to pay with them: the buyer's page and the group's."""

    def __init__(self, florin, people=3, amount=1000, **more):
        self.florin, self.bot = florin, florin.client(florin.dev["bot_key"])
        self.session = self.bot.post("/v1/checkout/sessions", {"line_items": [soup(amount)], "participants": {"max": 5}, **more}).json
        self.buyer = Page(florin, self.session["url"])
        if more.get("email_collection"):
            self.buyer.post("update", {"details": PERSONAL})
        begun = self.buyer.post("together", {"people": people})
        assert begun.status == 200, begun
        self.together = begun.json["together"]
        self.group = Page(florin, self.together["url"])

    @property
    def bots(self):
        return self.bot.get(f"/v1/checkout/sessions/{self.session['id']}").json

    def share(self):
        answer = self.group.post("share", {})
        assert answer.status == 200, answer
        return Page(self.florin, answer.json["url"])

    def shares(self):
        return [self.share() for _ in range(self.together["people"])]

    def statuses(self):
        return [share["status"] for share in self.buyer.state["together"]["shares"]]

    def payments(self):
        """Of every share that ever had one, by the metadata that says of what it is a share."""
        listed = self.bot.get("/v1/payment_intents", {"limit": 100}).json["data"]
        return [one for one in listed if one["metadata"].get("checkout_session") == self.session["id"]]

    def until(self, wanted, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = self.buyer.state
            if wanted(state):
                return state
            time.sleep(0.2)
        raise AssertionError(f"it never came to that: {state['status']} {state['together']}")

    def until_given_back(self, seconds=60):
        """Nobody's money is taken or held any more."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            payments = self.payments()
            kept = [one for one in payments if one["status"] not in ("canceled", "requires_payment_method")
                    and not (one["status"] == "succeeded" and one["amount_received"] == refunded(self.bot, one))]  # fmt: skip
            if not kept:
                return payments
            time.sleep(0.2)
        raise AssertionError(f"money is left: {[(one['id'], one['status']) for one in kept]}")


def refunded(bot, payment):
    return sum(one["amount"] for one in bot.get("/v1/refunds", {"payment_intent": payment["id"]}).json["data"] if one["status"] == "succeeded")


# ---- All pay


def test_three_friends_pay_one_checkout_and_the_sum_is_the_price(florin, bot, receiver):
    endpoint = bot.post("/v1/webhook_endpoints", {"url": receiver.url, "enabled_events": ["*"]}).json
    group = Group(florin, email_collection={"enabled": True}, ref="ad-7", payment_intent_data={"metadata": {"order": "9"}})
    assert [share["amount"] for share in group.together["shares"]] == [334, 333, 333] and group.together["total"] == 1000
    first, second, third = group.shares()
    paid = first.pay(payer_name="Anna")
    assert paid.json["status"] == "complete" and paid.json["together"]["number"] == 1
    assert group.group.state["together"]["shares"][0] == {"number": 1, "amount": 334, "status": "held", "name": "Anna"}
    assert second.pay().json["status"] == "complete"
    waiting = group.bots
    assert (waiting["status"], waiting["payment_status"], waiting["payment_intent"]) == ("open", "unpaid", None)
    assert [share["status"] for share in waiting["participants"]["shares"]] == ["held", "held", "open"]
    assert [one["status"] for one in group.payments()] == ["requires_capture"] * 2
    assert third.pay(payer_name="Carla").status == 200
    group.until(lambda state: state["status"] == "complete")
    assert group.statuses() == ["paid"] * 3
    session = group.bots
    assert (session["status"], session["payment_status"], session["payment_intent"], session["paid_by"]) == ("complete", "paid", None, "group")
    assert [share["name"] for share in session["participants"]["shares"]] == ["Anna", None, "Carla"]
    payments = group.payments()
    assert sum(one["amount_received"] for one in payments) == 1000 and {one["status"] for one in payments} == {"succeeded"}
    assert all(one["metadata"] == {"order": "9", "ref": "ad-7", "checkout_session": session["id"]} for one in payments)
    for one in payments:
        found = bot.get("/v1/checkout/sessions", {"payment_intent": one["id"]}).json["data"]
        assert [found_one["id"] for found_one in found] == [session["id"]]
    _, body = receiver.wait_for(lambda event: event["type"] == "checkout.session.completed" and event["data"]["object"]["id"] == session["id"])
    told = json.loads(body)["data"]["object"]
    assert told["payment_status"] == "paid" and len(told["participants"]["shares"]) == 3
    bot.delete(f"/v1/webhook_endpoints/{endpoint['id']}")
    receipt = group.buyer.get("receipt").json
    assert receipt["paid"] is True and receipt["paid_by"] == "group" and receipt["paid_with"] is None
    mine = first.get("receipt").json
    assert mine["totals"]["total"] == 334 and mine["paid_with"]["last4"] == "4242"
    shown = florin.florinctl("checkouts", "show", session["id"])
    assert [share["status"] for share in shown["shares"]] == ["paid"] * 3 and shown["state"] == "complete"


def test_a_checkout_for_one_says_nothing_of_several(florin, bot):
    session = bot.post("/v1/checkout/sessions", {"line_items": [soup()]}).json
    buyer = Page(florin, session["url"])
    assert session["participants"] is None and buyer.state["together"] is None
    refused = buyer.post("together", {"people": 2})
    assert refused.status == 400 and refused.error["code"] == "together_not_offered"
    assert buyer.pay().json["status"] == "complete"


def test_a_link_offers_it_too(florin, bot):
    link = bot.post("/v1/payment_links", {"line_items": [soup()], "participants": {"max": 2}}).json
    assert link["participants"] == {"max": 2}
    opened = florin.client().get(urllib.parse.urlparse(link["url"]).path, headers={"Sec-Fetch-Mode": "navigate"})
    assert Page(florin, opened.headers["location"]).state["together"] == {"max": 2, "can_start": True}


def test_whoever_was_asked_may_still_be_asked_to_do_it_alone(florin):
    group = Group(florin)
    assert group.buyer.post("alone", {}).json["status"] == "open"
    state = group.buyer.pay().json
    assert (state["status"], state["paid_by"]) == ("complete", "buyer")
    assert group.payments() == []


# ---- Somebody does not pay


def test_one_is_declined_and_pays_with_another_card(florin):
    group = Group(florin, people=2)
    first, second = group.shares()
    assert second.pay().json["status"] == "complete"
    declined = first.pay("4000000000009995").json
    assert declined["status"] == "open" and declined["error"]["decline_code"] == "insufficient_funds"
    assert group.buyer.state["error"] is None and group.statuses() == ["open", "held"]
    assert first.pay().status == 200
    group.until(lambda state: state["status"] == "complete")
    assert sum(one["amount_received"] for one in group.payments()) == 1000


def test_one_never_pays_and_everybody_gets_it_back(mortal):
    bot = mortal.client(mortal.dev["bot_key"])
    now = int(time.time())
    clock = bot.post("/v1/test_helpers/test_clocks", {"frozen_time": now}).json
    group = Group(mortal, expires_at=now + 7 * 86_400)
    first, second, _ = group.shares()
    assert first.pay().json["status"] == second.pay().json["status"] == "complete"
    ends = group.buyer.state["together"]["ends_at"]
    assert now + 86_000 <= ends <= now + 86_500
    assert bot.post(f"/v1/test_helpers/test_clocks/{clock['id']}/advance", {"frozen_time": ends + 1}).status == 200
    state = group.until(lambda state: state["status"] == "expired")
    assert {share["status"] for share in state["together"]["shares"]} == {"given_back"}
    assert {one["status"] for one in group.until_given_back()} == {"canceled"}
    assert group.bots["status"] == "expired" and first.state["status"] == "expired"
    assert group.group.post("share", {}).error["code"] == "checkout_session_not_open"


def test_whoever_buys_stops_it_and_begins_again(florin):
    group = Group(florin, people=2)
    first, second = group.shares()
    assert first.pay().json["status"] == "complete"
    stopped = group.buyer.post("alone", {}).json
    assert stopped["status"] == "open" and stopped["error"] is None and stopped["together"] == {"max": 5, "can_start": True}
    seen = group.group.state
    assert (seen["status"], seen["role"], seen["together"]["can_start"]) == ("open", "sharer", False)
    assert {one["status"] for one in group.until_given_back()} == {"canceled"}
    assert second.pay().error["code"] == "checkout_session_not_open" and first.state["status"] == "expired"
    again = group.buyer.post("together", {"people": 4}).json["together"]
    assert [share["amount"] for share in again["shares"]] == [250] * 4 and again["url"] == group.together["url"]


def test_the_bot_closes_it_and_everybody_gets_it_back(florin):
    group = Group(florin, people=2)
    first, _ = group.shares()
    assert first.pay().json["status"] == "complete"
    assert group.bot.post(f"/v1/checkout/sessions/{group.session['id']}/expire").json["status"] == "expired"
    assert {one["status"] for one in group.until_given_back()} == {"canceled"}
    assert group.statuses() == ["given_back"] * 2


# ---- The bot's say


def test_the_bot_is_asked_once_for_the_whole_and_its_yes_takes_all(florin, shop):
    group = Group(florin, people=2, callback_url=shop.url)
    first, second = group.shares()
    assert first.pay().json["status"] == "complete" and shop.asked.empty()
    shop.will_say({"approve": True})
    assert second.pay().status == 200
    group.until(lambda state: state["status"] == "complete")
    asked = json.loads(shop.asked.get(timeout=5)[1])
    assert asked["type"] == "checkout.session.approve" and asked["data"]["object"]["id"] == group.session["id"]
    assert [share["status"] for share in asked["data"]["object"]["participants"]["shares"]] == ["held"] * 2
    assert shop.asked.empty()


def test_the_bot_says_no_and_nothing_is_taken(florin, shop):
    group = Group(florin, people=2, callback_url=shop.url)
    first, second = group.shares()
    first.pay()
    shop.will_say({"approve": False, "message": "Sold out since this morning."})
    second.pay()
    state = group.until(lambda state: state["status"] == "open")
    assert state["error"] == {"code": "refused_by_seller", "message": "Sold out since this morning."}
    assert {one["status"] for one in group.until_given_back()} == {"canceled"}


def test_a_silent_bot_is_a_no(florin, shop):
    group = Group(florin, people=2, callback_url=shop.url)
    first, second = group.shares()
    first.pay()
    second.post("pay", {"sealed_card": second.sealed(), "version": second.state["version"], "confirmation": tap_name()})
    state = group.until(lambda state: state["status"] == "open")
    assert state["error"]["code"] == "seller_unavailable"
    assert {one["status"] for one in group.until_given_back()} == {"canceled"}


# ---- Crashes


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.04, 0.12])
def test_a_kill_between_captures_loses_nothing(mortal, shop, delay):
    group = Group(mortal, people=5, amount=5003, callback_url=shop.url)
    *others, last = group.shares()
    for share in others:
        assert share.pay().json["status"] == "complete"
    shop.will_say({"approve": True})
    tap = {"sealed_card": last.sealed(), "version": last.state["version"], "confirmation": tap_name()}
    def pay():
        try:
            last.post("pay", tap)
        except OSError:  # the daemon is killed under it
            pass
    tapping = threading.Thread(target=pay)
    tapping.start()
    shop.asked.get(timeout=30)
    time.sleep(delay)
    mortal.kill()
    tapping.join(60)
    mortal.start()
    # A yes that was lost is asked for anew.
    shop.will_say({"approve": True})
    group.buyer = Page(mortal, group.session["url"])
    group.bot = mortal.client(mortal.dev["bot_key"])
    group.until(lambda state: state["status"] == "complete", seconds=120)
    assert sum(one["amount_received"] for one in group.payments()) == 5003
    assert group.statuses() == ["paid"] * 5
    assert len(group.payments()) == 5


def test_two_take_the_same_share_and_one_of_them_pays_it(florin):
    group = Group(florin, people=2)
    mine = group.share()
    same = Page(florin, f"https://x{mine.path}#{mine.secret}")
    answers = []
    taps = [threading.Thread(target=lambda page=page: answers.append(page.pay())) for page in (mine, same)]
    for tap in taps:
        tap.start()
    for tap in taps:
        tap.join(60)
    assert sorted(answer.status for answer in answers) == [200, 400]
    assert [answer.error["code"] for answer in answers if answer.status == 400] == ["share_taken"]
    assert mine.state["status"] == "complete" and len(group.payments()) == 1
    other = group.share()
    assert other.path != mine.path and other.pay().status == 200
    group.until(lambda state: state["status"] == "complete")
    gone = group.group.post("share", {})
    assert gone.status == 409 and gone.error["code"] == "no_share_left"


def test_no_share_is_left_when_each_is_being_paid(florin):
    group = Group(florin, people=2)
    first, second = group.shares()
    assert first.pay().json["status"] == "complete"
    # Somebody at their bank: another may take their place.
    assert second.pay("4000002760003184").json["status"] == "requires_action"
    assert group.share().path == second.path
    lost = second.post("pay", {"sealed_card": second.sealed("4000009900001200"), "version": second.state["version"], "confirmation": tap_name()})
    assert lost.json["status"] == "processing"
    assert group.group.post("share", {}).error["code"] == "no_share_left"


# ---- Links and secrets


def test_a_shares_secret_opens_that_share_and_nothing_else(florin):
    group = Group(florin, email_collection={"enabled": True})
    first, second = group.shares()[:2]
    for path, secret in ((second.path, first.secret), (group.buyer.path, first.secret), (first.path, group.group.secret),
                         (first.path, group.buyer.secret), (group.buyer.path, group.group.secret + "0")):  # fmt: skip
        assert Page(florin, f"https://x{path}#{secret}").get("state").status == 404
    share = first.path.split("/")[-1]
    assert group.bot.get(f"/v1/checkout/sessions/{share}").status == 404
    assert group.bot.post(f"/v1/checkout/sessions/{share}/expire").status == 404
    assert group.bot.get(f"/v1/checkout/sessions/{share}/buttons").status == 404
    listed = group.bot.get("/v1/checkout/sessions", {"limit": 10}).json["data"]
    assert share not in [one["id"] for one in listed] and group.session["id"] in [one["id"] for one in listed]
    for call, body in (("update", {"tip": 0}), ("friend", {}), ("together", {"people": 2})):
        refused = first.post(call, body)
        assert refused.status in (400, 404), (call, refused)


def test_the_groups_secret_shows_progress_and_nothing_of_the_buyer(florin):
    group = Group(florin, email_collection={"enabled": True}, success_url="https://shop.example/ada")
    state = group.group.state
    assert (state["role"], state["status"]) == ("sharer", "gathering")
    first = group.share()
    for told in (state, first.state):
        for text in ("ada@example.com", "shop.example", group.buyer.secret):
            assert text not in json.dumps(told), text
    tap = {"sealed_card": group.group.sealed(), "version": state["version"], "confirmation": tap_name()}
    assert group.group.post("pay", tap).status == 403 and group.group.post("continue", {}).status == 403
    for call, body in (("update", {"tip": 0}), ("alone", {}), ("together", {"people": 2}), ("friend", {})):
        assert group.group.post(call, body).status == 403, call
    assert group.statuses() == ["open"] * 3


def test_the_groups_secret_opens_nothing_before_others_were_asked(florin, bot):
    group = Group(florin)
    other = bot.post("/v1/checkout/sessions", {"line_items": [soup()], "participants": {"max": 3}}).json
    path = Page(florin, other["url"]).path
    for secret in (group.group.secret, group.group.secret.replace(group.session["id"], other["id"])):
        assert Page(florin, f"https://x{path}#{secret}").get("state").status == 404


def test_while_others_pay_the_whole_cannot_be_paid_or_changed(florin):
    group = Group(florin)
    assert group.buyer.post("together", {"people": 3}).status == 200
    for call, body in (("together", {"people": 4}), ("update", {"tip": 0}), ("friend", {})):
        refused = group.buyer.post(call, body)
        assert refused.status == 400 and refused.error["code"] == "checkout_session_together", (call, refused)
    assert group.buyer.pay().error["code"] == "checkout_session_together"
    assert group.payments() == []


def test_an_erased_person_takes_their_name_out_of_what_they_paid_together(florin, platform):
    ben = platform.post("/v1/people", {"name": "Ben"}).json["id"]
    card = {"number": "4000056655665556", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    kept = platform.post("/v1/payment_methods", {"type": "card", "card": card}).json["id"]
    assert platform.post(f"/v1/payment_methods/{kept}/attach", {"person": ben}).status == 200
    # The code of a card is used up by its first approval.
    for way in ("top_ups", "cash_outs"):
        move = {"amount": 100, "currency": "usd", "payment_method": kept}
        assert platform.post(f"/v1/people/{ben}/wallet/{way}", move).status == 200
    group = Group(florin, people=2)
    first, second = group.shares()
    code = platform.post("/v1/person_sessions", {"person": ben}).json["code"]
    first.headers["Cookie"] = first.post("person", {"code": code}).headers["set-cookie"].split(";")[0]
    assert [method["id"] for method in first.state["methods"]] == [kept]
    tap = {"payment_method": kept, "version": first.state["version"], "confirmation": tap_name(), "payer_name": "Benedetto"}
    assert first.post("pay", tap).json["status"] == "complete"
    assert second.pay(payer_name="Carla").status == 200
    group.until(lambda state: state["status"] == "complete")

    def told():
        events = group.bot.get("/v1/events", {"type": "checkout.session.completed", "limit": 50}).json["data"]
        return json.dumps([group.bots, group.buyer.state, [one for one in events if one["data"]["object"]["id"] == group.session["id"]]])

    assert told().count("Benedetto") == 3
    florin.florinctl("people", "erase", ben, "--confirm", ben)
    assert "Benedetto" not in told() and group.bots["participants"]["shares"][1]["name"] == "Carla"


# ---- What is asked wrongly


@pytest.mark.parametrize("more, param", [
    ({"participants": 3}, "participants"), ({"participants": {"max": 1}}, "participants[max]"), ({"participants": {"max": 21}}, "participants[max]"),
    ({"participants": {"max": 3, "min": 2}}, "participants[min]"),
    ({"participants": {"max": 3}, "payment_intent_data": {"capture_method": "manual"}}, "payment_intent_data[capture_method]"),
    ({"participants": {"max": 3}, "payment_intent_data": {"setup_future_usage": "off_session"}}, "payment_intent_data[setup_future_usage]"),
    ({"participants": {"max": 3}, "payment_method_types": ["paypal"]}, "participants[max]"),
])  # fmt: skip
def test_what_cannot_be_right_is_refused_by_name(bot, more, param):
    for path in ("/v1/checkout/sessions", "/v1/payment_links"):
        refused = bot.post(path, {"line_items": [soup()], **more})
        assert refused.status == 400 and refused.error["param"] == param, (path, refused)


@pytest.mark.parametrize("people", [0, 1, 6, 1001, "two", None])
def test_too_few_and_too_many_people_are_refused(florin, bot, people):
    session = bot.post("/v1/checkout/sessions", {"line_items": [soup()], "participants": {"max": 5}}).json
    refused = Page(florin, session["url"]).post("together", {} if people is None else {"people": people})
    assert refused.status == 400 and refused.error["param"] == "people"


def test_less_than_one_for_each_is_refused_and_so_is_what_the_buyer_has_not_said(florin, bot):
    few = bot.post("/v1/checkout/sessions", {"line_items": [soup(2)], "participants": {"max": 5}}).json
    assert Page(florin, few["url"]).post("together", {"people": 3}).error["param"] == "people"
    asking = bot.post("/v1/checkout/sessions", {"line_items": [soup()], "participants": {"max": 5}, "email_collection": {"enabled": True}}).json
    buyer = Page(florin, asking["url"])
    assert buyer.state["together"] == {"max": 5, "can_start": False}
    assert buyer.post("together", {"people": 2}).error["param"] == "details[email]"
