"""The columns that the list of scales can have: on the page, and in tables taken away.

One column of the page may be several of a table: what a cell says in one breath is worth its
own cell where people sort.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.manage.cards import Card
from app.models import Scale
from app.web.tables_out import Cell
from app.web.words.say import say

Cells = Callable[[Scale, Card], tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        title: Over the column of the page.
        heads: Over the columns of a table taken away, one for each of ``cells``.
    """

    title: Any
    heads: tuple[Any, ...]
    cells: Cells


def _one(title: Any, cell: Callable[[Scale, Card], Cell]) -> Column:  # noqa: ANN401 - lazy text
    return Column(title, (title,), lambda scale, card: (cell(scale, card),))


def _program(_scale: Scale, card: Card) -> tuple[Cell, ...]:
    if card.verdict is None:
        return "", ""
    return say(card.verdict), card.level.name if card.level is not None else ""


COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "number": _one(_l("Market number"), lambda scale, _card: scale.market_no),
        "serial": _one(_l("Serial number"), lambda scale, _card: scale.serial_no),
        "maker": _one(_l("Maker"), lambda _scale, card: card.maker),
        "model": Column(
            _l("Model"),
            (_l("Model"), _l("Ranges")),
            lambda _scale, card: (card.model, card.ranges),
        ),
        "where": Column(
            _l("Where and with whom"),
            (_l("Place"), _l("Stall"), _l("Trader")),
            lambda _scale, card: (card.place, card.stall, card.trader),
        ),
        "state": _one(_l("State"), lambda _scale, card: say(card.state)),
        "legal": Column(
            _l("Legal status"),
            (_l("Legal status"), _l("Valid until")),
            lambda _scale, card: (say(card.legal), card.until),
        ),
        "firmware": Column(_l("Program"), (_l("Program"), _l("Evidence level")), _program),
        "advisories": _one(
            _l("Advisories"), lambda _scale, card: "; ".join(say(code) for code in card.advisories)
        ),
        "software": _one(_l("Software id"), lambda scale, _card: scale.software_id),
        "made": _one(_l("Made on"), lambda scale, _card: scale.made_on),
        "filing": Column(
            _l("Filing"),
            (_l("Filing number"), _l("Filed on")),
            lambda scale, _card: (scale.filing_no, scale.filed_on),
        ),
    }
)
# The number leads to the scale: it always stands first.
ALWAYS: Final = "number"
USUAL: Final = ("number", "model", "where", "state", "legal", "firmware")


def known(keys: Iterable[str]) -> list[str]:
    """Return those of ``keys`` that are columns, in the order of the list, the first one always."""
    wanted = {ALWAYS, *keys}
    return [key for key in COLUMNS if key in wanted]


def heads(keys: Sequence[str]) -> list[str]:
    """Return the heads of a table with the columns ``keys``."""
    return [str(head) for key in keys for head in COLUMNS[key].heads]


def row(keys: Sequence[str], scale: Scale, card: Card) -> list[Cell]:
    """Return the cells of one scale in such a table."""
    return [cell for key in keys for cell in COLUMNS[key].cells(scale, card)]
