"""The life of an import: a list that was looked at, applied as a whole, perhaps undone."""

from enum import StrEnum


class ImportState(StrEnum):
    """How far an import is."""

    READING = "reading"
    READY = "ready"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


class LineKind(StrEnum):
    """What a row of the list means for the register."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class LineOutcome(StrEnum):
    """What became of a row."""

    WAITING = "waiting"
    APPLIED = "applied"
    OVERTAKEN = "overtaken"
    UNDONE = "undone"
    KEPT = "kept"
