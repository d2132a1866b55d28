"""Codes of other systems on a scale: adopted so that they find it, given up when they are gone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError
from app.db.ids import new_uid
from app.domain import scanned
from app.domain.errors import DomainError
from app.domain.scanned import ScanKind
from app.ledger import entries
from app.ledger.codes import suspend_without_code
from app.ledger.door import act
from app.models import Code, CodeKind, Scale

LONGEST: Final = 200
ADOPTED: Final = "code_adopted"
GIVEN_UP: Final = "code_given_up"


class OwnTagError(DomainError):
    """This is a tag of ours: it is bound and voided in its own way."""

    code = "own_tag"


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code as it was read from the scale; ``host`` is the one our own tags are signed for."""

    kind: CodeKind
    value: str
    host: str


def adopt_code(session: Session, scale: Scale, command: NewCode, *, by: str, at: datetime) -> Code:
    """Let a code of another system find ``scale``; its address is compared and never opened.

    Raises:
        FieldsError: It cannot be read, or another scale carries it.
        OwnTagError: It is a tag of ours.
    """
    entries.lock(session)
    value = _value(command)
    found = session.scalar(select(Code).where(Code.value == value))
    if found is not None and (found.scale_id != scale.id or found.revoked_at is None):
        raise FieldsError(value=Fault.TAKEN)
    code = found or Code(
        uid=new_uid(), path=scale.path, kind=command.kind, value=value, issued_at=at
    )
    with act(session, scale, ADOPTED, by=by, at=at, details={"kind": command.kind.value}):
        code.revoked_at = None
        code.scale_id = scale.id
        session.add(code)
    return code


def give_up_code(session: Session, code: Code, *, by: str, at: datetime) -> None:
    """Note that a code of another system is no longer on its scale.

    A scale that serves and carries no other code is suspended until it has one again.

    Raises:
        OwnTagError: It is a tag of ours.
        FieldsError: It was given up before.
    """
    entries.lock(session)
    if code.kind is CodeKind.TAG or code.scale is None:
        raise OwnTagError("a tag of ours is voided, not given up")
    if code.revoked_at is not None:
        raise FieldsError(value=Fault.MISSING)
    with act(session, code.scale, GIVEN_UP, by=by, at=at, details={"kind": code.kind.value}):
        code.revoked_at = at
    suspend_without_code(session, code.scale, by=by, at=at)


def _value(command: NewCode) -> str:
    if command.kind is CodeKind.TAG:
        raise OwnTagError("a tag of ours is issued, not adopted")
    try:
        read = scanned.read(command.value, command.host)
    except scanned.EmptyScanError:
        raise FieldsError(value=Fault.MISSING) from None
    except DomainError:
        raise FieldsError(value=Fault.MALFORMED) from None
    if read.kind is ScanKind.TAG:
        raise OwnTagError("this is a tag of ours")
    if len(read.text) > LONGEST:
        raise FieldsError(value=Fault.TOO_LONG)
    return read.text
