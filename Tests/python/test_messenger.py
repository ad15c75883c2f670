"""A bot written with pymessenger, its Graph address changed, sells with a Buy button and hears of it at its page's webhook."""

import base64
import hashlib
import hmac
import http.server
import json
import queue
import threading
import time
import urllib.parse
import uuid

import pytest
import requests
from pymessenger.bot import Bot
from test_checkout import Page


class Webhook:
    """A page's webhook: checks both signatures, remembers every event, and answers as the test says."""

    def __init__(self):
        self.secret, self.events, self.answers, self.failures = "", queue.Queue(), {}, []
        self.verify_token, self.checks = "v-1", []
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                """As the platform's own examples answer its check."""
                query = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(self.path).query))
                hook.checks.append(query)
                text = query["hub.challenge"].encode() if query.get("hub.verify_token") == hook.verify_token else b"no"
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                for header, algorithm in (("X-Hub-Signature", hashlib.sha1), ("X-Hub-Signature-256", hashlib.sha256)):
                    code = hmac.new(hook.secret.encode(), body, algorithm).hexdigest()
                    if self.headers[header] != f"{algorithm().name}={code}":
                        hook.failures.append(header)
                event = json.loads(body)["entry"][0]["messaging"][0]
                hook.events.put(event)
                status, answer = next((a for name, a in hook.answers.items() if name in event), (200, {}))
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhook"

    def next(self, name):
        while True:
            event = self.events.get(timeout=30)
            if name in event:
                return event

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def shop(florin, monkeypatch):
    """The page's account, its webhook, and the library's bot."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", florin.dev["ca_file"])
    hook = Webhook()
    made = florin.client(florin.dev["bot_key"]).post(
        "/v1/surface_accounts", {"type": "messenger", "account": "98", "webhook_url": hook.url})
    assert made.status == 200, made.body
    hook.secret = made.json["app_secret"]
    bot = Bot(made.json["token"])
    bot.graph_url = florin.dev["base_url"] + "/v2.6"
    yield bot, hook, made.json
    hook.close()
    florin.client(florin.dev["bot_key"]).delete(f"/v1/surface_accounts/{made.json['id']}")
    assert hook.failures == []


def element(payment_type="FIXED_AMOUNT", **more):
    return {
        "title": "Blumen für Zoë", "subtitle": "Red",
        "buttons": [{
            "type": "payment", "title": "buy", "payload": "p-ü-1",
            "payment_summary": {
                "currency": "USD", "payment_type": payment_type, "is_test_payment": True, "merchant_name": "Flowers",
                "requested_user_info": ["contact_name"],
                "price_list": [{"label": "Subtotal", "amount": "12.75"}, {"label": "Taxes", "amount": 1.5}], **more}}],
    }  # fmt: skip


def follow(florin, sent):
    answer = florin.client().post(urllib.parse.urlparse(sent["buttons"][0]["url"]).path)
    assert answer.status == 303, answer.body
    return Page(florin, answer.headers["location"])


def test_a_buy_button_sells_and_the_page_is_asked_and_told(florin, shop):
    bot, hook, account = shop
    client = florin.client(florin.dev["bot_key"])
    client.post(f"/v1/surface_accounts/{account['id']}", {"updates": ["shipping", "pre_checkout", "payment", "refund"]})
    hook.answers = {"pre_checkout": (200, {"success": True})}
    sent = bot.send_generic_message("1254", [element()])
    assert sent["recipient_id"] == "1254" and sent["message_id"].startswith("mid.")
    assert sent["buttons"][0]["type"] == "web_url"
    buyer = follow(florin, sent)
    assert buyer.state["totals"]["total"] == 1425
    assert (buyer.state["title"], buyer.state["subtitle"], buyer.state["merchant"]["trading_as"]) == ("Blumen für Zoë", "Red", "Flowers")
    buyer.headers.update(known(buyer, hook.secret, "1254"))
    buyer.post("update", {"details": {"name": "Zoë"}})
    assert buyer.pay().json["status"] == "complete"
    asked = hook.next("pre_checkout")["pre_checkout"]
    assert asked["amount"] == {"currency": "USD", "amount": "14.25"} and asked["payload"] == "p-ü-1"
    assert asked["requested_user_info"]["contact_name"] == "Zoë"
    paid = hook.next("payment")
    assert paid["recipient"]["id"] == "98" and paid["sender"]["id"] == "1254"
    assert paid["payment"]["amount"] == {"currency": "USD", "amount": "14.25"}
    credential = paid["payment"]["payment_credential"]
    refund = client.post("/v1/refunds", {"charge": credential["charge_id"], "amount": 25})
    assert refund.status == 200 and refund.json["payment_intent"] == credential["fb_payment_id"]
    back = hook.next("payment_refund")
    assert back["sender"]["id"] == "1254" and back["payment_refund"]["amount"]["amount"] == "0.25"


def test_who_pays_a_forwarded_button_is_not_taken_for_whom_it_was_sent_to(florin, shop):
    bot, hook, account = shop
    client = florin.client(florin.dev["bot_key"])
    client.post(f"/v1/surface_accounts/{account['id']}", {"updates": ["pre_checkout", "payment", "refund"]})
    hook.answers = {"pre_checkout": (200, {"success": True})}
    sent = bot.send_generic_message("1254", [element()])
    guest, friend = follow(florin, sent), follow(florin, sent)
    friend.headers.update(known(friend, hook.secret, "77"))
    for buyer, sender, offered in ((guest, "0", {"id": "1254"}), (friend, "77", None)):
        buyer.post("update", {"details": {"name": "Ben"}})
        assert buyer.pay().json["status"] == "complete"
        asked, paid = hook.next("pre_checkout"), hook.next("payment")
        for event in (asked, paid):
            assert (event["sender"]["id"], event.get("offered_to")) == (sender, offered)
        client.post("/v1/refunds", {"charge": paid["payment"]["payment_credential"]["charge_id"]})
        back = hook.next("payment_refund")
        assert (back["sender"]["id"], back.get("offered_to")) == (sender, offered)


def test_what_a_deleted_account_offered_says_so_and_is_not_silent(florin, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", florin.dev["ca_file"])
    client = florin.client(florin.dev["bot_key"])
    made = client.post("/v1/surface_accounts", {"type": "messenger", "account": "977"}).json
    bot = Bot(made["token"])
    bot.graph_url = florin.dev["base_url"] + "/v2.6"
    sent = bot.send_generic_message("1254", [element()])
    buyer = follow(florin, sent)
    buyer.post("update", {"details": {"name": "Zoë"}})
    assert client.delete(f"/v1/surface_accounts/{made['id']}").status == 200
    error = buyer.state["error"]
    assert (error["code"], error["reason"]) == ("checkout_not_available", "seller")
    assert buyer.pay().error["code"] == "checkout_not_available"
    assert florin.client().post(urllib.parse.urlparse(sent["buttons"][0]["url"]).path).status == 403


@pytest.mark.parametrize("answer", [(200, {"success": False}), (500, {"success": True}), (200, {}), (200, {"success": "true"})])
def test_anything_but_a_plain_yes_refuses(florin, shop, answer):
    bot, hook, _ = shop
    hook.answers = {"pre_checkout": answer}
    buyer = follow(florin, bot.send_generic_message("1254", [element()]))
    buyer.post("update", {"details": {"name": "Zoë"}})
    state = buyer.pay().json
    assert state["status"] == "open" and state["error"] is not None
    assert hook.next("pre_checkout") and hook.events.empty()


def test_a_flexible_amount_is_priced_for_the_address(florin, shop):
    bot, hook, _ = shop
    options = [{"option_id": "1", "option_title": "USPS", "price_list": [{"label": "Shipping", "amount": "2.00"}]},
               {"option_id": "2", "option_title": "FedEx", "price_list": [{"label": "Shipping", "amount": 5}]}]  # fmt: skip
    hook.answers = {"checkout_update": (200, {"shipping": options}), "pre_checkout": (200, {"success": True})}
    buyer = follow(florin, bot.send_generic_message("1254", [element("FLEXIBLE_AMOUNT")]))
    address = {"line1": "1 Hacker Way", "city": "MENLO PARK", "state": "CA", "postal_code": "94025", "country": "US"}
    state = buyer.post("update", {"details": {"name": "Zoë", "shipping_address": address}}).json
    assert state["totals"]["total"] == 1625
    asked = hook.next("checkout_update")["checkout_update"]["shipping_address"]
    assert (asked["street1"], asked["postal_code"], asked["country"]) == ("1 Hacker Way", "94025", "US")
    assert buyer.post("update", {"shipping_option": "2"}).json["totals"]["total"] == 1925
    assert buyer.pay().json["status"] == "complete"
    paid = hook.next("payment")["payment"]
    assert paid["shipping_option_id"] == "2" and paid["amount"]["amount"] == "19.25"
    assert paid["requested_user_info"]["shipping_address"]["street_1"] == "1 Hacker Way"


def test_messages_without_a_buy_button_and_cards_by_key_are_refused_by_name(florin, shop):
    bot, _, account = shop
    assert "Buy button" in bot.send_text_message("1254", "hello")["error"]["message"]
    url = f"{bot.graph_url}/me/messenger_profile"
    key = {"payment_settings": {"public_key": "-----BEGIN PGP PUBLIC KEY BLOCK-----"}}
    refused = requests.post(url, params={"access_token": account["token"]}, json=key, timeout=30)
    assert refused.status_code == 400 and "OpenPGP" in refused.json()["error"]["message"]
    settings = {"payment_settings": {"privacy_url": "https://shop.example/privacy", "testers": ["12", 34]}}
    for body in (settings, {"fields": ["payment_settings"]}):
        verb = requests.post if "payment_settings" in body else requests.delete
        assert verb(url, params={"access_token": account["token"]}, json=body, timeout=30).json() == {"result": "success"}
        shown = requests.get(url, params={"access_token": account["token"], "fields": "payment_settings"}, timeout=30)
        kept = shown.json()["data"][0]["payment_settings"]
        assert kept == ({"privacy_url": "https://shop.example/privacy", "testers": ["12", "34"]} if verb is requests.post
                        else {"testers": []})  # fmt: skip


def test_another_token_is_nobodys(florin, shop):
    bot, _, _ = shop
    bot.auth_args["access_token"] = "EAA" + "x" * 40
    assert bot.send_generic_message("1", [element()])["error"]["code"] == 190


def test_the_app_secret_and_token_are_in_no_log_line(florin, shop):
    bot, _, account = shop
    bot.send_generic_message("1254", [element()])
    log = florin.log.read_bytes()
    assert account["token"].encode() not in log and account["app_secret"].encode() not in log


# ---- The check of a webhook's address


def test_an_address_is_asked_before_it_is_used(florin, shop):
    _, hook, account = shop
    client, path = florin.client(florin.dev["bot_key"]), f"/v1/surface_accounts/{account['id']}"
    assert client.get(path).json["webhook_verified"] is False
    wrong = client.post(path, {"webhook_url": hook.url + "?x=1", "verify_token": "another"})
    assert wrong.status == 400 and wrong.error["code"] == "webhook_not_verified" and "hub.challenge" in wrong.error["message"]
    assert client.get(path).json["webhook_url"] == hook.url
    right = client.post(path, {"webhook_url": hook.url + "?x=1", "verify_token": hook.verify_token})
    assert right.status == 200 and right.json["webhook_verified"] is True and right.json["webhook_url"] == hook.url + "?x=1"
    assert hook.checks[-1].items() >= {"hub.mode": "subscribe", "hub.verify_token": "v-1", "x": "1"}.items()
    assert client.post(path, {"webhook_url": hook.url}).json["webhook_verified"] is False


# ---- The token route


@pytest.fixture
def token_shop(florin, shop):
    bot, hook, account = shop
    client = florin.client(florin.dev["bot_key"])
    assert client.post(f"/v1/surface_accounts/{account['id']}", {"credential": "token"}).json["credential"] == "token"
    hook.answers = {"pre_checkout": (200, {"success": True})}
    return bot, hook, client


def tapped(florin, bot, hook):
    buyer = follow(florin, bot.send_generic_message("1254", [element()]))
    buyer.post("update", {"details": {"name": "Zoë"}})
    assert buyer.pay().json["status"] == "processing"
    credential = hook.next("payment")["payment"]["payment_credential"]
    assert credential["provider_type"] == "token" and credential["tokenized_card"].startswith("tok_")
    assert "4242424242424242" not in json.dumps(credential) and "tokenized_cvv" not in credential
    return buyer, credential


def test_a_bot_charges_by_itself_with_a_token_for_one_charge(florin, token_shop):
    bot, hook, client = token_shop
    buyer, credential = tapped(florin, bot, hook)
    token, checkout = credential["tokenized_card"], credential["fb_payment_id"]
    for amount, code in ((1424, "token_amount_mismatch"), (1426, "token_amount_mismatch")):
        refused = client.post("/v1/charges", {"amount": amount, "currency": "usd", "source": token})
        assert refused.status == 400 and refused.error["code"] == code
    assert client.post("/v1/charges", {"amount": 1425, "currency": "eur", "source": token}).error["code"] == "token_amount_mismatch"
    kept = client.post("/v1/payment_methods", {"type": "card", "card": {"token": token}})
    assert kept.status == 400 and kept.error["code"] == "token_for_one_charge"
    platform = florin.client(florin.dev["platform_key"])
    stranger = platform.post("/v1/bots", {
        "name": "Other", "legal_name": "Other Ltd", "merchant_category_code": 5812, "country": "GB",
        "statement_descriptor": "OTHER BOT X"}).json["id"]  # fmt: skip
    key = florin.florinctl("keys", "create", stranger)["secret"]
    stolen = florin.client(key).post("/v1/charges", {"amount": 1425, "currency": "usd", "source": token})
    assert stolen.status == 404 and stolen.error["code"] == "resource_missing", stolen
    assert client.post(f"/v1/checkout/sessions/{checkout}/expire").status == 409, "closed while the bot may charge"
    charge = client.post("/v1/charges", {"amount": 1425, "currency": "usd", "source": token})
    assert charge.status == 200 and charge.json["paid"] is True
    assert buyer.state["status"] == "complete"
    session = client.get(f"/v1/checkout/sessions/{checkout}").json
    assert (session["payment_status"], session["payment_intent"]) == ("paid", charge.json["payment_intent"])
    again = client.post("/v1/charges", {"amount": 1425, "currency": "usd", "source": token})
    assert again.status == 400 and again.error["code"] == "token_already_used"
    reused = client.post("/v1/payment_intents", {
        "amount": 100, "currency": "usd", "payment_method": charge.json["payment_method"], "confirm": True})  # fmt: skip
    assert reused.status == 400, "the card behind a token was charged again"
    assert hook.events.empty(), "the bot was told of its own charge"


def test_what_stands_behind_a_token_is_charged_and_kept_in_no_other_way(florin, token_shop):
    bot, hook, client = token_shop
    _, credential = tapped(florin, bot, hook)
    token = credential["tokenized_card"]
    card = client.get(f"/v1/tokens/{token}").json["card"]["id"].replace("card_", "pm_")
    other = {"amount": 100_000, "currency": "usd", "payment_method": card, "confirm": True}
    customer = client.post("/v1/customers", {}).json["id"]

    def is_closed():
        assert client.post("/v1/payment_intents", other).error["code"] == "payment_method_unexpected_state"
        kept = client.post(f"/v1/payment_methods/{card}/attach", {"customer": customer})
        assert kept.status == 400 and kept.error["code"] == "payment_method_unexpected_state"
        assert client.post("/v1/customers", {"payment_method": card}).status == 400

    is_closed()
    # A payment intent could be held and raised.
    held = client.post("/v1/payment_intents", {
        "amount": 1425, "currency": "usd", "confirm": True, "payment_method_data": {"type": "card", "card": {"token": token}}})  # fmt: skip
    assert held.status == 400 and held.error["code"] == "token_for_one_charge", held
    assert client.post("/v1/charges", {"amount": 1425, "currency": "usd", "source": token}).status == 200
    is_closed()


def test_a_declined_token_is_used_up_and_the_buyer_may_pay_again(florin, token_shop):
    bot, hook, client = token_shop
    buyer = follow(florin, bot.send_generic_message("1254", [element()]))
    buyer.post("update", {"details": {"name": "Zoë"}})
    assert buyer.pay("4000000000009995").json["status"] == "processing"
    token = hook.next("payment")["payment"]["payment_credential"]["tokenized_card"]
    declined = client.post("/v1/charges", {"amount": 1425, "currency": "usd", "source": token})
    assert declined.status == 402
    assert buyer.state["status"] == "open"
    payment = client.get("/v1/payment_intents", {"limit": 1}).json["data"][0]
    method = (payment["last_payment_error"] or {}).get("payment_method", {}).get("id")
    assert method, payment
    reused = client.post("/v1/payment_intents", {
        "amount": 100, "currency": "usd", "payment_method": method, "confirm": True})  # fmt: skip
    assert reused.status == 400, "the card behind a declined token was charged"
    assert buyer.pay().json["status"] == "processing"
    token = hook.next("payment")["payment"]["payment_credential"]["tokenized_card"]
    assert client.post("/v1/charges", {"amount": 1425, "currency": "usd", "source": token}).status == 200
    assert buyer.state["status"] == "complete"


# ---- Receipts, refs, testers


def test_a_receipt_is_ready_made_and_a_ref_is_carried_and_summed(florin, shop):
    bot, hook, _ = shop
    hook.answers = {"pre_checkout": (200, {"success": True})}
    client = florin.client(florin.dev["bot_key"])
    sent = bot.send_generic_message("1254", [element()])
    url = urllib.parse.urlparse(sent["buttons"][0]["url"])
    ref = f"m-{account_name(sent)}"
    answer = florin.client().post(f"{url.path}?ref={ref}")
    buyer = Page(florin, answer.headers["location"])
    session = buyer.path.split("/")[-1]
    assert client.get(f"/v1/checkout/sessions/{session}/receipt").error["code"] == "checkout_session_not_complete"
    buyer.post("update", {"details": {"name": "Zoë"}})
    assert buyer.pay().json["status"] == "complete"
    payment = hook.next("payment")["payment"]["payment_credential"]["fb_payment_id"]
    assert client.get(f"/v1/payment_intents/{payment}").json["metadata"]["ref"] == ref
    sums = {one["ref"]: one for one in client.get("/v1/checkout/refs").json["data"]}
    assert sums[ref].items() >= {"sessions": 1, "completed": 1, "amount": 1425, "currency": "usd"}.items()
    template = client.get(f"/v1/checkout/sessions/{session}/receipt").json["messenger"]["attachment"]["payload"]
    assert template["template_type"] == "receipt" and template["order_number"] == session
    assert template["recipient_name"] == "Zoë" and template["payment_method"] == "Visa 4242 (test payment)"
    assert template["summary"] == {"subtotal": 14.25, "shipping_cost": 0, "total_tax": 0, "total_cost": 14.25}
    assert [one["price"] for one in template["elements"]] == [12.75, 1.5]


def account_name(sent):
    return sent["message_id"].replace(".", "-")


def signed_request(secret, psid, page="98"):
    def coded(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    payload = coded(json.dumps({
        "algorithm": "HMAC-SHA256", "issued_at": int(time.time()), "page_id": page, "psid": psid,
        "thread_type": "USER_TO_PAGE", "tid": psid}).encode())  # fmt: skip
    return (coded(hmac.new(secret.encode(), payload, hashlib.sha256).digest()) + b"." + payload).decode()


def known(buyer, secret, psid):
    answer = buyer.post("context", {"context": signed_request(secret, psid)})
    assert answer.status == 200, answer
    return {"Cookie": answer.headers["set-cookie"].split(";")[0]}


def test_on_a_test_page_only_its_testers_pay_once_there_are_some(florin, shop):
    bot, hook, account = shop
    hook.answers = {"pre_checkout": (200, {"success": True})}
    url = f"{bot.graph_url}/me/messenger_profile"
    named = requests.post(url, params={"access_token": account["token"]}, timeout=30,
                          json={"payment_settings": {"testers": ["77"]}})  # fmt: skip
    assert named.status_code == 200
    sent = bot.send_generic_message("1254", [element()])
    guest = follow(florin, sent)
    guest.post("update", {"details": {"name": "Zoë"}})
    error = guest.state["error"]
    assert (error["code"], error["reason"]) == ("checkout_not_available", "testers")
    refused = guest.pay()
    assert refused.status == 400 and refused.error["code"] == "checkout_not_available"
    other = follow(florin, sent)
    other.headers.update(known(other, hook.secret, "78"))
    assert other.state["error"]["reason"] == "testers"
    tester = follow(florin, sent)
    tester.headers.update(known(tester, hook.secret, "77"))
    tester.post("update", {"details": {"name": "Ada"}})
    assert tester.state["error"] is None
    # Whoever else has the link of the same checkout is no tester.
    cookie = tester.headers.pop("Cookie")
    assert tester.state["error"]["reason"] == "testers" and tester.pay().error["code"] == "checkout_not_available"
    tester.headers["Cookie"] = cookie
    assert tester.pay().json["status"] == "complete"


def test_an_operator_closes_an_account_and_nothing_it_offered_can_be_paid(florin, shop):
    bot, hook, account = shop
    hook.answers = {"pre_checkout": (200, {"success": True})}
    sent = bot.send_generic_message("1254", [element()])
    buyer = follow(florin, sent)
    buyer.post("update", {"details": {"name": "Zoë"}})
    listed = florin.florinctl("surfaces", "list", "--bot", florin.dev["bot"])["items"]
    mine = next(one for one in listed if one["id"] == account["id"])
    assert (mine["surface"], mine["account"], mine["state"]) == ("messenger", "98", "active")
    assert hook.secret not in json.dumps(listed) and account["token"] not in json.dumps(listed)
    assert florin.florinctl("surfaces", "disable", account["id"])["state"] == "disabled"
    assert bot.send_generic_message("1254", [element()])["error"]["code"] == 190
    assert buyer.pay().error["code"] == "checkout_not_available"
    path = urllib.parse.urlparse(sent["buttons"][0]["url"]).path
    assert florin.client().post(path).status == 403
    assert florin.florinctl("surfaces", "enable", account["id"])["state"] == "active"
    assert buyer.pay().json["status"] == "complete"


# ---- What the platform posts to the page's app


def signed(secret, body, algorithm=hashlib.sha256):
    header = "X-Hub-Signature-256" if algorithm is hashlib.sha256 else "X-Hub-Signature"
    return {header: f"{algorithm().name}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"}


def envelope(*events, page="98"):
    return json.dumps({"object": "page", "entry": [{"id": page, "time": int(time.time() * 1000), "messaging": list(events)}]}).encode()


def came(psid, page="98", seconds=None, **event):
    return {"sender": {"id": psid}, "recipient": {"id": page}, "timestamp": int((seconds or time.time()) * 1000), **event}


def post_events(florin, account, body, headers):
    return requests.post(account["events_url"], data=body, headers={"Content-Type": "application/json", **headers},
                         verify=florin.dev["ca_file"], timeout=30)  # fmt: skip


def ref_of(florin, sent, path=None):
    """The ref of a checkout that a button leads to, as its seller sees it."""
    answer = florin.client().post(path or urllib.parse.urlparse(sent["buttons"][0]["url"]).path)
    session = urllib.parse.urlparse(answer.headers["location"]).path.split("/")[-1]
    return florin.client(florin.dev["bot_key"]).get(f"/v1/checkout/sessions/{session}").json["ref"]


def test_the_platforms_question_is_answered_for_the_right_token_only(florin, shop):
    _, _, account = shop
    question = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": account["events_verify_token"]}

    def ask(**other):
        return requests.get(account["events_url"], params={**question, **other}, verify=florin.dev["ca_file"], timeout=30)

    right = ask()
    assert (right.status_code, right.text) == (200, "1158201444") and right.headers["Content-Type"].startswith("text/plain")
    assert ask(**{"hub.verify_token": "another"}).status_code == 403
    assert ask(**{"hub.mode": "unsubscribe"}).status_code == 403
    client, path = florin.client(florin.dev["bot_key"]), f"/v1/surface_accounts/{account['id']}"
    assert "events_verify_token" not in client.get(path).json
    assert client.post(path, {"events_verify_token": "mine"}).status == 200
    assert ask().status_code == 403 and ask(**{"hub.verify_token": "mine"}).text == "1158201444"


def test_what_led_somebody_here_is_carried_by_their_next_button_to_the_payment(florin, shop):
    bot, hook, account = shop
    hook.answers = {"pre_checkout": (200, {"success": True})}
    psid, ref = f"{time.time_ns()}", f"summer-{uuid.uuid4().hex[:6]}"
    body = envelope(
        came(psid, referral={"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}),
        came(psid, message={"mid": "m", "text": "hi"}), came("7", something_new={}), page="98")
    for algorithm in (hashlib.sha256, hashlib.sha1):
        taken = post_events(florin, account, body, signed(hook.secret, body, algorithm))
        assert (taken.status_code, taken.text) == (200, "EVENT_RECEIVED")
    sent = bot.send_generic_message(psid, [element()])
    buyer = follow(florin, sent)
    buyer.post("update", {"details": {"name": "Zoë"}})
    assert buyer.pay().json["status"] == "complete"
    payment = hook.next("payment")["payment"]["payment_credential"]["fb_payment_id"]
    client = florin.client(florin.dev["bot_key"])
    assert client.get(f"/v1/payment_intents/{payment}").json["metadata"].items() >= {"ref": ref, "ref_source": "SHORTLINK"}.items()
    sums = {one["ref"]: one for one in client.get("/v1/checkout/refs").json["data"]}
    assert sums[ref].items() >= {"sessions": 1, "completed": 1, "amount": 1425}.items()
    shown = {one["ref"]: one for one in florin.florinctl("reports", "refs", florin.dev["bot"], "--mode", "test")["items"]}
    assert (shown[ref]["sessions"], shown[ref]["completed"], shown[ref]["amount"]["minor_units"]) == (1, 1, 1425)
    assert ref_of(florin, bot.send_generic_message(psid + "1", [element()])) is None
    url = urllib.parse.urlparse(sent["buttons"][0]["url"])
    assert ref_of(florin, sent, f"{url.path}?ref=forwarded") == "forwarded"


def test_a_later_arrival_counts_and_a_postback_an_ad_and_a_plug_in_are_arrivals(florin, shop):
    bot, hook, account = shop
    psid, now = f"{time.time_ns()}", time.time()

    def led(at, **event):
        body = envelope(came(psid, seconds=at, **event))
        assert post_events(florin, account, body, signed(hook.secret, body)).status_code == 200
        return ref_of(florin, bot.send_generic_message(psid, [element()]))

    assert led(now - 50, postback={"payload": "START", "referral": {"ref": "code", "source": "MESSENGER_CODE"}}) == "code"
    assert led(now - 60, referral={"ref": "before"}) == "code"
    assert led(now - 40, referral={"ad_id": "6045246247433", "source": "ADS"}) == "ad:6045246247433"
    profile = requests.get(
        f"{bot.graph_url}/{psid}", params={"access_token": account["token"], "fields": "is_payment_enabled,last_ad_referral"}, timeout=30)
    assert profile.json() == {
        "is_payment_enabled": True, "id": psid,
        "last_ad_referral": {"source": "ADS", "type": "OPEN_THREAD", "ad_id": "6045246247433"}}  # fmt: skip
    assert led(now - 30, optin={"ref": "plug-in"}) == "plug-in"
    assert led(now - 90_000, referral={"ref": "yesterday"}) == "plug-in"


@pytest.mark.parametrize("change", ["nothing", "secret", "body", "unsigned", "sha1 of another", "page", "no envelope", "too much"])
def test_only_what_the_platform_signed_for_this_page_is_taken(florin, shop, change):
    bot, hook, account = shop
    psid = f"{time.time_ns()}"
    body = envelope(came(psid, referral={"ref": "r"}))
    if change == "page":
        body = envelope(came(psid, "97", referral={"ref": "r"}), page="97")
    if change == "no envelope":
        body = b'{"object": "user"}'
    if change == "too much":
        body = b" " * 300_000 + body
    headers = signed("another" if change == "secret" else hook.secret, body)
    if change == "body":
        body = body.replace(b'"r"', b'"s"')
    if change == "unsigned":
        headers = {}
    if change == "sha1 of another":
        headers = signed("another", body, hashlib.sha1)
    answer = post_events(florin, account, body, headers)
    expected = {"nothing": 200, "no envelope": 400, "too much": 413}.get(change, 403)
    assert answer.status_code == expected, answer.text
    assert ref_of(florin, bot.send_generic_message(psid, [element()])) == ("r" if change == "nothing" else None)


def test_nobody_listens_for_an_account_that_is_not_there(florin, shop):
    _, hook, account = shop
    body = envelope(came("1", referral={"ref": "r"}))
    for name in ("sfa_" + "0" * 26, "nonsense"):
        url = account["events_url"].replace(account["id"], name)
        assert post_events(florin, {"events_url": url}, body, signed(hook.secret, body)).status_code == 404


def test_whoever_is_recognised_at_a_checkout_brings_what_led_them_there(florin, shop):
    _, hook, account = shop
    client, psid, ref = florin.client(florin.dev["bot_key"]), f"{time.time_ns()}", f"code-{uuid.uuid4().hex[:6]}"
    body = envelope(came(psid, referral={"ref": ref, "source": "MESSENGER_CODE"}))
    assert post_events(florin, account, body, signed(hook.secret, body)).status_code == 200
    line = {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Soup"}}}
    session = client.post("/v1/checkout/sessions", {"line_items": [line]}).json
    known(Page(florin, session["url"]), hook.secret, psid)
    assert client.get(f"/v1/checkout/sessions/{session['id']}").json["ref"] == ref


# ---- The proof of the app secret


def test_a_proof_of_the_app_secret_has_to_be_right_and_can_be_required(florin, shop):
    bot, hook, account = shop
    proof = hmac.new(hook.secret.encode(), account["token"].encode(), hashlib.sha256).hexdigest()

    def me(**parameters):
        answer = requests.get(f"{bot.graph_url}/me", params={"access_token": account["token"], **parameters}, timeout=30)
        return answer.status_code, answer.json().get("error", {}).get("message", "")

    assert me() == (200, "") and me(appsecret_proof=proof) == (200, "")
    wrong = (400, "Invalid appsecret_proof provided in the API argument")
    assert me(appsecret_proof=proof[:-1] + ("0" if proof[-1] != "0" else "1")) == wrong and me(appsecret_proof="x") == wrong
    client, path = florin.client(florin.dev["bot_key"]), f"/v1/surface_accounts/{account['id']}"
    assert client.post(path, {"require_appsecret_proof": True}).json["require_appsecret_proof"] is True
    assert me() == (400, "API calls from the server require an appsecret_proof argument")
    assert me(appsecret_proof=proof) == (200, "") and me(appsecret_proof="") == me()
    # The library proves it by itself when it knows the secret.
    proving = Bot(account["token"], app_secret=hook.secret)
    proving.graph_url = bot.graph_url
    assert proving.send_generic_message("1254", [element()])["recipient_id"] == "1254"
    assert bot.send_generic_message("1254", [element()])["error"]["code"] == 100
    refused = client.post("/v1/surface_accounts", {"type": "telegram", "require_appsecret_proof": True})
    assert refused.status == 400 and refused.error["param"] == "require_appsecret_proof"


# ---- A token's charge that the issuer wants to see the cardholder for


def challenged(florin, token_shop, **more):
    bot, hook, client = token_shop
    buyer = follow(florin, bot.send_generic_message("1254", [element()]))
    buyer.post("update", {"details": {"name": "Zoë"}})
    assert buyer.pay("4000002760003184").json["status"] == "processing"
    token = hook.next("payment")["payment"]["payment_credential"]["tokenized_card"]
    return buyer, token, client.post("/v1/charges", {"amount": 1425, "currency": "usd", "source": token, **more})


def test_a_tokens_challenge_is_a_decline_for_who_did_not_ask_to_wait_and_the_buyer_may_pay_otherwise(florin, token_shop):
    bot, hook, client = token_shop
    buyer, token, answer = challenged(florin, token_shop)
    assert answer.status == 402 and answer.error["code"] == "authentication_required", answer
    state = buyer.state
    assert (state["status"], state["error"]["code"], state["next_action"]) == ("open", "payment_canceled", None)
    assert client.post("/v1/charges", {"amount": 1425, "currency": "usd", "source": token}).error["code"] == "token_already_used"
    assert buyer.pay().json["status"] == "processing"
    token = hook.next("payment")["payment"]["payment_credential"]["tokenized_card"]
    assert client.post("/v1/charges", {"amount": 1425, "currency": "usd", "source": token}).status == 200
    assert buyer.state["status"] == "complete"


def passed(buyer):
    away = urllib.parse.urlparse(buyer.state["next_action"]["url"])
    assert buyer.client.post(f"{away.path}?{away.query}", {"result": "pass"}).status == 303


def test_a_bot_that_waits_lets_the_buyer_answer_their_bank(florin, token_shop):
    _, _, client = token_shop
    buyer, token, answer = challenged(florin, token_shop, on_requires_action="wait")
    assert answer.status == 200 and (answer.json["status"], answer.json["paid"]) == ("pending", False), answer
    assert buyer.state["status"] == "requires_action"
    passed(buyer)
    assert buyer.post("continue", {}).json["status"] == "complete"
    charge = client.get(f"/v1/charges/{client.get('/v1/payment_intents/' + answer.json['payment_intent']).json['latest_charge']}").json
    assert charge["paid"] is True and charge["amount"] == 1425


def test_who_pays_again_gives_up_the_challenge_of_the_first_token(florin, token_shop):
    bot, hook, client = token_shop
    buyer, first, answer = challenged(florin, token_shop, on_requires_action="wait")
    away = buyer.state["next_action"]["url"]
    assert buyer.pay().json["status"] == "processing"
    second = hook.next("payment")["payment"]["payment_credential"]["tokenized_card"]
    assert client.get(f"/v1/payment_intents/{answer.json['payment_intent']}").json["status"] == "canceled"
    # Who still answers the first bank pays nothing.
    parsed = urllib.parse.urlparse(away)
    buyer.client.post(f"{parsed.path}?{parsed.query}", {"result": "pass"})
    assert buyer.post("continue", {}).json["status"] == "processing"
    assert client.post("/v1/charges", {"amount": 1425, "currency": "usd", "source": second}).json["paid"] is True
    assert buyer.state["status"] == "complete"
    assert client.get(f"/v1/payment_intents/{answer.json['payment_intent']}").json["amount_received"] == 0


def test_only_a_token_of_a_checkout_can_wait_for_its_buyer(florin):
    client = florin.client(florin.dev["bot_key"])
    card = {"number": "4000002760003184", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    token = florin.client(florin.dev["publishable_key"]).post("/v1/tokens", {"card": card}).json["id"]
    answer = client.post("/v1/charges", {"amount": 500, "currency": "usd", "source": token, "on_requires_action": "wait"})
    assert answer.status == 402 and answer.error["code"] == "authentication_required", answer
    wrong = client.post("/v1/charges", {"amount": 500, "currency": "usd", "source": "tok_visa", "on_requires_action": "x"})
    assert wrong.status == 400 and wrong.error["param"] == "on_requires_action"
