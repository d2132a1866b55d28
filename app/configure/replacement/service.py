"""Dates and prices of the replacement: data of the register, each change an entry of the ledger."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError
from app.db.ids import new_uid
from app.db.scope import within
from app.domain.errors import DomainError
from app.domain.phase_out import Kind
from app.domain.scope import Scope
from app.ledger import entries
from app.ledger.door import act, forget
from app.models import Place, ReplacementPrice, ScaleModel, TransitionRule

RECORD: Final = "record"
WITHDRAW: Final = "withdraw"
LONGEST: Final = 200
MOST_FEN: Final = 100_000_000


class OthersConcernedError(DomainError):
    """The dates hold for every region on record, and the caller answers for some of them only."""

    code = "dates_concern_others"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDay:
    """The last day of a kind of type, where that is written, and whether somebody saw it there."""

    kind: Kind
    last_day: date
    source: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one scale of ``model`` costs below ``path``."""

    path: str
    model: ScaleModel
    price_fen: int


def all_in(session: Session, scope: Scope) -> bool:
    """Return whether ``scope`` holds every place on record."""
    return not session.scalar(select(exists().where(~within(Place.path, scope))))


def record_last_day(session: Session, command: LastDay, *, by: str, at: datetime) -> TransitionRule:
    """Record until when a kind of type may serve; the legal status of its scales follows.

    Raises:
        FieldsError: No source is named, or it is too long.
    """
    entries.lock(session)
    source = command.source.strip()
    if not source:
        raise FieldsError(source=Fault.MISSING)
    if len(source) > LONGEST:
        raise FieldsError(source=Fault.TOO_LONG)
    rule = rule_of(session, command.kind)
    if rule is None:
        generation, networked = command.kind
        rule = TransitionRule(uid=new_uid(), generation=generation, networked=networked)
    with act(session, rule, RECORD, by=by, at=at):
        rule.last_day, rule.source = command.last_day, source
        rule.confirmed = command.confirmed
        session.add(rule)
    return rule


def withdraw_last_day(session: Session, rule: TransitionRule, *, by: str, at: datetime) -> None:
    """Take a date out of the register: its scales have no end from now on."""
    forget(session, rule, WITHDRAW, by=by, at=at)


def rule_of(session: Session, kind: Kind) -> TransitionRule | None:
    """Return the rule of a kind of type, if there is one."""
    generation, networked = kind
    return session.scalar(
        select(TransitionRule).where(
            TransitionRule.generation == generation, TransitionRule.networked == networked
        )
    )


def record_price(session: Session, command: Price, *, by: str, at: datetime) -> ReplacementPrice:
    """Record what a model costs in a region; a price of the same region is replaced.

    Raises:
        FieldsError: The price is nothing, or more than a scale can cost.
    """
    entries.lock(session)
    if not 0 < command.price_fen <= MOST_FEN:
        raise FieldsError(price=Fault.MALFORMED)
    row = session.scalar(
        select(ReplacementPrice).where(
            ReplacementPrice.path == command.path, ReplacementPrice.model_id == command.model.id
        )
    )
    if row is None:
        row = ReplacementPrice(uid=new_uid(), path=command.path, model=command.model)
    with act(session, row, RECORD, by=by, at=at):
        row.price_fen = command.price_fen
        session.add(row)
    return row


def withdraw_price(session: Session, row: ReplacementPrice, *, by: str, at: datetime) -> None:
    """Take a price out of the register."""
    forget(session, row, WITHDRAW, by=by, at=at)
