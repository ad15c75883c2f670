"""States of a checkout that are played to the page instead of the gateway's: what is rare, or takes two to happen, can be looked at."""

import itertools
import json
import time

COUNT = itertools.count()
FETCH = """
(() => {
  // What an earlier test left in this tab is not this one's; what a reload finds is.
  if (location.protocol !== "about:" && window.name !== %s) { try { sessionStorage.clear(); } catch { /* None here. */ } window.name = %s; }
  window.play = %s;
  window.asked = [];
  window.fetch = async (path, options = {}) => {
    const name = String(path).split("/").pop();
    window.asked.push([name, options.body ? JSON.parse(options.body) : null]);
    const [status, body] = window.play.answers[name] || [200, window.play.state];
    return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
  };
})();
"""


def state(total=1000, **more):
    """A checkout of pizza as `GET …/state` answers, with whatever is said otherwise."""
    line = {"id": "li_1", "label": "Pizza for everybody", "description": None, "unit_amount": total, "amount": total, "quantity": 1,
            "adjustable": None, "custom": None}  # fmt: skip
    return {
        "role": "buyer", "paid_by": None, "friend": {"asked": False, "can_ask": True, "name": None, "url": None}, "id": "cs_1", "status": "open",
        "livemode": False, "currency": "usd", "currency_exponent": 2, "locale": "en", "submit_type": "pay", "merchant": {"name": "Florist Bot"},
        "lines": [line], "discounts": [], "tip": None, "shipping_options": [], "totals": totals(total), "collect": {}, "shipping_countries": [],
        "details": {}, "chosen_shipping": None, "methods": [], "pin": None, "method_types": ["card"], "can_save": False, "can_remember": False,
        "will_save": False, "terms_url": None, "privacy_url": None, "expires_at": int(time.time()) + 3600, "next_action": None, "error": None,
        "return_url": None, "cancel_url": None, "version": 1, "together": None, **more}  # fmt: skip


def line(label, amount=1000, **more):
    return {**state(amount)["lines"][0], "id": f"li_{len(label)}", "label": label, **more}


def totals(total, **more):
    return {"subtotal": total, "discount": 0, "shipping": 0, "tax": 0, "tip": 0, "total": total, **more}


def crowd(people, *said, total=1000, **more):
    """How far friends are: of `said`, the first is the status and name of part 1, and so on."""
    shares = [
        {"number": index + 1, "amount": total // people + (index < total % people), "status": "open", "name": None} for index in range(people)]  # fmt: skip
    for share, (status, name) in zip(shares, said):
        share.update(status=status, name=name)
    return {"max": 8, "people": people, "ends_at": int(time.time()) + 7200, "url": "https://localhost/checkout/cs_1#group", "total": total,
            "shares": shares, **more}  # fmt: skip


def play(tab, base, played, **answers):
    """Opens the page with this state. `answers` are those of single calls: status and body."""
    stop(tab)
    name = json.dumps(f"play {next(COUNT)}")
    script = FETCH % (name, name, json.dumps({"state": played, "answers": answers}))
    tab.played = tab.cdp("Page.addScriptToEvaluateOnNewDocument", source=script)["identifier"]
    tab.open(f"{base}/checkout/cs_1#secret")
    tab.wait(lambda: tab.sees("#form") or tab.sees("#outcome"), "a view")
    return tab


def stop(tab):
    """The page asks the gateway again."""
    if getattr(tab, "played", None):
        tab.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=tab.played)
        tab.played = None


def now(tab, played):
    """What is true from now on."""
    tab.run("window.play.state = arguments[0]", played)


def asked(tab, name):
    """What the page sent to this call, one for each time."""
    return [body for asked, body in tab.run("return window.asked") if asked == name]
