"""Who paid for a batch of scales that were bought together."""

from enum import StrEnum


class Funding(StrEnum):
    """Where the money of a batch came from."""

    ORGANISER = "organiser"
    GOVERNMENT = "government"
    BANK_OR_SPONSOR = "bank_or_sponsor"
    TRADER_DEPOSIT = "trader_deposit"
    LEASE = "lease"
