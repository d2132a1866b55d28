"""Stations: whether one is heard of."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

SILENT_AFTER_MINUTES: Final = 10


class StationHealth(StrEnum):
    """How a station looks from the server."""

    NEVER_SEEN = "never_seen"
    HEARD = "heard"
    SILENT = "silent"
    REVOKED = "revoked"


def health(
    last_seen: datetime | None,
    at: datetime,
    *,
    silent_after_minutes: int = SILENT_AFTER_MINUTES,
    revoked: bool = False,
) -> StationHealth:
    """Return how a station looks at the instant ``at``, by the server's clock alone."""
    if revoked:
        return StationHealth.REVOKED
    if last_seen is None:
        return StationHealth.NEVER_SEEN
    if at - last_seen >= timedelta(minutes=silent_after_minutes):
        return StationHealth.SILENT
    return StationHealth.HEARD
