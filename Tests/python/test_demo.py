"""The demonstration chat of `florind dev`: a newcomer buys, pays, gets a refund, sends a friend money and watches the webhooks."""

import pytest
from selenium.webdriver.common.by import By

import browser


@pytest.fixture
def tab():
    tab = browser.fresh("desktop")
    yield tab
    tab.close()


def test_a_newcomer_buys_pays_gets_a_refund_and_sends_a_friend_money(tab, florin):
    chat = tab.open(florin.dev["demo_url"]).reads("#ada-name", "Ada").driver.current_window_handle
    tab.reads("#ada-wallet", "$0.00").reads("#log", "webhook_endpoints")
    assert "#" not in tab.driver.current_url
    assert tab.problems() == []
    tab.picture("demo")
    tab.click("#ada-offer button")
    tab.wait(lambda: len(tab.driver.window_handles) == 2, "the checkout's window")
    tab.driver.switch_to.window(next(handle for handle in tab.driver.window_handles if handle != chat))
    tab.reads("#method-list", "•••• 5556").reads("#pay-text", "Pay $19.50").click("#pay")
    tab.wait(lambda: len(tab.driver.window_handles) == 1, "the window to close")
    tab.driver.switch_to.window(chat)
    tab.reads("#ada-chat", "You paid $19.50").reads("#log", "checkout.session.completed")
    tab.click("#ada-chat li:last-child button").reads("#ada-chat", "on its way back").reads("#log", "charge.refunded")
    tab.click("#ada-send").reads("#ben-chat", "Ada sends you $12.00: for the pizza")
    tab.click("#ben-chat li:last-child button").reads("#ada-chat", "Ben took $12.00.").reads("#ben-wallet", "$12.00")
    hooks = tab.driver.find_elements(By.CSS_SELECTOR, "#log .hook")
    assert hooks and all("✓ signed" in hook.text for hook in hooks)
    tab.picture("demo-after")
    assert tab.complaints() == []


def test_two_share_one_order(tab, florin):
    chat = tab.open(florin.dev["demo_url"]).reads("#log", "webhook_endpoints").driver.current_window_handle
    tab.click("#ada-offer button.plain").reads("#ben-part", "Nothing is taken before both have paid")
    for name, held in (("ada", True), ("ben", False)):
        tab.click(f"#{name}-part button")
        tab.wait(lambda: len(tab.driver.window_handles) == 2, "the checkout's window")
        tab.driver.switch_to.window(next(handle for handle in tab.driver.window_handles if handle != chat))
        tab.reads("#group-pay", "Pay my part: $9.75").click("#group-pay").reads("#pay-text", "Pay $9.75").click("#pay")
        if held:
            tab.reads("#outcome-title", "Your part is there")
            tab.picture("demo-part")
        else:
            tab.wait(lambda: len(tab.driver.window_handles) == 1, "the window to close")
        tab.driver.switch_to.window(chat)
    tab.reads("#ada-chat", "You paid $19.50 together").reads("#ben-chat", "You paid $19.50 together")
    assert tab.problems() == []
    tab.picture("demo-together")


def test_the_keys_are_for_whoever_has_the_printed_address(florin):
    assert florin.client().get("/demo").status == 200
    for headers in ({}, {"Florin-Demo": "0" * 32}):
        assert florin.client().get("/demo/cast", headers=headers).status == 403
        assert florin.client().get("/demo/hooks/0", headers=headers).status == 403
    token = florin.dev["demo_url"].split("#")[1]
    assert florin.client().get("/demo/cast", headers={"Florin-Demo": token}).json["bot_key"] == florin.dev["bot_key"]
    assert florin.dev["demo_url"] in florin.log.read_text()
