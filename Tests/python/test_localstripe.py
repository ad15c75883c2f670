"""The Stripe adapter before an independent imitation of Stripe, localstripe: a second opinion on the happy path.

localstripe does not know some fields that Stripe publishes and refuses them, and leaves out others that Stripe always sends. A
go-between makes up for exactly those and changes nothing else."""

import http.server
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from florin import Daemon, binary

pytest.importorskip("localstripe")

UNKNOWN_TO_IT = {
    "confirmation_method", "error_on_requires_action", "return_url", "statement_descriptor_suffix", "cancellation_reason"}


def completed(document):
    """What Stripe's answers also say of an intent: how much is held and how much was taken."""
    if document.get("object") == "payment_intent":
        held = document["amount"] if document["status"] == "requires_capture" else 0
        document.setdefault("amount_capturable", held)
        document.setdefault("amount_received", document["amount"] if document["status"] == "succeeded" else 0)
    return document


@pytest.fixture(scope="module")
def imitation(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = "import sys; from aiohttp import web; from localstripe.server import app; " \
        "web.run_app(app, host='127.0.0.1', port=int(sys.argv[1]), print=None)"
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(port)], cwd=tmp_path_factory.mktemp("localstripe"),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)

    class Between(http.server.BaseHTTPRequestHandler):
        def forward(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.command == "POST":
                pairs = urllib.parse.parse_qsl(body.decode())
                body = urllib.parse.urlencode([pair for pair in pairs if pair[0] not in UNKNOWN_TO_IT]).encode()
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}{self.path}", data=body if self.command == "POST" else None,
                method=self.command, headers={"Authorization": self.headers["Authorization"]})
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    status, body = answer.status, json.dumps(completed(json.loads(answer.read()))).encode()
            except urllib.error.HTTPError as error:
                status, body = error.code, error.read()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = forward

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Between)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    process.terminate()
    process.wait(timeout=20)


def test_sales_refunds_captures_and_voids_are_understood(imitation, tmp_path):
    daemon = Daemon(tmp_path / "state").start()
    try:
        (tmp_path / "key").write_text("sk_test_localstripe\n")
        done = subprocess.run(
            [binary("florinctl"), "--socket", daemon.dev["admin_socket"], "connections", "add", "stripe", "--owner",
             daemon.dev["bot"], "--account", "acct_local", "--secret-file", str(tmp_path / "key"), "--url", imitation],
            capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        bot = daemon.client(daemon.dev["bot_key"])

        def pay(**more):
            card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
            method = bot.post("/v1/payment_methods", {"type": "card", "card": card}).json
            return bot.post("/v1/payment_intents", {
                "amount": 1999, "currency": "usd", "payment_method": method["id"], "confirm": True, **more}).json

        paid = pay()
        assert paid["status"] == "succeeded", paid
        refund = bot.post("/v1/refunds", {"payment_intent": paid["id"], "amount": 500}).json
        assert refund["status"] == "succeeded", refund
        hold = pay(capture_method="manual")
        assert hold["status"] == "requires_capture", hold
        taken = bot.post(f"/v1/payment_intents/{hold['id']}/capture", {}).json
        assert taken["status"] == "succeeded", taken
        other = pay(capture_method="manual")
        gone = bot.post(f"/v1/payment_intents/{other['id']}/cancel", {}).json
        assert gone["status"] == "canceled", gone
    finally:
        daemon.stop()
