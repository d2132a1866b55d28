"""The API of codes of other systems on a scale: a city's, or the maker's."""

from datetime import datetime
from typing import Annotated

from flask import Blueprint
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure import queries
from app.configure.api_fields import told_at_fields
from app.configure.service.codes import LONGEST, NewCode, OwnTagError, adopt_code, give_up_code
from app.db.session import utcnow
from app.domain.roles import Role
from app.domain.tokens import TokenScope
from app.models import Code, CodeKind, Scale
from app.web import api, scale_api
from app.web.access import READERS, ForbiddenError, access, caller, require_role
from app.web.database import installation

bp = Blueprint("codes", __name__)


class CodeOut(api.Model):
    """A code that finds the scale; one that is gone says since when."""

    id: str
    kind: CodeKind
    value: str
    issued_at: datetime
    revoked_at: datetime | None


class AdoptIn(api.Body):
    """A code as it was read; an address in it is compared and never opened."""

    kind: CodeKind
    value: Annotated[str, Field(min_length=1, max_length=LONGEST)]


@bp.get("/scales/<uid:scale>/codes")
@api.read("List the codes of a scale", returns=api.Listed[CodeOut])
@access(*READERS)
def codes(session: Session, scale: str) -> api.Listed[CodeOut]:
    """Ours and those of other systems, in the order they came."""
    row = queries.scale_in(session, caller().scope(), scale)
    found = session.scalars(select(Code).where(Code.scale_id == row.id).order_by(Code.id))
    return api.Listed[CodeOut](items=[_code(one) for one in found], next=None)


@bp.post("/scales/<uid:scale>/codes")
@api.write(
    "Adopt a code",
    body=AdoptIn,
    returns={201: CodeOut},
    problems=(ForbiddenError, OwnTagError),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(Role.MANAGER)
def adopt(session: Session, scale: str, body: AdoptIn) -> CodeOut:
    """From now on it finds this scale. `If-Match` is the scale's ETag."""
    row = _scale_to_change(session, scale)
    host = installation().settings.host
    with told_at_fields():
        command = NewCode(body.kind, body.value, host)
        return _code(adopt_code(session, row, command, by=caller().uid, at=utcnow()))


@bp.post("/scales/<uid:scale>/codes/<uid:code>/give-up")
@api.write(
    "Note that a code is gone",
    returns=CodeOut,
    problems=(ForbiddenError, OwnTagError),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(Role.MANAGER)
def give_up(session: Session, scale: str, code: str) -> CodeOut:
    """It finds the scale no more. `If-Match` is the scale's ETag."""
    row = _scale_to_change(session, scale)
    found = session.scalars(select(Code).where(Code.uid == code, Code.scale_id == row.id)).one()
    with told_at_fields():
        give_up_code(session, found, by=caller().uid, at=utcnow())
    return _code(found)


def _scale_to_change(session: Session, uid: str) -> Scale:
    row = queries.scale_in(session, caller().scope(), uid)
    require_role(row.path, Role.MANAGER)
    scale_api.match(session, row, caller(), utcnow())
    return row


def _code(row: Code) -> CodeOut:
    return CodeOut(
        id=row.uid,
        kind=row.kind,
        value=row.value,
        issued_at=row.issued_at,
        revoked_at=row.revoked_at,
    )
