"""The market in which scales are managed."""

from tests.support.market import built_house, house

__all__ = ["built_house", "house"]
