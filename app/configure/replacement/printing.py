"""The order list on paper: sums first, room for signatures, then place by place."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from flask_babel import get_locale
from flask_babel import gettext as _

from app.configure.replacement import order
from app.configure.replacement.order import Line, PlacePart
from app.domain.replacing import Offer
from app.web import formats, typeset

SOURCE: Final = Path(__file__).parent / "typst/order.typ"


def pdf(parts: Sequence[PlacePart], where: str, on: date) -> bytes:
    """Return the list as A4 pages."""
    whole = order.bill(line for part in parts for line in part.lines)
    chinese = str(get_locale()) != "en"
    return typeset.pdf(
        SOURCE,
        {
            "lang": "zh" if chinese else "en",
            "region": "cn" if chinese else "gb",
            "on": [on.year, on.month, on.day],
            "day": formats.day(on),
            "where": where,
            "words": _words(),
            "said": _said(parts, whole.number),
            "bill": [_sum(offer, number) for offer, number in whole.sorted()]
            + [[_("Together"), "", str(whole.number - whole.without), "", order.money(whole.fen)]],
            "without": _without(whole.without),
            "parts": [
                {
                    "name": part.name,
                    "sum": _part_sum(part),
                    "lines": [_line(line) for line in part.lines],
                }
                for part in parts
            ],
        },
    )


def _words() -> dict[str, Any]:
    return {
        "title": _("Order list for the replacement of price scales"),
        "made": _("as of"),
        "page": _("page {n} of {all}"),
        "to_buy": _("To buy"),
        "model": _("Model"),
        "range": _("Max, e"),
        "number": _("Number"),
        "price": _("Unit price (CNY)"),
        "sum": _("Sum (CNY)"),
        "signed": [_("Drawn up by"), _("Checked by"), _("Approved by"), _("Date")],
        "columns": [
            _("Stall"),
            _("Goods"),
            _("Scale"),
            _("Model to replace"),
            _("Last day"),
            _("Needed e"),
            _("New model"),
            _("CNY"),
        ],
    }


def _said(parts: Sequence[PlacePart], number: int) -> list[str]:
    said = [
        _(
            "%(number)d scales of %(places)d places may serve until the day beside them only.",
            number=number,
            places=len(parts),
        )
    ]
    if any(not line.old.confirmed for part in parts for line in part.lines):
        said.append(_("A day with * is reported and not confirmed."))
    said.append(
        _("Needed e: what suits the goods of the stall, else the division of the old scale.")
    )
    return said


def _sum(offer: Offer, number: int) -> list[str]:
    return [
        offer.name,
        _ranges(offer),
        str(number),
        order.money(offer.price_fen),
        order.money(offer.price_fen * number),
    ]


def _ranges(offer: Offer) -> str:
    return " / ".join(
        f"{formats.weight(one.max_mg)}, {formats.weight(one.e_mg)}" for one in offer.type.ranges
    )


def _without(number: int) -> str:
    if not number:
        return ""
    return str(_("For %(number)d more no suitable model has a price.", number=number))


def _part_sum(part: PlacePart) -> str:
    bill = part.bill
    return str(_("%(number)d scales, CNY %(sum)s", number=bill.number, sum=order.money(bill.fen)))


def _line(line: Line) -> list[str]:
    mark = "" if line.old.confirmed else " *"
    return [
        line.stall,
        line.sells,
        "\n".join(one for one in (line.market_no, line.serial_no) if one),
        line.old.name,
        f"{line.old.last_day}{mark}",
        f"{order.division(line.needed_e)} g" if line.needed_e else "",
        order.new_model(line.old, line.offer) or _("none suitable"),
        order.money(line.offer.price_fen) if line.offer else "",
    ]
