"""The story of a scale in plain sentences, rendered from codes when it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.verdicts import Verdict
from app.manage import steps
from app.manage.links import link
from app.manage.names import STATION, Names
from app.manage.sentences import KINDS, SENTENCES
from app.manage.steps import Step
from app.models import Person, Remark, Scale, ScaleEvent, Stall, Station, Trader
from app.web.formats import instant
from app.web.meanings import meaning

NEWEST: Final = 60
# Photos that a step may tell of by their digest, the most telling first.
PHOTOS: Final = ("seal_photo", "photo")


@dataclass(frozen=True, slots=True)
class Entry:
    """One step, as the macro ``story`` draws it."""

    at: datetime
    sentence: str
    by: str
    kind: str = "plain"
    detail: Markup | str = ""
    photo: str | None = None


def entries(session: Session, scale: Scale, limit: int = NEWEST) -> list[Entry]:
    """Return the newest steps of the story, newest first, readings alike told once."""
    return told(session, steps.newest(session, scale, limit))


def since(session: Session, scale: Scale, seen: int) -> list[Entry]:
    """Return what happened after the step with the ledger's number ``seen``."""
    events = session.scalars(
        select(ScaleEvent)
        .where(ScaleEvent.scale_id == scale.id, ScaleEvent.ledger_seq > seen)
        .order_by(ScaleEvent.id.desc())
        .limit(NEWEST)
    ).all()
    return told(session, steps.each(events))


def told(session: Session, found: Sequence[Step]) -> list[Entry]:
    """Return steps in sentences, with the names they need loaded at once."""
    names = _names(session, [step.event for step in found])
    return [_entry(step, names) for step in found]


def _names(session: Session, events: Sequence[ScaleEvent]) -> Names:
    actors = {event.actor for event in events}
    stations = {actor.removeprefix(STATION) for actor in actors if actor.startswith(STATION)}

    def named(table: Any, column: Any, uids: set[str]) -> dict[str, str]:  # noqa: ANN401
        rows = session.execute(select(table.uid, column).where(table.uid.in_(uids)))
        return {uid: name for uid, name in rows}  # noqa: C416 - rows are no pairs to mypy

    def uids(key: str) -> set[str]:
        return {event.details[key] for event in events if key in event.details}

    return Names(
        people=named(Person, Person.name, actors),
        stations=named(Station, Station.name, stations | uids("station")),
        stalls=named(Stall, Stall.number, uids("stall")),
        traders=named(Trader, Trader.name, uids("trader")),
        remarks=named(Remark, Remark.text, uids("remark")),
    )


def _entry(step: Step, names: Names) -> Entry:
    event = step.event
    say_it = SENTENCES.get(event.action)
    sentence = say_it(event, names) if say_it else _("Recorded: %(what)s.", what=event.action)
    return Entry(
        at=event.at,
        sentence=sentence,
        by=names.actor(event.actor),
        kind=_kind(event),
        detail=_detail(step, names),
        photo=_photo(event),
    )


def _photo(event: ScaleEvent) -> str | None:
    """Return where the photo of a step is; of two the seal's, for the plate's is in the head."""
    what = next((one for one in PHOTOS if event.details.get(one)), None)
    return url_for("story.photo", uid=event.uid, what=what) if what else None


def _kind(event: ScaleEvent) -> str:
    verdict = event.details.get("verdict")
    if verdict and event.details.get("counts"):
        return meaning(Verdict(verdict)).value
    if event.action in KINDS:
        return KINDS[event.action]
    moved = event.from_state is not event.to_state
    return meaning(event.to_state).value if moved else "plain"


def _detail(step: Step, names: Names) -> Markup | str:
    """Return what stands below the sentence: a remark, numbers, the way to the papers."""
    told_of = step.event.details
    parts: list[Markup | str] = [names.remark(step.event)]
    if told_of.get("level") is not None and told_of.get("verdict"):
        parts.append(f"E{told_of['level']}")
    if told_of.get("certificate_no"):
        parts.append(_("certificate %(number)s", number=told_of["certificate_no"]))
    if told_of.get("label_no"):
        parts.append(_("label %(number)s", number=told_of["label_no"]))
    if "evidence" in told_of:
        parts.append(_way("attest.evidence", told_of["evidence"], _("See the reading")))
    if "finding" in told_of:
        parts.append(_way("oversee.finding", told_of["finding"], _("See the finding")))
    if step.times > 1:
        first = instant(step.since, step.event.at)
        parts.append(_("%(times)s readings alike since %(first)s", times=step.times, first=first))
    return Markup(" · ").join(part for part in parts if part)


def _way(endpoint: str, uid: str, words: str) -> Markup | str:
    url = link(endpoint, uid=uid)
    return Markup('<a href="{}">{}</a>').format(url, words) if url else ""
