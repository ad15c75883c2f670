"""`florind run`: starting as the configuration says, and refusing to by name and line."""

import pytest

from installation import Installation


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


def test_a_second_daemon_on_the_same_state_is_refused(installed):
    installed.start()
    other = Installation(installed.folder)
    other.port += 1
    status, said = other.refusal()
    assert status == 1 and "another florind" in said
    assert installed.answers()
