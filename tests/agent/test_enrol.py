"""Enrolment and the commands of the station, as an operator meets them."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scale_agent import config, config_file, dsse
from scale_agent.cli import main
from scale_agent.faults import MistakeError
from scale_agent.keys import IDENTITY_FILE, KEY_FILE, Identity, load_key, make_or_load_key
from scale_agent.poll import WAIT_S
from scale_agent.spool import Signer, Spool
from tests.agent.readings import ERRAND, image, reading
from tests.agent.station_server import SCALE, STATION, StationServer, until

CODE = "K7QF-2M9T"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def server() -> Iterator[StationServer]:
    """A running server with one unused code."""
    with StationServer() as running:
        yield running


def agent(*arguments: object) -> Result:
    """Run ``scale-agent`` in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def enrol(server: StationServer, state: Path, *more: object) -> Result:
    """Run ``scale-agent enrol``."""
    return agent("enrol", "--server", server.url, "--code", CODE, "--state", state, *more)


def test_enrolling_pins_the_servers_key_and_keeps_our_own(
    server: StationServer, tmp_path: Path
) -> None:
    """The private key is made here, for this user alone, and only the public one travels."""
    state = tmp_path / "state"
    result = enrol(server, state)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "城东检测台" in result.stdout
    identity = Identity.load(state)
    assert identity.server_key == server.public_key
    assert identity.scale_on("bench-1").scale == SCALE  # type: ignore[union-attr] # asserted by the answer
    assert server.station_key == load_key(state).public_key().public_bytes_raw()
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    for name in (KEY_FILE, IDENTITY_FILE):
        assert stat.S_IMODE((state / name).stat().st_mode) == 0o600
    assert server.complaints == []


def test_a_used_code_is_refused_in_words(server: StationServer, tmp_path: Path) -> None:
    """And the key made for the attempt is used for the next."""
    server.codes.clear()
    result = enrol(server, tmp_path)
    assert result.exit_code == 3
    assert "mistyped, used or too old" in result.stderr
    key = load_key(tmp_path).private_bytes_raw()
    server.codes.add(CODE)
    assert enrol(server, tmp_path).exit_code == 0
    assert load_key(tmp_path).private_bytes_raw() == key


def test_a_server_that_is_away_is_told_in_words(tmp_path: Path) -> None:
    """The code may still be good."""
    result = agent(
        "enrol", "--server", "http://127.0.0.1:9", "--code", CODE, "--state", tmp_path / "s"
    )
    assert result.exit_code == 3
    assert "no answer from http://127.0.0.1:9" in result.stderr
    assert "try it again" in result.stderr


@pytest.mark.parametrize("address", ["wutong.example", "ftp://x", "", "http://", "https://x/?a=1"])
def test_an_address_that_is_none_is_a_mistake(tmp_path: Path, address: str) -> None:
    """Exit status 2: trying again does not help."""
    result = agent("enrol", "--server", address, "--code", CODE, "--state", tmp_path)
    assert result.exit_code == 2
    assert "--server must be an address" in result.stderr


def test_a_line_that_anybody_can_change_is_not_trusted(tmp_path: Path) -> None:
    """Pinning a key over plain http to another machine pins whoever answers."""
    result = agent(
        "enrol", "--server", "http://wutong.example", "--code", CODE, "--state", tmp_path
    )
    assert result.exit_code == 2
    assert "not encrypted" in result.stderr


def test_what_was_allowed_at_enrolment_is_written_down(tmp_path: Path) -> None:
    """So the station starts with the file that enrolment made."""
    path = tmp_path / "agent.toml"
    config_file.extend(path, "http://10.0.0.5:8000", tmp_path, ())
    assert config.load(path).server == "http://10.0.0.5:8000"


def test_a_second_enrolment_does_not_forget_the_first(
    server: StationServer, tmp_path: Path
) -> None:
    """Records signed by the first key may still be waiting."""
    assert enrol(server, tmp_path).exit_code == 0
    server.codes.add(CODE)
    result = enrol(server, tmp_path)
    assert result.exit_code == 2
    assert "enrolled already" in result.stderr
    assert server.codes == {CODE}


def test_enrolment_writes_a_configuration_to_be_completed(
    server: StationServer, tmp_path: Path
) -> None:
    """Only the port's address is left to the person who knows the cables."""
    path = tmp_path / "agent.toml"
    result = enrol(server, tmp_path / "state", "--config", path)
    assert "write the url of: bench-1" in result.stdout
    with pytest.raises(MistakeError, match=r"\[\[port\]\] 1 \(bench-1\): url is missing"):
        config.load(path)
    path.write_text(path.read_text().replace("# url", "url"))
    written = config.load(path)
    assert written.server == server.url
    assert written.state == tmp_path / "state"
    (port,) = written.ports
    assert (port.name, port.protocol, port.scale, port.length) == (
        "bench-1",
        "stk500v1",
        SCALE,
        2048,
    )


def test_enrolment_leaves_the_operators_own_lines_alone(
    server: StationServer, tmp_path: Path
) -> None:
    """His comments and ports stay; settings that were missing come before the first table."""
    path = tmp_path / "agent.toml"
    own = '# mine\n[[port]]\nname = "bench-1"\nurl = "/dev/ttyUSB0"\nprotocol = "an3155"\n'
    path.write_text(own)
    assert enrol(server, tmp_path / "state", "--config", path).exit_code == 0
    assert own in path.read_text()
    (port,) = config.load(path).ports
    assert port.url == "/dev/ttyUSB0"


def test_a_configuration_of_another_server_uses_up_no_code(
    server: StationServer, tmp_path: Path
) -> None:
    """The mistake is found before the code is sent."""
    path = tmp_path / "agent.toml"
    path.write_text('server = "https://other.example"\n')
    result = enrol(server, tmp_path / "state", "--config", path)
    assert result.exit_code == 2
    assert server.codes == {CODE}


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """As ssh does, with the command that puts it right."""
    make_or_load_key(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(MistakeError, match="chmod 600"):
        load_key(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_damaged_key_is_told_in_words(tmp_path: Path, content: bytes) -> None:
    """Never a traceback of the library below."""
    (tmp_path / KEY_FILE).write_bytes(content)
    (tmp_path / KEY_FILE).chmod(0o600)
    with pytest.raises(MistakeError, match="is not a private key"):
        load_key(tmp_path)


def test_the_servers_answer_is_checked(server: StationServer, tmp_path: Path) -> None:
    """A key and its name have to belong together, or nothing is written."""
    server.key_name = "0" * 16
    result = enrol(server, tmp_path)
    assert result.exit_code == 3
    assert "do not belong together" in result.stderr
    assert not (tmp_path / IDENTITY_FILE).exists()


def test_the_spool_is_shown_in_words_and_as_json(server: StationServer, tmp_path: Path) -> None:
    """What waits, what was set aside and why, and what is done about it."""
    server.enrol(tmp_path)
    signer = Signer(STATION, load_key(tmp_path))
    with Spool(tmp_path) as spool:
        for number in range(3):
            last = spool.capture(reading(number), ERRAND, by=signer, at=1_795_416_000)
        spool.set_aside(2, status=422, code="evidence_invalid", words="This scale was scrapped")
    shown = agent("spool", "list", "--state", tmp_path)
    assert shown.exit_code == 0
    assert "2 waiting, 1 set aside, 3 images" in shown.stdout
    assert "422 This scale was scrapped" in shown.stdout
    assert last.uid in shown.stdout

    told = json.loads(agent("spool", "list", "--state", tmp_path, "--json").stdout)
    assert [entry["seq"] for entry in told["waiting"]] == [1, 3]
    assert told["aside"][0]["words"] == "This scale was scrapped"

    out = tmp_path / "out"
    assert agent("spool", "export", "--state", tmp_path, out).exit_code == 0
    assert len(list(out.glob("*.json"))) == 3
    assert {path.read_bytes() for path in out.glob("*.bin")} == {image(n) for n in range(3)}
    envelope = json.loads((out / f"{last.seq:09d}-{last.uid}.json").read_bytes())
    assert dsse.open_envelope(envelope, dsse.EVIDENCE, server.station_key)

    again = agent("spool", "retry", "--state", tmp_path, told["aside"][0]["uid"], "--json")
    assert json.loads(again.stdout) == {"records": 1, "images": 0}
    wrong = agent("spool", "retry", "--state", tmp_path, told["aside"][0]["uid"])
    assert wrong.exit_code == 2


def test_a_spool_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    """Looking must not create one."""
    assert agent("spool", "list").exit_code == 2
    assert agent("spool", "list", "--state", tmp_path).exit_code == 2
    assert not list(tmp_path.iterdir())


def test_running_without_enrolment_is_a_mistake(tmp_path: Path) -> None:
    """With the command that is missing."""
    path = tmp_path / "agent.toml"
    path.write_text(f'server = "http://127.0.0.1:9"\nstate = "{tmp_path}"\n')
    result = agent("run", "--config", path)
    assert result.exit_code == 2
    assert "scale-agent enrol" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_daemon_stops_when_it_is_told(
    server: StationServer, tmp_path: Path, number: signal.Signals
) -> None:
    """The real program: it starts, asks for tasks, says so, and ends with status 0."""
    server.enrol(tmp_path)
    path = tmp_path / "agent.toml"
    path.write_text(
        f'server = "{server.url}"\nstate = "."\nmin_free_mb = 1\n'
        '[[port]]\nname = "bench-1"\nurl = "/dev/no-such-port"\nprotocol = "an3155"\n'
        "every_s = 3600\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "scale_agent", "run", "--config", str(path)],
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
        env={**os.environ, "HTTP_PROXY": "http://127.0.0.1:9"},
    )
    try:
        until(lambda: server.polls and server.evidence)
        process.send_signal(number)
        began = time.monotonic()
        _, errors = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 0
    assert time.monotonic() - began < WAIT_S  # not when the server's waiting answer comes
    assert "info started station=城东检测台 ports=1" in errors
    assert "info stopped waiting=0" in errors
    (evidence,) = server.evidence.values()
    assert evidence["verdict"] == "no_answer"
    assert server.complaints == []
