"""Words of imports: what is wrong with a cell and what to do, the fields, how far it is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.cells import Flaw
from app.domain.importing import Doubt, ImportState, LineKind, LineOutcome

FLAW: Final[Mapping[Flaw, Any]] = MappingProxyType(
    {
        Flaw.MISSING: _l("This cell is empty, and every scale needs it."),
        Flaw.TOO_LONG: _l("This is longer than the register holds."),
        Flaw.LOST_DIGITS: _l(
            "The spreadsheet kept this as a number and lost its last digits, as in 1.23E+15."
            " Make the column text and type the number again from the plate."
        ),
        Flaw.NOT_WHOLE: _l("A number with a decimal point is no code. Make the cell text."),
        Flaw.FORMULA: _l("This cell is computed by a formula. Paste it as a value."),
        Flaw.FORMULA_TEXT: _l(
            "This text begins like a formula that a spreadsheet would run. Remove the first sign."
        ),
        Flaw.MERGED: _l("This cell is merged with the one above. Undo the merge and fill it in."),
        Flaw.NOT_TEXT: _l("A date or a yes/no stands here, where text belongs."),
        Flaw.DATE_UNCLEAR: _l(
            "This may be read as more than one day, or as none. Write it as 2024-03-01."
        ),
        Flaw.DATE_NUMBER: _l("A number stands here instead of a date. Format the cell as a date."),
        Flaw.DATE_ABSENT: _l("There is no such day, or it is before 1980."),
        Flaw.DATE_FUTURE: _l("This day is still to come."),
        Flaw.FULL_WIDTH: _l("Full-width characters were turned into plain ones."),
        Flaw.UNSEEN: _l("Characters that cannot be seen were taken out."),
        Flaw.DATE_TEXT: _l("The date is kept as text and was understood."),
    }
)
DOUBT: Final[Mapping[Doubt, Any]] = MappingProxyType(
    {
        Doubt.DUPLICATE: _l("The same maker, model and serial number stand in another row."),
        Doubt.MARKET_NO_TWICE: _l("Another row has this market number in the same place."),
        Doubt.CODE_TWICE: _l("Another row has this code."),
        Doubt.UNKNOWN_PLACE: _l(
            "No place of this name is registered here. Register it first, or correct the name."
        ),
        Doubt.PLACE_AMBIGUOUS: _l("More than one place has this name. Import below one of them."),
        Doubt.UNKNOWN_MAKER: _l("No maker of this name is in the catalogue."),
        Doubt.UNKNOWN_MODEL: _l("This maker has no model of this name in the catalogue."),
        Doubt.MODEL_AMBIGUOUS: _l("The catalogue has this model under more than one approval."),
        Doubt.REGISTERED_ELSEWHERE: _l("This scale is registered outside of this region."),
        Doubt.OTHER_PLACE: _l(
            "The register has this scale in another place; a list does not move it."
        ),
        Doubt.HANDED_OUT: _l(
            "The scale is handed out (or suspended while it was): stall and trader change only "
            "by handing it over."
        ),
        Doubt.MARKET_NO_TAKEN: _l("Another scale of this place has this market number."),
        Doubt.CODE_TAKEN: _l("Another scale carries this code."),
        Doubt.UNKNOWN_BATCH: _l(
            "No batch of this number is registered here. Register it first, or correct the number."
        ),
        Doubt.BATCH_ELSEWHERE: _l("This batch was bought for another place or region."),
        Doubt.BATCH_OTHER_MODEL: _l("This batch has no scales of this model."),
        Doubt.BATCH_AMBIGUOUS: _l("More than one batch has this number and this model."),
        Doubt.FUNDING_UNKNOWN: _l(
            "These words name none of: organiser, public money, bank or sponsor, deposits, lease."
        ),
        Doubt.FUNDING_DIFFERS: _l("The register says otherwise of who paid for this batch."),
        Doubt.FUNDING_WITHOUT_BATCH: _l(
            "Who paid is kept with the batch. Name the batch in the row; this cell is not taken."
        ),
        Doubt.SOFTWARE_DIFFERS: _l(
            "Differs from the approved software ids of the type. It is written all the same; the"
            " verifier looks at it."
        ),
    }
)
PROBLEM: Final[Mapping[str, Any]] = MappingProxyType(
    {code.value: words for code, words in (*FLAW.items(), *DOUBT.items())}
)
FIELD: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "place": _l("Place"),
        "stall": _l("Stall"),
        "goods": _l("Goods"),
        "trader": _l("Trader"),
        "phone": _l("Phone"),
        "maker": _l("Maker"),
        "model": _l("Model"),
        "serial_no": _l("Serial number"),
        "market_no": _l("Market number"),
        "made_on": _l("Made on"),
        "software_id": _l("Software id"),
        "production_code": _l("Production code"),
        "repair_code": _l("Repair code"),
        "verification_code": _l("Verification code"),
        "no_code_reason": _l("Why a code is missing"),
        "batch": _l("Procurement batch"),
        "funding": _l("Who paid"),
        "city_code": _l("Existing code on the scale"),
    }
)
STATE: Final[Mapping[ImportState, Any]] = MappingProxyType(
    {
        ImportState.READING: _l("not looked through yet"),
        ImportState.READY: _l("looked through, nothing written yet"),
        ImportState.APPLYING: _l("being written"),
        ImportState.APPLIED: _l("in the register"),
        ImportState.UNDOING: _l("being undone"),
        ImportState.UNDONE: _l("undone"),
    }
)
KIND: Final[Mapping[LineKind, Any]] = MappingProxyType(
    {
        LineKind.NEW: _l("new"),
        LineKind.CHANGED: _l("changed"),
        LineKind.UNCHANGED: _l("unchanged"),
        LineKind.REFUSED: _l("with problems"),
    }
)
OUTCOME: Final[Mapping[LineOutcome, Any]] = MappingProxyType(
    {
        LineOutcome.WAITING: _l("not written yet"),
        LineOutcome.APPLIED: _l("written"),
        LineOutcome.OVERTAKEN: _l("changed by somebody meanwhile, left as it is"),
        LineOutcome.UNDONE: _l("undone"),
        LineOutcome.KEPT: _l("touched since the import, so kept"),
    }
)
# Why a file is no list, by ``ListUnreadableError.why``.
UNREADABLE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "empty": _l("There is nothing in this file."),
        "too_large": _l("This file is larger than we read. Split it."),
        "too_many": _l("This list has more rows or columns than we read. Split it."),
        "old_or_protected": _l(
            "This is an old .xls file, or it has a password. Save it as .xlsx without a password."
        ),
        "damaged": _l("This file is damaged. Open it in the spreadsheet and save it again."),
        "other_kind": _l("This is no list: an .xlsx or a .csv file is needed."),
        "encoding": _l("The characters of this file cannot be read. Save it as .xlsx."),
    }
)
CHOOSE_PLACE: Final = _l("Choose the region or place that the list is of.")
