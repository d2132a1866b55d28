"""The order list: each scale to be replaced with what is needed there, and the sums."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Final

from flask_babel import gettext as _
from sqlalchemy import func
from sqlalchemy.orm import Session

from app.configure.replacement import figures
from app.configure.replacement.book import Book, Known
from app.configure.replacement.figures import Asked, Bill
from app.domain.errors import DomainError
from app.domain.replacing import Offer
from app.models import Place, Scale, Stall
from app.web import formats
from app.web.tables_out import Cell, Sheet
from app.web.words import goods

AT_ONCE: Final = 2000
# Seventy pages and some seconds of setting; more is a matter for the spreadsheet.
MOST_PRINTED: Final = 1500
# Twelve columns of so many rows are nine seconds of writing in 5 MB of memory (the workbook is
# written row by row); the plain table has no end.
MOST_IN_BOOK: Final = 100_000
FEN: Final = 100


class OrderTooLongError(DomainError):
    """More scales than a printed list or a workbook holds."""

    code = "order_too_long"


@dataclass(frozen=True, slots=True)
class Line:
    """One scale of the list; `offer` is None where nothing suitable has a price."""

    place: str
    stall: str
    sells: str
    market_no: str
    serial_no: str
    old: Known
    needed_e: int | None
    offer: Offer | None


@dataclass(slots=True)
class PlacePart:
    """The part of one place."""

    name: str
    lines: list[Line] = field(default_factory=list)

    @property
    def bill(self) -> Bill:
        """What is to be bought for it."""
        return bill(self.lines)


def lines(session: Session, book: Book, asked: Asked) -> Iterator[Line]:
    """Yield the scales to be replaced by place, stall and number."""
    sold = func.coalesce(Stall.goods_classes, "")
    rows = session.execute(
        figures.scales(book, asked)
        .with_only_columns(
            Place.name,
            func.coalesce(Stall.number, ""),
            func.coalesce(Stall.goods, ""),
            sold,
            Scale.market_no,
            Scale.serial_no,
            Scale.model_id,
            Scale.path,
        )
        .join(Place, Place.id == Scale.place_id)
        .outerjoin(Stall, Stall.id == Scale.stall_id)
        .order_by(Scale.path, Stall.number, Scale.market_key, Scale.uid)
        .execution_options(yield_per=AT_ONCE)
    )
    for place, stall, said, classes, market_no, serial_no, model_id, path in rows:
        yield Line(
            place,
            stall,
            said or goods.short(classes),
            market_no,
            serial_no,
            book.models[model_id],
            book.needed_e(model_id, classes),
            book.choice(figures.area_of(book, path), model_id, classes),
        )


def parts(session: Session, book: Book, asked: Asked) -> list[PlacePart]:
    """Return the printed list, place by place.

    Raises:
        OrderTooLongError: It has more lines than are printed.
    """
    _limit(session, book, asked, MOST_PRINTED)
    found = groupby(lines(session, book, asked), key=lambda line: line.place)
    return [PlacePart(name, list(some)) for name, some in found]


def _limit(session: Session, book: Book, asked: Asked, most: int) -> None:
    wanted = figures.scales(book, asked).with_only_columns(func.count())
    number = session.scalar(wanted) or 0
    if number > most:
        raise OrderTooLongError(f"{number} scales are more than the {most} of such a list")


def bill(some: Iterable[Line]) -> Bill:
    """Return what is to be bought for some lines."""
    found = Bill()
    for line in some:
        found.add(line.offer, 1)
    return found


def header() -> list[str]:
    """Return the names of the columns."""
    return [
        _("Place"),
        _("Stall"),
        _("Goods"),
        _("Market number"),
        _("Serial number"),
        _("Model to replace"),
        _("Network function"),
        _("Last day"),
        _("Date confirmed"),
        _("Needed e (g)"),
        _("New model"),
        _("Unit price (CNY)"),
    ]


def row(line: Line) -> list[Cell]:
    """Return a line as a table shows it."""
    return [
        line.place,
        line.stall,
        line.sells,
        line.market_no,
        line.serial_no,
        line.old.name,
        _("yes") if line.old.networked else _("no"),
        line.old.last_day,
        _("yes") if line.old.confirmed else _("no, reported only"),
        division(line.needed_e),
        new_model(line.old, line.offer),
        yuan(line.offer.price_fen) if line.offer else None,
    ]


def new_model(old: Known, offer: Offer | None) -> str:
    """Return the name of what replaces ``old``; that it weighs less is said beside it."""
    if offer is None or offer.type.max_mg >= old.type.max_mg:
        return offer.name if offer else ""
    most = formats.weight(offer.type.max_mg)
    return str(_("%(model)s (Max %(max)s, less than before)", model=offer.name, max=most))


def sheets(session: Session, book: Book, asked: Asked) -> list[Sheet]:
    """Return the workbook: the lines, and what is to be bought.

    Raises:
        OrderTooLongError: It has more lines than a workbook is made of.
    """
    _limit(session, book, asked, MOST_IN_BOOK)
    seen = Bill()

    def each() -> Iterator[list[Cell]]:
        for line in lines(session, book, asked):
            seen.add(line.offer, 1)
            yield row(line)

    return [
        Sheet(_("To replace"), header(), each()),
        Sheet(
            _("To buy"),
            [_("New model"), _("Number"), _("Unit price (CNY)"), _("Sum (CNY)")],
            _sums(seen),
        ),
    ]


def _sums(seen: Bill) -> Iterator[list[Cell]]:
    """Yield the sums; asked for when all lines were seen."""
    for offer, number in seen.sorted():
        price = yuan(offer.price_fen)
        yield [offer.name, number, price, price * number]
    if seen.without:
        yield [_("no suitable model has a price"), seen.without, None, None]
    yield [_("Together"), seen.number, None, yuan(seen.fen)]


def yuan(fen: int) -> Decimal:
    """Return an amount in CNY."""
    return Decimal(fen) / FEN


def money(fen: int) -> str:
    """Return an amount in CNY as people write it: 1,250.00."""
    whole, rest = divmod(fen, FEN)
    return f"{whole:,}.{rest:02}"


def division(e_mg: int | None) -> str:
    """Return a division as a number of grams, without its unit; empty for none."""
    return formats.weight(e_mg).removesuffix(" g") if e_mg else ""
