"""Commands of the station: ``enrol``, ``run`` and ``spool``."""

import json
import signal
from pathlib import Path
from typing import Final

import click

from scale_agent import config, config_file, log
from scale_agent.cli import spool
from scale_agent.cli.outcome import in_words
from scale_agent.faults import MistakeError, StationFaultError
from scale_agent.lock import only_one


@click.command()
@click.option("--server", required=True, help="The server's address, https://…")
@click.option("--code", required=True, help="The one-use code that the server showed.")
@click.option("--state", required=True, type=click.Path(path_type=Path), help="The state folder.")
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), help="TOML file to write or extend."
)
@click.option("--ca-file", type=click.Path(path_type=Path), help="The server's own CA, PEM.")
@click.option("--proxy", help="HTTP proxy on the way to the server.")
@click.option("--allow-http", is_flag=True, help="Accept an unencrypted line.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@in_words
def enrol(  # noqa: PLR0913 - one argument for each option
    *,
    server: str,
    code: str,
    state: Path,
    config_path: Path | None,
    ca_file: Path | None,
    proxy: str | None,
    allow_http: bool,
    as_json: bool,
) -> None:
    """Make this machine a station: its own key, the server's key, a token."""
    # ``read`` and ``doctor`` start in half the time without an HTTP client.
    from scale_agent import enrolment  # noqa: PLC0415
    from scale_agent.clock import Clock  # noqa: PLC0415
    from scale_agent.server_link import ServerLink  # noqa: PLC0415

    try:
        address = config.server_url(server)
    except ValueError as error:
        raise MistakeError(f"--server {error}") from None
    enrolment.ensure_private_line(address, allow_http=allow_http)
    if config_path is not None:
        config_file.check(config_path, address, state)
    with ServerLink(address, clock=Clock(), ca_file=ca_file, proxy=proxy) as link:
        identity = enrolment.enrol(link, address, code.strip(), state)
    unnamed: list[str] = []
    if config_path is not None:
        try:
            unnamed = config_file.extend(config_path, address, state, identity.scales)
        except OSError as error:
            raise StationFaultError(
                f"enrolled, but {config_path} cannot be written: {error.strerror}"
            ) from None
    if as_json:
        told = {"station": identity.station, "name": identity.name, "keyid": identity.keyid}
        click.echo(json.dumps({**told, "ports_to_fill_in": unnamed}, ensure_ascii=False))
        return
    click.echo(f"Enrolled as {identity.name} ({identity.station}), key {identity.keyid}.")
    if unnamed:
        click.echo(f"In {config_path}, write the url of: {', '.join(unnamed)}.")


@click.command()
@click.option(
    "--config", "config_path", required=True, type=click.Path(path_type=Path), help="agent.toml"
)
@in_words
def run(config_path: Path) -> None:
    """Run the station until it is told to stop (SIGTERM, SIGINT)."""
    # See ``enrol``.
    from scale_agent.station import Station  # noqa: PLC0415

    log.to_stream()
    settings = config.load(config_path)
    with only_one(settings.state), Station(settings) as station:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: station.stop())
        station.run()


COMMANDS: Final[list[click.Command]] = [enrol, run, spool.command]
