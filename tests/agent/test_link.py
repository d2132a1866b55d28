"""The wire: an allow-list in front of the port, deadlines behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_agent.errors import (
    CancelledError,
    ForbiddenFrameError,
    SilenceError,
    TooSlowError,
    UnpluggedError,
)
from scale_agent.firmware import READERS
from scale_agent.link import Link
from scale_agent.simulator.an3155 import An3155Device
from tests.agent.bench import TableClock, TablePort, table

# AN3155: Go, Write, both Erases, protections on and off. AVR061: set device, program, erase.
DESTRUCTIVE = {
    "an3155": bytes.fromhex("2131434463738292"),
    "stk500v1": bytes.fromhex("42455256606162636465"),
}


def link_of(port: TablePort, protocol: str = "an3155") -> Link:
    """Return a link over ``port`` as ``protocol`` has it."""
    return Link(port, port.clock, permits=READERS[protocol].permits)


class Dripping:
    """A device that says ``text`` one byte per look."""

    name, parity = "dripping", "N"

    def __init__(self, text: bytes) -> None:
        self.destroyed: list[str] = []
        self._text = list(text)

    def settings(self, parity: str, baudrate: int) -> None:
        """Nothing to set."""

    def lines(self, *, dtr: bool, rts: bool, at: float) -> None:
        """No lines."""

    def receive(self, data: bytes, at: float) -> bytes:
        """Hear nothing."""
        del data, at
        return b""

    def poll(self, at: float) -> bytes:
        """Say the next byte."""
        del at
        return bytes([self._text.pop(0)]) if self._text else b""


@pytest.mark.parametrize("protocol", sorted(READERS))
@given(st.binary(max_size=8))
def test_no_destructive_command_passes(protocol: str, frame: bytes) -> None:
    """Whatever the frame: if it passes, it starts with no command that changes anything."""
    if READERS[protocol].permits(frame):
        assert (len(frame) == 5 and protocol == "an3155") or frame[0] not in DESTRUCTIVE[protocol]


@pytest.mark.parametrize("protocol", sorted(READERS))
def test_every_destructive_command_is_refused(protocol: str) -> None:
    """Each of them, in the form in which it would work, reaches no port."""
    port = table(An3155Device(b""))
    link = link_of(port, protocol)
    for command in DESTRUCTIVE[protocol]:
        for frame in (bytes([command, command ^ 0xFF]), bytes([command, 0x20])):
            with pytest.raises(ForbiddenFrameError):
                link.send(frame)
    assert port.sent == []


def test_a_count_that_looks_like_erase_is_refused() -> None:
    """43 BC, the count of a 68-byte block, is not on the list."""
    with pytest.raises(ForbiddenFrameError):
        link_of(table(An3155Device(b""))).send(b"\x43\xbc")


def test_bytes_that_drip_are_put_together() -> None:
    """Each byte has its own time; together they may take longer."""
    port = table(Dripping(b"four"))
    assert link_of(port).receive(4) == b"four"


def test_too_few_bytes_are_a_silence_that_keeps_them() -> None:
    """What did come is told."""
    port = table(Dripping(b"fo"))
    with pytest.raises(SilenceError) as caught:
        link_of(port).receive(4)
    assert caught.value.heard == b"fo"


def test_nothing_is_sent_after_the_deadline() -> None:
    """The whole reading has a deadline, however much trickles in."""
    port = table(Dripping(b""))
    link = link_of(port)
    link.deadline = port.clock.now() + 1
    port.clock.sleep(2)
    with pytest.raises(TooSlowError):
        link.send(b"\x7f")
    assert port.sent == []


def test_whoever_asked_may_stop() -> None:
    """Also while the line is kept silent on purpose."""
    clock = TableClock()
    port = TablePort(Dripping(b""), clock)
    link = Link(port, clock, permits=lambda _: True, stop=lambda: clock.now() > 1003)
    with pytest.raises(CancelledError):
        link.wait(60)
    assert clock.now() < 1004


def test_an_unplugged_port_is_an_error_of_its_own() -> None:
    """Not a silence."""
    port = table(Dripping(b"four"), unplug_after=2)
    with pytest.raises(UnpluggedError):
        link_of(port).receive(4)
