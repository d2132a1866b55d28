"""The application before which programs stand, and the town that hostile tests ask."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.config import Settings
from app.factory import create_app
from tests.api.town import somebody_else, town

__all__ = ["somebody_else", "town"]


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Yield the whole application."""
    app = create_app(settings)
    yield app
    app.extensions["wutong"].database.dispose()
