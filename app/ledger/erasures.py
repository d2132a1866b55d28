"""What was erased on purpose, told apart from what somebody made vanish."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.ledger.remarks import ERASED, digest
from app.models import LedgerEntry, Person, Remark, ScaleEvent, Trader

PERSON_ERASED: Final = "erase"
PERSONS: Final = f"{Person.__tablename__}:"
TRADERS: Final = f"{Trader.__tablename__}:"
# What stands where an erased person's name stood, in any language.
NAMELESS: Final = "—"


@dataclass(slots=True)
class Remarks:
    """What the stories say of remarks: the digest of each, and which of them were erased."""

    told: dict[str, tuple[int, str]] = field(default_factory=dict)
    erased: dict[str, int] = field(default_factory=dict)

    def take(self, seq: int, details: Mapping[str, Any]) -> None:
        """Take in the details of one step."""
        if uid := details.get("remark"):
            self.told[str(uid)] = (seq, str(details.get("remark_digest", "")))
        if uid := details.get("erased"):
            self.erased[str(uid)] = seq

    def wrong(self, session: Session) -> Iterator[tuple[int, str, str]]:
        """Yield each remark that was altered, added, removed, or blanked without an act."""
        unseen = dict(self.told)
        for uid, text, secret in session.execute(select(Remark.uid, Remark.text, Remark.secret)):
            seq, said = unseen.pop(uid, (0, ""))
            if not said:
                yield 0, "row_without_entry", f"remark:{uid}"
            elif _digest(uid, text, secret) != (None if uid in self.erased else said):
                yield self.erased.get(uid, seq), "row_altered", f"remark:{uid}"
        for uid, (seq, _said) in unseen.items():
            yield seq, "row_missing", f"remark:{uid}"


def _digest(uid: str, text: str | None, secret: bytes | None) -> str | None:
    """Return the digest of a remark; half of one, or what is no text and key, equals nothing."""
    if (text is None) != (secret is None):
        return ""
    try:
        return digest(uid, text, secret)
    except (TypeError, AttributeError):
        return ""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Something erased: what, when, by whom (the uid of a person, or ``system``)."""

    subject: str
    at: datetime
    by: str


def erasures(session: Session) -> list[Erasure]:
    """Return the remarks, persons and traders that were erased, the remarks first."""
    steps = session.scalars(
        select(ScaleEvent).where(ScaleEvent.action == ERASED).order_by(ScaleEvent.id)
    )
    found = [Erasure(f"remark:{one.details.get('erased')}", one.at, one.actor) for one in steps]
    rows = session.scalars(
        select(LedgerEntry.data)
        .where(or_(*(LedgerEntry.subject.between(one, f"{one}~") for one in (PERSONS, TRADERS))))
        .order_by(LedgerEntry.seq)
    )
    for said in map(json.loads, rows):
        if said["action"] == PERSON_ERASED:
            at = datetime.fromisoformat(said["at"])
            found.append(Erasure(said["subject"], at, said["actor"]))
    return found


def wrong_persons(session: Session) -> Iterator[tuple[int, str, str]]:
    """Yield each person or trader without a key who has a name all the same.

    No digest covers it.
    """
    rows = session.execute(select(Person.uid, Person.login, Person.name, Person.secret))
    for uid, login, name, secret in rows:
        if secret is None and (login, name) != (nameless_login(uid), NAMELESS):
            yield 0, "row_altered", f"{PERSONS}{uid}"
    traders = select(Trader.uid, Trader.name, Trader.phone).where(Trader.secret.is_(None))
    for uid, name, phone in session.execute(traders):
        if (name, phone) != (NAMELESS, ""):
            yield 0, "row_altered", f"{TRADERS}{uid}"


def nameless_login(uid: str) -> str:
    """Return the login that nobody can type or sign in with."""
    return f"erased-{uid}"
