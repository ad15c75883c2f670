"""Fixtures of the end-to-end tests. They build nothing: `swift build` first, or let scripts/test do everything."""

import os
import pathlib
import shutil
import sys
import tempfile

import pytest

import oracles
from florin import Daemon, Receiver, binary

# A proxy of the surroundings must not come between the tests and loopback.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1,::1"

oracles.install()


def started_daemon():
    """A running daemon on a new state directory, which goes away with it."""
    assert binary().exists(), f"{binary()} is not built: run `swift build --product florind`, or set FLORIND"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="florin-"))
    daemon = Daemon(folder / "state")
    try:
        yield daemon.start()
    finally:
        daemon.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def florin():
    """One daemon for the whole run. Tests share it, so they make their own customers and look only at those."""
    yield from started_daemon()


@pytest.fixture
def mortal():
    """A daemon of the test's own, to be killed and restarted."""
    yield from started_daemon()


@pytest.fixture(autouse=True)
def quiet_consoles():
    """No page may throw, nor do what its policy forbids, in any test that opens a browser."""
    browser = sys.modules.get("browser")
    if browser is None:
        yield
        return
    browser.hear()
    browser.CONSOLES.clear()
    yield
    errors = browser.errors()
    assert errors == [], "a page complained"


@pytest.fixture(scope="session")
def bot(florin):
    """Plain HTTPS with the secret key of the bot."""
    return florin.client(florin.dev["bot_key"])


@pytest.fixture(scope="session")
def platform(florin):
    """Plain HTTPS with the secret key of the platform."""
    return florin.client(florin.dev["platform_key"])


@pytest.fixture
def receiver():
    """A webhook endpoint on loopback."""
    receiver = Receiver()
    yield receiver
    receiver.close()
