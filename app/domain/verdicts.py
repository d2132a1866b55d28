"""Verdicts on a reading, and what follows from each.

A pure function from facts to a judgement. Two questions are kept apart: what this reading
says (`Judgement.verdict`), and whether it may change what stands (`Judgement.counts`).
Source: firmware.md, verdicts, reference values and nonces.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Verdict(StrEnum):
    """What the server concludes from a reading."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN_VERSION = "unknown_version"
    INCONSISTENT = "inconsistent"
    UNREADABLE = "unreadable"
    NO_ANSWER = "no_answer"
    MALFORMED = "malformed"
    SLOW = "slow"


class Consequence(StrEnum):
    """What a verdict sets off: suspension with finding and lead, a person's task, nothing."""

    SUSPEND = "suspend"
    TASK = "task"
    NONE = "none"


class AgentVerdict(StrEnum):
    """What the station says of its own reading."""

    READ = "read"
    UNREADABLE = "unreadable"
    NO_ANSWER = "no_answer"
    MALFORMED = "malformed"
    INCONSISTENT = "inconsistent"


class NonceState(StrEnum):
    """What vouches for the reading's freshness: the task's nonce, the book's, or nothing.

    Stale is one that is unknown, used before or past its time.
    """

    FRESH = "fresh"
    BOOK = "book"
    NONE = "none"
    STALE = "stale"


class JudgeReason(StrEnum):
    """Why a reading got its verdict."""

    EQUALS_REFERENCE = "equals_reference"
    DIFFERS_FROM_REFERENCE = "differs_from_reference"
    NO_APPROVED_REFERENCE = "no_approved_reference"
    IMAGE_OF_OTHER_ID = "image_of_other_id"
    REPORTED_NOT_REGISTERED = "reported_not_registered"
    CHECKSUM_NOT_THE_IMAGES = "checksum_not_the_images"
    PARAMETERS_CHANGED = "parameters_changed"
    CHIP_UID_CHANGED = "chip_uid_changed"
    PASSES_DIFFER = "passes_differ"
    INCOMPLETE = "incomplete"
    READ_BADLY = "read_badly"
    LATE_ANSWER = "late_answer"
    SILENT = "silent"
    PROTECTED = "protected"


class Discount(StrEnum):
    """Why a judgement leaves what stands untouched."""

    UNASSIGNED_STATION = "unassigned_station"
    NOTHING_LEARNED = "nothing_learned"
    NOT_FRESH = "not_fresh"
    OLDER_READING = "older_reading"


# The first that applies wins.
PRECEDENCE: Final = (
    Verdict.INCONSISTENT,
    Verdict.MISMATCH,
    Verdict.UNKNOWN_VERSION,
    Verdict.MALFORMED,
    Verdict.SLOW,
    Verdict.NO_ANSWER,
    Verdict.UNREADABLE,
    Verdict.MATCH,
)

CONSEQUENCES: Final[Mapping[Verdict, Consequence]] = MappingProxyType(
    dict.fromkeys(Verdict, Consequence.TASK)
    | dict.fromkeys((Verdict.INCONSISTENT, Verdict.MISMATCH), Consequence.SUSPEND)
    | {Verdict.MATCH: Consequence.NONE}
)

# A line that failed says nothing about the program: what stands stays, and lapses in time.
INCONCLUSIVE: Final = frozenset({Verdict.NO_ANSWER, Verdict.MALFORMED})
# A difference is answered by a program that was read, not by a chip that now keeps silent.
ACCUSING: Final = frozenset({Verdict.INCONSISTENT, Verdict.MISMATCH})
VOUCHED: Final = frozenset({NonceState.FRESH, NonceState.BOOK})


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that stands when several apply.

    Raises:
        ValueError: There is none to choose from.
    """
    return min(verdicts, key=PRECEDENCE.index)


def consequence(verdict: Verdict) -> Consequence:
    """Return what ``verdict`` sets off, for a judgement that counts."""
    return CONSEQUENCES[verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeFacts:
    """All that a verdict depends on; the defaults accuse nobody and prove nothing.

    Attributes:
        complete: Every byte the profile's required parts ask for was read.
        approved_ids: Software ids with an approved reference for this model.
        equal_ids: Those of them whose code the image equals.
        was_on_file: The image may be one that judged under the reported id and no longer does.
        reported_id: What the scale says it runs.
        registered_id: What the register says it runs; used where nothing is reported.
        reported_checksum_is_image: None where the scale reports no checksum.
        parameters: Digest read now, None where not read.
        baseline_parameters: Digest at configuration or after the last recorded change.
        adjusted_since_baseline: A repair or verification lies between the two.
        late: The nonce's answer came later than the model allows.
        assigned: The station is assigned to this scale.
        newer: Taken after the reading that stands, by the station's own order.
        standing: What stands now, None for nothing (or lapsed).
    """

    agent: AgentVerdict
    complete: bool = True
    approved_ids: frozenset[str] = frozenset()
    equal_ids: frozenset[str] = frozenset()
    was_on_file: bool = False
    reported_id: str | None = None
    registered_id: str | None = None
    reported_checksum_is_image: bool | None = None
    parameters: str | None = None
    baseline_parameters: str | None = None
    adjusted_since_baseline: bool = False
    chip_uid: str | None = None
    baseline_chip_uid: str | None = None
    late: bool = False
    nonce: NonceState = NonceState.NONE
    assigned: bool = False
    newer: bool = True
    standing: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reading says, why, and whether it changes what stands."""

    verdict: Verdict
    reasons: tuple[JudgeReason, ...]
    counts: bool
    discount: Discount | None = None


_Finding = tuple[Verdict, JudgeReason]

_UNREAD: Final[Mapping[AgentVerdict, _Finding]] = MappingProxyType(
    {
        AgentVerdict.UNREADABLE: (Verdict.UNREADABLE, JudgeReason.PROTECTED),
        AgentVerdict.NO_ANSWER: (Verdict.NO_ANSWER, JudgeReason.SILENT),
        AgentVerdict.MALFORMED: (Verdict.MALFORMED, JudgeReason.READ_BADLY),
        # Passes that still differ are a bad line here, no accusation.
        AgentVerdict.INCONSISTENT: (Verdict.MALFORMED, JudgeReason.PASSES_DIFFER),
    }
)


def _program(facts: JudgeFacts) -> _Finding:
    """Judge a complete image against the approved references of its model."""
    expected = facts.reported_id or facts.registered_id
    if expected is None:
        wanted, others = facts.approved_ids, frozenset[str]()
    else:
        wanted, others = facts.approved_ids & {expected}, facts.equal_ids - {expected}
    if facts.equal_ids & wanted:
        return Verdict.MATCH, JudgeReason.EQUALS_REFERENCE
    if others:
        return Verdict.INCONSISTENT, JudgeReason.IMAGE_OF_OTHER_ID
    if not wanted and facts.registered_id in facts.approved_ids and not facts.was_on_file:
        # Else one changed string would make a changed program a question for custodians only.
        return Verdict.INCONSISTENT, JudgeReason.REPORTED_NOT_REGISTERED
    if not wanted:
        return Verdict.UNKNOWN_VERSION, JudgeReason.NO_APPROVED_REFERENCE
    return Verdict.MISMATCH, JudgeReason.DIFFERS_FROM_REFERENCE


def _parameters_changed(facts: JudgeFacts) -> bool:
    return (
        None not in {facts.parameters, facts.baseline_parameters}
        and facts.parameters != facts.baseline_parameters
        and not facts.adjusted_since_baseline
    )


def _chip_changed(facts: JudgeFacts) -> bool:
    return (
        None not in {facts.chip_uid, facts.baseline_chip_uid}
        and facts.chip_uid != facts.baseline_chip_uid
    )


_CROSS_CHECKS: Final[tuple[tuple[Callable[[JudgeFacts], bool], _Finding], ...]] = (
    (_chip_changed, (Verdict.INCONSISTENT, JudgeReason.CHIP_UID_CHANGED)),
    (lambda facts: facts.late, (Verdict.SLOW, JudgeReason.LATE_ANSWER)),
)
_IMAGE_CHECKS: Final[tuple[tuple[Callable[[JudgeFacts], bool], _Finding], ...]] = (
    (
        lambda facts: facts.reported_checksum_is_image is False,
        (Verdict.INCONSISTENT, JudgeReason.CHECKSUM_NOT_THE_IMAGES),
    ),
    (_parameters_changed, (Verdict.INCONSISTENT, JudgeReason.PARAMETERS_CHANGED)),
)


def _findings(facts: JudgeFacts) -> list[_Finding]:
    found = [finding for applies, finding in _CROSS_CHECKS if applies(facts)]
    if facts.agent is not AgentVerdict.READ:
        return [*found, _UNREAD[facts.agent]]
    if not facts.complete:
        return [*found, (Verdict.MALFORMED, JudgeReason.INCOMPLETE)]
    found += [finding for applies, finding in _IMAGE_CHECKS if applies(facts)]
    return [*found, _program(facts)]


def _worsens(verdict: Verdict, standing: Verdict | None) -> bool:
    """Return whether ``verdict`` is worse than what stands; nothing stands like a match."""
    return PRECEDENCE.index(verdict) < PRECEDENCE.index(standing or Verdict.MATCH)


def _learns_nothing(verdict: Verdict, standing: Verdict | None) -> bool:
    if standing in ACCUSING:
        return verdict not in {Verdict.MATCH, *ACCUSING}
    return verdict in INCONCLUSIVE and standing not in {None, *INCONCLUSIVE}


def _discount(verdict: Verdict, facts: JudgeFacts) -> Discount | None:
    """Return why the verdict changes nothing, if so."""
    if not facts.assigned:
        return Discount.UNASSIGNED_STATION
    if _learns_nothing(verdict, facts.standing):
        return Discount.NOTHING_LEARNED
    if _worsens(verdict, facts.standing):
        return None
    if facts.nonce not in VOUCHED:
        return Discount.NOT_FRESH
    return None if facts.newer else Discount.OLDER_READING


def judge(facts: JudgeFacts) -> Judgement:
    """Return what the reading says and whether it changes what stands.

    A reading from a station that is not assigned to the scale never counts. One without a
    nonce of ours, or older than what stands, counts only where it worsens what stands. A
    failed line leaves what stands, and a difference that stands is only answered by a program
    that was read: by a match or by another difference.
    """
    findings = _findings(facts)
    verdict = combine(verdict for verdict, _ in findings)
    reasons = tuple(reason for said, reason in findings if said is verdict)
    discount = _discount(verdict, facts)
    return Judgement(verdict, reasons, discount is None, discount)


def after_verifier_error(standing: Verdict | None) -> Verdict | None:
    """Return what stands after the Verifier itself failed: a match lapses, the rest stays."""
    return None if standing is Verdict.MATCH else standing


def last_day(taken_on: date, lapse_days: int) -> date:
    """Return the last day on which evidence taken on ``taken_on`` still stands."""
    return taken_on + timedelta(days=lapse_days)


def has_lapsed(taken_on: date, lapse_days: int, today: date) -> bool:
    """Return whether evidence is too old to stand; its last day still counts."""
    return today > last_day(taken_on, lapse_days)
