"""`florind run` on an installation of our own: configuration, root key, certificate, state, all in one folder."""

import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time

from florin import START_SECONDS, STOP_SECONDS, Client, binary, die_with_parent


def free_port():
    """A TCP port of loopback that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(folder, name="localhost"):
    """A self-signed certificate for `name`, as cert.pem and key.pem; what stood there is replaced."""
    folder.mkdir(exist_ok=True)
    new = folder / "new.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},DNS:localhost,IP:127.0.0.1",
         "-keyout", folder / "key.new", "-out", new],
        check=True, capture_output=True,
    )  # fmt: skip
    os.chmod(folder / "key.new", 0o400)
    os.replace(folder / "key.new", folder / "key.pem")
    os.replace(new, folder / "cert.pem")


class Installation:
    """What an operator prepares, and the daemon on it.

    `settings` are YAML lines that are added to the configuration; `environment` is the daemon's own besides PATH.
    """

    def __init__(self, folder, settings="", environment=None, descriptors=()):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.config = self.folder / "florin.yaml"
        self.root_key = self.folder / "root.key"
        self.tls = self.folder / "tls"
        self.state = self.folder / "state"
        self.socket = self.folder / "admin" / "florin.sock"
        self.log = self.folder / "florind.log"
        self.environment = environment or {}
        self.descriptors = descriptors
        self.process = None
        if not self.tls.exists():
            make_certificate(self.tls)
        if not self.root_key.exists():
            subprocess.run([binary(), "init", "--root-key", self.root_key], check=True, capture_output=True)
        self.configure(settings)

    def configure(self, settings="", **replaced):
        """Writes the configuration; `settings` is a text of whole sections."""
        text = f"""
state: {{directory: {self.state}}}
vault: {{root_key: "file:{self.root_key}"}}
admin: {{socket: {self.socket}}}
"""
        if "listen:" not in settings:
            text += f"listen:\n{self.listen()}"
        self.config.write_text(text + settings)

    def listen(self):
        """The keys of the section `listen` that every test needs."""
        return f"""  port: {self.port}
  certificate: {self.tls / "cert.pem"}
  certificate_key: file:{self.tls / "key.pem"}
"""

    def spawn(self):
        """Starts the daemon and waits for nothing."""
        assert self.process is None, "it is running already"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [binary(), "run", "--config", self.config], stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=die_with_parent,
                env={"PATH": os.environ["PATH"], **self.environment}, pass_fds=self.descriptors,
            )  # fmt: skip
        return self

    def start(self):
        """Starts and waits until the front answers, whatever it answers."""
        self.spawn()
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                tail = self.output()[-3000:]
                self.kill()
                raise RuntimeError(f"florind did not start serving:\n{tail}")
            time.sleep(0.05)
        return self

    def answers(self):
        try:
            return self.client().get("/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def refusal(self):
        """Starts expecting that it ends by itself. Returns exit status and what it wrote."""
        before = len(self.output())
        self.spawn()
        try:
            status = self.process.wait(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("florind serves where it should refuse to") from None
        self.process = None
        return status, self.output()[before:]

    def output(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def client(self, key=None):
        return Client(f"https://localhost:{self.port}", self.tls / "cert.pem", key)

    def ctl(self, *words, code=0):
        """The JSON that florinctl prints, or its text when it fails as expected."""
        command = [binary("florinctl"), *words, "--socket", self.socket, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return json.loads(done.stdout) if code == 0 else done.stderr

    def signal(self, which):
        self.process.send_signal(which)

    def stop(self):
        """SIGTERM; returns the exit status."""
        return self._end(signal.SIGTERM)

    def kill(self):
        return self._end(signal.SIGKILL)

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


def peer_name(installation):
    """The subject of the certificate that a new connection is shown."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", installation.port), timeout=10) as plain:
        with context.wrap_socket(plain) as tls:
            return tls.getpeercert(binary_form=True)
