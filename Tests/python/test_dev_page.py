"""The try-out: what it prints works as printed, it resumes what it was, and it refuses what it must not serve."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

from florin import START_SECONDS, Daemon, binary, die_with_parent

KEYS = ("base_url", "ca_file", "admin_socket", "platform_key", "bot_key", "publishable_key", "bot", "people")


def printed_commands(daemon):
    """Heading -> the command below it, with its continuation lines, exactly as printed."""
    page = daemon.log.read_text().split("Florin is serving")[-1]
    commands, heading = {}, None
    for line in page.splitlines()[1:]:
        if not line.startswith("  "):
            heading = line or None
        elif heading:
            commands[heading] = commands.get(heading, "") + line + "\n"
    return commands


def run(command, folder):
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, cwd=folder)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture(params=["plain", "a folder with 'quotes' and spaces"])
def placed(request):
    """A daemon whose state directory has such a name."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="florin-"))
    daemon = Daemon(folder / request.param / "state")
    daemon.state.parent.mkdir()
    try:
        yield daemon.start()
    finally:
        daemon.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_every_printed_command_works_as_printed_and_again(placed, tmp_path):
    for _ in range(2):
        commands = list(printed_commands(placed).values())
        assert len(commands) == 4, commands
        outputs = [run(command, tmp_path) for command in commands]
        payment, top_up, transfer = (json.loads(output) for output in outputs[:3])
        assert (payment["object"], payment["status"], payment["amount_received"]) == ("payment_intent", "succeeded", 1999)
        assert (top_up["status"], top_up["amount"]) == ("succeeded", 5000)
        assert (transfer["object"], transfer["amount"]) == ("friend_transfer", 1200)
        assert transfer["status"] in ("accepted", "succeeded"), transfer
        assert "is sound" in outputs[3]
    placed.restart()
    assert "(resumed)" in placed.log.read_text()
    for command in printed_commands(placed).values():
        run(command, tmp_path)


def test_dev_json_tells_what_the_page_tells(florin):
    dev = json.loads((florin.state / "dev.json").read_text())
    for key in KEYS:
        assert dev[key], key
    page = florin.log.read_text().split("Florin is serving")[-1]
    for text in (dev["base_url"], dev["ca_file"], dev["admin_socket"], dev["bot_key"], dev["platform_key"]):
        assert text in page
    assert len(dev["people"]) == 2
    assert re.fullmatch(r"https://localhost:\d+", dev["base_url"]) and not dev["base_url"].endswith(":0")
    for name in ("dev.json", "florin.sqlite", "sandbox.sqlite"):
        assert (florin.state / name).stat().st_mode & 0o077 == 0, name
    assert (florin.state / "root.key").stat().st_mode & 0o777 == 0o400
    assert florin.state.stat().st_mode & 0o777 == 0o700


def test_it_resumes_with_the_same_keys_and_the_same_cast(mortal):
    before = {key: mortal.dev[key] for key in KEYS}
    assert mortal.stop() == 0
    mortal.start()
    assert {key: mortal.dev[key] for key in KEYS} == before


def test_a_second_daemon_on_the_same_directory_is_refused_by_name(florin):
    status, said = florin.refusal()
    assert status not in (0, None) and status > 0
    assert f"process {florin.process.pid}" in said and str(florin.state) in said and "--state" in said
    assert florin.client().get("/readyz").status == 200


# ---- What refuses to serve

def swapped_root_key(state, other):
    replace(state / "root.key", (other / "root.key").read_bytes(), 0o400)


def broken_root_key(state, _):
    replace(state / "root.key", b"not a key\n", 0o400)


def empty_root_key(state, _):
    replace(state / "root.key", b"", 0o400)


def readable_root_key(state, _):
    (state / "root.key").chmod(0o444)


def missing_root_key(state, _):
    (state / "root.key").unlink()


def linked_root_key(state, _):
    (state / "root.key").rename(state / "elsewhere.key")
    (state / "root.key").symlink_to(state / "elsewhere.key")


def open_directory(state, _):
    state.chmod(0o755)


def database_of_something_else(state, _):
    for name in ("florin.sqlite-wal", "florin.sqlite-shm"):
        (state / name).unlink(missing_ok=True)
    replace(state / "florin.sqlite", b"This is not a database. " * 400, 0o600)


def database_of_another_key(state, other):
    for name in ("florin.sqlite", "florin.sqlite-wal", "florin.sqlite-shm"):
        if (other / name).exists():
            replace(state / name, (other / name).read_bytes(), 0o600)
        else:
            (state / name).unlink(missing_ok=True)


def replace(path, content, mode):
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


@pytest.fixture(scope="module")
def two_states():
    """Two directories that daemons have made and left."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="florin-"))
    try:
        for name in ("one", "two"):
            daemon = Daemon(folder / name)
            daemon.start()
            assert daemon.stop() == 0
        yield folder / "one", folder / "two"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    "damage, said",
    [
        (swapped_root_key, "root key"), (broken_root_key, "root.key"), (empty_root_key, "root.key"),
        (readable_root_key, "chmod"), (missing_root_key, "root"), (linked_root_key, "root.key"), (open_directory, "chmod"),
        (database_of_something_else, "florin.sqlite"), (database_of_another_key, "root key"),
    ],
    ids=lambda value: value.__name__.replace("_", " ") if callable(value) else "",
)  # fmt: skip
def test_a_damaged_directory_is_not_served_and_the_reason_is_told(two_states, tmp_path, damage, said):
    state = tmp_path / "state"
    shutil.copytree(two_states[0], state)
    state.chmod(0o700)
    damage(state, two_states[1])
    before = {path: path.read_bytes() for path in state.glob("*.key")}
    status, output = Daemon(state).refusal()
    assert status > 0, output
    assert said in output, output
    assert "Florin is serving" not in output and "Fatal error" not in output
    # Nothing is repaired behind the operator's back: what was there can still be put right.
    assert {path: path.read_bytes() for path in state.glob("*.key")} == before


def test_an_unused_copy_of_the_directory_serves(two_states, tmp_path):
    """The control: what the tests above damage would have been served."""
    shutil.copytree(two_states[0], tmp_path / "state")
    daemon = Daemon(tmp_path / "state")
    try:
        daemon.start()
        assert daemon.stop() == 0
    finally:
        daemon.kill()


def test_a_port_that_is_taken_is_told(florin, tmp_path):
    done = subprocess.run(
        [binary(), "dev", "--state", str(tmp_path / "state"), "--port", str(florin.port)],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=START_SECONDS,
    )  # fmt: skip
    assert done.returncode > 0
    assert str(florin.port) in done.stderr + done.stdout


# ---- Crashes

@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT, signal.SIGILL, signal.SIGBUS, signal.SIGQUIT])
def test_no_core_is_written_when_it_crashes(how):
    """A core dump would hold every key, and the card numbers that were on their way."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="florin-"))
    (folder / "here").mkdir()
    try:
        with (folder / "log").open("wb") as log:
            # As permissive as the machine allows: the daemon itself must forbid it.
            process = subprocess.Popen(
                ["bash", "-c", 'ulimit -S -c "$(ulimit -H -c)"; exec "$0" dev --state ../state --port 0', binary()],
                cwd=folder / "here", stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, preexec_fn=die_with_parent,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while not (folder / "state" / "dev.json").exists():
            assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        proc = pathlib.Path("/proc") / str(process.pid)
        assert re.search(r"^Max core file size +0 +0 ", (proc / "limits").read_text(), re.MULTILINE)
        process.send_signal(how)
        _, status = os.waitpid(process.pid, 0) if waits_for(process) else (0, 0)
        process.returncode = -how
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == how and not os.WCOREDUMP(status)
        assert "Fatal error" not in (folder / "log").read_text() and "Backtrace" not in (folder / "log").read_text()
        left = [path for path in folder.rglob("*") if path.name.startswith("core") or path.name.endswith(".core")]
        assert left == [] and list((folder / "here").iterdir()) == []
    finally:
        if process.poll() is None:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def waits_for(process, seconds=30):
    """Whether it has ended by then. It is left to be reaped: Popen would throw the core dump bit away."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every process")
def test_another_process_of_the_same_user_cannot_look_inside(florin):
    proc = pathlib.Path("/proc") / str(florin.process.pid)
    assert (proc / "mem").stat().st_uid == 0
    with pytest.raises(PermissionError):
        (proc / "mem").open("rb")
    with pytest.raises(PermissionError):
        (proc / "environ").read_bytes()
