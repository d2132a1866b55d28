"""What a shopper may be told: five words, never a reason and never a suspicion."""

from enum import StrEnum
from typing import Final

from app.domain.legal_status import LegalCode, LegalStatus
from app.domain.lifecycle import State
from app.domain.suspension import SuspensionReason


class PublicStatus(StrEnum):
    """The statuses of the tag's page: 检定有效, 已到期, 暂停使用, 信息待核实, and no record."""

    VALID = "valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    TO_BE_CONFIRMED = "to_be_confirmed"
    UNKNOWN = "unknown"


USABLE: Final = frozenset({State.IN_SERVICE, State.READY})


def public_status(
    legal: LegalStatus | None,
    state: State | None,
    suspended_by: SuspensionReason | None,
    *,
    registered: bool = True,
) -> PublicStatus:
    """Return the first that applies.

    A stop order, or suspended for anything but expiry: suspended. Overdue, or its type may
    serve no longer: expired. Legally valid and in service or ready: valid. Any other
    registered case: to be confirmed. No record: unknown.
    """
    if not registered or legal is None or state is None:
        return PublicStatus.UNKNOWN
    suspended = state is State.SUSPENDED and suspended_by is not SuspensionReason.EXPIRY
    if suspended or legal.has(LegalCode.STOP_ORDER):
        return PublicStatus.SUSPENDED
    if legal.has(LegalCode.OVERDUE) or legal.has(LegalCode.TYPE_PHASE_OUT):
        return PublicStatus.EXPIRED
    if legal.is_valid and state in USABLE:
        return PublicStatus.VALID
    return PublicStatus.TO_BE_CONFIRMED
