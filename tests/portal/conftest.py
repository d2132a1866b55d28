"""The market that tags and cards are tried in."""

from pathlib import Path

import pytest

from tests.support.house import House, build, moved_into


@pytest.fixture(scope="session")
def built_house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Return the market as it is when it is new."""
    return build(tmp_path_factory.mktemp("house"), sqlite_template)


@pytest.fixture
def house(built_house: House, tmp_path: Path) -> House:
    """Return a market with one registered scale and somebody of every role."""
    return moved_into(built_house, tmp_path / "house")
