"""Words of in-service checks: what is looked at, what it is worth, what came of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.domain.appeals import AppealState, CheckForce
from app.domain.verification import VerificationResult

FORCE: Final[Mapping[CheckForce, Any]] = MappingProxyType(
    {CheckForce.ROUTINE: _l("routine check"), CheckForce.EVIDENCE: _l("counts as evidence")}
)
APPEAL: Final[Mapping[AppealState, Any]] = MappingProxyType(
    {
        AppealState.OPEN: _l("under arbitration"),
        AppealState.DECIDED: _l("arbitration decided"),
        AppealState.WITHDRAWN: _l("withdrawn by the applicant"),
        AppealState.REFUSED: _l("application refused"),
    }
)
# Never "verified": only the verification body verifies.
VERDICT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        VerificationResult.PASS.value: _l("within the in-service limits"),
        VerificationResult.FAIL.value: _l("check not passed"),
        "incomplete": _l("not complete yet"),
    }
)
LOOK: Final[Mapping[str, tuple[Any, Any]]] = MappingProxyType(
    {
        "seen_plate": (
            _l("Does the plate agree with the register?"),
            _l("Maker, model, serial number, class, Max, Min, e and d."),
        ),
        "seen_seals": (
            _l("Are the seals intact?"),
            _l("Lead, not paper; the numbers are those on record."),
        ),
        "seen_label": (
            _l("Is the verification label on it, and in date?"),
            _l("Its number is the one on record."),
        ),
        "seen_keys": (
            _l("Does the weight stay, whatever keys were pressed?"),
            _l("Only after it was filmed: with the known mass on, press what the trader presses."),
        ),
        "seen_m": (
            _l("Does the weight stay through M1 to M6?"),
            _l("With the known mass on, press M1 to M6 one after the other."),
        ),
    }
)
SHORT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "seen_plate": _l("Plate"),
        "seen_seals": _l("Seals"),
        "seen_label": _l("Verification label"),
        "seen_keys": _l("Weight under any keys"),
        "seen_m": _l("M1 to M6 test"),
    }
)
STATEMENT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "agrees": _l("has no objection"),
        "disagrees": _l("objects"),
        "refuses": _l("refuses to sign"),
        "absent": _l("was not there"),
    }
)
MASS: Final[Mapping[str, Any]] = MappingProxyType(
    {"market": _l("the market's 1 kg mass"), "standard": _l("standard weights with a certificate")}
)
MISSING: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "certificate": _l("Type the number of the weights' certificate."),
        "statement": _l("Say what the trader says."),
    }
)
SAID: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "keep_powered": _l(
            "Do not cut the power, do not press keys: film first. "
            "Without power the odd function may be gone."
        ),
        "second": _l("Second officer"),
        "nobody_else": _l("No other inspector is on record here."),
        "task_no": _l("Number of the task; empty for a routine check"),
        "routine": _l("Routine check. Evidence takes two officers and the number of a task."),
        "evidence_when": _l(
            "Routine check until %(name)s confirms within a day, from the own account; "
            "evidence from then on."
        ),
        "with_what": _l("Known mass"),
        "mass_no": _l("Number of the mass"),
        "certificate": _l("Number of the weights' certificate"),
        "which_loads": _l("Loads"),
        "certificate_first": _l("Type the number of the weights' certificate first."),
        "load_first": _l("Choose at least one load."),
        "party": _l("The trader"),
        "said": _l("In the trader's words"),
        "party_first": _l("Say what the trader says."),
        "not_verified": _l("This is no verification: label and validity stay as they are."),
        "looks": _l("What is seen"),
        "refuses": _l("The check is not passed by this."),
        "warns": _l("Noted in the record."),
        "begin": _l("Agreed, begin the check"),
        "end": _l("Outcome of the check"),
        "submit": _l("Put the check on record"),
    }
)


def screen() -> dict[str, Any]:
    """Return the words of the check's screen that a worksheet has not, or says otherwise."""
    found: dict[str, Any] = {name: str(word) for name, word in SAID.items()}
    return found | {
        "verdicts": {code: str(word) for code, word in VERDICT.items()},
        "statements": {code: str(word) for code, word in STATEMENT.items()},
        "masses": {code: str(word) for code, word in MASS.items()},
        "prechecks": {code: str(word) for code, word in SHORT.items()},
    }


def missing(code: str) -> str | None:
    """Return what to do about something that a check lacks; None for what is no check's."""
    return str(MISSING[code]) if code in MISSING else None


def steps(words: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names of the steps, of which a check names the first and the last otherwise."""
    return {
        **words,
        "setup": str(gettext("Officers and task")),
        "summary": str(gettext("Outcome of the check")),
    }
