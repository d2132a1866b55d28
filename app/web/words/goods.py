"""Words of goods and of whether a scale suits them, always with the rule behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.domain.suitability import (
    TABLE,
    Fit,
    GoodsClass,
    Shortfall,
    Suitability,
    goods_from,
)
from app.web import formats

FEN: Final = 100
GOODS: Final[Mapping[GoodsClass, Any]] = MappingProxyType(
    {
        GoodsClass.STAPLE: _l("grain, vegetables, fruit"),
        GoodsClass.FRESH: _l("meat, eggs, poultry, seafood, pastry, sweets, condiments"),
        GoodsClass.DRIED: _l("dried goods and delicacies"),
        GoodsClass.PRECIOUS: _l("the dearest food"),
        GoodsClass.EXEMPT: _l("live poultry, live fish, soaked goods"),
    }
)
SHORT: Final[Mapping[GoodsClass, Any]] = MappingProxyType(
    {
        GoodsClass.STAPLE: _l("vegetables"),
        GoodsClass.FRESH: _l("meat and fish"),
        GoodsClass.DRIED: _l("dried goods"),
        GoodsClass.PRECIOUS: _l("dear goods"),
        GoodsClass.EXEMPT: _l("exempt"),
    }
)
FIT: Final[Mapping[Fit, Any]] = MappingProxyType(
    {
        Fit.SUITABLE: _l("fine enough for the goods"),
        Fit.UNSUITABLE: _l("too coarse for the goods"),
        Fit.EXEMPT: _l("the goods are exempt"),
        Fit.NOT_CHECKED: _l("not checked: nobody recorded what the stall sells"),
    }
)


@dataclass(frozen=True, slots=True)
class FitTold:
    """The answer in words; each line is a reason with its rule."""

    fit: Fit
    goods: str
    lines: tuple[tuple[str, str], ...]

    @property
    def warns(self) -> bool:
        """Whether the scale is too coarse."""
        return self.fit is Fit.UNSUITABLE


def told(found: Suitability, goods: str) -> FitTold:
    """Return ``found`` about the classes written in ``goods`` in words."""
    return FitTold(
        found.fit, short(goods), tuple((_why(one), rule(one)) for one in found.shortfalls)
    )


def short(goods: str) -> str:
    """Return the classes written in ``goods`` as a few words."""
    return "、".join(str(SHORT[one]) for one in goods_from(goods))


def price(goods: GoodsClass) -> str:
    """Return the prices at which food belongs to ``goods``, as the table has them."""
    tops = [row.price_up_to_fen for row in TABLE.rows]
    row = TABLE.row_of(goods)
    if row is None:
        return ""
    below = tops[TABLE.rows.index(row) - 1] if row is not TABLE.rows[0] else None
    if row.price_up_to_fen is None:
        return str(_("above %(low)s CNY/kg", low=_yuan(below or 0)))
    if below is None:
        return str(_("up to %(high)s CNY/kg", high=_yuan(row.price_up_to_fen)))
    return str(
        _("above %(low)s up to %(high)s CNY/kg", low=_yuan(below), high=_yuan(row.price_up_to_fen))
    )


def choices() -> list[tuple[str, str, str]]:
    """Return each class for a form: its code, its words, its prices."""
    return [(one.value, str(GOODS[one]), price(one)) for one in GoodsClass]


def rule(one: Shortfall) -> str:
    """Return where the rule stands: order, article, annex and row."""
    return str(
        _(
            "%(order)s (%(number)s), %(article)s, %(annex)s row %(row)d",
            order=f"《{TABLE.order}》",
            number=TABLE.number,
            article=TABLE.article,
            annex=TABLE.annex,
            row=one.row,
        )
    )


def _why(one: Shortfall) -> str:
    return str(
        _(
            "For %(goods)s: at %(load)s it may err by %(error)s in service,"
            " and no more than %(tolerance)s may be missing.",
            goods=SHORT[one.goods],
            load=formats.weight(one.load_mg),
            error=formats.weight(one.error_mg),
            tolerance=formats.weight(one.tolerance_mg),
        )
    )


def _yuan(fen: int) -> str:
    whole, rest = divmod(fen, FEN)
    return f"{whole}.{rest:02}".removesuffix(".00")
