"""Personal PINs: six digits, and not those that everybody tries first."""

from itertools import pairwise
from typing import Final

LENGTH: Final = 6
KEYPAD: Final = frozenset(
    {"147258", "258369", "789456", "456123", "159357", "357159", "147369", "741852", "963852"}
)
LUCKY: Final = frozenset({"520131", "131452", "521131", "168168", "518518", "112233", "332211"})
STEPS: Final = frozenset({1, 9, 2, 8})  # up, down, and every other, round the ten digits


def digits(typed: str) -> str:
    """Return ``typed`` without blanks, full-width digits of a Chinese keyboard as plain ones."""
    return "".join(str(int(one)) if one.isdecimal() else one for one in "".join(typed.split()))


def weakness(pin: str) -> str:
    """Return why ``pin`` is refused: ``form`` or ``common``; nothing where it is good."""
    if len(pin) != LENGTH or not (pin.isascii() and pin.isdigit()):
        return "form"
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    repeats = any(pin == pin[:length] * (LENGTH // length) for length in (1, 2, 3))
    runs = len(steps) == 1 and steps <= STEPS
    doubled = pin[::2] == pin[1::2]
    return "common" if repeats or runs or doubled or pin in KEYPAD | LUCKY else ""
