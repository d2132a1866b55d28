"""Doing it: some scales to a transaction, each in its own act, each told what became of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.lifecycle import Action, IllegalTransitionError
from app.manage import service
from app.manage.bulk.codes import (
    PIECE,
    ROLES,
    BulkStartedError,
    Cannot,
    NoScalesError,
    RolesAt,
    told,
)
from app.manage.service import Act, BlockedError, SuspendReason
from app.manage.service.filing import Filing, NoLongerFiledError, record_filing
from app.models import BulkAct, BulkLine, BulkOutcome
from app.standing.doers import roles_of


@dataclass(frozen=True, slots=True)
class Order:
    """What the act asks for besides the scales."""

    reason: SuspendReason | None = None
    filing: Filing | None = None

    def given(self) -> dict[str, str]:
        """Return it as the bulk act keeps it."""
        kept = {"reason": self.reason.value} if self.reason else {}
        if self.filing:
            kept |= {"number": self.filing.number, "on": self.filing.on.isoformat()}
        return kept

    @classmethod
    def kept(cls, given: Mapping[str, str]) -> "Order":
        """Return what a bulk act kept."""
        reason = SuspendReason(given["reason"]) if "reason" in given else None
        filing = None
        if "number" in given:
            filing = Filing(given["number"], date.fromisoformat(given["on"]))
        return cls(reason, filing)


def start(session: Session, bulk: BulkAct, order: Order, *, at: datetime) -> None:
    """Say that it is to be done now.

    Raises:
        BulkStartedError: It was started before.
        NoScalesError: None of the scales can.
        FilingError: The filing lacks something.
    """
    session.refresh(bulk, with_for_update={"of": BulkAct})
    if bulk.started_at is not None:
        raise BulkStartedError("it was started already")
    if not outcomes(session, bulk)[BulkOutcome.WAITING]:
        raise NoScalesError("none of the scales can")
    if order.filing is not None:
        order.filing.checked(local_date(at))
    bulk.given = {**bulk.given, **order.given()}
    bulk.started_at = at


def piece(session: Session, bulk: BulkAct, *, by: str, at: datetime) -> int:
    """Do the next few scales, each in its own act; return how many, 0 when all are through.

    One that cannot any more is told so in its line, and the others go on.
    """
    lines = session.scalars(
        select(BulkLine)
        .where(BulkLine.bulk_id == bulk.id, BulkLine.outcome == BulkOutcome.WAITING)
        .order_by(BulkLine.id)
        .limit(PIECE)
    ).all()
    roles_at = roles_of(session, by, local_date(at))
    order = Order.kept(bulk.given)
    for line in lines:
        line.why = _one(session, bulk, line, order, Doer(by, roles_at, at))
        line.outcome = BulkOutcome.FAILED if line.why else BulkOutcome.DONE
        session.flush()
    return len(lines)


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does it, with the roles of today."""

    uid: str
    roles_at: RolesAt
    at: datetime


def _one(session: Session, bulk: BulkAct, line: BulkLine, order: Order, who: Doer) -> list[str]:
    """Do the act on one scale; return why not, or nothing."""
    scale = line.scale
    if ROLES[bulk.action].isdisjoint(who.roles_at(scale.path)):
        return [told(Cannot.NOT_YOURS)]
    try:
        with session.begin_nested():
            if order.filing is not None:
                record_filing(session, scale, order.filing, by=who.uid, at=who.at)
            else:
                asked = Act(action=Action(bulk.action), reason=order.reason, seen=line.seen)
                service.perform(session, scale, asked, by=who.uid, at=who.at)
    except service.ChangedMeanwhileError:
        return [told(Cannot.CHANGED)]
    except IllegalTransitionError:
        return [told(Cannot.WRONG_STATE), told(scale.state)]
    except NoLongerFiledError:
        return [told(Cannot.RETIRED)]
    except BlockedError as error:
        return [told(one) for one in error.obstacles]
    return []


def outcomes(session: Session, bulk: BulkAct) -> Counter[BulkOutcome]:
    """Return how many scales there are of each outcome."""
    rows = session.execute(
        select(BulkLine.outcome, func.count())
        .where(BulkLine.bulk_id == bulk.id)
        .group_by(BulkLine.outcome)
    )
    return Counter({outcome: number for outcome, number in rows})  # noqa: C416 - rows are no pairs to mypy


def reasons(session: Session, bulk: BulkAct) -> list[tuple[list[str], int]]:
    """Return why scales cannot or could not, the commonest first."""
    rows = session.execute(
        select(BulkLine.why, func.count())
        .where(
            BulkLine.bulk_id == bulk.id,
            BulkLine.outcome.in_((BulkOutcome.REFUSED, BulkOutcome.FAILED)),
        )
        .group_by(BulkLine.why)
        .order_by(func.count().desc(), BulkLine.why)
    )
    return [(why, number) for why, number in rows]
