"""The API of who one is, where one acts, and of the ledger."""

from datetime import datetime

from flask import Blueprint
from sqlalchemy.orm import Session

from app.accounts import queries
from app.domain.roles import Role
from app.models import LedgerEntry
from app.models.places import Region, RegionKind
from app.web import api
from app.web.access import Audience, access, caller
from app.web.paging import BadCursorError, Cursor, fetch

bp = Blueprint("accounts_api", __name__, url_prefix="/api/v1")


class GrantOut(api.Model):
    """A role inside a region."""

    role: Role
    path: str


class MeOut(api.Model):
    """The person behind the token."""

    id: str
    login: str
    name: str
    grants: list[GrantOut]


class RegionOut(api.Model):
    """One node of the region tree."""

    id: str
    path: str
    name: str
    kind: RegionKind


class EntryOut(api.Model):
    """One entry of the ledger; `data` is the text that was hashed, `leaf` its RFC 6962 hash."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    leaf: str
    data: str


@bp.get("/me")
@api.read("Who the token stands for", returns=MeOut)
@access(Audience.SIGNED_IN)
def me(session: Session) -> MeOut:
    """The person, and the roles in force today with their regions."""
    del session
    who = caller()
    grants = [GrantOut(role=role, path=path) for role, path in who.grants]
    return MeOut(id=who.uid, login=who.login, name=who.name, grants=grants)


@bp.get("/regions")
@api.read(
    "List regions",
    query=api.ListQuery,
    returns=api.Listed[RegionOut],
    problems=(BadCursorError,),
)
@access(Audience.SIGNED_IN)
def regions(session: Session, query: api.ListQuery) -> api.Listed[RegionOut]:
    """Those the caller acts in, whatever the role, by path."""
    page = fetch(
        session,
        queries.regions(caller().scope()),
        [Region.path],
        Cursor.parse(query.after, str),
        query.limit,
    )
    items = [
        RegionOut(id=row.uid, path=row.path, name=row.name, kind=row.kind) for row in page.items
    ]
    return api.Listed[RegionOut](items=items, next=page.next)


@bp.get("/ledger")
@api.read(
    "List ledger entries",
    query=api.ListQuery,
    returns=api.Listed[EntryOut],
    problems=(BadCursorError,),
)
@access(Role.AUDITOR, Role.REGULATOR, Role.ADMIN)
def ledger(session: Session, query: api.ListQuery) -> api.Listed[EntryOut]:
    """In the order they were written, those whose subjects lie in the caller's regions.

    A page may hold fewer entries than asked for and yet have a `next`.
    """
    cursor = Cursor.parse(query.after, int)
    after = int(cursor.keys[0]) if cursor else 0
    scope = caller().scope(Role.AUDITOR, Role.REGULATOR, Role.ADMIN)
    seen = queries.ledger(session, scope, after, query.limit)
    following = str(Cursor((seen.next,))) if seen.next else None
    return api.Listed[EntryOut](items=[_entry(row) for row in seen.entries], next=following)


def _entry(row: LedgerEntry) -> EntryOut:
    told = queries.content(row)
    return EntryOut(
        seq=row.seq,
        at=told["at"],
        actor=told["actor"],
        action=told["action"],
        subject=row.subject,
        leaf=row.leaf,
        data=row.data.decode(),
    )
