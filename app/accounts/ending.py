"""What ends a person's sessions, tokens and bindings; each acts on the next request."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.ledger.door import act
from app.models import ApiToken, Device, DevicePerson, Person, SignIn


def end_sessions(session: Session, person: Person, at: datetime) -> int:
    """Sign ``person`` out everywhere; return how many sessions ended."""
    return _end(session, SignIn, (SignIn.person_id == person.id,), at)


def end_everything(session: Session, person: Person, at: datetime) -> None:
    """End the sessions and the API tokens of ``person``."""
    end_sessions(session, person, at)
    _end(session, ApiToken, (ApiToken.person_id == person.id,), at)


def sign_out(
    session: Session, person: Person, *, devices: bool = False, by: str, at: datetime
) -> tuple[int, int]:
    """End somebody else's sessions, and bindings where asked; return how many of each."""
    with act(session, person, "signed_out", by=by, at=at):
        unbound = unbind(session, person.id, at) if devices else 0
        return end_sessions(session, person, at), unbound


def unbind(session: Session, person_id: int, at: datetime, uid: str | None = None) -> int:
    """Undo what binds a person to one device, or to all; sessions there end with it."""
    theirs = [DevicePerson.person_id == person_id, DevicePerson.revoked_at.is_(None)]
    if uid is not None:
        theirs.append(DevicePerson.uid == uid)
    devices = session.scalars(select(DevicePerson.device_id).where(*theirs)).all()
    if not devices:
        return 0
    session.execute(
        update(DevicePerson)
        .where(*theirs)
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )
    _end(session, SignIn, (SignIn.person_id == person_id, SignIn.device_id.in_(devices)), at)
    _forget_unused(session, devices, at)
    return len(devices)


def _forget_unused(session: Session, devices: Any, at: datetime) -> None:  # noqa: ANN401 - ids
    """Void the cookie of a device that nobody is bound to any more."""
    used = select(DevicePerson.device_id).where(DevicePerson.revoked_at.is_(None))
    session.execute(
        update(Device)
        .where(Device.id.in_(devices), Device.id.not_in(used))
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )


def _end(session: Session, table: type[SignIn | ApiToken], which: Any, at: datetime) -> int:  # noqa: ANN401 - conditions of SQLAlchemy
    found = session.execute(
        update(table)
        .where(*which, table.revoked_at.is_(None))
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )
    return found.rowcount  # type: ignore[attr-defined,no-any-return]  # an UPDATE has it
