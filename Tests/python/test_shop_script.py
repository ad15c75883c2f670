"""florin.js in a shop of another origin: it opens a checkout, hears what became of it, and lets the shop change its price."""

import hashlib
import base64
import gzip
import http.server
import json
import re
import subprocess
import threading

import pytest
from selenium.webdriver.common.keys import Keys

import browser
from florin import ROOT
from test_checkout import soup


def test_the_integrity_value_in_the_docs_is_that_of_what_is_served(florin):
    path = re.search(r'src="https://pay.example(/sdk/[^"]+)"', (ROOT / "docs" / "shop-script.md").read_text())[1]
    served = florin.client().get(path, headers={"Origin": "https://shop.example"})
    value = "sha384-" + base64.b64encode(hashlib.sha384(served.body).digest()).decode()
    assert value in (ROOT / "docs" / "shop-script.md").read_text()
    assert served.headers["access-control-allow-origin"] == "*" and "immutable" in served.headers["cache-control"]
    assert florin.client().get("/sdk/florin.js").body == served.body
    assert b"openCheckout" in florin.client().get("/sdk/florin.d.ts").body


SHOP_IN_TYPESCRIPT = """
import type { BuyerDetails, ChatContext, CheckoutResult, PaymentResponse, ShareResult } from "./florin";

export async function sell(url: string): Promise<string> {
  const result: CheckoutResult = await Florin.openCheckout(url, { mode: "popup" });
  const details: BuyerDetails = await window.Florin.requestBuyerInformation(url);
  const context: ChatContext = await Florin.getContext({ appId: "77", timeout: 500 });
  const asked: "telegram" | "messenger" | "chat" | "window" = (await Florin.closeBrowser()).asked;
  const shared: ShareResult = await Florin.share({ title: "Soup", url, mode: "current_thread" });
  const request = new Florin.PaymentRequest(
    [{ supportedMethods: "florin", data: { checkout: async (known, options) => (options.requestShipping ? known.total.label : url) } }],
    { total: { label: "Total", amount: { currency: "EUR", value: "23.00" } }, shippingOptions: [] }, { requestShipping: true });
  request.onshippingoptionchange = (event) => event.updateWith({ error: "no" });
  const response: PaymentResponse = await request.show();
  await response.complete("success");
  return [result.status, details.shipping_address?.city, context.signed, asked, shared.by, response.payerName, Florin.version].join();
}
// @ts-expect-error a checkout is named by its url
Florin.openCheckout(7);
// @ts-expect-error there is no such way to share
Florin.share({ mode: "everybody" });
// @ts-expect-error what the chat says comes later
Florin.getContext().signed;
"""


def test_the_types_compile_and_name_what_the_script_has(florin, tmp_path):
    types = florin.client().get("/sdk/florin.d.ts").body.decode()
    (tmp_path / "florin.d.ts").write_text(types)
    (tmp_path / "shop.ts").write_text(SHOP_IN_TYPESCRIPT)
    built = subprocess.run(
        ["tsc", "--strict", "--noEmit", "--target", "es2020", "--lib", "es2020,dom", "florin.d.ts", "shop.ts"], cwd=tmp_path,
        capture_output=True, text=True, timeout=200)
    assert built.returncode == 0, built.stdout
    script = florin.client().get("/sdk/florin.js").body.decode()
    named = re.search(r"export interface Florin \{(.*?)\n\}", types, re.S)[1]
    has = re.search(r"Object.freeze\(\{(.*?)\}\)", script)[1]
    names = {part.split(":")[0].strip() for part in has.split(",")}
    assert names == set(re.findall(r"^  (?:readonly )?(\w+)[:(]", named, re.M))


def test_the_script_is_small(florin):
    assert len(gzip.compress(florin.client().get("/sdk/florin.js").body)) < 6_000


@pytest.fixture
def store(florin, bot):
    """A bot's web shop on an origin of its own. Its server makes checkouts."""
    script = florin.client().get("/sdk/2.0.0/florin.js").body
    integrity = "sha384-" + base64.b64encode(hashlib.sha384(script).digest()).decode()
    page = f"""<!doctype html><html lang="en"><title>Shop</title>
        <script src="{florin.dev['base_url']}/sdk/2.0.0/florin.js" integrity="{integrity}" crossorigin="anonymous"></script>
        <button id="plain">Plain</button><button id="request">Request</button><output id="said"></output>
        <script>
        const said = (text) => {{ document.getElementById("said").textContent += text + ";"; }};
        const make = async () => (await (await fetch("/make")).json()).url;
        let ready = make();
        document.getElementById("plain").onclick = async () => {{
          const result = await Florin.openCheckout(window.address);
          said("result " + result.status);
        }};
        document.getElementById("request").onclick = async () => {{
          const request = new Florin.PaymentRequest([{{ supportedMethods: "florin", data: {{ checkout: make }} }}],
            {{ total: {{ label: "Total", amount: {{ currency: "USD", value: "9.00" }} }} }});
          request.addEventListener("shippingoptionchange", (event) => {{
            said("option " + request.shippingOption);
            event.updateWith(request.shippingOption === "far" ? Promise.resolve({{ error: "Not that far today." }}) : Promise.resolve({{}}));
          }});
          request.addEventListener("shippingaddresschange", (event) => {{
            const street = (request.shippingAddress || {{}}).line1 || "";
            event.updateWith(Promise.resolve(String(street).includes("Lontana") ? {{ error: "Not to Via Lontana 9." }} : {{}}));
          }});
          said("can " + await request.canMakePayment());
          try {{
            const response = await request.show();
            await response.complete("success");
            said("paid " + response.payerName + " " + response.shippingOption);
          }} catch (problem) {{ said(problem.name); }}
        }};
        ready.then((url) => {{ window.address = url; said("ready"); }});
        </script>"""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/make":
                origin = f"http://localhost:{self.server.server_port}"
                session = bot.post("/v1/checkout/sessions", {
                    "line_items": [soup()], "success_url": origin + "/thanks", "cancel_url": origin + "/",
                    "shipping_address_collection": {"allowed_countries": ["IT"]},
                    "shipping_options": [
                        {"id": name, "shipping_rate_data": {"display_name": name, "fixed_amount": {"amount": amount, "currency": "usd"}}}
                        for name, amount in (("near", 0), ("far", 900))]}).json  # fmt: skip
                self.answer(json.dumps({"url": session["url"]}), "application/json")
            else:
                self.answer(page, "text/html; charset=utf-8")

        def answer(self, text, kind):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def tab():
    tab = browser.fresh("desktop")
    yield tab
    tab.close()


def window_of_the_checkout(tab):
    shop = tab.driver.current_window_handle
    tab.wait(lambda: len(tab.driver.window_handles) == 2, "the checkout's window")
    tab.driver.switch_to.window(next(handle for handle in tab.driver.window_handles if handle != shop))
    return shop


def fill(tab):
    tab.type("#name", "Ada").type("#line1", "Via Roma 1").type("#postal_code", "00100").type("#city", "Roma")
    tab.type("#number", "4242424242424242").type("#expiry", "12/34").type("#cvc", "123")


def test_a_shop_sells_in_the_shape_of_payment_request(tab, store):
    tab.open(store).reads("#said", "ready").click("#request")
    shop = window_of_the_checkout(tab)
    tab.find("#pay")
    tab.click("#option-list label:nth-child(2)").reads("#problem", "Not that far today.").reads("#pay-text", "Pay $9.00")
    chosen = "return document.querySelector('#option-list input:checked').value"
    tab.wait(lambda: tab.run(chosen) == "near", "the way of delivery from before")
    fill(tab)
    tab.click("#pay")
    tab.wait(lambda: len(tab.driver.window_handles) == 1, "the window to close")
    tab.driver.switch_to.window(shop)
    tab.reads("#said", "paid Ada near")
    assert tab.text("#said") == "ready;can true;option far;option near;paid Ada near;"


def test_an_address_that_the_shop_refuses_is_not_paid_for_as_it_is(tab, store):
    tab.open(store).reads("#said", "ready").click("#request")
    shop = window_of_the_checkout(tab)
    fill(tab)
    tab.type("#line1", "Via Lontana 9").find("#line1").send_keys(Keys.TAB)
    tab.reads("#problem", "Not to Via Lontana 9.")
    tab.click("#pay").reads("#problem", "Not to Via Lontana 9.")
    assert tab.sees("#pay") and len(tab.driver.window_handles) == 2
    tab.type("#line1", "Via Vicina 1").click("#pay")
    tab.wait(lambda: len(tab.driver.window_handles) == 1, "the window to close")
    tab.driver.switch_to.window(shop)
    tab.reads("#said", "paid Ada near")


def test_a_shop_is_told_when_the_buyer_gives_up(tab, store):
    tab.open(store).reads("#said", "ready").click("#plain")
    shop = window_of_the_checkout(tab)
    tab.click("#cancel")
    tab.wait(lambda: len(tab.driver.window_handles) == 1, "the window to close")
    tab.driver.switch_to.window(shop)
    tab.reads("#said", "result canceled").click("#request")
    window_of_the_checkout(tab)
    tab.find("#pay")
    tab.driver.close()
    tab.driver.switch_to.window(shop)
    tab.reads("#said", "AbortError")


def test_another_origin_than_the_bots_own_is_told_nothing(tab, store, bot):
    session = bot.post("/v1/checkout/sessions", {"line_items": [soup()], "success_url": "https://other.example/"}).json
    tab.open(store).reads("#said", "ready")
    tab.run("window.heard = []; window.addEventListener('message', (e) => heard.push(e.data)); window.address = arguments[0];", session["url"])
    tab.click("#plain")
    shop = window_of_the_checkout(tab)
    tab.type("#number", "4242424242424242").type("#expiry", "12/34").type("#cvc", "123").click("#pay").reads("#outcome-title", "Paid")
    tab.driver.switch_to.window(shop)
    assert tab.run("return heard") == []


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://pay.example/", "https://pay.example/checkout/x", "http://pay.example/checkout/cs_1", "x"])
def test_what_is_no_checkout_is_not_opened(tab, store, address):
    tab.open(store).reads("#said", "ready")
    name = tab.run("try { Florin.openCheckout(arguments[0]); return 'opened'; } catch (problem) { return problem.name; }", address)
    assert name == "TypeError" and len(tab.driver.window_handles) == 1


# ---- Asking for the buyer's details


ASKING = {"name_collection": {"individual": {"enabled": True}}, "phone_number_collection": {"enabled": True}}


def asked(tab, store, bot, **more):
    """A checkout's page that asks for details, opened over the shop."""
    session = bot.post("/v1/checkout/sessions", {"line_items": [soup()], "cancel_url": store, **ASKING, **more}).json
    tab.open(store).reads("#said", "ready")
    tab.run("""document.getElementById("plain").onclick = async () => {
      try { said("told " + JSON.stringify(await Florin.requestBuyerInformation(window.address))); } catch (problem) { said(problem.name); }
    }; window.address = arguments[0]; window.heard = []; window.addEventListener("message", (event) => heard.push(event.data));""", session["url"])
    tab.click("#plain")
    return session, window_of_the_checkout(tab)


def tap_share(tab):
    """Once the page takes taps."""
    tab.find("#share[data-ready=true]")
    return tab.click("#share")


def test_a_buyer_shares_their_details_by_a_tap_and_the_checkout_knows_them(tab, store, bot):
    session, shop = asked(tab, store, bot)
    tab.reads("#ask", "asks for these details").type("#name", "Ada").type("#phone", "+39 06 1234567")
    tap_share(tab)
    tab.wait(lambda: len(tab.driver.window_handles) == 1, "the window to close")
    tab.driver.switch_to.window(shop)
    tab.reads("#said", 'told {"name":"Ada","phone":"+39 06 1234567"}')
    after = bot.get(f"/v1/checkout/sessions/{session['id']}").json
    assert after["status"] == "open" and after["payment_status"] == "unpaid"
    assert (after["customer_details"]["name"], after["customer_details"]["phone"]) == ("Ada", "+39 06 1234567")
    tab.run("document.getElementById('plain').onclick = () => { Florin.openCheckout(window.address); }")
    tab.click("#plain")
    window_of_the_checkout(tab)
    tab.wait(lambda: tab.run("return document.getElementById('name').value") == "Ada", "the name")


def test_without_a_tap_nothing_is_told(tab, store, bot):
    session, shop = asked(tab, store, bot)
    tab.find("#share")
    tab.run("document.getElementById('share').click()")
    tab.type("#name", "Ada").click("#no")
    tab.driver.switch_to.window(shop)
    tab.reads("#said", "AbortError")
    assert "Ada" not in json.dumps(tab.run("return heard"))
    assert bot.get(f"/v1/checkout/sessions/{session['id']}").json["customer_details"] is None
    tab.click("#plain")
    window_of_the_checkout(tab)
    tab.find("#share")
    tab.driver.close()
    tab.driver.switch_to.window(shop)
    tab.wait(lambda: tab.text("#said").count("AbortError") == 2, "the second refusal")


def test_a_tap_that_comes_too_soon_shares_nothing(tab, store, bot):
    session, shop = asked(tab, store, bot)
    tab.find("#share")
    # As a double click that was meant for the shop would: in the very moment the page is drawn.
    tab.run("""Date.now = () => 1; for (const [name, text] of [["name", "Ada"], ["phone", "061234567"]]) document.getElementById(name).value = text;
      document.getElementById("share").click();""")
    assert tab.run("return document.getElementById('form').hidden") is False
    assert bot.get(f"/v1/checkout/sessions/{session['id']}").json["customer_details"] is None


def test_what_is_missing_is_said_beside_its_field(tab, store, bot):
    asked(tab, store, bot)
    tab.type("#phone", "1")
    tap_share(tab).reads("#name-error", "fill this in").reads("#phone-error", "phone number")
    browser_problems = tab.run("return [...document.querySelectorAll('[aria-invalid=true]')].map((field) => field.id)")
    assert browser_problems == ["name", "phone"]


def test_another_origin_than_the_bots_own_hears_nothing_of_the_buyer(tab, store, bot):
    _, shop = asked(tab, store, bot, cancel_url="https://other.example/")
    tab.type("#name", "Ada").type("#phone", "061234567")
    tap_share(tab).reads("#outcome-title", "Shared")
    tab.driver.switch_to.window(shop)
    assert tab.run("return heard") == []


# ---- In a chat's webview, whose objects are played here


def asynchronous(tab, code):
    return tab.driver.execute_async_script("const done = arguments[arguments.length - 1]; " + code)


def context(tab, before="", options="{}"):
    return asynchronous(tab, before + f"; Florin.getContext({options}).then(done, (problem) => done(String(problem)));")


def test_the_context_is_what_the_chat_signed(tab, store):
    tab.open(store).reads("#said", "ready")
    assert context(tab) == {"surface": "web", "signed": None}
    assert context(tab, "window.Telegram = { WebApp: { initData: 'user=1&hash=2' } }") == {"surface": "telegram", "signed": "user=1&hash=2"}
    moved = "delete window.Telegram; location.hash = 'tgWebAppData=user%3D1%26hash%3D3&tgWebAppVersion=9.0'"
    assert context(tab, moved) == {"surface": "telegram", "signed": "user=1&hash=3"}
    tab.open(store + "?signed_request=a.b").reads("#said", "ready")
    assert context(tab) == {"surface": "messenger", "signed": "a.b"}


MESSENGER = "window.MessengerExtensions = { getContext: (appId, ok, failed) => { window.asked = appId; %s } }"


@pytest.mark.parametrize("answer, said", [
    ("ok({ thread_type: 'GROUP', tid: '1', psid: '2', signed_request: 'c.d' })", {"surface": "messenger", "signed": "c.d", "thread": "GROUP"}),
    ("ok({})", {"surface": "messenger", "signed": None, "thread": None}),
    ("ok()", {"surface": "messenger", "signed": None, "thread": None}),
    ("failed('no such app')", {"surface": "messenger", "signed": None, "error": "no such app"}),
    ("failed({ message: 'gone' })", {"surface": "messenger", "signed": None, "error": "gone"}),
    ("throw new Error('broken')", {"surface": "messenger", "signed": None, "error": "broken"}),
    ("", {"surface": "messenger", "signed": None, "error": "timeout"}),
    ("ok({ signed_request: 'e.f' }); failed('late')", {"surface": "messenger", "signed": "e.f", "thread": None}),
])  # fmt: skip
def test_messengers_script_is_asked_and_what_fails_or_keeps_silent_says_so(tab, store, answer, said):
    tab.open(store).reads("#said", "ready")
    assert context(tab, MESSENGER % answer, "{ appId: '77', timeout: 300 }") == said
    assert tab.run("return window.asked") == "77"


def test_messengers_script_may_still_be_loading(tab, store):
    tab.open(store).reads("#said", "ready")
    tag = "const tag = document.createElement('script'); tag.type = 'text/plain'; tag.src = '/messenger.Extensions.js'; document.head.append(tag);"
    assert context(tab, tag, "{ timeout: 200 }") == {"surface": "web", "signed": None}
    later = "setTimeout(() => { " + MESSENGER % "ok({ signed_request: 'g.h' })" + " }, 150)"
    assert context(tab, later, "{ timeout: 20000 }")["signed"] == "g.h"


def closed(tab, chat):
    return asynchronous(tab, "window.told = null; " + chat + "; Florin.closeBrowser({ timeout: 200 }).then((result) => done([result.asked, window.told]));")


@pytest.mark.parametrize("chat, asked, told", [
    ("window.Telegram = { WebApp: { close: () => { window.told = 'closed'; } } }", "telegram", "closed"),
    ("window.TelegramWebviewProxy = { postEvent: (name, data) => { window.told = name + data; } }", "telegram", "web_app_close{}"),
    ("window.FlorinChat = { close: () => { window.told = 'closed'; } }", "chat", "closed"),
    ("window.webkit = { messageHandlers: { florinChat: { postMessage: (text) => { window.told = text; } } } }", "chat", '{"type":"florin.close"}'),
    ("window.MessengerExtensions = { requestCloseBrowser: (ok) => { window.told = 'asked'; ok(); } }", "messenger", "asked"),
    ("window.close = () => { window.told += ' window'; }; window.MessengerExtensions = { requestCloseBrowser: (ok, failed) => { window.told = 'asked'; failed(1); } }", "window", "asked window"),
    ("window.close = () => { window.told += ' window'; }; window.MessengerExtensions = { requestCloseBrowser: () => { window.told = 'asked'; } }", "window", "asked window"),
    ("window.close = () => { window.told = 'window'; }", "window", "window"),
])  # fmt: skip
def test_the_chat_is_asked_to_close_its_browser_in_its_own_way(tab, store, chat, asked, told):
    tab.open(store).reads("#said", "ready")
    assert closed(tab, chat) == [asked, told]


FLOW = "window.given = null; window.MessengerExtensions = { beginShareFlow: (ok, failed, message, mode) => { window.given = { message, mode }; %s } };"


def test_in_messenger_sharing_is_its_own_flow(tab, store):
    tab.open(store).reads("#said", "ready")
    sent = shared(tab, FLOW % "ok({ is_sent: true })")
    assert sent["result"] == {"is_sent": True, "by": "messenger"} and sent["given"]["mode"] == "broadcast"
    payload = sent["given"]["message"]["attachment"]["payload"]
    assert payload == {"template_type": "generic", "elements": [
        {"title": "Soup", "subtitle": "Have one", "buttons": [{"type": "web_url", "title": "Soup", "url": "https://shop.example/1"}]}]}
    assert shared(tab, FLOW % "ok({ is_sent: false })")["result"] == {"is_sent": False, "by": "messenger"}
    own = shared(tab, FLOW % "ok({ is_sent: true })", ", message: { text: 'mine' }, mode: 'current_thread'")
    assert own["given"] == {"message": {"text": "mine"}, "mode": "current_thread"}
    # Its dialog may be open still: no second way beside it.
    silent = shared(tab, FLOW % "", ", timeout: 100")
    assert silent["result"] == {"is_sent": None, "by": "messenger"}
    sheet = "Object.defineProperty(navigator, 'share', { configurable: true, value: async (what) => { window.given = what; } });"
    failed = shared(tab, FLOW % "failed(2018164, 'not here')" + sheet)
    assert failed["result"] == {"is_sent": True, "by": "sheet"}


def test_in_telegram_sharing_is_its_share_page(tab, store):
    tab.open(store).reads("#said", "ready")
    opened = shared(tab, "window.given = null; window.Telegram = { WebApp: { openTelegramLink: (link) => { window.given = link; } } };")
    assert opened["result"] == {"is_sent": None, "by": "telegram"}
    assert opened["given"] == "https://t.me/share/url?url=https%3A%2F%2Fshop.example%2F1&text=Soup%20Have%20one"


def shared(tab, setup, more=""):
    """What came of sharing, and what the system or the clipboard was given."""
    result = tab.driver.execute_async_script(setup + """
        const done = arguments[arguments.length - 1];
        Florin.share({ title: "Soup", text: "Have one", url: "https://shop.example/1" """ + more + """ }).then(
          (result) => done({ result, given: window.given || null }), (problem) => done({ problem: problem.name }));""")
    return result


def test_sharing_takes_the_systems_sheet_else_the_clipboard_and_says_which(tab, store):
    tab.open(store).reads("#said", "ready")
    sheet = "window.given = null; Object.defineProperty(navigator, 'share', { configurable: true, value: %s });"
    taken = shared(tab, sheet % "async (what) => { window.given = what; }")
    assert taken["result"] == {"is_sent": True, "by": "sheet"}
    assert taken["given"] == {"title": "Soup", "text": "Have one", "url": "https://shop.example/1"}
    stopped = shared(tab, sheet % "async () => { throw new DOMException('no', 'AbortError'); }")
    assert stopped["result"] == {"is_sent": False, "by": "sheet"}
    clipboard = "Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText: async (text) => { window.given = text; } } });"
    for broken in ("undefined", "async () => { throw new DOMException('no', 'NotAllowedError'); }"):
        copied = shared(tab, sheet % broken + clipboard)
        assert copied == {"result": {"is_sent": True, "by": "clipboard"}, "given": "Have one https://shop.example/1"}
