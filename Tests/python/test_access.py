"""Who may do what: every operation with every kind of credential, and what a thief of one of them gets."""

import http.client
import pathlib
import re
import ssl
import time
import uuid

import pytest
import stripe
import yaml

from florin import ROOT

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
KINDS = ("platform", "bot", "restricted_platform", "restricted_bot", "publishable", "person", "nobody", "unknown")

# One line for each operation: who is let in. A route without a line here fails the first test below. The last line ends the
# session that calls it.
#   p  the platform's secret key        P  its restricted key with every scope
#   b  a bot's secret key               B  its restricted key with every scope
#   k  a publishable key                s  a person's session with every scope
#   -  without a credential
TABLE = """
post   /v1/customers                                      b B
get    /v1/customers                                      b B
get    /v1/customers/search                               b B
get    /v1/customers/{id}                                 b B
post   /v1/customers/{id}                                 b B
delete /v1/customers/{id}                                 b B
get    /v1/customers/{id}/payment_methods                 b B
get    /v1/customers/{id}/payment_methods/{method}        b B
post   /v1/payment_methods                                p P b B k s
get    /v1/payment_methods                                p P b B s
get    /v1/payment_methods/{id}                           p P b B s
post   /v1/payment_methods/{id}                           p P b B s
post   /v1/payment_methods/{id}/attach                    p P b B s
post   /v1/payment_methods/{id}/detach                    p P b B s
post   /v1/tokens                                         p P b B k
get    /v1/tokens/{id}                                    p P b B
post   /v1/payment_intents                                b B
get    /v1/payment_intents                                b B
get    /v1/payment_intents/{id}                           b B k
post   /v1/payment_intents/{id}                           b B
post   /v1/payment_intents/{id}/confirm                   b B k
post   /v1/payment_intents/{id}/capture                   b B
post   /v1/payment_intents/{id}/cancel                    b B
post   /v1/payment_intents/{id}/increment_authorization   b B
post   /v1/setup_intents                                  b B
get    /v1/setup_intents                                  b B
get    /v1/setup_intents/{id}                             b B k
post   /v1/setup_intents/{id}                             b B
post   /v1/setup_intents/{id}/confirm                     b B k
post   /v1/setup_intents/{id}/cancel                      b B
get    /v1/mandates/{id}                                  b B
get    /v1/checkout/refs                                  b B
get    /v1/checkout/availability                          b B
post   /v1/checkout/availability                          b B
post   /v1/checkout/sessions/expire                       b B
get    /v1/checkout/sessions/{id}/receipt                 b B
get    /v1/payment_links/{id}/buttons                     b B
post   /v1/checkout/sessions                              b B
get    /v1/checkout/sessions                              b B
get    /v1/checkout/sessions/{id}                         b B
get    /v1/checkout/sessions/{id}/line_items              b B
post   /v1/checkout/sessions/{id}/expire                  b B
post   /v1/payment_links                                  b B
get    /v1/payment_links                                  b B
get    /v1/payment_links/{id}                             b B
post   /v1/payment_links/{id}                             b B
get    /v1/payment_links/{id}/line_items                  b B
post   /v1/charges                                        b B
get    /v1/charges                                        b B
get    /v1/charges/{id}                                   b B
post   /v1/charges/{id}                                   b B
post   /v1/charges/{id}/capture                           b B
post   /v1/refunds                                        b B
get    /v1/refunds                                        b B
get    /v1/refunds/{id}                                   b B
post   /v1/refunds/{id}                                   b B
post   /v1/refunds/{id}/cancel                            b B
get    /v1/disputes                                       b B
get    /v1/disputes/{id}                                  b B
post   /v1/disputes/{id}                                  b B
post   /v1/disputes/{id}/close                            b B
post   /v1/payouts                                        b B
get    /v1/payouts                                        b B
get    /v1/payouts/{id}                                   b B
post   /v1/payouts/{id}                                   b B
post   /v1/payouts/{id}/cancel                            b B
post   /v1/payouts/{id}/reverse                           b B
post   /v1/external_accounts                              b B
get    /v1/external_accounts                              b B
get    /v1/external_accounts/{id}                         b B
post   /v1/external_accounts/{id}                         b B
delete /v1/external_accounts/{id}                         b B
get    /v1/balance_settings                               b B
post   /v1/balance_settings                               b B
get    /v1/reports                                        b B
get    /v1/reports/{id}                                   b B
get    /v1/reports/{id}/content                           b B
get    /v1/balance                                        b B
get    /v1/balance_transactions                           b B
get    /v1/balance_transactions/{id}                      b B
get    /v1/events                                         p P b B
get    /v1/events/{id}                                    p P b B
get    /v1/checkout/sessions/{id}/buttons                b B
post   /v1/surface_accounts                               b B
get    /v1/surface_accounts                               b B
get    /v1/surface_accounts/{id}                          b B
post   /v1/surface_accounts/{id}                          b B
delete /v1/surface_accounts/{id}                          b B
post   /v1/webhook_endpoints                              p P b B
get    /v1/webhook_endpoints                              p P b B
get    /v1/webhook_endpoints/{id}                         p P b B
post   /v1/webhook_endpoints/{id}                         p P b B
delete /v1/webhook_endpoints/{id}                         p P b B
post   /v1/webhook_endpoints/{id}/roll_secret             p P b B
get    /v1/webhook_endpoints/{id}/deliveries              p P b B
post   /v1/webhook_endpoints/{id}/replay                  p P b B
post   /v1/events/{id}/resend                             p P b B
post   /v1/test_helpers/test_clocks                       p P b B
get    /v1/test_helpers/test_clocks                       p P b B
get    /v1/test_helpers/test_clocks/{id}                  p P b B
delete /v1/test_helpers/test_clocks/{id}                  p P b B
post   /v1/test_helpers/test_clocks/{id}/advance          p P b B
post   /v1/bots                                           p P
get    /v1/bots                                           p P
get    /v1/bots/{id}                                      p P
get    /v1/bots/{id}/availability                         p P
post   /v1/bots/{id}/availability                         p P
post   /v1/people                                         p P
get    /v1/people                                         p P
get    /v1/people/{id}                                    p P s
get    /v1/people/{id}/wallet                             p P s
post   /v1/people/{id}/wallet/top_ups                     p P s
get    /v1/people/{id}/wallet/top_ups/{movement}          p P s
post   /v1/people/{id}/wallet/cash_outs                   p P s
get    /v1/people/{id}/wallet/cash_outs/{movement}        p P s
get    /v1/people/{id}/wallet/movements                   p P s
post   /v1/friend_transfers                               p P s
get    /v1/friend_transfers                               p P s
get    /v1/friend_transfers/{id}                          p P s
post   /v1/friend_transfers/{id}/accept                   p P s
post   /v1/friend_transfers/{id}/decline                  p P s
post   /v1/friend_transfers/{id}/cancel                   p P s
get    /v1/people/{id}/pin                                p P s
post   /v1/people/{id}/pin                                s
delete /v1/people/{id}/pin                                p P
post   /v1/person_sessions                                p P
get    /v1/person_sessions                                p P s
post   /v1/person_sessions/exchange                       p P b B k s - unknown
get    /v1/person_sessions/{id}                           p P s
post   /v1/person_sessions/{id}/revoke                    p P s
post   /v1/person_sessions/revoke                         p P s
"""
LETTERS = dict(zip("p b P B k s -".split() + ["unknown"], KINDS))


def table():
    for line in TABLE.strip().splitlines():
        method, path, *letters = line.split()
        yield method, path, {LETTERS[letter] for letter in letters}


def described():
    for path, item in yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())["paths"].items():
        if path.startswith("/v1/"):
            for method in ("get", "post", "delete"):
                if method in item:
                    yield method, path, item[method]


def scopes_of(letters_or_owner):
    """Every scope that a restricted key of this owner can have, as the description names them."""
    tags = {"bot": {"merchant", "both", "cards", "card_intake", "tokenizing", "paying"},
            "platform": {"platform", "both", "people", "cards", "card_intake", "tokenizing"}}[letters_or_owner]  # fmt: skip
    found = set()
    for _, _, operation in described():
        if operation["tags"][0] in tags:
            for scheme in operation["security"]:
                found.update(scheme.get("restricted_key", []))
    return sorted(found)


PERSON_SCOPES = ["people:read", "payment_methods:write", "wallet:write", "friend_transfers:write"]


def restricted_key(daemon, owner, scopes):
    flags = [part for scope in scopes for part in ("--scope", scope)]
    return daemon.florinctl("keys", "create", owner, "--kind", "restricted", *flags)["secret"]


def session(platform, person, **more):
    made = platform.post("/v1/person_sessions", {"person": person, **more})
    assert made.status == 200, made
    return made.json


def open_session(florin, platform, person, **more):
    code = session(platform, person, **more)["code"]
    opened = florin.client().post("/v1/person_sessions/exchange", {"code": code})
    assert opened.status == 200, opened
    return florin.client(opened.json["token"]), opened.json


def rich_person(platform, name, cents=5000):
    person = platform.post("/v1/people", {"name": name}).json["id"]
    card = platform.post("/v1/payment_methods", {
        "type": "card", "card": {**CARD, "number": "4000056655665556"}}).json["id"]  # fmt: skip
    assert platform.post(f"/v1/payment_methods/{card}/attach", {"person": person}).status == 200
    filled = platform.post(f"/v1/people/{person}/wallet/top_ups", {
        "amount": cents, "currency": "usd", "payment_method": card})  # fmt: skip
    assert filled.json["status"] == "succeeded", filled
    return person, card


def sdk_for(daemon, key):
    stripe.ca_bundle_path = daemon.dev["ca_file"]
    return stripe.StripeClient(
        key, base_addresses={"api": daemon.dev["base_url"]}, max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=30),
    )  # fmt: skip


@pytest.fixture(scope="module")
def callers(florin, platform):
    """A client for each kind of credential, all good and with every scope there is for its kind."""
    dev = florin.dev
    person = platform.post("/v1/people", {"name": "Matrix"}).json["id"]
    token = session(platform, person, secret="token", scopes=PERSON_SCOPES)["token"]
    keys = {
        "platform": dev["platform_key"], "bot": dev["bot_key"], "publishable": dev["publishable_key"],
        "restricted_platform": restricted_key(florin, dev["platform"], scopes_of("platform")),
        "restricted_bot": restricted_key(florin, dev["bot"], scopes_of("bot")),
        "person": token, "nobody": None, "unknown": "sk_test_" + "0" * 48,
    }  # fmt: skip
    assert set(keys) == set(KINDS)
    return {kind: florin.client(key) for kind, key in keys.items()}


# --- The table


def test_every_operation_has_its_line_in_the_table():
    assert {(m, p) for m, p, _ in table()} == {(m, p) for m, p, _ in described()}
    assert len(list(table())) == len({(m, p) for m, p, _ in table()})


def call(client, method, path):
    path = re.sub(r"{\w+}", "x", path)
    return {"get": client.get, "post": client.post, "delete": client.delete}[method](path)


@pytest.mark.parametrize("kind", KINDS)
def test_each_credential_is_let_in_where_the_table_says_and_nowhere_else(callers, kind):
    """Let in means that the request was looked at: it names nothing that exists, so it ends as 400 or 404."""
    wrong = []
    for method, path, allowed in table():
        answer = call(callers[kind], method, path)
        while answer.status == 429:
            time.sleep(int(answer.headers["retry-after"]))
            answer = call(callers[kind], method, path)
        if kind in allowed:
            expected = {200, 400, 404}
        else:
            expected = {401} if kind in ("nobody", "unknown") else {403}
        if answer.status not in expected:
            wrong.append((method, path, answer))
    assert wrong == []


# --- Restricted keys


def test_stripes_package_with_a_restricted_key(florin):
    sdk = sdk_for(florin, restricted_key(florin, florin.dev["bot"], ["payment_methods:write", "payment_intents:write"]))
    method = sdk.v1.payment_methods.create({"type": "card", "card": CARD})
    paid = sdk.v1.payment_intents.create(
        {"amount": 700, "currency": "usd", "payment_method": method.id, "confirm": True})
    assert paid.status == "succeeded"
    assert sdk.v1.payment_intents.retrieve(paid.id).id == paid.id
    for refused in (
        lambda: sdk.v1.refunds.create({"payment_intent": paid.id}),
        lambda: sdk.v1.payment_intents.retrieve(paid.id, {"expand": ["latest_charge"]}),
        lambda: sdk.v1.balance.retrieve(),
    ):
        with pytest.raises(stripe.PermissionError) as error:
            refused()
        assert error.value.http_status == 403 and error.value.error.code == "more_permissions_required"
    assert "'balance:read'" in error.value.user_message


def test_a_key_is_not_given_scopes_that_it_could_never_use(florin):
    for owner, scope, complaint in (
        ("bot", "people:read", "platforms only"), ("platform", "balance:read", "bots only"),
        ("bot", "gold:read", "no scope"), ("bot", "balance:write", "no scope"),
    ):  # fmt: skip
        with pytest.raises(AssertionError, match=complaint):
            restricted_key(florin, florin.dev[owner], [scope])
    with pytest.raises(AssertionError, match="at least one scope"):
        restricted_key(florin, florin.dev["bot"], [])
    with pytest.raises(AssertionError, match="Only restricted"):
        florin.florinctl("keys", "create", florin.dev["bot"], "--scope", "balance:read")


# --- Rolling, last use


def test_a_rolled_key_goes_on_for_the_overlap_and_then_ends(florin):
    made = florin.florinctl("keys", "create", florin.dev["bot"], "--label", "to roll")
    rolled = florin.florinctl("keys", "roll", made["key"]["id"], "--overlap", "3s")
    assert rolled["old"]["expires"] and rolled["key"].get("expires") is None
    old, new = florin.client(made["secret"]), florin.client(rolled["secret"])
    assert new.get("/v1/balance").status == 200
    deadline = time.monotonic() + 30
    while old.get("/v1/balance").status == 200:
        assert time.monotonic() < deadline, "the old key does not end"
        time.sleep(0.1)
    assert old.get("/v1/balance").status == 401
    assert new.get("/v1/balance").status == 200
    states = {key["id"]: key["state"] for key in florin.florinctl("keys", "list")["items"]}
    assert states[made["key"]["id"]] == "expired" and states[rolled["key"]["id"]] == "active"


def test_when_a_key_was_last_used_survives_a_restart(mortal):
    made = mortal.florinctl("keys", "create", mortal.dev["bot"])
    unused = mortal.florinctl("keys", "create", mortal.dev["bot"])
    before = int(time.time()) // 60 * 60
    assert mortal.client(made["secret"]).get("/v1/balance").status == 200
    assert mortal.stop() == 0
    mortal.start()
    keys = {key["id"]: key for key in mortal.florinctl("keys", "list")["items"]}
    used = keys[made["key"]["id"]]["last_used"]
    assert used is not None and used.endswith(":00Z")
    assert used >= time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(before))
    assert keys[unused["key"]["id"]].get("last_used") is None


def test_a_revoked_key_ends_also_on_a_connection_that_is_kept(florin):
    made = florin.florinctl("keys", "create", florin.dev["bot"])
    context = ssl.create_default_context(cafile=florin.dev["ca_file"])
    kept = http.client.HTTPSConnection("localhost", florin.port, timeout=30, context=context)

    def status():
        kept.request("GET", "/v1/balance", headers={"Authorization": f"Bearer {made['secret']}"})
        answer = kept.getresponse()
        answer.read()
        return answer.status

    try:
        assert status() == 200
        port = kept.sock.getsockname()[1]
        florin.florinctl("keys", "revoke", made["key"]["id"])
        assert status() == 401
        assert kept.sock.getsockname()[1] == port, "this was not the same connection"
    finally:
        kept.close()


# --- Limits


def test_too_many_requests_get_429_and_pass_after_the_wait(florin, bot):
    intent = bot.post("/v1/payment_intents", {"amount": 100, "currency": "usd"}).json
    guest = florin.client(florin.dev["publishable_key"])
    path, query = f"/v1/payment_intents/{intent['id']}", {"client_secret": intent["client_secret"]}
    for _ in range(400):
        answer = guest.get(path, query)
        if answer.status == 429:
            break
        assert answer.status == 200
        assert not {name for name in answer.headers if "limit" in name or name == "retry-after"}
    assert answer.status == 429, "the limit was never reached"
    assert answer.error["code"] == "rate_limit" and answer.error["type"] == "invalid_request_error"
    assert bot.get(path).status == 200, "others pay for it"
    sdk = sdk_for(florin, florin.dev["publishable_key"])
    time.sleep(int(answer.headers["retry-after"]))
    assert guest.get(path, query).status == 200
    with pytest.raises(stripe.RateLimitError):
        for _ in range(400):
            sdk.v1.payment_intents.retrieve(intent["id"], {"client_secret": intent["client_secret"]})
    time.sleep(1)


# --- Guests


def test_a_guest_pays_with_stripes_package_and_sees_no_more_than_a_guest(florin):
    shop = sdk_for(florin, florin.dev["bot_key"])
    customer = shop.v1.customers.create({"name": "Casey"})
    intent = shop.v1.payment_intents.create({
        "amount": 1500, "currency": "usd", "customer": customer.id, "metadata": {"secret": "plan"}})  # fmt: skip
    page = sdk_for(florin, florin.dev["publishable_key"])
    token = page.v1.tokens.create({"card": CARD})
    method = page.v1.payment_methods.create({"type": "card", "card": {"token": token.id}})
    paid = page.v1.payment_intents.confirm(
        intent.id, {"client_secret": intent.client_secret, "payment_method": method.id})
    assert paid.status == "succeeded"
    seen = page.v1.payment_intents.retrieve(intent.id, {"client_secret": intent.client_secret})
    for hidden in ("metadata", "customer", "latest_charge", "amount_received"):
        assert hidden not in seen and hidden not in paid
    assert shop.v1.payment_intents.retrieve(intent.id).customer == customer.id
    with pytest.raises(stripe.InvalidRequestError) as error:
        page.v1.payment_intents.retrieve(intent.id, {"client_secret": intent.id + "_secret_" + "0" * 32})
    assert error.value.http_status == 404


# --- People


def test_a_person_sends_money_with_a_session_of_their_own(florin, platform):
    (ada, _), (ben, _) = rich_person(platform, "Ada"), rich_person(platform, "Ben")
    as_ada, opened = open_session(florin, platform, ada)
    as_ben, _ = open_session(florin, platform, ben)
    assert re.fullmatch(r"[A-Za-z0-9_]{57}", opened["token"]), "a cookie must be able to carry it"
    assert as_ada.get(f"/v1/people/{ada}").json["name"] == "Ada"
    sent = as_ada.post("/v1/friend_transfers", {"recipient": ben, "amount": 1200, "currency": "usd"})
    assert sent.json["sender"] == ada and sent.json["status"] == "in_flight"
    assert as_ada.post(f"/v1/friend_transfers/{sent.json['id']}/accept").status == 403
    assert as_ben.post(f"/v1/friend_transfers/{sent.json['id']}/accept").json["status"] == "accepted"
    assert as_ben.get(f"/v1/people/{ben}/wallet").json["balances"][0]["amount"] == 6200
    assert as_ben.get(f"/v1/people/{ada}/wallet").status == 404


def test_one_persons_session_does_not_reach_anothers_transfer(florin, platform):
    (ada, card), (ben, _) = rich_person(platform, "Ada"), rich_person(platform, "Ben")
    eve = platform.post("/v1/people", {"name": "Eve"}).json["id"]
    as_eve, _ = open_session(florin, platform, eve, scopes=PERSON_SCOPES)
    sent = platform.post("/v1/friend_transfers", {
        "sender": ada, "recipient": ben, "amount": 300, "currency": "usd"}).json["id"]  # fmt: skip
    assert as_eve.get(f"/v1/friend_transfers/{sent}").status == 404
    for end in ("accept", "decline", "cancel"):
        assert as_eve.post(f"/v1/friend_transfers/{sent}/{end}").status == 404
    theft = {"sender": ada, "recipient": eve, "amount": 300, "currency": "usd"}
    assert as_eve.post("/v1/friend_transfers", theft).status == 404
    theft = {"recipient": ben, "amount": 300, "currency": "usd", "payment_method": card}
    assert as_eve.post("/v1/friend_transfers", theft).status == 404
    assert as_eve.get("/v1/friend_transfers", {"person": ada}).status == 404
    assert platform.get(f"/v1/friend_transfers/{sent}").json["status"] == "in_flight"


def test_a_stolen_code_that_is_used_twice_ends_the_session(florin, platform):
    person = platform.post("/v1/people", {"name": "Ada"}).json["id"]
    made = session(platform, person)
    thief = florin.client().post("/v1/person_sessions/exchange", {"code": made["code"]})
    as_thief = florin.client(thief.json["token"])
    assert as_thief.get(f"/v1/people/{person}").status == 200
    victim = florin.client().post("/v1/person_sessions/exchange", {"code": made["code"]})
    assert victim.status == 400 and victim.error["code"] == "session_code_invalid"
    assert as_thief.get(f"/v1/people/{person}").status == 401
    assert platform.get(f"/v1/person_sessions/{made['id']}").json["status"] == "revoked"


def test_sessions_survive_a_kill_and_revocations_too(mortal):
    platform = mortal.client(mortal.dev["platform_key"])
    person = mortal.dev["people"][0]["id"]
    kept, ended = (session(platform, person, secret="token") for _ in range(2))
    assert platform.post(f"/v1/person_sessions/{ended['id']}/revoke").json["status"] == "revoked"
    mortal.restart()
    assert mortal.client(kept["token"]).get(f"/v1/people/{person}").status == 200
    assert mortal.client(ended["token"]).get(f"/v1/people/{person}").status == 401
    platform = mortal.client(mortal.dev["platform_key"])
    assert platform.post("/v1/person_sessions/revoke", {"person": person}).json["revoked"] == 1
    assert mortal.client(kept["token"]).get(f"/v1/people/{person}").status == 401


def test_no_secret_of_a_session_is_in_the_database_or_the_log(mortal):
    platform = mortal.client(mortal.dev["platform_key"])
    person = mortal.dev["people"][0]["id"]
    made = session(platform, person)
    token = mortal.client().post("/v1/person_sessions/exchange", {"code": made["code"]}).json["token"]
    mortal.client(token).get(f"/v1/people/{person}")
    mortal.stop()
    for file in pathlib.Path(mortal.state).rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for secret in (made["code"], token):
                assert secret.encode() not in content and bytes.fromhex(secret[9:]) not in content, file


def test_the_matrix_sees_a_key_of_the_other_mode_as_another_world(florin, bot, platform):
    live_bot = florin.client(florin.florinctl("keys", "create", florin.dev["bot"], "--mode", "live")["secret"])
    live = florin.client(florin.florinctl("keys", "create", florin.dev["platform"], "--mode", "live")["secret"])
    customer = bot.post("/v1/customers", {"name": str(uuid.uuid4())}).json["id"]
    person = platform.post("/v1/people", {"name": "Test"}).json["id"]
    assert live_bot.get(f"/v1/customers/{customer}").status == 404
    assert live.get(f"/v1/people/{person}").status == 404
    assert live.post("/v1/person_sessions", {"person": person}).status == 404
