"""The API of entry agreements."""

from datetime import date
from typing import Annotated

from flask import Blueprint, url_for
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure import agreements, queries
from app.configure.agreements import Term
from app.configure.api_fields import told_at_fields
from app.configure.service import FieldsError
from app.configure.service.agreements import (
    Signed,
    change_agreement,
    create_agreement,
    end_agreement,
)
from app.configure.service.errors import Fault
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import REGISTRARS
from app.domain.tokens import TokenScope
from app.models import Agreement, Stall, Trader
from app.web import api
from app.web.access import READERS, access, caller

bp = Blueprint("agreements", __name__)

Uid = Annotated[str, Field(min_length=1, max_length=36)]


class AgreementOut(api.Model):
    """An entry agreement (入场经营协议); `term` says how it stands today."""

    id: str
    place: str
    trader: str
    stalls: list[str]
    number: str
    signed_on: date
    until: date | None
    ended_on: date | None
    commitment_on: date | None
    document: str | None = Field(description="SHA-256 of the picture of the document")
    term: Term


class TermsIn(api.Body):
    """An agreement as it was signed; its trader is settled."""

    stalls: Annotated[list[Uid], Field(min_length=1, max_length=50)]
    number: Annotated[str, Field(min_length=1, max_length=40, examples=["XY-2026-007"])]
    signed_on: date
    until: date | None = None
    commitment_on: date | None = None


class AgreementIn(TermsIn):
    """An agreement as it was signed, with a trader about stalls of the same place."""

    trader: Uid


class EndIn(api.Body):
    """The day on which an agreement ended before its time."""

    ended_on: date


@bp.get("/agreements")
@api.lists("List entry agreements", AgreementOut)
@access(*READERS)
def every(session: Session, query: api.ListQuery) -> api.Listed[AgreementOut]:
    """Those of the caller's regions, by place."""
    return api.listed(
        session,
        query,
        agreements.agreements(caller().scope()),
        (Agreement.path, Agreement.uid),
        _out,
    )


@bp.get("/agreements/<uid:agreement>")
@api.read("Read an entry agreement", returns=AgreementOut)
@access(*READERS)
def one(session: Session, agreement: str) -> api.Answer:
    """One agreement; the picture of it is on its page, for registrars alone."""
    row = agreements.agreement_in(session, caller().scope(), agreement)
    return api.Answer(_out(row), version=row.version)


@bp.post("/agreements")
@api.write(
    "Record an entry agreement",
    body=AgreementIn,
    returns={201: AgreementOut},
    scope=TokenScope.REGISTER,
)
@access(*REGISTRARS)
def add(session: Session, body: AgreementIn) -> api.Answer:
    """With a trader of the caller's regions."""
    scope = caller().scope(*REGISTRARS)
    trader = session.scalars(queries.traders(scope).where(Trader.uid == body.trader)).one()
    with told_at_fields():
        command = _command(session, body, trader)
        row = create_agreement(session, command, by=caller().uid, at=utcnow())
    session.flush()
    where = {"Location": url_for(".one", agreement=row.uid)}
    return api.Answer(_out(row), version=row.version, headers=where)


@bp.put("/agreements/<uid:agreement>")
@api.write(
    "Correct or prolong an entry agreement",
    body=TermsIn,
    returns=AgreementOut,
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*REGISTRARS)
def change(session: Session, agreement: str, body: TermsIn) -> api.Answer:
    """All of it anew, but for its trader."""
    row = agreements.agreement_in(session, caller().scope(*REGISTRARS), agreement)
    api.match(row.version)
    with told_at_fields():
        command = _command(session, body, row.trader)
        change_agreement(session, row, command, by=caller().uid, at=utcnow())
    session.flush()
    return api.Answer(_out(row), version=row.version)


@bp.post("/agreements/<uid:agreement>/end")
@api.write(
    "End an entry agreement early",
    body=EndIn,
    returns=AgreementOut,
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(*REGISTRARS)
def end(session: Session, agreement: str, body: EndIn) -> api.Answer:
    """Once; one that runs out needs no such word."""
    row = agreements.agreement_in(session, caller().scope(*REGISTRARS), agreement)
    api.match(row.version)
    with told_at_fields():
        end_agreement(session, row, body.ended_on, by=caller().uid, at=utcnow())
    session.flush()
    return api.Answer(_out(row), version=row.version)


def _command(session: Session, body: TermsIn, trader: Trader) -> Signed:
    asked = set(body.stalls)
    rows = select(Stall).where(Stall.place_id == trader.place_id, Stall.uid.in_(asked))
    stalls = tuple(session.scalars(rows))
    if len(stalls) != len(asked):
        raise FieldsError(stalls=Fault.NOT_HERE)
    given = body.model_dump(exclude={"stalls", "trader"})
    return Signed(trader=trader, stalls=stalls, **given)


def _out(row: Agreement) -> AgreementOut:
    return AgreementOut(
        id=row.uid,
        place=row.place.uid,
        trader=row.trader.uid,
        stalls=[one.stall.uid for one in row.stalls],
        number=row.number,
        signed_on=row.signed_on,
        until=row.until,
        ended_on=row.ended_on,
        commitment_on=row.commitment_on,
        document=row.document,
        term=agreements.term(row, local_date(utcnow())),
    )
