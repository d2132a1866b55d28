"""What a verification body has: for the access matrix, one of everything in a county."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.db.base import Base
from app.db.ids import new_uid
from app.domain.standards import MarkKind, WeightClass, WeightState
from app.models import (
    Body,
    MarkLot,
    MeasurementStandard,
    Person,
    Qualification,
    Recall,
    StandardWeight,
)
from tests.support import makers

SINCE, UNTIL = date(2026, 1, 1), date(2027, 1, 1)


def make_recall(session: Session, body: Body, by: Person) -> Recall:
    """Return the open recall of a weight of ``body``; its list is empty."""
    weight = StandardWeight(
        uid=new_uid(),
        path=body.path,
        body_id=body.id,
        number="F-2",
        weight_class=WeightClass.M1,
        nominal_mg=1_000_000,
        state=WeightState.WITHDRAWN,
        last_good_on=SINCE,
    )
    makers.recorded(session, weight)
    recall = Recall(
        uid=new_uid(),
        path=body.path,
        body_id=body.id,
        weight=weight,
        last_good_on=SINCE,
        reason="damaged",
        opened_at=makers.NOON,
        opened_by=by,
        listed=0,
    )
    makers.recorded(session, recall)
    return recall


def make_weighing(session: Session, path: str, staff: Sequence[Person]) -> dict[str, Base]:
    """Return a body with ``staff``, its standard, a weight and a lot of labels, by kind."""
    body = Body(uid=new_uid(), path=path, name=f"institute of {path}", authorisation_no="A")
    body.staff = [
        Qualification(
            uid=new_uid(),
            person=person,
            item="price_scales",
            certificate_no="J",
            since=SINCE,
            until=UNTIL,
        )
        for person in staff
    ]
    makers.recorded(session, body)
    standard = MeasurementStandard(
        uid=new_uid(),
        path=path,
        body_id=body.id,
        name="weights",
        certificate_no="S",
        valid_until=UNTIL,
        max_mg=60_000_000,
    )
    makers.recorded(session, standard)
    lot = MarkLot(
        uid=new_uid(),
        path=path,
        body_id=body.id,
        kind=MarkKind.LABEL,
        prefix="L",
        digits=4,
        first_no=1,
        last_no=99,
        received_on=SINCE,
    )
    makers.recorded(session, lot)
    weight = StandardWeight(
        uid=new_uid(),
        path=path,
        body_id=body.id,
        number="F-1",
        weight_class=WeightClass.M1,
        nominal_mg=1_000_000,
    )
    makers.recorded(session, weight)
    recall = make_recall(session, body, staff[0])
    return {
        "recall": recall,
        "body": body,
        "member": body.staff[0],
        "standard": standard,
        "lot": lot,
        "weight": weight,
    }
