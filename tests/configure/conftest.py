"""The market in which the register is kept."""

from tests.support.market import built_house, house

__all__ = ["built_house", "house"]
