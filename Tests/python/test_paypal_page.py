"""“Pay with PayPal” on the checkout page, in headless Chromium, with the simulated PayPal's own page to approve on."""

import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

import browser
from connected import operator_of
from florin import Daemon, Receiver
from simulators import Simulators
from test_checkout import soup
from test_paypal_connection import SECRET, register


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Stage:
    """A daemon whose bot has an account at the simulated PayPal, and sells."""

    def __init__(self, folder):
        self.simulators = Simulators().of("paypal")
        self.messages = Receiver()
        self.daemon = Daemon(folder / "state").start()
        self.bot = self.daemon.client(self.daemon.dev["bot_key"])
        (folder / "secret").write_text(SECRET + "\n")
        (folder / "authority.pem").write_text(self.simulators.book()["webhook_authority"])
        ctl = operator_of(self.daemon)
        self.connection = ctl(
            "connections", "add", "paypal", "--owner", self.daemon.dev["bot"], "--mode", "test", "--account", "simulated",
            "--client-id", "client", "--secret-file", str(folder / "secret"), "--url", self.simulators.paypal)["connection"]  # fmt: skip
        hook = register(self.simulators, self.messages.url)
        ctl("connections", "roll-secret", self.connection, "--webhook-id", hook, "--webhook-authority-file", str(folder / "authority.pem"))

    def sell(self, **more):
        answer = self.bot.post("/v1/checkout/sessions", {
            "line_items": [soup()], "payment_method_types": ["card", "paypal"], **more})  # fmt: skip
        assert answer.status == 200, answer
        return answer.json

    def status(self, session):
        return self.bot.get(f"/v1/checkout/sessions/{session['id']}").json

    def deliver(self, event, order):
        """Carries PayPal's message over: the simulator posts in plain HTTP."""
        headers, body = self.messages.wait_for(lambda one: one["event_type"] == event and one["resource"]["id"] == order)
        signed = {name: value for name, value in headers.items() if name.startswith("paypal-")}
        return self.daemon.client().post(f"/webhooks/processors/{self.connection}", body=body, headers=signed).status

    def close(self):
        self.daemon.stop()
        self.simulators.stop()
        self.messages.close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("page"))
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def tab():
    tab = browser.fresh("phone")
    yield tab
    tab.close()


def go_to_paypal(tab, session):
    """Taps on Pay and waits for PayPal's page; gives its address."""
    tab.open(session["url"]).click("input[value=paypal]").click("#pay")
    tab.wait(lambda: "/checkoutnow" in tab.driver.current_url, "PayPal's page")
    assert tab.text("h1") == "Simulated PayPal"
    return tab.driver.current_url


def test_a_payer_goes_to_paypal_approves_and_is_back_with_the_result(tab, stage):
    session = stage.sell()
    tab.open(session["url"]).find("#method-list")
    assert not tab.sees("#card") or tab.sees("#number")
    tab.picture("paypal-choice")
    tab.click("input[value=paypal]")
    assert not tab.sees("#number") and tab.problems() == []
    address = go_to_paypal(tab, session)
    secret = session["url"].split("#")[1]
    assert secret not in address and secret not in tab.driver.page_source
    tab.click("button[value=approve]").reads("#outcome-title", "Paid")
    tab.picture("paypal-paid")
    assert secret not in tab.driver.current_url
    done = stage.status(session)
    assert (done["status"], done["payment_status"]) == ("complete", "paid")
    tab.click("#outcome-receipt").reads("#receipt", "PayPal")


def test_a_payer_who_cancels_there_is_back_and_can_pay_otherwise(tab, stage):
    session = stage.sell()
    go_to_paypal(tab, session)
    tab.click("button[value=cancel]")
    tab.reads("#problem", "You did not agree at PayPal. Nothing was charged.")
    tab.picture("paypal-canceled")
    assert tab.problems() == [] and stage.status(session)["status"] == "open"
    tab.click("input[value=card]").type("#number", "4242424242424242").type("#expiry", "12/34").type("#cvc", "123")
    tab.click("#pay").reads("#outcome-title", "Paid")
    assert stage.status(session)["payment_status"] == "paid"


def decide(address, result):
    """What a payer does on a page that was opened elsewhere."""
    opener = urllib.request.build_opener(NoRedirect)
    try:
        opener.open(urllib.request.Request(address, data=urllib.parse.urlencode({"result": result}).encode()), timeout=20)
    except urllib.error.HTTPError as redirect:
        assert redirect.code == 303
        return redirect.headers["location"]
    raise AssertionError("PayPal sends the payer back")


def test_a_closed_window_and_a_late_approval_are_settled_by_paypals_own_word(tab, stage):
    session = stage.sell()
    address = go_to_paypal(tab, session)
    tab.driver.get("about:blank")
    assert stage.status(session)["status"] == "open"
    decide(address, "approve")
    order = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["token"][0]
    assert stage.deliver("CHECKOUT.ORDER.APPROVED", order) == 200
    deadline = time.monotonic() + 30
    while stage.status(session)["status"] != "complete" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert stage.status(session)["payment_status"] == "paid"
    # Whoever opens the link again reads that it is paid, and is offered no second Pay.
    tab.open(session["url"]).find("#outcome-title")
    assert tab.text("#outcome-title") in ("Paid", "Already paid") and not tab.sees("#pay")


def test_a_payer_who_comes_back_by_the_link_is_asked_whether_to_go_on(tab, stage):
    session = stage.sell()
    go_to_paypal(tab, session)
    other = browser.fresh("phone")
    try:
        other.open(session["url"]).reads("#outcome-title", "One more step")
        assert not other.sees("#pay")
        other.picture("paypal-elsewhere")
        assert other.problems() == []
        other.click("#outcome-again")
        other.wait(lambda: "/checkoutnow" in other.driver.current_url, "PayPal's page")
        other.click("button[value=approve]")
        # Whoever comes back from PayPal's page is at the checkout, paid.
        other.reads("#outcome-title", "Paid")
    finally:
        other.close()
    assert stage.status(session)["payment_status"] == "paid"
