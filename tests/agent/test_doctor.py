"""``scale-agent doctor``: what is wrong with a port, in words."""

import json
import os
from pathlib import Path

import pytest

from scale_agent import doctor
from scale_agent.doctor import GOOD, IMPOSSIBLE, NOTE, PROBLEM, examine, worst
from scale_agent.firmware import READERS
from tests.agent.test_cli_read import scale_agent
from tests.agent.virtual import on_pty, on_rfc2217

PROTOCOLS = list(READERS)


def states(url: str, protocols: list[str]) -> dict[str, str]:
    """Return code and state of each check."""
    return {check.code: check.state for check in examine(url, protocols, None, None)}


def test_a_healthy_device_is_found_whatever_it_talks(tmp_path: Path) -> None:
    """The probes of the other protocols are not held against it; a pty lacks lines."""
    with on_pty(tmp_path, "--device", "stk500v1") as link:
        found = states(str(link), PROTOCOLS)
    assert found["bootloader"] == GOOD
    assert found["control_lines"] == NOTE
    assert PROBLEM not in found.values()


def test_over_rfc2217_the_lines_can_be_driven() -> None:
    """And the bootloader is reached."""
    with on_rfc2217("--device", "an3155") as url:
        found = states(url, ["an3155"])
    assert found == {
        "transport": GOOD,
        "opened": GOOD,
        "control_lines": GOOD,
        "bootloader": GOOD,
    }


def test_a_silent_device_is_a_finding_in_words(tmp_path: Path) -> None:
    """Exit status 1, and what to look at."""
    with on_pty(tmp_path, "--device", "an3155", "--fault", "silent") as link:
        done = scale_agent("doctor", "--port", link, "--protocol", "an3155")
    assert done.returncode == 1
    assert "Nothing answered" in done.stdout
    assert "strap" in done.stdout


def test_a_wrong_parity_is_named(tmp_path: Path) -> None:
    """It answers, but not at this parity."""
    with on_pty(tmp_path, "--device", "an3155", "--fault", "parity") as link:
        done = scale_agent("doctor", "--port", link, "--protocol", "an3155")
    assert done.returncode == 1
    assert "parity" in done.stdout


def test_a_missing_port_is_said_with_those_there_are() -> None:
    """Exit status 3."""
    done = scale_agent("doctor", "--port", "/dev/nowhere", "--json")
    assert done.returncode == 3
    (item,) = json.loads(done.stdout)["items"]
    assert item["state"] == IMPOSSIBLE
    assert item["checks"][0]["code"] == "port_missing"


def test_a_busy_port_is_said(tmp_path: Path) -> None:
    """While another program has it."""
    master, slave = os.openpty()
    name = os.ttyname(slave)
    port = doctor.open_port(name, baud=115200, parity="N")
    found = states(name, PROTOCOLS)
    port.close()
    os.close(slave)
    os.close(master)
    assert found["port_busy"] == IMPOSSIBLE
    assert tmp_path


def test_a_file_is_no_port(tmp_path: Path) -> None:
    """Nor is anything opened."""
    path = tmp_path / "file"
    path.touch()
    assert states(str(path), PROTOCOLS) == {"not_a_port": IMPOSSIBLE}


def test_a_forbidden_port_names_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the command that helps; as root everything is allowed, so the answer is put in."""
    monkeypatch.setattr(doctor.os, "access", lambda *_: False)
    (check,) = examine("/dev/null", PROTOCOLS, None, None)
    assert (check.code, check.state) == ("permission", IMPOSSIBLE)
    assert "usermod" in check.message


def test_a_slow_latency_timer_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """16 ms a block is 12 s for 64 KiB."""
    monkeypatch.setattr(doctor, "latency_timer_ms", lambda _: 16)
    (found,) = [
        check for check in examine("/dev/null", [], None, None) if check.code == "latency_timer"
    ]
    assert found.state == NOTE
    assert "12 s" in found.message


def test_the_worst_state_counts() -> None:
    """A note is no problem."""
    assert worst([]) == GOOD
    assert worst([doctor.Check("a", NOTE, ""), doctor.Check("b", GOOD, "")]) == NOTE
