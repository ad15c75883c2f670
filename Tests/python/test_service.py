"""The daemon as a service: what it tells the manager, sockets it is handed, reloading, pausing, draining, stopping."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import time

import pytest

from florin import binary
from installation import Installation, make_certificate, peer_name

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
WAIT = 30


class Manager:
    """Plays the service manager: a datagram socket that keeps what it is told."""

    def __init__(self, name):
        self.name = name
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        self.socket.settimeout(WAIT)
        self.heard = []

    def wait_for(self, word):
        """Reads until a message holds `word`; that message."""
        while True:
            message = self.socket.recv(4096).decode()
            self.heard.append(message)
            if word in message:
                return message


@pytest.fixture
def installed(tmp_path):
    installation = Installation(tmp_path / "florin")
    yield installation
    installation.kill()


def fill(installed):
    """What an operator does on a new installation. Returns a client with the bot's key."""
    installed.ctl("vault", "acknowledge-backup")
    platform = installed.ctl("platforms", "create", "Chat")["id"]
    bot = installed.ctl(
        "bots", "create", platform, "--name", "Florist", "--legal-name", "Florist GmbH", "--category", "5992",
        "--country", "DE", "--statement", "FLORIST")["id"]  # fmt: skip
    assert installed.ctl("connections", "create", platform)["is_live"]
    return installed.client(installed.ctl("keys", "create", bot)["secret"])


def charge(bot, **more):
    method = bot.post("/v1/payment_methods", {"type": "card", "card": CARD}).json["id"]
    return bot.post(
        "/v1/payment_intents",
        {"amount": 1999, "currency": "usd", "payment_method": method, "confirm": True}, **more)  # fmt: skip


def test_a_new_installation_takes_no_change_before_its_root_key_is_backed_up(installed):
    installed.start()
    assert installed.ctl("status")["holds"] == ["backup_not_acknowledged"]
    ready = installed.client().get("/readyz")
    assert (ready.status, ready.body) == (503, b"backup_not_acknowledged\n")
    refused = installed.client("sk_test_x").post("/v1/customers", {})
    assert (refused.status, refused.error["code"]) == (503, "not_set_up") and refused.headers["retry-after"]
    bot = fill(installed)
    assert charge(bot).json["status"] == "succeeded"
    installed.kill()
    installed.start()
    assert installed.ctl("status")["holds"] == [] and installed.client().get("/readyz").status == 200
    assert charge(bot).json["status"] == "succeeded", "the connection works after a restart"


def test_the_manager_hears_ready_watchdog_reloading_and_stopping(installed):
    manager = Manager(f"@florin-test-{os.getpid()}")
    installed.environment = {"NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "500000"}
    installed.spawn()
    assert "STATUS=Waiting for the root key's backup" in manager.wait_for("READY=1")
    assert installed.answers(), "READY came before the front answered"
    began = time.monotonic()
    for _ in range(4):
        manager.wait_for("WATCHDOG=1")
    assert time.monotonic() - began < 4 * 0.5, "the watchdog is petted at least once in its interval"
    installed.ctl("vault", "acknowledge-backup")
    manager.wait_for("STATUS=Serving")
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    installed.signal(signal.SIGHUP)
    reloading = dict(line.split("=", 1) for line in manager.wait_for("RELOADING=1").splitlines())
    assert before <= int(reloading["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    manager.wait_for("READY=1")
    installed.signal(signal.SIGTERM)
    manager.wait_for("STOPPING=1")
    assert installed.process.wait(timeout=WAIT) == 0


def test_a_watchdog_is_not_petted_while_the_daemon_stands_still(installed):
    manager = Manager(f"@florin-test-still-{os.getpid()}")
    installed.environment = {"NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "200000"}
    installed.spawn()
    manager.wait_for("WATCHDOG=1")
    installed.signal(signal.SIGSTOP)
    manager.socket.settimeout(1)
    with pytest.raises(TimeoutError):
        while True:
            manager.wait_for("WATCHDOG=1")
    installed.signal(signal.SIGCONT)
    manager.socket.settimeout(WAIT)
    manager.wait_for("WATCHDOG=1")


def test_sockets_of_the_manager_are_served_instead_of_own_ones(installed, tmp_path):
    https = socket.create_server(("127.0.0.1", 0))
    (tmp_path / "ops").mkdir(mode=0o700)
    admin = socket.socket(socket.AF_UNIX)
    admin.bind(str(tmp_path / "ops" / "admin.sock"))
    admin.listen()
    # What systemd does: the descriptors from 3 on, and the process id of the daemon itself.
    script = f"""
import os, sys
for wanted, given in ((10, {https.fileno()}), (11, {admin.fileno()})): os.dup2(given, wanted, inheritable=True)
for wanted, given in ((3, 10), (4, 11)): os.dup2(given, wanted, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="https:admin")
os.closerange(5, 100)
os.execv(sys.argv[1], sys.argv[1:])
"""
    own_port, installed.port = installed.port, https.getsockname()[1]
    process = subprocess.Popen(
        ["python3", "-c", script, binary(), "run", "--config", installed.config],
        pass_fds=[https.fileno(), admin.fileno()], start_new_session=True)  # fmt: skip
    try:
        https.close()
        # Nobody has to wait for the daemon: the connection is in the backlog until it comes.
        assert installed.client().get("/healthz").status == 200
        installed.socket = tmp_path / "ops" / "admin.sock"
        assert installed.ctl("status")["role"] == "admin"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", own_port))
    finally:
        process.terminate()
        assert process.wait(timeout=WAIT) == 0


def test_a_socket_without_one_of_our_names_is_refused(installed):
    stray = socket.create_server(("127.0.0.1", 0))
    script = f"""
import os, sys
os.dup2({stray.fileno()}, 3, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="florin.socket")
os.execv(sys.argv[1], sys.argv[1:])
"""
    done = subprocess.run(
        ["python3", "-c", script, binary(), "run", "--config", installed.config],
        pass_fds=[stray.fileno()], capture_output=True, text=True, timeout=WAIT)  # fmt: skip
    assert done.returncode == 78 and "FileDescriptorName=" in done.stderr


def test_a_reload_changes_the_certificate_and_drops_no_connection(installed):
    installed.start()
    old = peer_name(installed)
    context = ssl.create_default_context(cafile=installed.tls / "cert.pem")
    kept = http.client.HTTPSConnection("localhost", installed.port, context=context, timeout=WAIT)
    kept.request("GET", "/healthz")
    assert kept.getresponse().read() == b"ok\n"
    make_certificate(installed.tls, "renewed.example")
    installed.signal(signal.SIGHUP)
    deadline = time.monotonic() + WAIT
    while peer_name(installed) == old:
        assert time.monotonic() < deadline, "the new certificate is not shown"
        time.sleep(0.05)
    kept.request("GET", "/healthz")
    assert kept.getresponse().read() == b"ok\n", "the old connection goes on"
    assert kept.sock.getpeercert(binary_form=True) == old


def test_a_reload_of_something_wrong_changes_nothing_and_says_where(installed):
    installed.start()
    old = peer_name(installed)
    # A certificate that does not belong to its key.
    spare = installed.folder / "spare"
    make_certificate(spare, "other.example")
    (installed.tls / "cert.pem").write_bytes((spare / "cert.pem").read_bytes())
    said = installed.ctl("reload", code=1)
    assert "Nothing was changed" in said and "florin.yaml:7: listen.certificate:" in installed.output()
    assert peer_name(installed) == old
    installed.configure("limits: {transfer_lapse: soon}\n")
    installed.ctl("reload", code=1)
    assert "florin.yaml:9:26: limits.transfer_lapse:" in installed.output()
    assert installed.process.poll() is None


def test_a_reload_says_what_is_in_force_and_what_waits(installed):
    installed.start()
    installed.configure("limits: {transfer_lapse: 1d}\nlog: {level: info, format: json}\n")
    assert installed.ctl("reload") == {
        "applied": ["limits.transfer_lapse", "log.level"], "needs_restart": ["log.format"], "problems": []}  # fmt: skip
    assert installed.ctl("reload") == {"applied": [], "needs_restart": ["log.format"], "problems": []}
    assert installed.ctl("log-level", "debug") == {"level": "debug"}
    installed.client().get("/healthz")
    assert "debug" in installed.output()


def test_a_paused_daemon_reads_and_refuses_changes_over_a_restart_too(installed):
    installed.start()
    bot = fill(installed)
    paid = charge(bot).json
    assert installed.ctl("pause")["holds"] == ["paused"]
    for _ in range(2):
        refused = bot.post("/v1/customers", {})
        assert (refused.status, refused.error["code"]) == (503, "paused") and refused.headers["retry-after"]
        assert bot.get(f"/v1/payment_intents/{paid['id']}").json["status"] == "succeeded"
        assert installed.client().get("/readyz").status == 200
        installed.kill()
        installed.start()
    assert installed.ctl("resume")["holds"] == []
    assert charge(bot).json["status"] == "succeeded"


def test_a_drained_daemon_answers_nothing_until_it_is_resumed(installed):
    installed.start()
    bot = fill(installed)
    view = installed.ctl("drain", "--seconds", "10")
    assert view["holds"] == ["draining"] and view["operations_in_flight"] == 0
    assert installed.client().get("/readyz").status == 503
    refused = bot.get("/v1/customers")
    assert (refused.status, refused.headers["connection"]) == (503, "close")
    installed.ctl("resume")
    assert bot.get("/v1/customers").status == 200


def test_a_stop_answers_what_was_accepted_and_refuses_what_still_comes(installed):
    """A request whose body is still on its way when the stop begins is answered; one that comes later is not taken."""
    installed.start()
    bot = fill(installed)
    context = ssl.create_default_context(cafile=installed.tls / "cert.pem")
    kept = http.client.HTTPSConnection("localhost", installed.port, context=context, timeout=WAIT)
    kept.request("GET", "/healthz")
    kept.getresponse().read()
    slow = context.wrap_socket(
        socket.create_connection(("127.0.0.1", installed.port), timeout=WAIT), server_hostname="localhost")  # fmt: skip
    body = b"name=Casey"
    slow.sendall(
        b"POST /v1/customers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + bot.key.encode() +
        b"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body))  # fmt: skip
    deadline = time.monotonic() + WAIT
    while installed.ctl("status")["front"]["requests_in_flight"] < 1:
        assert time.monotonic() < deadline
    installed.signal(signal.SIGTERM)
    while True:
        try:
            socket.create_connection(("127.0.0.1", installed.port), timeout=WAIT).close()
        except (ConnectionRefusedError, ConnectionResetError):
            break
        assert time.monotonic() < deadline, "the listener stays open"
    kept.request("GET", "/v1/customers")
    refused = kept.getresponse()
    assert refused.status == 503 and refused.headers["Connection"] == "close"
    refused.read()
    slow.sendall(body)
    answer = slow.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
    assert installed.process.wait(timeout=WAIT) == 0


def test_a_stop_waits_for_a_message_to_a_processor_and_stores_its_outcome(installed):
    """The caller has gone and the charge is with the processor, which takes its time: the stop waits for its answer."""
    installed.start()
    bot = fill(installed)
    slow = {**CARD, "number": "4000009900000103"}
    method = bot.post("/v1/payment_methods", {"type": "card", "card": slow}).json["id"]
    with pytest.raises(TimeoutError):
        bot.post(
            "/v1/payment_intents", {"amount": 1999, "currency": "usd", "payment_method": method, "confirm": True},
            timeout=1)  # fmt: skip
    assert installed.ctl("status")["operations"]["in_flight"] == 1
    assert installed.stop() == 0
    assert "in flight" not in installed.output()
    installed.start()
    assert installed.ctl("status")["operations"]["open"] == 0
    assert bot.get("/v1/payment_intents").json["data"][0]["status"] == "succeeded"


def test_what_a_stop_cannot_wait_for_is_parked_and_finished_by_the_next_start(installed):
    installed.configure("shutdown: {operations_time: 0s}\n")
    installed.start()
    bot = fill(installed)
    slow = {**CARD, "number": "4000009900000103"}
    method = bot.post("/v1/payment_methods", {"type": "card", "card": slow}).json["id"]
    with pytest.raises(TimeoutError):
        bot.post(
            "/v1/payment_intents", {"amount": 1999, "currency": "usd", "payment_method": method, "confirm": True},
            timeout=1)  # fmt: skip
    began = time.monotonic()
    assert installed.stop() == 0
    assert time.monotonic() - began < 25
    installed.start()
    deadline = time.monotonic() + WAIT
    while bot.get("/v1/payment_intents").json["data"][0]["status"] != "succeeded":
        assert time.monotonic() < deadline, "nobody found out what became of it"
        time.sleep(0.1)
    assert len(bot.get("/v1/charges").json["data"]) == 1
