"""Manual pages and completions are made from the commands, and are what their readers accept."""

import os
import pathlib
import shutil
import subprocess

import pytest

from florin import ROOT, binary


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    out = tmp_path_factory.mktemp("man")
    done = subprocess.run(
        [ROOT / "scripts" / "man", "--bin", pathlib.Path(binary()).parent, out], capture_output=True, text=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {page.name: page for page in out.glob("man*/*")}


def test_there_is_a_page_for_each_program(pages):
    assert set(pages) == {"florind.8", "florinctl.1", "florin-sandbox.1"}
    text = pages["florinctl.1"].read_text()
    assert ".Dd January 1, 2026" in text and ".Ss ledger verify" in text


def test_the_pages_are_clean(pages):
    assert shutil.which("mandoc"), "scripts/setup installs mandoc"
    for page in pages.values():
        lint = subprocess.run(["mandoc", "-Tlint", "-W", "warning", page], capture_output=True, text=True)
        assert lint.returncode == 0 and not lint.stdout, lint.stdout
        shown = subprocess.run(["mandoc", "-Tutf8", page], capture_output=True, text=True).stdout
        assert "\\f" not in shown and "\\[" not in shown


def test_the_shells_accept_the_completions(tmp_path):
    done = subprocess.run(
        [ROOT / "scripts" / "completions", tmp_path, pathlib.Path(binary()).parent], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()} == {
        f"{folder}/{name}" for program in ("florind", "florinctl", "florin-sandbox")
        for folder, name in (("bash", program), ("zsh", f"_{program}"), ("fish", f"{program}.fish"))
    }  # fmt: skip
    script = tmp_path / "bash" / "florinctl"
    # What a person sees who presses the tab key after `florinctl led`.
    asked = subprocess.run(
        ["bash", "-c", f"source {script}; COMP_WORDS=(florinctl led); COMP_CWORD=1; COMP_TYPE=9; "
         "_florinctl florinctl led florinctl 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\""],
        capture_output=True, text=True)  # fmt: skip
    assert "ledger" in asked.stdout.split(), asked
