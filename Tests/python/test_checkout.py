"""Checkouts from both sides: the bot with Stripe's own package, and the buyer at the page's JSON endpoints."""

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
import stripe
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from test_stripe_sdk import client_for

KEYS = {}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def sdk(florin):
    return client_for(florin)


def soup(amount=900, **more):
    return {"price_data": {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Soup"}}, **more}


def number(text):
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def tap_name():
    """A confirmation as the page draws it: without digits, which in a row may look like a card's number."""
    return uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


class Page:
    """What the page in the browser does."""

    def __init__(self, florin, url, headers=None):
        self.client = florin.client()
        parsed = urllib.parse.urlparse(url)
        self.path, self.secret = parsed.path, parsed.fragment
        self.headers = {"Florin-Client-Secret": self.secret, **(headers or {})}

    def get(self, name):
        return self.client.get(f"{self.path}/{name}", headers=self.headers)

    def post(self, name, body):
        return self.client.post(f"{self.path}/{name}", body=json.dumps(body).encode(), headers={**JSON, **self.headers})

    @property
    def state(self):
        answer = self.get("state")
        assert answer.status == 200, answer
        return answer.json

    def sealed(self, card="4242424242424242"):
        # Fetched once: requests without a secret are few from one address.
        key = KEYS.get(self.client.base) or self.client.get("/checkout/intake-key").json
        KEYS[self.client.base] = key
        public = rsa.RSAPublicNumbers(number(key["jwk"]["e"]), number(key["jwk"]["n"])).public_key()
        text = json.dumps({
            "number": card, "exp_month": 12, "exp_year": 2034, "cvc": "123", "checkout": self.path.split("/")[-1],
            "issued_at": int(time.time())}, separators=(",", ":")).encode()  # fmt: skip
        box = public.encrypt(text, padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None))
        return {"key": key["id"], "ciphertext": base64.b64encode(box).decode()}

    def pay(self, card="4242424242424242", version=None, confirmation=None, **more):
        return self.post("pay", {
            "sealed_card": self.sealed(card), "version": version or self.state["version"],
            "confirmation": confirmation or tap_name(), **more})  # fmt: skip


@pytest.fixture
def page(florin):
    return lambda session, **more: Page(florin, session.url, **more)


# ---- The bot's side


def test_a_session_has_the_shape_that_stripes_package_knows(sdk):
    session = sdk.v1.checkout.sessions.create({
        "mode": "payment", "line_items": [soup(quantity=2), soup(100)], "success_url": "https://example.com/ok",
        "client_reference_id": "o-1", "metadata": {"a": "b"}, "customer_email": "ada@example.com", "expand": ["line_items"]})  # fmt: skip
    assert (session.status, session.payment_status, session.mode) == ("open", "unpaid", "payment")
    assert (session.amount_total, session.amount_subtotal, session.currency) == (1900, 1900, "usd")
    assert session.url.startswith("https://") and "#" in session.url and session.payment_intent is None
    assert [item.quantity for item in session.line_items.data] == [2, 1]
    again = sdk.v1.checkout.sessions.retrieve(session.id)
    assert again.metadata["a"] == "b" and again.customer_details.email == "ada@example.com"
    items = sdk.v1.checkout.sessions.line_items.list(session.id, {"limit": 1})
    assert [item.amount_total for item in items.auto_paging_iter()] == [1800, 100]


def test_sessions_are_found_and_closed_by_the_bots_own_reference(sdk):
    reference = tap_name()
    made = [sdk.v1.checkout.sessions.create({"line_items": [soup()], "client_reference_id": reference}).id for _ in range(3)]
    found = sdk.v1.checkout.sessions.list({"client_reference_id": reference, "limit": 2})
    assert [session.id for session in found.auto_paging_iter()] == made[::-1]
    assert sdk.v1.checkout.sessions.expire(made[0]).status == "expired"
    found = sdk.v1.checkout.sessions.list({"client_reference_id": reference, "status": "expired"})
    assert [session.id for session in found.data] == made[:1] and found.data[0].url is None
    with pytest.raises(stripe.InvalidRequestError) as raised:
        sdk.v1.checkout.sessions.expire(made[0])
    assert raised.value.code == "checkout_session_not_open"


# ---- The buyer's side


def test_a_buyer_pays_with_a_sealed_card_and_the_bot_hears_of_it(sdk, page, florin, bot, receiver):
    endpoint = bot.post("/v1/webhook_endpoints", {"url": receiver.url, "enabled_events": ["checkout.session.completed"]}).json
    session = sdk.v1.checkout.sessions.create({
        "line_items": [soup()], "ref": "ad-7", "success_url": "https://example.com/{CHECKOUT_SESSION_ID}",
        "payment_intent_data": {"metadata": {"table": "4"}}})  # fmt: skip
    buyer = page(session)
    assert buyer.state["status"] == "open" and buyer.state["totals"]["total"] == 900 and buyer.state["methods"] == []
    tap = tap_name()
    paid = buyer.pay(confirmation=tap).json
    assert paid["status"] == "complete" and paid["return_url"] == f"https://example.com/{session.id}"
    assert buyer.pay(confirmation=tap).json["status"] == "complete"
    _, body = receiver.wait_for(lambda event: event["data"]["object"]["id"] == session.id)
    told = json.loads(body)["data"]["object"]
    assert (told["status"], told["payment_status"]) == ("complete", "paid") and "callback_secret" not in told
    done = sdk.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert done.payment_intent.status == "succeeded" and done.payment_intent.amount_received == 900
    assert done.payment_intent.metadata.to_dict() == {"table": "4", "ref": "ad-7"}
    assert [one.id for one in sdk.v1.checkout.sessions.list({"payment_intent": done.payment_intent.id}).data] == [session.id]
    receipt = buyer.get("receipt").json
    assert receipt["paid"] is True and receipt["paid_with"] == {"type": "card", "brand": "visa", "last4": "4242"}
    refused = buyer.pay()
    assert refused.status == 400 and refused.error["code"] == "checkout_session_not_open"
    bot.delete(f"/v1/webhook_endpoints/{endpoint['id']}")


def test_a_declined_card_is_said_and_another_one_pays(sdk, page):
    session = sdk.v1.checkout.sessions.create({"line_items": [soup()]})
    buyer = page(session)
    state = buyer.pay("4000000000009995").json
    assert state["status"] == "open" and state["error"]["decline_code"] == "insufficient_funds"
    assert buyer.pay().json["status"] == "complete"
    # What is wrong with a number is said before anything is sent.
    other = page(sdk.v1.checkout.sessions.create({"line_items": [soup()]}))
    refused = other.pay("4242424242424241")
    assert refused.status == 402 and refused.error["code"] == "incorrect_number"


def test_a_buyer_chooses_and_never_pays_a_price_they_did_not_see(sdk, page):
    session = sdk.v1.checkout.sessions.create({
        "line_items": [soup(quantity=1, adjustable_quantity={"enabled": True, "minimum": 1, "maximum": 3})],
        "tip": {"max": 200, "suggested": [100]}, "shipping_address_collection": {"allowed_countries": ["IT"]},
        "shipping_options": [
            {"id": "post", "shipping_rate_data": {"display_name": "Post", "fixed_amount": {"amount": 300, "currency": "usd"}}},
            {"id": "hand", "shipping_rate_data": {"display_name": "By hand", "fixed_amount": {"amount": 0, "currency": "usd"}}}]})  # fmt: skip
    buyer = page(session)
    state = buyer.state
    line, shown = state["lines"][0]["id"], state["version"]
    assert state["lines"][0]["adjustable"] == {"min": 1, "max": 3} and state["totals"]["total"] == 1200
    missing = buyer.pay(version=shown)
    assert missing.status == 400 and missing.error["param"].startswith("details"), missing
    address = {"line1": "Via Roma 1", "city": "Roma", "postal_code": "00100", "country": "DE"}
    wrong = buyer.post("update", {"details": {"name": "Ada", "shipping_address": address}})
    assert wrong.status == 400 and wrong.error["code"] == "country_not_delivered"
    state = buyer.post("update", {
        "quantities": {line: 2}, "tip": 100, "shipping_option": "hand",
        "details": {"name": "Ada", "shipping_address": {**address, "country": "IT"}}}).json  # fmt: skip
    assert state["totals"] == {"subtotal": 1800, "discount": 0, "shipping": 0, "tax": 0, "tip": 100, "total": 1900}
    assert state["details"]["shipping_address"]["city"] == "Roma" and state["chosen_shipping"] == "hand"
    stale = buyer.pay(version=shown)
    assert stale.status == 409 and stale.json["totals"]["total"] == 1900
    assert buyer.pay(version=state["version"]).json["status"] == "complete"
    done = sdk.v1.checkout.sessions.retrieve(session.id)
    assert done.amount_total == 1900 and done.total_details.to_dict()["amount_tip"] == 100
    assert done.collected_information.shipping_details.address.city == "Roma"
    for change in ({"quantities": {line: 4}}, {"tip": 201}, {"shipping_option": "air"}, {"unknown": 1}):
        assert page(sdk.v1.checkout.sessions.create({"line_items": [soup()]})).post("update", change).status in (400, 404)


def test_an_open_amount_is_chosen_before_it_is_paid(sdk, page):
    price = {"currency": "usd", "custom_unit_amount": {"minimum": 500, "maximum": 5000}, "product_data": {"name": "Gift"}}
    session = sdk.v1.checkout.sessions.create({"line_items": [{"price_data": price}]})
    buyer = page(session)
    state = buyer.state
    assert state["totals"]["total"] == 0 and state["lines"][0]["custom"] == {"min": 500, "max": 5000, "preset": None}
    assert buyer.pay().error["param"] == "amounts"
    assert buyer.post("update", {"amounts": {state["lines"][0]["id"]: 499}}).error["code"] == "amount_not_offered"
    assert buyer.post("update", {"amounts": {state["lines"][0]["id"]: 700}}).json["totals"]["total"] == 700
    assert buyer.pay().json["status"] == "complete"


def test_a_cardholder_who_has_to_authenticate_goes_and_comes_back(sdk, page):
    session = sdk.v1.checkout.sessions.create({"line_items": [soup()]})
    buyer = page(session)
    state = buyer.pay("4000002760003184").json
    assert state["status"] == "requires_action", state
    away = urllib.parse.urlparse(state["next_action"]["url"])
    assert buyer.client.post(f"{away.path}?{away.query}", {"result": "pass"}).status == 303
    assert buyer.post("continue", {}).json["status"] == "complete"


# ---- Who may


def test_a_stolen_link_opens_nothing_without_its_secret(sdk, page, florin):
    session = sdk.v1.checkout.sessions.create({"line_items": [soup()]})
    other = sdk.v1.checkout.sessions.create({"line_items": [soup()]})
    nobody = page(session, headers={"Florin-Client-Secret": "x"}).get("state")
    foreign = page(session, headers={"Florin-Client-Secret": page(other).secret}).get("state")
    missing = Page(florin, "https://x/checkout/cs_00000000000000000000000000#y").get("state")
    assert nobody.status == foreign.status == missing.status == 404
    assert nobody.error["message"] == foreign.error["message"] == missing.error["message"]
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}):
        assert page(session, headers=headers).get("state").status == 403
    form = page(session)
    assert form.client.post(f"{form.path}/update", {"tip": 1}, headers=form.headers).status == 415


def test_a_person_lends_their_card_for_one_purchase(sdk, page, florin, platform):
    ada, ben = florin.dev["people"][0], florin.dev["people"][1]
    session = sdk.v1.checkout.sessions.create({"line_items": [soup()]})
    code = platform.post("/v1/person_sessions", {"person": ada["id"]}).json["code"]
    opened = page(session).post("person", {"code": code})
    cookie = opened.headers["set-cookie"]
    assert "__Host-florin-person=" in cookie and all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"))
    assert [card["id"] for card in opened.json["methods"]] == [ada["payment_method"]]
    known = page(session, headers={"Cookie": cookie.split(";")[0]})
    assert [card["last4"] for card in known.state["methods"]]
    assert page(session).state["methods"] == []
    body = {"payment_method": ada["payment_method"], "version": known.state["version"], "confirmation": tap_name()}
    assert page(session).post("pay", body).status == 404, "a guest pays with somebody's card"
    code = platform.post("/v1/person_sessions", {"person": ben["id"]}).json["code"]
    other = page(session).post("person", {"code": code}).headers["set-cookie"].split(";")[0]
    assert page(session, headers={"Cookie": other}).post("pay", {**body, "confirmation": tap_name()}).status == 404
    assert known.post("pay", {**body, "confirmation": tap_name()}).json["status"] == "complete"
    done = sdk.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    with pytest.raises(stripe.StripeError):
        sdk.v1.payment_intents.create({
            "amount": 100, "currency": "usd", "payment_method": done.payment_intent.payment_method, "confirm": True})  # fmt: skip
    assert page(session).post("person", {"code": "psc_test_" + "0" * 48}).error["code"] == "session_code_invalid"


@pytest.mark.parametrize("number", ["4000000000000341", "4000002500003155"], ids=["declined", "left at the bank"])
def test_a_lent_card_that_was_not_charged_is_not_the_bots_to_keep(sdk, page, platform, number):
    ada = platform.post("/v1/people", {"name": "Ada"}).json["id"]
    card = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    kept = platform.post("/v1/payment_methods", {"type": "card", "card": card}).json["id"]
    assert platform.post(f"/v1/payment_methods/{kept}/attach", {"person": ada}).status == 200
    session = sdk.v1.checkout.sessions.create({"line_items": [soup()]})
    code = platform.post("/v1/person_sessions", {"person": ada}).json["code"]
    known = page(session, headers={"Cookie": page(session).post("person", {"code": code}).headers["set-cookie"].split(";")[0]})
    state = known.post("pay", {"payment_method": kept, "version": known.state["version"], "confirmation": tap_name()}).json
    assert state["status"] in ("open", "requires_action"), state
    payment = sdk.v1.payment_intents.list({"limit": 1}).data[0]
    lent = payment.payment_method or payment.last_payment_error.payment_method.id
    customer = sdk.v1.customers.create({})
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.payment_methods.attach(lent, {"customer": customer.id})
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.payment_intents.create({"amount": 100, "currency": "usd", "payment_method": lent, "confirm": True})


# ---- The bot's say


class Shop:
    """A bot's server that is asked."""

    def __init__(self):
        self.asked, self.answers = queue.Queue(), queue.Queue()
        shop = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                shop.asked.put(({k.lower(): v for k, v in self.headers.items()}, body))
                status, answer = shop.answers.get(timeout=20)
                answer = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/ask"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def will_say(self, answer, status=200):
        self.answers.put((status, answer))

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def shop():
    shop = Shop()
    yield shop
    shop.close()


def test_the_bot_has_the_last_word_and_signs_nothing_it_did_not_read(sdk, page, shop):
    session = sdk.v1.checkout.sessions.create({"line_items": [soup()], "callback_url": shop.url})
    buyer = page(session)
    shop.will_say({"approve": False, "message": "Sold out since this morning."})
    state = buyer.pay().json
    assert state["status"] == "open"
    assert state["error"] == {"code": "refused_by_seller", "message": "Sold out since this morning."}
    headers, body = shop.asked.get(timeout=5)
    asked = stripe.Webhook.construct_event(body, headers["stripe-signature"], session.callback_secret)
    assert asked["type"] == "checkout.session.approve" and asked["data"]["object"]["id"] == session.id
    key = base64.b64decode(session.callback_secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    shop.will_say({"approve": True})
    assert buyer.pay().json["status"] == "complete"
    assert sdk.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


@pytest.mark.parametrize("status, answer", [(500, {"approve": True}), (200, b""), (200, {"approve": "perhaps"}), (200, {"approve": True, "x": 1}), (302, {"approve": True})])
def test_whatever_is_no_clear_yes_charges_nothing(sdk, page, shop, status, answer):
    session = sdk.v1.checkout.sessions.create({"line_items": [soup()], "callback_url": shop.url})
    shop.will_say(answer, status)
    state = page(session).pay().json
    assert state["status"] == "open" and state["error"]["code"] == "seller_unavailable"
    assert sdk.v1.checkout.sessions.retrieve(session.id).payment_intent is None


def test_the_bot_reprices_for_an_address_and_the_buyer_sees_it_before_paying(sdk, page, shop):
    session = sdk.v1.checkout.sessions.create({
        "line_items": [soup()], "callback_url": shop.url, "shipping_address_collection": {"allowed_countries": ["IT"]}})  # fmt: skip
    buyer = page(session)
    shown = buyer.state["version"]
    address = {"line1": "Via Roma 1", "city": "Roma", "country": "IT"}
    shop.will_say({"tax_amount": 90, "shipping_options": [{"id": "eu", "display_name": "To Italy", "amount": 250}]})
    state = buyer.post("update", {"details": {"name": "Ada", "shipping_address": address}}).json
    assert state["totals"]["total"] == 900 + 90 + 250 and state["chosen_shipping"] == "eu", state
    asked = json.loads(shop.asked.get(timeout=5)[1])
    assert asked["type"] == "checkout.session.reprice"
    assert asked["data"]["object"]["collected_information"]["shipping_details"]["address"]["country"] == "IT"
    assert buyer.pay(version=shown).status == 409
    shop.will_say({"error": "We do not deliver to islands."})
    state = buyer.post("update", {"details": {"shipping_address": {**address, "city": "Capri"}}}).json
    assert state["error"]["message"] == "We do not deliver to islands." and state["details"]["shipping_address"]["city"] == "Roma"
    shop.will_say({"approve": True})
    assert buyer.pay().json["status"] == "complete"


# ---- Links


def follow(florin, link, headers=None, **query):
    path = urllib.parse.urlparse(link.url).path + ("?" + urllib.parse.urlencode(query) if query else "")
    return florin.client().get(path, headers={"Sec-Fetch-Mode": "navigate", **(headers or {})})


def test_everybody_who_follows_a_link_gets_a_checkout_until_it_is_sold_out(sdk, florin):
    link = sdk.v1.payment_links.create({
        "line_items": [soup()], "restrictions": {"completed_sessions": {"limit": 1}}, "metadata": {"shop": "7"}})  # fmt: skip
    preview = florin.client().get(urllib.parse.urlparse(link.url).path)
    assert preview.status == 200 and b"<form" in preview.body, "a preview made a checkout"
    first, second = (follow(florin, link, ref=ref) for ref in ("poster", "friend"))
    assert first.status == second.status == 303
    made = sdk.v1.checkout.sessions.list({"payment_link": link.id}).data
    assert [session.ref for session in made] == ["friend", "poster"] and made[0].metadata.to_dict() == {"shop": "7"}
    assert first.headers["location"] == made[1].url
    assert Page(florin, first.headers["location"]).pay().json["status"] == "complete"
    late = Page(florin, second.headers["location"]).pay()
    assert late.status == 400 and late.error["code"] == "payment_link_used_up"
    assert sdk.v1.payment_links.retrieve(link.id).restrictions.completed_sessions.count == 1
    assert follow(florin, link).status == 410
    other = sdk.v1.payment_links.create({"line_items": [soup()]})
    sdk.v1.payment_links.update(other.id, {"active": False})
    assert follow(florin, other).status == 410


def test_time_ends_a_checkout_by_the_bots_own_clock(florin):
    other = florin.florinctl("bots", "create", florin.dev["platform"], "--name", "Clocked", "--legal-name", "Clocked Ltd", "--country", "GB",
                             "--statement", "CLOCKED", "--category", "5812")["id"]  # fmt: skip
    client = florin.client(florin.florinctl("keys", "create", other)["secret"])
    now = int(time.time())
    clock = client.post("/v1/test_helpers/test_clocks", {"frozen_time": now}).json
    session = client.post("/v1/checkout/sessions", {"line_items": [soup()], "expires_at": now + 3600}).json
    client.post(f"/v1/test_helpers/test_clocks/{clock['id']}/advance", {"frozen_time": now + 3601})
    deadline = time.monotonic() + 30
    while client.get(f"/v1/checkout/sessions/{session['id']}").json["status"] != "expired":
        assert time.monotonic() < deadline, "it is still open"
        time.sleep(0.1)
    assert client.get("/v1/events", {"type": "checkout.session.expired"}).json["data"][0]["data"]["object"]["id"] == session["id"]
    client.delete(f"/v1/test_helpers/test_clocks/{clock['id']}")


def test_people_behind_one_address_do_not_refuse_each_other(sdk, florin):
    link = sdk.v1.payment_links.create({"line_items": [soup()]})
    client = florin.client()
    assert {client.get("/checkout/intake-key").status for _ in range(60)} == {200}
    answers = [follow(florin, link) for _ in range(60)]
    assert {answer.status for answer in answers} == {303}
    pages = [Page(florin, answer.headers["location"]) for answer in answers[:30]]
    assert {page.get("state").status for page in pages for _ in range(2)} == {200}


def test_guesses_at_links_and_checkouts_are_counted_by_address(mortal):
    client = mortal.client()
    codes = [client.get("/pay/plink_00000000000000000000000000", headers={"Sec-Fetch-Mode": "navigate"}).status for _ in range(40)]
    assert codes[0] == 404 and 429 in codes
    wrong = {"Florin-Client-Secret": "cs_x_secret_y"}
    assert 429 in [client.get("/checkout/cs_00000000000000000000000000/state", headers=wrong).status for _ in range(40)]
