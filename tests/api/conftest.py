"""The town that hostile tests ask."""

from tests.api.town import somebody_else, town

__all__ = ["somebody_else", "town"]
