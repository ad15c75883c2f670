"""The admin socket is shared out: no user of the machine keeps the others, or root, from it."""

import os
import pathlib
import select
import shutil
import socket
import subprocess
import tempfile
import threading

import pytest

from florin import binary
from installation import Installation

# Opens connections and asks nothing; says how many are still open after a moment.
HOLD = """
import socket, sys
held = []
for n in range(int(sys.argv[2])):
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    held.append(s)
print("held", flush=True)
sys.stdin.read()
"""
PYTHON = "/usr/bin/python3"

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv") or not os.path.exists(PYTHON),
    reason="becoming another user takes root, setpriv and the system's Python")


@pytest.fixture
def shared():
    """A daemon whose socket the users bin and games may look at."""
    with tempfile.TemporaryDirectory(prefix="florin-") as folder:
        os.chmod(folder, 0o755)
        installed = Installation(pathlib.Path(folder) / "florin")
        installed.socket = installed.folder / "admins" / "florin.sock"
        installed.configure()
        installed.config.write_text(installed.config.read_text().replace(
            f"admin: {{socket: {installed.socket}}}",
            f"admin: {{socket: {installed.socket}, group: daemon, viewer_groups: [bin, games, daemon]}}"))
        installed.start()
        yield installed
        installed.kill()


def become(user, *command):
    return ["setpriv", f"--reuid={user}", "--regid=daemon", "--clear-groups", *map(str, command)]


def status(installed, user=None):
    command = [binary("florinctl"), "status", "--socket", installed.socket]
    return subprocess.run(become(user, *command) if user else command, capture_output=True, text=True, timeout=20)


def hold(installed, user, count):
    """Connections of `user` that ask nothing."""
    holder = subprocess.Popen(
        become(user, PYTHON, "-c", HOLD, installed.socket, count), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_user_who_takes_every_place_keeps_nobody_else_out(shared):
    assert status(shared, "bin").returncode == 0
    holders = [hold(shared, "bin", 100)]
    try:
        # Root at once, another user too; only whoever took the places finds none, and is told so.
        assert status(shared).returncode == 0
        assert status(shared, "games").returncode == 0
        refused = status(shared, "bin")
        assert refused.returncode != 0 and "admin socket is full" in refused.stderr, refused
        assert "remoteConnectionClosed" not in refused.stderr
        # Several users together do not reach the places that are kept.
        holders += [hold(shared, user, 100) for user in ["games", "man", "mail", "news"]]
        for _ in range(5):
            assert status(shared).returncode == 0
    finally:
        for holder in holders:
            holder.communicate(timeout=20)
    assert status(shared, "bin").returncode == 0


def test_a_connection_that_asks_nothing_is_closed_soon(shared):
    holder = subprocess.Popen(
        become("bin", PYTHON, "-c", HOLD.replace("sys.stdin.read()", "print(held[0].recv(1), flush=True)"), shared.socket, 1),
        stdout=subprocess.PIPE, text=True)  # fmt: skip
    said, _ = holder.communicate(timeout=30)
    assert said == "held\nb''\n"


@pytest.mark.parametrize("read", [None, 0, 1, 65_536], ids=["at once", "without reading", "after a byte", "after the question"])
def test_a_daemon_that_hangs_up_is_said_to_be_full_or_stopping(read, tmp_path_factory):
    path = tmp_path_factory.mktemp("hang") / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(8)

        def hang_up():
            # The first connection only tries whether anybody listens; one that ends before the question may be made again.
            while True:
                try:
                    asked, _ = listener.accept()
                except OSError:
                    return
                with asked:
                    if read is not None:
                        select.select([asked], [], [], 20)
                    if read:
                        asked.recv(read)

        threading.Thread(target=hang_up, daemon=True).start()
        asking = subprocess.run([binary("florinctl"), "status", "--socket", path], capture_output=True, text=True, timeout=60)
        listener.shutdown(socket.SHUT_RDWR)
    assert asking.returncode == 2 and "admin socket is full" in asking.stderr, asking
