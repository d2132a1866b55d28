"""Refusals of the register: lists, traders, baselines and orders."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l

from app.web.refusal import BACK, Refusal

CONFIGURE: Final[Mapping[str, Refusal]] = MappingProxyType(
    {
        "order_too_long": Refusal(
            422,
            _l("This list is too long for paper or a workbook."),
            _l("Choose a county or a market, or take the CSV table."),
        ),
        "baseline_contested": Refusal(
            409,
            _l("A new baseline would hide a difference that nobody has explained yet."),
            _l("Have the program read and verified, or ask the verifier or the inspector."),
        ),
        "columns_absent": Refusal(
            422,
            _l("No column holds a field that every scale needs."),
            _l("Say which column it is."),
        ),
        "list_gone": Refusal(
            410, _l("The file of this import is gone."), _l("Send the list once more.")
        ),
        "import_state": Refusal(409, _l("Somebody has taken this import further meanwhile."), BACK),
        "still_trades": Refusal(
            409,
            _l("A scale or an agreement of this trader stands, so the name is needed."),
            _l("Take the scale back and end the agreement first."),
        ),
        "trader_erased": Refusal(409, _l("This trader was erased before."), BACK),
        "task_not_repeatable": Refusal(
            409,
            _l("This task cannot be repeated from here."),
            _l("An import or an act on many scales goes on from its own page."),
        ),
    }
)
