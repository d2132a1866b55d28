"""The API of the labels and lead seals in a verifier's hands: void, give back, count."""

from datetime import date
from typing import Annotated, Final

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.mark_stock import VoidReason
from app.domain.permissions import BODY_STAFF
from app.domain.standards import MarkKind
from app.models import Person
from app.verify import staff
from app.verify.api_fields import told_at_fields
from app.verify.api_labels import MarkOut, Number, mark_out
from app.verify.api_weights import Uid
from app.verify.service import stock, stock_lots
from app.verify.service.stock import (
    DayClosedError,
    ForeignMarkError,
    UnknownMarkError,
    UsedMarkError,
    VoidedMarkError,
)
from app.web import api
from app.web.access import ForbiddenError, access, caller

bp = Blueprint("marks", __name__)

MARK_ERRORS: Final = (UnknownMarkError, ForeignMarkError, UsedMarkError, VoidedMarkError)


class VoidIn(api.Body):
    """A number that the caller holds, and why it is void."""

    kind: MarkKind
    number: Number
    because: VoidReason


class ReturnIn(api.Body):
    """Numbers that the caller holds and gives back unused."""

    kind: MarkKind
    first: Number
    last: Number


class CountIn(api.Body):
    """What the caller counted at the day's end."""

    body: Uid
    label: Annotated[int, Field(ge=0, le=999_999)]
    lead_seal: Annotated[int, Field(ge=0, le=999_999)]


class CountedOut(api.Model):
    """What was counted, beside the books since the count before, by kind."""

    id: str
    day: date
    agrees: bool
    counts: dict[str, dict[str, int]]


@bp.post("/labels/voids")
@api.write("Void a label or lead seal", body=VoidIn, returns={201: MarkOut}, problems=MARK_ERRORS)
@access(*BODY_STAFF)
def void(session: Session, body: VoidIn) -> api.Answer:
    """A number in the caller's hands that was not used."""
    mark = stock.void(
        session,
        verifier=_me(session),
        kind=body.kind,
        number=body.number,
        because=body.because,
        by=caller().uid,
        at=utcnow(),
    )
    return api.Answer(mark_out(mark.issue.lot, mark))


@bp.post("/labels/returns")
@api.write(
    "Give labels or lead seals back",
    body=ReturnIn,
    returns={201: api.Listed[MarkOut]},
    problems=MARK_ERRORS,
)
@access(*BODY_STAFF)
def give_back(session: Session, body: ReturnIn) -> api.Answer:
    """All of them or none; somebody may take them again."""
    with told_at_fields():
        numbers = stock_lots.between(body.first, body.last)
    rows = stock.give_back(
        session,
        verifier=_me(session),
        kind=body.kind,
        numbers=numbers,
        by=caller().uid,
        at=utcnow(),
    )
    items = [mark_out(row.issue.lot, row) for row in rows]
    return api.Answer(api.Listed[MarkOut](items=items, next=None))


@bp.post("/labels/counts")
@api.write(
    "Close the day with a count of labels and lead seals",
    body=CountIn,
    returns={201: CountedOut},
    problems=(ForbiddenError, DayClosedError),
)
@access(*BODY_STAFF)
def close_day(session: Session, body: CountIn) -> api.Answer:
    """The caller's own; a difference to the books is kept, and corrects nothing by itself."""
    owner = staff.body(session, body.body)
    staff.require(session, owner, *BODY_STAFF)
    row = stock.close_day(
        session,
        body=owner,
        verifier=_me(session),
        day=local_date(utcnow()),
        counted={MarkKind.LABEL: body.label, MarkKind.LEAD_SEAL: body.lead_seal},
        by=caller().uid,
        at=utcnow(),
    )
    shown = {
        kind: {name: number for name, number in line.items() if name != "total"}
        for kind, line in row.counts.items()
    }
    return api.Answer(CountedOut(id=row.uid, day=row.day, agrees=row.agrees, counts=shown))


def _me(session: Session) -> Person:
    return session.get_one(Person, caller().id)
