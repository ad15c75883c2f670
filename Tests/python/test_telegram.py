"""A bot written with python-telegram-bot, its base address changed, asks Florin what it would ask Telegram about payments."""

import asyncio
import contextlib
import hashlib
import hmac
import http.server
import json
import queue
import ssl
import threading
import time
import urllib.parse

import pytest
import telegram
import telegram.error
import telegram.request
from test_checkout import Page

PRICES = [telegram.LabeledPrice("Machine", 4200)]
INVOICE = {
    "title": "Time machine", "description": "Goes both ways", "payload": "order-17", "provider_token": "1:TEST:florin",
    "currency": "EUR", "prices": PRICES,
}  # fmt: skip


@pytest.fixture
def account(florin):
    """A Telegram account of the test's own; its token is in the answer to its creation only."""
    bot = florin.client(florin.dev["bot_key"])
    created = bot.post("/v1/surface_accounts", {"type": "telegram"})
    assert created.status == 200, created.body
    again = bot.get(f"/v1/surface_accounts/{created.json['id']}")
    assert "token" not in again.json and again.json["account"] == created.json["token"].split(":")[0]
    yield created.json
    bot.delete(f"/v1/surface_accounts/{created.json['id']}")


@contextlib.asynccontextmanager
async def library(florin, token):
    """The library's bot, which trusts the daemon's certificate."""
    trust = ssl.create_default_context(cafile=florin.dev["ca_file"])
    requests = [telegram.request.HTTPXRequest(httpx_kwargs={"verify": trust}) for _ in range(2)]
    bot = telegram.Bot(
        token, base_url=florin.dev["base_url"] + "/bot", request=requests[0], get_updates_request=requests[1]
    )
    async with bot:
        yield bot


def run(florin, account, work):
    async def all_of_it():
        async with library(florin, account["token"]) as bot:
            return await asyncio.wait_for(work(bot), 60)

    return asyncio.run(all_of_it())


def test_the_library_starts_and_knows_who_it_is(florin, account):
    me = run(florin, account, lambda bot: bot.get_me())
    assert me.is_bot and str(me.id) == account["account"]


def test_an_unknown_token_is_nobodys(florin):
    with pytest.raises(telegram.error.InvalidToken):
        run(florin, {"token": "123456:" + "x" * 35}, lambda bot: bot.get_me())


@pytest.mark.parametrize(
    "change, word",
    [
        ({"currency": "XTR"}, "Currency_invalid"),
        ({"provider_token": ""}, "Payment_provider_invalid"),
        ({"provider_token": "1:LIVE:florin"}, "Payment_provider_invalid"),
        ({"prices": [telegram.LabeledPrice("Nothing", 0)]}, "Currency_total_amount_invalid"),
        ({"title": "x" * 33}, "title"),
    ],
)
def test_what_breaks_the_limits_is_a_bad_request_with_the_platforms_token(florin, account, change, word):
    with pytest.raises(telegram.error.BadRequest, match=f"(?i){word}"):
        run(florin, account, lambda bot: bot.create_invoice_link(**{**INVOICE, **change}))


def test_methods_that_are_not_about_payments_name_themselves(florin, account):
    with pytest.raises(telegram.error.TelegramError, match="sendMessage"):
        run(florin, account, lambda bot: bot.send_message(1, "hello"))


def test_a_webhook_and_get_updates_exclude_each_other(florin, account):
    async def work(bot):
        assert await bot.get_updates(timeout=0) == ()
        assert await bot.set_webhook("http://127.0.0.1:9/hook", secret_token="s-1", allowed_updates=["message"])
        assert (await bot.get_webhook_info()).url == "http://127.0.0.1:9/hook"
        with pytest.raises(telegram.error.Conflict):
            await bot.get_updates(timeout=0)
        assert await bot.delete_webhook()
        assert (await bot.get_webhook_info()).url == ""

    run(florin, account, work)


def test_the_token_is_in_no_log_line(florin, account):
    run(florin, account, lambda bot: bot.get_me())
    assert account["token"].split(":")[1].encode() not in florin.log.read_bytes()


# ---- Selling


def follow(florin, link):
    """What a browser does with a link: it gets a checkout of its own."""
    answer = florin.client().post(urllib.parse.urlparse(link).path)
    assert answer.status == 303, answer.body
    return Page(florin, answer.headers["location"])


class Shop:
    """A bot that answers questions as a test wants it to, in the way the library's own examples do."""

    def __init__(self, bot, shipping=None, verdict=None):
        self.bot, self.shipping, self.verdict = bot, shipping, verdict
        self.seen, self.offset = [], None

    async def until(self, done):
        """Works on updates until one satisfies `done`."""
        deadline = time.monotonic() + 45
        while time.monotonic() < deadline:
            for update in await self.bot.get_updates(offset=self.offset, timeout=5):
                self.offset = update.update_id + 1
                self.seen.append(update)
                if update.shipping_query and self.shipping:
                    await self.shipping(update.shipping_query)
                if update.pre_checkout_query and self.verdict:
                    await self.verdict(update.pre_checkout_query)
                if done(update):
                    return update
        raise AssertionError(f"it did not come; seen: {self.seen}")


def successful(update):
    return update.message is not None and update.message.successful_payment is not None


async def accept(query):
    await query.answer(ok=True)


def test_a_bot_sells_through_a_link_and_is_asked_and_told(florin, account):
    async def work(bot):
        link = await bot.create_invoice_link(**INVOICE, need_name=True, max_tip_amount=500, suggested_tip_amounts=[100])
        shop = Shop(bot, verdict=accept)
        buyer = await asyncio.to_thread(follow, florin, link)
        state = await asyncio.to_thread(lambda: buyer.state)
        assert state["totals"]["total"] == 4200 and state["currency"] == "eur" and state["tip"]["max"] == 500
        await asyncio.to_thread(buyer.post, "update", {"details": {"name": "Ada"}})
        paying = asyncio.create_task(asyncio.to_thread(buyer.pay))
        update = await shop.until(successful)
        answer = await paying
        assert answer.json["status"] == "complete", answer.body
        asked = next(u.pre_checkout_query for u in shop.seen if u.pre_checkout_query)
        assert (asked.currency, asked.total_amount, asked.invoice_payload) == ("EUR", 4200, "order-17")
        assert asked.order_info.name == "Ada"
        paid = update.message.successful_payment
        assert (paid.currency, paid.total_amount, paid.invoice_payload) == ("EUR", 4200, "order-17")
        charge = florin.client(florin.dev["bot_key"]).get(f"/v1/charges/{paid.provider_payment_charge_id}").json
        assert charge["amount"] == 4200 and charge["payment_intent"] == paid.telegram_payment_charge_id
        assert [u.update_id for u in shop.seen] == sorted({u.update_id for u in shop.seen})
        refund = {"charge": paid.provider_payment_charge_id, "amount": 1200}
        assert florin.client(florin.dev["bot_key"]).post("/v1/refunds", refund).status == 200
        back = (await shop.until(lambda u: u.message and u.message.refunded_payment)).message.refunded_payment
        assert (back.total_amount, back.invoice_payload, back.currency) == (1200, "order-17", "EUR")
        assert back.telegram_payment_charge_id == paid.telegram_payment_charge_id
        other = await asyncio.to_thread(follow, florin, link)
        assert other.path != buyer.path and (await asyncio.to_thread(lambda: other.state))["status"] == "open"

    run(florin, account, work)


def test_a_bot_that_says_no_is_not_paid_and_its_words_are_shown(florin, account):
    async def work(bot):
        async def refuse(query):
            await query.answer(ok=False, error_message="Sold out")

        link = await bot.create_invoice_link(**INVOICE)
        shop = Shop(bot, verdict=refuse)
        buyer = await asyncio.to_thread(follow, florin, link)
        paying = asyncio.create_task(asyncio.to_thread(buyer.pay))
        await shop.until(lambda update: update.pre_checkout_query is not None)
        answer = (await paying).json
        assert answer["status"] == "open" and answer["error"]["message"] == "Sold out"

    run(florin, account, work)


def test_shipping_is_asked_for_an_address_and_priced_by_the_bot(florin, account):
    async def work(bot):
        async def ship(query):
            assert query.shipping_address.city == "Rome" and query.invoice_payload == "order-17"
            await query.answer(ok=True, shipping_options=[
                telegram.ShippingOption("slow", "Slow", [telegram.LabeledPrice("Slow", 300)]),
                telegram.ShippingOption("fast", "Fast", [telegram.LabeledPrice("Fast", 900)])])  # fmt: skip

        link = await bot.create_invoice_link(**INVOICE, is_flexible=True)
        shop = Shop(bot, shipping=ship, verdict=accept)
        buyer = await asyncio.to_thread(follow, florin, link)
        address = {"line1": "Via 1", "city": "Rome", "postal_code": "00100", "country": "IT"}
        change = {"details": {"name": "Ada", "shipping_address": address}}
        changing = asyncio.create_task(asyncio.to_thread(buyer.post, "update", change))
        await shop.until(lambda update: update.shipping_query is not None)
        changed = (await changing).json
        assert [o["id"] for o in changed["shipping_options"]] == ["slow", "fast"] and changed["totals"]["total"] == 4500
        choosing = asyncio.create_task(asyncio.to_thread(buyer.post, "update", {"shipping_option": "fast"}))
        await shop.until(lambda update: update.shipping_query is not None)
        assert (await choosing).json["totals"]["total"] == 5100
        paying = asyncio.create_task(asyncio.to_thread(buyer.pay))
        paid = (await shop.until(successful)).message.successful_payment
        assert (await paying).json["status"] == "complete"
        assert (paid.total_amount, paid.shipping_option_id) == (5100, "fast")
        assert paid.order_info.shipping_address.city == "Rome"

    run(florin, account, work)


def test_an_invoice_for_a_chat_names_it_and_leads_to_the_link(florin, account):
    async def work(bot):
        message = await bot.send_invoice(chat_id=4711, **INVOICE, start_parameter="ad-7")
        assert (message.chat.id, message.invoice.total_amount, message.invoice.start_parameter) == (4711, 4200, "ad-7")
        shop = Shop(bot, verdict=accept)
        buyer = await asyncio.to_thread(follow, florin, message.reply_markup.inline_keyboard[0][0].url)
        paying = asyncio.create_task(asyncio.to_thread(buyer.pay))
        update = await shop.until(successful)
        assert update.message.chat.id == 4711 and (await paying).json["status"] == "complete"
        payment = update.message.successful_payment.telegram_payment_charge_id
        intent = florin.client(florin.dev["bot_key"]).get(f"/v1/payment_intents/{payment}").json
        assert intent["metadata"]["ref"] == "ad-7"

    run(florin, account, work)


class Hook:
    """A bot's webhook, which answers questions by calling back, as the platform's own library does."""

    def __init__(self, florin, token):
        self.updates, self.refusals, self.secrets = queue.Queue(), [], []
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.secrets.append(self.headers.get("X-Telegram-Bot-Api-Secret-Token"))
                status = hook.refusals.pop(0) if hook.refusals and "message" in update else 200
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                if status == 200 and "pre_checkout_query" in update:
                    florin.client().post(f"/bot{token}/answerPreCheckoutQuery", body=json.dumps({
                        "pre_checkout_query_id": update["pre_checkout_query"]["id"], "ok": True}).encode(),
                        headers={"Content-Type": "application/json"})  # fmt: skip
                hook.updates.put((status, update))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def next(self):
        return self.updates.get(timeout=60)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def test_by_webhook_a_bot_is_asked_and_told_in_order_and_again_until_it_takes_it(florin, account):
    hook = Hook(florin, account["token"])
    try:
        async def begin(bot):
            assert await bot.set_webhook(hook.url, secret_token="s-1")
            return await bot.create_invoice_link(**INVOICE)

        link = run(florin, account, begin)
        hook.refusals = [500, 500]
        assert follow(florin, link).pay().json["status"] == "complete"
        # While the news of the first is refused, the question about the second is asked all the same.
        assert follow(florin, link).pay().json["status"] == "complete"
        seen = [hook.next()]
        while [status for status, update in seen if "message" in update].count(200) < 2:
            seen.append(hook.next())
        taken = [update for status, update in seen if status == 200]
        numbers = [update["update_id"] for update in taken]
        assert numbers == sorted(set(numbers)) and len(numbers) == 4, seen
        assert [status for status, update in seen if "message" in update] == [500, 500, 200, 200]
        refused = {update["update_id"] for status, update in seen if status == 500}
        assert refused == {next(update["update_id"] for update in taken if "message" in update)}
        assert set(hook.secrets) == {"s-1"}
        assert run(florin, account, lambda bot: bot.get_webhook_info()).pending_update_count == 0
    finally:
        hook.close()


def test_an_answer_to_a_question_that_nobody_asked_is_refused(florin, account):
    with pytest.raises(telegram.error.BadRequest, match="too old"):
        run(florin, account, lambda bot: bot.answer_pre_checkout_query("req_1", ok=True))


# ---- Who is there


def init_data(token, person=42, at=None, name="Ada"):
    """What Telegram passes to a Mini App; Telegram, "Validating data received via the Mini App" (read in 2026)."""
    fields = {"auth_date": str(int(at or time.time())), "query_id": "AAE", "start_param": "ad-7",
              "chat_instance": "8134722200314281151", "chat_type": "private",
              # For others than the bot, by Telegram's own key; it is among what the bot's token signs.
              "signature": "TYJxVcisqbWjtodPepiJ6ghziUL94-KNpG8Pau-X7oNNLNBM72APCpi_RKiUlBvcqo5L-LAxIc3dnTzcZX_PDg",
              "user": json.dumps({"id": person, "first_name": name, "last_name": "L.", "username": "ada", "language_code": "it",
                                  "is_premium": True, "allows_write_to_pm": True,
                                  "photo_url": "https://t.me/i/userpic/320/x.svg"})}  # fmt: skip
    checked = "\n".join(f"{key}={fields[key]}" for key in sorted(fields))
    key = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    return urllib.parse.urlencode({**fields, "hash": hmac.new(key, checked.encode(), hashlib.sha256).hexdigest()})


def test_a_proof_of_who_is_there_opens_what_this_bot_keeps_and_nothing_else(florin, account):
    bot = florin.client(florin.dev["bot_key"])
    line = {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Soup"}}, "quantity": 1}
    keeping = {"line_items": [line], "saved_payment_method_options": {"payment_method_save": "enabled"}}

    def visit(context):
        page = Page(florin, bot.post("/v1/checkout/sessions", keeping).json["url"])
        answer = page.post("context", {"context": context})
        if answer.status == 200:
            cookie = answer.headers["set-cookie"]
            assert "HttpOnly" in cookie and "Secure" in cookie
            page.headers["Cookie"] = cookie.split(";")[0]
        return page, answer

    first, answer = visit(init_data(account["token"]))
    assert answer.status == 200 and answer.json["methods"] == []
    assert first.pay(save=True).json["status"] == "complete"
    assert "surface" not in json.dumps(bot.get("/v1/checkout/sessions", {"limit": 1}).json)
    again, answer = visit(init_data(account["token"]))
    assert [method["last4"] for method in answer.json["methods"]] == ["4242"]
    kept = answer.json["methods"][0]["id"]
    tap = {"payment_method": kept, "version": answer.json["version"], "confirmation": "one-tap-once"}
    assert again.post("pay", tap).json["status"] == "complete"
    for forged in (
        init_data("123456:" + "x" * 35), init_data(account["token"], at=time.time() - 4000),
        init_data(account["token"]).replace("Ada", "Eve"), "nonsense",
    ):  # fmt: skip
        page, answer = visit(forged)
        assert answer.status == 400 and page.state["methods"] == []
        tap = {"payment_method": kept, "version": page.state["version"], "confirmation": "stolen-card"}
        assert page.post("pay", tap).status in (400, 404)
    other, answer = visit(init_data(account["token"], person=43, name="Ben"))
    assert answer.status == 200 and answer.json["methods"] == []
    platform_card = florin.dev["people"][0]["payment_method"]
    tap = {"payment_method": platform_card, "version": answer.json["version"], "confirmation": "platform-card"}
    assert other.post("pay", tap).status in (400, 404) and other.state["status"] == "open"
