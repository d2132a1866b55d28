"""What kind of scale a model is, as the regulations divide them."""

from enum import StrEnum


class AccuracyClass(StrEnum):
    """Accuracy class, OIML R 76-1:2006, 3.1."""

    III = "III"
    IIII = "IIII"


class TypeGeneration(StrEnum):
    """Which type evaluation the model went through: before JJF 2184-2025, or by it."""

    OLD = "old"
    JJF2184 = "jjf2184"
