"""Whose staff somebody is: the verification body that qualified them, else the region or place.

A verification body stands at the path of a region, as its market regulator does; only a
qualification tells the staff of the one from that of the other.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Body, Place, Qualification, Region

Holder = tuple[int, str]


def names_of(session: Session, holders: Iterable[Holder]) -> dict[Holder, str]:
    """Return the name of the body of each of ``holders``, id of a person and path of the role.

    Nothing of a path at which no region, place or body is, as of all regions at once.
    """
    wanted = set(holders)
    paths = {path for _person, path in wanted}
    named = {
        path: name
        for table in (Region, Place)
        for path, name in session.execute(
            select(table.path, table.name).where(table.path.in_(paths))
        )
    }
    qualified = session.execute(
        select(Qualification.person_id, Body.path, Body.name)
        .join(Body, Body.id == Qualification.body_id)
        .where(
            Qualification.person_id.in_({person for person, _path in wanted}),
            Qualification.ended_on.is_(None),
        )
    )
    found = {holder: named[holder[1]] for holder in wanted if holder[1] in named}
    return found | {
        (person, path): name for person, path, name in qualified if (person, path) in wanted
    }
