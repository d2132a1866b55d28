"""The story of a scale in plain sentences, rendered from codes when it is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.evidence import Level
from app.domain.lifecycle import State
from app.domain.seals import SealState
from app.domain.verdicts import Verdict
from app.ledger.door import SYSTEM
from app.manage import steps
from app.manage.links import link
from app.manage.steps import Step
from app.models import Person, Scale, ScaleEvent, Stall, Station, Trader
from app.web.formats import day, instant
from app.web.meanings import meaning
from app.web.words.firmware import LEVEL_CLAIM
from app.web.words.say import say

STATION: Final = "station:"
NEWEST: Final = 60

# Why a person or a rule suspended it, after "Suspended: ".
WHY: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "spot_check": _l("the spot check differed"),
        "seal": _l("a seal is broken or missing"),
        "display": _l("display or keys are faulty"),
        "complaint": _l("after a complaint"),
        "other": _l("the market decided so"),
        "opened": _l("its case was opened"),
        "stop_order": _l("an authority ordered it"),
        "recall": _l("its model was recalled"),
        "finding": _l("of a finding"),
    }
)
ITEMS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "plate": _l("plate and markings"),
        "seals": _l("seals and codes"),
        "software": _l("software identification"),
        "zero": _l("zero and tare"),
        "weighing": _l("weighing"),
        "eccentricity": _l("eccentric loading"),
        "repeatability": _l("repeatability"),
        "discrimination": _l("discrimination"),
        "price": _l("price computation"),
    }
)


def _(words: str, **values: object) -> str:
    """Return ``words`` in the language of the page."""
    return str(gettext(words, **values))


@dataclass(frozen=True, slots=True)
class Entry:
    """One step, as the macro ``story`` draws it."""

    at: datetime
    sentence: str
    by: str
    kind: str = "plain"
    detail: Markup | str = ""
    photo: str | None = None
    corrects: str | None = None
    corrected_by: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """Names behind the uids of a stretch of the story."""

    people: Mapping[str, str]
    stations: Mapping[str, str]
    stalls: Mapping[str, str]
    traders: Mapping[str, str]

    def actor(self, by: str) -> str:
        """Return who did it."""
        if by == SYSTEM:
            return _("by itself")
        if by.startswith(STATION):
            name = self.stations.get(by.removeprefix(STATION), "")
            return _("station %(name)s", name=name) if name else _("a station")
        return self.people.get(by, _("somebody no longer here"))


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
        detail=_detail(step),
    )


def _kind(event: ScaleEvent) -> str:
    verdict = event.details.get("verdict")
    if verdict and event.details.get("counts"):
        return meaning(Verdict(verdict)).value
    if event.action in KINDS:
        return KINDS[event.action]
    moved = event.from_state is not event.to_state
    return meaning(event.to_state).value if moved else "plain"


def _detail(step: Step) -> Markup | str:
    """Return what stands below the sentence: a remark, numbers, the way to the papers."""
    told_of = step.event.details
    parts: list[Markup | str] = [str(told_of["note"])] if told_of.get("note") else []
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


def _verdict(event: ScaleEvent) -> str:
    """Return the verdict in words; a match claims no more than its level allows."""
    verdict = Verdict(event.details["verdict"])
    if verdict is Verdict.MATCH:
        return str(LEVEL_CLAIM[Level(event.details.get("level", 0))])
    return say(verdict)


def _registered(_event: ScaleEvent, _names: Names) -> str:
    return _("Entered in the register.")


def _passed(event: ScaleEvent, _names: Names) -> str:
    until = event.details.get("valid_until")
    if not until:
        return _("Passed its verification.")
    return _("Passed its verification, valid until %(day)s.", day=day(date.fromisoformat(until)))


def _failed(event: ScaleEvent, _names: Names) -> str:
    items = [str(ITEMS.get(item, item)) for item in event.details.get("failed_items", ())]
    if not items:
        return _("Failed its verification.")
    return _("Failed its verification: %(items)s.", items=_(", ").join(items))


def _deployed(event: ScaleEvent, names: Names) -> str:
    stall = names.stalls.get(event.details.get("stall", ""))
    trader = names.traders.get(event.details.get("trader", ""))
    if stall and trader:
        return _("Handed out to %(trader)s, stall %(stall)s.", trader=trader, stall=stall)
    return _("Put into service.")


def _returned(event: ScaleEvent, names: Names) -> str:
    stall = names.stalls.get(event.details.get("stall", ""))
    trader = names.traders.get(event.details.get("trader", ""))
    if stall and trader:
        return _("Taken back from %(trader)s, stall %(stall)s.", trader=trader, stall=stall)
    return _("Taken back.")


def _suspended(event: ScaleEvent, _names: Names) -> str:
    verdict = event.details.get("verdict")
    if verdict:
        return _("Suspended by a reading: %(verdict)s.", verdict=_verdict(event))
    why = WHY.get(event.details.get("reason", "other"), WHY["other"])
    return _("Suspended: %(why)s.", why=str(why))


def _expired(event: ScaleEvent, _names: Names) -> str:
    if event.to_state is State.SUSPENDED:
        return _("The validity ran out; suspended.")
    return _("The validity ran out; verification is due.")


def _read(event: ScaleEvent, _names: Names) -> str:
    verdict = event.details.get("verdict")
    if not verdict:
        return _("The program was read; the judgement waits for the whole image.")
    if event.details.get("counts"):
        return _("The program was read: %(verdict)s.", verdict=_verdict(event))
    return _("The program was read: %(verdict)s. This changes nothing.", verdict=_verdict(event))


def _judged(event: ScaleEvent, _names: Names) -> str:
    verdict = event.details.get("verdict")
    if not verdict:
        return _("A reading was judged again.")
    return _("A reading was judged again: %(verdict)s.", verdict=_verdict(event))


def _sealed(event: ScaleEvent, _names: Names) -> str:
    state = SealState(event.details.get("state", "intact"))
    number = event.details.get("number", "")
    return _("Seal %(number)s: %(state)s.", number=number, state=say(state))


def _opened(event: ScaleEvent, _names: Names) -> str:
    seals = [str(number) for number in event.details.get("seals", ())]
    if not seals:
        return _("The case was opened.")
    return _("The case was opened, breaking seal %(numbers)s.", numbers=_(", ").join(seals))


def _by_document(words: Any) -> Callable[[ScaleEvent, Names], str]:  # noqa: ANN401 - lazy text
    def sentence(event: ScaleEvent, _names: Names) -> str:
        number = event.details.get("document", "")
        return _("%(what)s (%(number)s)", what=words, number=number) if number else str(words)

    return sentence


def _tagged(event: ScaleEvent, _names: Names) -> str:
    return _("Tag %(number)s bound.", number=event.details.get("number", ""))


def _untagged(event: ScaleEvent, _names: Names) -> str:
    return _("Tag %(number)s revoked.", number=event.details.get("number", ""))


def _plainly(words: Any) -> Callable[[ScaleEvent, Names], str]:  # noqa: ANN401 - a lazy text
    return lambda _event, _names: str(words)


KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"hold": "stopped", "stop_order": "stopped", "case_opened": "attention", "pass": "valid"}
)
SENTENCES: Final[Mapping[str, Callable[[ScaleEvent, Names], str]]] = MappingProxyType(
    {
        "register": _registered,
        "submit": _plainly(_l("Verification was asked for.")),
        "pass": _passed,
        "fail": _failed,
        "deploy": _deployed,
        "return": _returned,
        "suspend": _suspended,
        "resume": _plainly(_l("Back in use.")),
        "expire": _expired,
        "send_to_repair": _plainly(_l("Sent to repair.")),
        "complete_repair": _plainly(_l("Back from repair; verification is due.")),
        "store": _plainly(_l("Sealed up and stored.")),
        "retire": _plainly(_l("Retired for good.")),
        "evidence": _read,
        "evidence_judged": _judged,
        "seal_recorded": _sealed,
        "case_opened": _opened,
        "photo": _plainly(_l("A photo of the plate was taken.")),
        "baseline": _plainly(_l("The program and calibration were recorded as the baseline.")),
        "tag_bound": _tagged,
        "tag_revoked": _untagged,
        "hold": _by_document(_l("Held as evidence")),
        "release_hold": _by_document(_l("The hold as evidence was lifted")),
        "stop_order": _by_document(_l("An authority ordered it out of use")),
        "lift_stop_order": _by_document(_l("The order to stop was lifted")),
        "finding_resolved": _by_document(_l("The finding was concluded")),
        "lead_handed_over": _by_document(_l("The lead was handed over to the authority")),
        "lead_closed": _by_document(_l("The lead was closed")),
    }
)
