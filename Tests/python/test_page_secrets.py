"""What must not leave the checkout page: a card in clear on any path it can be paid on, and the page itself into a frame of a stranger."""

import http.server
import ssl
import threading

import pytest
from selenium.webdriver.common.by import By

import browser
from bytesearch import number_forms
from installation import Installation
from test_checkout import soup
from test_checkout_page import wait_for_key
from test_service import fill as furnish

DECLINED, AMEX, OTHER = "4000000000009995", "378282246310005", "5555555555554444"


@pytest.fixture
def tab():
    tab = browser.fresh("phone")
    yield tab
    tab.close()


@pytest.fixture
def front(florin):
    front = browser.Front(florin)
    yield front
    front.close()


@pytest.fixture
def sell(bot, front):
    def make(**more):
        answer = bot.post("/v1/checkout/sessions", {"line_items": [soup()], **more})
        assert answer.status == 200, answer
        return {**answer.json, "link": front.url(answer.json["url"])}

    return make


def fill(tab, number, code):
    return tab.type("#number", number).type("#expiry", "11/37").type("#cvc", code)


def assert_only_sealed(front, taps, *cards):
    """That this front saw as many payments as there were taps, and none of these cards in any dress."""
    sent = b"".join(bytes(one) for one in front.sent)
    assert sent.count(b'"sealed_card":{') == taps and sent.count(b"/pay HTTP/1.1") == taps
    for number, code in cards:
        for form, needle in number_forms(number).items():
            assert needle not in sent, (number, form)
        assert f'"{code}"'.encode() not in sent, "the security code"
    for needle in (b'"cvc"', b"exp_month", b"11/37", b"11 / 37", b"2037"):
        assert needle not in sent, needle


def test_a_declined_card_and_the_one_after_it_leave_only_sealed(tab, sell, front):
    fill(tab.open(sell()["link"]), DECLINED, "907").click("#pay").reads("#problem", "not enough money")
    fill(tab, AMEX, "9173").click("#pay").reads("#outcome-title", "Paid")
    assert_only_sealed(front, 2, (DECLINED, "907"), (AMEX, "9173"))
    for number in (DECLINED, AMEX):
        assert number not in tab.run("return JSON.stringify([{ ...sessionStorage }, { ...localStorage }]) + document.documentElement.outerHTML")


def test_what_is_sent_again_after_a_lost_answer_is_sealed_too(tab, sell, front):
    fill(tab.open(sell()["link"]), OTHER, "907")
    wait_for_key(tab)
    front.loses_answers.set()
    tab.click("#pay").reads("#problem", "not charged twice")
    front.loses_answers.clear()
    tab.reads("#outcome-title", "Paid")
    sent = b"".join(bytes(one) for one in front.sent)
    assert_only_sealed(front, sent.count(b"/pay HTTP/1.1"), (OTHER, "907"))
    assert sent.count(b"/pay HTTP/1.1") >= 2


def test_a_friends_card_leaves_only_sealed(tab, sell, front):
    tab.open(sell()["link"]).click("#friend-ask")
    link = tab.wait(lambda: tab.find("#friend-link").get_attribute("value"), "the link for the friend")
    fill(tab.open(front.url(link)), AMEX, "9173").click("#pay").reads("#outcome-title", "Paid")
    assert_only_sealed(front, 1, (AMEX, "9173"))


class Pages:
    """A site of somebody else's, on an origin of its own; over TLS with the certificate in `tls`."""

    def __init__(self, page, tls=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = page().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls / "cert.pem", tls / "key.pem")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http{'s' if tls else ''}://localhost:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def test_a_card_in_a_window_that_a_shop_opened_leaves_only_sealed(tab, bot, front):
    pages = Pages(lambda: f"""<!doctype html><title>Shop</title><script src="{front.base}/sdk/florin.js"></script>
        <button onclick="Florin.openCheckout(window.address).then((r) => {{ document.title = r.status; }})">Buy</button>""")  # fmt: skip
    try:
        session = bot.post("/v1/checkout/sessions", {"line_items": [soup()], "success_url": pages.origin + "/"}).json
        shop = tab.open(pages.origin).driver.current_window_handle
        tab.run("window.address = arguments[0]", front.url(session["url"]))
        tab.click("button").wait(lambda: len(tab.driver.window_handles) == 2, "the checkout's window")
        tab.driver.switch_to.window(next(handle for handle in tab.driver.window_handles if handle != shop))
        fill(tab, OTHER, "907").click("#pay")
        tab.wait(lambda: len(tab.driver.window_handles) == 1, "the window to close")
        tab.driver.switch_to.window(shop)
        tab.wait(lambda: tab.driver.title == "complete", "the shop to be told")
        assert_only_sealed(front, 1, (OTHER, "907"))
    finally:
        pages.close()


def test_a_listed_chat_may_frame_the_page_and_nobody_else(tab, tmp_path):
    link = {}
    installed = Installation(tmp_path / "florin")
    frame = lambda: f'<!doctype html><meta name="viewport" content="width=device-width"><title>Chat</title><iframe src="{link["url"]}" width="380" height="800"></iframe>'  # noqa: E731
    chat, stranger = Pages(frame, installed.tls), Pages(frame, installed.tls)
    installed.configure(f"pages:\n  framed_by: [{chat.origin}]\n")
    try:
        bot = furnish(installed.start())
        link["url"] = bot.post("/v1/checkout/sessions", {"line_items": [soup()]}).json["url"]
        tab.open(stranger.origin).find("iframe")
        tab.wait(lambda: any("frame-ancestors" in line for line in tab.complaints()), "the browser to refuse the frame")
        tab.expects("frame")
        tab.driver.switch_to.frame(tab.find("iframe"))
        assert tab.driver.find_elements(By.ID, "form") == []
        tab.driver.switch_to.default_content()
        tab.open(chat.origin).driver.switch_to.frame(tab.find("iframe"))
        fill(tab, OTHER, "907").click("#pay").reads("#outcome-title", "Paid")
        tab.driver.switch_to.default_content()
    finally:
        installed.kill()
        chat.close()
        stranger.close()
