"""Market numbers in the order in which people count: A-2 before A-10."""

import re
from typing import Final

# After every character: what has no number yet comes last.
NONE: Final = "\U0010ffff"
RUN: Final = re.compile("0*([0-9]+)")


def sort_key(market_no: str) -> str:
    """Return text that sorts as ``market_no`` reads, with capital and small letters alike.

    A number stands behind the number of its digits, so a longer one sorts after a shorter one.
    """
    if not market_no:
        return NONE
    return RUN.sub(lambda run: f"{len(run[1]):02}{run[1]}", market_no.lower())
