"""The API of recalls: open one, read its list, end it. Decisions have effect in law: in person."""

from datetime import date, datetime
from typing import Annotated

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.permissions import BODY_KEEPERS, STANDARD_READERS
from app.domain.recall_risk import RiskReason
from app.domain.recalls import RecallDecision, RecallState
from app.models import Recall, RecallScale
from app.verify import queries_recalls as queries
from app.verify import staff
from app.verify.service import recalls as service
from app.verify.service.recalls import RecallPendingError, RecallStateError
from app.verify.service.weight_records import WeightStateError
from app.verify.views_recalls import BY_RISK, DECIDER, MOST_AT_ONCE
from app.web import api
from app.web.access import ForbiddenError, StepUpError, access, caller

bp = Blueprint("recalls", __name__)

Uid = Annotated[str, Field(min_length=1, max_length=36)]


class RecallOut(api.Model):
    """A weight in doubt; `listed` is null until the list is made."""

    id: str
    weight: str
    state: RecallState
    last_good_on: date
    document_no: str
    opened_at: datetime
    ended_at: datetime | None
    listed: int | None


class RecallScaleOut(api.Model):
    """A scale on the list; `links` counts the calibrations between it and the weight in doubt."""

    scale: str
    verification: str
    links: int
    risk: int
    reasons: list[RiskReason]
    decision: RecallDecision


class RecallIn(api.Body):
    """Which weight; it was withdrawn before."""

    weight: Uid
    document_no: str = Field(default="", max_length=80)


class DecisionIn(api.Body):
    """For which scales what is decided."""

    scales: Annotated[list[Uid], Field(min_length=1, max_length=MOST_AT_ONCE)]
    decision: RecallDecision


class ScalesQuery(api.ListQuery):
    """Which scales."""

    decision: RecallDecision | None = None


@bp.get("/recalls")
@api.lists("List recalls of weights", RecallOut)
@access(*STANDARD_READERS)
def recalls(session: Session, query: api.ListQuery) -> api.Listed[RecallOut]:
    """Those of the bodies one sees."""
    order = (Recall.path, Recall.uid)
    return api.listed(session, query, queries.recalls(staff.eyes()), order, _out)


@bp.get("/recalls/<uid:recall>")
@api.read("Read a recall", returns=RecallOut)
@access(*STANDARD_READERS)
def recall(session: Session, recall: str) -> api.Answer:
    """With the length of its list."""
    row = queries.recall_in(session, staff.eyes(), recall)
    return api.Answer(_out(row), version=row.version)


@bp.get("/recalls/<uid:recall>/scales")
@api.lists("List the scales of a recall", RecallScaleOut, query=ScalesQuery)
@access(*STANDARD_READERS)
def scales(session: Session, recall: str, query: ScalesQuery) -> api.Listed[RecallScaleOut]:
    """The most urgent first."""
    row = queries.recall_in(session, staff.eyes(), recall)
    return api.listed(session, query, queries.lines(row, query.decision), BY_RISK, _line)


@bp.post("/recalls")
@api.write(
    "Open the recall of a weight",
    body=RecallIn,
    returns={201: RecallOut},
    problems=(ForbiddenError, RecallStateError, WeightStateError),
)
@access(*BODY_KEEPERS)
def begin(session: Session, body: RecallIn) -> api.Answer:
    """The list of what was verified with it is made in the background."""
    weight = staff.weight(session, body.weight)
    staff.require(session, weight.body, *BODY_KEEPERS)
    row = service.open_recall(session, weight, body.document_no, by=caller().uid, at=utcnow())
    session.flush()
    where = url_for("verify_api.recalls.recall", recall=row.uid)
    return api.Answer(_out(row), 201, version=row.version, headers={"Location": where})


@bp.post("/recalls/<uid:recall>/decisions")
@api.write(
    "Decide for scales of a recall",
    body=DecisionIn,
    returns=RecallOut,
    problems=(ForbiddenError, StepUpError),
)
@access(DECIDER)
def decide(session: Session, recall: str, body: DecisionIn) -> api.Answer:
    """Refused to a program: the decision has effect in law and is made in person."""
    row = _own(session, recall)
    if not queries.are_listed(session, row, body.scales):
        raise api.invalid(("scales", "not all of them are on the list"))
    raise StepUpError("what becomes of the scales is decided in person")


@bp.post("/recalls/<uid:recall>/end")
@api.write(
    "End a recall whose scales are decided",
    returns=RecallOut,
    problems=(ForbiddenError, RecallStateError, RecallPendingError),
    conditional=True,
)
@access(DECIDER)
def end(session: Session, recall: str) -> api.Answer:
    """Nothing more is decided after it."""
    row = _own(session, recall)
    api.match(row.version)
    service.close(session, row, by=caller().uid, at=utcnow())
    session.flush()
    return api.Answer(_out(row), version=row.version)


def _own(session: Session, uid: str) -> Recall:
    row = queries.recall_in(session, staff.eyes(), uid)
    staff.require(session, row.body, DECIDER)
    return row


def _out(row: Recall) -> RecallOut:
    return RecallOut(
        id=row.uid,
        weight=row.weight.uid,
        state=row.state,
        last_good_on=row.last_good_on,
        document_no=row.document_no,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        listed=row.listed,
    )


def _line(row: RecallScale) -> RecallScaleOut:
    return RecallScaleOut(
        scale=row.scale.uid,
        verification=row.verification.uid,
        links=row.links,
        risk=row.risk,
        reasons=[RiskReason(one) for one in row.reasons],
        decision=row.decision,
    )
