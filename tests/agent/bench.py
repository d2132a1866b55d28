"""A device model on the table: a clock of its own, a port that ends in it, and a line that lies."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from scale_agent.entry import WITHOUT_LINES
from scale_agent.errors import UnpluggedError
from scale_agent.firmware import READERS
from scale_agent.reading import Reading, ReadOptions, read_over
from scale_agent.simulator.base import Device

Distortion = Callable[[bytes], bytes]


def dice(seed: int) -> Random:
    """Return chance that can be repeated."""
    return Random(seed)  # noqa: S311 - noise, not secrets


def straight(data: bytes) -> bytes:
    """Pass everything on."""
    return data


@dataclass
class TableClock:
    """Time passes only when somebody waits."""

    time: float = 1000.0

    def now(self) -> float:
        """Return the time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds


@dataclass
class TablePort:
    """A ``link.Port`` whose other end is a device model."""

    device: Device
    clock: TableClock
    to_device: Distortion = straight
    to_host: Distortion = straight
    transport: str = "tty"
    unplug_after: int | None = None
    """How many bytes reach the host before the port goes away."""
    sent: list[bytes] = field(default_factory=list)
    waiting: bytearray = field(default_factory=bytearray)
    received: int = 0
    is_closed: bool = False

    def write(self, data: bytes) -> None:
        """Let the device hear ``data``."""
        self.sent.append(data)
        heard = self.to_device(data)
        if heard:
            self.waiting += self.to_host(self.device.receive(heard, self.clock.time))

    def read(self, size: int, timeout_s: float) -> bytes:
        """Return what waits; else let the time pass, and look again."""
        if not self.waiting:
            self.clock.time += timeout_s
            self.waiting += self.to_host(self.device.poll(self.clock.time))
        if self.unplug_after is not None:
            size = min(size, self.unplug_after - self.received)
            if size <= 0:
                raise UnpluggedError("gone")
        got = bytes(self.waiting[:size])
        del self.waiting[:size]
        self.received += len(got)
        return got

    def drive(self, *, dtr: bool, rts: bool) -> bool:
        """Move the lines, where the transport has any."""
        if self.transport in WITHOUT_LINES:
            return False
        self.device.lines(dtr=dtr, rts=rts, at=self.clock.time)
        return True

    def close(self) -> None:
        """Remember it."""
        self.is_closed = True


def read_table(port: TablePort, protocol: str, options: ReadOptions | None = None) -> Reading:
    """Read the device behind ``port``."""
    reader = READERS[protocol]()
    port.device.settings(reader.parity, (options and options.baud) or reader.baud)
    return read_over(port, reader, options=options or ReadOptions(), clock=port.clock)


def table(device: Device, **properties: object) -> TablePort:
    """Put ``device`` on the table."""
    return TablePort(device, TableClock(), **properties)  # type: ignore[arg-type]  # a shorthand


@dataclass
class LyingLine:
    """Drops, doubles and flips bits of bytes, each with a probability of a third of ``rate``."""

    random: Random
    rate: float

    def __call__(self, data: bytes) -> bytes:
        """Return what comes out."""
        out = bytearray()
        for byte in data:
            chance = self.random.random()
            if chance >= self.rate:
                out.append(byte)
            elif chance >= 2 * self.rate / 3:
                out.append(byte ^ (1 << self.random.randrange(8)))
            elif chance >= self.rate / 3:
                out += bytes([byte, byte])
        return bytes(out)


@dataclass
class FlippingLine:
    """Flips bits at ``rate`` per byte; quick over long answers."""

    random: Random
    rate: float

    def __call__(self, data: bytes) -> bytes:
        """Return what comes out."""
        out = bytearray(data)
        position = int(self.random.expovariate(self.rate))
        while position < len(out):
            out[position] ^= 1 << self.random.randrange(8)
            position += 1 + int(self.random.expovariate(self.rate))
        return bytes(out)
