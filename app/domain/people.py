"""How long sessions, bound devices and fresh proofs of a person last; who counts as another."""

from datetime import timedelta
from typing import Final

from app.domain.errors import DomainError

IDLE: Final = timedelta(hours=12)
LIFETIME: Final = timedelta(days=7)
# On a device that several people use, hands that rest are hands that left.
LOCK: Final = timedelta(minutes=2)
# A tablet nobody picked up for a month is a lost tablet.
BINDING_IDLE: Final = timedelta(days=30)
PIN_TRIES: Final = 5
# From typing PIN or code until the batch is signed.
PROOF: Final = timedelta(minutes=5)
RECOVERY_CODES: Final = 10
RESET: Final = timedelta(days=3)


class SamePersonError(DomainError):
    """The second of two persons is the first one, or sits at a device of the first one."""

    code = "same_person"
