"""What is wrong with a port, in words: from its name to the bootloader behind it.

Nothing but the reversible probe of each protocol is sent, and no memory is read.
"""

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from scale_agent.entry import Entry
from scale_agent.errors import PortError, ReadError
from scale_agent.firmware import READERS
from scale_agent.link import Clock, Link, Port, SystemClock
from scale_agent.ports import found_ports, latency_timer_ms, open_port, transport_of
from scale_agent.words import explain

try:
    import grp
except ImportError:  # Windows has no groups of this kind
    grp = None  # type: ignore[assignment]

LISTEN_S: Final = 0.5
PROBE_WITHIN_S: Final = 15.0
GOOD, NOTE, PROBLEM, IMPOSSIBLE = "good", "note", "problem", "impossible"
WORST_FIRST: Final = (IMPOSSIBLE, PROBLEM, NOTE, GOOD)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``state``: good, note, problem or impossible."""

    code: str
    state: str
    message: str

    def as_json(self) -> dict[str, str]:
        """Return the row as ``--json`` prints it."""
        return asdict(self)


def worst(checks: Sequence[Check]) -> str:
    """Return the worst state among ``checks``."""
    states = {check.state for check in checks}
    return next((state for state in WORST_FIRST if state in states), GOOD)


def examine(url: str, protocols: Sequence[str], entry: str | None, baud: int | None) -> list[Check]:
    """Look at ``url`` and try ``protocols`` on it."""
    checks = list(_from_outside(url))
    if worst(checks) == IMPOSSIBLE:
        return checks
    clock = SystemClock()
    for number, name in enumerate(protocols):
        reader = READERS[name]
        try:
            port = open_port(url, baud=baud or reader.baud, parity=reader.parity)
        except PortError as error:
            return [*checks, _cannot_open(error)]
        with contextlib.closing(port):
            if number == 0:
                checks += _opened(port, clock)
            found = _probed(port, clock, name, entry, baud)
        checks.append(found)
        if found.state == GOOD:
            break
    return _answered(checks)


def _answered(checks: list[Check]) -> list[Check]:
    """One protocol that answers is enough; the others' silence is then no problem."""
    if not any(check.code == "bootloader" for check in checks):
        return checks
    return [check for check in checks if not (check.code in READERS and check.state == PROBLEM)]


def _from_outside(url: str) -> Iterator[Check]:
    transport = transport_of(url)
    if transport in {"rfc2217", "socket"}:
        yield Check("transport", GOOD, f"A port elsewhere in the network ({transport}).")
        return
    path = Path(url)
    try:
        mode = path.stat().st_mode
    except OSError:
        others = ", ".join(port.url for port in found_ports()) or "none"
        yield Check("port_missing", IMPOSSIBLE, f"{explain('port_missing')} Ports here: {others}.")
        return
    if os.name == "posix" and not stat.S_ISCHR(mode):
        yield Check("not_a_port", IMPOSSIBLE, explain("not_a_port"))
        return
    if not os.access(path, os.R_OK | os.W_OK):
        yield Check("permission", IMPOSSIBLE, _permission(path))
        return
    yield Check("port", GOOD, f"The port is there and may be used ({transport}).")
    timer = latency_timer_ms(url)
    if timer is not None and timer > 1:
        seconds = 256 * 3 * timer / 1000
        yield Check(
            "latency_timer",
            NOTE,
            f"The adapter waits {timer} ms before it passes bytes on: up to {seconds:.0f} s more "
            "for 64 KiB. It is asked for 1 ms at each opening; or write 1 into its latency_timer.",
        )


def _permission(path: Path) -> str:
    group = "dialout"
    if grp is not None:
        with contextlib.suppress(KeyError, OSError):
            group = grp.getgrgid(path.stat().st_gid).gr_name
    return (
        f"You may not use this port; it belongs to the group {group}. "
        f"sudo usermod -aG {group} $USER, then sign in again."
    )


def _cannot_open(error: PortError) -> Check:
    return Check(error.reason, IMPOSSIBLE, explain(error.reason))


def _opened(port: Port, clock: Clock) -> Iterator[Check]:
    yield Check("opened", GOOD, "It opens, and nobody else is using it.")
    if port.drive(dtr=False, rts=False):
        yield Check("control_lines", GOOD, "DTR and RTS can be driven.")
    else:
        message = "No control lines: strap and reset must be done by hand, and evidence stays low."
        yield Check("control_lines", NOTE, message)
    heard = Link(port, clock, permits=lambda _: False).some(LISTEN_S, at_most=200)
    if heard:
        text = heard[:40].decode("ascii", "replace").strip()
        yield Check("talks", NOTE, f"The scale talks unasked: {text!r}.")


def _probed(port: Port, clock: Clock, name: str, kind: str | None, baud: int | None) -> Check:
    reader = READERS[name]()
    entry = Entry(port, clock, kind or reader.entry)
    link = Link(
        port,
        clock,
        permits=reader.permits,
        byte_s=reader.bits / (baud or reader.baud),
        reset=entry.enter,
    )
    link.deadline = clock.now() + PROBE_WITHIN_S
    try:
        entry.enter()
        link.drain()
        reader.connect(link)
        reader.identify(link)
    except ReadError as error:
        return Check(name, PROBLEM, f"{name}: {explain(error.reason)}")
    finally:
        with contextlib.suppress(ReadError):
            entry.leave()
    chip = reader.device.get("chip", "unknown chip")
    version = reader.device.get("bootloader", "?")
    return Check("bootloader", GOOD, f"{name}: {chip}, bootloader {version}, answers well.")
