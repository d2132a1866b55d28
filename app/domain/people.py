"""How long sessions, bound devices and fresh proofs of a person last."""

from datetime import timedelta
from typing import Final

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
