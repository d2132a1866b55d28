"""Words of worksheets while they are written: what is missing, what stands in the way."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.web.formats import weight
from app.web.words.rule_sets import PRE_CHECK, TEST

FIELD: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "body": _l("verification body"),
        "standard": _l("measurement standard"),
        "environment": _l("temperature and humidity"),
        "weights": _l("weights used"),
        "label_no": _l("number of the label"),
        "seal_no": _l("number of the lead seal"),
        "finished_at": _l("time of the work"),
    }
)


def missing(code: str) -> str:
    """Return what a code of `WorksheetIncompleteError` asks for."""
    name, _sep, rest = code.partition(":")
    if name == "precheck":
        return str(_("not looked at: %(what)s", what=str(PRE_CHECK.get(rest, rest))))
    if name == "changeover":
        test, _sep, load = rest.partition(":")
        words = _(
            "changeover weights: %(test)s, %(load)s", test=str(TEST[test]), load=weight(int(load))
        )
        return str(words)
    if name in FIELD:
        return str(FIELD[name])
    if rest:
        return str(_("%(test)s, %(load)s", test=str(TEST[name]), load=weight(int(rest))))
    return str(TEST.get(name, name))


# What is looked at before any weight: the question, and what to look for.
LOOK: Final[Mapping[str, tuple[Any, Any]]] = MappingProxyType(
    {
        "plate": (
            _l("Does the plate agree with the register?"),
            _l("Maker, model, serial number, class, Max, Min, e and d."),
        ),
        "type_approval": (
            _l("Is the type approval mark with its number on the plate?"),
            _l("It has to be the number of this model."),
        ),
        "statement": (
            _l("Does the plate carry the statement 本秤不具备欺骗性使用的特征?"),
            _l("In these words, in a place one can read."),
        ),
        "lead_seal": (
            _l("Is the lead seal of the maker intact?"),
            _l("Lead, not paper; wire and number unhurt."),
        ),
        "e_equals_d": (
            _l("Is the interval shown the one on the plate, in every range?"),
            _l("Put small weights on: the last digit moves in steps of d = e."),
        ),
        "jin": (
            _l("Is there no way to switch to 市斤?"),
            _l("Try the unit keys: only kg and g may be shown for trade."),
        ),
        "calibration_access": (
            _l("Is calibration out of reach without breaking the seal?"),
            _l("No key sequence and no open switch leads to it."),
        ),
        "three_codes": (
            _l("Do the three codes agree with the register?"),
            _l("Production, repair and verification code."),
        ),
        "self_lock": (
            _l("Does the scale lock itself when the case was opened?"),
            _l("And open again only with an authorised code."),
        ),
        "software_id": (
            _l("Is the software identification the approved one?"),
            _l("It is shown at start or in the menu."),
        ),
        "firmware_level": (
            _l("Was the program read and found as registered?"),
            _l("What the register knows; reading it is another act."),
        ),
    }
)
