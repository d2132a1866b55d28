"""What a body works by and what ends soon: authorisation, standards, people, weights."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.domain.qualifications import REMIND_DAYS, EndingKind, Urgency, runs_out, urgency
from app.domain.standards import WeightState
from app.models import Body, MeasurementStandard, Qualification, StandardWeight
from app.verify.queries_standards import holds_until, own_bodies


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that ends on ``until``, its last day; weights of one set that end together.

    Attributes:
        what: Name of the standard, of the person and item, of the set or the weight.
        number: Of the certificate; for weights how many there are.
        item: The item of a verifier's certificate, as a code.
    """

    kind: EndingKind
    body: Body
    what: str
    until: date
    left: int
    number: str = ""
    item: str = ""
    count: int = 1

    @property
    def urgency(self) -> Urgency:
        """Over, within 30 days, or within 60."""
        return urgency(self.left)


def endings(session: Session, bodies: Sequence[Body], today: date) -> list[Ending]:
    """Return what of ``bodies`` is over or ends within 60 days, the first to end first.

    What was renewed ends when the newest certificate does; what was given up ends no more.
    """
    by_id = {body.id: body for body in bodies}
    found = [
        *_authorisations(bodies, today),
        *_standards(session, by_id, today),
        *_qualifications(session, by_id, today),
        *_weights(session, by_id, today),
    ]
    order = list(EndingKind)
    return sorted(found, key=lambda one: (one.until, order.index(one.kind), one.what))


def own_tally(session: Session, person_id: int, today: date) -> dict[Urgency, int]:
    """Return how much of the person's own bodies ends how soon; a set of weights counts once."""
    found = endings(session, own_bodies(session, person_id, today), today)
    numbers = {each: sum(one.urgency is each for one in found) for each in Urgency}
    return {each: number for each, number in numbers.items() if number}


def _authorisations(bodies: Sequence[Body], today: date) -> Iterator[Ending]:
    for body in bodies:
        if (left := runs_out(body.authorised_until, today)) is not None:
            assert body.authorised_until is not None  # noqa: S101 - it ends
            kind, until = EndingKind.AUTHORISATION, body.authorised_until
            yield Ending(kind, body, body.name, until, left, body.authorisation_no)


def _standards(session: Session, bodies: Mapping[int, Body], today: date) -> Iterator[Ending]:
    rows = session.scalars(
        select(MeasurementStandard)
        .where(MeasurementStandard.body_id.in_(bodies), MeasurementStandard.ended_on.is_(None))
        .order_by(MeasurementStandard.valid_until, MeasurementStandard.id)
    )
    newest = {(row.body_id, row.name): row for row in rows}
    for row in newest.values():
        if (left := runs_out(row.valid_until, today)) is not None:
            body, kind = bodies[row.body_id], EndingKind.STANDARD
            yield Ending(kind, body, row.name, row.valid_until, left, row.certificate_no)


def _qualifications(session: Session, bodies: Mapping[int, Body], today: date) -> Iterator[Ending]:
    rows = session.scalars(
        select(Qualification)
        .where(Qualification.body_id.in_(bodies), Qualification.ended_on.is_(None))
        .order_by(Qualification.until, Qualification.id)
        .options(joinedload(Qualification.person))
    )
    newest = {(row.body_id, row.person_id, row.item): row for row in rows}
    for row in newest.values():
        if (left := runs_out(row.until, today)) is not None:
            body, kind, name = bodies[row.body_id], EndingKind.QUALIFICATION, row.person.name
            yield Ending(kind, body, name, row.until, left, row.certificate_no, row.item)


def _weights(session: Session, bodies: Mapping[int, Body], today: date) -> Iterator[Ending]:
    until = holds_until()
    rows = session.execute(
        select(
            StandardWeight.body_id,
            StandardWeight.set_name,
            until.label("until"),
            func.count(),
            func.min(StandardWeight.number),
        )
        .where(
            StandardWeight.body_id.in_(bodies),
            StandardWeight.state == WeightState.IN_USE,
            until <= today + timedelta(days=REMIND_DAYS),
        )
        .group_by(StandardWeight.body_id, StandardWeight.set_name, "until")
    )
    for body_id, name, last_day, count, number in rows:
        kind, left = EndingKind.WEIGHT, (last_day - today).days
        only = number if count == 1 else ""
        yield Ending(kind, bodies[body_id], name, last_day, left, only, count=count)
