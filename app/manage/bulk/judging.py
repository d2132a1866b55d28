"""Asking each scale whether an act is open: what is shown before anything is done."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.lifecycle import Action, IllegalTransitionError, State, next_state
from app.domain.permissions import ACTION_ROLES
from app.manage import queries
from app.manage.bulk.codes import (
    AT_ONCE,
    EXPORT,
    FIELD,
    KEPT,
    LABELS,
    MOST,
    ROLES,
    Cannot,
    NoScalesError,
    RolesAt,
    TooManyScalesError,
    told,
)
from app.manage.service.filing import FILED
from app.models import BulkAct, BulkLine, BulkOutcome, Code, CodeKind, Scale, ScaleEvent
from app.standing import Standing, ecqs, standings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants done, and with which scales.

    Attributes:
        query: The filter they come from, to go back to.
        given: What the sheet of e-CQS is told, where it is wanted.
    """

    action: str
    ids: Sequence[int]
    query: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


def prepare(
    session: Session, wanted: Wanted, roles_at: RolesAt, *, by: int, at: datetime
) -> BulkAct:
    """Keep what would be done, with the answer of each scale; nothing is done yet.

    Raises:
        NoScalesError: No scale is among them.
        TooManyScalesError: They are more than `MOST`.
    """
    if not wanted.ids:
        raise NoScalesError("no scale was chosen")
    if len(wanted.ids) > MOST:
        raise TooManyScalesError(f"at most {MOST} scales at once")
    _forget(session, by, at)
    bulk = BulkAct(
        uid=new_uid(),
        path="/",
        action=wanted.action,
        given=dict(wanted.given),
        query=wanted.query,
        created_at=at,
        created_by_id=by,
    )
    session.add(bulk)
    session.flush()
    judge = Judge(session, wanted.action, roles_at, local_date(at))
    paths: set[str] = set()
    for start in range(0, len(wanted.ids), AT_ONCE):
        scales = queries.by_ids(session, wanted.ids[start : start + AT_ONCE])
        paths.update(scale.path for scale in scales)
        session.add_all(judge.lines(bulk, scales))
        session.flush()
    bulk.path = common(paths)
    return bulk


@dataclass(frozen=True, slots=True)
class Judge:
    """Says of each scale whether the act is open to the caller now, and why not."""

    session: Session
    action: str
    roles_at: RolesAt
    today: date

    def lines(self, bulk: BulkAct, scales: Sequence[Scale]) -> list[BulkLine]:
        """Return the line of each of ``scales``."""
        seen = _last_steps(self.session, [scale.id for scale in scales])
        found: list[BulkLine] = []
        for scale, why in zip(scales, self.why_not(scales, bulk.given), strict=True):
            outcome = BulkOutcome.REFUSED if why else BulkOutcome.WAITING
            found.append(
                BulkLine(
                    bulk_id=bulk.id,
                    scale_id=scale.id,
                    seen=seen.get(scale.id, 0),
                    outcome=outcome,
                    why=why,
                )
            )
        return found

    def why_not(self, scales: Sequence[Scale], given: Mapping[str, str]) -> list[list[str]]:
        """Return for each scale why it cannot; nothing where it can."""
        if self.action == EXPORT:
            return [[] for _scale in scales]
        if self.action == LABELS:
            tagged = _tagged(self.session, [scale.id for scale in scales])
            return [[] if one.id in tagged else [told(Cannot.UNTAGGED)] for one in scales]
        if self.action == FILED:
            beside = ecqs.around(self.session, given)
            return [self._not_filed(scale, beside) for scale in scales]
        found = standings(self.session, scales, self.today)
        return [self._not_done(scale, found[scale.id]) for scale in scales]

    def _not_filed(self, scale: Scale, beside: ecqs.Around) -> list[str]:
        if ROLES[FILED].isdisjoint(self.roles_at(scale.path)):
            return [told(Cannot.NOT_YOURS)]
        if scale.state is State.RETIRED:
            return [told(Cannot.RETIRED)]
        return [f"{FIELD}:{name}" for name in ecqs.missing(scale, beside)]

    def _not_done(self, scale: Scale, standing: Standing) -> list[str]:
        action = Action(self.action)
        if ACTION_ROLES[action].isdisjoint(self.roles_at(scale.path)):
            return [told(Cannot.NOT_YOURS)]
        try:
            next_state(scale.state, action, scale.left_state)
        except IllegalTransitionError:
            return [told(Cannot.WRONG_STATE), told(scale.state)]
        return [told(one) for one in standing.obstacles(action)]


def common(paths: Collection[str]) -> str:
    """Return the smallest region that holds all of ``paths``."""
    first, last = min(paths), max(paths)
    shared = next((at for at, sign in enumerate(first) if sign != last[at : at + 1]), len(first))
    return first[: first.rfind("/", 0, shared) + 1] or "/"


def _last_steps(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(ScaleEvent.scale_id, func.max(ScaleEvent.ledger_seq))
        .where(ScaleEvent.scale_id.in_(ids))
        .group_by(ScaleEvent.scale_id)
    )
    return {scale_id: step for scale_id, step in rows}  # noqa: C416 - rows are no pairs to mypy


def _tagged(session: Session, ids: Sequence[int]) -> set[int | None]:
    """Return which scales carry a tag of ours that stands."""
    found = select(Code.scale_id).where(
        Code.scale_id.in_(ids), Code.kind == CodeKind.TAG, Code.revoked_at.is_(None)
    )
    return set(session.scalars(found))


def _forget(session: Session, by: int, at: datetime) -> None:
    """Remove what this person was shown and never did."""
    old = session.scalars(
        select(BulkAct).where(
            BulkAct.created_by_id == by,
            BulkAct.started_at.is_(None),
            BulkAct.created_at < at - KEPT,
        )
    )
    for one in old:
        session.delete(one)
