"""The region tree, from the province down to the market supervision office."""

import re
from datetime import datetime
from itertools import pairwise
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError, missing
from app.db.ids import new_uid
from app.ledger import entries
from app.ledger.door import act
from app.models import Place, Region, RegionKind

# GB/T 2260 codes, each beginning with its parent's; an office adds three digits of its own.
PATH: Final = re.compile(r"/[0-9]{2}/(?:[0-9]{4}/(?:[0-9]{6}/(?:[0-9]{9}/)?)?)?")
LEVELS: Final = tuple(RegionKind)


def create_region(session: Session, path: str, name: str, *, by: str, at: datetime) -> Region:
    """Add a region below one that is there; how deep it lies says what it is.

    Raises:
        FieldsError: The path is malformed, taken or without a parent, or the name is missing.
    """
    entries.lock(session)
    faults = missing(name=name)
    codes = path.strip("/").split("/")
    nested = all(below.startswith(above) for above, below in pairwise(codes))
    parent = "/".join(["", *codes[:-1], ""])
    if not PATH.fullmatch(path) or not nested:
        faults["path"] = Fault.MALFORMED
    elif _there(session, Region, path) or _there(session, Place, path):
        faults["path"] = Fault.TAKEN
    elif parent != "/" and not _there(session, Region, parent):
        faults["path"] = Fault.NOT_HERE
    if faults:
        raise FieldsError(**faults)
    region = Region(uid=new_uid(), path=path, name=name.strip(), kind=LEVELS[len(codes) - 1])
    with act(session, region, "register", by=by, at=at):
        session.add(region)
    return region


def create_office(
    session: Session, county: str, code: str, name: str, *, by: str, at: datetime
) -> Region:
    """Add an office (市场监管所) below ``county``, told apart there by three digits.

    Raises:
        FieldsError: There is no such county, or the code is malformed or taken, or no name given.
    """
    above = exists().where(Region.path == county, Region.kind == RegionKind.COUNTY)
    if not session.scalar(select(above)):
        raise FieldsError(county=Fault.NOT_HERE)
    path = f"{county}{county.split('/')[-2]}{code}/"
    try:
        return create_region(session, path, name, by=by, at=at)
    except FieldsError as error:
        said = {("code" if at == "path" else at): fault for at, fault in error.faults.items()}
        raise FieldsError(**said) from None


def rename_region(session: Session, region: Region, name: str, *, by: str, at: datetime) -> None:
    """Correct the name of a region; its code stays, everything below carries it.

    Raises:
        FieldsError: The name is missing.
    """
    entries.lock(session)
    if faults := missing(name=name):
        raise FieldsError(**faults)
    with act(session, region, "change", by=by, at=at):
        region.name = name.strip()


def _there(session: Session, kind: type[Region | Place], path: str) -> bool:
    return bool(session.scalar(select(exists().where(kind.path == path))))
