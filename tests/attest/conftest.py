"""The bench as a fixture, on SQLite or on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings
from app.crypto import keys
from tests.attest.lab import Lab, build, copied
from tests.support import databases


@pytest.fixture(scope="session")
def built_lab(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Return a bench on SQLite to copy: building one takes as long as most tests."""
    home = tmp_path_factory.mktemp("lab")
    keys.create(home / "keys")
    with databases.sqlite_copy(sqlite_template, home) as url:
        built = build(Settings(home=home, database_url=url))
    built.work.database.dispose()
    return built


@pytest.fixture
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    """Yield a bench with a scale in service; on both databases where a test asks for it."""
    if "any_url" in request.fixturenames:
        found = build(request.getfixturevalue("settings"))
    else:
        found = copied(request.getfixturevalue("built_lab"), tmp_path / "home")
    yield found
    found.work.database.dispose()
