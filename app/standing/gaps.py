"""Codes and seals that scales lack: of one scale, and as conditions for lists and counts."""

from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.db.scope import within
from app.domain import gaps
from app.domain.gaps import CODES, Gaps, Lack, Part
from app.domain.lifecycle import State
from app.domain.scope import Scope
from app.domain.seals import SealState
from app.models import Scale, Seal

# Enough to say "many": counting further would read every scale of a province.
MOST_COUNTED: Final = 10_000
OFF: Final = (SealState.MISSING, SealState.REPLACED)


def missing(scale: Scale) -> list[Part]:
    """Return which of the three codes and the seal ``scale`` has not."""
    found = [part for part in CODES if not getattr(scale, part.value)]
    sealed = any(seal.state not in OFF for seal in scale.seals)
    return found if sealed else [*found, Part.SEAL]


def lacking(scale: Scale, today: date) -> list[Lack]:
    """Return what ``scale`` has not, each with its grounds."""
    return gaps.lacks(missing(scale), gaps.read(scale.gaps), today)


def keep(scale: Scale, given: Gaps) -> None:
    """Let ``scale`` hold these grounds and no others; call it inside an act."""
    scale.gaps = gaps.write(given)
    scale.gaps_until = gaps.first_end(given)


def fill(scale: Scale, *parts: Part) -> None:
    """Drop the grounds for ``parts``, which are there now; call it inside an act."""
    held = gaps.read(scale.gaps)
    if not held.keys().isdisjoint(parts):
        keep(scale, {part: gap for part, gap in held.items() if part not in parts})


def run_out(today: date) -> ColumnElement[bool]:
    """Whether grounds of a scale ran out before ``today``."""
    return and_(Scale.gaps_until < today, Scale.state != State.RETIRED)


def without() -> ColumnElement[bool]:
    """Whether a scale lacks something for which nobody gave grounds."""
    text = type_coerce(Scale.gaps, Text)
    sealed = exists().where(Seal.scale_id == Scale.id, Seal.state.not_in(OFF))
    bare = [
        and_(getattr(Scale, part.value) == "", text.not_like(f'%"{part.value}"%')) for part in CODES
    ]
    unsealed = and_(text.not_like(f'%"{Part.SEAL.value}"%'), ~sealed)
    return and_(or_(*bare, unsealed), Scale.state != State.RETIRED)


def wanting(today: date) -> ColumnElement[bool]:
    """Whether grounds of a scale ran out, or were never given."""
    return or_(run_out(today), without())


def number_wanting(session: Session, scope: Scope, today: date) -> int:
    """Return how many scales inside ``scope`` want grounds; counted up to `MOST_COUNTED`."""
    rows = select(Scale.id).where(within(Scale.path, scope), wanting(today)).limit(MOST_COUNTED)
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0
