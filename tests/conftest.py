"""Fixtures every test may use. A test that needs none of them is the best kind."""

import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy.orm import Session

from app.config import Settings
from app.crypto import keys
from app.db.session import Database
from tests.support import compiled, databases, postgres
from tests.support.browser import launch

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # noon in China
BACKENDS = ("sqlite", "postgresql")

# A property holds or not, however busy the machine is.
hypothesis_settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("suite")
compiled.once()
# What is imported stays for the whole run; looking for cycles in it again and again was nearly
# half of the run's processor time.
gc.disable()
OBJECTS_TILL_A_LOOK = 100_000

# Few tests that take long: begun last, they would keep one worker busy while the others have ended.
LONG = (
    "tests/browser/test_every_page.py",
    "tests/api/test_fuzz.py",
    "tests/architecture/test_benchmarks.py",
    "tests/jobs/",
    "tests/upkeep/",
    "tests/browser/",
    "tests/demo/",
    "tests/agent/",
    "tests/api/",
    "tests/cli/",
    "tests/attest/test_returning.py",
    "tests/web/test_browser.py",
    "tests/web/test_readiness.py",
    "tests/web/test_uploads.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long; with ``--no-loadscope-reorder`` the workers keep that order."""

    def rank(item: pytest.Item) -> int:
        return next((n for n, path in enumerate(LONG) if item.nodeid.startswith(path)), len(LONG))

    items.sort(key=rank)
    # Real processes, lines and browsers share the machine with whatever else it does at that
    # moment: what fails there is a failure when it fails twice, and the run tells of both.
    again = pytest.mark.flaky(reruns=1)
    for item in items:
        if rank(item) < len(LONG):
            item.add_marker(again)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why something was run again: what comes and goes is a fault, too."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"first try of {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)


def pytest_collection_finish() -> None:
    """Look for cycles again, in what the tests make."""
    gc.freeze()
    gc.set_threshold(OBJECTS_TILL_A_LOOK)
    gc.enable()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Yield the one browser of the run: Playwright cannot be started twice in a process."""
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server of our own, with a migrated template."""
    with postgres.server() as url:
        databases.execute(f"{url}/postgres", "CREATE DATABASE template")
        databases.migrate(f"{url}/template")
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite database to copy."""
    target = tmp_path_factory.mktemp("template") / "wutong.db"
    databases.migrate(f"sqlite:///{target}")
    return target


@pytest.fixture(params=BACKENDS)
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a migrated, empty database: the test runs on both kinds."""
    if request.param == "sqlite":
        with databases.sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path) as url:
            yield url
    else:
        server = request.getfixturevalue("postgres_server")
        with databases.postgres_copy(server, "template") as url:
            yield url


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a migrated, empty SQLite database."""
    with databases.sqlite_copy(sqlite_template, tmp_path) as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Return settings of a fresh installation, on both databases where a test asks for it."""
    both = "any_url" in request.fixturenames
    url = request.getfixturevalue("any_url" if both else "url")
    keys.create(tmp_path / "keys")
    return Settings(home=tmp_path, database_url=url, base_url="http://127.0.0.1:8000")


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """Yield the database of ``settings``."""
    database = Database(settings.database_url)
    yield database
    database.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Yield a session in a write transaction that is rolled back afterwards."""
    with Session(database.engine) as session:
        yield session
        session.rollback()
