"""Two rules for passwords that contradict each other; an operator chooses one.

``asvs``: length and a list of common ones, no composition, no rotation (OWASP ASVS 4.0.3,
2.1.1, 2.1.7, 2.1.9, 2.1.10; NIST SP 800-63B 5.1.1.2). ``djbh``: composition and regular change
(GB/T 22239-2019, 8.1.4.1 a; the figures are those that assessors ask for). See decisions.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

KINDS: Final = 4  # small letters, capitals, digits, everything else


@dataclass(frozen=True, slots=True)
class Profile:
    """What a password must be.

    Attributes:
        shortest: Characters.
        kinds: How many of the four kinds of characters it holds.
        lasts: After this time a new one is set; None for never.
        remembered: How many earlier ones may not come back.
    """

    name: str
    shortest: int
    kinds: int = 1
    lasts: timedelta | None = None
    remembered: int = 0


ASVS: Final = Profile("asvs", shortest=12)
DJBH: Final = Profile("djbh", shortest=10, kinds=3, lasts=timedelta(days=90), remembered=5)
PROFILES: Final[Mapping[str, Profile]] = MappingProxyType({one.name: one for one in (ASVS, DJBH)})


def kinds_of(password: str) -> int:
    """Return how many kinds of characters ``password`` holds."""
    tests = (str.islower, str.isupper, str.isdigit)
    kinds = [any(test(one) for one in password) for test in tests]
    other = any(not any(test(one) for test in tests) for one in password)
    return sum(kinds) + other
