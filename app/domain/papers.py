"""What stands behind a paper that somebody holds in hand."""

from enum import StrEnum


class PaperState(StrEnum):
    """Whether a paper still stands."""

    GENUINE = "genuine"
    REPLACED = "replaced"
    REVOKED = "revoked"


def paper_state(*, revoked: bool, followed: bool) -> PaperState:
    """Return the state of a paper; ``followed``: a newer one of the same worksheet exists."""
    if not revoked:
        return PaperState.GENUINE
    return PaperState.REPLACED if followed else PaperState.REVOKED
