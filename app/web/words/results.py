"""Why a row of a results sheet cannot be taken; each at its cell."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.cells import Flaw
from app.web.words.importing import FLAW

BLOT: Final[Mapping[str, Any]] = MappingProxyType(
    {code.value: words for code, words in FLAW.items()}
    | {
        Flaw.MISSING.value: _l("This cell is empty, and a result needs it."),
        "not_a_result": _l("Write 合格 or 不合格."),
        "not_an_item": _l("This names no item of ours. Write for example 偏载, 称量 or 铅封."),
        "no_number": _l("No serial number and no market number: nobody knows which scale."),
        "not_on_a_list": _l("No scale on the lists of this campaign has this number."),
        "more_than_one": _l("More than one scale has this number. Give the other number too."),
        "twice": _l("An earlier row speaks of the same scale."),
        "in_the_future": _l("This day is still to come."),
        "before_the_last": _l("A later verification is on record already."),
        "before_the_opening": _l(
            "The scale was opened after this day: it has to be verified again."
        ),
        "taken": _l("This number is voided or stands on another scale."),
        "seal_needed": _l(
            "No intact verification seal is on record: give the number of the new one."
        ),
        "held": _l("The scale is held as evidence: its seals stay as they are."),
        "no_rules": _l("No regulation of ours held on that day."),
        "own_repair": _l("You opened or repaired this scale: another verifier records its result."),
        "illegal_transition": _l(
            "A result is recorded for a scale that awaits verification, is ready or in service."
            " Ask for its verification first."
        ),
    }
)
