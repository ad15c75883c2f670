"""Stripe's official package through every resource that we have, success and failure: the plain client and the async one, and a line
that breaks before and after each request."""

import asyncio
import http.client
import http.server
import ssl
import threading
import time
import urllib.parse
import uuid

import pytest
import stripe

from test_stripe_sdk import card, client_for, paid, payment_method, sdk  # noqa: F401


def token(sdk, number="4242424242424242"):
    return sdk.v1.tokens.create({"card": card(number)}).id


def refused(call, status=None, code=None, param=None, kind=stripe.StripeError):
    with pytest.raises(kind) as raised:
        call()
    error = raised.value
    assert status in (None, error.http_status) and code in (None, error.code), error
    assert param is None or error.param == param, error.param
    return error


# ---- The resources


def test_customers_are_changed_listed_searched_and_deleted(sdk):
    mark = uuid.uuid4().hex
    made = [sdk.v1.customers.create({"email": f"{mark}@example.com", "metadata": {"mark": mark, "n": str(n)}}).id for n in range(5)]
    changed = sdk.v1.customers.update(made[0], {"phone": "+49 30 1", "metadata": {"n": ""}, "address": {"city": "Bonn", "country": "DE"}})
    assert (changed.phone, changed.metadata.to_dict(), changed.address.city) == ("+49 30 1", {"mark": mark}, "Bonn")
    found = sdk.v1.customers.list({"email": f"{mark}@example.com", "limit": 2})
    assert [customer.id for customer in found.auto_paging_iter()] == made[::-1]
    searched = sdk.v1.customers.search({"query": f"metadata['mark']:'{mark}'", "limit": 2})
    assert searched.object == "search_result" and [customer.id for customer in searched.auto_paging_iter()] == made[::-1]
    assert [c.id for c in sdk.v1.customers.search({"query": f'metadata["mark"]:"{mark}" AND metadata["n"]:"3"'}).data] == [made[3]]
    assert sdk.v1.customers.delete(made[0]).deleted
    assert sdk.v1.customers.retrieve(made[0]).deleted
    refused(lambda: sdk.v1.customers.update(made[0], {"name": "x"}), 404, "resource_missing")
    refused(lambda: sdk.v1.customers.search({"query": "name~'Ada'"}), 400, param="query")
    refused(lambda: sdk.v1.customers.create({"email": "nobody"}), 400, "email_invalid", "email")
    refused(lambda: sdk.v1.customers.create({"tax_exempt": "exempt"}), 400, "parameter_unknown", "tax_exempt")


def test_a_customer_comes_with_a_card_and_pays_with_it_later(sdk):
    made = sdk.v1.customers.create({
        "name": "Ada", "payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}})  # fmt: skip
    (saved,) = sdk.v1.customers.payment_methods.list(made.id).data
    assert (saved.card.last4, saved.customer, made.invoice_settings.default_payment_method) == ("4242", made.id, saved.id)
    later = {"amount": 700, "currency": "usd", "customer": made.id, "payment_method": saved.id, "confirm": True}
    assert sdk.v1.payment_intents.create(later).status == "succeeded"
    loose = payment_method(sdk)
    key = uuid.uuid4().hex
    other = sdk.v1.customers.create({"payment_method": loose.id}, {"idempotency_key": key})
    assert sdk.v1.customers.create({"payment_method": loose.id}, {"idempotency_key": key}).id == other.id
    assert sdk.v1.payment_methods.retrieve(loose.id).customer == other.id and other.invoice_settings.default_payment_method is None
    told = [e.type for e in sdk.v1.events.list({"types": ["customer.created", "payment_method.attached"], "limit": 100}).data
            if e.data.object["id"] in (other.id, loose.id)]  # fmt: skip
    assert sorted(told) == ["customer.created", "payment_method.attached"]
    # What is refused leaves no customer behind.
    newest = sdk.v1.customers.list({"limit": 1}).data[0].id
    refused(lambda: sdk.v1.customers.create({"payment_method": loose.id}), 400, "payment_method_unexpected_state", "payment_method")
    refused(lambda: sdk.v1.customers.create({"payment_method": "pm_card_nobody"}), 404, "resource_missing", "payment_method")
    refused(
        lambda: sdk.v1.customers.create({"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": saved.id}}), 404,
        "resource_missing", "invoice_settings[default_payment_method]")
    refused(
        lambda: sdk.v1.customers.create({"invoice_settings": {"default_payment_method": saved.id}}), 404, "resource_missing",
        "invoice_settings[default_payment_method]")
    assert sdk.v1.customers.list({"limit": 1}).data[0].id == newest


def test_what_is_paid_already_is_not_confirmed_again_and_the_error_says_so(sdk):
    done = paid(sdk, 700)
    refused(lambda: sdk.v1.payment_intents.confirm(done.id), 400, "payment_intent_unexpected_state")
    refused(lambda: sdk.v1.payment_intents.confirm(done.id, {"payment_method": "pm_card_visa"}), 400, "payment_intent_unexpected_state")


def test_a_search_that_there_is_not_is_no_missing_object(sdk):
    for search in (sdk.v1.payment_intents.search, sdk.v1.charges.search):
        error = refused(lambda: search({"query": "status:'succeeded'"}), 404)
        assert "Unrecognized request URL" in str(error) and error.code is None


def test_test_cards_have_the_names_that_bots_tests_know(sdk, florin):
    made = sdk.v1.payment_intents.create({"amount": 500, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True})
    assert made.status == "succeeded" and made.payment_method.startswith("pm_")
    assert sdk.v1.payment_methods.retrieve(made.payment_method).card.last4 == "4242"
    for name, number in [("pm_card_amex", "0005"), ("pm_card_mastercard_debit", "8210")]:
        used = sdk.v1.payment_intents.create({
            "amount": 500, "currency": "usd", "payment_method": name, "confirm": True, "expand": ["payment_method"]})  # fmt: skip
        assert (used.status, used.payment_method.card.last4) == ("succeeded", number)
    declined = refused(
        lambda: sdk.v1.payment_intents.create({
            "amount": 500, "currency": "usd", "payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds", "confirm": True}),
        402, "card_declined", kind=stripe.CardError)  # fmt: skip
    assert declined.error.decline_code == "insufficient_funds"
    again = sdk.v1.payment_intents.confirm(declined.error.payment_intent.id, {"payment_method": "pm_card_visa"})
    assert again.status == "succeeded"
    assert sdk.v1.charges.create({"amount": 500, "currency": "usd", "source": "tok_visa"}).paid
    refused(
        lambda: sdk.v1.charges.create({"amount": 500, "currency": "usd", "source": "tok_chargeDeclined"}), 402, "card_declined",
        kind=stripe.CardError)
    customer = sdk.v1.customers.create({})
    saved = sdk.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    assert saved.customer == customer.id and [m.id for m in sdk.v1.customers.payment_methods.list(customer.id).data] == [saved.id]
    token = sdk.v1.payment_methods.create({"type": "card", "card": {"token": "tok_amex"}})
    assert token.card.brand == "amex"
    kept = sdk.v1.setup_intents.create({"customer": customer.id, "payment_method": "pm_card_visa", "confirm": True})
    assert kept.status == "succeeded"
    asked = sdk.v1.setup_intents.create({"customer": customer.id, "payment_method": "pm_card_authenticationRequiredOnSetup", "confirm": True})
    assert asked.status == "requires_action"
    for wrong in ("pm_card_discover", "pm_card_", "tok_visa", "pm_card_visa_"):
        refused(
            lambda: sdk.v1.payment_intents.create({"amount": 5, "currency": "usd", "payment_method": wrong}), 404, "resource_missing",
            "payment_method")
    refused(lambda: sdk.v1.payment_methods.attach("pm_card_diners", {"customer": customer.id}), 404, "resource_missing")


def test_a_card_comes_with_the_payment_that_it_pays(sdk):
    data = {"type": "card", "card": card(), "billing_details": {"name": "Ada"}, "metadata": {"a": "1"}}
    asked = {"amount": 700, "currency": "usd", "payment_method_data": data, "confirm": True, "expand": ["payment_method", "latest_charge"]}
    key = uuid.uuid4().hex
    paid = sdk.v1.payment_intents.create(asked, {"idempotency_key": key})
    assert (paid.status, paid.payment_method.billing_details.name, paid.payment_method.card.last4) == ("succeeded", "Ada", "4242")
    assert paid.latest_charge.payment_method_details.card.checks.cvc_check == "pass", "the security code came along"
    assert sdk.v1.payment_intents.create(asked, {"idempotency_key": key}).id == paid.id
    other = {**asked, "payment_method_data": {"type": "card", "card": card("5555555555554444")}}
    refused(lambda: sdk.v1.payment_intents.create(other, {"idempotency_key": key}), 400, kind=stripe.IdempotencyError)
    token = sdk.v1.tokens.create({"card": card()}).id
    by_token = {"type": "card", "card": {"token": token}}
    assert sdk.v1.payment_intents.create({"amount": 5, "currency": "usd", "payment_method_data": by_token, "confirm": True}).status == "succeeded"
    refused(
        lambda: sdk.v1.payment_intents.create({"amount": 5, "currency": "usd", "payment_method_data": by_token}), 400,
        "token_already_used", "payment_method_data[card][token]")
    waiting = sdk.v1.payment_intents.create({"amount": 300, "currency": "usd"})
    assert sdk.v1.payment_intents.confirm(waiting.id, {"payment_method_data": {"type": "card", "card": card()}}).status == "succeeded"
    customer = sdk.v1.customers.create({})
    kept = sdk.v1.setup_intents.create({"customer": customer.id, "payment_method_data": {"type": "card", "card": card()}, "confirm": True})
    assert kept.status == "succeeded" and sdk.v1.payment_methods.retrieve(kept.payment_method).customer == customer.id
    later = sdk.v1.payment_intents.create({
        "amount": 900, "currency": "usd", "customer": customer.id, "payment_method": kept.payment_method, "off_session": True, "confirm": True})  # fmt: skip
    assert later.status == "succeeded"
    refused(
        lambda: sdk.v1.payment_intents.create({**asked, "payment_method": kept.payment_method, "customer": customer.id}), 400,
        param="payment_method_data")
    refused(lambda: sdk.v1.payment_intents.create({**asked, "payment_method_data": {"type": "card"}}), 400, "parameter_missing")
    refused(
        lambda: sdk.v1.payment_intents.create({**asked, "payment_method_data": {"type": "card", "card": card("4242424242424241")}}), 402,
        "incorrect_number", kind=stripe.CardError)
    refused(
        lambda: sdk.v1.setup_intents.create({"payment_method_data": {"type": "paypal"}}), 400, param="payment_method_data[type]")


SHIPPING = {"name": "Ada Ames", "phone": "+49 30 2", "address": {"line1": "Unter den Linden 1", "city": "Berlin", "postal_code": "10117", "country": "DE"}}


def test_where_goods_go_is_kept_with_customers_payments_and_their_charges(sdk):
    customer = sdk.v1.customers.create({"shipping": SHIPPING})
    assert (customer.shipping.name, customer.shipping.address.city, customer.shipping.address.line2) == ("Ada Ames", "Berlin", None)
    # What is sent takes the place of all that was there.
    moved = sdk.v1.customers.update(customer.id, {"shipping": {"name": "Ada", "address": {"city": "Bonn"}}})
    assert (moved.shipping.address.city, moved.shipping.address.line1, moved.shipping.phone) == ("Bonn", None, None)
    assert sdk.v1.customers.update(customer.id, {"shipping": ""}).shipping is None
    payment = sdk.v1.payment_intents.create({
        "amount": 700, "currency": "usd", "payment_method": payment_method(sdk).id, "confirm": True, "shipping": SHIPPING,
        "expand": ["latest_charge"]})  # fmt: skip
    assert payment.shipping.address.postal_code == payment.latest_charge.shipping.address.postal_code == "10117"
    sent = sdk.v1.payment_intents.update(
        payment.id, {"shipping": {**SHIPPING, "carrier": "DHL", "tracking_number": "JD 0146 0000"}, "expand": ["latest_charge"]})
    assert (sent.shipping.carrier, sent.latest_charge.shipping.tracking_number) == ("DHL", "JD 0146 0000")
    waiting = sdk.v1.payment_intents.create({"amount": 300, "currency": "usd", "shipping": SHIPPING})
    confirmed = sdk.v1.payment_intents.confirm(
        waiting.id, {"payment_method": payment_method(sdk).id, "shipping": {"name": "Cy", "address": {"city": "Köln"}}})
    assert (confirmed.shipping.name, confirmed.shipping.address.city, confirmed.shipping.address.line1) == ("Cy", "Köln", None)
    charge = sdk.v1.charges.create({"amount": 300, "currency": "usd", "source": token(sdk), "shipping": SHIPPING})
    assert charge.shipping.name == "Ada Ames"
    assert sdk.v1.charges.update(charge.id, {"shipping": {"name": "Ben", "address": {"city": "Ulm"}}}).shipping.name == "Ben"
    refused(lambda: sdk.v1.customers.create({"shipping": {"name": "Ada"}}), 400, "parameter_missing", "shipping[address]")
    refused(lambda: sdk.v1.customers.create({"shipping": {"address": {"city": "Ulm"}}}), 400, "parameter_missing", "shipping[name]")
    refused(
        lambda: sdk.v1.customers.create({"shipping": {**SHIPPING, "carrier": "DHL"}}), 400, "parameter_unknown", "shipping[carrier]")
    refused(lambda: sdk.v1.payment_intents.create({"amount": 1, "currency": "usd", "shipping": "Berlin"}), 400, param="shipping")


def test_a_customers_usual_method_is_one_of_theirs_and_goes_when_it_is_detached(sdk):
    customer, other, method = sdk.v1.customers.create({}), sdk.v1.customers.create({}), payment_method(sdk)
    sdk.v1.payment_methods.attach(method.id, {"customer": customer.id})
    usual = {"invoice_settings": {"default_payment_method": method.id}}
    assert sdk.v1.customers.update(customer.id, usual).invoice_settings.default_payment_method == method.id
    refused(lambda: sdk.v1.customers.update(other.id, usual), 404, "resource_missing", "invoice_settings[default_payment_method]")
    for wrong in ("pm_nothing", "card"):
        refused(lambda: sdk.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": wrong}}), 404)
    refused(lambda: sdk.v1.customers.update(customer.id, {"invoice_settings": {"footer": "x"}}), 400, "parameter_unknown")
    sdk.v1.payment_methods.detach(method.id)
    assert sdk.v1.customers.retrieve(customer.id).invoice_settings.default_payment_method is None


def test_payment_methods_are_listed_and_detached_for_good(sdk):
    customer, method = sdk.v1.customers.create({}), payment_method(sdk)
    sdk.v1.payment_methods.attach(method.id, {"customer": customer.id})
    assert [m.id for m in sdk.v1.payment_methods.list({"customer": customer.id, "type": "card"}).auto_paging_iter()] == [method.id]
    whole = sdk.v1.payment_methods.retrieve(method.id, {"expand": ["customer"]})
    assert whole.customer.id == customer.id
    assert sdk.v1.customers.payment_methods.retrieve(customer.id, method.id).id == method.id
    assert sdk.v1.payment_methods.detach(method.id).customer is None
    refused(lambda: sdk.v1.payment_methods.attach(method.id, {"customer": customer.id}), 400, "payment_method_unexpected_state")
    refused(lambda: sdk.v1.payment_methods.create({"type": "sepa_debit"}), 400, param="type")
    refused(lambda: sdk.v1.payment_methods.retrieve("pm_none"), 404, "resource_missing")


def test_a_token_becomes_a_charge_which_is_changed_listed_and_given_back_in_parts(sdk):
    source = token(sdk)
    assert sdk.v1.tokens.retrieve(source).used is False
    charge = sdk.v1.charges.create({"amount": 900, "currency": "usd", "source": source, "expand": ["balance_transaction"]})
    assert (charge.status, charge.paid, charge.balance_transaction.amount) == ("succeeded", True, 900)
    assert sdk.v1.tokens.retrieve(source).used is True
    assert sdk.v1.charges.update(charge.id, {"metadata": {"order": "7"}}).metadata["order"] == "7"
    assert sdk.v1.charges.list({"payment_intent": charge.payment_intent}).data[0].id == charge.id
    refunds = [sdk.v1.refunds.create({"charge": charge.id, "amount": amount, "reason": reason})
               for amount, reason in ((100, "duplicate"), (200, "fraudulent"), (600, "requested_by_customer"))]
    assert [refund.status for refund in refunds] == ["succeeded"] * 3
    assert [r.id for r in sdk.v1.refunds.list({"charge": charge.id, "limit": 2}).auto_paging_iter()] == [r.id for r in refunds[::-1]]
    assert sdk.v1.refunds.update(refunds[0].id, {"metadata": {"case": "1"}}).metadata["case"] == "1"
    whole = sdk.v1.refunds.retrieve(refunds[0].id, {"expand": ["charge.payment_intent.customer", "balance_transaction"]})
    assert whole.charge.payment_intent.id == charge.payment_intent and whole.balance_transaction.amount == -100
    refused(lambda: sdk.v1.refunds.cancel(refunds[0].id), 400, "refund_not_cancelable")
    refused(lambda: sdk.v1.refunds.create({"charge": charge.id}), 400, "charge_already_refunded")
    refused(lambda: sdk.v1.refunds.create({"charge": charge.id, "reason": "because"}), 400, param="reason")
    refused(lambda: sdk.v1.charges.create({"amount": 900, "currency": "usd", "source": source}), 400, "token_already_used")
    declined = refused(
        lambda: sdk.v1.charges.create({"amount": 900, "currency": "usd", "source": token(sdk, "4000000000000002")}),
        402, "card_declined", kind=stripe.CardError)
    assert sdk.v1.charges.retrieve(declined.error.charge).status == "failed"


def test_money_that_is_held_by_a_charge_is_captured_once(sdk):
    held = sdk.v1.charges.create({"amount": 900, "currency": "usd", "source": token(sdk), "capture": False})
    assert held.captured is False
    assert sdk.v1.charges.capture(held.id, {"amount": 500}).amount_captured == 500
    refused(lambda: sdk.v1.charges.capture(held.id), 400)


def test_the_expansion_goes_four_levels_deep_and_no_deeper(sdk):
    intent = paid(sdk, 700)
    refund = sdk.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    deep = sdk.v1.refunds.retrieve(refund.id, {"expand": ["payment_intent.latest_charge.balance_transaction.source"]})
    assert deep.payment_intent.latest_charge.balance_transaction.source.id == intent.latest_charge
    refused(
        lambda: sdk.v1.refunds.retrieve(refund.id, {"expand": ["payment_intent.latest_charge.payment_intent.latest_charge.customer"]}),
        400, param="expand[0]")
    refused(lambda: sdk.v1.refunds.retrieve(refund.id, {"expand": ["source_transfer_reversal"]}), 400, param="expand[0]")
    refused(lambda: sdk.v1.refunds.list({"expand": ["charge"]}), 400, param="expand[0]")


def test_balance_transactions_are_listed_by_source_currency_and_time(sdk):
    intent = paid(sdk, 700)
    entries = sdk.v1.balance_transactions.list({"source": intent.latest_charge})
    assert [(entry.amount, entry.type, entry.reporting_category) for entry in entries.data] == [(700, "charge", "charge")]
    assert sdk.v1.balance_transactions.retrieve(entries.data[0].id, {"expand": ["source"]}).source.id == intent.latest_charge
    recent = sdk.v1.balance_transactions.list({"created": {"gte": intent.created}, "currency": "usd", "limit": 3})
    pages = recent.auto_paging_iter()
    assert intent.latest_charge in [entry.source for entry, _ in zip(pages, range(50))]
    refused(lambda: sdk.v1.balance_transactions.list({"type": "loan"}), 400, param="type")
    refused(lambda: sdk.v1.balance_transactions.retrieve("txn_none"), 404, "resource_missing")


def test_lists_are_cut_by_time(sdk):
    intent = paid(sdk, 700)
    for list_of in (sdk.v1.payment_intents, sdk.v1.charges, sdk.v1.events, sdk.v1.balance_transactions):
        assert list_of.list({"created": {"gte": intent.created}, "limit": 1}).data
        assert list_of.list({"created": {"gt": intent.created + 3600}}).data == []
    for list_of in (sdk.v1.customers, sdk.v1.refunds, sdk.v1.disputes):
        assert list_of.list({"created": {"gt": intent.created + 3600}}).data == []


def test_disputes_are_answered_listed_and_given_up(sdk):
    intent = paid(sdk, 700, payment_method=payment_method(sdk, "4000000000000259").id)
    deadline = time.monotonic() + 60
    while not (found := sdk.v1.disputes.list({"payment_intent": intent.id}).data) or not found[0].balance_transactions:
        assert time.monotonic() < deadline, "the sandbox reported no dispute"
        time.sleep(0.2)
    dispute = sdk.v1.disputes.update(found[0].id, {"evidence": {"product_description": "Roses"}, "submit": False})
    assert dispute.evidence.product_description == "Roses" and dispute.status == "needs_response"
    assert sdk.v1.disputes.retrieve(dispute.id, {"expand": ["charge"]}).charge.disputed is True
    refused(lambda: sdk.v1.refunds.create({"payment_intent": intent.id}), 400, "charge_disputed")
    assert sdk.v1.disputes.close(dispute.id).status == "lost"
    refused(lambda: sdk.v1.disputes.close(dispute.id), 400, "dispute_closed")
    refused(lambda: sdk.v1.disputes.retrieve("dp_none"), 404, "resource_missing")


def test_events_are_listed_by_type_and_read(sdk):
    intent = paid(sdk, 700)
    event = next(event for event in sdk.v1.events.list({"type": "payment_intent.succeeded"}).auto_paging_iter()
                 if event.data.object.id == intent.id)
    assert sdk.v1.events.retrieve(event.id).data.object.amount == 700
    types = {event.type for event in sdk.v1.events.list({"types": ["charge.succeeded", "customer.created"], "limit": 100}).data}
    assert types <= {"charge.succeeded", "customer.created"} and "charge.succeeded" in types
    refused(lambda: sdk.v1.events.list({"type": "invoice.paid"}), 400, param="type")


def test_webhook_endpoints_are_changed_listed_and_deleted(sdk):
    endpoint = sdk.v1.webhook_endpoints.create({
        "url": "https://example.com/hook", "enabled_events": ["charge.failed"], "description": "the shop", "metadata": {"a": "1", "b": "2"}})
    assert (endpoint.description, endpoint.metadata.to_dict()) == ("the shop", {"a": "1", "b": "2"})
    noted = sdk.v1.webhook_endpoints.update(endpoint.id, {"metadata": {"a": ""}, "description": ""})
    assert (noted.description, noted.metadata.to_dict()) == (None, {"b": "2"})
    changed = sdk.v1.webhook_endpoints.update(endpoint.id, {"disabled": True, "enabled_events": ["*"]})
    assert (changed.status, changed.enabled_events) == ("disabled", ["*"])
    assert endpoint.id in [one.id for one in sdk.v1.webhook_endpoints.list().auto_paging_iter()]
    assert sdk.v1.webhook_endpoints.delete(endpoint.id).deleted
    refused(lambda: sdk.v1.webhook_endpoints.retrieve(endpoint.id), 404, "resource_missing")
    refused(lambda: sdk.v1.webhook_endpoints.create({"url": "ftp://example.com", "enabled_events": ["*"]}), 400, param="url")


# ---- The async client


def test_the_async_client_does_many_things_at_once(florin):
    async def tour():
        stripe.ca_bundle_path = florin.dev["ca_file"]
        http_client = stripe.AIOHTTPClient(timeout=30)
        sdk = stripe.StripeClient(
            florin.dev["bot_key"], base_addresses={"api": florin.dev["base_url"]}, max_network_retries=0, http_client=http_client)
        try:
            customer = await sdk.v1.customers.create_async({"name": "Ada"})
            methods = await asyncio.gather(*(
                sdk.v1.payment_methods.create_async({"type": "card", "card": card()}) for _ in range(4)))
            intents = await asyncio.gather(*(
                sdk.v1.payment_intents.create_async({
                    "amount": 100 + n, "currency": "usd", "customer": customer.id, "payment_method": method.id, "confirm": True,
                    "expand": ["latest_charge"]}, {"idempotency_key": f"async-{method.id}"})
                for n, method in enumerate(methods)))
            assert sorted(intent.latest_charge.amount for intent in intents) == [100, 101, 102, 103]
            page = await sdk.v1.payment_intents.list_async({"customer": customer.id, "limit": 3})
            seen = [intent.id async for intent in page.auto_paging_iter()]
            assert sorted(seen) == sorted(intent.id for intent in intents) and len(seen) == 4
            again = await sdk.v1.payment_intents.create_async({
                "amount": 100, "currency": "usd", "customer": customer.id, "payment_method": methods[0].id, "confirm": True,
                "expand": ["latest_charge"]}, {"idempotency_key": f"async-{methods[0].id}"})
            assert again.id == intents[0].id
            refund = await sdk.v1.refunds.create_async({"payment_intent": intents[0].id, "amount": 40})
            assert (await sdk.v1.refunds.retrieve_async(refund.id)).status == "succeeded"
            found = await sdk.v1.customers.search_async({"query": "name:'ada'", "limit": 1})
            assert found.data
            bad = (await sdk.v1.tokens.create_async({"card": card("4000000000000002")})).id
            with pytest.raises(stripe.CardError):
                await sdk.v1.charges.create_async({"amount": 900, "currency": "usd", "source": bad})
            with pytest.raises(stripe.InvalidRequestError):
                await sdk.v1.payment_intents.create_async({"amount": -1, "currency": "usd"})
            assert (await sdk.v1.balance.retrieve_async()).object == "balance"
            assert (await sdk.v1.events.list_async({"limit": 1})).data
        finally:
            await http_client.close_async()

    asyncio.run(tour())


# ---- A line that breaks


class BreakingLine:
    """Plain HTTP on loopback that hands requests on to the daemon, and hangs up before or after each of the first few."""

    def __init__(self, daemon):
        self.faults, self.handed_on, base = [], 0, urllib.parse.urlsplit(daemon.dev["base_url"])
        context, line = ssl.create_default_context(cafile=daemon.dev["ca_file"]), self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                fault = line.faults.pop(0) if line.faults else None
                self.close_connection = fault is not None
                if fault == "before":
                    return
                upstream = http.client.HTTPSConnection(base.hostname, base.port, timeout=30, context=context)
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "content-length", "connection")}
                upstream.request(self.command, self.path, body or None, headers)
                answer = upstream.getresponse()
                data = answer.read()
                upstream.close()
                line.handed_on += 1
                if fault == "after":
                    return
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data[: len(data) // 2] if fault == "half" else data)

            do_GET = do_POST = do_DELETE = forward

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def sdk(self, daemon, retries=3):
        return stripe.StripeClient(
            daemon.dev["bot_key"], base_addresses={"api": f"http://127.0.0.1:{self.server.server_port}"},
            max_network_retries=retries, http_client=stripe.RequestsClient(timeout=30))


@pytest.fixture
def line(florin):
    line = BreakingLine(florin)
    yield line
    line.server.shutdown()
    line.server.server_close()


@pytest.mark.parametrize("faults", [["before"], ["after"], ["after", "before"], ["before", "after", "after"]], ids=str)
def test_a_line_that_breaks_leaves_one_effect(florin, line, sdk, faults):
    customer = sdk.v1.customers.create({"name": "Breaking"})
    method = sdk.v1.payment_methods.attach(payment_method(sdk).id, {"customer": customer.id})
    broken = line.sdk(florin)
    line.faults = list(faults)
    intent = broken.v1.payment_intents.create({
        "amount": 500, "currency": "usd", "customer": customer.id, "payment_method": method.id, "confirm": True})
    assert intent.status == "succeeded" and line.handed_on == len(faults) + 1 - faults.count("before")
    assert [one.id for one in sdk.v1.payment_intents.list({"customer": customer.id}).data] == [intent.id]
    assert len(sdk.v1.charges.list({"payment_intent": intent.id}).data) == 1
    line.faults = list(faults)
    refund = broken.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    assert [one.id for one in sdk.v1.refunds.list({"payment_intent": intent.id}).data] == [refund.id]
    line.faults = list(faults)
    assert broken.v1.customers.delete(customer.id).deleted
    line.faults = list(faults)
    assert broken.v1.payment_intents.retrieve(intent.id).amount_received == 500


@pytest.mark.parametrize("fault", ["after", "half"])
def test_a_break_without_retries_is_an_error_and_the_same_key_finds_what_happened(florin, line, sdk, fault):
    """Half an answer is not retried by the package itself, whatever it was told."""
    params = {"amount": 500, "currency": "usd", "payment_method": payment_method(sdk).id, "confirm": True}
    key = str(uuid.uuid4())
    line.faults = [fault]
    with pytest.raises(stripe.APIConnectionError):
        line.sdk(florin, retries=0 if fault == "after" else 3).v1.payment_intents.create(params, {"idempotency_key": key})
    found = sdk.v1.payment_intents.create(params, {"idempotency_key": key})
    assert found.status == "succeeded" and found.last_response.headers["Idempotent-Replayed"] == "true"
