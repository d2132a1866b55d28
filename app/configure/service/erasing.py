"""Erasing a trader: name, telephone number and key go; what stood there stays, with nobody.

What entered the ledger of the name is a digest under the trader's own key: with the key gone
nothing can be guessed from it. Verifying knows the act and stays green.
"""

from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.ledger import entries
from app.ledger.door import act
from app.ledger.erasures import NAMELESS, PERSON_ERASED
from app.models import Agreement, BulkAct, ImportLine, SavedFilter, Scale, Trader

PICTURE_ERASED: Final = "document_erased"
SAID: Final = ("trader", "phone")


class StillTradesError(DomainError):
    """The trader has a scale or an agreement that stands: the name is needed as yet."""

    code = "still_trades"


class TraderErasedError(DomainError):
    """The trader was erased before."""

    code = "trader_erased"


def erase_trader(session: Session, trader: Trader, *, by: str, at: datetime) -> list[str]:
    """Blank ``trader`` for good; return the digests of pictures that nothing needs any more.

    Raises:
        StillTradesError: A scale or an agreement of the trader stands.
        TraderErasedError: Somebody did it before.
    """
    entries.lock(session)
    session.refresh(trader)
    if trader.secret is None:
        raise TraderErasedError("this trader is erased already")
    if needed(session, trader, at):
        raise StillTradesError("a scale or an agreement of this trader stands")
    name, phone = trader.name, trader.phone
    with act(session, trader, PERSON_ERASED, by=by, at=at):
        trader.name, trader.phone, trader.secret = NAMELESS, "", None
    _erase_from_imports(session, trader, {name, phone} - {""})
    # One character is nobody's name alone.
    _erase_from_lists(session, {word for word in (name, phone) if len(word) > 1})
    return _erase_pictures(session, trader, by, at)


def needed(session: Session, trader: Trader, at: datetime) -> bool:
    """Return whether the name still has to be known: a scale is theirs, an agreement runs."""
    today = local_date(at)
    runs = exists().where(
        Agreement.trader_id == trader.id,
        Agreement.ended_on.is_(None) | (Agreement.ended_on > today),
        Agreement.until.is_(None) | (Agreement.until >= today),
    )
    has = exists().where(Scale.trader_id == trader.id)
    return bool(session.scalar(select(runs | has)))


def _erase_from_imports(session: Session, trader: Trader, words: set[str]) -> None:
    """Take the name and the number out of the rows of lists that spoke of the place."""
    lines = select(ImportLine).where(ImportLine.place_id == trader.place_id)
    for line in session.scalars(lines.execution_options(yield_per=500)):
        if any(word in str((line.said, line.changes, line.problems)) for word in words):
            for column in ("said", "changes"):
                kept = {k: v for k, v in getattr(line, column).items() if k not in SAID}
                setattr(line, column, kept)
            line.problems = [
                {**one, "cell": "", "more": ""} if one["field"] in SAID else one
                for one in line.problems
            ]


def _erase_from_lists(session: Session, words: set[str]) -> None:
    """Take searches for the name or the number out of what people kept of lists.

    A filter that somebody kept goes: who has the same name is searched for anew. An act on many
    stays; it only forgets what it was chosen by.
    """
    for kept in session.scalars(select(SavedFilter)).all():
        if any(word in f"{kept.name}\n{_searched(kept.query)}" for word in words):
            session.delete(kept)
    acts = select(BulkAct).where(BulkAct.query.like("%q=%"))
    for one in session.scalars(acts.execution_options(yield_per=500)):
        if any(word in _searched(one.query) for word in words):
            rest = parse_qsl(one.query)
            one.query = urlencode([(name, value) for name, value in rest if name != "q"])


def _searched(query: str) -> str:
    return " ".join(value for name, value in parse_qsl(query) if name == "q")


def _erase_pictures(session: Session, trader: Trader, by: str, at: datetime) -> list[str]:
    """Take the signed documents away; each agreement stays, with its number and days."""
    theirs = select(Agreement).where(
        Agreement.trader_id == trader.id, Agreement.document.is_not(None)
    )
    gone = set()
    for row in session.scalars(theirs).all():
        gone.add(str(row.document))
        with act(session, row, PICTURE_ERASED, by=by, at=at):
            row.document = None
    session.flush()
    used = set(session.scalars(select(Agreement.document).where(Agreement.document.in_(gone))))
    return sorted(gone - used)
