"""Why a scale is suspended; recorded with the act, read by the public status."""

from enum import StrEnum
from typing import Final

# The story of a suspension that a person decided: whether an officer did, or the market.
DECIDED_AS: Final = "as"
OFFICER: Final = "officer"


class SuspensionReason(StrEnum):
    """What took a scale out of service."""

    EXPIRY = "expiry"
    FAILED = "failed"
    FINDING = "finding"
    STOP_ORDER = "stop_order"
    RECALL = "recall"
    DECISION = "decision"
