"""``scale-agent simulate``: a virtual scale, for demo, tests and training."""

import logging
import signal
import sys
from pathlib import Path
from typing import Final

import click

from scale_agent.ending import Ending
from scale_agent.simulator import faults as fault
from scale_agent.simulator import host_pty, host_rfc2217
from scale_agent.simulator.catalogue import MODELS, virtual_scale
from scale_agent.simulator.intel_hex import ImageError

COULD_NOT_BE_DONE: Final = 3
HIGHEST_PORT: Final = 65535


def _list(lines: dict[str, str]) -> str:
    """Return a table that click leaves as it is."""
    width = max(map(len, lines))
    return "\n".join(["\b", *(f"{name:<{width}}  {text}" for name, text in lines.items())])


EPILOG: Final = "\n\n".join(
    (
        "Devices:",
        _list({model.name: model.about for model in MODELS.values()}),
        "Faults:",
        _list(fault.HELP),
        "An image file is read at every reset and opening: replacing it re-flashes the scale.",
    )
)


@click.command(epilog=EPILOG)
@click.option("--device", required=True, type=click.Choice(list(MODELS)), help="What to be.")
@click.option(
    "--link",
    type=click.Path(path_type=Path),
    help="Make this symbolic link to a pseudo-terminal once ready to answer.",
)
@click.option(
    "--rfc2217",
    "port",
    type=click.IntRange(1, HIGHEST_PORT),
    help="Serve RFC 2217 on this port of this machine: parity, speed, DTR and RTS are seen.",
)
@click.option(
    "--image",
    type=click.Path(path_type=Path),
    help="Intel HEX, or raw bytes from the start of program memory.",
)
@click.option("--fault", "texts", multiple=True, metavar="FAULT", help="What is wrong; see below.")
def simulate(
    device: str, link: Path | None, port: int | None, image: Path | None, texts: tuple[str, ...]
) -> None:
    """Be a virtual scale, at the pace of a line at 115200 baud, until stopped or unplugged."""
    if (link is None) == (port is None):
        raise click.UsageError("Give either --link or --rfc2217.")
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    stop = _stopped_by_signals()
    try:
        faults = fault.parse(texts)
        scale = virtual_scale(device, image, faults, has_control_lines=port is not None)
        if link is not None:
            host_pty.serve(scale, link, stop)
        elif port is not None:
            host_rfc2217.serve(scale, host_rfc2217.listen(port), stop)
    except (fault.FaultError, ImageError) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        where = link if link is not None else f"port {port}"
        click.echo(f"Cannot be a scale at {where}: {error.strerror}", err=True)
        sys.exit(COULD_NOT_BE_DONE)
    if not scale.is_plugged:
        click.echo("Unplugged.", err=True)


def _stopped_by_signals() -> Ending:
    """Return what Ctrl-C and a polite kill tell to end, so that the link is taken away."""
    stop = Ending()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.tell())
    return stop


COMMANDS: Final[list[click.Command]] = [simulate]
