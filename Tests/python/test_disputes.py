"""Disputes and fees over a running daemon: Stripe's official package, the sandbox's cards, florinctl."""

import time

import pytest
import stripe

from test_stripe_sdk import client_for, payment_method

SECONDS = 60


@pytest.fixture(scope="module")
def daemon():
    """One of its own: the bot's balance is compared with what these tests did."""
    from conftest import started_daemon

    yield from started_daemon()


@pytest.fixture
def sdk(daemon):
    return client_for(daemon)


def eventually(look, what):
    deadline = time.monotonic() + SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.1)
    return found


def charged(sdk, number, amount=5000, **more):
    return sdk.v1.payment_intents.create({
        "amount": amount, "currency": "usd", "payment_method": payment_method(sdk, number).id, "confirm": True, **more})


def disputed(sdk, intent, status):
    def look():
        found = sdk.v1.disputes.list({"payment_intent": intent.id}).data
        return found[0] if found and found[0].status == status else None

    return eventually(look, f"a dispute that is {status}")


def withdrawn(sdk, dispute, lines=1):
    def look():
        found = sdk.v1.disputes.retrieve(dispute.id)
        return found if len(found.balance_transactions) == lines else None

    return eventually(look, f"{lines} balance transactions")


def events(sdk, dispute):
    found = sdk.v1.events.list({"limit": 100}).auto_paging_iter()
    return [e.type for e in found if getattr(e.data.object, "id", None) == dispute.id][::-1]


def available(sdk):
    return {part.currency: part.amount for part in sdk.v1.balance.retrieve().available}.get("usd", 0)


def net(sdk):
    return sum(line.net for line in sdk.v1.balance_transactions.list({"currency": "usd"}).auto_paging_iter())


def test_a_dispute_is_won_with_winning_evidence(sdk, daemon):
    before = available(sdk)
    intent = charged(sdk, "4000000000000259")
    dispute = withdrawn(sdk, disputed(sdk, intent, "needs_response"))
    assert (dispute.amount, dispute.reason, dispute.charge) == (5000, "fraudulent", intent.latest_charge)
    line = dispute.balance_transactions[0]
    assert (line.type, line.reporting_category, line.amount, line.fee, line.net) == (
        "adjustment", "dispute", -5000, 1500, -6500)
    assert available(sdk) == before - 1500
    assert dispute.evidence_details.due_by > time.time() and not dispute.is_charge_refundable
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.v1.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_disputed"

    kept = sdk.v1.disputes.update(
        dispute.id, {"evidence": {"product_description": "Roses"}, "submit": False, "metadata": {"case": "7"}})
    assert kept.evidence.product_description == "Roses" and kept.evidence_details.submission_count == 0
    sent = sdk.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    with pytest.raises(stripe.InvalidRequestError) as twice:
        sdk.v1.disputes.update(dispute.id, {"evidence": {"customer_name": "Ada"}})
    assert twice.value.code in ("dispute_evidence_submitted", "dispute_closed")

    disputed(sdk, intent, "won")
    withdrawn(sdk, dispute, 2)
    assert available(sdk) == before + 3500 and net(sdk) == available(sdk)
    seen = events(sdk, dispute)
    assert seen[0] == "charge.dispute.created" and seen[-1] == "charge.dispute.funds_reinstated"
    assert {"charge.dispute.funds_withdrawn", "charge.dispute.updated", "charge.dispute.closed"} <= set(seen)
    assert sdk.v1.disputes.retrieve(dispute.id).metadata["case"] == "7"
    assert sdk.v1.charges.retrieve(intent.latest_charge).disputed


def test_a_dispute_is_lost_with_losing_evidence_or_by_giving_up(sdk):
    first = charged(sdk, "4000000000002685")
    dispute = disputed(sdk, first, "needs_response")
    assert dispute.reason == "product_not_received"
    sdk.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "losing_evidence"}})
    disputed(sdk, first, "lost")
    second = charged(sdk, "4000000000000259")
    dispute = disputed(sdk, second, "needs_response")
    assert sdk.v1.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError) as closed:
        sdk.v1.disputes.close(dispute.id)
    assert closed.value.code == "dispute_closed"


def test_an_inquiry_takes_no_money_until_it_is_escalated(sdk):
    before = available(sdk)
    intent = charged(sdk, "4000000000001976")
    dispute = disputed(sdk, intent, "warning_needs_response")
    assert dispute.is_charge_refundable and not dispute.balance_transactions and available(sdk) == before + 5000
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.v1.disputes.close(dispute.id)
    assert refused.value.code == "dispute_is_inquiry"
    sdk.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}})
    disputed(sdk, intent, "needs_response")
    withdrawn(sdk, dispute)
    assert available(sdk) == before - 1500


def test_after_a_refund_the_bot_owes_and_pays_with_what_comes_next(mortal):
    sdk = client_for(mortal)
    intent = charged(sdk, "4000000000000259")
    sdk.v1.refunds.create({"payment_intent": intent.id})
    withdrawn(sdk, disputed(sdk, intent, "needs_response"))
    assert available(sdk) == -6500 == net(sdk)
    paid = charged(sdk, "4242424242424242", 7000)
    assert available(sdk) == 500 == net(sdk)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.v1.refunds.create({"payment_intent": paid.id, "amount": 501})
    assert refused.value.code == "balance_insufficient"
    assert mortal.florinctl("ledger", "verify")["problems"] == []


def test_operators_see_disputes_and_set_fees(sdk, daemon):
    bot = daemon.dev["bot"]
    assert daemon.florinctl("bots", "fees", "show", bot)["items"] == []
    set_to = daemon.florinctl("bots", "fees", "set", bot, "--currency", "usd", "--basis-points", "250", "--fixed", "30")
    assert [(fee["currency"], fee["basis_points"], fee["fixed"]["minor_units"]) for fee in set_to["items"]] == [
        ("usd", 250, 30)]
    before = available(sdk)
    intent = charged(sdk, "4242424242424242", 1000, expand=["latest_charge.balance_transaction"])
    line = intent.latest_charge.balance_transaction
    assert (line.amount, line.fee, line.net) == (1000, 55, 945)
    assert [(detail.amount, detail.type) for detail in line.fee_details] == [(55, "application_fee")]
    assert available(sdk) == before + 945 and net(sdk) == available(sdk)
    daemon.florinctl("bots", "fees", "remove", bot, "--currency", "usd")
    assert daemon.florinctl("bots", "fees", "show", bot)["items"] == []
    audited = str(daemon.florinctl("audit", "list", "--limit", "20")["items"])
    assert "/fees" in audited and "basis_points" in audited, audited

    disputed_one = charged(sdk, "4000000000000259")
    dispute = disputed(sdk, disputed_one, "needs_response")
    shown = daemon.florinctl("disputes", "show", dispute.id)
    assert (shown["status"], shown["amount"]["minor_units"]) == ("needs_response", 5000)
    due = daemon.florinctl("disputes", "list", "--due-within", "8d")["items"]
    assert dispute.id in [item["id"] for item in due]
    assert dispute.id not in [item["id"] for item in daemon.florinctl("disputes", "list", "--due-within", "1h")["items"]]
    kinds = {step["kind"] for step in daemon.florinctl("timeline", disputed_one.id)["steps"]}
    assert "dispute" in kinds
    assert daemon.florinctl("facts", "list")["items"] == []
    assert daemon.florinctl("ledger", "verify")["problems"] == []
