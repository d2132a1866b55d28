"""Which verification regulation holds on which day. Source: product.md, "Verify"."""

from datetime import date
from enum import StrEnum
from typing import Final


class Regulation(StrEnum):
    """A regulation by its number."""

    JJG_539_2016 = "JJG 539-2016"
    JJG_1204_2025 = "JJG 1204-2025"


FIRST_DAY_OF_1204: Final = date(2027, 1, 8)


def regulation_on(day: date) -> Regulation:
    """Return the regulation by which a market scale is verified on ``day``."""
    return Regulation.JJG_1204_2025 if day >= FIRST_DAY_OF_1204 else Regulation.JJG_539_2016
