"""A florind of our own to test against: start, kill, restart, talk to it. Standard library only."""

import ctypes
import http.client
import http.server
import json
import os
import pathlib
import queue
import signal
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60
STOP_SECONDS = 30

# Called with (method, path, answer, key) for every answer that a Client receives; may fail the running test.
CHECKS = []


def binary(name="florind"):
    """The built program: FLORIND names the daemon, its neighbours lie beside it."""
    daemon = pathlib.Path(os.environ.get("FLORIND", ROOT / ".build" / "debug" / "florind"))
    return daemon if name == "florind" else daemon.with_name(name)


def die_with_parent():
    """Leaves no daemon behind when the test run itself is killed (PR_SET_PDEATHSIG of prctl(2))."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Daemon:
    """`florind dev` on one state directory. It can die and come back; the port stays the same after the first start.

    `flags` are added to the command line; `folder` is the directory it runs in.
    """

    def __init__(self, state, *flags, folder=None, environment=None):
        self.state = pathlib.Path(state)
        self.flags, self.folder = flags, folder
        self.environment = {**os.environ, **environment} if environment else None
        self.log = self.state.with_name(self.state.name + ".log")
        self.process = None
        self.port = 0
        self.dev = {}

    def start(self):
        """Starts and waits until it serves. Raises with the end of its output if it does not within START_SECONDS."""
        assert self.process is None, "it is running already"
        before = self._stamp()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [binary(), "dev", "--state", str(self.state), "--port", str(self.port), *self.flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, cwd=self.folder,
                env=self.environment,
                preexec_fn=die_with_parent,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while self._stamp() == before or not self._ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace")[-3000:]
                self.kill()
                raise RuntimeError(f"florind did not start serving:\n{tail}")
            time.sleep(0.05)
        return self

    def kill(self):
        """SIGKILL: nothing is flushed, nobody is told."""
        self._end(signal.SIGKILL)

    def stop(self):
        """SIGTERM, and SIGKILL if it has not ended within STOP_SECONDS. Returns the exit status, None if it was not running."""
        return self._end(signal.SIGTERM)

    def restart(self):
        """SIGKILL and a new start on the same state and port."""
        self.kill()
        return self.start()

    def refusal(self):
        """Starts expecting that it ends without serving. Returns its exit status and what it wrote."""
        with tempfile.TemporaryFile() as log:
            try:
                status = subprocess.run(
                    [binary(), "dev", "--state", str(self.state), "--port", "0"],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, timeout=START_SECONDS,
                ).returncode  # fmt: skip
            except subprocess.TimeoutExpired:
                raise AssertionError("florind serves where it should refuse to") from None
            log.seek(0)
            return status, log.read().decode()

    def florinctl(self, *arguments):
        """What florinctl answers as JSON; raises with its complaint."""
        command = [binary("florinctl"), *arguments, "--socket", self.dev["admin_socket"], "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"florinctl {arguments}: {done.stderr or done.stdout}"
        return json.loads(done.stdout)

    def client(self, key=None):
        return Client(self.dev["base_url"], self.dev["ca_file"], key)

    def _end(self, how):
        process, self.process = self.process, None
        if process is None:
            return None
        if process.poll() is None:
            process.send_signal(how)
        try:
            return process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def _stamp(self):
        try:
            found = (self.state / "dev.json").stat()
            return found.st_mtime_ns, found.st_ino
        except FileNotFoundError:
            return None

    def _ready(self):
        try:
            self.dev = json.loads((self.state / "dev.json").read_text())
            self.port = urllib.parse.urlsplit(self.dev["base_url"]).port
            return self.client().get("/readyz").status == 200
        except (OSError, ValueError, http.client.HTTPException):
            return False


class Answer:
    """Status, headers (names in lower case), body as bytes and as JSON."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.json["error"]

    def __repr__(self):
        return f"<{self.status} {self.body[:400]!r}>"


class Client:
    """Plain HTTPS with one key. Each request has a connection of its own, so threads may share a client."""

    def __init__(self, base_url, ca_file, key=None):
        self.base, self.key = urllib.parse.urlsplit(base_url), key
        self.tls = ssl.create_default_context(cafile=ca_file)

    def get(self, path, params=None, **more):
        return self.request("GET", path, params, **more)

    def post(self, path, params=None, **more):
        return self.request("POST", path, params, **more)

    def delete(self, path, **more):
        return self.request("DELETE", path, **more)

    def request(self, method, path, params=None, *, body=None, idempotency_key=None, headers=None, timeout=30):
        """`params` go into the query of a GET and into a form body otherwise; `body` is sent as it is."""
        sent = dict(headers or {})
        if self.key:
            sent.setdefault("Authorization", f"Bearer {self.key}")
        if idempotency_key:
            sent["Idempotency-Key"] = idempotency_key
        if params is not None and method == "GET":
            path += "?" + form(params)
        elif params is not None:
            body = form(params)
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif method == "POST" and body is None:
            body = b""
        connection = http.client.HTTPSConnection(self.base.hostname, self.base.port, timeout=timeout, context=self.tls)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            received = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()
        for check in CHECKS:
            check(method, path, received, self.key)
        return received


def form(params):
    """Nested values as `a[b][c]=d`, lists as `a[0]=b`: the form dialect of /v1."""

    def flat(prefix, value):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from flat(f"{prefix}[{key}]" if prefix else key, inner)
        elif isinstance(value, (list, tuple)):
            for index, inner in enumerate(value):
                yield from flat(f"{prefix}[{index}]", inner)
        elif isinstance(value, bool):
            yield prefix, "true" if value else "false"
        else:
            yield prefix, value

    return urllib.parse.urlencode(list(flat("", params)))


class Receiver:
    """A webhook endpoint on loopback that keeps what it is sent."""

    def __init__(self):
        received = self.received = queue.Queue()
        receiver = self
        self.status = 200
        # When set, called with each event before it is answered.
        self.on_event = None

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                received.put(({k.lower(): v for k, v in self.headers.items()}, body))
                if receiver.on_event:
                    receiver.on_event(json.loads(body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, wanted, seconds=30):
        """The first delivery (headers, body) for which `wanted(event)` holds; fails after `seconds`."""
        deadline, seen = time.monotonic() + seconds, []
        while (left := deadline - time.monotonic()) > 0:
            try:
                headers, body = self.received.get(timeout=left)
            except queue.Empty:
                break
            event = json.loads(body)
            for check in CHECKS:
                check("GET", "/v1/events/x", Answer(200, {}, body))
            if wanted(event):
                return headers, body
            seen.append(event.get("type"))
        raise AssertionError(f"the awaited event was not delivered within {seconds} s; delivered were {seen}")

    def close(self):
        self.server.shutdown()
        self.server.server_close()
