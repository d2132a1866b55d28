"""The line to the device drops, doubles and flips; nothing may be destroyed all the same.

Ten thousand sessions a protocol against device models that execute the destructive commands. The
control shows what the rules are for: the same conversation with 68-byte blocks, whose count goes
out as 43 BC, the Erase command, does destroy.
"""

from collections import Counter

import pytest

from scale_agent.errors import ReadError, WireError
from scale_agent.firmware.an3155 import WHOLE_BLOCK, An3155, address_frame, pair
from scale_agent.firmware.stk500v1 import Stk500v1
from scale_agent.link import Link
from scale_agent.reading import ReadOptions
from scale_agent.simulator.an3155 import An3155Device
from scale_agent.simulator.stk500v1 import Stk500v1Device
from tests.agent.bench import LyingLine, dice, read_table, table

IMAGE = dice(4).randbytes(4096)
RATES = (0.0005, 0.002, 0.01, 0.05)
SESSIONS = 10_000


def session(number: int, protocol: str) -> str:
    """Read one device over a line that lies more or less; return the verdict."""
    random = dice(number)
    device = (
        An3155Device(IMAGE, protected=number % 50 == 49)
        if protocol == "an3155"
        else Stk500v1Device(IMAGE, flavour=("optiboot", "atmegaboot")[number % 2])
    )
    transport = "pty" if number % 4 == 3 else "tty"
    line = LyingLine(random, RATES[number // 4 % len(RATES)])
    port = table(device, to_device=line, transport=transport)
    reading = read_table(port, protocol, ReadOptions(length=len(IMAGE)))
    assert port.device.destroyed == [], f"session {number}"
    if reading.verdict == "read":
        assert reading.parts[0].data == IMAGE, f"session {number}"
    return reading.verdict


@pytest.mark.parametrize("protocol", ["an3155", "stk500v1"])
def test_no_session_destroys_anything(protocol: str) -> None:
    """Not one erase, write or unprotect is executed in ten thousand sessions."""
    verdicts: Counter[str] = Counter()
    for number in range(SESSIONS):
        verdicts[session(number, protocol)] += 1
    assert verdicts["read"] > SESSIONS // 3, verdicts


class Careless(An3155):
    """The control: it sends a block's request in one go, in blocks of a size of its own."""

    def __init__(self, count: bytes) -> None:
        super().__init__()
        self.count = count

    @staticmethod
    def permits(frame: bytes) -> bool:
        """Let everything through."""
        del frame
        return True

    def request(self, link: Link, address: int) -> None:
        """Ask for a block, whatever the device is doing."""
        link.send(pair(0x11) + address_frame(address) + self.count)
        link.receive(3 + self.count[0] + 1)


def destroyed_by(count: bytes, sessions: int) -> int:
    """Return how many sessions of the careless reader destroyed something."""
    destroyed = 0
    for number in range(sessions):
        port = table(An3155Device(IMAGE), to_device=LyingLine(dice(number), 0.05))
        careless = Careless(count)
        link = Link(port, port.clock, permits=careless.permits)
        size = count[0] + 1
        try:
            careless.connect(link)
            for offset in range(0, len(IMAGE), size):
                try:
                    careless.request(link, careless.address + offset)
                except WireError:
                    link.drain()
        except ReadError:
            continue
        destroyed += bool(port.device.destroyed)
    return destroyed


def test_blocks_of_68_bytes_do_destroy() -> None:
    """The control fails: 43 BC is Erase to a device that lost a byte."""
    assert destroyed_by(bytes([67, 188]), 2000) > 0


def test_it_is_the_count_that_destroys() -> None:
    """The same careless conversation with 256-byte blocks destroys nothing."""
    assert destroyed_by(WHOLE_BLOCK, 2000) == 0


class Stubborn(Stk500v1):
    """The control for the silence after a time-out: it goes on at once."""

    def recover(self, link: Link) -> None:
        """Send something straight away."""
        link.drain()
        link.send(b"\x30\x20" * 160)
        link.drain()

    @staticmethod
    def permits(frame: bytes) -> bool:
        """Let everything through."""
        del frame
        return True


def hears_program_page(data: bytes) -> bytes:
    """Flip the one bit that makes PROG_PAGE of READ_PAGE."""
    return b"\x64" + data[1:] if data[:1] == b"\x74" else data


@pytest.mark.parametrize(("reader", "is_destroyed"), [(Stk500v1, False), (Stubborn, True)])
def test_after_a_flipped_read_request_silence_saves_the_page(
    reader: type[Stk500v1], *, is_destroyed: bool
) -> None:
    """The device waits for data; whoever goes on talking writes his own words into flash."""
    device = Stk500v1Device(IMAGE, watchdog_s=8.0)
    port = table(device, transport="pty", to_device=hears_program_page)
    session = reader()
    link = Link(port, port.clock, permits=session.permits)
    session.connect(link)
    with pytest.raises(WireError):
        session.block(link, 0)
    try:
        session.recover(link)
    except ReadError:
        assert not is_destroyed
    assert bool(port.device.destroyed) is is_destroyed
