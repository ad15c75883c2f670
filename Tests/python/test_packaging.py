"""The systemd units, and what an installation puts where."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from florin import ROOT, binary

UNITS = ["florind.service", "florind.socket", "florind-admin.socket", "florin-backup.service", "florin-backup.timer",
         "florin-reports.service", "florin-reports.timer", "florin-reconcile.service", "florin-reconcile.timer"]
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def installed(tmp_path):
    """What scripts/install makes of the built programs, under `tmp_path`."""
    environment = {**os.environ, "DESTDIR": str(tmp_path), "PREFIX": "/usr", "BIN": str(binary().parent)}
    subprocess.run([ROOT / "scripts" / "install"], check=True, env=environment, capture_output=True, timeout=300)
    return tmp_path


@needs_systemd
def test_the_service_is_exposed_no_more_than_1_5():
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", ROOT / "systemd" / "florind.service"],
        capture_output=True, text=True, timeout=60).stdout  # fmt: skip
    level = float(re.search(r"exposure level for florind.service: ([0-9.]+)", said)[1])
    assert level <= 1.5, said


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    # verify looks for the programs that the units name: a folder of our own stands for /usr/bin.
    for unit in UNITS:
        text = (ROOT / "systemd" / unit).read_text()
        text = text.replace("/usr/bin/florind", str(binary())).replace("/usr/bin/florinctl", str(binary("florinctl")))
        (tmp_path / unit).write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.M))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *[str(tmp_path / unit) for unit in UNITS]],
        capture_output=True, text=True, timeout=60)  # fmt: skip
    complaints = [line for line in done.stderr.splitlines() if "florin" in line]
    assert done.returncode == 0 and not complaints, done.stderr


def test_the_time_for_a_stop_is_longer_than_its_steps_by_default():
    unit = (ROOT / "systemd" / "florind.service").read_text()
    limit = int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.M)[1])
    section = (ROOT / "config" / "florin.yaml").read_text().split("\nshutdown:\n")[1]
    steps = [int(seconds) for seconds in re.findall(r"^  \w+_time: (\d+)s$", section, re.M)]
    assert len(steps) == 3 and sum(steps) < limit


def test_a_cause_that_passes_never_leaves_the_daemon_down_and_a_wrong_configuration_is_not_tried_again():
    unit = (ROOT / "systemd" / "florind.service").read_text().splitlines()
    assert {"Restart=on-failure", "StartLimitIntervalSec=0", "RestartSec=5s", "RestartPreventExitStatus=78 65"} <= set(unit)


def test_a_restart_of_the_daemon_leaves_the_port_open():
    """With PartOf= systemd would close it, and turn away who waits in it."""
    lines = (ROOT / "systemd" / "florind.socket").read_text().splitlines()
    assert not [line for line in lines if line.startswith(("PartOf=", "BindsTo=", "Requisite="))]


def test_the_unit_keeps_keys_in_memory():
    unit = (ROOT / "systemd" / "florind.service").read_text()
    for line in ("LimitCORE=0", "LimitMEMLOCK=1M", "MemorySwapMax=0", "Environment=SWIFT_BACKTRACE=enable=no"):
        assert f"\n{line}\n" in unit, line


def test_an_installation_has_everything_in_its_place_and_keeps_a_configuration(tmp_path):
    root = installed(tmp_path)
    files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    expected = {f"usr/bin/{name}" for name in ("florind", "florinctl", "florin-sandbox")}
    expected |= {f"lib/systemd/system/{unit}" for unit in UNITS}
    expected |= {
        "etc/florin/florin.yaml", "usr/lib/sysusers.d/florin.conf", "usr/lib/tmpfiles.d/florin.conf",
        "usr/share/man/man8/florind.8.gz", "usr/share/man/man1/florinctl.1.gz",
        "usr/share/bash-completion/completions/florinctl", "usr/share/doc/florin/operations.md",
        "usr/share/doc/florin/copyright",
    }  # fmt: skip
    expected |= {
        "usr/share/doc/florin/backup.md", "usr/share/doc/florin/alerts.md", "usr/share/doc/florin/admin-openapi.yaml",
        "usr/share/florin/prometheus/florin.rules.yml", "usr/share/florin/grafana/florin.json",
    }  # fmt: skip
    assert expected <= files, expected - files
    assert not [name for name in files if name.endswith(".new")]
    configuration = root / "etc/florin/florin.yaml"
    configuration.write_text("# mine\n")
    installed(tmp_path)
    assert configuration.read_text() == "# mine\n" and (root / "etc/florin/florin.yaml.new").exists()


def test_every_link_of_an_installed_page_leads_to_an_installed_file(tmp_path):
    root = installed(tmp_path)
    pages = sorted((root / "usr/share/doc/florin").rglob("*.md"))
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\(([^)#\s]+)", page.read_text())
        if not re.match(r"[a-z]+:", link)]  # fmt: skip
    missing = [f"{page.relative_to(root)}: {link}" for page, link in links if not (page.parent / link).resolve().exists()]
    assert len(links) > 20 and not missing, missing
    # What a page names by its path on an installed machine.
    named = {path for page in pages for path in re.findall(r"/usr/share/florin/[\w./-]*\w", page.read_text())}
    assert named and not [path for path in named if not (root / path.lstrip("/")).exists()], named


def test_the_scripts_of_the_package_are_sound_shell():
    for script in sorted((ROOT / "packaging" / "debian").iterdir()):
        subprocess.run(["sh", "-n", script], check=True)
        assert os.access(script, os.X_OK)
