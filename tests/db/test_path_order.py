"""Region paths compare by their characters, whatever locale a PostgreSQL database was made with."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text

from app.db.scope import within
from app.db.session import Database
from app.domain.scope import Scope
from app.models import Place
from tests.support import databases
from tests.support.makers import make_place

INSIDE = "/32/3206/M1/"
BESIDE = "/32/32060/M2/"  # the next county's name only begins alike


@pytest.fixture
def localised(postgres_server: str) -> Iterator[Database]:
    """Yield a migrated database whose order is a language's, where slashes count for little."""
    name = "localised"
    databases.execute(
        f"{postgres_server}/postgres",
        f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu"
        " ICU_LOCALE 'en-u-ka-shifted' ENCODING 'UTF8'",
    )
    databases.migrate(f"{postgres_server}/{name}")
    database = Database(f"{postgres_server}/{name}")
    with database.transaction() as session:
        make_place(session, INSIDE)
        make_place(session, BESIDE)
    yield database
    database.dispose()
    databases.execute(f"{postgres_server}/postgres", f"DROP DATABASE {name} WITH (FORCE)")


def test_a_scope_finds_what_lies_in_it_and_nothing_else(localised: Database) -> None:
    """The range over a path is right though the database sorts by a locale."""
    with localised.reading() as session:
        found = session.scalars(select(Place.path).where(within(Place.path, Scope(("/32/3206/",)))))
        assert list(found) == [INSIDE]


def test_by_the_locales_own_order_the_range_is_wrong(localised: Database) -> None:
    """The control: the same comparison under the order that the column would have had."""
    by_locale = text(
        "SELECT path FROM place WHERE path COLLATE \"default\" >= '/32/3206/'"
        " AND path COLLATE \"default\" <= '/32/32060'"
    )
    with localised.reading() as session:
        assert list(session.scalars(by_locale)) != [INSIDE]
