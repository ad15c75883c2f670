"""docs/guides: every program on the pages runs as printed, in every language, and prints what the page says it prints."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time

import pytest

from conftest import started_daemon
from florin import ROOT, die_with_parent

GUIDES = ROOT / "docs" / "guides"
LANGUAGES = {"sh": ["bash", "-eu"], "python": [sys.executable, "-"], "javascript": ["node", "--input-type=module", "-"]}
PAGES = ["take-a-payment.md", "buy-button.md", "save-a-card.md", "charge-later.md", "refund.md", "payouts.md", "test.md"]


@pytest.fixture(scope="module")
def florin():
    """A daemon of the pages' own, as a reader has one. They advance a test clock by a week, and on the daemon that all tests
    share that would first try every message again, for days, that other tests left for endpoints which are gone."""
    yield from started_daemon()


@pytest.fixture
def bot(florin):
    return florin.client(florin.dev["bot_key"])


def blocks(page, label):
    return re.findall(rf"^```{label}\n(.*?)^```$", (GUIDES / page).read_text(), re.M | re.S)


def environment(florin, **more):
    return {
        "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "NO_PROXY": "localhost,127.0.0.1",
        "FLORIN_URL": florin.dev["base_url"], "FLORIN_KEY": florin.dev["bot_key"], "FLORIN_CA": florin.dev["ca_file"],
        "CURL_CA_BUNDLE": florin.dev["ca_file"], "NODE_EXTRA_CA_CERTS": florin.dev["ca_file"], **more,
    }  # fmt: skip


def needs(language):
    """The pages ask for Node 18, which brings fetch; Debian 11 and Ubuntu 22.04 have an older one."""
    if language == "javascript":
        said = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout if shutil.which("node") else "v0"
        if int(said[1:].split(".")[0]) < 18:
            assert not os.environ.get("CI"), "Node 18 or newer must be there in CI"
            pytest.skip("there is no Node 18 or newer")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_the_programs_of_a_page_print_what_it_says(florin, page, language):
    needs(language)
    programs, expected = blocks(page, language), "".join(blocks(page, "text"))
    assert programs and expected
    done = subprocess.run(
        LANGUAGES[language], input="\n".join(programs), capture_output=True, text=True, timeout=90,
        env=environment(florin))  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout == expected


def until_it_listens(port, seconds=30):
    """A message that comes before would be tried again much later."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(("127.0.0.1", int(port)), timeout=5).close()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "the receiver does not listen"
            time.sleep(0.05)


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_the_receivers_hear_of_a_payment_and_believe_only_what_is_signed(florin, bot, language, tmp_path):
    needs(language)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    [endpoint] = blocks("webhooks.md", "sh endpoint")
    made = subprocess.run(
        ["bash", "-eu"], input=endpoint, capture_output=True, text=True, timeout=60, env=environment(florin, PORT=port))
    assert made.returncode == 0 and made.stdout.startswith("whsec_"), made.stderr
    [server] = blocks("webhooks.md", f"{language} server")
    script = tmp_path / ("server.py" if language == "python" else "server.mjs")
    script.write_text(server)
    receiver = subprocess.Popen(
        [LANGUAGES[language][0], script], stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent,
        env=environment(florin, PORT=port, WEBHOOK_SECRET=made.stdout.strip()))  # fmt: skip
    try:
        method = bot.post("/v1/payment_methods", {
            "type": "card",
            "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}}).json  # fmt: skip
        until_it_listens(port)
        paid = bot.post("/v1/payment_intents", {
            "amount": 4321, "currency": "usd", "confirm": "true", "payment_method": method["id"]})  # fmt: skip
        assert paid.status == 200, paid
        heard = receiver.stdout.readline()
        while heard and "4321" not in heard:
            heard = receiver.stdout.readline()
        assert heard == "payment_intent.succeeded 4321\n"
        # The receiver is up now: a message that nobody signed is turned away.
        forged = subprocess.run(
            ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", f"http://127.0.0.1:{port}/", "-d", "{}",
             "-H", "Stripe-Signature: t=1,v1=00"], capture_output=True, text=True, timeout=30)  # fmt: skip
        assert forged.stdout == "400"
    finally:
        receiver.kill()
        receiver.wait()


def test_every_page_is_reached_from_the_first_and_its_links_lead_somewhere():
    first = (GUIDES / "README.md").read_text()
    for page in GUIDES.glob("*.md"):
        text = page.read_text()
        assert page.name == "README.md" or f"({page.name})" in first, page
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert (page.parent / target).exists(), (page, target)
