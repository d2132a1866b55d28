"""Legal status (法定状态): what the law alone says of a scale on a day.

A pure function of the facts. Every reason that applies is named with its article, gravest
first; the first one is the status. What is not known is never valid.

Articles: 计量法 (2018), 计量法实施细则 (2022), 强制检定的工作计量器具检定管理办法 (1987),
JJG 1204-2025. Last days of a type's transition are facts handed in, not constants here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.calendar import is_valid_on
from app.domain.seals import SealState, all_intact, any_violated
from app.domain.verification import VerificationResult


class LegalCode(StrEnum):
    """What the law says; gravity is ordered in `PRECEDENCE`."""

    VALID = "valid"
    UNVERIFIED = "unverified"
    OVERDUE = "overdue"
    FAILED = "failed"
    SEAL_BROKEN = "seal_broken"
    REPAIRED_NOT_REVERIFIED = "repaired_not_reverified"
    TYPE_PHASE_OUT = "type_phase_out"
    STOP_ORDER = "stop_order"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalFacts:
    """What is on record about one scale.

    Attributes:
        known: The record can be relied on; false for a scale whose papers were never seen.
        verification_seals: States of the seals the last verification applied.
        type_last_day: Last day on which the type may still serve; None: no end is set.
        stop_order: Number of the authority's decision, None where there is none.
    """

    known: bool = True
    result: VerificationResult | None = None
    verified_on: date | None = None
    valid_until: date | None = None
    verification_seals: tuple[SealState, ...] = ()
    opened_or_repaired_since_verification: bool = False
    type_last_day: date | None = None
    stop_order: str | None = None


@dataclass(frozen=True, slots=True)
class LegalReason:
    """Why a scale may not be used: the code, the law and clause, an authority's number."""

    code: LegalCode
    article: str
    document: str | None = None


@dataclass(frozen=True, slots=True)
class LegalStatus:
    """The answer; ``reasons`` is empty exactly when the status is valid."""

    status: LegalCode
    reasons: tuple[LegalReason, ...]
    valid_until: date | None

    @property
    def is_valid(self) -> bool:
        """Whether the law lets the scale be used."""
        return self.status is LegalCode.VALID

    def has(self, code: LegalCode) -> bool:
        """Return whether ``code`` is among the reasons."""
        return any(reason.code is code for reason in self.reasons)


ARTICLES: Final[Mapping[LegalCode, str]] = MappingProxyType(
    {
        LegalCode.STOP_ORDER: "计量法 第二十五条",
        LegalCode.FAILED: "计量法实施细则 第二十二条",
        LegalCode.UNVERIFIED: "计量法 第九条",
        LegalCode.REPAIRED_NOT_REVERIFIED: "计量法 第九条",
        LegalCode.SEAL_BROKEN: "计量法实施细则 第二十二条",
        LegalCode.OVERDUE: "计量法实施细则 第二十二条",
        LegalCode.TYPE_PHASE_OUT: "JJG 1204-2025 6.1",
        LegalCode.UNKNOWN: "强制检定的工作计量器具检定管理办法 第五条",
    }
)


def _stop_order(facts: LegalFacts, _today: date) -> bool:
    return facts.stop_order is not None


def _failed(facts: LegalFacts, _today: date) -> bool:
    return facts.result is VerificationResult.FAIL


def _unverified(facts: LegalFacts, _today: date) -> bool:
    return facts.known and facts.result is None


def _repaired(facts: LegalFacts, _today: date) -> bool:
    return facts.result is not None and facts.opened_or_repaired_since_verification


def _seal_broken(facts: LegalFacts, _today: date) -> bool:
    return any_violated(facts.verification_seals)


def _overdue(facts: LegalFacts, today: date) -> bool:
    return (
        facts.result is VerificationResult.PASS
        and facts.valid_until is not None
        and not is_valid_on(facts.valid_until, today)
    )


def _type_phase_out(facts: LegalFacts, today: date) -> bool:
    return facts.type_last_day is not None and not is_valid_on(facts.type_last_day, today)


def _unknown(facts: LegalFacts, today: date) -> bool:
    """A pass without its dates or seal, or dated ahead, is no proof of anything."""
    if not facts.known:
        return True
    if facts.result is not VerificationResult.PASS:
        return False
    if facts.verified_on is None or facts.valid_until is None or facts.verified_on > today:
        return True
    return not (any_violated(facts.verification_seals) or all_intact(facts.verification_seals))


# Gravest first: a decision of an authority, the result, what was done to the scale, time.
PRECEDENCE: Final[tuple[tuple[LegalCode, Callable[[LegalFacts, date], bool]], ...]] = (
    (LegalCode.STOP_ORDER, _stop_order),
    (LegalCode.FAILED, _failed),
    (LegalCode.UNVERIFIED, _unverified),
    (LegalCode.REPAIRED_NOT_REVERIFIED, _repaired),
    (LegalCode.SEAL_BROKEN, _seal_broken),
    (LegalCode.OVERDUE, _overdue),
    (LegalCode.TYPE_PHASE_OUT, _type_phase_out),
    (LegalCode.UNKNOWN, _unknown),
)


def legal_status(facts: LegalFacts, today: date) -> LegalStatus:
    """Return what the law says of a scale with ``facts`` on the legal date ``today``.

    ``valid_until`` of the answer is the last day of the standing mark; a failed verification
    cancels the mark, so it has none.
    """
    reasons = tuple(
        LegalReason(code, ARTICLES[code], _document(code, facts))
        for code, applies in PRECEDENCE
        if applies(facts, today)
    )
    until = facts.valid_until if facts.result is VerificationResult.PASS else None
    return LegalStatus(reasons[0].code if reasons else LegalCode.VALID, reasons, until)


def _document(code: LegalCode, facts: LegalFacts) -> str | None:
    return facts.stop_order if code is LegalCode.STOP_ORDER else None
