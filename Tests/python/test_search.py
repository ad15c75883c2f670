"""Customers are searched by texts that lie nowhere in clear, and what searches, charges and lists of small bots find."""

import time
import uuid

import pytest

from test_bad_input import CARD


@pytest.fixture(scope="module")
def mark():
    """Tells this run's customers from everybody else's."""
    return uuid.uuid4().hex


@pytest.fixture(scope="module")
def customers(bot, mark):
    made = []
    for number in range(5):
        params = {"name": f"Ada {mark}", "email": f"{mark}-{number % 2}@Example.com", "phone": f"+49 {number}",
                  "metadata": {"mark": mark, "Order": str(number)}}
        made.append(bot.post("/v1/customers", params).json["id"])
    return made


def found(client, query, **more):
    answer = client.get("/v1/customers/search", {"query": query, **more})
    assert answer.status == 200, answer
    assert answer.json["object"] == "search_result" and answer.json["url"] == "/v1/customers/search"
    return [customer["id"] for customer in answer.json["data"]]


def test_customers_are_found_by_each_of_their_texts(bot, customers, mark):
    for query, expected in [
        (f"email:'{mark}-0@example.com'", [4, 2, 0]), (f'email:"{mark.upper()}-1@EXAMPLE.COM"', [3, 1]),
        (f"name:'ada {mark}'", [4, 3, 2, 1, 0]), (f"metadata['mark']:'{mark}'", [4, 3, 2, 1, 0]),
        (f"metadata['mark']:'{mark}' AND metadata['Order']:'3'", [3]), (f"metadata['mark']:'{mark}' phone:'+49 2'", [2]),
        (f"metadata['mark']:'{mark}' and email:'{mark}-0@example.com' AND name:'Ada {mark}'", [4, 2, 0]),
        (f"metadata['mark']:'{mark}' AND metadata['order']:'3'", []), (f"email:'{mark}'", []),
        (f"metadata['mark']:'{mark}' AND created>{int(time.time()) - 3600}", [4, 3, 2, 1, 0]),
        (f"metadata['mark']:'{mark}' AND created<{int(time.time()) - 3600}", []),
    ]:
        assert found(bot, query) == [customers[index] for index in expected], query
    assert found(bot, f"created>={int(time.time()) - 3600} AND created<={int(time.time()) + 60}", limit=100)[:5]


def test_a_search_goes_on_page_by_page(bot, customers, mark):
    query, pages, page = f"metadata['mark']:'{mark}'", [], None
    while True:
        answer = bot.get("/v1/customers/search", {"query": query, "limit": 2, **({"page": page} if page else {})}).json
        pages.append([customer["id"] for customer in answer["data"]])
        page = answer["next_page"]
        assert answer["has_more"] == (page is not None)
        if page is None:
            break
    assert [len(part) for part in pages] == [2, 2, 1] and sum(pages, []) == customers[::-1]


def test_other_bots_and_the_other_mode_find_nothing(florin, platform, customers, mark):
    other = platform.post("/v1/bots", {"name": "Other", "legal_name": "Other Ltd", "merchant_category_code": 5812, "country": "GB",
                                       "statement_descriptor": "OTHER BOT"}).json["id"]
    for owner, flags in ((other, []), (florin.dev["bot"], ["--mode", "live"])):
        client = florin.client(florin.florinctl("keys", "create", owner, *flags)["secret"])
        assert found(client, f"metadata['mark']:'{mark}'") == []


def test_a_change_and_a_deletion_are_found_at_once(bot):
    mark = uuid.uuid4().hex
    customer = bot.post("/v1/customers", {"email": f"{mark}@example.com", "metadata": {"mark": mark}}).json["id"]
    bot.post(f"/v1/customers/{customer}", {"email": f"{mark}@example.org"})
    assert found(bot, f"email:'{mark}@example.com'") == []
    assert found(bot, f"email:'{mark}@example.org'") == found(bot, f"metadata['mark']:'{mark}'") == [customer]
    bot.post(f"/v1/customers/{customer}", {"metadata": ""})
    assert found(bot, f"metadata['mark']:'{mark}'") == []
    bot.delete(f"/v1/customers/{customer}")
    assert found(bot, f"email:'{mark}@example.org'") == []


# ---- Charges of small bots

def token(bot, number=CARD["number"]):
    return bot.post("/v1/tokens", {"card": {**CARD, "number": number}}).json["id"]


def test_a_charge_takes_the_money_of_a_token_once(bot):
    params = {"amount": 700, "currency": "usd", "source": token(bot), "description": "Roses", "metadata": {"order": "7"}}
    key = str(uuid.uuid4())
    first = bot.post("/v1/charges", params, idempotency_key=key)
    assert first.status == 200, first
    charge = first.json
    assert (charge["object"], charge["status"], charge["paid"], charge["captured"]) == ("charge", "succeeded", True, True)
    assert (charge["description"], charge["metadata"]) == ("Roses", {"order": "7"})
    again = bot.post("/v1/charges", params, idempotency_key=key)
    assert again.body == first.body and again.headers["idempotent-replayed"] == "true"
    used = bot.post("/v1/charges", params)
    assert used.status == 400 and used.error["code"] == "token_already_used" and used.error["param"] == "source"
    assert bot.get(f"/v1/charges/{charge['id']}").json["amount"] == 700
    assert bot.post("/v1/refunds", {"charge": charge["id"]}).json["status"] == "succeeded"


def test_a_charge_of_a_saved_card_names_its_customer(bot):
    customer = bot.post("/v1/customers", {"name": "Ada"}).json["id"]
    card = bot.post("/v1/payment_methods", {"type": "card", "card": CARD}).json["id"]
    bot.post(f"/v1/payment_methods/{card}/attach", {"customer": customer})
    answer = bot.post("/v1/charges", {
        "amount": 700, "currency": "usd", "source": card, "customer": customer, "expand": ["customer", "balance_transaction"]})
    assert answer.json["customer"]["id"] == customer and answer.json["balance_transaction"]["amount"] == 700, answer


def test_a_charge_can_be_held_and_captured_in_part(bot):
    held = bot.post("/v1/charges", {"amount": 900, "currency": "usd", "source": token(bot), "capture": False}).json
    assert (held["captured"], held["amount_captured"]) == (False, 0)
    taken = bot.post(f"/v1/charges/{held['id']}/capture", {"amount": 400})
    assert (taken.json["id"], taken.json["captured"], taken.json["amount_captured"]) == (held["id"], True, 400), taken
    assert bot.post(f"/v1/charges/{held['id']}/capture").status == 400


def test_a_declined_charge_raises_the_error_of_a_card(bot):
    answer = bot.post("/v1/charges", {"amount": 900, "currency": "usd", "source": token(bot, "4000000000009995")})
    assert answer.status == 402 and answer.error["decline_code"] == "insufficient_funds"
    assert "payment_intent" not in answer.error and answer.error["charge"].startswith("ch_")
    assert bot.get(f"/v1/charges/{answer.error['charge']}").json["status"] == "failed"


def test_a_charge_that_wants_the_cardholder_is_declined_and_holds_nothing(bot):
    key, params = str(uuid.uuid4()), {"amount": 900, "currency": "usd", "source": token(bot, "4000002760003184")}
    for _ in range(2):
        answer = bot.post("/v1/charges", params, idempotency_key=key)
        assert (answer.status, answer.error["code"]) == (402, "authentication_required"), answer
    charge = bot.get(f"/v1/charges/{answer.error['charge']}").json
    assert charge["status"] == "failed"
    assert bot.get(f"/v1/payment_intents/{charge['payment_intent']}").json["status"] == "canceled"


def test_the_texts_of_a_charge_are_changed(bot):
    charge = bot.post("/v1/charges", {"amount": 700, "currency": "usd", "source": token(bot), "metadata": {"a": "1"}}).json
    changed = bot.post(f"/v1/charges/{charge['id']}", {"description": "Tulips", "metadata": {"a": "", "b": "2"}}).json
    assert (changed["description"], changed["metadata"]) == ("Tulips", {"b": "2"})
    events = bot.get("/v1/events", {"type": "charge.updated", "limit": 1}).json["data"]
    assert events[0]["data"]["object"]["id"] == charge["id"]


def test_refunds_are_noted_on_and_not_cancelled(bot):
    charge = bot.post("/v1/charges", {"amount": 700, "currency": "usd", "source": token(bot)}).json
    refund = bot.post("/v1/refunds", {"charge": charge["id"], "amount": 100}).json
    changed = bot.post(f"/v1/refunds/{refund['id']}", {"metadata": {"case": "1"}}).json
    assert changed["metadata"] == {"case": "1"} and changed["amount"] == 100
    refused = bot.post(f"/v1/refunds/{refund['id']}/cancel")
    assert (refused.status, refused.error["code"]) == (400, "refund_not_cancelable")


# ---- Balance transactions

def test_balance_transactions_are_found_by_what_made_them_and_when(bot):
    began = int(time.time())
    charge = bot.post("/v1/charges", {"amount": 700, "currency": "usd", "source": token(bot)}).json
    refund = bot.post("/v1/refunds", {"charge": charge["id"], "amount": 100}).json
    for source, amount in ((charge["id"], 700), (refund["id"], -100)):
        entries = bot.get("/v1/balance_transactions", {"source": source}).json
        assert [(entry["amount"], entry["source"]) for entry in entries["data"]] == [(amount, source)]
        assert entries["has_more"] is False
        assert bot.get("/v1/balance_transactions", {"source": source, "currency": "eur"}).json["data"] == []
    def listed(**bounds):
        return [entry["source"] for entry in bot.get("/v1/balance_transactions", {"created": bounds, "limit": 100}).json["data"]]
    assert {charge["id"], refund["id"]} <= set(listed(gte=began))
    assert not {charge["id"], refund["id"]} & set(listed(lt=began))
    assert listed(gte=began + 3600) == []
    assert bot.get("/v1/balance_transactions", {"source": "pi_00000000000000000000000000"}).status == 404


# ---- Pages of other origins

ORIGIN = {"Origin": "https://shop.example"}


def preflight(client, path, method):
    return client.request("OPTIONS", path, headers={**ORIGIN, "Access-Control-Request-Method": method,
                                                    "Access-Control-Request-Headers": "authorization,content-type"})


def test_pages_may_call_exactly_what_a_publishable_key_may_call(florin):
    from test_access import table

    nobody, wrong = florin.client(), []
    for method, path, allowed in table():
        answer = preflight(nobody, path.replace("{id}", "x").replace("{method}", "x").replace("{movement}", "x"), method.upper())
        # What needs no credential at all is not for pages either.
        expected = "publishable" in allowed and "nobody" not in allowed
        opened = answer.status == 204 and answer.headers.get("access-control-allow-origin") == "*" \
            and method.upper() in answer.headers["access-control-allow-methods"].split(", ")
        if opened != expected or (not expected and any(name.startswith("access-control") for name in answer.headers)):
            wrong.append((method, path, answer.status, answer.headers))
    assert wrong == []
    for path in ("/healthz", "/docs", "/v1/nothing", "/v1/customers"):
        assert not any(name.startswith("access-control") for name in preflight(nobody, path, "GET").headers)
    assert nobody.request("OPTIONS", "/v1/tokens", headers=ORIGIN).status == 405


def test_a_page_reads_answers_to_its_publishable_key_and_to_no_other(florin, bot):
    page, intent = florin.client(florin.dev["publishable_key"]), bot.post("/v1/payment_intents", {"amount": 900, "currency": "usd"}).json
    path, secret = f"/v1/payment_intents/{intent['id']}", {"client_secret": intent["client_secret"]}
    seen = page.get(path, secret, headers=ORIGIN)
    assert seen.status == 200 and seen.headers["access-control-allow-origin"] == "*"
    assert "request-id" in seen.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in seen.headers
    # Errors are read too: a wrong secret, a wrong key.
    assert page.get(path, headers=ORIGIN).headers["access-control-allow-origin"] == "*"
    assert florin.client("pk_test_none").get(path, secret, headers=ORIGIN).headers["access-control-allow-origin"] == "*"
    made = page.post("/v1/payment_methods", {"type": "card", "card": CARD}, headers=ORIGIN)
    assert made.status == 200 and made.headers["access-control-allow-origin"] == "*"
    paid = page.post(path + "/confirm", {**secret, "payment_method": made.json["id"]}, headers=ORIGIN)
    assert paid.json["status"] == "succeeded" and paid.headers["access-control-allow-origin"] == "*"
    for answer in (
        bot.get(path, headers=ORIGIN), bot.post("/v1/tokens", {"card": CARD}, headers=ORIGIN), page.get("/v1/customers", headers=ORIGIN),
        page.post("/v1/payment_intents", {"amount": 1, "currency": "usd"}, headers=ORIGIN), florin.client().get(path, headers=ORIGIN),
        page.get("/v1/nothing", headers=ORIGIN),
    ):
        assert not any(name.startswith("access-control") for name in answer.headers), answer
