"""Charges find their way among two processors: one dies under load, charges go on through the other, it returns and is used again."""

import concurrent.futures
import json
import pathlib
import socket
import subprocess
import time

import pytest

import failover
from florin import Daemon, binary
from simulators import Simulators

CHARGES = 160
WORKERS = 4


def free_ports(count):
    """The first of `count` neighbouring ports that nobody listens on."""
    for first in range(28_000, 32_000, 10):
        sockets = []
        try:
            for port in range(first, first + count):
                one = socket.socket()
                sockets.append(one)
                one.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise RuntimeError("no free ports")


class Stage:
    """A daemon with two accounts at two processes that play Stripe."""

    def __init__(self, folder):
        self.folder = folder
        self.ports = {}
        self.running = {}
        self.daemon = Daemon(folder / "state").start()
        (folder / "key").write_text("sk_test_of_the_routing_test\n")
        self.connections = {}
        for name in ("red", "blue"):
            self.ports[name] = free_ports(6)
            self.up(name)
            added = self.daemon.florinctl(
                "connections", "add", "stripe", "--owner", self.daemon.dev["platform"], "--account", f"acct_{name}",
                "--secret-file", str(folder / "key"), "--url", self.running[name].stripe)
            self.connections[name] = added["connection"]

    def up(self, name):
        self.running[name] = Simulators("--port", str(self.ports[name]))

    def down(self, name):
        self.running.pop(name).stop()

    def charged(self, name):
        return sum(1 for intent in self.running[name].book()["intents"] if intent["status"] == "succeeded")

    def table(self, text, reason="the routing test", check=True):
        file = self.folder / "table"
        file.write_text(text)
        return self.ctl("route", "set", str(file), "--reason", reason, check=check)

    def ctl(self, *arguments, check=True):
        done = subprocess.run(
            [binary("florinctl"), "--socket", self.daemon.dev["admin_socket"], "--json", *arguments],
            capture_output=True, text=True, timeout=60)
        assert not check or done.returncode == 0, done.stderr
        return json.loads(done.stdout) if check else done

    def charge(self, amount=1999):
        dev = self.daemon.dev
        client = self.daemon.client(dev["bot_key"])
        began = time.monotonic()
        answer = client.post("/v1/payment_intents", {
            "amount": amount, "currency": "usd", "confirm": "true", "customer": dev["customer"]["id"],
            "payment_method": dev["customer"]["payment_method"]})
        return answer.status, answer.json, time.monotonic() - began

    def charges(self, count):
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(lambda _: self.charge(), range(count)))

    def close(self):
        self.daemon.stop()
        for one in self.running.values():
            one.stop()


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("routing"))
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def shared(stage):
    """Both have an equal share."""
    red, blue = stage.connections["red"], stage.connections["blue"]
    stage.table(f"rule everything\n  to {red} 1\n  to {blue} 1\n")
    return stage


def percentile(latencies, share):
    return sorted(latencies)[min(int(len(latencies) * share), len(latencies) - 1)]


def test_charges_are_shared_and_go_on_when_one_dies_and_it_is_used_again(shared):
    stage = shared
    before = stage.charges(40)
    assert all(status == 200 and body["status"] == "succeeded" for status, body, _ in before)
    assert stage.charged("red") > 5 and stage.charged("blue") > 5

    stage.down("red")
    during = stage.charges(CHARGES)
    states = [(status, body.get("status")) for status, body, _ in during]
    assert states == [(200, "succeeded")] * CHARGES, states
    latencies = [seconds for _, _, seconds in during]
    print(f"\nwith one of two processors down: {CHARGES} charges, p50 {percentile(latencies, 0.5) * 1000:.0f} ms, "
          f"p99 {percentile(latencies, 0.99) * 1000:.0f} ms")
    standing = {one["connection"]: one for one in stage.ctl("route", "show")["connections"]}
    assert standing[stage.connections["red"]]["breaker"] in ("open", "probing")
    assert standing[stage.connections["blue"]]["breaker"] == "closed"

    handed_on = None
    for _, body, _ in during:
        explained = stage.ctl("route", "explain", body["id"])
        attempts = explained["attempts"]
        assert attempts[-1]["connection"] == stage.connections["blue"]
        if len(attempts) == 2:
            handed_on = attempts
            break
    assert handed_on, "no charge was handed on"
    assert (handed_on[0]["state"], handed_on[0]["reason"]) == ("not_processed", "not_sent")
    tried = [one for one in handed_on[1]["decision"]["candidates"] if one["standing"] == "tried"]
    assert [one["connection"] for one in tried] == [stage.connections["red"]]

    stage.up("red")
    deadline = time.monotonic() + 90
    while stage.charged("red") == 0 and time.monotonic() < deadline:
        status, body, _ = stage.charge()
        assert (status, body["status"]) == (200, "succeeded")
        time.sleep(0.5)
    assert stage.charged("red") > 0, "it is back and nobody goes there"
    assert stage.daemon.florinctl("ledger", "verify")["problems"] == []
    assert stage.daemon.florinctl("unknown", "list")["items"] == []


def test_a_refund_goes_where_the_charge_went(shared):
    stage = shared
    stage.table(f"rule blue alone\n  to {stage.connections['blue']}\n")
    _, body, _ = stage.charge(777)
    bot = stage.daemon.client(stage.daemon.dev["bot_key"])
    stage.table(f"rule red alone\n  to {stage.connections['red']}\n")
    refund = bot.post("/v1/refunds", {"payment_intent": body["id"]})
    assert (refund.status, refund.json["status"]) == (200, "succeeded")
    refunds = stage.running["blue"].book()["refunds"]
    assert [one["amount"] for one in refunds][-1] == 777


def test_declines_that_belong_to_the_buyer_are_not_asked_twice(shared):
    stage = shared
    red, blue = stage.connections["red"], stage.connections["blue"]
    stage.table(f"rule everything\n  to {red}\n  else {blue}\n")
    bot = stage.daemon.client(stage.daemon.dev["bot_key"])
    card = bot.post("/v1/payment_methods", {
        "type": "card", "card[number]": "4000000000009995", "card[exp_month]": 12, "card[exp_year]": 2034})
    answer = bot.post("/v1/payment_intents", {
        "amount": 1999, "currency": "usd", "confirm": "true", "payment_method": card.json["id"]})
    assert (answer.status, answer.json["error"]["decline_code"]) == (402, "insufficient_funds")
    attempts = stage.ctl("route", "explain", answer.json["error"]["payment_intent"]["id"])["attempts"]
    assert [one["connection"] for one in attempts] == [red]
    assert attempts[0]["stop"] == "outcome"


def test_a_security_code_that_was_used_up_is_asked_for_again(shared):
    stage = shared
    red, blue = stage.connections["red"], stage.connections["blue"]
    stage.table(f"rule everything\n  to {red}\n  else {blue}\n")
    stage.running["red"].fault("busy", path="/v1", times=10)
    bot = stage.daemon.client(stage.daemon.dev["bot_key"])
    card = bot.post("/v1/payment_methods", {
        "type": "card", "card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": 2034,
        "card[cvc]": "123"})
    answer = bot.post("/v1/payment_intents", {
        "amount": 1999, "currency": "usd", "confirm": "true", "payment_method": card.json["id"]})
    assert answer.status == 402, answer.json
    attempts = stage.ctl("route", "explain", answer.json["error"]["payment_intent"]["id"])["attempts"]
    assert [one.get("stop") for one in attempts] == ["security_code_used"], attempts
    # A saved card needs none, and goes on.
    status, body, _ = stage.charge()
    assert (status, body["status"]) == (200, "succeeded")
    assert stage.ctl("route", "explain", body["id"])["attempts"][-1]["connection"] == blue
    stage.running["red"].control("DELETE", "faults")


def test_a_table_is_checked_line_by_line_tried_set_listed_and_taken_back(stage):
    red, blue = stage.connections["red"], stage.connections["blue"]
    refused = stage.table("rule one\n  brand visa, dinners\n  to con_x\n", check=False)
    assert refused.returncode == 1
    assert "line 2, rule 'one': 'dinners' is no value for 'brand'" in refused.stderr
    assert "line 3, rule 'one': 'con_x' is no value for 'to'" in refused.stderr
    file = stage.folder / "candidate"
    file.write_text(f"rule small\n  currency usd\n  amount ..1000\n  to {red}\nrule everything\n  to {blue}\n")
    version = stage.ctl("route", "show")["version"]
    checked = stage.ctl("route", "check", str(file), "--last", "100")
    assert (checked["version"], checked["rules"]) == (version + 1, 2)
    assert checked["replay"]["examined"] > 0
    assert stage.ctl("route", "show")["version"] == version, "a check has changed the table"
    asked = stage.ctl("route", "what-if", "--amount", "500", "--currency", "usd", "--bot", stage.daemon.dev["bot"],
                      "--file", str(file))
    assert asked["answer"]["chosen"] == red and asked["answer"]["rule"] == "small"
    stage.ctl("route", "set", str(file), "--reason", "small ones to red", "--replaces", str(version))
    stale = stage.ctl("route", "set", str(file), "--reason", "again", "--replaces", str(version), check=False)
    assert stale.returncode == 1 and "look at it and decide again" in stale.stderr
    asked = stage.ctl("route", "what-if", "--amount", "5000", "--currency", "usd", "--brand", "visa")
    assert asked["chosen"] == blue
    assert [one.get("unmet") for one in asked["considered"]] == ["amount", None]
    stage.ctl("route", "revert", str(version), "--reason", "as it was")
    history = stage.ctl("route", "history")["items"]
    assert [one["version"] for one in history[:3]] == [version + 2, version + 1, version]
    assert history[0]["reason"] == "as it was"
    routes = [row["route"] for row in stage.daemon.florinctl("audit", "list")["items"]]
    assert "POST /v1/routing" in routes
    human = subprocess.run(
        [binary("florinctl"), "--socket", stage.daemon.dev["admin_socket"], "route"], capture_output=True, text=True,
        timeout=60)
    assert human.returncode == 0 and "SCORE" in human.stdout and red in human.stdout


def test_the_table_is_in_force_after_a_crash(shared):
    stage = shared
    blue = stage.connections["blue"]
    stage.table(f"rule blue alone\n  to {blue}\n")
    stage.daemon.restart()
    status, body, _ = stage.charge()
    assert (status, body["status"]) == (200, "succeeded")
    assert [one["connection"] for one in stage.ctl("route", "explain", body["id"])["attempts"]] == [blue]


def test_the_try_out_plays_processors_and_survives_the_loss_of_one(tmp_path):
    daemon = Daemon(tmp_path / "state", "--with-simulators").start()
    try:
        bases = daemon.dev["simulators"]
        assert bases and all(base.startswith("http://127.0.0.1:") for base in bases.values())
        shown = daemon.florinctl("route", "show")
        assert shown["version"] == 1 and shown["author"] == "florind"
        assert {one["processor"] for one in shown["connections"]} == {"sandbox", *bases}
        client = daemon.client(daemon.dev["bot_key"])

        def charge():
            # A number that every vendor has on its list of test cards.
            card = client.post("/v1/payment_methods", {
                "type": "card", "card[number]": "5555555555554444", "card[exp_month]": 12, "card[exp_year]": 2034})
            return client.post("/v1/payment_intents", {
                "amount": 500, "currency": "usd", "confirm": "true", "payment_method": card.json["id"]})

        def processor(payment):
            return daemon.florinctl("route", "explain", payment.json["id"])["attempts"][-1]["processor"]

        used = {processor(charge()) for _ in range(40)}
        assert used == set(bases), "with 40 charges and equal shares one is left out once in some million runs"
        survivor, *others = bases
        for other in others:
            subprocess.run(
                ["curl", "--silent", "--show-error", "--fail", "-d", "seconds=4", f"{bases[other]}/_control/outage"],
                check=True, capture_output=True, timeout=20)
        time.sleep(0.5)
        for _ in range(5):
            answer = charge()
            assert (answer.status, answer.json["status"]) == (200, "succeeded")
            assert processor(answer) == survivor
        deadline = time.monotonic() + 60
        while processor(charge()) == survivor and time.monotonic() < deadline:
            time.sleep(0.5)
        assert time.monotonic() < deadline, "the simulators are back and nobody goes there"
        page = pathlib.Path(daemon.log).read_text()
        assert "/_control/outage" in page and "route show" in page
        # Started without them, it does not send charges to where nobody is.
        daemon.stop()
        daemon.flags = ()
        daemon.start()
        assert "simulators" not in daemon.dev
        client = daemon.client(daemon.dev["bot_key"])
        assert processor(charge()) == "sandbox"
    finally:
        daemon.stop()


def test_callers_hardly_notice_the_loss_of_a_processor_and_it_is_used_again(tmp_path):
    daemon = Daemon(tmp_path / "state", "--with-simulators", "--unlimited").start()
    try:
        phases, back = failover.run(daemon, seconds=6, lost="stripe", rate=5)
    finally:
        daemon.stop()
    shown = failover.table(phases, back)
    print(shown)
    before, down, after = phases
    assert [phase.failed for phase in phases] == [0, 0, 0], shown
    assert down.carriers["stripe"] == 0 and down.carriers.total() > 0, shown
    # A refused connection is noticed at once, and soon nobody is sent there any more.
    assert down.p99 < before.p99 + 2, shown
    assert back is not None and after.charges, shown
