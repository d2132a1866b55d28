"""Many rows past the bookkeeping: the database holds what it would hold otherwise."""

from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, Final

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    select,
    text,
    update,
)

from app.db import bulk
from app.db.base import Json, UtcDateTime
from app.db.session import Database


class Colour(StrEnum):
    """Stored by value."""

    RED = "rot"


TABLE: Final = Table(
    "bulk_trial",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(40)),
    Column("at", UtcDateTime),
    Column("said", Json),
    Column("colour", Enum(Colour, native_enum=False, values_callable=lambda kind: [*kind])),
    Column("is_good", Boolean),
    Column("data", LargeBinary),
)
ROWS: Final[list[dict[str, Any]]] = [
    {
        "name": "秤",
        "at": datetime(2026, 11, 23, 8, tzinfo=timezone(timedelta(hours=8))),
        "said": {"b": [1, "二"], "a": None},
        "colour": Colour.RED,
        "is_good": True,
        "data": b"\0\xff",
    },
    {"name": None, "at": None, "said": None, "colour": None, "is_good": None, "data": None},
]
INSERT: Final = insert(TABLE)
RENAME: Final = update(TABLE).where(TABLE.c.id == bindparam("key")).values(name=bindparam("new"))


@pytest.mark.usefixtures("any_url")
def test_rows_are_stored_as_they_would_be_one_by_one(database: Database) -> None:
    """Type for type, as the database itself holds them; updates alike."""
    with database.transaction() as session:
        connection = session.connection()
        TABLE.create(connection)
        try:
            connection.execute(INSERT, ROWS)
            bulk.execute(connection, INSERT, ROWS)
            bulk.execute(connection, INSERT, [])
            bare = connection.execute(text("SELECT * FROM bulk_trial ORDER BY id")).all()
            assert [tuple(row[1:]) for row in bare[:2]] == [tuple(row[1:]) for row in bare[2:]]
            bulk.execute(connection, RENAME, [{"key": 3, "new": "杆秤"}, {"key": 4, "new": "x"}])
            names = connection.scalars(select(TABLE.c.name).order_by(TABLE.c.id)).all()
            assert names == ["秤", None, "杆秤", "x"]
        finally:
            TABLE.drop(connection)


def test_a_row_without_a_name_that_is_asked_for_is_refused(database: Database) -> None:
    """Defaults are not filled in here, so nothing may be left out."""
    with database.transaction() as session, pytest.raises(ValueError, match="exactly"):
        bulk.execute(session.connection(), RENAME, [{"key": 1}])
