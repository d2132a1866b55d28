"""How many scales end when and what replacing them costs: sums that the database makes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select
from sqlalchemy.orm import Session

from app.configure.replacement.book import Book, Known
from app.db.scope import within
from app.domain.lifecycle import State
from app.domain.replacing import Offer
from app.domain.scale_types import TypeGeneration
from app.domain.scope import Scope
from app.models import Place, Scale, Stall


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which scales: of the caller's regions, or one region or place of them, and which types."""

    scope: Scope
    place: Place | None = None
    model: str = ""
    networked: bool | None = None
    last_day: date | None = None

    def fits(self, one: Known) -> bool:
        """Return whether scales of model ``one`` are asked for."""
        return (
            one.last_day is not None
            and self.model in {"", one.uid}
            and self.networked in {None, one.networked}
            and self.last_day in {None, one.last_day}
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """How many scales of one model stand at stalls with the same goods, in one price area."""

    area: str
    model_id: int
    goods: str
    number: int


@dataclass(slots=True)
class End:
    """What ends after one day."""

    last_day: date
    confirmed: bool = True
    plain: int = 0
    networked: int = 0

    @property
    def number(self) -> int:
        """All of them."""
        return self.plain + self.networked


@dataclass(slots=True)
class Bill:
    """What is to be bought: offers with their numbers; ``without`` have no suitable offer."""

    lines: dict[Offer, int] = field(default_factory=dict)
    without: int = 0

    @property
    def number(self) -> int:
        """How many scales are replaced."""
        return sum(self.lines.values()) + self.without

    @property
    def fen(self) -> int:
        """What the priced ones cost together."""
        return sum(offer.price_fen * number for offer, number in self.lines.items())

    def add(self, offer: Offer | None, number: int) -> None:
        """Take in ``number`` scales."""
        if offer is None:
            self.without += number
        else:
            self.lines[offer] = self.lines.get(offer, 0) + number

    def sorted(self) -> list[tuple[Offer, int]]:
        """Return the lines, the most first."""
        return sorted(self.lines.items(), key=lambda line: (-line[1], line[0].name))


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole at a glance.

    Attributes:
        gone: Scales of ending types that were retired: replaced already, or given up.
        staying: Scales in the register whose type has no end.
        undated: Those among them of an old generation, for which no date is recorded.
    """

    ends: list[End]
    models: list[tuple[Known, int]]
    bill: Bill
    gone: int
    staying: int
    undated: int

    @property
    def number(self) -> int:
        """How many are still to be replaced."""
        return self.bill.number


def overview(session: Session, book: Book, asked: Asked) -> Overview:
    """Return how many scales end when, what they are, and what replacing them costs."""
    cells = list(_cells(session, book, asked, _ids(book, asked)))
    ends: dict[date, End] = {}
    numbers: dict[int, int] = {}
    for cell in cells:
        one = book.models[cell.model_id]
        assert one.last_day is not None  # noqa: S101 - only ending models were asked for
        end = ends.setdefault(one.last_day, End(one.last_day))
        end.confirmed &= one.confirmed
        end.networked += cell.number if one.networked else 0
        end.plain += 0 if one.networked else cell.number
        numbers[one.id] = numbers.get(one.id, 0) + cell.number
    ending = {one.id for one in book.ending()}
    counted = _counted(session, asked)
    staying = {one: number for one, retired, number in counted if not retired and one not in ending}
    return Overview(
        ends=sorted(ends.values(), key=lambda end: end.last_day),
        models=sorted(
            ((book.models[one], number) for one, number in numbers.items()),
            key=lambda line: (line[0].last_day or date.max, -line[1]),
        ),
        bill=_bill(book, cells),
        gone=sum(number for one, retired, number in counted if retired and one in ending),
        staying=sum(staying.values()),
        undated=sum(
            number
            for one, number in staying.items()
            if book.models[one].generation is TypeGeneration.OLD
        ),
    )


def places(book: Book, asked: Asked) -> Select[Any]:
    """Return the places with scales that end, to be listed by path."""
    ids = _ids(book, asked)
    here = exists().where(Scale.place_id == Place.id, *_ending(ids))
    return select(Place).where(within(Place.path, asked.scope), here)


def bills(session: Session, book: Book, asked: Asked, of: Sequence[Place]) -> dict[int, Bill]:
    """Return what is to be bought for each of some places, by its ``id``."""
    ids, area = _ids(book, asked), _area(book)
    goods = func.coalesce(Stall.goods_classes, "").label("sold")
    rows = session.execute(
        select(Scale.place_id, area, Scale.model_id, goods, func.count())
        .outerjoin(Stall, Stall.id == Scale.stall_id)
        .where(Scale.place_id.in_([place.id for place in of]), *_ending(ids))
        .group_by(Scale.place_id, "area", Scale.model_id, "sold")
    )
    found = {place.id: Bill() for place in of}
    for place_id, where, model_id, sold, number in rows:
        _take(book, found[place_id], Cell(where, model_id, sold, number))
    return found


def scales(book: Book, asked: Asked) -> Select[Any]:
    """Return the scales that end, to be listed by (path, uid)."""
    return select(Scale).where(*_where(asked), *_ending(_ids(book, asked)))


def area_of(book: Book, path: str) -> str:
    """Return the narrowest region with prices of its own that holds ``path``."""
    return next((area for area in book.areas if path.startswith(area)), "")


def _ids(book: Book, asked: Asked) -> list[int]:
    return [one.id for one in book.models.values() if asked.fits(one)]


def _ending(ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    return Scale.model_id.in_(ids), Scale.state != State.RETIRED


def _where(asked: Asked) -> list[ColumnElement[bool]]:
    found = [within(Scale.path, asked.scope)]
    if asked.place is not None:
        found.append(Scale.place_id == asked.place.id)
    return found


def _cells(session: Session, book: Book, asked: Asked, ids: Sequence[int]) -> Iterable[Cell]:
    area = _area(book)
    goods = func.coalesce(Stall.goods_classes, "").label("sold")
    rows = session.execute(
        select(area, Scale.model_id, goods, func.count())
        .outerjoin(Stall, Stall.id == Scale.stall_id)
        .where(*_where(asked), *_ending(ids))
        .group_by("area", Scale.model_id, "sold")
    )
    return (Cell(*row) for row in rows)


def _counted(session: Session, asked: Asked) -> Sequence[tuple[int, bool, int]]:
    """Return how many scales there are of each model, in the register and retired."""
    retired = case((Scale.state == State.RETIRED, 1), else_=0).label("retired")
    rows = session.execute(
        select(Scale.model_id, retired, func.count())
        .where(*_where(asked))
        .group_by(Scale.model_id, "retired")
    )
    return [(model_id, bool(out), number) for model_id, out, number in rows]


def _area(book: Book) -> ColumnElement[str]:
    """Return the price area of a scale; to be grouped by its name.

    Written twice with its parameters, it would be two expressions to PostgreSQL.
    """
    ways = [
        (and_(Scale.path >= literal(area), Scale.path <= literal(area[:-1] + "0")), literal(area))
        for area in book.areas
        if area != "/"
    ]
    rest = literal("/" if "/" in book.offers else "")
    return case(*ways, else_=rest).label("area") if ways else rest.label("area")


def _bill(book: Book, cells: Iterable[Cell]) -> Bill:
    bill = Bill()
    for cell in cells:
        _take(book, bill, cell)
    return bill


def _take(book: Book, bill: Bill, cell: Cell) -> None:
    bill.add(book.choice(cell.area, cell.model_id, cell.goods), cell.number)
