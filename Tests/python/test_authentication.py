"""A card that requires authentication: the cardholder is sent to the sandbox's page and comes back."""

import urllib.parse

CARD = {"number": "4000002760003184", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
BACK = "https://example.com/back?order=7"


def waiting_payment(bot):
    method = bot.post("/v1/payment_methods", {"type": "card", "card": CARD}).json["id"]
    intent = bot.post("/v1/payment_intents", {
        "amount": 1500, "currency": "usd", "payment_method": method, "confirm": True, "return_url": BACK}).json
    assert intent["status"] == "requires_action" and intent["amount_received"] == 0
    action = intent["next_action"]["redirect_to_url"]
    assert action["return_url"] == BACK
    page = urllib.parse.urlsplit(action["url"])
    return intent["id"], f"{page.path}?{page.query}"


def test_a_cardholder_who_approves_comes_back_and_the_payment_succeeds(florin, bot):
    intent, page = waiting_payment(bot)
    shown = florin.client().get(page)
    assert shown.status == 200 and b"<form" in shown.body
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    answered = florin.client().post(page, {"result": "pass"})
    assert (answered.status, answered.headers["location"]) == (303, BACK)
    paid = bot.post(f"/v1/payment_intents/{intent}/confirm").json
    assert (paid["status"], paid["amount_received"], paid["next_action"]) == ("succeeded", 1500, None)
    assert florin.client().post(page, {"result": "fail"}).status == 404


def test_a_cardholder_who_refuses_leaves_the_payment_unpaid(florin, bot):
    intent, page = waiting_payment(bot)
    assert florin.client().post(page, {"result": "fail"}).status == 303
    refused = bot.post(f"/v1/payment_intents/{intent}/confirm")
    assert refused.status == 402 and refused.error["decline_code"] == "authentication_required"
    assert bot.get(f"/v1/payment_intents/{intent}").json["status"] == "requires_payment_method"


def test_a_page_without_a_payment_says_so(florin):
    assert florin.client().post("/sandbox/authenticate/sbx_none", {"result": "pass"}).status == 404
    assert florin.client().post("/sandbox/authenticate/sbx_none", {"result": "perhaps"}).status == 400
