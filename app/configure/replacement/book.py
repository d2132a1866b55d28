"""What is known of models and prices: read once, asked for every group of scales."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.phase_out import Kind, last_day
from app.domain.replacing import Offer, Type, choose, needed_e
from app.domain.scale_types import TypeGeneration
from app.domain.scope import EVERYWHERE, Scope
from app.domain.suitability import WeighingRange, goods_from
from app.models import ReplacementPrice, ScaleModel, TransitionRule


@dataclass(frozen=True, slots=True)
class Known:
    """A model, and until when it may serve.

    Attributes:
        own_date: The date is the model's own, not that of its kind.
        confirmed: Somebody saw the source of the date; always so for a model's own.
    """

    id: int
    uid: str
    name: str
    generation: TypeGeneration
    networked: bool
    type: Type
    last_day: date | None
    own_date: bool
    confirmed: bool


@dataclass(slots=True)
class Book:
    """Models by id, prices by the region they hold in; what is asked is reckoned once."""

    models: Mapping[int, Known]
    offers: Mapping[str, Sequence[Offer]]
    chosen: dict[tuple[str, int, str], Offer | None] = field(default_factory=dict)
    needed: dict[tuple[int, str], int | None] = field(default_factory=dict)

    @property
    def areas(self) -> list[str]:
        """The regions with prices of their own, the narrowest first."""
        return sorted(self.offers, key=len, reverse=True)

    def ending(self) -> list[Known]:
        """Return the models that may not serve for ever."""
        return [one for one in self.models.values() if one.last_day is not None]

    def choice(self, area: str, model_id: int, goods: str) -> Offer | None:
        """Return what replaces a scale of a model at ``goods``, by the prices of ``area``."""
        key = (area, model_id, goods)
        if key not in self.chosen:
            old = self.models[model_id].type
            self.chosen[key] = choose(old, goods_from(goods), self._offers(area))
        return self.chosen[key]

    def needed_e(self, model_id: int, goods: str) -> int | None:
        """Return the coarsest division that will do there."""
        key = (model_id, goods)
        if key not in self.needed:
            self.needed[key] = needed_e(self.models[model_id].type, goods_from(goods))
        return self.needed[key]

    def _offers(self, area: str) -> list[Offer]:
        """Return the offers that hold in ``area``: of each model the nearest region's price."""
        found: dict[int, Offer] = {}
        for path in sorted(self.offers, key=len):
            if area.startswith(path):
                found |= {offer.model_id: offer for offer in self.offers[path]}
        return list(found.values())


def book(session: Session, scope: Scope) -> Book:
    """Return the models, and the prices of the regions in and above ``scope``."""
    rules = {
        (rule.generation, rule.networked): rule for rule in session.scalars(select(TransitionRule))
    }
    rows = session.scalars(
        select(ScaleModel).options(joinedload(ScaleModel.maker), selectinload(ScaleModel.ranges))
    )
    models = {row.id: _known(row, rules) for row in rows}
    return Book(models, _offers_by_area(session, scope, models))


def _known(row: ScaleModel, rules: Mapping[Kind, TransitionRule]) -> Known:
    kind = (row.generation, row.networked)
    rule = rules.get(kind)
    days = {kind: rule.last_day} if rule else {}
    ranges = tuple(WeighingRange(one.max_mg, one.e_mg) for one in row.ranges)
    return Known(
        id=row.id,
        uid=row.uid,
        name=f"{row.maker.name} {row.name}",
        generation=row.generation,
        networked=row.networked,
        type=Type(row.accuracy, ranges),
        last_day=last_day(row.phase_out_on, kind, days),
        own_date=row.phase_out_on is not None,
        confirmed=row.phase_out_on is not None or bool(rule and rule.confirmed),
    )


def _offers_by_area(
    session: Session, scope: Scope, models: Mapping[int, Known]
) -> dict[str, list[Offer]]:
    found: dict[str, list[Offer]] = {}
    recalled = select(ScaleModel.id).where(ScaleModel.recalled)
    rows = session.execute(
        select(ReplacementPrice.path, ReplacementPrice.model_id, ReplacementPrice.price_fen).where(
            ReplacementPrice.model_id.not_in(recalled)
        )
    )
    for path, model_id, price_fen in rows:
        model = models[model_id]
        if model.last_day is None and _concerns(path, scope):
            offer = Offer(model_id, model.name, model.type, price_fen)
            found.setdefault(path, []).append(offer)
    return found


def _concerns(path: str, scope: Scope) -> bool:
    """Return whether a price of ``path`` may hold for something inside ``scope``."""
    return path == EVERYWHERE or any(
        path.startswith(one) or one.startswith(path) for one in scope.paths
    )
