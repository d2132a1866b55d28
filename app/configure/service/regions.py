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


def _there(session: Session, kind: type[Region | Place], path: str) -> bool:
    return bool(session.scalar(select(exists().where(kind.path == path))))
