"""The 8-digit number printed beside a tag, to be read out by phone.

Seven digits and a check digit after H. M. Damm, "Total anti-symmetrische Quasigruppen",
Marburg 2004: it catches every wrong digit and every swap of two neighbours (ISO/IEC 7064
MOD 11,10 misses some swaps). The check of a good number is 0. The number is no secret and
proves nothing.
"""

import re
from typing import Final

from app.domain.errors import DomainError

DIGITS: Final = 8
LAST: Final = 9_999_999
_QUASIGROUP: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_BETWEEN: Final = re.compile(r"[\s\-‐-―－.·]+")
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９", "0123456789")


class NumberError(DomainError):
    """The typed number is not one of ours; most likely a slip of the finger."""

    code = "wrong_number"


def _check(digits: str) -> str:
    interim = "0"
    for digit in digits:
        interim = _QUASIGROUP[int(interim)][int(digit)]
    return interim


def number(counter: int) -> str:
    """Return the eight digits of the tag numbered ``counter``, 1 to 9,999,999.

    Raises:
        ValueError: The counter has no number.
    """
    if not 1 <= counter <= LAST:
        raise ValueError(f"there is no tag number for {counter}")
    digits = f"{counter:07d}"
    return digits + _check(digits)


def is_number(digits: str) -> bool:
    """Return whether ``digits`` are eight plain digits whose check digit is right."""
    return (
        len(digits) == DIGITS
        and digits.isascii()
        and digits.isdigit()
        and digits != "0" * DIGITS
        and _check(digits) == "0"
    )


def parse_number(text: str) -> str:
    """Return the eight digits meant by ``text``: spaces, dashes and full-width digits pass.

    Raises:
        NumberError: It is not eight digits, or the check digit says a digit is wrong.
    """
    digits = _BETWEEN.sub("", text.translate(_FULL_WIDTH))
    if not is_number(digits):
        raise NumberError("this is not one of our numbers: a digit is wrong, missing or extra")
    return digits


def spaced(digits: str) -> str:
    """Return the number as printed, in two groups of four."""
    return f"{digits[:4]} {digits[4:]}"
