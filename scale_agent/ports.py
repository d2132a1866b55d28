"""Serial ports as pyserial names them: opening, telling them apart, listing.

A pty drops parity and has no control lines; ``socket://`` has neither; RFC 2217 and real ports have
both. pyserial's own time-out covers a whole read, so reads here take what is there.
"""

import contextlib
import errno
import os
import select
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import serial
from serial.tools import list_ports

from scale_agent.entry import WITHOUT_LINES
from scale_agent.errors import PortError, SilentError, UnpluggedError

QUANTUM_S: Final = 0.01  # how long one look takes where there is nothing to select on
WRITE_S: Final = 5.0
REMOTE: Final = ("rfc2217", "socket")
UNIX98_PTY_MAJORS: Final = range(136, 144)  # Linux Documentation/admin-guide/devices.txt
NO_LINES: Final = frozenset({errno.ENOTTY, errno.EINVAL, errno.ENOSYS})
REASONS: Final = {
    errno.ENOENT: "port_missing",
    errno.ENODEV: "port_missing",
    errno.ENXIO: "port_missing",
    errno.EIO: "port_missing",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.EBUSY: "port_busy",
    errno.EAGAIN: "port_busy",
    errno.ENOTTY: "not_a_port",
    errno.EISDIR: "not_a_port",
    errno.EINVAL: "not_a_port",
}


def transport_of(url: str) -> str:
    """Return tty, pty, rfc2217 or socket."""
    scheme, found, _ = url.partition("://")
    if found and scheme in REMOTE:
        return scheme
    with contextlib.suppress(OSError):
        real = Path(url).resolve()
        if real.match("/dev/pts/*") or (sys.platform == "darwin" and real.match("/dev/ttys[0-9]*")):
            return "pty"
        if os.major(real.stat().st_rdev) in UNIX98_PTY_MAJORS:
            return "pty"
    return "tty"


def latency_timer_ms(url: str) -> int | None:
    """Return an FTDI adapter's latency timer; None where there is none."""
    if transport_of(url) != "tty":
        return None
    timer = Path("/sys/class/tty", Path(url).resolve().name, "device", "latency_timer")
    try:
        return int(timer.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


class SerialPort:
    """A ``link.Port`` over pyserial."""

    def __init__(self, port: serial.SerialBase, transport: str) -> None:
        self._port: Any = port  # the stubs know less than pyserial has
        self.transport = transport
        self._fd = _selectable(port)

    def write(self, data: bytes) -> None:
        """Send ``data``.

        Raises:
            SilentError: The other end takes nothing.
            UnpluggedError: The port went away.
        """
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise SilentError("the port takes no bytes") from error
        except (OSError, TypeError) as error:
            raise UnpluggedError(str(error)) from error

    def read(self, size: int, timeout_s: float) -> bytes:
        """Return what has come, at most ``size`` bytes; nothing when the time is over.

        Raises:
            UnpluggedError: The port went away.
        """
        try:
            return self._read(size, timeout_s)
        except (OSError, TypeError) as error:
            raise UnpluggedError(str(error)) from error

    def _read(self, size: int, timeout_s: float) -> bytes:
        if self._fd is not None:
            if not select.select([self._fd], [], [], max(0.0, timeout_s))[0]:
                return b""
            if not (got := os.read(self._fd, size)):
                raise UnpluggedError("the port is at its end")
            return got
        until = time.monotonic() + timeout_s
        while not (got := bytes(self._port.read(1))):
            if time.monotonic() >= until:
                return b""
        waiting = min(self._port.in_waiting, size - 1)
        return got + bytes(self._port.read(waiting)) if waiting > 0 else got

    def drive(self, *, dtr: bool, rts: bool) -> bool:
        """Set the control lines; False when this port has none.

        Raises:
            UnpluggedError: The port went away.
        """
        if self.transport in WITHOUT_LINES:
            return False
        try:
            self._port.dtr = dtr
            self._port.rts = rts
        except ValueError:
            return False  # an RFC 2217 server that rejects the option
        except OSError as error:
            if error.errno in NO_LINES:
                return False
            raise UnpluggedError(str(error)) from error
        return True

    def close(self) -> None:
        """Give the port back, even one that is gone."""
        with contextlib.suppress(OSError):
            self._port.close()


def _selectable(port: serial.SerialBase) -> int | None:
    """Return a descriptor to wait on; RFC 2217 and Windows have none."""
    if os.name != "posix":
        return None
    try:
        return int(port.fileno())
    except (OSError, AttributeError):
        return None


def open_port(url: str, *, baud: int, parity: str) -> SerialPort:
    """Open ``url`` for us alone, with released control lines.

    Raises:
        PortError: It cannot be opened; the reason says why.
    """
    port: Any = None
    try:
        port = serial.serial_for_url(
            url,
            do_not_open=True,
            baudrate=baud,
            # A pty has no parity, and the C library refuses a change that comes to nothing.
            parity="N" if transport_of(url) == "pty" else parity,
            timeout=QUANTUM_S,
        )
        transport = transport_of(url)
        if transport not in REMOTE:
            port.write_timeout = WRITE_S
            port.exclusive = True if os.name == "posix" else None
        port.dtr = port.rts = False
        port.open()
        _shorten_latency(port, url)
    except ValueError as error:
        raise PortError(str(error), reason="not_a_port") from error
    except OSError as error:
        raise PortError(str(error), reason=_reason(error)) from error
    except Exception as error:
        # termios.error is neither an OSError nor public.
        raise PortError(str(error), reason="not_a_port") from error
    return SerialPort(port, transport)


def _reason(error: OSError) -> str:
    if error.errno in REASONS:
        return REASONS[error.errno]
    text = str(error)
    if "exclusively lock" in text:
        return "port_busy"
    return "not_a_port" if "configure port" in text else "port_missing"


def _shorten_latency(driver: Any, url: str) -> None:  # noqa: ANN401 - a POSIX port only
    """Ask an FTDI driver to pass bytes on at once: 16 ms a block add 12 s to 64 KiB."""
    if (latency_timer_ms(url) or 0) > 1:
        with contextlib.suppress(OSError, NotImplementedError, AttributeError, ValueError):
            driver.set_low_latency_mode(True)


@dataclass(frozen=True, slots=True)
class FoundPort:
    """A port of this machine; ``url`` is the name that stays with the socket it is plugged in."""

    url: str
    device: str
    description: str
    hardware: str
    latency_timer_ms: int | None

    def as_json(self) -> dict[str, str | int | None]:
        """Return the row as ``scale-agent ports --json`` prints it."""
        return asdict(self)


def found_ports() -> list[FoundPort]:
    """List the serial ports of this machine."""
    by_path = {}
    with contextlib.suppress(OSError):
        by_path = {str(link.resolve()): str(link) for link in Path("/dev/serial/by-path").iterdir()}
    return [
        FoundPort(
            url=by_path.get(port.device, port.device),
            device=port.device,
            description=port.description or "",
            hardware=port.hwid or "",
            latency_timer_ms=latency_timer_ms(port.device),
        )
        for port in sorted(list_ports.comports())
    ]
