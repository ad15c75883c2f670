"""Bad input of every kind: a 4xx that names what is wrong, echoes no secret, and leaves nothing behind."""

import json
import re
import time

import pytest
import yaml

from florin import ROOT

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NUMBER = "4242 4242 4242 4242"
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
DESCRIPTION = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
MONEY = {"amount": 500, "currency": "usd"}
NOBODY = "00000000000000000000000000"


LINE = {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Soup"}}}


class World:
    """A bot with some objects, a second bot that wants to reach them, and live keys of the first."""

    def __init__(self, florin):
        self.florin, dev = florin, florin.dev
        self.bot, self.platform = florin.client(dev["bot_key"]), florin.client(dev["platform_key"])
        self.public = florin.client(dev["publishable_key"])
        other = self.made(self.platform, "/v1/bots", {
            "name": "Other", "legal_name": "Other Ltd", "merchant_category_code": 5812, "country": "GB", "statement_descriptor": "OTHER BOT"})
        self.other = florin.client(florin.florinctl("keys", "create", other)["secret"])
        self.live = florin.client(florin.florinctl("keys", "create", dev["bot"], "--mode", "live")["secret"])
        self.live_platform = florin.client(florin.florinctl("keys", "create", dev["platform"], "--mode", "live")["secret"])
        self.ids = {**self.objects(), "seller": other}

    @staticmethod
    def made(client, path, params, field="id"):
        answer = client.post(path, params)
        assert answer.status == 200, answer
        return answer.json[field]

    def objects(self):
        customer = self.made(self.bot, "/v1/customers", {"name": "Casey"})
        saved, loose, used = (self.made(self.bot, "/v1/payment_methods", {"type": "card", "card": CARD}) for _ in range(3))
        self.made(self.bot, f"/v1/payment_methods/{saved}/attach", {"customer": customer})
        pay = {**MONEY, "confirm": True}
        held = self.made(self.bot, "/v1/payment_intents", {**pay, "payment_method": saved, "customer": customer, "capture_method": "manual"})
        paid = self.bot.post("/v1/payment_intents", {**pay, "payment_method": used}).json
        refund = self.made(self.bot, "/v1/refunds", {"payment_intent": paid["id"], "amount": 100})
        token = self.made(self.bot, "/v1/tokens", {"card": CARD})
        setup = self.made(self.bot, "/v1/setup_intents", {"customer": customer})
        checkout = self.made(self.bot, "/v1/checkout/sessions", {"line_items": [LINE]})
        kept = self.made(self.bot, "/v1/payment_methods", {"type": "card", "card": CARD})
        agreed = {"customer": customer, "payment_method": kept, "confirm": True}
        mandate = self.made(self.bot, "/v1/setup_intents", agreed, "mandate")
        endpoint = self.made(self.bot, "/v1/webhook_endpoints", {"url": "http://127.0.0.1:9/none", "enabled_events": ["charge.failed"]})
        surface = self.made(self.bot, "/v1/surface_accounts", {"type": "telegram"})
        account = self.made(self.bot, "/v1/external_accounts", {"external_account": {
            "object": "bank_account", "account_holder_name": "A Ltd", "account_number": "DE89370400440532013000", "country": "DE",
            "currency": "usd"}})  # fmt: skip
        payout = self.made(self.bot, "/v1/payouts", {"amount": 100, "currency": "usd"})
        self.made(self.bot, f"/v1/payouts/{payout}/cancel", {})
        ada, ben = (person["id"] for person in self.florin.dev["people"])
        card = self.florin.dev["people"][0]["payment_method"]
        top_up = self.made(self.platform, f"/v1/people/{ada}/wallet/top_ups", {**MONEY, "payment_method": card})
        transfer = self.made(self.platform, "/v1/friend_transfers", {"sender": ada, "recipient": ben, "amount": 100, "currency": "usd"})
        return {
            "customer": customer, "saved": saved, "loose": loose, "held": held, "paid": paid["id"], "charge": paid["latest_charge"],
            "checkout": checkout, "link": self.made(self.bot, "/v1/payment_links", {"line_items": [LINE]}), "setup": setup, "mandate": mandate, "kept": kept, "refund": refund, "token": token, "endpoint": endpoint, "surface": surface, "ada": ada, "ben": ben, "card": card, "top_up": top_up,
            "transfer": transfer, "payout": payout, "account": account, "dispute": self.disputed(), "session": self.made(self.platform, "/v1/person_sessions", {"person": ada}),
            "event": self.bot.get("/v1/events", {"limit": 1}).json["data"][0]["id"],
        }  # fmt: skip

    def disputed(self):
        """A dispute whose money has been taken: from then on nothing happens by itself for days."""
        card = self.made(self.bot, "/v1/payment_methods", {"type": "card", "card": {**CARD, "number": "4000000000000259"}})
        payment = self.made(self.bot, "/v1/payment_intents", {**MONEY, "confirm": True, "payment_method": card})
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = self.bot.get("/v1/disputes", {"payment_intent": payment}).json["data"]
            if found and found[0]["balance_transactions"]:
                return found[0]["id"]
            time.sleep(0.2)
        raise AssertionError("the payment was not disputed")

    def snapshot(self):
        """Everything that a caller can see, and the books."""
        lists = {
            path: self.bot.get(f"/v1/{path}", {"limit": 100}).body
            for path in ("customers", "payment_intents", "charges", "refunds", "disputes", "payouts", "external_accounts", "events", "balance_transactions", "webhook_endpoints", "setup_intents", "checkout/sessions", "payment_links")
        }
        lists["balance"] = self.bot.get("/v1/balance").body
        for path in ("people", "bots", "friend_transfers", "events"):
            lists[f"platform {path}"] = self.platform.get(f"/v1/{path}", {"limit": 100}).body
        for name in ("saved", "loose"):
            lists[name] = self.bot.get(f"/v1/payment_methods/{self.ids[name]}").body
        lists["wallet"] = self.platform.get(f"/v1/people/{self.ids['ada']}/wallet").body
        book = self.florin.florinctl("ledger", "verify")
        assert book["is_sound"] is True, book
        lists["book"] = (book["accounts"], book["postings"])
        return lists


@pytest.fixture(scope="module")
def world(own):
    return World(own)


@pytest.fixture(scope="module")
def own():
    """A daemon of this module's own: nobody else changes what is compared."""
    from conftest import started_daemon

    yield from started_daemon()


@pytest.fixture(autouse=True)
def unchanged(world):
    """Whatever a test here asks for, nothing comes of it."""
    before = world.snapshot()
    yield
    after = world.snapshot()
    assert {name for name in before if before[name] != after[name]} == set()


def check(answer, status=(400, 404), param=None, code=None):
    allowed = status if isinstance(status, tuple) else (status,)
    assert answer.status in allowed, answer
    error = answer.error
    assert error["type"] and error["message"] and len(error["message"]) > 10, answer
    assert answer.headers["request-id"].startswith("req_")
    if param is not None:
        assert error.get("param") == param, answer
    if code is not None:
        assert error.get("code") == code, answer
    digits = re.sub(r"[ -]", "", answer.body.decode())
    assert "4242424242424242" not in digits, "it echoes a card number"
    return error


def posts():
    """Those without a credential have tests of their own: requests from one address are few."""
    return sorted(
        path for path, item in DESCRIPTION["paths"].items()
        if "post" in item and path.startswith("/v1/") and item["post"]["tags"] != ["public"])


def concrete(path, ids, client="bot"):
    """The path with ids of the right kind."""
    for prefix, name in (
        ("/v1/customers/", "customer"), ("/v1/payment_methods/", "loose"), ("/v1/webhook_endpoints/", "endpoint"), ("/v1/surface_accounts/", "surface"),
        ("/v1/people/", "ada"), ("/v1/friend_transfers/", "transfer"), ("/v1/payment_intents/", "held"),
        ("/v1/person_sessions/", "session"), ("/v1/disputes/", "dispute"), ("/v1/charges/", "charge"), ("/v1/refunds/", "refund"),
        ("/v1/setup_intents/", "setup"), ("/v1/mandates/", "mandate"), ("/v1/checkout/sessions/", "checkout"),
        ("/v1/payment_links/", "link"), ("/v1/bots/", "seller"),
        ("/v1/payouts/", "payout"), ("/v1/external_accounts/", "account"),
        ("/v1/events/", "event"),
    ):  # fmt: skip
        if path.startswith(prefix):
            return re.sub(r"{\w+}", ids[name], path, count=1)
    # No test clock is made: it would govern everything else here.
    return path.replace("/v1/test_helpers/test_clocks/{id}", "/v1/test_helpers/test_clocks/clock_00000000000000000000000000")


class Patient:
    """A person with a session of their own, who comes back when they are told to: people may send far less than keys may."""

    def __init__(self, world):
        made = world.made(world.platform, "/v1/person_sessions", {
            "person": world.ids["ada"], "secret": "token", "scopes": ["payment_methods:write"]}, "token")  # fmt: skip
        self.client = world.florin.client(made)

    def __getattr__(self, name):
        return getattr(self.client, name)

    def post(self, *arguments, **more):
        for _ in range(30):
            answer = self.client.post(*arguments, **more)
            if answer.status != 429:
                break
            time.sleep(0.5)
        return answer


def caller(world, path):
    tag = DESCRIPTION["paths"][path]["post"]["tags"][0]
    if tag == "person":
        return Patient(world)
    return world.platform if tag in ("platform", "people") else world.bot


# ---- Every POST there is

@pytest.mark.parametrize("path", posts())
def test_every_post_refuses_a_body_it_cannot_read(world, path):
    client, url = caller(world, path), concrete(path, world.ids)
    for body in (
        b'{"amount": 1', b'{"amount" 1}', b'{"a": 1,}', b"[1]", b'"x"', b"nonsense", b"\xff\xfe", b'{"a": "\xff"}', b'{"a": 1} x',
        b'{"a":' * 200 + b"1" + b"}" * 200, b'{"a": 1e999}', b'{"a": 1, "a": 2}', b'{"a": NaN}', b'{"card": "4242424242424242"',
    ):  # fmt: skip
        check(client.post(url, body=body, headers=JSON), 400)
    for body in (b"a=%zz", b"a[b=1", b"a]=1", b"amount=1&amount=2", b"a=%ff", b"[a]=1", b"a[b][c][d][e][f][g][h][i][j][k][l]=1"):
        check(client.post(url, body=body, headers=FORM), 400)
    check(client.post(url, body=b"<a/>", headers={"Content-Type": "text/xml"}), (400, 415))


@pytest.mark.parametrize("path", posts())
def test_every_post_refuses_an_unknown_parameter_by_its_name(world, path):
    """Also one that Stripe has and Florin has not: it is never ignored."""
    client, url = caller(world, path), concrete(path, world.ids)
    for name in ("colour", "application_fee_amount", "on_behalf_of"):
        error = check(client.post(url, {**valid(path, world), name: "1"}), 400, param=name, code="parameter_unknown")
        assert name in error["message"]
    check(client.post(url, body=json.dumps({**valid(path, world), "colour": {"dark": [1]}}).encode(), headers=JSON), 400)


@pytest.mark.parametrize("path", posts())
def test_every_post_refuses_a_body_that_is_too_large(world, path):
    client, url = caller(world, path), concrete(path, world.ids)
    try:
        answer = client.post(url, body=b"description=" + b"x" * 300_000, headers=FORM)
    except OSError:
        return  # it was cut off while it was still sending
    check(answer, 413)


@pytest.mark.parametrize("path", posts())
def test_every_post_refuses_other_callers(world, path):
    url = concrete(path, world.ids)
    params = valid(path, world)
    check(world.florin.client().post(url, params), 401)
    check(world.florin.client("sk_test_nobody").post(url, params), (401, 429))
    tag = DESCRIPTION["paths"][path]["post"]["tags"][0]
    if tag == "paying":
        check(world.public.post(url, params), (400, 429))
    elif tag not in ("tokenizing", "card_intake"):
        check(world.public.post(url, params), (403, 429))
    if tag in ("merchant", "paying"):
        check(world.platform.post(url, params), 403)
    if tag in ("platform", "people", "person"):
        check(world.bot.post(url, params), 403)
    if tag == "person":
        check(world.platform.post(url, params), 403)


def valid(path, world):
    """Parameters that this POST would take."""
    ids = world.ids
    return {
        "/v1/bots": {"name": "A", "legal_name": "A Ltd", "merchant_category_code": 5812, "country": "GB", "statement_descriptor": "A BOT XY"},
        "/v1/checkout/availability": {"feature": "telegram"}, "/v1/bots/{id}/availability": {"feature": "telegram"},
        "/v1/checkout/sessions/expire": {"client_reference_id": "o-1"},
        "/v1/checkout/sessions": {"line_items": [LINE]}, "/v1/payment_links": {"line_items": [LINE]},
        "/v1/charges": {**MONEY, "source": ids["token"]}, "/v1/charges/{id}/capture": {"amount": 1},
        "/v1/customers": {"name": "N"}, "/v1/customers/{id}": {"name": "N"},
        "/v1/friend_transfers": {**MONEY, "sender": ids["ada"], "recipient": ids["ben"]},
        "/v1/payment_intents": {**MONEY}, "/v1/payment_intents/{id}/capture": {"amount_to_capture": 1},
        "/v1/payment_methods": {"type": "card", "card": CARD}, "/v1/payment_methods/{id}/attach": {"customer": ids["customer"]},
        "/v1/person_sessions": {"person": ids["ada"]}, "/v1/person_sessions/revoke": {"person": ids["ada"]},
        "/v1/people": {"name": "P"}, "/v1/people/{id}/pin": {"pin": "2580", "current_pin": "2580"}, "/v1/people/{id}/wallet/top_ups": {**MONEY, "payment_method": ids["card"]},
        "/v1/people/{id}/wallet/cash_outs": {**MONEY, "payment_method": ids["card"]},
        "/v1/payment_intents/{id}/increment_authorization": {"amount": 5000},
        "/v1/payouts": {**MONEY}, "/v1/external_accounts": {"external_account": ids["token"], "currency": "usd"},
        "/v1/refunds": {"payment_intent": ids["paid"], "amount": 1}, "/v1/tokens": {"card": CARD},
        "/v1/surface_accounts": {"type": "telegram"}, "/v1/surface_accounts/{id}": {"updates": ["payment"]},
        "/v1/webhook_endpoints": {"url": "https://a.example/hook", "enabled_events": ["*"]},
        "/v1/webhook_endpoints/{id}": {"disabled": True}, "/v1/webhook_endpoints/{id}/replay": {"from_sequence": 1},
        "/v1/test_helpers/test_clocks": {"frozen_time": int(time.time())}, "/v1/test_helpers/test_clocks/{id}/advance": {"frozen_time": int(time.time()) + 60},
    }.get(path, {})  # fmt: skip


# ---- Values

AMOUNTS = (-1, 0, 2**63, -(2**63) - 1, 10**40, "1.5", "1e3", "0x10", "", " 5", "5 ", "١٢", "abc", 100_000_000, [1], {"a": 1}, True, None, 1.5)
CURRENCIES = ("", "us", "usdd", "xxz", "XAU", "isk", "ugx", "mga", "840", "ＵＳＤ", ["usd"], {"a": "usd"}, 5, None)


@pytest.mark.parametrize("value", AMOUNTS, ids=repr)
def test_an_amount_that_is_none_is_refused_by_name(world, value):
    for path, name in (
        ("/v1/payment_intents", "amount"), ("/v1/refunds", "amount"), ("/v1/friend_transfers", "amount"),
        ("/v1/people/{id}/wallet/top_ups", "amount"), ("/v1/people/{id}/wallet/cash_outs", "amount"),
        ("/v1/payment_intents/{id}/capture", "amount_to_capture"), ("/v1/charges", "amount"), ("/v1/charges/{id}/capture", "amount"), ("/v1/payouts", "amount"),
    ):  # fmt: skip
        client, url = caller(world, path), concrete(path, world.ids)
        answer = client.post(url, body=json.dumps({**valid(path, world), name: value}).encode(), headers=JSON)
        assert check(answer, 400)["param"].startswith(name), answer


@pytest.mark.parametrize("value", CURRENCIES, ids=repr)
def test_a_currency_that_is_none_is_refused_by_name(world, value):
    for path in ("/v1/payment_intents", "/v1/charges", "/v1/friend_transfers", "/v1/people/{id}/wallet/top_ups", "/v1/people/{id}/wallet/cash_outs"):
        client, url = caller(world, path), concrete(path, world.ids)
        answer = client.post(url, body=json.dumps({**valid(path, world), "currency": value}).encode(), headers=JSON)
        assert check(answer, 400)["param"].startswith("currency"), answer


@pytest.mark.parametrize(
    "path, change, param",
    [
        ("/v1/payment_intents", {"confirm": "perhaps"}, "confirm"), ("/v1/payment_intents", {"capture_method": "later"}, "capture_method"),
        ("/v1/payment_intents", {"customer": "pi_x"}, "customer"), ("/v1/payment_intents", {"payment_method": "x"}, "payment_method"),
        ("/v1/payment_intents", {"confirm": True}, "payment_method"), ("/v1/payment_intents", {"metadata": "x"}, "metadata"),
        ("/v1/payment_intents", {"metadata": {"a": "x" * 501}}, "metadata[a]"), ("/v1/payment_intents", {"metadata": {"k" * 41: "x"}}, None),
        ("/v1/payment_intents", {"metadata": {f"k{n}": "x" for n in range(51)}}, "metadata"),
        ("/v1/payment_intents", {"expand": ["nothing.there"]}, "expand[0]"), ("/v1/payment_intents", {"statement_descriptor": "<b>"}, "statement_descriptor"),
        ("/v1/payment_intents", {"return_url": "javascript://x"}, "return_url"), ("/v1/payment_intents", {"description": ["a"]}, "description"),
        ("/v1/payment_intents", {"setup_future_usage": "always"}, "setup_future_usage"), ("/v1/payment_intents", {"off_session": "maybe"}, "off_session"),
        ("/v1/payment_intents", {"off_session": True}, "off_session"), ("/v1/payment_intents", {"mandate": "mandate_x"}, "mandate"),
        ("/v1/payment_intents", {"receipt_email": "ada@example.com"}, "receipt_email"), ("/v1/payment_intents", {"confirmation_method": "x"}, "confirmation_method"),
        ("/v1/payment_intents", {"statement_descriptor_suffix": "<1>"}, "statement_descriptor_suffix"),
        ("/v1/payment_intents", {"payment_method_options": {"card": {"request_three_d_secure": "no"}}}, "payment_method_options[card][request_three_d_secure]"),
        ("/v1/payment_intents", {"payment_method_options": {"card": {"network": "visa"}}}, "payment_method_options[card][network]"),
        ("/v1/checkout/sessions", {"line_items": []}, "line_items"), ("/v1/checkout/sessions", {"line_items": [{"price": "price_1"}]}, "line_items[0][price]"),
        ("/v1/checkout/sessions", {"line_items": [LINE, {**LINE, "price_data": {**LINE["price_data"], "currency": "eur"}}]}, "line_items[1][price_data][currency]"),
        ("/v1/checkout/sessions", {"line_items": [LINE], "mode": "subscription"}, "mode"), ("/v1/checkout/sessions", {"line_items": [LINE], "participants": 3}, "participants"),
        ("/v1/checkout/sessions", {"line_items": [LINE], "discounts": [{"coupon": "x"}]}, "discounts"), ("/v1/checkout/sessions", {"line_items": [LINE], "ui_mode": "custom"}, "ui_mode"),
        ("/v1/checkout/sessions", {"line_items": [LINE], "expires_at": 1}, "expires_at"), ("/v1/checkout/sessions", {"line_items": [LINE], "callback_url": "http://example.com"}, "callback_url"),
        ("/v1/checkout/sessions", {"line_items": [LINE], "success_url": "javascript:alert(1)"}, "success_url"), ("/v1/checkout/sessions", {"line_items": [LINE], "tip": {"max": 5, "suggested": [6]}}, "tip[suggested][0]"),
        ("/v1/checkout/sessions", {"line_items": [LINE], "discount_lines": [{"label": "x", "amount": 901}]}, "discount_lines"),
        ("/v1/checkout/sessions", {"line_items": [{**LINE, "quantity": 999_999}]}, "line_items"),
        ("/v1/checkout/sessions", {"line_items": [LINE], "shipping_address_collection": {"allowed_countries": ["it"]}}, "shipping_address_collection[allowed_countries][0]"),
        ("/v1/checkout/sessions", {"line_items": [{**LINE, "adjustable_quantity": {"enabled": True, "minimum": 2}}]}, "line_items[0][adjustable_quantity][maximum]"),
        ("/v1/checkout/sessions", {"line_items": [LINE], "client_reference_id": "4242 4242 4242 4242"}, "client_reference_id"),
        ("/v1/payment_links", {"line_items": [LINE], "restrictions": {"completed_sessions": {"limit": 0}}}, "restrictions[completed_sessions][limit]"),
        ("/v1/payment_links", {"line_items": [LINE], "after_completion": {"type": "redirect"}}, "after_completion[redirect][url]"),
        ("/v1/payment_links/{id}", {"line_items": [LINE]}, "line_items"), ("/v1/setup_intents", {"usage": "never"}, "usage"), ("/v1/setup_intents", {"single_use": {"amount": 5}}, "single_use"),
        ("/v1/setup_intents", {"payment_method_types": ["card", "sepa_debit"]}, "payment_method_types[1]"), ("/v1/setup_intents", {"confirm": True}, "payment_method"),
        ("/v1/setup_intents", {"mandate_data": {"customer_acceptance": {"type": "online"}}}, "mandate_data[customer_acceptance][online]"),
        ("/v1/setup_intents", {"payment_method": "pm_x"}, "payment_method"), ("/v1/setup_intents/{id}/cancel", {"cancellation_reason": "fraudulent"}, "cancellation_reason"),
        ("/v1/payment_methods/{id}", {"card": {"exp_month": 13}}, "card[exp_month]"), ("/v1/payment_methods/{id}", {"card": {"number": "1"}}, "card[number]"),
        ("/v1/payment_intents/{id}/increment_authorization", {"amount": -1}, "amount"),
        ("/v1/payment_methods", {"type": "sepa_debit"}, "type"), ("/v1/payment_methods", {"card": "x"}, "card"),
        ("/v1/payment_methods", {"card": {}}, "card[number]"), ("/v1/customers", {"email": "nobody"}, "email"),
        ("/v1/customers", {"name": "x" * 257}, "name"), ("/v1/people", {"phone": "1" * 21}, "phone"),
        ("/v1/checkout/availability", {"feature": "sms"}, "feature"),
        ("/v1/checkout/availability", {"feature": "web", "countries": ["it"]}, "countries[0]"),
        ("/v1/checkout/availability", {"feature": "web", "currencies": ["xxx"]}, "currencies[0]"),
        ("/v1/checkout/availability", {"feature": "web", "testers": ["per_1"]}, "testers[0]"),
        ("/v1/checkout/sessions/expire", {}, "client_reference_id"),
        ("/v1/surface_accounts", {"type": "telegram", "credential": "token"}, "credential"),
        ("/v1/surface_accounts", {"type": "messenger", "account": "98", "credential": "card"}, "credential"),
        ("/v1/surface_accounts", {"type": "messenger", "account": "98", "verify_token": "v"}, "verify_token"),
        ("/v1/surface_accounts", {"type": "sms"}, "type"), ("/v1/surface_accounts", {"type": "messenger"}, "account"), ("/v1/surface_accounts", {"type": "web"}, "type"),
        ("/v1/surface_accounts", {"type": "telegram", "token": "short"}, "token"), ("/v1/surface_accounts", {"type": "telegram", "webhook_url": "ftp://a.example"}, "webhook_url"),
        ("/v1/surface_accounts", {"type": "telegram", "updates": ["poll"]}, "updates[0]"), ("/v1/surface_accounts", {"type": "messenger", "account": "a/b"}, "account"),
        ("/v1/webhook_endpoints", {"url": "ftp://a.example"}, "url"), ("/v1/webhook_endpoints", {"url": "http://10.0.0.1/"}, "url"),
        ("/v1/webhook_endpoints", {"url": "https://u:p@a.example/"}, "url"), ("/v1/webhook_endpoints", {"enabled_events": ["x.y"]}, "enabled_events[0]"),
        ("/v1/webhook_endpoints/{id}/roll_secret", {"expires_in": 259_201}, "expires_in"), ("/v1/webhook_endpoints/{id}/replay", {"from_sequence": 0}, "from_sequence"),
        ("/v1/events/{id}/resend", {"webhook_endpoint": "we_"}, "webhook_endpoint"),
        ("/v1/test_helpers/test_clocks", {"frozen_time": "soon"}, "frozen_time"), ("/v1/test_helpers/test_clocks", {"frozen_time": 1_577_836_800}, "frozen_time"),
        ("/v1/test_helpers/test_clocks", {"frozen_time": 253_402_300_799}, "frozen_time"), ("/v1/test_helpers/test_clocks", {"name": "x" * 301}, "name"),
        ("/v1/bots", {"country": "Germany"}, "country"), ("/v1/bots", {"merchant_category_code": -1}, "merchant_category_code"),
        ("/v1/payouts", {"destination": "x"}, "destination"), ("/v1/payouts", {"method": "slow"}, "method"),
        ("/v1/payouts", {"statement_descriptor": "<b>"}, "statement_descriptor"), ("/v1/payouts", {"source_type": "fpx"}, "source_type"),
        ("/v1/external_accounts", {"external_account": "x"}, "external_account"), ("/v1/external_accounts", {"currency": "zz"}, "currency"),
        ("/v1/external_accounts", {"external_account": {"object": "iban", "currency": "usd"}}, "external_account[object]"),
        ("/v1/external_accounts", {"external_account": {"object": "paypal_account", "currency": "usd", "email": "x"}}, "external_account[email]"),
        ("/v1/balance_settings", {"payments": {"payouts": {"schedule": {"interval": "hourly"}}}}, "payments[payouts][schedule][interval]"),
        ("/v1/balance_settings", {"payments": {"payouts": {"schedule": {"monthly_payout_days": [32]}}}}, None),
        ("/v1/balance_settings", {"payments": {"payouts": {"minimum_balance_by_currency": {"usd": 0}}}}, None),
        ("/v1/friend_transfers", {"funding": "magic"}, "funding"), ("/v1/friend_transfers", {"sender": "per_"}, "sender"),
        ("/v1/friend_transfers", {"auto_accept": 5}, "auto_accept"), ("/v1/refunds", {"reason": "because"}, "reason"),
        ("/v1/refunds", {"charge": "ch_x"}, "charge"), ("/v1/charges", {"source": ""}, "source"), ("/v1/charges", {"source": "tok_x"}, "source"),
        ("/v1/charges", {"source": f"pm_{NOBODY}"}, "customer"), ("/v1/charges", {"source": CARD}, "source"),
        ("/v1/charges", {"source": f"tok_{NOBODY}"}, "source"), ("/v1/charges", {"capture": "later"}, "capture"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_name(world, path, change, param):
    client, url = caller(world, path), concrete(path, world.ids)
    answer = client.post(url, body=json.dumps({**valid(path, world), **change}).encode(), headers=JSON)
    # What has the form of no identifier is answered as one that does not exist: 404.
    missing, expiry = (answer.error.get("code") == code for code in ("resource_missing", "invalid_expiry_month"))
    error = check(answer, 404 if missing else 402 if expiry else 400, param=param)
    assert error["param"]


@pytest.mark.parametrize(
    "path, change, param",
    [
        ("/v1/payment_intents", {"metadata": {"note": NUMBER}}, "metadata[note]"), ("/v1/payment_intents", {"description": NUMBER}, "description"),
        ("/v1/customers", {"name": NUMBER}, "name"), ("/v1/customers", {"metadata": {"x": "card: 4242-4242-4242-4242."}}, "metadata[x]"),
        ("/v1/customers", {"address": {"line2": NUMBER}}, "address[line2]"), ("/v1/customers", {"description": NUMBER}, "description"),
        ("/v1/friend_transfers", {"note": NUMBER}, "note"), ("/v1/people", {"reference": NUMBER}, "reference"), ("/v1/people", {"name": NUMBER}, "name"),
        ("/v1/refunds", {"metadata": {"n": NUMBER}}, "metadata[n]"), ("/v1/payment_methods", {"billing_details": {"name": NUMBER}}, "billing_details[name]"),
        ("/v1/payment_methods", {"metadata": {"n": NUMBER}}, "metadata[n]"), ("/v1/tokens", {"card": {**CARD, "name": NUMBER}}, "card[name]"),
        ("/v1/bots", {"legal_name": NUMBER}, "legal_name"), ("/v1/bots", {"name": NUMBER}, "name"),
        ("/v1/payment_intents/{id}", {"metadata": {"n": NUMBER}}, "metadata[n]"), ("/v1/payment_intents/{id}", {"description": NUMBER}, "description"),
        ("/v1/customers/{id}", {"phone": "4242424242424242"}, "phone"), ("/v1/payment_intents", {"statement_descriptor": "A " + NUMBER}, "statement_descriptor"),
        ("/v1/payment_intents", {"return_url": "https://a.example/4242424242424242"}, "return_url"),
        ("/v1/webhook_endpoints", {"url": "https://a.example/4242424242424242"}, "url"), ("/v1/charges", {"description": NUMBER}, "description"),
        ("/v1/charges", {"source": "4242424242424242"}, "source"), ("/v1/charges/{id}", {"metadata": {"n": NUMBER}}, "metadata[n]"),
        ("/v1/refunds/{id}", {"metadata": {"n": NUMBER}}, "metadata[n]"),
    ],
    ids=lambda value: str(value)[:50],
)  # fmt: skip
def test_a_card_number_in_a_free_text_is_refused_by_name_and_not_repeated(world, path, change, param):
    client, url = caller(world, path), concrete(path, world.ids)
    answer = client.post(url, body=json.dumps({**valid(path, world), **change}).encode(), headers=JSON)
    check(answer, 400, param=param)


# ---- Other people's things, and the other mode

def reads(ids):
    return {
        f"/v1/customers/{ids['customer']}", f"/v1/payment_methods/{ids['saved']}", f"/v1/payment_intents/{ids['paid']}",
        f"/v1/charges/{ids['charge']}", f"/v1/refunds/{ids['refund']}", f"/v1/tokens/{ids['token']}", f"/v1/webhook_endpoints/{ids['endpoint']}",
        f"/v1/customers/{ids['customer']}/payment_methods", f"/v1/setup_intents/{ids['setup']}", f"/v1/mandates/{ids['mandate']}",
    }  # fmt: skip


@pytest.mark.parametrize("who", ["other", "live"])
def test_another_bot_and_a_key_of_the_other_mode_see_nothing(world, who):
    client, ids = getattr(world, who), world.ids
    for path in reads(ids):
        check(client.get(path), 404, code="resource_missing")
        assert world.bot.get(path).status == 200
    for path in ("customers", "payment_intents", "charges", "refunds", "events", "balance_transactions", "webhook_endpoints", "setup_intents"):
        assert client.get(f"/v1/{path}", {"limit": 100}).json["data"] == [], path
    event = world.bot.get("/v1/events", {"limit": 1}).json["data"][0]["id"]
    check(client.get(f"/v1/events/{event}"), 404)
    check(client.get("/v1/payment_intents", {"customer": ids["customer"]}), (400, 404))


@pytest.mark.parametrize("who", ["other", "live"])
def test_another_bot_and_a_key_of_the_other_mode_can_do_nothing(world, who):
    client, ids = getattr(world, who), world.ids
    for path, params in (
        (f"/v1/customers/{ids['customer']}", {"name": "Mine"}), (f"/v1/payment_methods/{ids['saved']}/detach", {}),
        (f"/v1/payment_methods/{ids['loose']}/attach", {"customer": ids["customer"]}),
        (f"/v1/payment_intents/{ids['held']}", {"description": "Mine"}), (f"/v1/payment_intents/{ids['held']}/confirm", {}),
        (f"/v1/payment_intents/{ids['held']}/capture", {}), (f"/v1/payment_intents/{ids['held']}/cancel", {}),
        (f"/v1/webhook_endpoints/{ids['endpoint']}", {"disabled": True}), ("/v1/refunds", {"payment_intent": ids["paid"]}),
        ("/v1/refunds", {"charge": ids["charge"]}), ("/v1/payment_methods", {"type": "card", "card": {"token": ids["token"]}}),
        ("/v1/payment_intents", {**MONEY, "customer": ids["customer"]}),
        ("/v1/payment_intents", {**MONEY, "payment_method": ids["saved"], "confirm": True}),
        ("/v1/charges", {**MONEY, "source": ids["token"]}), (f"/v1/charges/{ids['charge']}", {"description": "Mine"}),
        (f"/v1/charges/{ids['charge']}/capture", {}), (f"/v1/refunds/{ids['refund']}", {"metadata": {"a": "b"}}),
        (f"/v1/refunds/{ids['refund']}/cancel", {}),
        (f"/v1/setup_intents/{ids['setup']}", {"description": "Mine"}), (f"/v1/setup_intents/{ids['setup']}/cancel", {}),
        (f"/v1/setup_intents/{ids['setup']}/confirm", {"payment_method": ids["saved"]}),
        ("/v1/setup_intents", {"payment_method": ids["saved"], "confirm": True}), (f"/v1/payment_methods/{ids['saved']}", {"metadata": {"a": "b"}}),
    ):  # fmt: skip
        check(client.post(path, params), (400, 404))
    for path in (f"/v1/customers/{ids['customer']}", f"/v1/webhook_endpoints/{ids['endpoint']}"):
        check(client.delete(path), 404)


def test_a_platforms_live_key_reaches_no_person_and_moves_no_money(world):
    client, ids = world.live_platform, world.ids
    for path in (f"/v1/people/{ids['ada']}", f"/v1/people/{ids['ada']}/wallet", f"/v1/friend_transfers/{ids['transfer']}"):
        check(client.get(path), 404, code="resource_missing")
    assert client.get("/v1/people").json["data"] == client.get("/v1/friend_transfers").json["data"] == []
    for path, params in (
        ("/v1/friend_transfers", {**MONEY, "sender": ids["ada"], "recipient": ids["ben"]}), (f"/v1/friend_transfers/{ids['transfer']}/accept", {}),
        (f"/v1/friend_transfers/{ids['transfer']}/cancel", {}), (f"/v1/friend_transfers/{ids['transfer']}/decline", {}),
        (f"/v1/people/{ids['ada']}/wallet/top_ups", {**MONEY, "payment_method": ids["card"]}),
    ):  # fmt: skip
        check(client.post(path, params), (400, 404))


def test_a_live_key_cannot_charge_a_card_where_no_live_processor_is(world):
    answer = world.live.post("/v1/payment_methods", {"type": "card", "card": {**CARD, "number": "4111111111111111"}})
    if answer.status == 200:
        answer = world.live.post("/v1/payment_intents", {**MONEY, "payment_method": answer.json["id"], "confirm": True})
    check(answer, (400, 402, 409))


def test_things_that_are_not_there_are_named(world):
    for path in (
        f"/v1/customers/cus_{NOBODY}", f"/v1/payment_intents/pi_{NOBODY}", f"/v1/charges/ch_{NOBODY}", f"/v1/refunds/re_{NOBODY}",
        "/v1/customers/x", "/v1/customers/%00", "/v1/customers/..%2f..", "/v1/nothing", "/v2/customers", "/v1/customers/x/y/z",
    ):  # fmt: skip
        check(world.bot.get(path), 404)
    check(world.bot.request("PUT", "/v1/customers"), 405)
    for query in ("limit=0", "limit=101", "limit=x", "starting_after=x", "ending_before=cus_", "colour=red", "created[gt]=x", "limit=1&limit=2"):
        check(world.bot.get(f"/v1/customers?{query}"), (400, 404))


def test_a_page_that_begins_at_nothing_of_the_callers_is_refused_by_name(world):
    """Everywhere, and not with an empty page, which would end a walk as if everything had been seen."""
    bot, platform, ids = world.bot, world.platform, world.ids
    lists = [
        (bot, "/v1/customers", "cus"), (bot, "/v1/payment_intents", "pi"), (bot, "/v1/charges", "ch"), (bot, "/v1/refunds", "re"),
        (bot, "/v1/disputes", "dp"), (bot, "/v1/payouts", "po"), (bot, "/v1/external_accounts", "ea"), (bot, "/v1/events", "evt"),
        (bot, "/v1/balance_transactions", "txn"), (bot, "/v1/webhook_endpoints", "we"), (bot, "/v1/setup_intents", "seti"),
        (bot, "/v1/checkout/sessions", "cs"), (bot, "/v1/payment_links", "plink"), (bot, "/v1/reports", "frr"),
        (bot, "/v1/test_helpers/test_clocks", "clock"), (bot, "/v1/customers/{customer}/payment_methods", "pm"),
        (bot, "/v1/payment_methods?customer={customer}", "pm"), (bot, "/v1/checkout/sessions/{checkout}/line_items", "li"),
        (bot, "/v1/payment_links/{link}/line_items", "li"), (bot, "/v1/webhook_endpoints/{endpoint}/deliveries", "whd"),
        (platform, "/v1/people", "per"), (platform, "/v1/bots", "bot"), (platform, "/v1/friend_transfers", "ft"),
        (platform, "/v1/person_sessions?person={ada}", "pses"), (platform, "/v1/people/{ada}/wallet/movements", "wm"),
    ]  # fmt: skip
    pages = {path for path, item in DESCRIPTION["paths"].items() if {"$ref": "#/components/parameters/starting_after"} in item.get("get", {}).get("parameters", [])}
    assert {re.sub(r"{\w+}", "{id}", path.partition("?")[0]) for _, path, _ in lists} == pages, "every list has a line here"
    for client, path, prefix in lists:
        for parameter in ("starting_after", "ending_before"):
            cursor, path = f"{prefix}_{NOBODY}", path.format(**ids)
            url = f"{path}{'&' if '?' in path else '?'}{parameter}={cursor}&limit=3"
            error = check(client.get(url), 404, code="resource_missing", param=parameter)
            assert cursor in error["message"], (path, error)
    # What another bot has is as good as nothing, and so is what the other mode has.
    for path, cursor in (("customers", ids["customer"]), ("payment_intents", ids["paid"]), ("charges", ids["charge"])):
        assert bot.get(f"/v1/{path}", {"starting_after": cursor}).status == 200
        for client in (world.other, world.live):
            check(client.get(f"/v1/{path}", {"starting_after": cursor}), 404, code="resource_missing", param="starting_after")
    line = bot.get("/v1/balance_transactions", {"limit": 1}).json["data"][0]["id"]
    check(world.other.get("/v1/balance_transactions", {"ending_before": line}), 404, code="resource_missing", param="ending_before")
    check(bot.get("/v1/balance_transactions", {"ending_before": line, "starting_after": line}), 400, param="ending_before")


@pytest.mark.parametrize("query", [
    "", "email", "email:", "email:'", "email:ada@example.com", "email~'ada'", "-email:'ada'", "email:'a' OR email:'b'", "colour:'red'",
    "metadata:'a'", "metadata[a]:'b'", "metadata['a']:null", "metadata['a':'b'", "email['a']:'b'", "name>'a'", "created:'a'", "created>x",
    "created>99999999999999999999", "(email:'a')", "email:'a'email:'b'", "email:'a' AND", "name:''", "x" * 501, f"name:'{NUMBER}'",
    " AND ".join(f"metadata['k{n}']:'v'" for n in range(6)), " AND ".join(["created>1"] * 11),
], ids=lambda value: value[:30])
def test_a_query_that_is_not_understood_is_refused_by_name(world, query):
    error = check(world.bot.get("/v1/customers/search", {"query": query}), 400, param="query")
    assert "ada@example.com" not in error["message"].replace("email:'ada@example.com'", "")
