"""Acts on many scales in words: their names, and why a scale is left out."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.domain.lifecycle import Action, State
from app.manage import acts, bulk
from app.manage.bulk import Cannot
from app.manage.service.filing import FILED
from app.standing import Hindrance
from app.web.words.say import say

NAMES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        FILED: _l("File and take to e-CQS"),
        bulk.EXPORT: _l("Take away as a table"),
        bulk.LABELS: _l("Print labels"),
    }
)
CANNOT: Final[Mapping[Cannot, Any]] = MappingProxyType(
    {
        Cannot.NOT_YOURS: _l("This act is not yours at that place."),
        Cannot.WRONG_STATE: _l("Its state does not allow it."),
        Cannot.RETIRED: _l("It is retired."),
        Cannot.UNTAGGED: _l("It has no tag of ours yet."),
        Cannot.CHANGED: _l("Somebody changed it meanwhile."),
    }
)


def name(action: str) -> str:
    """Return what an act on many is called."""
    return str(NAMES[action]) if action in NAMES else say(Action(action))


def why(codes: Iterable[str]) -> str:
    """Return why a scale is left out, in one line."""
    return str(_("; ")).join(_said(one).rstrip(".。") for one in codes)


def _said(told: str) -> str:
    kind, _colon, value = told.partition(":")
    if kind == bulk.FIELD:
        return str(_("%(field)s is missing", field=value))
    code: StrEnum = bulk.CODES[kind](value)
    match code:
        case Cannot():
            return str(CANNOT[code])
        case State():
            return str(_("it is: %(state)s", state=say(code)))
        case Hindrance():
            return acts.sentence(code)
        case _:
            return say(code)
