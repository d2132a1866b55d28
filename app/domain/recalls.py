"""A weight found bad: the state of its recall, and what was decided for each scale."""

from enum import StrEnum


class RecallState(StrEnum):
    """Whether the body still decides; a cleared weight takes the recall back."""

    OPEN = "open"
    CLOSED = "closed"
    CLEARED = "cleared"


class RecallDecision(StrEnum):
    """The body's decision for one scale; suspension is a choice, never automatic."""

    PENDING = "pending"
    KEEP = "keep"
    RETEST = "retest"
    SUSPEND = "suspend"
