"""`wutong labels`: sheets of tags as PDF."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from app.cli.checks.machine import LOCAL
from app.cli.context import fail, open_installation
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.scope import EVERYWHERE, Scope
from app.portal import printers, service, sheets


@click.command()
@click.option("--region", required=True, help="path of a region or place, such as /32/3206/")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--layout",
    type=click.Choice([*sheets.LAYOUTS, *printers.PRINTERS]),
    default=sheets.DEFAULT_LAYOUT,
)
def labels(region: str, out: Path, layout: str) -> None:
    """Write the tags in use below REGION: a PDF for label paper, or a label printer's own file."""
    if not (region.startswith(EVERYWHERE) and region.endswith("/")):
        raise click.BadParameter(
            "a path begins and ends with a slash, such as /32/3206/320612/", param_hint="--region"
        )
    work = open_installation()
    with work.database.reading() as session:
        wanted = service.Sheet(Scope((region,)))
        tags = service.labels(session, wanted, work.keys.tag, work.settings.base_url)
    if not tags:
        fail(f"there are no tags in use below {region}")
    draft = out.with_name(f".{out.name}.new")
    draft.write_bytes(_drawn(tags, layout))
    draft.replace(out)
    click.echo(f"{len(tags)} tags: {out}")
    # Tags are signed for their host: a roll printed for this machine is waste paper elsewhere.
    if (host := urlsplit(work.settings.base_url).hostname) in LOCAL:
        click.echo(f"they are read at {host} only: set WUTONG_BASE_URL before printing", err=True)


def _drawn(tags: list[sheets.PrintedTag], layout: str) -> bytes:
    if layout in printers.PRINTERS:
        return printers.PRINTERS[layout][0](tags)
    return sheets.sheet(tags, sheets.LAYOUTS[layout], local_date(utcnow()))


COMMANDS: Final = (labels,)
