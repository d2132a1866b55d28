"""The life of an import: a list that was looked at, applied as a whole, perhaps undone."""

from enum import StrEnum
from typing import Final


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


class Doubt(StrEnum):
    """What is wrong with a row beside the others, or beside the register."""

    DUPLICATE = "duplicate_serial"
    MARKET_NO_TWICE = "market_no_twice"
    UNKNOWN_PLACE = "unknown_place"
    PLACE_AMBIGUOUS = "place_ambiguous"
    UNKNOWN_MAKER = "unknown_maker"
    UNKNOWN_MODEL = "unknown_model"
    MODEL_AMBIGUOUS = "model_ambiguous"
    REGISTERED_ELSEWHERE = "registered_elsewhere"
    OTHER_PLACE = "other_place"
    HANDED_OUT = "handed_out"
    MARKET_NO_TAKEN = "market_no_taken"
    CODE_TAKEN = "code_taken"
    CODE_TWICE = "code_twice"
    UNKNOWN_BATCH = "unknown_batch"
    BATCH_ELSEWHERE = "batch_elsewhere"
    BATCH_OTHER_MODEL = "batch_other_model"
    BATCH_AMBIGUOUS = "batch_ambiguous"
    FUNDING_UNKNOWN = "funding_unknown"
    FUNDING_DIFFERS = "funding_differs"
    FUNDING_WITHOUT_BATCH = "funding_without_batch"
    SOFTWARE_DIFFERS = "software_differs"


# Told and no more: the rest of the row is taken.
NOTED: Final = frozenset({Doubt.FUNDING_WITHOUT_BATCH, Doubt.SOFTWARE_DIFFERS})
