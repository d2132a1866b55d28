"""The bench as a fixture, on SQLite or on both databases."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.config import Settings
from app.crypto import keys
from tests.attest.lab import Lab, build
from tests.support import databases


@pytest.fixture(scope="session")
def built_lab(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Lab, Path]]:
    """Yield a bench on SQLite, and the folder that it is put back from.

    One application for all tests: building one, with its engine, takes longer than most of them.
    """
    home = tmp_path_factory.mktemp("lab")
    keys.create(home / "keys")
    with databases.sqlite_copy(sqlite_template, home) as url:
        built = build(Settings(home=home, database_url=url))
    built.work.database.dispose()
    kept = home.with_name("lab-kept")
    shutil.copytree(home, kept)
    yield built, kept
    built.work.database.dispose()


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Yield a bench with a scale in service; on both databases where a test asks for it."""
    if "any_url" in request.fixturenames:
        found = build(request.getfixturevalue("settings"))
    else:
        built, kept = request.getfixturevalue("built_lab")
        shutil.rmtree(built.work.settings.home)
        shutil.copytree(kept, built.work.settings.home)
        found = replace(built, station=replace(built.station))
    yield found
    found.work.database.dispose()
