"""The roles people act in, and which of them need a second factor.

Source of the separation of roles: product.md's people, after 国办发〔2024〕54号
(verification staff do not inspect).
"""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a grant lets a person be, inside one region."""

    MANAGER = "manager"
    INSPECTOR = "inspector"
    VERIFIER = "verifier"
    CHECKER = "checker"
    SIGNATORY = "signatory"
    REPAIRER = "repairer"
    REGULATOR = "regulator"
    CUSTODIAN = "custodian"
    AUDITOR = "auditor"
    ADMIN = "admin"


SECOND_FACTOR: Final = frozenset(
    {
        Role.INSPECTOR,
        Role.VERIFIER,
        Role.CHECKER,
        Role.SIGNATORY,
        Role.REGULATOR,
        Role.CUSTODIAN,
        Role.ADMIN,
    }
)

# Never the same account: who verifies does not inspect, who repairs does not verify.
VERIFICATION: Final = frozenset({Role.VERIFIER, Role.CHECKER, Role.SIGNATORY})
APART: Final = tuple(
    frozenset({role, other}) for role in VERIFICATION for other in (Role.INSPECTOR, Role.REPAIRER)
)


def may_hold(roles: frozenset[Role], extra: Role) -> bool:
    """Return whether a person with ``roles`` may also be given ``extra``."""
    return not any({extra} < pair <= roles | {extra} for pair in APART)
