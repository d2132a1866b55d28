"""Real pseudo-terminals and sockets: opening, telling apart, losing them."""

import os
import pty
import socket
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from scale_agent.errors import PortError, UnpluggedError
from scale_agent.ports import found_ports, latency_timer_ms, open_port, transport_of
from scale_agent.reading import ReadOptions, read_scale


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """Open a raw pseudo-terminal: the device's end, and the name of ours."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    name = os.ttyname(slave)
    os.close(slave)
    yield master, name
    try:
        os.close(master)
    except OSError:
        assert master  # the test has pulled the plug


@pytest.mark.parametrize(
    ("url", "transport"),
    [
        ("rfc2217://host:4000", "rfc2217"),
        ("socket://host:4000", "socket"),
        ("/dev/ttyUSB0", "tty"),
        ("/dev/serial/by-path/some-usb-port", "tty"),
    ],
)
def test_a_url_names_its_transport(url: str, transport: str) -> None:
    """What is not in the network is a port of this machine."""
    assert transport_of(url) == transport


def test_a_link_to_a_pseudo_terminal_is_one(terminal: tuple[int, str], tmp_path: Path) -> None:
    """Virtual scales hide behind links."""
    link = tmp_path / "scale"
    link.symlink_to(terminal[1])
    assert transport_of(str(link)) == "pty"
    assert latency_timer_ms(str(link)) is None


def test_bytes_go_both_ways(terminal: tuple[int, str]) -> None:
    """Also with a parity, which a pty drops."""
    master, name = terminal
    port = open_port(name, baud=115200, parity="E")
    port.write(b"\x7f")
    assert os.read(master, 10) == b"\x7f"
    os.write(master, b"\x79abc")
    assert port.read(2, 1.0) == b"\x79a"
    assert port.read(10, 1.0) == b"bc"
    assert port.read(10, 0.0) == b""
    assert not port.drive(dtr=True, rts=True)
    port.close()


def test_a_port_belongs_to_one_program(terminal: tuple[int, str]) -> None:
    """The second one is told, and so is a reading."""
    port = open_port(terminal[1], baud=115200, parity="N")
    with pytest.raises(PortError) as caught:
        open_port(terminal[1], baud=115200, parity="N")
    assert caught.value.reason == "port_busy"
    reading = read_scale(terminal[1], "stk500v1", options=ReadOptions())
    assert (reading.verdict, reading.facts["reason"]) == ("no_answer", "port_busy")
    assert reading.facts["transport"] == "pty"
    port.close()


def test_pulling_the_plug_is_noticed(terminal: tuple[int, str]) -> None:
    """Reading from a port that went away, and closing it."""
    master, name = terminal
    port = open_port(name, baud=115200, parity="N")
    os.close(master)
    with pytest.raises(UnpluggedError):
        port.read(1, 1.0)
    port.close()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("/dev/there-is-no-such-port", "port_missing"),
        ("/dev/null", "not_a_port"),
        ("/", "not_a_port"),
        (__file__, "not_a_port"),
        ("nonsense://x", "not_a_port"),
        ("rfc2217://127.0.0.1:1", "port_missing"),
        ("socket://127.0.0.1:1", "port_missing"),
    ],
)
def test_what_cannot_be_opened_has_a_reason(url: str, reason: str) -> None:
    """Whatever pyserial raises."""
    with pytest.raises(PortError) as caught:
        open_port(url, baud=115200, parity="N")
    assert caught.value.reason == reason


def test_a_socket_that_closes_is_unplugged() -> None:
    """The other end of ``socket://`` hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = open_port(f"socket://127.0.0.1:{server.getsockname()[1]}", baud=115200, parity="N")
        peer, _ = server.accept()
        peer.sendall(b"hello")
        peer.close()
        assert port.read(5, 1.0) == b"hello"
        with pytest.raises(UnpluggedError):
            port.read(5, 1.0)
        port.close()


def test_every_port_of_this_machine_has_a_name() -> None:
    """However many there are."""
    for port in found_ports():
        assert port.url
        assert set(port.as_json()) == {
            "url",
            "device",
            "description",
            "hardware",
            "latency_timer_ms",
        }
