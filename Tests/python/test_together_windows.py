"""Friends pay one checkout together, each in a browser of their own, against a running daemon."""

import time

import pytest
from selenium.webdriver.support.ui import Select

import browser
from test_checkout import Page, Shop, soup
from test_checkout_page import fill


@pytest.fixture
def people():
    """Browsers without any memory of each other."""
    made = []

    def arrive(size="phone"):
        made.append(browser.fresh(size))
        return made[-1]

    yield arrive
    for one in made:
        one.close()


@pytest.fixture
def sell(bot):
    def make(**more):
        answer = bot.post("/v1/checkout/sessions", {"line_items": [soup(1000)], "participants": {"max": 4}, **more})
        assert answer.status == 200, answer
        return answer.json

    return make


def begins(tab, session, count):
    """The organiser shares it among so many; gives the group's link."""
    tab.open(session["url"]).click("#together-open")
    Select(tab.find("#together-people")).select_by_value(str(count))
    tab.click("#together-start").reads("#crowd-count", f"Paid parts: 0 of {count}")
    return tab.find("#group-link").get_attribute("value")


def pays_a_part(tab, name, amount, number="4242424242424242"):
    tab.reads("#group-pay", amount).click("#group-pay").reads("#share-notice", "You pay part")
    tab.type("#payer", name)
    return fill(tab, number).click("#pay")


def status(bot, session):
    return bot.get(f"/v1/checkout/sessions/{session['id']}").json


def until(check, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)
    return found


def test_three_friends_in_three_windows_pay_together(people, sell, bot, florin):
    session = sell(email_collection={"enabled": True})
    organiser, anna, ben = people(), people(), people("desktop")
    organiser.open(session["url"]).click("#together-open").click("#together-start").reads("#problem", "Fill in your details first")
    organiser.type("#email", "ada@example.com")
    Select(organiser.find("#together-people")).select_by_value("3")
    organiser.reads("#together-parts", "1 × $3.34 + 2 × $3.33")
    organiser.picture("together-choosing")
    assert organiser.problems() == []
    organiser.click("#together-start").reads("#crowd-count", "Paid parts: 0 of 3 · still missing: $10.00")
    link = organiser.find("#group-link").get_attribute("value")

    anna.open(link).reads("#lines", "Soup").reads("#headline", "$10.00")
    assert "#" not in anna.driver.current_url and not anna.sees("#group-stop")
    assert "ada@example.com" not in anna.driver.page_source
    pays_a_part(anna, "Anna", "Pay my part").reads("#outcome-title", "Your part is there")
    anna.picture("together-anna-waits")
    assert anna.problems() == []
    organiser.reads("#crowd-shares", "Anna").reads("#crowd-count", "1 of 3")
    assert organiser.run("return document.getElementById('news').textContent").startswith("Anna has paid.")

    pays_a_part(ben.open(link), "Ben", "Pay my part", "5555555555554444").reads("#outcome-title", "Your part is there")
    ben.picture("together-ben-waits")
    organiser.reads("#crowd-count", "2 of 3")
    organiser.picture("together-two-of-three")
    assert status(bot, session)["payment_status"] == "unpaid"
    pays_a_part(organiser, "Ada", "Pay my part")
    for tab in (organiser, anna, ben):
        tab.reads("#outcome-title", "Paid").reads("#outcome-text", "Paid in 3 parts. $10.00 to")
    ben.picture("together-all-paid")
    assert ben.problems() == []
    done = status(bot, session)
    assert (done["status"], done["payment_status"], done["amount_total"]) == ("complete", "paid", 1000)
    assert sorted((share["name"], share["status"]) for share in done["participants"]["shares"]) == [("Ada", "paid"), ("Anna", "paid"), ("Ben", "paid")]
    # Whoever comes late is told as well, and the organiser's link still leads to their own page.
    organiser.open(link).reads("#outcome-title", "Paid")
    organiser.open(session["url"]).reads("#outcome-title", "Paid").click("#outcome-receipt").reads("#receipt", "$10.00")
    assert florin.florinctl("ledger", "verify")["is_sound"]


def test_the_organiser_stops_and_pays_alone(people, sell, bot):
    session = sell()
    organiser, anna = people(), people()
    link = begins(organiser, session, 2)
    pays_a_part(anna.open(link), "Anna", "$5.00").reads("#outcome-title", "Your part is there")
    payment = next(share["payment_intent"] for share in status(bot, session)["participants"]["shares"] if share["name"] == "Anna")
    organiser.reads("#crowd-count", "1 of 2").click("#group-stop").reads("#group-sure", "Everybody gets everything back")
    organiser.picture("together-stop")
    organiser.click("#group-yes").reads("#pay-text", "Pay $10.00")
    anna.reads("#outcome-title", "Not paid together").reads("#outcome-text", "Nobody pays anything")
    until(lambda: bot.get(f"/v1/payment_intents/{payment}").json["status"] == "canceled")
    people().open(link).reads("#outcome-title", "Not paid together")
    fill(organiser).click("#pay").reads("#outcome-title", "Paid")
    done = status(bot, session)
    assert (done["status"], done["payment_status"]) == ("complete", "paid")


def test_two_who_pay_the_same_part_are_told_the_truth(people, sell, florin):
    session = sell()
    organiser, anna, ben = people(), people(), people()
    link = begins(organiser, session, 3)
    part = Page(florin, link).post("share", {}).json["url"]
    for tab in (anna, ben):
        fill(tab.open(part).type("#payer", "Friend"))
    anna.click("#pay").reads("#outcome-title", "Your part is there")
    ben.reads("#outcome-title", "This part is already paid").click("#outcome-again").reads("#group-pay", "Pay my part: $3.33")
    pays_a_part(ben, "Ben", "$3.33").reads("#outcome-title", "Your part is there")
    organiser.reads("#crowd-count", "2 of 3")


def test_a_declined_part_is_told_and_paid_with_another_card(people, sell):
    session = sell()
    organiser, anna = people(), people()
    link = begins(organiser, session, 2)
    pays_a_part(anna.open(link), "Anna", "$5.00", "4000000000009995").reads("#problem", "not enough money")
    organiser.reads("#crowd-count", "0 of 2")
    fill(anna).click("#pay").reads("#outcome-title", "Your part is there")
    anna.click("#outcome-again").reads("#group-pay", "Pay another part: $5.00")


def test_what_the_bot_says_to_all_of_them_is_told_to_the_organiser(people, sell, bot):
    shop = Shop()
    try:
        session = sell(callback_url=shop.url)
        organiser, anna = people(), people()
        link = begins(organiser, session, 2)
        pays_a_part(anna.open(link), "Anna", "$5.00").reads("#outcome-title", "Your part is there")
        shop.will_say({"approve": False, "message": "Sold out since this morning."})
        organiser.reads("#crowd-count", "1 of 2")
        ben = people()
        pays_a_part(ben.open(link), "Ben", "$5.00")
        organiser.reads("#problem", "Sold out since this morning. Nothing was charged.")
        for tab in (anna, ben):
            tab.reads("#outcome-title", "Not paid together")
        assert status(bot, session)["status"] == "open"
    finally:
        shop.close()
