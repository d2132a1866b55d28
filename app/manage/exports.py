"""Tables to take away: what the list shows, and the sheet for e-CQS, a batch at a time.

A hundred thousand rows are never in memory together: they are read in the order of the list,
some hundreds at once, and forgotten when they are written.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.scope import within
from app.domain.scope import Scope
from app.manage import columns, queries
from app.manage.cards import cards
from app.manage.queries import Asked
from app.models import BulkAct, BulkLine, BulkOutcome, Scale
from app.standing import ecqs
from app.web.tables_out import Cell

AT_ONCE: Final = 500


def rows(session: Session, asked: Asked, keys: Sequence[str]) -> Iterator[list[Cell]]:
    """Yield the rows of all that is asked for, with the columns ``keys``."""
    for scales in _fleet(session, asked):
        yield from _drawn(session, scales, asked.today, keys)


def rows_of(
    session: Session, bulk: BulkAct, scope: Scope, today: date, keys: Sequence[str]
) -> Iterator[list[Cell]]:
    """Yield the rows of the scales of a bulk act."""
    for scales in _chosen(session, bulk, scope):
        yield from _drawn(session, scales, today, keys)


def sheet_of(
    session: Session, bulk: BulkAct, scope: Scope, beside: ecqs.Around
) -> Iterator[Sequence[Cell]]:
    """Yield the rows of the e-CQS sheet of a bulk act: the scales that lack nothing."""
    for scales in _chosen(session, bulk, scope):
        yield from ecqs.rows(scales, beside)


def _fleet(session: Session, asked: Asked) -> Iterator[list[Scale]]:
    after: str | None = None
    while True:
        page = queries.fleet(session, asked, after, AT_ONCE)
        yield page.items
        after = page.next
        if after is None:
            return
        session.expunge_all()


def _chosen(session: Session, bulk: BulkAct, scope: Scope) -> Iterator[list[Scale]]:
    """Yield the scales that can, still inside the scope, some at a time."""
    after, bulk_id = 0, bulk.id
    while True:
        found = session.execute(
            select(BulkLine.id, BulkLine.scale_id)
            .join(Scale, Scale.id == BulkLine.scale_id)
            .where(
                BulkLine.bulk_id == bulk_id,
                BulkLine.outcome != BulkOutcome.REFUSED,
                BulkLine.id > after,
                within(Scale.path, scope),
            )
            .order_by(BulkLine.id)
            .limit(AT_ONCE)
        ).all()
        if not found:
            return
        yield queries.by_ids(session, [scale_id for _line, scale_id in found])
        after = found[-1][0]
        session.expunge_all()


def _drawn(
    session: Session, scales: Sequence[Scale], today: date, keys: Sequence[str]
) -> Iterator[list[Cell]]:
    for scale, card in zip(scales, cards(session, scales, today, {}), strict=True):
        yield columns.row(keys, scale, card)
