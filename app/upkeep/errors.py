"""Why a backup, a restore or a move was not done, in words for an administrator."""

from app.domain.errors import DomainError


class UpkeepError(DomainError):
    """It cannot be done so; nothing that was there before has changed."""

    code = "upkeep_refused"
