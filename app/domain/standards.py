"""Standards of a verification body: classes of weights, what became of them, marks in stock.

Sources: OIML R 111-1:2004 (classes); 印证管理办法 10 (labels and seals are accounted for).
"""

from enum import StrEnum


class WeightClass(StrEnum):
    """Accuracy class of a standard weight, OIML R 111-1:2004, 4, finest first."""

    E1 = "E1"
    E2 = "E2"
    F1 = "F1"
    F2 = "F2"
    M1 = "M1"
    M1_2 = "M1-2"
    M2 = "M2"
    M2_3 = "M2-3"
    M3 = "M3"


class WeightState(StrEnum):
    """Whether a weight may be used."""

    IN_USE = "in_use"
    WITHDRAWN = "withdrawn"
    RETIRED = "retired"


class MarkKind(StrEnum):
    """What a verifier puts on a scale that passed."""

    LABEL = "label"
    LEAD_SEAL = "lead_seal"


class MarkState(StrEnum):
    """Where one numbered mark is: 领用, 使用, 作废, 退回."""

    USED = "used"
    VOIDED = "voided"
    RETURNED = "returned"
