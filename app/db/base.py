"""The declarative base: every constraint is named, every instant is UTC."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

# Named constraints make migrations reversible and database errors readable.
NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

# SQLite numbers rows itself only when the key is a plain INTEGER.
Big = BigInteger().with_variant(Integer(), "sqlite")

primary_key = Annotated[int, mapped_column(Big, primary_key=True)]
public_id = Annotated[str, mapped_column(String(36), unique=True)]
# Ranges and cursors need the order of the characters; a locale's would pass over the slashes.
Path = String(120).with_variant(String(120, collation="C"), "postgresql")

path = Annotated[str, mapped_column(Path, index=True)]
ordered_path = Annotated[str, mapped_column(Path)]
# What sorts in the order of its characters on both databases.
ordered_text = Annotated[
    str, mapped_column(String(60).with_variant(String(60, collation="C"), "postgresql"))
]
name = Annotated[str, mapped_column(String(120))]
digest = Annotated[str, mapped_column(String(64))]
maybe_digest = Annotated[str | None, mapped_column(String(64))]
milligrams = Annotated[int, mapped_column(BigInteger())]
blob = Annotated[bytes, mapped_column(LargeBinary())]


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses datetimes without a zone, returns them in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Check and convert on the way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Restore the zone on the way out."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)  # SQLite gives the zone up


# Made once: making an encoder costs more than writing a short document.
_COMPACT: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Json(TypeDecorator[Any]):
    """A JSON document as text: the same bytes on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:  # noqa: ANN401
        """Write it compactly, sorted, without escapes."""
        if value is None:
            return None
        return _COMPACT.encode(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:  # noqa: ANN401
        """Read it back."""
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: UtcDateTime,
        dict[str, Any]: Json,
        list[Any]: Json,
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            create_constraint=False,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
    }


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """Return a CHECK that ``column`` holds one of ``values``."""
    known = ", ".join(f"'{member.value}'" for member in values)
    return CheckConstraint(f"{column} IN ({known})", name=f"{column}_is_known")
