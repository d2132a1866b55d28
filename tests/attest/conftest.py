"""The bench as a fixture, on SQLite or on both databases."""

from collections.abc import Iterator

import pytest

from app.config import Settings
from tests.attest.lab import Lab, build


@pytest.fixture
def lab(settings: Settings) -> Iterator[Lab]:
    """Yield a bench with a scale in service; on both databases where a test asks for it."""
    built = build(settings)
    yield built
    built.work.database.dispose()
