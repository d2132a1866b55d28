"""Legal status as SQL, for filters and counts over a whole fleet.

The pure function is the rule; this is its shadow in the database, and a test holds the two
together over every combination of facts.
"""

from datetime import date
from typing import Final, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.domain.legal_status import LegalCode
from app.domain.seals import VIOLATED, SealOwner, SealState
from app.domain.verification import VerificationResult
from app.models import Scale, ScaleModel, Seal, TransitionRule, Verification

Columns = TypeVarTuple("Columns")
LAST: Final = aliased(Verification, name="last_verification")


def with_last_verification(statement: Select[*Columns]) -> Select[*Columns]:
    """Return ``statement`` over scales joined with the verification that counts, if any."""
    each = aliased(Verification)
    newest = (
        select(each.id)
        .where(each.scale_id == Scale.id)
        .order_by(each.verified_on.desc(), each.id.desc())
        .limit(1)
        .correlate(Scale)
        .scalar_subquery()
    )
    return statement.join(ScaleModel, ScaleModel.id == Scale.model_id).outerjoin(
        LAST, LAST.id == newest
    )


def replaced() -> ColumnElement[bool]:
    """Return the condition that a later result of the same scale took a verification's place."""
    newer = aliased(Verification)
    return exists().where(
        newer.scale_id == Verification.scale_id,
        or_(
            newer.verified_on > Verification.verified_on,
            and_(newer.verified_on == Verification.verified_on, newer.id > Verification.id),
        ),
    )


def legal_code(today: date) -> ColumnElement[str]:
    """Return the legal status on ``today`` of scales joined by ``with_last_verification``.

    In the order of ``legal_status.PRECEDENCE``: the first that applies.
    """
    failed = LAST.result == VerificationResult.FAIL
    passed = LAST.result == VerificationResult.PASS
    opened = and_(Scale.opened_on.is_not(None), or_(failed, Scale.opened_on >= LAST.verified_on))
    violated, intact = _sealed(*VIOLATED), _sealed(SealState.INTACT)
    return case(
        (Scale.stop_order != "", LegalCode.STOP_ORDER.value),
        (failed, LegalCode.FAILED.value),
        (LAST.id.is_(None), LegalCode.UNVERIFIED.value),
        (opened, LegalCode.REPAIRED_NOT_REVERIFIED.value),
        (violated, LegalCode.SEAL_BROKEN.value),
        (and_(passed, _before(LAST.valid_until, today)), LegalCode.OVERDUE.value),
        (_before(last_day_of_type(), today), LegalCode.TYPE_PHASE_OUT.value),
        (or_(LAST.verified_on > today, ~intact), LegalCode.UNKNOWN.value),
        else_=literal(LegalCode.VALID.value),
    )


def _sealed(*states: SealState) -> ColumnElement[bool]:
    return exists().where(
        Seal.scale_id == Scale.id,
        Seal.owner == SealOwner.VERIFICATION,
        Seal.state.in_(states),
    )


def last_day_of_type() -> ColumnElement[date | None]:
    """Return until when the model of a scale may serve: its own date, else its kind's rule."""
    rule = (
        select(TransitionRule.last_day)
        .where(
            TransitionRule.generation == ScaleModel.generation,
            TransitionRule.networked == ScaleModel.networked,
        )
        .correlate(ScaleModel)
        .scalar_subquery()
    )
    return func.coalesce(ScaleModel.phase_out_on, rule)


def _before(column: SQLColumnExpression[date | None], today: date) -> ColumnElement[bool]:
    return and_(column.is_not(None), column < today)
