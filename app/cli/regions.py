"""`wutong region`: the tree that people and places stand in; made in the shell, top first."""

from types import MappingProxyType
from typing import Final

import click
from sqlalchemy import select

from app.cli.context import open_installation
from app.configure.service.errors import Fault, FieldsError
from app.configure.service.regions import create_region
from app.db.session import utcnow
from app.ledger.door import SYSTEM
from app.models import Region

WHY: Final = MappingProxyType(
    {
        Fault.MALFORMED: "is no path like /32/, /32/3206/, /32/3206/320612/ or /…/320612001/",
        Fault.TAKEN: "is there already",
        Fault.NOT_HERE: "lies in no region that is there; add the one above it first",
        Fault.MISSING: "is missing",
    }
)


@click.group("region")
def region() -> None:
    """Regions: province, city, county, office."""


@region.command("add")
@click.argument("path")
@click.argument("name")
def add(path: str, name: str) -> None:
    """Add the region PATH, such as /32/3206/, called NAME; its parent must be there."""
    work = open_installation()
    try:
        with work.database.transaction() as session:
            kind = create_region(session, path, name, by=SYSTEM, at=utcnow()).kind
    except FieldsError as error:
        said = {"path": path, "name": "the name"}
        sentences = [f"{said[at]} {WHY.get(why, why)}" for at, why in error.faults.items()]
        raise click.UsageError("; ".join(sentences)) from None
    click.echo(f"{path} {name.strip()} ({kind})")


@region.command("list")
def list_all() -> None:
    """Print the tree."""
    with open_installation().database.reading() as session:
        for row in session.scalars(select(Region).order_by(Region.path)):
            click.echo(f"{row.path} {row.name} ({row.kind})")


COMMANDS: Final = (region,)
