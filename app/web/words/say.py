"""One question for all tables: what do people call this code?"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from app.domain.advisories import AdvisoryCode
from app.web.words import (
    campaigns,
    checks,
    copies,
    firmware,
    goods,
    importing,
    places,
    provision,
    scales,
    standards,
    work,
)
from app.web.words.recalls import TABLES as RECALLS
from app.web.words.signing import TABLES as SIGNING

TABLES: Final[Mapping[type[Enum], Mapping[Any, Any]]] = MappingProxyType(
    {
        type(next(iter(table))): table
        for table in (
            scales.STATE,
            scales.ACTION,
            scales.ROLE_OF_SCALE,
            scales.LEGAL,
            scales.PUBLIC,
            scales.SUSPENSION,
            scales.CONDITION,
            scales.HELD_DEED,
            scales.HINDRANCE,
            scales.VERIFICATION_KIND,
            scales.VERIFICATION_RESULT,
            firmware.VERDICT,
            firmware.REGION,
            firmware.LEVEL,
            firmware.LEVEL_REASON,
            firmware.JUDGE_REASON,
            firmware.DISCOUNT,
            firmware.NONCE,
            firmware.REFERENCE_STATUS,
            firmware.ORIGIN,
            firmware.FINDING,
            firmware.LEAD,
            importing.FLAW,
            importing.DOUBT,
            importing.STATE,
            importing.KIND,
            importing.OUTCOME,
            places.PLACE,
            places.REGION,
            places.CODE,
            places.GENERATION,
            firmware.DIFFERENCE,
            goods.GOODS,
            goods.FIT,
            provision.FUNDING,
            provision.PART,
            provision.GROUND,
            provision.COVER,
            standards.CLASS,
            standards.WEIGHT,
            standards.WHY,
            standards.WITHDRAW,
            standards.MARK,
            standards.MARK_STATE,
            standards.VOID,
            standards.ITEM,
            standards.GATE,
            standards.ENDING,
            standards.URGENCY,
            campaigns.STATE,
            campaigns.OUTCOME,
            campaigns.KIND,
            copies.REASON,
            copies.OUTCOME,
            work.ROLE,
            work.SEAL_KIND,
            work.SEAL_OWNER,
            work.SEAL_STATE,
            work.STATION,
            work.TASK,
            work.EXECUTOR,
            checks.APPEAL,
            checks.FORCE,
            *SIGNING,
            *RECALLS,
        )
    }
)
FACTS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "transport": work.TRANSPORT,
        "control_lines": work.LINES,
        "entry": work.ENTRY,
        "strap": work.STRAP,
        "reset": work.STRAP,
        "reason": work.READ_REASON,
    }
)


def say(code: Enum) -> str:
    """Return the word for ``code`` in the language of the page."""
    if isinstance(code, AdvisoryCode):
        return str(scales.ADVISORY[code][0])
    return str(TABLES[type(code)][code])


def say_fact(key: str, value: object) -> str:
    """Return the words for a fact that a station signed; unknown values stay as they came."""
    return str(FACTS.get(key, {}).get(str(value), value))


def say_obstacle(code: str) -> str:
    """Return the words for what keeps an act from being done; no two of these codes are alike."""
    for table in (scales.CONDITION, scales.HINDRANCE, scales.LEGAL):
        for member, words in table.items():
            if member.value == code:
                return str(words)
    for advisory, (words, _to_do) in scales.ADVISORY.items():
        if advisory.value == code:
            return str(words)
    return code
