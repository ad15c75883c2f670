"""docs/openapi.yaml and the daemon agree; merchant objects also agree with Stripe's own published description."""

import datetime
import json
import os
import pathlib
import re
import time

import pytest
import yaml
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource

from florin import ROOT
from test_checkout import Page

DESCRIPTION = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
SPECS = pathlib.Path(os.environ.get("FLORIN_SPECS", ROOT.parent / "shared" / "specs"))
VENDOR = SPECS / "stripe" / "openapi-2023-08-16-subset.json"
METHODS = ("get", "post", "delete")
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
OURS = {"person", "wallet", "wallet_top_up", "wallet_cash_out", "friend_transfer", "bot", "person_session",
        "person_session_revocation", "person_pin", "paypal_account", "balance_settings", "report", "report_content",
        "webhook_delivery", "webhook_replay", "checkout.session", "payment_link", "checkout_ref",
        "surface_account", "checkout.buttons", "checkout.receipt", "checkout_availability",
        "deleted_test_helpers.test_clock"}


def operations():
    for path, item in DESCRIPTION["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def pattern(path):
    return re.compile(re.sub(r"{\w+}", "[^/]+", path) + "$")


class Checked:
    """A client whose every answer is held against the description."""

    def __init__(self, client, visited):
        self.client, self.visited = client, visited

    def __call__(self, method, path, params=None, status=200, **more):
        if method == "get":
            answer = self.client.get(path, params, **more)
        elif method == "post":
            answer = self.client.post(path, params, **more)
        else:
            answer = self.client.delete(path, **more)
        assert answer.status == status, answer
        found = [(p, o) for m, p, o in operations() if m == method and pattern(p).match(path)]
        # A literal path wins over one with a parameter in the same place.
        documented, operation = min(found, key=lambda one: one[0].count("{"))
        self.visited.add((method, documented))
        response = operation["responses"].get(str(status), operation["responses"].get("default"))
        while "$ref" in response:
            response = resolve(response["$ref"])
        schema = response["content"]["application/json"]["schema"]
        check(schema, answer.json)
        check_with_vendor(answer.json)
        return answer.json


def resolve(reference):
    node = DESCRIPTION
    for name in reference.removeprefix("#/").split("/"):
        node = node[name]
    return node


def check(schema, value):
    registry = Registry().with_resource("urn:florin", Resource.from_contents(
        {**DESCRIPTION, "$schema": "https://json-schema.org/draft/2020-12/schema"}))
    absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:florin#/'))
    OAS31Validator(absolute, registry=registry).validate(value)


def check_with_vendor(value):
    """Every object that Stripe has, against Stripe's schema of the same name."""
    if not VENDOR.exists() or not isinstance(value, dict):
        return
    if "error" in value:
        vendor_validator("api_errors").validate({k: v for k, v in value["error"].items() if k != "request_id"})
        return
    if value.get("object") in ("list", "search_result"):
        for item in value["data"]:
            check_with_vendor(item)
        return
    name = f"deleted_{value['object']}" if value.get("deleted") else value["object"]
    if value["object"] in OURS or name in OURS:
        return
    vendor_validator(name).validate(value)


VALIDATORS = {}


def vendor_validator(name):
    if name not in VALIDATORS:
        components = nullable_as_alternative(json.loads(VENDOR.read_text())["components"])
        VALIDATORS[name] = OAS31Validator({"$ref": f"#/components/schemas/{name}", "components": components})
    return VALIDATORS[name]


def nullable_as_alternative(node):
    """OpenAPI 3.0's `nullable`, which stands beside `anyOf` in the vendor's document, as JSON Schema says it."""
    if isinstance(node, list):
        return [nullable_as_alternative(item) for item in node]
    if not isinstance(node, dict):
        return node
    changed = {key: nullable_as_alternative(value) for key, value in node.items()}
    if changed.get("nullable") is True:
        del changed["nullable"]
        return {"anyOf": [changed, {"type": "null"}]}
    return changed


@pytest.fixture(scope="module")
def visited():
    return set()


@pytest.fixture
def as_bot(bot, visited):
    return Checked(bot, visited)


@pytest.fixture
def as_platform(platform, visited):
    return Checked(platform, visited)


def test_the_description_is_valid_openapi():
    validate(DESCRIPTION)


def test_every_error_code_of_the_sources_stands_in_the_description():
    codes = set()
    for folder in ("HTTPSFront", "Engine"):
        for source in (ROOT / "Sources" / folder).rglob("*.swift"):
            codes |= set(re.findall(r'code: "([a-z_]+)"', source.read_text()))
    assert len(codes) > 40
    described = (ROOT / "docs" / "openapi.yaml").read_text()
    assert [code for code in sorted(codes | {"paused", "not_set_up", "stopping"}) if f"`{code}`" not in described] == []


def test_merchant_answers_match_the_description(as_bot):
    call = as_bot
    customer = call("post", "/v1/customers", {"name": "Ada", "email": "ada@example.com", "address": {"city": "Bonn"}})
    call("post", f"/v1/customers/{customer['id']}", {"metadata": {"a": "1"}})
    call("get", f"/v1/customers/{customer['id']}")
    method = call("post", "/v1/payment_methods", {"type": "card", "card": CARD, "billing_details": {"name": "Ada"}})
    call("post", f"/v1/payment_methods/{method['id']}/attach", {"customer": customer["id"]})
    call("get", f"/v1/payment_methods/{method['id']}", {"expand": ["customer"]})
    call("get", "/v1/payment_methods", {"customer": customer["id"], "type": "card"})
    call("get", f"/v1/customers/{customer['id']}/payment_methods")
    call("get", f"/v1/customers/{customer['id']}/payment_methods/{method['id']}")
    token = call("post", "/v1/tokens", {"card": CARD})
    call("get", f"/v1/tokens/{token['id']}")
    expand = ["customer", "payment_method", "latest_charge.balance_transaction", "latest_charge.payment_intent"]
    paid = call("post", "/v1/payment_intents", {
        "amount": 5000, "currency": "usd", "customer": customer["id"], "payment_method": method["id"], "confirm": True,
        "description": "Roses", "statement_descriptor": "ROSES", "metadata": {"order": "7"}, "expand": expand,
        "automatic_payment_methods": {"enabled": True}})
    assert paid["latest_charge"]["balance_transaction"]["amount"] == 5000
    call("post", f"/v1/payment_intents/{paid['id']}", {"description": "Many roses"})
    call("get", f"/v1/payment_intents/{paid['id']}")
    call("get", "/v1/payment_intents", {"customer": customer["id"], "expand": ["data.latest_charge"]})
    refund = call("post", "/v1/refunds", {
        "payment_intent": paid["id"], "amount": 100, "reason": "duplicate",
        "expand": ["charge", "payment_intent", "balance_transaction"]})
    call("get", f"/v1/refunds/{refund['id']}")
    call("post", f"/v1/refunds/{refund['id']}", {"metadata": {"case": "1"}})
    assert call("post", f"/v1/refunds/{refund['id']}/cancel", status=400)["error"]["code"] == "refund_not_cancelable"
    call("get", "/v1/refunds", {"payment_intent": paid["id"]})
    call("get", f"/v1/charges/{paid['latest_charge']['id']}", {"expand": ["payment_intent", "customer"]})
    call("get", "/v1/charges", {"payment_intent": paid["id"]})
    small = call("post", "/v1/charges", {
        "amount": 500, "currency": "usd", "source": call("post", "/v1/tokens", {"card": CARD})["id"], "capture": False})
    call("post", f"/v1/charges/{small['id']}", {"description": "Small"})
    call("post", f"/v1/charges/{small['id']}/capture", {"amount": 100})
    declined = call("post", "/v1/tokens", {"card": {**CARD, "number": "4000000000000002"}})["id"]
    call("post", "/v1/charges", {"amount": 500, "currency": "usd", "source": declined}, status=402)
    assert call("get", "/v1/customers/search", {"query": "email:'ada@example.com'", "limit": 1})["data"]
    call("get", "/v1/balance_transactions", {"source": small["id"], "created": {"gte": 1}})
    call("get", "/v1/balance")
    entries = call("get", "/v1/balance_transactions", {"limit": 2, "expand": ["data.source"]})
    call("get", f"/v1/balance_transactions/{entries['data'][0]['id']}")
    events = call("get", "/v1/events", {"limit": 20})
    call("get", f"/v1/events/{events['data'][0]['id']}")
    held = call("post", "/v1/payment_intents", {"amount": 900, "currency": "eur", "capture_method": "manual"})
    held = call("post", f"/v1/payment_intents/{held['id']}/confirm", {"payment_method": fresh(call)})
    call("post", f"/v1/payment_intents/{held['id']}/capture", {"amount_to_capture": 300})
    left = call("post", "/v1/payment_intents", {"amount": 900, "currency": "jpy"})
    call("post", f"/v1/payment_intents/{left['id']}/cancel", {"cancellation_reason": "abandoned"})
    call("post", f"/v1/payment_methods/{method['id']}/detach")
    assert call("delete", f"/v1/customers/{customer['id']}")["deleted"]
    assert call("get", f"/v1/customers/{customer['id']}")["deleted"]


def test_kept_cards_match_the_description(as_bot):
    call = as_bot
    customer = call("post", "/v1/customers", {"name": "Ada"})["id"]
    expand = ["customer", "payment_method", "latest_attempt.payment_method", "mandate.payment_method"]
    kept = call("post", "/v1/setup_intents", {
        "customer": customer, "payment_method": fresh(call), "confirm": True, "expand": expand, "metadata": {"order": "7"},
        "automatic_payment_methods": {"enabled": True}, "mandate_data": {"customer_acceptance": {
            "type": "online", "online": {"ip_address": "203.0.113.7", "user_agent": "Chat/1"}}}})
    assert kept["status"] == "succeeded" and kept["latest_attempt"]["status"] == "succeeded"
    card, mandate = kept["payment_method"]["id"], kept["mandate"]["id"]
    call("get", f"/v1/mandates/{mandate}", {"expand": ["payment_method"]})
    call("post", f"/v1/payment_methods/{card}", {"card": {"exp_year": 2035}, "billing_details": {"name": "Ada L."}})
    call("get", "/v1/payment_methods", {"customer": customer, "type": "paypal"})
    for session in ("true", "recurring"):
        call("post", "/v1/payment_intents", {
            "amount": 900, "currency": "usd", "customer": customer, "payment_method": card, "confirm": True,
            "off_session": session, "expand": ["latest_charge"]})
    waiting = call("post", "/v1/setup_intents", {"customer": customer, "return_url": "https://example.com/back"})
    path = f"/v1/setup_intents/{waiting['id']}"
    call("post", path, {"description": "Roses every week", "payment_method": fresh(call, "4000002760003184")})
    waiting = call("post", f"{path}/confirm", {"payment_method_options": {"card": {"request_three_d_secure": "any"}}})
    assert waiting["status"] == "requires_action"
    call("get", path, {"expand": ["latest_attempt"]})
    call("post", f"{path}/cancel", {"cancellation_reason": "abandoned"})
    call("get", "/v1/setup_intents", {"customer": customer, "limit": 2, "expand": ["data.payment_method"]})
    error = call("post", "/v1/setup_intents", {"payment_method": fresh(call, "4000000000000002"), "confirm": True}, status=402)["error"]
    assert error["setup_intent"]["last_setup_error"]["decline_code"] == "generic_decline"
    held = call("post", "/v1/payment_intents", {
        "amount": 900, "currency": "usd", "payment_method": fresh(call), "confirm": True, "capture_method": "manual",
        "setup_future_usage": "off_session", "customer": customer, "statement_descriptor_suffix": "ROSES",
        "payment_method_options": {"card": {"request_incremental_authorization": "if_available"}}})
    more = call("post", f"/v1/payment_intents/{held['id']}/increment_authorization", {
        "amount": 1200, "description": "More roses", "expand": ["latest_charge"]})
    assert more["amount"] == more["amount_capturable"] == more["latest_charge"]["amount"] == 1200


def test_checkouts_match_the_description(as_bot, florin):
    call = as_bot
    price = {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Soup", "description": "Hot"}}
    made = call("post", "/v1/checkout/sessions", {
        "line_items": [
            {"price_data": price, "quantity": 2, "adjustable_quantity": {"enabled": True, "minimum": 1, "maximum": 5}},
            {"price_data": {"currency": "usd", "custom_unit_amount": {"minimum": 100, "maximum": 900}, "product_data": {"name": "Gift"}}}],
        "client_reference_id": "order 7", "ref": "ad-3", "success_url": "https://example.com/{CHECKOUT_SESSION_ID}",
        "cancel_url": "https://example.com/no", "discount_lines": [{"label": "Friends", "amount": 100}],
        "tip": {"max": 300, "suggested": [100, 200]}, "phone_number_collection": {"enabled": True},
        "shipping_address_collection": {"allowed_countries": ["IT", "FR"]}, "locale": "it", "submit_type": "pay",
        "shipping_options": [{"shipping_rate_data": {"display_name": "Post", "fixed_amount": {"amount": 300, "currency": "usd"}}}],
        "payment_intent_data": {"description": "Lunch", "metadata": {"table": "7"}}, "customer_email": "ada@example.com",
        "callback_url": "http://127.0.0.1:9/none", "metadata": {"shop": "1"}, "expand": ["line_items"]})
    assert made["amount_total"] == 1800 - 100 + 300 and made["line_items"]["data"][1]["custom_unit_amount"]["minimum"] == 100
    path = f"/v1/checkout/sessions/{made['id']}"
    call("get", path, {"expand": ["customer", "payment_intent", "payment_link"]})
    assert [one["description"] for one in call("get", f"{path}/line_items", {"limit": 1})["data"]] == ["Soup"]
    found = call("get", "/v1/checkout/sessions", {"client_reference_id": "order 7", "status": "open"})
    assert [one["id"] for one in found["data"]] == [made["id"]]
    sums = call("get", "/v1/checkout/refs", {"created": {"gte": made["created"]}})["data"]
    assert {"ref": "ad-3", "completed": 0, "amount": 0, "currency": "usd"}.items() <= sums[0].items()
    rules = {"feature": "web", "currencies": ["eur"], "countries": ["DE"], "testers_only": True}
    said = call("post", "/v1/checkout/availability", rules)["rules"]
    assert said == [{**rules, "on": True, "set_by": "bot", "testers": []}] == call("get", "/v1/checkout/availability")["rules"]
    assert call("post", "/v1/checkout/availability", {"feature": "web"})["rules"] == []
    assert call("get", f"{path}/receipt", status=400)["error"]["code"] == "checkout_session_not_complete"
    listed = call("post", "/v1/checkout/sessions/expire", {"client_reference_id": "order 7"})["data"]
    assert [(one["id"], one["status"]) for one in listed] == [(made["id"], "expired")]
    assert call("post", f"{path}/expire", status=400)["error"]["code"] == "checkout_session_not_open"
    other = call("post", "/v1/checkout/sessions", {"line_items": [{"price_data": price}], "participants": {"max": 4}})
    page = Page(florin, other["url"])
    assert page.post("together", {"people": 3}).status == 200
    shared = call("get", f"/v1/checkout/sessions/{other['id']}")["participants"]
    assert [share["amount"] for share in shared["shares"]] == [300] * 3 and shared["ends_at"] > other["created"]
    assert call("post", f"/v1/checkout/sessions/{other['id']}/expire")["status"] == "expired"


def test_payment_links_match_the_description(as_bot):
    call = as_bot
    price = {"currency": "eur", "unit_amount": 500, "product_data": {"name": "Badge"}}
    made = call("post", "/v1/payment_links", {
        "line_items": [{"price_data": price, "quantity": 1}], "restrictions": {"completed_sessions": {"limit": 3}}, "ref": "poster",
        "after_completion": {"type": "redirect", "redirect": {"url": "https://example.com/thanks"}}, "metadata": {"shop": "1"}})
    path = f"/v1/payment_links/{made['id']}"
    assert made["url"].endswith(f"/pay/{made['id']}") and made["restrictions"]["completed_sessions"] == {"count": 0, "limit": 3}
    call("get", path, {"expand": ["line_items"]})
    assert call("get", f"{path}/line_items")["data"][0]["amount_total"] == 500
    changed = call("post", path, {"active": "false", "restrictions": "", "metadata": {"shop": ""}})
    assert (changed["active"], changed["restrictions"], changed["metadata"]) == (False, None, {})
    assert made["id"] in [one["id"] for one in call("get", "/v1/payment_links", {"active": "false"})["data"]]


def test_disputes_match_the_description(as_bot):
    call = as_bot
    paid = call("post", "/v1/payment_intents", {
        "amount": 5000, "currency": "usd", "payment_method": fresh(call, "4000000000000259"), "confirm": True})
    dispute = None
    deadline = time.monotonic() + 60
    while dispute is None or not dispute["balance_transactions"]:
        assert time.monotonic() < deadline, "the sandbox reported no dispute"
        found = call("get", "/v1/disputes", {
            "payment_intent": paid["id"], "expand": ["data.charge", "data.payment_intent"]})
        dispute = found["data"][0] if found["data"] else None
        time.sleep(0.2)
    path = f"/v1/disputes/{dispute['id']}"
    call("get", path)
    taken = dispute["balance_transactions"][0]
    call("get", f"/v1/balance_transactions/{taken['id']}", {"expand": ["source"]})
    call("post", path, {"evidence": {"product_description": "Roses"}, "submit": "false", "metadata": {"case": "1"}})
    assert call("post", path, {"evidence": {"customer_name": "4242 4242 4242 4242"}}, status=400)["error"][
        "code"] == "card_number_not_allowed"
    assert call("post", f"{path}/close")["status"] == "lost"
    assert call("post", f"{path}/close", status=400)["error"]["code"] == "dispute_closed"
    assert call("get", f"/v1/charges/{paid['latest_charge']}")["disputed"]


def test_payouts_match_the_description(as_bot):
    call = as_bot
    call("post", "/v1/payment_intents", {
        "amount": 5000, "currency": "usd", "payment_method": fresh(call, "4242424242424242"), "confirm": True})
    accounts = [
        call("post", "/v1/external_accounts", {"external_account": fresh(call, "4000056655665556"), "currency": "usd", "metadata": {"a": "b"}}),
        call("post", "/v1/external_accounts", {"external_account": {"object": "paypal_account", "email": "a@example.com", "currency": "usd"}}),
        call("post", "/v1/external_accounts", {"default_for_currency": "true", "external_account": {
            "object": "bank_account", "account_holder_name": "A", "account_number": "000123456789", "routing_number": "110000000",
            "account_holder_type": "company", "country": "US", "currency": "usd"}}),
    ]
    assert [account["object"] for account in accounts] == ["card", "paypal_account", "bank_account"]
    call("get", "/v1/external_accounts", {"limit": 2})
    call("get", f"/v1/external_accounts/{accounts[0]['id']}")
    call("post", f"/v1/external_accounts/{accounts[0]['id']}", {"default_for_currency": "true"})
    paid = call("post", "/v1/payouts", {
        "amount": 500, "currency": "usd", "method": "instant", "destination": accounts[0]["id"], "expand": ["destination"]})
    assert paid["status"] == "paid"
    waiting = call("post", "/v1/payouts", {"amount": 300, "currency": "usd", "destination": accounts[2]["id"], "description": "week 47"})
    call("post", f"/v1/payouts/{waiting['id']}", {"metadata": {"week": "47"}})
    call("post", f"/v1/payouts/{waiting['id']}/cancel", {"expand": ["failure_balance_transaction"]})
    call("get", f"/v1/payouts/{paid['id']}", {"expand": ["balance_transaction.source"]})
    call("get", "/v1/payouts", {"status": "canceled", "expand": ["data.destination"]})
    call("get", "/v1/balance_transactions", {"limit": 5, "expand": ["data.source"]})
    assert call("post", f"/v1/payouts/{paid['id']}/reverse", status=400)["error"]["code"] == "payout_not_reversible"
    call("delete", f"/v1/external_accounts/{accounts[1]['id']}")
    call("get", f"/v1/payouts/{waiting['id']}", {"expand": ["destination"]})
    call("get", "/v1/balance_settings")
    call("post", "/v1/balance_settings", {"payments": {"payouts": {
        "schedule": {"interval": "weekly", "weekly_payout_days": ["monday"]}, "minimum_balance_by_currency": {"usd": 100}}}})
    call("post", "/v1/balance_settings", {"payments": {"payouts": {"schedule": {"interval": "manual"}}}})


def test_reports_match_the_description(as_bot, florin):
    day = str((datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=2)).date())
    florin.florinctl("reports", "make", day, "--mode", "test", "--owner", florin.dev["bot"])
    report = as_bot("get", "/v1/reports")["data"][0]
    as_bot("get", f"/v1/reports/{report['id']}")
    assert as_bot("get", f"/v1/reports/{report['id']}/content", {"offset": 5})["offset"] == 5


def test_surface_accounts_match_the_description(as_bot):
    account = as_bot("post", "/v1/surface_accounts", {"type": "messenger", "account": "98"})
    path = f"/v1/surface_accounts/{account['id']}"
    as_bot("get", path)
    as_bot("get", "/v1/surface_accounts")
    as_bot("post", path, {"webhook_url": "https://bot.example/hook", "updates": ["payment"]})
    as_bot("delete", path)
    line = {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Soup"}}, "quantity": 1}
    session = as_bot("post", "/v1/checkout/sessions", {"line_items": [line]})
    buttons = as_bot("get", f"/v1/checkout/sessions/{session['id']}/buttons", {"title": "Buy soup"})
    assert buttons["telegram"] == {"text": "Buy soup", "url": session["url"]} and "<svg" in buttons["web"]["qr_svg"]
    link = as_bot("post", "/v1/payment_links", {"line_items": [line]})
    buttons = as_bot("get", f"/v1/payment_links/{link['id']}/buttons", {"ref": "a b"})
    assert buttons["messenger"]["url"] == buttons["web"]["url"] == link["url"] + "?ref=a%20b"


def test_webhook_endpoints_match_the_description(as_bot):
    endpoint = as_bot("post", "/v1/webhook_endpoints", {"url": "https://example.com/hook", "enabled_events": ["*"]})
    path = f"/v1/webhook_endpoints/{endpoint['id']}"
    assert "secret" not in as_bot("get", path)
    assert as_bot("post", path + "/roll_secret", {"expires_in": 60})["secret"] != endpoint["secret"]
    as_bot("post", "/v1/customers", {"name": "Ada"})
    event = as_bot("get", "/v1/events", {"type": "customer.created", "limit": 1})["data"][0]["id"]
    assert as_bot("post", f"/v1/events/{event}/resend", {"webhook_endpoint": endpoint["id"]})["data"]
    assert {d["event"] for d in as_bot("get", path + "/deliveries")["data"]} >= {event}
    as_bot("post", path + "/replay", {"from_sequence": 1})
    as_bot("post", path, {"disabled": True, "enabled_events": ["charge.refunded"]})
    as_bot("get", "/v1/webhook_endpoints")
    as_bot("delete", path)


def test_test_clocks_match_the_description(as_bot):
    made = as_bot("post", "/v1/test_helpers/test_clocks", {"frozen_time": int(time.time())})
    path = f"/v1/test_helpers/test_clocks/{made['id']}"
    as_bot("post", path + "/advance", {"frozen_time": made["frozen_time"] + 1})
    deadline = time.monotonic() + 60
    while as_bot("get", path)["status"] == "advancing":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert as_bot("get", "/v1/test_helpers/test_clocks")["data"][0]["id"] == made["id"]
    as_bot("delete", path)


@pytest.mark.parametrize("number", ["4000000000000002", "4000000000000127", "4000002760003184"])
def test_refused_and_waiting_payments_match_the_description(as_bot, number):
    needs_action = number == "4000002760003184"
    answer = as_bot("post", "/v1/payment_intents", {
        "amount": 700, "currency": "usd", "payment_method": fresh(as_bot, number), "confirm": True,
        "return_url": "https://example.com/back"}, status=200 if needs_action else 402)
    intent = answer if needs_action else answer["error"]["payment_intent"]
    as_bot("get", f"/v1/payment_intents/{intent['id']}", {"expand": ["latest_charge"]})
    assert (intent["next_action"] is not None) == needs_action


def test_errors_match_the_description(as_bot, as_platform, florin, visited):
    as_bot("post", "/v1/payment_intents", {"amount": -1, "currency": "usd"}, status=400)
    as_bot("post", "/v1/payment_methods", {"type": "card", "card": {**CARD, "number": "4242424242424241"}}, status=402)
    as_bot("get", "/v1/people", status=403)
    as_platform("get", "/v1/balance", status=403)
    as_bot("get", "/v1/charges/ch_00000000000000000000000000", status=404)
    Checked(florin.client("sk_test_wrong"), visited)("get", "/v1/customers", status=401)


def test_friends_wallets_and_bots_match_the_description(as_platform):
    call = as_platform
    people = []
    for name, number in (("Ada", "4000056655665556"), ("Ben", "5200828282828210")):
        person = call("post", "/v1/people", {"name": name, "email": f"{name}@example.com", "metadata": {"chat": "1"}})
        card = fresh(call, number)
        call("post", f"/v1/payment_methods/{card}/attach", {"person": person["id"]})
        people.append((person["id"], card))
    (ada, card), (ben, ben_card) = people
    call("get", f"/v1/people/{ada}")
    call("get", "/v1/people", {"limit": 2})
    top_up = call("post", f"/v1/people/{ada}/wallet/top_ups", {"amount": 900, "currency": "usd", "payment_method": card})
    call("get", f"/v1/people/{ada}/wallet/top_ups/{top_up['id']}")
    sent = call("post", "/v1/friend_transfers", {
        "sender": ada, "recipient": ben, "amount": 500, "currency": "usd", "note": "for the pizza"})
    call("get", f"/v1/friend_transfers/{sent['id']}")
    call("post", f"/v1/friend_transfers/{sent['id']}/accept")
    for end in ("decline", "cancel"):
        other = call("post", "/v1/friend_transfers", {
            "sender": ada, "recipient": ben, "amount": 100, "currency": "usd", "payment_method": card})
        call("post", f"/v1/friend_transfers/{other['id']}/{end}")
    call("get", "/v1/friend_transfers", {"person": ben})
    call("get", f"/v1/people/{ben}/wallet")
    out = call("post", f"/v1/people/{ben}/wallet/cash_outs", {"amount": 50, "currency": "usd", "payment_method": ben_card})
    call("get", f"/v1/people/{ben}/wallet/cash_outs/{out['id']}")
    call("get", f"/v1/people/{ben}/wallet/movements")
    bot = call("post", "/v1/bots", {
        "name": "Baker", "legal_name": "Baker GmbH", "merchant_category_code": "5462", "country": "DE",
        "statement_descriptor": "BAKER"})
    call("get", f"/v1/bots/{bot['id']}")
    ada_only = {"feature": "checkout", "testers_only": True, "testers": [ada]}
    assert call("post", f"/v1/bots/{bot['id']}/availability", ada_only)["rules"][0]["set_by"] == "platform"
    assert call("get", f"/v1/bots/{bot['id']}/availability")["rules"][0]["testers"] == [ada]
    call("get", "/v1/bots")
    events = call("get", "/v1/events", {"type": "friend_transfer.*"})
    assert events["data"]


def test_sessions_of_people_match_the_description(as_platform, florin, visited):
    call = as_platform
    person = call("post", "/v1/people", {"name": "Ada", "metadata": {"chat": "1"}})["id"]
    made = call("post", "/v1/person_sessions", {"person": person, "expires_in": 600})
    opened = Checked(florin.client(), visited)("post", "/v1/person_sessions/exchange", {"code": made["code"]})
    own = Checked(florin.client(opened["token"]), visited)
    own("get", f"/v1/people/{person}")
    own("get", f"/v1/person_sessions/{made['id']}")
    own("get", "/v1/payment_methods")
    own("get", f"/v1/people/{person}/pin")
    keeper = call("post", "/v1/person_sessions", {"person": person, "secret": "token", "scopes": ["payment_methods:write"]})["token"]
    Checked(florin.client(keeper), visited)("post", f"/v1/people/{person}/pin", {"pin": "2580", "asked": "always"})
    assert call("get", f"/v1/people/{person}/pin")["asked"] == "always"
    assert call("delete", f"/v1/people/{person}/pin")["set"] is False
    call("get", "/v1/person_sessions", {"person": person})
    call("post", "/v1/person_sessions", {"person": person, "secret": "token", "scopes": ["wallet:read"]})
    own("post", f"/v1/person_sessions/{made['id']}/revoke")
    assert call("post", "/v1/person_sessions/revoke", {"person": person})["revoked"] == 2


def test_what_guests_see_matches_the_description(bot, florin):
    intent = bot.post("/v1/payment_intents", {"amount": 900, "currency": "usd"}).json
    guest, secret = florin.client(florin.dev["publishable_key"]), {"client_secret": intent["client_secret"]}
    path = f"/v1/payment_intents/{intent['id']}"
    declined = guest.post("/v1/payment_methods", {"type": "card", "card": {**CARD, "number": "4000000000000002"}}).json
    check({"$ref": "#/components/schemas/guest_payment_intent"}, guest.get(path, secret).json)
    answer = guest.post(path + "/confirm", {**secret, "payment_method": declined["id"]})
    assert answer.status == 402
    check({"$ref": "#/components/schemas/error_answer"}, answer.json)
    check({"$ref": "#/components/schemas/guest_payment_intent"}, answer.error["payment_intent"])
    good = guest.post("/v1/payment_methods", {"type": "card", "card": CARD}).json
    paid = guest.post(path + "/confirm", {**secret, "payment_method": good["id"]})
    assert paid.status == 200
    check({"$ref": "#/components/schemas/guest_payment_intent"}, paid.json)


def test_the_tour_above_has_called_every_operation(visited):
    """Runs last in this file. What is public is not part of it."""
    described = {(m, p) for m, p, o in operations() if "public" not in o["tags"]}
    if len(visited) < 20:
        pytest.skip("runs together with the tests above")
    assert described - visited == set()


def fresh(call, number="4242424242424242"):
    return call("post", "/v1/payment_methods", {"type": "card", "card": {**CARD, "number": number}})["id"]
