"""Test clocks, driven by Stripe's own package over a running daemon: a month in a second."""

import time

import pytest
import stripe

from conftest import started_daemon
from test_disputes import charged, disputed, eventually
from test_stripe_sdk import client_for, clients, paid

DAY = 86_400


@pytest.fixture
def daemon():
    """One for each test: a clock governs everything of its bot."""
    yield from started_daemon()


@pytest.fixture
def sdk(daemon):
    return client_for(daemon)


@pytest.fixture(params=["plain", "async"])
def either(request, daemon):
    yield from clients(daemon, request.param)


def clock(sdk, **more):
    return sdk.v1.test_helpers.test_clocks.create({"frozen_time": int(time.time()), **more})


def advance(sdk, test_clock, seconds):
    target = sdk.v1.test_helpers.test_clocks.retrieve(test_clock.id).frozen_time + seconds
    began = sdk.v1.test_helpers.test_clocks.advance(test_clock.id, {"frozen_time": target})
    assert (began.status, began.status_details.advancing.target_frozen_time) == ("advancing", target)

    def ready():
        found = sdk.v1.test_helpers.test_clocks.retrieve(test_clock.id)
        return found if found.status != "advancing" else None

    ended = eventually(ready, "the end of an advance")
    assert (ended.status, ended.frozen_time) == ("ready", target)
    return ended


def types(sdk):
    return {event.type for event in sdk.v1.events.list({"limit": 100}).data}


def test_a_clock_is_created_retrieved_listed_and_deleted(either):
    sdk = either
    made = clock(sdk, name="a month")
    assert (made.object, made.status, made.livemode, made.name) == ("test_helpers.test_clock", "ready", False, "a month")
    assert made.deletes_after == made.created + 30 * DAY
    assert sdk.v1.test_helpers.test_clocks.retrieve(made.id) == made
    assert [c.id for c in sdk.v1.test_helpers.test_clocks.list().auto_paging_iter()] == [made.id]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        clock(sdk)
    assert refused.value.code == "resource_already_exists"
    assert sdk.v1.test_helpers.test_clocks.delete(made.id).deleted is True
    assert sdk.v1.test_helpers.test_clocks.list().data == []
    with pytest.raises(stripe.InvalidRequestError) as gone:
        sdk.v1.test_helpers.test_clocks.retrieve(made.id)
    assert gone.value.http_status == 404
    assert {"test_helpers.test_clock.created", "test_helpers.test_clock.deleted"} <= types(sdk)


def test_a_live_key_has_no_clocks(daemon):
    live = daemon.client(daemon.florinctl("keys", "create", daemon.dev["bot"], "--mode", "live")["secret"])
    for answer in (live.get("/v1/test_helpers/test_clocks"), live.post("/v1/test_helpers/test_clocks", {"frozen_time": int(time.time())})):
        assert answer.status == 403 and "test mode" in answer.error["message"], answer


def test_held_money_is_let_go_after_a_week_and_the_books_hold(daemon, sdk):
    test_clock = clock(sdk)
    intent = paid(sdk, 9000, capture_method="manual")
    advance(sdk, test_clock, 6 * DAY)
    assert sdk.v1.payment_intents.retrieve(intent.id).status == "requires_capture"
    advance(sdk, test_clock, 2 * DAY)
    ended = eventually(
        lambda: (found := sdk.v1.payment_intents.retrieve(intent.id)).status == "canceled" and found, "a canceled payment")
    assert ended.cancellation_reason == "automatic"
    # A new one waits as long as any other, from where the clock stands.
    again = paid(sdk, 9000, capture_method="manual")
    advance(sdk, test_clock, 6 * DAY)
    assert sdk.v1.payment_intents.capture(again.id).status == "succeeded"
    assert daemon.florinctl("ledger", "verify")["is_sound"] is True


def test_three_days_of_retries_pass_at_once_and_the_owner_is_told(daemon, sdk):
    endpoint = sdk.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/nobody", "enabled_events": ["customer.created"]})
    test_clock = clock(sdk)
    sdk.v1.customers.create({"name": "Ada"})
    advance(sdk, test_clock, 4 * DAY)
    assert sdk.v1.webhook_endpoints.retrieve(endpoint.id).status == "disabled"
    [delivery] = daemon.client(daemon.dev["bot_key"]).get(f"/v1/webhook_endpoints/{endpoint.id}/deliveries").json["data"]
    assert (delivery["status"], delivery["sequence"], delivery["attempts"]) == ("given_up", 1, 25)
    assert "webhook_endpoint.disabled" in types(sdk)


def test_a_dispute_that_nobody_answers_is_lost_when_its_time_is_over(sdk):
    test_clock = clock(sdk)
    intent = charged(sdk, "4000000000000259")
    dispute = disputed(sdk, intent, "needs_response")
    advance(sdk, test_clock, 8 * DAY)
    lost = eventually(
        lambda: (found := sdk.v1.disputes.retrieve(dispute.id)).status == "lost" and found, "a dispute that is lost")
    assert lost.evidence_details.past_due is True or lost.status == "lost"


def test_a_transfer_that_nobody_takes_goes_back(daemon, sdk):
    platform = daemon.client(daemon.dev["platform_key"])
    owner = client_for(daemon, "platform_key")
    test_clock = clock(owner)
    ada, ben = (person["id"] for person in daemon.dev["people"])
    card = daemon.dev["people"][0]["payment_method"]
    sent = platform.post("/v1/friend_transfers", {
        "sender": ada, "recipient": ben, "amount": 500, "currency": "usd", "payment_method": card}).json
    assert sent["status"] == "in_flight"
    advance(owner, test_clock, 8 * DAY)
    eventually(lambda: platform.get(f"/v1/friend_transfers/{sent['id']}").json["status"] == "returned", "a returned transfer")
    # The bot has no clock: nothing of its moved.
    assert sdk.v1.test_helpers.test_clocks.list().data == []


def test_a_daemon_that_is_killed_in_the_middle_of_an_advance_goes_on(daemon, sdk):
    sdk.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/nobody", "enabled_events": ["customer.created"]})
    test_clock = clock(sdk)
    for _ in range(2):
        sdk.v1.customers.create({"name": "Ada"})
    target = test_clock.frozen_time + 4 * DAY
    sdk.v1.test_helpers.test_clocks.advance(test_clock.id, {"frozen_time": target})
    daemon.kill()
    daemon.start()
    sdk = client_for(daemon)
    found = eventually(
        lambda: (c := sdk.v1.test_helpers.test_clocks.retrieve(test_clock.id)).status == "ready" and c, "a clock that is ready")
    assert found.frozen_time == target


def test_a_secret_is_rolled_with_an_overlap_and_what_was_sent_is_sent_again(daemon, sdk, receiver):
    bot = daemon.client(daemon.dev["bot_key"])
    endpoint = sdk.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["customer.created"]})
    rolled = bot.post(f"/v1/webhook_endpoints/{endpoint.id}/roll_secret", {"expires_in": 3600}).json
    assert rolled["secret"] != endpoint.secret and rolled["previous_secret_expires_at"] > time.time()
    sdk.v1.customers.create({"name": "Ada"})
    first, body = receiver.wait_for(lambda _: True)
    for secret in (endpoint.secret, rolled["secret"]):
        stripe.Webhook.construct_event(body, first["stripe-signature"], secret)
    again = bot.post(f"/v1/webhook_endpoints/{endpoint.id}/roll_secret", {"expires_in": 0}).json
    replayed = bot.post(f"/v1/webhook_endpoints/{endpoint.id}/replay", {"from_sequence": 1}).json
    assert (replayed["deliveries"], replayed["has_more"]) == (1, False)
    second, replay = receiver.wait_for(lambda _: True)
    assert second["florin-sequence"] == first["florin-sequence"] == "1"
    stripe.Webhook.construct_event(replay, second["stripe-signature"], again["secret"])
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(replay, second["stripe-signature"], rolled["secret"])
    # What the receiver has is noted a moment later; asked meanwhile, a resend starts nothing and says that it is pending.
    log = lambda: bot.get(f"/v1/webhook_endpoints/{endpoint.id}/deliveries").json["data"]
    eventually(lambda: log()[0]["status"] == "delivered", "the replay is noted")
    event = sdk.v1.events.list({"type": "customer.created"}).data[0]
    [sent] = bot.post(f"/v1/events/{event.id}/resend", {"webhook_endpoint": endpoint.id}, idempotency_key="once more").json["data"]
    attempts = sent["attempts"]
    repeated = bot.post(f"/v1/events/{event.id}/resend", {"webhook_endpoint": endpoint.id}, idempotency_key="once more")
    assert repeated.json["data"] == [sent] and repeated.headers["idempotent-replayed"] == "true"
    [listed] = bot.get(f"/v1/webhook_endpoints/{endpoint.id}/deliveries").json["data"]
    assert listed["attempts"] == attempts, "the repetition sent nothing"
    misused = bot.post(f"/v1/events/{event.id}/resend", {}, idempotency_key="once more")
    assert misused.status == 400 and misused.error["type"] == "idempotency_error"
    assert (sent["status"], sent["response_status"], sent["type"]) == ("delivered", 200, "customer.created")
    other = sdk.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["charge.failed"]})
    refused = bot.post(f"/v1/events/{event.id}/resend", {"webhook_endpoint": other.id})
    assert refused.error["code"] == "event_not_delivered_there"


def test_a_month_of_payouts_passes_at_once(daemon, sdk):
    debit = {"number": "4000056655665556", "exp_month": "12", "exp_year": "2034", "cvc": "123"}
    bot = daemon.client(daemon.dev["bot_key"])
    account = bot.post("/v1/external_accounts", {"external_account": sdk.v1.tokens.create({"card": debit}).id, "currency": "usd"})
    assert account.status == 200, account
    paid(sdk, 5_000)
    test_clock = clock(sdk)
    sdk.v1.balance_settings.update(
        {"payments": {"payouts": {"schedule": {"interval": "weekly", "weekly_payout_days": ["monday"]}}}})
    by_hand = sdk.v1.payouts.create({"amount": 1_000, "currency": "usd"})
    assert by_hand.status == "pending"
    advance(sdk, test_clock, 8 * DAY)
    payouts = sdk.v1.payouts.list().data
    assert [(one.amount, one.automatic, one.status) for one in payouts] == [(4_000, True, "paid"), (1_000, False, "paid")]
    paid(sdk, 700)
    advance(sdk, test_clock, 21 * DAY)
    payouts = sdk.v1.payouts.list().data
    assert [(one.amount, one.status) for one in payouts] == [(700, "paid"), (4_000, "paid"), (1_000, "paid")]
    assert sum(part.amount for part in sdk.v1.balance.retrieve().available) == 0
    moved = bot.get("/v1/balance_transactions", {"source": payouts[0].id}).json["data"]
    assert [(line["type"], line["amount"]) for line in moved] == [("payout", -700)]
    assert daemon.florinctl("ledger", "verify")["is_sound"]


def test_the_delivery_log_is_read_in_both_directions(daemon, sdk, receiver):
    bot = daemon.client(daemon.dev["bot_key"])
    endpoint = sdk.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["customer.created"]})
    for number in range(5):
        sdk.v1.customers.create({"name": str(number)})
    path = f"/v1/webhook_endpoints/{endpoint.id}/deliveries"

    def sequences(**query):
        answer = bot.get(path, query)
        assert answer.status == 200, answer
        return [one["sequence"] for one in answer.json["data"]], answer.json["has_more"]

    first = bot.get(path, {"limit": 5}).json["data"]
    names = {one["sequence"]: one["id"] for one in first}
    assert sequences(limit=2, starting_after=names[4]) == ([3, 2], True)
    assert sequences(limit=2, ending_before=names[2]) == ([4, 3], True)
    assert sequences(limit=3, ending_before=names[2]) == ([5, 4, 3], False)
    assert bot.get(path, {"starting_after": names[4], "ending_before": names[1]}).error["param"] == "ending_before"
