"""A person's own filters and columns of the list: private, in no ledger and no story."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.errors import DomainError
from app.manage import columns, forms
from app.models import ChosenColumns, SavedFilter

MOST: Final = 20
LONGEST: Final = 40


class TooManyFiltersError(DomainError):
    """The person has kept as many as are allowed."""

    code = "too_many_filters"


class FilterNameError(DomainError):
    """The name is missing, too long, or the person's other filter has it."""

    code = "filter_name"


class EmptyFilterError(DomainError):
    """It filters nothing."""

    code = "filter_empty"


def filters(session: Session, person: int) -> Sequence[SavedFilter]:
    """Return the filters a person kept, by name."""
    return session.scalars(
        select(SavedFilter).where(SavedFilter.person_id == person).order_by(SavedFilter.name)
    ).all()


def filter_of(session: Session, person: int, uid: str) -> SavedFilter:
    """Return the filter ``uid`` of a person.

    Raises:
        NoResultFound: The person has none of that uid.
    """
    return session.scalars(
        select(SavedFilter).where(SavedFilter.person_id == person, SavedFilter.uid == uid)
    ).one()


def keep(session: Session, person: int, name: str, query: str) -> SavedFilter:
    """Keep a filter under a name; what the list does not know of it is left out.

    Raises:
        EmptyFilterError: Nothing is left of it.
        FilterNameError: See there.
        TooManyFiltersError: There are `MOST` already.
    """
    known = forms.written(forms.filters_of(query))
    if not known:
        raise EmptyFilterError("nothing is filtered")
    name = _checked(session, person, name)
    if _number(session, person) >= MOST:
        raise TooManyFiltersError(f"at most {MOST}")
    found = SavedFilter(uid=new_uid(), person_id=person, name=name, query=known)
    session.add(found)
    session.flush()
    return found


def rename(session: Session, found: SavedFilter, name: str) -> None:
    """Give a filter another name.

    Raises:
        FilterNameError: See there.
    """
    if name.strip() != found.name:
        found.name = _checked(session, found.person_id, name)


def choose(session: Session, person: int, keys: Sequence[str]) -> None:
    """Keep which columns a person wants."""
    session.execute(delete(ChosenColumns).where(ChosenColumns.person_id == person))
    session.add(ChosenColumns(person_id=person, columns=columns.known(keys)))


def chosen(session: Session, person: int) -> list[str]:
    """Return the columns a person wants, the usual ones where none were chosen."""
    kept = session.scalar(select(ChosenColumns.columns).where(ChosenColumns.person_id == person))
    return columns.known(columns.USUAL if kept is None else kept)


def _checked(session: Session, person: int, name: str) -> str:
    name = " ".join(name.split())
    taken = select(SavedFilter.id).where(SavedFilter.person_id == person, SavedFilter.name == name)
    if not 0 < len(name) <= LONGEST or session.scalar(taken) is not None:
        raise FilterNameError("a filter has a name of its own")
    return name


def _number(session: Session, person: int) -> int:
    count = select(func.count()).select_from(SavedFilter)
    return session.scalars(count.where(SavedFilter.person_id == person)).one()
