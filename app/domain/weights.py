"""Standard weights: what a class allows, and how far one weight may be from its nominal.

Source: OIML R 111-1:2004, 5.1 and Table 1 (the same limits as JJG 99); domain.md 2.4 [K] for
M1 from 500 g to 20 kg. Units: nominals in milligrams, errors in micrograms; never a float.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.standards import WeightClass

SOURCE: Final = "OIML R 111-1:2004 表1"
UG: Final = 1000
_G: Final = 1000
_KG: Final = 1000 * _G
_CLASSES: Final = tuple(WeightClass)

# Nominal in mg: the limit in µg by class, E1 first; 0 where the class has no such weight.
# The heavier ones of the table, 100 kg and up, test no market scale.
# fmt: off
_TABLE: Final[Mapping[int, tuple[int, ...]]] = MappingProxyType({
    50 * _KG: (
        25_000, 80_000, 250_000, 800_000, 2_500_000, 5_000_000, 8_000_000, 16_000_000, 25_000_000,
    ),
    20 * _KG: (10_000, 30_000, 100_000, 300_000, 1_000_000, 0, 3_000_000, 0, 10_000_000),
    10 * _KG: (5_000, 16_000, 50_000, 160_000, 500_000, 0, 1_600_000, 0, 5_000_000),
    5 * _KG: (2_500, 8_000, 25_000, 80_000, 250_000, 0, 800_000, 0, 2_500_000),
    2 * _KG: (1_000, 3_000, 10_000, 30_000, 100_000, 0, 300_000, 0, 1_000_000),
    1 * _KG: (500, 1_600, 5_000, 16_000, 50_000, 0, 160_000, 0, 500_000),
    500 * _G: (250, 800, 2_500, 8_000, 25_000, 0, 80_000, 0, 250_000),
    200 * _G: (100, 300, 1_000, 3_000, 10_000, 0, 30_000, 0, 100_000),
    100 * _G: (50, 160, 500, 1_600, 5_000, 0, 16_000, 0, 50_000),
    50 * _G: (30, 100, 300, 1_000, 3_000, 0, 10_000, 0, 30_000),
    20 * _G: (25, 80, 250, 800, 2_500, 0, 8_000, 0, 25_000),
    10 * _G: (20, 60, 200, 600, 2_000, 0, 6_000, 0, 20_000),
    5 * _G: (16, 50, 160, 500, 1_600, 0, 5_000, 0, 16_000),
    2 * _G: (12, 40, 120, 400, 1_200, 0, 4_000, 0, 12_000),
    1 * _G: (10, 30, 100, 300, 1_000, 0, 3_000, 0, 10_000),
    500: (8, 25, 80, 250, 800, 0, 2_500, 0, 0),
    200: (6, 20, 60, 200, 600, 0, 2_000, 0, 0),
    100: (5, 16, 50, 160, 500, 0, 1_600, 0, 0),
    50: (4, 12, 40, 120, 400, 0, 0, 0, 0),
    20: (3, 10, 30, 100, 300, 0, 0, 0, 0),
    10: (3, 8, 25, 80, 250, 0, 0, 0, 0),
    5: (3, 6, 20, 60, 200, 0, 0, 0, 0),
    2: (3, 6, 20, 60, 200, 0, 0, 0, 0),
    1: (3, 6, 20, 60, 200, 0, 0, 0, 0),
})
# fmt: on
NOMINALS_MG: Final = tuple(_TABLE)


def mpe_ug(weight_class: WeightClass, nominal_mg: int) -> int | None:
    """Return the limit of a weight, µg; None where the class has no such nominal."""
    row = _TABLE.get(nominal_mg)
    return (row[_CLASSES.index(weight_class)] or None) if row else None


def bound_ug(
    weight_class: WeightClass, nominal_mg: int, error_ug: int | None, uncertainty_ug: int | None
) -> int | None:
    """Return how far the weight may be from its nominal, µg.

    What its certificate says, |error| + uncertainty, where it says both; else what its class
    allows. None where neither is known: such a weight is of no use.
    """
    if error_ug is not None and uncertainty_ug is not None:
        return abs(error_ug) + uncertainty_ug
    return mpe_ug(weight_class, nominal_mg)
