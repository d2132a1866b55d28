"""What keeps a worksheet from being submitted, in words; the code leads to the step to correct."""

from collections.abc import Iterator

from app.domain.errors import DomainError
from app.domain.lifecycle import IllegalTransitionError
from app.verify.forms import WORDS
from app.verify.service.arbitration import SameArbiterError
from app.verify.service.checks import CheckStateError
from app.verify.service.means import GateError, WeightsError
from app.verify.service.record import OwnRepairError, ResultError
from app.verify.service.stock_books import MarkError
from app.verify.service.worksheets import WorksheetIncompleteError
from app.web.formats import weight
from app.web.refusals import of_code
from app.web.words.checks import missing as lacking
from app.web.words.say import say
from app.web.words.worksheets import missing

Fault = tuple[str, str]
SETUP, MARKS, SUMMARY = "setup", "marks", "summary"


def faults(error: DomainError) -> list[Fault]:
    """Return pairs of code and sentence; none where ``error`` has to leave as it is."""
    return list(_faults(error))


def _faults(error: DomainError) -> Iterator[Fault]:
    match error:
        case WorksheetIncompleteError():
            yield from ((code, lacking(code) or missing(code)) for code in error.missing)
        case GateError():
            yield from ((SETUP, say(fault)) for fault in error.faults)
        case WeightsError():
            yield from _weights(error)
        case ResultError():
            yield from ((MARKS, str(WORDS[at])) for at in error.faults.items())
        case MarkError():
            yield MARKS, str(of_code(error.code).said)
        case SameArbiterError() | OwnRepairError() | IllegalTransitionError() | CheckStateError():
            yield SUMMARY, str(of_code(error.code).said)
        case _:
            return


def _weights(error: WeightsError) -> Iterator[Fault]:
    for fault in error.faults:
        load = f"{weight(fault.load_mg)}: " if fault.load_mg is not None else ""
        yield SETUP, load + say(fault.code)
