"""Commands that look at ports and read scales: ``protocols``, ``ports``, ``doctor``, ``read``."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click

from scale_agent.digests import crc32_hex, sha256_hex
from scale_agent.doctor import GOOD, IMPOSSIBLE, NOTE, PROBLEM, Check, examine, worst
from scale_agent.entry import ENTRIES
from scale_agent.firmware import READERS
from scale_agent.ports import found_ports
from scale_agent.reading import Progress, Reading, ReadOptions, read_scale
from scale_agent.words import explain

COULD_NOT: Final = 3
STATUS: Final[Mapping[str, int]] = MappingProxyType(
    {"read": 0, "unreadable": 1, "inconsistent": 1, "malformed": COULD_NOT, "no_answer": COULD_NOT}
)
DOCTOR_STATUS: Final[Mapping[str, int]] = MappingProxyType(
    {GOOD: 0, NOTE: 0, PROBLEM: 1, IMPOSSIBLE: COULD_NOT}
)
MARKS: Final[Mapping[str, str]] = MappingProxyType(
    {GOOD: "ok  ", NOTE: "note", PROBLEM: "BAD ", IMPOSSIBLE: "STOP"}
)
FASTEST: Final = 4_000_000

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


@click.command()
@as_json
def protocols(*, as_json: bool) -> None:
    """List the protocols that can be read."""
    if as_json:
        _print_json(
            {
                "items": [
                    {
                        "name": reader.name,
                        "about": reader.about,
                        "baud": reader.baud,
                        "parity": reader.parity,
                        "entry": reader.entry,
                        "block": reader.block_size,
                        "commands": bytes(sorted(reader.commands)).hex(" "),
                    }
                    for reader in READERS.values()
                ]
            }
        )
        return
    for reader in READERS.values():
        click.echo(f"{reader.name:10} {reader.about}")
        click.echo(f"{'':10} {reader.baud} baud, 8{reader.parity}1, enters by {reader.entry}")


@click.command()
@as_json
def ports(*, as_json: bool) -> None:
    """List the serial ports of this machine."""
    found = found_ports()
    if as_json:
        _print_json({"items": [port.as_json() for port in found]})
    elif not found:
        click.echo("No serial port found. Is the adapter plugged in?")
    for port in [] if as_json else found:
        click.echo(f"{port.url}  {port.device}  {port.description}")


@click.command()
@click.option("--port", "url", help="The port; without it every port of this machine.")
@click.option("--protocol", type=click.Choice(sorted(READERS)), help="Try this protocol only.")
@click.option("--entry", type=click.Choice(ENTRIES), help="How to get into the bootloader.")
@click.option("--baud", type=click.IntRange(300, FASTEST), help="Speed of the line.")
@as_json
def doctor(
    *, url: str | None, protocol: str | None, entry: str | None, baud: int | None, as_json: bool
) -> None:
    """Say in words what is wrong with a port. Nothing is read out.

    Exit status: 0 all is well, 1 something was found, 3 the port cannot be used.
    """
    urls = [url] if url else [port.url for port in found_ports()]
    tried = [protocol] if protocol else list(READERS)
    results = {each: examine(each, tried, entry, baud) for each in urls}
    if not results:
        check = Check("no_ports", PROBLEM, "No serial port found. Is the adapter plugged in?")
        results = {"": [check]}
    if as_json:
        rows = [
            {"port": each, "state": worst(checks), "checks": [check.as_json() for check in checks]}
            for each, checks in results.items()
        ]
        _print_json({"items": rows})
    else:
        for each, checks in results.items():
            click.echo(each)
            for check in checks:
                click.echo(f"  {MARKS[check.state]}  {check.message}")
    sys.exit(max(DOCTOR_STATUS[worst(checks)] for checks in results.values()))


@click.command()
@click.option("--port", "url", required=True, help="/dev/…, rfc2217://…, socket://… or a pty.")
@click.option("--protocol", required=True, type=click.Choice(sorted(READERS)))
@click.option("--baud", type=click.IntRange(300, FASTEST), help="Default: the protocol's, 115200.")
@click.option("--length", type=click.IntRange(1, 1 << 24), help="Bytes; default: all there are.")
@click.option("--entry", type=click.Choice(ENTRIES), help="Default: the protocol's.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Raw bytes go here.")
@click.option("--passes", type=click.IntRange(1, 9), default=2, show_default=True)
@as_json
def read(  # noqa: PLR0913 - the options of interfaces
    *,
    url: str,
    protocol: str,
    baud: int | None,
    length: int | None,
    entry: str | None,
    out: Path | None,
    passes: int,
    as_json: bool,
) -> None:
    """Read the program memory of a scale twice and compare.

    Exit status: 0 read, 1 unreadable or inconsistent, 3 no or no proper answer.
    """
    if out is not None and not os.access(out.parent, os.W_OK | os.X_OK):
        click.echo(f"Cannot write into {out.parent}.", err=True)
        sys.exit(COULD_NOT)
    options = ReadOptions(baud=baud, length=length, entry=entry, passes=passes)
    if entry == "manual":
        click.echo("Hold the boot strap and press reset now; you have half a minute.", err=True)
    shows = not as_json and sys.stderr.isatty()
    reading = read_scale(url, protocol, options=options, on_progress=_show if shows else None)
    if shows:
        click.echo("\r\x1b[K", nl=False, err=True)
    if as_json:
        _print_json(document(reading))
    else:
        _say(reading)
    if out is not None and reading.parts and not _write(out, reading.parts[0].data):
        sys.exit(COULD_NOT)
    sys.exit(STATUS[reading.verdict])


def document(reading: Reading) -> dict[str, Any]:
    """Return ``reading`` as ``read --json`` prints it."""
    return {
        "protocol": reading.protocol,
        "device": dict(reading.device),
        "verdict": reading.verdict,
        "parts": [
            {
                "name": part.name,
                "address": part.address,
                "length": len(part.data),
                "sha256": sha256_hex(part.data),
                "crc32": crc32_hex(part.data),
            }
            for part in reading.parts
        ],
        "passes": reading.passes,
        "passes_equal": reading.passes_equal,
        "elapsed_s": round(reading.elapsed_s, 4),
        "wire_limit_s": round(reading.wire_limit_s, 4),
        "facts": {**reading.facts, "read_s": round(reading.read_s, 4)},
    }


def _show(progress: Progress) -> None:
    share = 100 * progress.bytes // max(1, progress.total)
    click.echo(
        f"\r\x1b[KPass {progress.pass_} of {progress.passes}: {share} %, "
        f"{progress.remaining_s} s left",
        nl=False,
        err=True,
    )


def _say(reading: Reading) -> None:
    for name, value in reading.device.items():
        click.echo(f"{name.replace('_', ' '):18} {value}")
    if reading.verdict != "read":
        click.echo(f"{reading.verdict}: {explain(str(reading.facts.get('reason', '')))}")
        if detail := reading.facts.get("detail"):
            click.echo(f"  ({detail})")
        return
    for part in reading.parts:
        click.echo(f"{part.name}: {len(part.data)} bytes from {part.address:#010x}")
        click.echo(f"  SHA-256 {sha256_hex(part.data)}")
        click.echo(f"  CRC-32  {crc32_hex(part.data)}")
    compared = "all equal" if reading.passes_equal else "nothing to compare with"
    click.echo(f"Passes: {reading.passes}, {compared}.")
    click.echo(
        f"Took {reading.elapsed_s:.1f} s; the wire alone needs {reading.wire_limit_s:.1f} s."
    )
    if reading.facts.get("control_lines") == "absent":
        click.echo("This port has no control lines: nothing was reset or strapped by us.")


def _write(out: Path, data: bytes) -> bool:
    """Write all of ``data`` or nothing."""
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=out.parent, prefix=f".{out.name}.", delete=False
        ) as to:
            temporary = Path(to.name)
            to.write(data)
            to.flush()
            os.fsync(to.fileno())
        temporary.chmod(0o644)
        temporary.replace(out)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        click.echo(f"Cannot write {out}: {error.strerror}.", err=True)
        return False
    return True


COMMANDS: Final[list[click.Command]] = [protocols, ports, doctor, read]
