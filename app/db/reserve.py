"""Numbers for rows before the rows are written: many of them then take one statement."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.base import Base


def reserve(session: Session, kind: type[Base], count: int) -> list[int]:
    """Return ``count`` ids that no row of ``kind`` has, ascending.

    PostgreSQL counts them off its sequence. SQLite has one writer at a time, and that is the
    transaction we are in: behind the greatest is free until it ends.
    """
    table = kind.__tablename__
    if session.get_bind().dialect.name == "postgresql":
        drawn = func.nextval(func.pg_get_serial_sequence(table, "id"))
        return list(session.scalars(select(drawn).select_from(func.generate_series(1, count))))
    last = session.connection().scalar(select(func.max(kind.__table__.c.id))) or 0
    return list(range(last + 1, last + 1 + count))
