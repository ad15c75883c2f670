"""`florind run`: starting as the configuration says, and refusing to by name and line."""

import os
import re
import signal
import subprocess
import time

import pytest

from florin import binary
from installation import Installation, make_certificate


@pytest.fixture
def installed(tmp_path):
    """An installation that is ready to start."""
    installation = Installation(tmp_path / "florin")
    yield installation
    installation.kill()


def test_it_starts_answers_and_stops(installed):
    installed.start()
    assert installed.client().get("/readyz").status in (200, 503)
    assert installed.ctl("status")["synchronous"] == "full"
    assert installed.stop() == 0
    assert installed.start().answers(), "it resumes on the same state"


@pytest.mark.parametrize(
    "settings, complaint",
    [
        ("limits:\n  transfer_laps: 7d\n", "florin.yaml:10:3: limits.transfer_laps: unknown key; did you mean limits.transfer_lapse?"),
        ("limits:\n  transfer_lapse: a week\n", "florin.yaml:10:19: limits.transfer_lapse: “a week” is not a value"),
        ("log: {level: loud}\n", "florin.yaml:9:14: log.level: “loud” is not a value"),
        ("admin: {}\n", "florin.yaml:4:1: admin: stands there twice"),
    ],
)  # fmt: skip
def test_a_wrong_configuration_is_refused_by_name_and_line(installed, settings, complaint):
    installed.configure(settings)
    status, said = installed.refusal()
    assert status == 78 and complaint in said, said


def test_missing_and_open_secrets_are_refused_by_name_and_line(installed):
    installed.root_key.chmod(0o644)
    status, said = installed.refusal()
    assert status == 78 and "florin.yaml:3: vault.root_key:" in said and "chmod 0400" in said
    installed.root_key.unlink()
    status, said = installed.refusal()
    assert status == 78 and "florin.yaml:3: vault.root_key:" in said and "No such file" in said


def test_a_certificate_that_is_not_there_is_refused_by_name_and_line(installed):
    (installed.tls / "cert.pem").unlink()
    status, said = installed.refusal()
    assert status == 78 and "florin.yaml:7: listen.certificate:" in said


def check(config, **environment):
    """What `florind check` says, with nothing of a unit around it."""
    return subprocess.run(
        [binary(), "check", "--config", config], capture_output=True, text=True, timeout=30,
        env={"PATH": os.environ["PATH"], **environment})  # fmt: skip


def test_a_check_outside_the_unit_notes_a_credential_and_a_start_refuses_it(installed):
    """The configuration as it is shipped, looked at by a package's script."""
    installed.config.write_text(installed.config.read_text().replace(f"file:{installed.root_key}", "credential:root-key"))
    done = check(installed.config)
    assert done.returncode == 0 and "is fine." in done.stdout, done
    assert "note: florin.yaml:3: vault.root_key: credential:root-key was not looked at" in done.stderr
    inside = check(installed.config, CREDENTIALS_DIRECTORY=str(installed.folder))
    assert inside.returncode == 1 and "root-key: No such file" in inside.stdout, inside
    status, said = installed.refusal()
    assert status == 78 and "florin.yaml:3: vault.root_key: credential:root-key cannot be found" in said


def spoil_key_of_another(installed):
    make_certificate(installed.folder / "spare", "other.example")
    (installed.tls / "cert.pem").write_bytes((installed.folder / "spare" / "cert.pem").read_bytes())
    return "florin.yaml:7: listen.certificate: the certificate in "


def spoil_certificate(installed):
    (installed.tls / "cert.pem").write_text("no certificate")
    return "cert.pem holds no certificate in PEM"


def spoil_key(installed):
    (installed.tls / "key.pem").chmod(0o600)
    (installed.tls / "key.pem").write_text("no key")
    return "florin.yaml:8: listen.certificate_key: "


def spoil_root_key(installed):
    installed.root_key.chmod(0o600)
    installed.root_key.write_text("no key")
    installed.root_key.chmod(0o400)
    return "florin.yaml:3: vault.root_key: "


def open_state(installed):
    installed.state.mkdir(mode=0o755)
    return "florin.yaml:2: state.directory: "


def open_admin(installed):
    installed.socket.parent.mkdir()
    installed.socket.parent.chmod(0o755)
    return "florin.yaml:4: admin.socket: "


@pytest.mark.parametrize("spoil", [spoil_key_of_another, spoil_certificate, spoil_key, spoil_root_key, open_state, open_admin])
def test_what_cannot_serve_is_found_by_the_check_and_by_the_start(installed, spoil):
    complaint = spoil(installed)
    done = check(installed.config)
    # The directory of the operators' socket may be a unit's business: only the start knows.
    assert done.returncode == (0 if spoil is open_admin else 1) and complaint in done.stdout + done.stderr, done
    status, said = installed.refusal()
    assert status == 78 and complaint in said, said
    assert "failedToLoad" not in said
    assert not (installed.state / "florin.sqlite").exists(), "the book was opened before everything was known to be fine"


def test_a_certificate_that_runs_out_soon_is_noted(installed):
    done = check(installed.config)
    assert done.returncode == 0 and re.search(r"note: florin.yaml:7: listen.certificate: runs out at .*, in [12] days", done.stderr)
    installed.start()
    assert installed.ctl("status")["front"]["certificate_days_left"] in (1, 2)
    command = [binary("florinctl"), "status", "--socket", installed.socket]
    said = subprocess.run(command, capture_output=True, text=True, timeout=30).stdout
    assert f"127.0.0.1:{installed.port}," in said and re.search("[12] days left: renew it", said)


def test_everything_that_is_wrong_is_said_at_once(installed):
    installed.configure(f"metrics: {{port: {installed.port}}}\nlog: {{level: loud}}\n")
    text = installed.config.read_text().replace(f"socket: {installed.socket}", f"socket: {installed.socket}, group: nobody-here")
    installed.config.write_text(text)
    (installed.tls / "cert.pem").unlink()
    status, said = installed.refusal()
    lines = said.splitlines()
    assert status == 78 and [line.split(": ")[1] for line in lines] == [
        "admin.group", "listen.certificate", "metrics.port", "log.level"], said  # fmt: skip


def test_a_stop_that_may_take_longer_than_the_unit_says_is_noted(installed):
    installed.configure("shutdown: {drain_time: 60s, operations_time: 60s}\n")
    done = check(installed.config)
    assert done.returncode == 0 and "a stop may take 123 s" in done.stderr, done


def test_a_hang_up_during_the_start_does_not_end_it(installed):
    installed.spawn()
    lock = installed.state / "lock"
    deadline = time.monotonic() + 30
    while not lock.exists():
        assert time.monotonic() < deadline and installed.process.poll() is None
        time.sleep(0.001)
    while not installed.answers():
        assert installed.process.poll() is None, installed.output()
        installed.signal(signal.SIGHUP)
    installed.ctl("status")
    # And it is heard afterwards.
    before = installed.output().count("reloaded")
    installed.signal(signal.SIGHUP)
    while installed.output().count("reloaded") <= before:
        assert time.monotonic() < deadline, installed.output()
        time.sleep(0.01)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a small file system of its own, which only root can mount")
def test_a_start_on_a_full_disk_says_so_and_is_worth_trying_again(installed):
    installed.state.mkdir(mode=0o700)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs", installed.state]).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        installed.start()
        # In good order, so that no log is left behind: what fits into that could be written on a full disk too.
        installed.stop()
        filler = installed.state / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        status, said = installed.refusal()
        assert status == 1 and f"the disk is full: make room on {installed.state}" in said and "unavailable(" not in said, said
        filler.unlink()
        installed.start()
    finally:
        installed.kill()
        subprocess.run(["umount", "-l", installed.state])


def test_a_second_daemon_on_the_same_state_is_refused(installed):
    installed.start()
    other = Installation(installed.folder)
    other.port += 1
    status, said = other.refusal()
    assert status == 1 and "another florind" in said
    assert installed.answers()
