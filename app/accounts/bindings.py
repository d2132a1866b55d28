"""Devices that people are bound to: each binds oneself, with a code of the authenticator."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import ending
from app.crypto import tokens
from app.db.ids import new_uid
from app.domain.people import PIN_TRIES
from app.ledger.door import act
from app.models import Device, DevicePerson, Person, SignIn
from app.web import bound


@dataclass(frozen=True, slots=True)
class Bound:
    """A device of a person, as the account's page shows it."""

    uid: str
    name: str
    shared: bool
    bound_at: datetime
    last_used_at: datetime
    locked: bool
    device: str


@dataclass(frozen=True, slots=True)
class Binding:
    """What a person says when binding a device."""

    name: str
    shared: bool
    sign_in: str


def bind(
    session: Session, person: Person, device: Device | None, binding: Binding, *, at: datetime
) -> str | None:
    """Bind ``person`` to this browser; return the secret for its cookie if it had none.

    The second person makes a device a shared one, whatever was ticked.
    """
    token = None
    with act(session, person, "device_bound", by=person.uid, at=at):
        if device is None:
            token = tokens.new_token()
            device = _new(session, token, binding.name, at)
        others = [one for one, _bound in bound.people_of(session, device, at) if one != person]
        device.shared = device.shared or binding.shared or bool(others)
        device.name, device.last_seen_at = binding.name, at
        _renew(session, device, person, at)
        session.execute(
            update(SignIn)
            .where(SignIn.uid == binding.sign_in)
            .values(device_id=device.id, last_seen_at=at)
        )
    return token


def unbind(session: Session, person: Person, uid: str, *, by: str, at: datetime) -> bool:
    """Undo one of the person's bindings; return whether there was one."""
    there = select(DevicePerson.id).where(
        DevicePerson.person_id == person.id,
        DevicePerson.uid == uid,
        DevicePerson.revoked_at.is_(None),
    )
    if session.scalar(there) is None:
        return False
    with act(session, person, "device_unbound", by=by, at=at):
        ending.unbind(session, person.id, at, uid)
    return True


def of(session: Session, person_id: int, at: datetime) -> list[Bound]:
    """Return the devices a person is bound to, the newest first."""
    rows = session.execute(
        select(DevicePerson, Device)
        .join(Device, Device.id == DevicePerson.device_id)
        .where(DevicePerson.person_id == person_id, Device.revoked_at.is_(None), *bound.good(at))
        .order_by(DevicePerson.id.desc())
    )
    return [
        Bound(
            one.uid,
            device.name,
            device.shared,
            one.bound_at,
            one.last_used_at,
            one.wrong_tries >= PIN_TRIES,
            device.uid,
        )
        for one, device in rows
    ]


def _new(session: Session, token: str, name: str, at: datetime) -> Device:
    device = Device(
        uid=new_uid(),
        token_digest=tokens.digest(token),
        name=name,
        shared=False,
        bound_at=at,
        last_seen_at=at,
    )
    session.add(device)
    session.flush()
    return device


def _renew(session: Session, device: Device, person: Person, at: datetime) -> None:
    row = session.scalar(
        select(DevicePerson).where(
            DevicePerson.device_id == device.id, DevicePerson.person_id == person.id
        )
    )
    if row is None:
        row = DevicePerson(uid=new_uid(), device_id=device.id, person_id=person.id)
        session.add(row)
    row.bound_at = row.last_used_at = at
    row.wrong_tries, row.revoked_at = 0, None
