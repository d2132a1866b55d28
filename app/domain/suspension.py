"""Why a scale is suspended; recorded with the act, read by the public status."""

from enum import StrEnum


class SuspensionReason(StrEnum):
    """What took a scale out of service."""

    EXPIRY = "expiry"
    FAILED = "failed"
    FINDING = "finding"
    STOP_ORDER = "stop_order"
    RECALL = "recall"
    DECISION = "decision"
