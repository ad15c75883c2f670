"""florin.js in a shop of another origin: it opens a checkout, hears what became of it, and lets the shop change its price."""

import hashlib
import base64
import http.server
import json
import re
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


@pytest.fixture
def store(florin, bot):
    """A bot's web shop on an origin of its own. Its server makes checkouts."""
    script = florin.client().get("/sdk/1.0.0/florin.js").body
    integrity = "sha384-" + base64.b64encode(hashlib.sha384(script).digest()).decode()
    page = f"""<!doctype html><html lang="en"><title>Shop</title>
        <script src="{florin.dev['base_url']}/sdk/1.0.0/florin.js" integrity="{integrity}" crossorigin="anonymous"></script>
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


# ---- In a chat's webview, whose objects are played here


def test_the_context_is_what_the_chat_signed(tab, store):
    tab.open(store).reads("#said", "ready")
    context = "return JSON.stringify(Florin.getContext())"
    assert json.loads(tab.run(context)) == {"surface": "web", "signed": None}
    tab.run("window.Telegram = { WebApp: { initData: 'user=1&hash=2' } }")
    assert json.loads(tab.run(context)) == {"surface": "telegram", "signed": "user=1&hash=2"}
    tab.run("delete window.Telegram; location.hash = 'tgWebAppData=user%3D1%26hash%3D3&tgWebAppVersion=9.0'")
    assert json.loads(tab.run(context)) == {"surface": "telegram", "signed": "user=1&hash=3"}
    tab.open(store + "?signed_request=a.b").reads("#said", "ready")
    assert json.loads(tab.run(context)) == {"surface": "messenger", "signed": "a.b"}


@pytest.mark.parametrize("chat, told", [
    ("window.TelegramWebviewProxy = { postEvent: (name, data) => { window.told = name + data; } }", "web_app_close{}"),
    ("window.FlorinChat = { close: () => { window.told = 'closed'; } }", "closed"),
    ("window.webkit = { messageHandlers: { florinChat: { postMessage: (text) => { window.told = text; } } } }", '{"type":"florin.close"}'),
])  # fmt: skip
def test_the_chat_is_asked_to_close_its_browser_in_its_own_way(tab, store, chat, told):
    tab.open(store).reads("#said", "ready")
    assert tab.run(chat + "; Florin.closeBrowser(); return window.told") == told


def shared(tab, setup):
    """What came of sharing, and what the system or the clipboard was given."""
    result = tab.driver.execute_async_script(setup + """
        const done = arguments[arguments.length - 1];
        Florin.share({ title: "Soup", text: "Have one", url: "https://shop.example/1" }).then(
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
