"""Who paid for a batch of scales that were bought together."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Funding(StrEnum):
    """Where the money of a batch came from."""

    ORGANISER = "organiser"
    GOVERNMENT = "government"
    BANK_OR_SPONSOR = "bank_or_sponsor"
    TRADER_DEPOSIT = "trader_deposit"
    LEASE = "lease"


# Words of lists; the first that fits, so the more special ones stand first.
CALLED: Final[Mapping[str, Funding]] = MappingProxyType(
    {
        "租": Funding.LEASE,
        "lease": Funding.LEASE,
        "押金": Funding.TRADER_DEPOSIT,
        "保证金": Funding.TRADER_DEPOSIT,
        "deposit": Funding.TRADER_DEPOSIT,
        "银行": Funding.BANK_OR_SPONSOR,
        "赞助": Funding.BANK_OR_SPONSOR,
        "sponsor": Funding.BANK_OR_SPONSOR,
        "bank": Funding.BANK_OR_SPONSOR,
        "财政": Funding.GOVERNMENT,
        "政府": Funding.GOVERNMENT,
        "public": Funding.GOVERNMENT,
        "government": Funding.GOVERNMENT,
        "主办": Funding.ORGANISER,
        "市场": Funding.ORGANISER,
        "自筹": Funding.ORGANISER,
        "organiser": Funding.ORGANISER,
    }
)


def funding_called(words: str) -> Funding | None:
    """Return who paid as a list says it; None where its words mean nobody we know."""
    said = words.strip().lower()
    return next((one for word, one in CALLED.items() if word in said), None)
