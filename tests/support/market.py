"""A market with an application before it, built once and copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.house import House, build, moved_into


@pytest.fixture(scope="session")
def built_house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Return the market as it is when it is new."""
    return build(tmp_path_factory.mktemp("house"), sqlite_template)


@pytest.fixture
def house(built_house: House, tmp_path: Path) -> Iterator[House]:
    """Yield a market with one registered scale and somebody of every role."""
    found = moved_into(built_house, tmp_path / "house")
    yield found
    found.work.database.dispose()
