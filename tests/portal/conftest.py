"""The market that tags and cards are tried in."""

from tests.support.market import built_house, house

__all__ = ["built_house", "house"]
