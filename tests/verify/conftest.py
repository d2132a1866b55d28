"""The market in which scales are verified."""

from tests.support.market import built_house, house

__all__ = ["built_house", "house"]
