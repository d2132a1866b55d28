"""A database's schema as the inspector sees it, CHECKs included (autogenerate skips those)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Inspector, NullPool, create_engine, inspect, text

# What no model describes: shadows of the search index; tests/search says that they are there.
UNMODELLED = ("search_",)
# SQLite keeps the words a table was made with: the same words need no second look, and are many.
SEEN: dict[tuple[str, ...], dict[str, Any]] = {}


def schema_at(url: str) -> dict[str, Any]:
    """Return the schema of the database at ``url``, by table."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        inspector = inspect(connection)
        tables = [name for name in inspector.get_table_names() if _is_modelled(name)]
        if connection.dialect.name != "sqlite":
            return _looked_at(inspector, tables)
        words = {table: _words(connection, table) for table in tables}
        new = [table for table in tables if words[table] not in SEEN]
        SEEN.update((words[table], seen) for table, seen in _looked_at(inspector, new).items())
        return {table: SEEN[words[table]] for table in tables}


def _is_modelled(table: str) -> bool:
    return table != "alembic_version" and not table.startswith(UNMODELLED)


def _words(connection: Connection, table: str) -> tuple[str, ...]:
    query = text("SELECT coalesce(sql, name) FROM sqlite_master WHERE tbl_name = :table ORDER BY 1")
    return tuple(connection.execute(query, {"table": table}).scalars())


def _looked_at(inspector: Inspector, tables: list[str]) -> dict[str, Any]:
    if not tables:
        return {}
    columns = inspector.get_multi_columns(filter_names=tables)
    primary = inspector.get_multi_pk_constraint(filter_names=tables)
    foreign = inspector.get_multi_foreign_keys(filter_names=tables)
    unique = inspector.get_multi_unique_constraints(filter_names=tables)
    checks = inspector.get_multi_check_constraints(filter_names=tables)
    indexes = inspector.get_multi_indexes(filter_names=tables)
    return {
        table: {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"], c["default"])
                for c in _by_name(columns[key])
            ],
            "primary key": primary[key],
            "foreign keys": _by_name(_named(table, row) for row in foreign[key]),
            "unique": _by_name(unique[key]),
            "checks": _by_name(checks[key]),
            "indexes": [
                index
                for index in _by_name(indexes[key])
                if not str(index["name"]).startswith(UNMODELLED)
            ],
        }
        for table in tables
        for key in [(None, table)]
    }


def _named(table: str, key: Any) -> dict[str, Any]:  # noqa: ANN401 - the inspector's own row
    """Return a foreign key under its name; SQLite does not tell it of one that was added later."""
    return {**key, "name": key["name"] or f"fk_{table}_{key['constrained_columns'][0]}"}


def _by_name(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: str(row["name"]))
