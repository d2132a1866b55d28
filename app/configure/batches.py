"""Batches as pages and the API read them: lists, one of them, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.db.scope import within
from app.domain.lifecycle import State
from app.domain.scope import Scope
from app.domain.verification import VerificationResult
from app.models import Place, Procurement, ProcurementItem, Region, Scale, ScaleModel, Verification

MOST_CHOICES: Final = 200


@dataclass(frozen=True, slots=True)
class Line:
    """How far the order of one model is, in scales.

    Attributes:
        came: Registered with this batch.
        verified: Of those, past their first verification.
        serving: In service today.
    """

    model: ScaleModel
    ordered: int
    unit_price_fen: int
    came: int
    verified: int
    serving: int

    @property
    def cost_fen(self) -> int:
        """What all that was ordered costs."""
        return self.ordered * self.unit_price_fen


def batches(scope: Scope) -> Select[Procurement]:
    """Return the batches bought for places inside ``scope``."""
    return (
        select(Procurement)
        .where(within(Procurement.path, scope))
        .options(
            selectinload(Procurement.items)
            .joinedload(ProcurementItem.model)
            .joinedload(ScaleModel.maker)
        )
    )


def named(session: Session, scope: Scope, uid: str) -> Procurement | None:
    """Return the batch ``uid`` that a place inside ``scope`` may take scales from, or None.

    A batch that a county bought serves its markets too.
    """
    found = select(Procurement).where(Procurement.uid == uid, reaching(scope))
    return session.scalar(found) if uid else None


def newest(session: Session, scope: Scope) -> Sequence[Procurement]:
    """Return the newest batches that places inside ``scope`` may take scales from."""
    order = (Procurement.bought_on.desc(), Procurement.uid.desc())
    rows = select(Procurement).where(reaching(scope)).order_by(*order).limit(MOST_CHOICES)
    return session.scalars(rows).all()


def reaching(scope: Scope) -> ColumnElement[bool]:
    """Whether a batch was bought for places inside ``scope``, or for a region above them."""
    above = {path[: at + 1] for path in scope.paths for at, sign in enumerate(path) if sign == "/"}
    return or_(within(Procurement.path, scope), Procurement.path.in_(above))


def batch_in(session: Session, scope: Scope, uid: str) -> Procurement:
    """Return the batch ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(batches(scope).where(Procurement.uid == uid)).one()


def lines(session: Session, batch: Procurement) -> list[Line]:
    """Return how far the order of each model is."""
    counted = _counted(session, [batch.id])
    return [
        Line(
            item.model,
            item.quantity,
            item.unit_price_fen,
            *counted.get((batch.id, item.model_id), (0, 0, 0)),
        )
        for item in batch.items
    ]


def came(session: Session, found: Sequence[Procurement]) -> dict[int, int]:
    """Return how many scales are registered with each batch, by its id."""
    sums: dict[int, int] = {}
    for (batch, _model), (number, _verified, _serving) in _counted(
        session, [one.id for one in found]
    ).items():
        sums[batch] = sums.get(batch, 0) + number
    return sums


def _counted(
    session: Session, ids: Sequence[int]
) -> Mapping[tuple[int, int], tuple[int, int, int]]:
    """Return (registered, verified, in service) by batch and model."""
    rows = select(Scale.procurement_id, Scale.model_id, func.count()).where(
        Scale.procurement_id.in_(ids)
    )
    passed = exists().where(
        Verification.scale_id == Scale.id, Verification.result == VerificationResult.PASS
    )
    questions = (rows, rows.where(passed), rows.where(Scale.state == State.IN_SERVICE))
    found: dict[tuple[int, int], list[int]] = {}
    for at, question in enumerate(questions):
        grouped = question.group_by(Scale.procurement_id, Scale.model_id)
        for batch, model, number in session.execute(grouped):
            if batch is not None:
                found.setdefault((batch, model), [0, 0, 0])[at] = number
    return {key: (came, verified, serving) for key, (came, verified, serving) in found.items()}


def names(session: Session, paths: Sequence[str]) -> dict[str, str]:
    """Return what the regions or places at ``paths`` are called."""
    found: dict[str, str] = {}
    for kind in (Region, Place):
        rows = session.execute(select(kind.path, kind.name).where(kind.path.in_(paths)))
        found |= {path: name for path, name in rows}  # noqa: C416 - rows are no pairs to mypy
    return found


def of_batch(batch: Procurement, scope: Scope) -> Select[Scale]:
    """Return its scales inside ``scope``."""
    return (
        select(Scale)
        .where(Scale.procurement_id == batch.id, within(Scale.path, scope))
        .options(joinedload(Scale.place), joinedload(Scale.model).joinedload(ScaleModel.maker))
    )


def without_batch(batch: Procurement, scope: Scope) -> Select[Scale]:
    """Return the scales inside ``scope`` that can have come with ``batch``, but have none."""
    models = [item.model_id for item in batch.items]
    inside = within(Scale.path, Scope((batch.path,)))
    return (
        select(Scale)
        .where(Scale.procurement_id.is_(None), Scale.model_id.in_(models), inside)
        .where(within(Scale.path, scope))
        .options(joinedload(Scale.place), joinedload(Scale.model).joinedload(ScaleModel.maker))
    )
