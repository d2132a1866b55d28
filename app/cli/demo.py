"""`wutong demo`: data, server, jobs and a station with virtual scales, stopped together."""

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from app.cli.context import fail, open_installation, settings
from app.cli.schema import prepare
from app.db.session import utcnow
from app.demo import load, people, references
from app.demo.processes import Processes
from app.demo.station import VIRTUAL_SCALES, StationFiles
from app.portal import queries, service
from app.web.database import Installation

WAIT_S: Final = 180.0
PAUSE_S: Final = 0.5
AGENT: Final = (sys.executable, "-m", "scale_agent")
SERVER: Final = (sys.executable, "-m", "app.cli.__main__")


@click.command()
@click.option("--load-only", is_flag=True, help="load the data and start nothing")
def demo(*, load_only: bool) -> None:
    """Run everything on this machine, with accounts whose secrets are printed."""
    found = replace(settings(), demo=True)
    prepare(found)
    work = open_installation()
    files = StationFiles(found.home / "demo")
    files.prepare()
    code = fill(work, files)
    if load_only:
        click.echo(f"the demo's data are in {found.home}")
        return
    ours = {"WUTONG_DEMO": "1", "WUTONG_HOME": str(found.home), "PORT": str(found.port)}
    environment = {**os.environ, **ours}
    try:
        with Processes(files.folder / "logs", environment) as children:
            serve(children, work, files, code)
            tell(work, files)
            while True:
                time.sleep(PAUSE_S)
                children.check()
    except KeyboardInterrupt:
        click.echo("\nstopped")


def fill(work: Installation, files: StationFiles) -> str | None:
    """Load the data unless they are there; return the station's one-use code if it is fresh."""
    with work.database.transaction() as session:
        if load.is_loaded(session):
            if not files.second_factors.exists():
                fail("this installation is in use by people; set WUTONG_HOME to an empty folder")
            return None
        click.echo("Loading the demo's data ...")
        code = load.load(work, session, at=utcnow()).code
        references.register(work, session, at=utcnow())
        people.enrol(session, work.keys.totp, files.second_factors, at=utcnow())
    return code


def serve(children: Processes, work: Installation, files: StationFiles, code: str | None) -> None:
    """Start server, jobs, virtual scales and station, each once the one before it answers."""
    address = work.settings.base_url
    refuse_taken(address)
    children.start("server", [*SERVER, "run"])
    children.until("the server", lambda: answers(f"{address}/readyz"), WAIT_S)
    children.start("jobs", [*SERVER, "jobs"])
    for scale in VIRTUAL_SCALES:
        command = [*AGENT, "simulate", "--device", scale.device, "--link", str(files.link(scale))]
        children.start(f"scale-{scale.port}", [*command, "--image", str(files.program(scale))])
    for scale in VIRTUAL_SCALES:
        children.until(f"the scale {scale.port}", files.link(scale).exists, WAIT_S)
    enrol(children, work, files, code)
    children.start("station", [*AGENT, "run", "--config", str(files.config)])


def enrol(children: Processes, work: Installation, files: StationFiles, code: str | None) -> None:
    """Enrol the station once, and write its configuration for this address."""
    with work.database.transaction() as session:
        station, scales = load.bench(session)
        enrolled = station.enrolled_at is not None
        if not enrolled and code is None:
            code = load.new_code(session, station, at=utcnow())
    if not enrolled:
        state = ["--state", str(files.state)]
        command = [*AGENT, "enrol", "--server", work.settings.base_url, "--code", str(code), *state]
        children.run("enrol", command)
    files.write_config(work.settings.base_url, scales)


def refuse_taken(address: str) -> None:
    """End in words where something answers on our port already."""
    if answers(f"{address}/healthz"):
        fail(f"something answers on {address} already; stop it, or set PORT to another number")


def answers(url: str) -> bool:
    """Return whether ``url`` answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False


def tell(work: Installation, files: StationFiles) -> None:
    """Print the addresses and accounts, and at last the line that says it is ready."""
    base = work.settings.base_url
    secrets = people.secrets_in(files.second_factors)
    click.echo(f"\nPassword of every demo account: {people.PASSWORD}")
    for login, account in people.ACCOUNTS.items():
        second = f"  TOTP {secrets[login]}" if login in secrets else ""
        click.echo(f"  {login:<11} {account.name}{second}")
    click.echo("\nAddresses")
    click.echo(f"  staff       {base}/")
    click.echo(f"  API         {base}/api/docs")
    for port, address in tag_addresses(work).items():
        click.echo(f"  tag of the {port} scale\n              {address}")
    programs = files.folder / "programs"
    click.echo(f"\nPrograms of the virtual scales: {display(programs)} (overwrite one to re-flash)")
    click.echo(f"Logs: {display(files.folder / 'logs')}")
    click.echo(f"Ready: {base}")
    sys.stdout.flush()


def tag_addresses(work: Installation) -> Mapping[str, str]:
    """Return the addresses of the tags of the scales on the bench."""
    with work.database.reading() as session:
        _station, scales = load.bench(session)
        return {
            port: service.address(tag, work.keys.tag, work.settings.base_url)
            for port, uid in scales.items()
            if (tag := queries.tag_of(session, uid)) is not None
        }


def display(path: Path) -> str:
    """Return ``path`` as short as it can be said from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


COMMANDS: Final = (demo,)
