"""Campaigns (集中检定) and what became of each scale on its day."""

from enum import StrEnum


class CampaignState(StrEnum):
    """Where a campaign stands."""

    PLANNED = "planned"
    RUNNING = "running"
    CLOSED = "closed"


class CampaignOutcome(StrEnum):
    """What became of a scale on the list."""

    LISTED = "listed"
    DONE = "done"
    NO_SHOW = "no_show"
    EXCUSED = "excused"
