"""What is to be restored, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.upkeep.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be restored.

    Attributes:
        realm: Key id of the installation that the operator means; None where the target says it.
        by: Sign-in name of the operator, or nothing.
        reason: For the ledger's epoch; no personal data.
        replace: Whether what is there may be put aside.
        damaged_as_it_was: Whether a ledger that was damaged when it was backed up is wanted.
    """

    file: Path
    target: Target
    passphrase: str | None
    at: datetime
    realm: str | None = None
    by: str | None = None
    reason: str = ""
    replace: bool = False
    damaged_as_it_was: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of it."""

    epoch: int
    size: int
    upgraded_from: str | None
    aside: tuple[str, ...] = ()
