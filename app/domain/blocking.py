"""What keeps a scale from a stall, and what an evidence hold forbids.

Source: product.md, rules 1 and 2 and "handing out is blocked by".
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.advisories import Advisory, AdvisoryCode
from app.domain.evidence import Level
from app.domain.legal_status import LegalCode, LegalStatus
from app.domain.lifecycle import Action, ScaleRole, State
from app.domain.roles import Role
from app.domain.seals import SealState, all_intact
from app.domain.suspension import SuspensionReason

BLOCKING: Final = frozenset(
    {
        AdvisoryCode.FIRMWARE_MISMATCH,
        AdvisoryCode.FIRMWARE_INCONSISTENT,
        AdvisoryCode.EVIDENCE_HOLD,
        AdvisoryCode.TYPE_RECALLED,
        AdvisoryCode.NO_TAG,
    }
)


class Condition(StrEnum):
    """A condition of service that is not met."""

    NO_VALID_VERIFICATION = "no_valid_verification"
    NO_INTACT_VERIFICATION_SEAL = "no_intact_verification_seal"
    NO_BOUND_CODE = "no_bound_code"
    NO_STALL_AND_TRADER = "no_stall_and_trader"
    NO_PLACE = "no_place"
    OPEN_FINDING = "open_finding"
    NOTHING_TO_RESUME = "nothing_to_resume"
    BODY_DECIDES = "body_decides"
    AUTHORITY_DECIDES = "authority_decides"
    MARKET_DECIDES = "market_decides"


class HeldDeed(StrEnum):
    """What an evidence hold forbids besides acts of the lifecycle."""

    CHANGE_SEAL = "change_seal"
    OPEN_CASE = "open_case"
    READ_WITH_OPENING = "read_with_opening"


# Repair, rotation and retirement. Taking a scale out of use stays open: a hold protects
# evidence, it does not keep a doubtful scale at a stall.
HELD_ACTIONS: Final = frozenset(
    {
        Action.DEPLOY,
        Action.RETURN,
        Action.SEND_TO_REPAIR,
        Action.COMPLETE_REPAIR,
        Action.RETIRE,
    }
)

# Whose measure nobody of the market overrules.
OFFICERS: Final = frozenset({Role.INSPECTOR, Role.REGULATOR})

Block = LegalCode | AdvisoryCode
Obstacle = Condition | LegalCode | AdvisoryCode


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployFacts:
    """What rule 1 asks about; the defaults meet none of it.

    Attributes:
        has_place: The stall with its trader, or the fair scale's place, is named.
        suspending_finding: A finding that suspends is not resolved.
    """

    role: ScaleRole = ScaleRole.TRADE
    verification_seals: tuple[SealState, ...] = ()
    has_code: bool = False
    has_place: bool = False
    suspending_finding: bool = False


def blocks_handing_out(
    legal: LegalStatus, advisories: Iterable[Advisory], required_level: Level | None = None
) -> tuple[Block, ...]:
    """Return the legal reasons and the advisories that forbid handing a scale out.

    Args:
        required_level: What the model's profile asks for; with one, a program that cannot be
            read blocks as well.
    """
    blocking = BLOCKING
    if required_level is not None:
        blocking |= {AdvisoryCode.FIRMWARE_UNREADABLE}
    codes = tuple(advisory.code for advisory in advisories if advisory.code in blocking)
    return (*(reason.code for reason in legal.reasons), *codes)


def deploy_conditions(
    facts: DeployFacts,
    legal: LegalStatus,
    advisories: Iterable[Advisory],
    required_level: Level | None = None,
) -> tuple[Obstacle, ...]:
    """Return what keeps a scale from going into service; nothing when it may.

    First the conditions of rule 1 that are not met, then the blocks of handing out.
    """
    wanted = (
        (legal.is_valid, Condition.NO_VALID_VERIFICATION),
        (all_intact(facts.verification_seals), Condition.NO_INTACT_VERIFICATION_SEAL),
        (facts.has_code, Condition.NO_BOUND_CODE),
        (facts.has_place, _place_of(facts.role)),
        (not facts.suspending_finding, Condition.OPEN_FINDING),
    )
    unmet = tuple(condition for met, condition in wanted if not met)
    return (*unmet, *blocks_handing_out(legal, advisories, required_level))


def _place_of(role: ScaleRole) -> Condition:
    return Condition.NO_PLACE if role is ScaleRole.FAIR else Condition.NO_STALL_AND_TRADER


def resume_conditions(
    left: State | None,
    facts: DeployFacts,
    legal: LegalStatus,
    advisories: Iterable[Advisory],
    required_level: Level | None = None,
) -> tuple[Obstacle, ...]:
    """Return what keeps a suspended scale from the state it ``left``; nothing when it may go.

    Back to a stall asks all of rule 1, back to the spare pool all but the place.
    """
    unmet = deploy_conditions(facts, legal, advisories, required_level)
    if left is State.IN_SERVICE:
        return unmet
    if left is State.READY:
        return tuple(each for each in unmet if each is not _place_of(facts.role))
    return (Condition.NOTHING_TO_RESUME, *unmet)


def lift_conditions(
    reason: SuspensionReason | None, roles: Collection[Role], *, by_officer: bool
) -> tuple[Condition, ...]:
    """Return why a person with ``roles`` may not take up again what was suspended for ``reason``.

    What an officer decided, an officer lifts; what the verification body suspended it clears
    itself; the rest is a measure of the market. A passed verification leads out of each.

    Args:
        by_officer: An inspector or the regulator decided it, not the market.
    """
    if reason is SuspensionReason.RECALL:
        return (Condition.BODY_DECIDES,)
    if reason is SuspensionReason.DECISION and by_officer:
        return () if OFFICERS.intersection(roles) else (Condition.AUTHORITY_DECIDES,)
    only_inspects = Role.INSPECTOR in roles and not {Role.MANAGER, Role.REGULATOR}.intersection(
        roles
    )
    return (Condition.MARKET_DECIDES,) if only_inspects else ()


def held(action: Action | HeldDeed) -> bool:
    """Return whether an evidence hold forbids ``action``."""
    return isinstance(action, HeldDeed) or action in HELD_ACTIONS
