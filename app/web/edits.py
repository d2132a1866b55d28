"""Two people who edit one thing: nothing is written over unseen, and nothing typed is lost.

A form carries what stood when it was opened, in one hidden field. Where that no longer stands
when the form comes back, nothing is saved: the page says who changed what meanwhile, shows what
stands now beside what was typed, and takes over what its reader had not touched. The form
then carries what stands now, so that saving again is meant.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.base import Base
from app.domain.errors import DomainError
from app.ledger import entries
from app.ledger.door import SYSTEM, subject
from app.models import Grant, LedgerEntry, Person
from app.web.access import caller
from app.web.words import ledger as words

FIELD: Final = "version"
LONGEST: Final = 8000
CHANGES: Final = 3
STATION: Final = "station:"
Values = Mapping[str, str]


class EditedMeanwhileError(DomainError):
    """Somebody else changed this since the form was opened; nothing was written."""

    code = "conflict"


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did meanwhile, in words."""

    at: datetime
    by: str
    deed: str


@dataclass(frozen=True, slots=True)
class Clash:
    """What a form that came too late shows.

    Attributes:
        changes: What happened meanwhile, newest first.
        now: What stands, by field, where it differs from what was typed.
        taken: Fields that show what stands now: nobody had typed there.
    """

    changes: Sequence[Change] = ()
    now: Values = field(default_factory=dict)
    taken: Collection[str] = ()

    @property
    def first(self) -> str | None:
        """The first field to look at."""
        return next(iter([*self.now, *sorted(self.taken)]), None)

    def day(self, name: str) -> date | None:
        """Return what stands in a field that holds a day, or None."""
        return date.fromisoformat(self.now[name]) if self.now[name] else None


@dataclass(frozen=True, slots=True)
class _Began:
    """What a form was opened with: the newest entry about its row, and what stood."""

    seq: int = 0
    stood: Values = field(default_factory=dict)


def expect(session: Session, given: str, stands: Callable[[], Values]) -> None:
    """Refuse a form that was filled in while something else stood; the ledger's lock is taken.

    Args:
        given: What the form's hidden field holds.

    Raises:
        EditedMeanwhileError: What ``stands`` is not what stood when it was opened.
    """
    entries.lock(session)
    if _read(given).stood != _clean(stands()):
        raise EditedMeanwhileError("it was changed meanwhile")


def prepare(
    session: Session,
    row: Base | None,
    typed: dict[str, str],
    stands: Values,
    *,
    clashed: bool = False,
    together: Collection[Collection[str]] | None = (),
) -> Clash | None:
    """Give a form its hidden field; after a clash, what stands beside what was typed.

    Args:
        typed: The form's values; untouched ones become what stands.
        together: Groups of fields that only make sense together: one typed in, all are. None
            where every field was typed anew, as a reading is: nothing is taken over.
    """
    found = _clash(session, row, typed, stands, together) if clashed else None
    if clashed or FIELD not in typed:
        began = {"seq": _newest(session, row), "stood": _clean(stands)}
        typed[FIELD] = json.dumps(began, ensure_ascii=False, separators=(",", ":"))
    return found


def _clash(
    session: Session,
    row: Base | None,
    typed: dict[str, str],
    stands: Values,
    together: Collection[Collection[str]] | None,
) -> Clash:
    began = _read(typed.get(FIELD, ""))
    now: dict[str, str] = {}
    taken: set[str] = set()
    for group in _groups([n for n in typed if n in {*stands, *began.stood}], together or ()):
        if together is not None and all(_same(typed, began.stood, name) for name in group):
            taken |= {name for name in group if not _same(stands, began.stood, name)}
            typed |= {name: stands.get(name, "") for name in group}
        else:
            now |= {n: stands.get(n, "") for n in group if not _same(typed, stands, n)}
    return Clash(_changes(session, row, began.seq), now, frozenset(taken))


def _groups(names: Sequence[str], together: Collection[Collection[str]]) -> list[Collection[str]]:
    grouped = {name for group in together for name in group}
    alone = [[name] for name in dict.fromkeys(names) if name not in grouped]
    return [*alone, *together]


def _same(one: Values, other: Values, name: str) -> bool:
    return _plain(one.get(name, "")) == _plain(other.get(name, ""))


def _plain(text: str) -> str:
    """Return what was typed as it is kept: browsers end lines in their own way."""
    return text.replace("\r\n", "\n").strip()


def _clean(values: Values) -> dict[str, str]:
    return {name: _plain(text) for name, text in values.items() if text and name != FIELD}


def _read(given: str) -> _Began:
    """Return what a hidden field says; nothing where it is not one of ours."""
    try:
        told = json.loads(given)
        stood = {str(name): str(text) for name, text in told["stood"].items()}
        return _Began(int(told["seq"]), stood)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return _Began()


def _newest(session: Session, row: Base | None) -> int:
    found = [] if row is None else _entries(session, row, 0, 1)
    return found[0].seq if found else 0


def _entries(session: Session, row: Base, after: int, most: int) -> Sequence[LedgerEntry]:
    about = (LedgerEntry.subject == subject(row), LedgerEntry.seq > after)
    rows = select(LedgerEntry).where(*about).order_by(LedgerEntry.seq.desc()).limit(most)
    return session.scalars(rows).all()


def _changes(session: Session, row: Base | None, after: int) -> list[Change]:
    """Return what was done to ``row`` since; only the newest where nobody knows since when."""
    if row is None:
        return []
    told = [json.loads(one.data) for one in _entries(session, row, after, CHANGES if after else 1)]
    names = _names(session, {one["actor"] for one in told})
    return [_change(row, one, names) for one in told]


def _change(row: Base, told: Mapping[str, Any], names: Mapping[str, str]) -> Change:
    deed = words.deed(row.__tablename__, told["action"])
    return Change(datetime.fromisoformat(told["at"]), _by(told["actor"], names), deed)


def _by(actor: str, names: Mapping[str, str]) -> str:
    if actor == SYSTEM:
        return str(_("The system"))
    if actor.startswith(STATION):
        return str(_("A station"))
    return names.get(actor) or str(_("Somebody elsewhere"))


def _names(session: Session, uids: Collection[str]) -> dict[str, str]:
    """Return the names of those who work where the caller does; of nobody else."""
    here = caller().scope().paths
    rows = session.execute(
        select(Person.uid, Person.name, Grant.path)
        .join(Grant, Grant.person_id == Person.id)
        .where(Person.uid.in_(uids), Person.name.is_not(None))
    )
    return {
        uid: name
        for uid, name, path in rows
        if any(path.startswith(own) or own.startswith(path) for own in here)
    }
