"""What the one search box shows: scales as cards, stalls, traders and places with theirs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app import search
from app.db.scope import within
from app.domain.scope import Scope
from app.manage.cards import Card, cards
from app.manage.queries import WITH_ALL
from app.models import IN_ORDER, Scale, Stall, Trader
from app.search import Found, Kind

EACH: Final = 8
BESIDE: Final = 2  # cards of one stall or trader
TITLES: Final[Mapping[Kind, Any]] = MappingProxyType(
    {
        Kind.SCALE: _l("Scales"),
        Kind.CERTIFICATE: _l("Certificates and labels"),
        Kind.STALL: _l("Stalls"),
        Kind.TRADER: _l("Traders"),
        Kind.PLACE: _l("Places"),
    }
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found, with the scales it leads to.

    Attributes:
        words: What was found of it, as it is written.
        where: The place it lies in, where it is none itself.
        url: Where to read on, where it is no scale.
    """

    words: str
    where: str
    url: str | None
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind, the best first; ``more``: there is more than is shown."""

    kind: Kind
    title: str
    hits: list[Hit]
    more: bool


def groups(
    session: Session, text: str, scope: Scope, today: date
) -> tuple[str | None, list[Group]]:
    """Return the uid of the one scale meant exactly, if any, and all that was found, by kind."""
    found = search.kinds(session, text, scope, EACH + 1)
    straight = search.the_one(session, found)
    if straight is not None:
        return straight, []
    by_card = _Drawn(session, scope, today)
    known: set[str] = set()
    shown = []
    for kind in TITLES:
        new = [one for one in found[kind] if one.uid not in known]
        known.update(one.uid for one in new)
        if new:
            hits = by_card.hits(kind, new[:EACH])
            shown.append(Group(kind, str(TITLES[kind]), hits, more=len(new) > EACH))
    return None, shown


@dataclass(frozen=True, slots=True)
class _Drawn:
    session: Session
    scope: Scope
    today: date

    def hits(self, kind: Kind, found: Sequence[Found]) -> list[Hit]:
        match kind:
            case Kind.PLACE:
                return self._places(found)
            case Kind.STALL | Kind.TRADER:
                return self._with_scales(Stall if kind is Kind.STALL else Trader, found)
            case _:
                drawn = self._cards(Scale.uid.in_([one.uid for one in found]))
                return [
                    Hit(one.words, "", None, [card for _scale, card in drawn.get(one.uid, [])])
                    for one in found
                ]

    def _cards(self, condition: Any, by: str = "uid") -> dict[Any, list[tuple[Scale, Card]]]:  # noqa: ANN401 - a condition, of one column or of a list
        scales = self.session.scalars(_scales(self.scope).where(condition)).all()
        drawn: dict[Any, list[tuple[Scale, Card]]] = {}
        for scale, card in zip(scales, cards(self.session, scales, self.today, {}), strict=True):
            drawn.setdefault(getattr(scale, by), []).append((scale, card))
        return drawn

    def _with_scales(self, model: type[Stall | Trader], found: Sequence[Found]) -> list[Hit]:
        rows = _rows(self.session, model, [one.uid for one in found])
        column = Scale.stall_id if model is Stall else Scale.trader_id
        drawn = self._cards(column.in_([row.id for row in rows.values()]), column.key)
        return [
            Hit(
                one.words,
                rows[one.uid].place.name,
                None,
                [card for _scale, card in drawn.get(rows[one.uid].id, [])][:BESIDE],
            )
            for one in found
        ]

    def _places(self, found: Sequence[Found]) -> list[Hit]:
        return [
            Hit(
                one.words,
                "",
                url_for("manage.scales", place=one.uid),
                [],
            )
            for one in found
        ]


def _rows(session: Session, model: type[Stall | Trader], uids: Collection[str]) -> dict[str, Any]:
    wanted: Select[Any] = select(model).where(model.uid.in_(uids))
    return {row.uid: row for row in session.scalars(wanted.options(joinedload(model.place)))}


def _scales(scope: Scope) -> Select[Scale]:
    return (
        select(Scale)
        .where(within(Scale.path, scope))
        .options(*WITH_ALL)
        .order_by(*IN_ORDER)
        .limit(EACH * 4)
    )
