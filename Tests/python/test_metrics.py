"""The page for Prometheus: Prometheus' own checker accepts it, it counts what happens, and it tells nothing of anybody."""

import http.client
import json
import re
import shutil
import socket
import subprocess
import uuid

import pytest
import yaml

from florin import ROOT, binary
from installation import Installation, free_port

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
DECLINED = CARD | {"number": "4000000000009995"}
SAMPLE = re.compile(r'^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Unix(http.client.HTTPConnection):
    """HTTP to a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def scrape(daemon):
    """The page as text."""
    connection = Unix(daemon.dev["admin_socket"])
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.getheader("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
        return answer.read().decode()
    finally:
        connection.close()


def numbers(page):
    """(family, labels) to number, for every line that is a sample."""
    found = {}
    for line in page.splitlines():
        if line and not line.startswith("#"):
            name, labels, value = SAMPLE.match(line).groups()
            found[name, frozenset(LABEL.findall(labels or ""))] = float(value)
    return found


def total(samples, name, **labels):
    """The sum over all samples of a family that have these labels."""
    return sum(v for (n, found), v in samples.items() if n == name and labels.items() <= dict(found).items())


def promtool_path():
    """Installed, or unpacked by scripts/setup."""
    return shutil.which("promtool") or shutil.which("promtool", path=ROOT / ".build" / "tools" / "usr" / "bin")


def charge(bot, card=CARD):
    method = bot.post("/v1/payment_methods", {"type": "card", "card": card}).json
    return bot.post(
        "/v1/payment_intents", {"amount": 1000, "currency": "usd", "payment_method": method["id"], "confirm": True})  # fmt: skip


def test_the_checker_of_prometheus_accepts_the_page(florin, bot):
    charge(bot)
    promtool = promtool_path()
    assert promtool, "promtool is missing: run scripts/setup"
    done = subprocess.run([promtool, "check", "metrics"], input=scrape(florin), capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr + done.stdout


def test_a_charge_is_counted_on_its_whole_way(florin, bot):
    before = numbers(scrape(florin))
    assert charge(bot).status == 200
    assert charge(bot, DECLINED).status == 402
    after = numbers(scrape(florin))

    def grown(name, **labels):
        return total(after, name, **labels) - total(before, name, **labels)

    assert grown("florin_http_request_seconds_count", route="/v1/payment_intents", status="2xx", method="POST") == 1
    assert grown("florin_http_request_seconds_count", route="/v1/payment_intents", status="4xx", method="POST") == 1
    assert grown("florin_payment_outcomes_total", outcome="approved") == 1
    assert grown("florin_payment_outcomes_total", outcome="declined", reason="funds") == 1
    assert grown("florin_processor_seconds_count") == 2
    assert grown("florin_stage_seconds_count", stage="second_commit") == 2
    for stage in ["authentication", "first_commit", "rendering"]:
        assert grown("florin_stage_seconds_count", stage=stage) >= 2
    assert grown("florin_store_commits_total") > 0
    assert grown("florin_store_commit_seconds_sum") > 0
    assert grown("florin_tls_handshakes_total", listener="https", result="done") >= 4
    assert total(after, "process_resident_memory_bytes") > 1_000_000
    assert total(after, "florin_vault_key_use_limit", purpose="card") > 1_000_000


def test_a_path_that_nobody_serves_makes_no_series_of_its_own(florin, bot):
    secret = uuid.uuid4().hex
    assert bot.get(f"/v1/{secret}").status == 404
    page = scrape(florin)
    assert secret not in page
    assert total(numbers(page), "florin_http_request_seconds_count", route="unmatched", status="4xx") >= 1


def test_nothing_on_the_page_names_a_person_a_bot_or_a_card(florin, bot, platform):
    name, email = f"Name{uuid.uuid4().hex}", f"{uuid.uuid4().hex}@example.com"
    customer = bot.post("/v1/customers", {"name": name, "email": email}).json
    charge(bot)
    page = scrape(florin)
    for text in [name, email, customer["id"], CARD["number"], "bot_", "per_", "cus_", "pi_", "sk_"]:
        assert text not in page, text


def test_a_query_is_refused_as_everywhere(florin):
    connection = Unix(florin.dev["admin_socket"])
    connection.request("GET", "/metrics?name=x")
    assert connection.getresponse().status == 400
    connection.close()


def test_the_page_is_served_on_a_port_of_this_machine_when_one_is_configured(tmp_path):
    port, installed = free_port(), Installation(tmp_path / "florin")
    installed.configure(f"metrics: {{port: {port}}}\n")
    try:
        installed.start()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        page = answer.read().decode()
        assert answer.status == 200 and answer.getheader("content-type").startswith("text/plain; version=0.0.4")
        assert "# TYPE florin_http_request_seconds histogram" in page
        for path in ("/", "/v1/status", "/healthz"):
            connection.request("GET", path)
            refused = connection.getresponse()
            assert refused.status == 404 and refused.read() is not None, path
        connection.request("POST", "/metrics")
        assert connection.getresponse().status in (404, 405)
    finally:
        installed.kill()
    # Another address takes a word more: everybody who reaches it could read the page.
    installed.configure(f"metrics: {{port: {port}, address: 0.0.0.0}}\n")
    status, said = installed.refusal()
    assert status != 0 and "metrics.address" in said


@pytest.mark.parametrize("path", ["/v1/payment_intents", "/healthz"])
def test_the_page_is_not_on_the_public_listener(bot, path):
    assert bot.get("/metrics").status == 404
    assert bot.get(path).status == 200


# --- Rules and dashboard ------------------------------------------------------------------------------------------

RULES = ROOT / "config" / "prometheus"


def families(page):
    """Every name that may stand in an expression."""
    found = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", page, re.M):
        found |= {name} if kind != "histogram" else {name + end for end in ("_bucket", "_sum", "_count")}
    return found


def named(text):
    return set(re.findall(r"\b(?:florin|process)_[a-z0-9_]+", text))


def test_every_metric_of_rules_and_dashboard_is_on_the_page(florin, bot):
    charge(bot)
    known = families(scrape(florin))
    dashboard = json.loads((ROOT / "config" / "grafana" / "florin.json").read_text())
    expressions = [t["expr"] for p in dashboard["panels"] for t in p.get("targets", [])]
    rules = yaml.safe_load((RULES / "florin.rules.yml").read_text())
    expressions += [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    assert len(expressions) > 40
    assert named("\n".join(expressions)) - known == set()


def test_the_checker_of_prometheus_accepts_the_rules_and_their_tests_pass():
    for arguments in [("check", "rules", "florin.rules.yml"), ("test", "rules", "florin.rules.test.yml")]:
        done = subprocess.run([promtool_path(), *arguments], cwd=RULES, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_explained():
    page = (ROOT / "docs" / "alerts.md").read_text()
    rules = yaml.safe_load((RULES / "florin.rules.yml").read_text())
    for group in rules["groups"]:
        for rule in group["rules"]:
            assert f"### {rule['alert']}\n" in page, rule["alert"]
            assert rule["annotations"].keys() == {"summary", "action"}
            assert rule["labels"]["severity"] in ("page", "ticket")


def test_the_dashboard_is_what_its_script_writes():
    assert subprocess.run([ROOT / "scripts" / "grafana", "--check"]).returncode == 0


# --- florinctl top --------------------------------------------------------------------------------------------------


def test_top_shows_what_happens_and_leaves_a_pipe_plain(florin, bot):
    ctl = [binary("florinctl"), "--socket", florin.dev["admin_socket"], "top", "--once", "--interval", "1"]
    watched = subprocess.Popen([*ctl, "--json"], stdout=subprocess.PIPE, text=True)
    while watched.poll() is None:
        charge(bot)
    figures = json.loads(watched.communicate()[0])
    assert figures["requests"]["per_second"] > 0 and figures["requests"]["p99_milliseconds"] > 0
    assert figures["stages"]["first_commit"]["per_second"] > 0
    assert figures["connections"][0]["approved_share"] == 1
    assert any(r["route"] == "/v1/payment_intents" for r in figures["routes"])
    shown = subprocess.run(ctl, capture_output=True, text=True, timeout=30)
    assert shown.returncode == 0 and "\x1b" not in shown.stdout
    for word in ["requests", "unknown", "writer", "STAGE", "CONNECTION"]:
        assert word in shown.stdout
    wrong = subprocess.run([*ctl[:4], "--interval", "0"], capture_output=True, text=True)
    assert wrong.returncode == 2 and "between 1 and 60" in wrong.stderr
