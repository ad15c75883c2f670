"""Test clocks, driven by Stripe's own package over a running daemon: a month in a second."""

import time

import pytest
import stripe

from conftest import started_daemon
from test_disputes import charged, disputed, eventually
from test_stripe_sdk import client_for, paid

DAY = 86_400


@pytest.fixture
def daemon():
    """One for each test: a clock governs everything of its bot."""
    yield from started_daemon()


@pytest.fixture
def sdk(daemon):
    return client_for(daemon)


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


def test_a_clock_is_created_retrieved_listed_and_deleted(sdk):
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
    [sent] = bot.post(f"/v1/events/{event.id}/resend", {"webhook_endpoint": endpoint.id}).json["data"]
    assert (sent["status"], sent["response_status"], sent["type"]) == ("delivered", 200, "customer.created")
    other = sdk.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["charge.failed"]})
    refused = bot.post(f"/v1/events/{event.id}/resend", {"webhook_endpoint": other.id})
    assert refused.error["code"] == "event_not_delivered_there"
