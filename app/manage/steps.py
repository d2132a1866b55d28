"""The steps of a story worth telling: a station that reads every hour must not drown the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Scale, ScaleEvent

READINGS: Final = frozenset({"evidence", "evidence_judged"})
MOST_READINGS: Final = 40


@dataclass(frozen=True, slots=True)
class Step:
    """An event, standing for itself or for the readings alike right before it."""

    event: ScaleEvent
    times: int
    since: datetime


def newest(session: Session, scale: Scale, limit: int) -> list[Step]:
    """Return the newest steps, newest first: ``limit`` beside the newest readings."""
    events = select(ScaleEvent).where(ScaleEvent.scale_id == scale.id)
    newest_first = ScaleEvent.id.desc()
    others = events.where(ScaleEvent.action.not_in(READINGS)).order_by(newest_first).limit(limit)
    readings = events.where(ScaleEvent.action.in_(READINGS)).order_by(newest_first)
    found = [*session.scalars(others), *session.scalars(readings.limit(MOST_READINGS))]
    return told_once(sorted(found, key=lambda event: event.id, reverse=True))


def told_once(events: Iterable[ScaleEvent]) -> list[Step]:
    """Return ``events``, newest first, with readings alike in a row made one step."""
    steps: list[Step] = []
    for event in events:
        last = steps[-1] if steps else None
        if last and _alike(last.event, event):
            steps[-1] = replace(last, times=last.times + 1, since=event.at)
        else:
            steps.append(Step(event, 1, event.at))
    return steps


def each(events: Sequence[ScaleEvent]) -> list[Step]:
    """Return ``events`` as they are, one step each."""
    return [Step(event, 1, event.at) for event in events]


def _alike(newer: ScaleEvent, older: ScaleEvent) -> bool:
    """Return whether both are readings by one station, with one verdict, that moved nothing."""
    said = [
        (event.action, event.actor, event.details.get("verdict"), event.details.get("level"))
        for event in (newer, older)
    ]
    still = newer.from_state is newer.to_state and older.from_state is older.to_state
    return newer.action in READINGS and still and said[0] == said[1]
