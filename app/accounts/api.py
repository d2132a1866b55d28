"""The API of who one is, where one acts, and of the ledger."""

from datetime import datetime

from flask import Blueprint
from sqlalchemy.orm import Session

from app.accounts import devices, queries, service, sign_in
from app.db.session import utcnow
from app.domain.roles import Role
from app.domain.tokens import TokenScope
from app.models import LedgerEntry
from app.models.places import Region, RegionKind
from app.web import api
from app.web.access import Audience, access, caller
from app.web.paging import Cursor
from app.web.strict_json import LARGEST

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


class SessionOut(api.Model):
    """A browser that is signed in."""

    id: str
    device: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class TokenOut(api.Model):
    """A token, without the token."""

    id: str
    note: str
    scopes: list[TokenScope]
    created_at: datetime
    expires_at: datetime | None


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


@bp.get("/me/sessions")
@api.read("List one's own sessions", returns=api.Listed[SessionOut])
@access(Audience.SIGNED_IN)
def sessions(session: Session) -> api.Listed[SessionOut]:
    """The browsers that are signed in, the newest first."""
    items = [
        SessionOut(
            id=row.uid,
            device=devices.name(row.agent),
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            expires_at=row.expires_at,
        )
        for row in queries.open_sessions(session, caller().id, utcnow())
    ]
    return api.Listed[SessionOut](items=items, next=None)


@bp.delete("/me/sessions")
@api.write("Sign every browser out", returns={204: None})
@access(Audience.SIGNED_IN)
def end_sessions(session: Session) -> None:
    """All of one's own; tokens stay."""
    sign_in.close_others(session, "", caller().id, utcnow())


@bp.delete("/me/sessions/<uid:session_uid>")
@api.write("Sign one browser out", returns={204: None})
@access(Audience.SIGNED_IN)
def end_session(session: Session, session_uid: str) -> None:
    """Somebody else's is like none; doing it twice changes nothing."""
    sign_in.close_session(session, session_uid, caller().id, utcnow())


@bp.get("/me/tokens")
@api.read("List one's own tokens", returns=api.Listed[TokenOut])
@access(Audience.SIGNED_IN)
def tokens(session: Session) -> api.Listed[TokenOut]:
    """Those that are good, the newest first; the tokens themselves are kept nowhere."""
    items = [
        TokenOut(
            id=row.uid,
            note=row.note,
            scopes=[TokenScope(one) for one in row.scopes.split()],
            created_at=row.created_at,
            expires_at=row.expires_at,
        )
        for row in queries.open_tokens(session, caller().id, utcnow())
    ]
    return api.Listed[TokenOut](items=items, next=None)


@bp.delete("/me/tokens/<uid:token_uid>")
@api.write("Void a token", returns={204: None})
@access(Audience.SIGNED_IN)
def end_token(session: Session, token_uid: str) -> None:
    """One's own, this one too; somebody else's is like none."""
    service.revoke_token(session, caller().id, token_uid, utcnow())


@bp.get("/regions")
@api.lists("List regions", RegionOut)
@access(Audience.SIGNED_IN)
def regions(session: Session, query: api.ListQuery) -> api.Listed[RegionOut]:
    """Those the caller acts in, whatever the role, by path."""
    return api.listed(
        session,
        query,
        queries.regions(caller().scope()),
        [Region.path],
        lambda row: RegionOut(id=row.uid, path=row.path, name=row.name, kind=row.kind),
    )


@bp.get("/ledger")
@api.lists("List ledger entries", EntryOut)
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


@bp.get("/ledger/<int:seq>")
@api.read("Read one ledger entry", returns=EntryOut)
@access(Role.AUDITOR, Role.REGULATOR, Role.ADMIN)
def ledger_entry(session: Session, seq: int) -> EntryOut:
    """By its number; what lies in other regions is like none."""
    scope = caller().scope(Role.AUDITOR, Role.REGULATOR, Role.ADMIN)
    found = queries.ledger(session, scope, seq - 1, 1).entries if 0 < seq < LARGEST else []
    if not found or found[0].seq != seq:
        raise api.nothing_here()
    return _entry(found[0])


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
