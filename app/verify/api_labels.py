"""The API of labels and lead seals: lots, taking from them, voiding, giving back, counting."""

from datetime import date, datetime
from typing import Annotated

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.db.session import utcnow
from app.domain.permissions import BODY_KEEPERS, STANDARD_READERS
from app.domain.standards import MarkKind, MarkState
from app.models import Mark, MarkIssue, MarkLot
from app.verify import queries_standards as queries
from app.verify import staff
from app.verify.api_fields import told_at_fields
from app.verify.api_weights import Uid
from app.verify.service import stock_books, stock_lots
from app.web import api
from app.web.access import ForbiddenError, access, caller

bp = Blueprint("labels", __name__)

Number = Annotated[str, Field(min_length=1, max_length=40, examples=["苏F2026-00001"])]


class RunOut(api.Model):
    """Numbers from the first to the last, as they are printed."""

    first: str
    last: str
    count: int


class LotOut(api.Model):
    """A lot of labels or lead seals; `shelf`: what nobody holds."""

    id: str
    body: str
    kind: MarkKind
    first: str
    last: str
    received_on: date
    document_no: str
    shelf: list[RunOut]


class LotIn(api.Body):
    """A lot as it came in; its numbers are in no other lot of the body."""

    body: Uid
    kind: MarkKind
    first: Number
    last: Number
    received_on: date
    document_no: Annotated[str, Field(max_length=80)] = ""


class IssueIn(api.Body):
    """Whom numbers of the lot are handed to."""

    person: Uid
    first: Number
    last: Number


class MarkOut(api.Model):
    """What became of one number."""

    id: str
    number: str
    state: MarkState
    because: str
    scale: str | None
    at: datetime


@bp.get("/labels")
@api.lists("List lots of labels and lead seals", LotOut)
@access(*STANDARD_READERS)
def lots(session: Session, query: api.ListQuery) -> api.Listed[LotOut]:
    """Those of the bodies that the caller sees, by region."""
    return api.listed(
        session,
        query,
        queries.lots(*staff.eyes()),
        (MarkLot.path, MarkLot.uid),
        lambda row: _out(session, row),
    )


@bp.get("/labels/<uid:lot>")
@api.read("Read a lot of labels or lead seals", returns=LotOut)
@access(*STANDARD_READERS)
def lot(session: Session, lot: str) -> api.Answer:
    """One lot, with the numbers that are still on the shelf."""
    body = _out(session, staff.lot(session, lot))
    return api.Answer(body, version=api.version_of(body))


@bp.get("/labels/<uid:lot>/marks")
@api.lists("List what became of the numbers of a lot", MarkOut)
@access(*STANDARD_READERS)
def marks(session: Session, lot: str, query: api.ListQuery) -> api.Listed[MarkOut]:
    """Used, voided and given back, by number; what is not listed is in hand or on the shelf."""
    row = staff.lot(session, lot)
    return api.listed(
        session,
        query,
        select(Mark)
        .join(Mark.issue)
        .where(MarkIssue.lot_id == row.id)
        .options(joinedload(Mark.scale)),
        (Mark.number, Mark.uid),
        lambda one: mark_out(row, one),
    )


@bp.post("/labels")
@api.write(
    "Receive a lot of labels or lead seals",
    body=LotIn,
    returns={201: LotOut},
    problems=(ForbiddenError,),
)
@access(*BODY_KEEPERS)
def receive(session: Session, body: LotIn) -> api.Answer:
    """A lot of a body to whose staff the caller belongs."""
    owner = staff.body(session, body.body)
    staff.require(session, owner, *BODY_KEEPERS)
    command = stock_lots.NewLot(body=owner, **body.model_dump(exclude={"body"}))
    with told_at_fields():
        row = stock_lots.receive(session, command, by=caller().uid, at=utcnow())
    return api.Answer(_out(session, row), headers={"Location": url_for(".lot", lot=row.uid)})


@bp.post("/labels/<uid:lot>/issues")
@api.write(
    "Hand numbers of a lot to a verifier",
    body=IssueIn,
    returns={201: LotOut},
    problems=(ForbiddenError,),
    conditional=True,
)
@access(*BODY_KEEPERS)
def issue(session: Session, lot: str, body: IssueIn) -> api.Answer:
    """At most a thousand at once, all of them on the shelf, to somebody of the body's staff."""
    row = staff.lot(session, lot)
    staff.require(session, row.body, *BODY_KEEPERS)
    api.match(api.version_of(_out(session, row)))
    taker = next((one.person for one in row.body.staff if one.person.uid == body.person), None)
    if taker is None:
        raise api.invalid(("person", f"{body.person}: 404"))
    with told_at_fields():
        run = (body.first, body.last)
        stock_lots.issue(session, row, taker, run, by=caller().uid, at=utcnow())
    return api.Answer(_out(session, row))


def _out(session: Session, row: MarkLot) -> LotOut:
    return LotOut(
        id=row.uid,
        body=row.body.uid,
        kind=row.kind,
        first=stock_books.printed(row, row.first_no),
        last=stock_books.printed(row, row.last_no),
        received_on=row.received_on,
        document_no=row.document_no,
        shelf=[
            RunOut(
                first=stock_books.printed(row, run.first),
                last=stock_books.printed(row, run.last),
                count=len(run),
            )
            for run in stock_lots.shelf(session, row)
        ],
    )


def mark_out(lot: MarkLot, row: Mark) -> MarkOut:
    """Return what became of a number as the API says it."""
    return MarkOut(
        id=row.uid,
        number=stock_books.printed(lot, row.number),
        state=row.state,
        because=row.because,
        scale=row.scale.uid if row.scale else None,
        at=row.at,
    )
