"""A bot written with pymessenger, its Graph address changed, sells with a Buy button and hears of it at its page's webhook."""

import hashlib
import hmac
import http.server
import json
import queue
import threading
import urllib.parse

import pytest
import requests
from pymessenger.bot import Bot
from test_checkout import Page


class Webhook:
    """A page's webhook: checks both signatures, remembers every event, and answers as the test says."""

    def __init__(self):
        self.secret, self.events, self.answers, self.failures = "", queue.Queue(), {}, []
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
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
    hook.answers = {"pre_checkout": (200, {"success": True})}
    sent = bot.send_generic_message("1254", [element()])
    assert sent["recipient_id"] == "1254" and sent["message_id"].startswith("mid.")
    assert sent["buttons"][0]["type"] == "web_url"
    buyer = follow(florin, sent)
    assert buyer.state["totals"]["total"] == 1425
    buyer.post("update", {"details": {"name": "Zoë"}})
    assert buyer.pay().json["status"] == "complete"
    asked = hook.next("pre_checkout")["pre_checkout"]
    assert asked["amount"] == {"currency": "USD", "amount": "14.25"} and asked["payload"] == "p-ü-1"
    assert asked["requested_user_info"]["contact_name"] == "Zoë"
    paid = hook.next("payment")
    assert paid["recipient"]["id"] == "98" and paid["sender"]["id"] == "1254"
    assert paid["payment"]["amount"] == {"currency": "USD", "amount": "14.25"}
    credential = paid["payment"]["payment_credential"]
    refund = florin.client(florin.dev["bot_key"]).post("/v1/refunds", {"charge": credential["charge_id"], "amount": 25})
    assert refund.status == 200 and refund.json["payment_intent"] == credential["fb_payment_id"]


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
