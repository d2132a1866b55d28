"""The device behind a request: a browser that people bound themselves to, known by its cookie.

The cookie is something one has; with the PIN, something one knows, it is a second factor.
"""

from datetime import datetime, timedelta
from typing import Final

from flask import request
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session
from werkzeug import Response

from app.crypto import tokens
from app.domain.people import BINDING_IDLE, PIN_TRIES
from app.models import Credential, Device, DevicePerson, Person

COOKIE: Final = "wutong_device"
LONGEST: Final = 200
LIFETIME: Final = timedelta(days=400)  # browsers keep no cookie longer


def find(session: Session) -> Device | None:
    """Return the device of this request, or None where nobody bound it."""
    token = request.cookies.get(COOKIE, "")
    if not 0 < len(token) <= LONGEST:
        return None
    return session.scalar(
        select(Device).where(
            Device.token_digest == tokens.digest(token), Device.revoked_at.is_(None)
        )
    )


def good(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a binding stands."""
    return (DevicePerson.revoked_at.is_(None), DevicePerson.last_used_at > at - BINDING_IDLE)


def binding(
    session: Session, device: Device | None, person_id: int, at: datetime
) -> DevicePerson | None:
    """Return what binds a person to ``device``, or None."""
    if device is None:
        return None
    return session.scalar(
        select(DevicePerson).where(
            DevicePerson.device_id == device.id, DevicePerson.person_id == person_id, *good(at)
        )
    )


def takes_pin(session: Session, person_id: int, at: datetime) -> bool:
    """Return whether the person may type the PIN here: bound, with a PIN, and not locked."""
    found = binding(session, find(session), person_id, at)
    if found is None or is_locked(found):
        return False
    kept = select(Credential.pin_hash).where(Credential.person_id == person_id)
    return session.scalar(kept) is not None


def is_locked(found: DevicePerson) -> bool:
    """Return whether too many wrong PINs in a row locked it."""
    return found.wrong_tries >= PIN_TRIES


def people_of(session: Session, device: Device, at: datetime) -> list[tuple[Person, DevicePerson]]:
    """Return who is bound to ``device`` with an open account, by name."""
    rows = session.execute(
        select(Person, DevicePerson)
        .join(DevicePerson, DevicePerson.person_id == Person.id)
        .where(DevicePerson.device_id == device.id, Person.disabled_at.is_(None), *good(at))
        .order_by(Person.name, Person.id)
    )
    return [(person, bound) for person, bound in rows]


def count_try(session: Session, bound: DevicePerson) -> int:
    """Count a try at a PIN before it is looked at; return how many were wrong in a row."""
    # One UPDATE: fifty tries at once count as fifty.
    session.execute(
        update(DevicePerson)
        .where(DevicePerson.id == bound.id)
        .values(wrong_tries=DevicePerson.wrong_tries + 1)
        .execution_options(synchronize_session=False)
    )
    count = select(DevicePerson.wrong_tries).where(DevicePerson.id == bound.id)
    return session.scalars(count).one()


def note_use(session: Session, bound_id: int, at: datetime) -> None:
    """Note that the PIN was right, or that the authenticator took its place."""
    session.execute(
        update(DevicePerson)
        .where(DevicePerson.id == bound_id)
        .values(wrong_tries=0, last_used_at=at)
        .execution_options(synchronize_session=False)
    )


def set_cookie(response: Response, token: str, *, secure: bool) -> None:
    """Give the browser the secret that makes it a bound device."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def drop_cookie(response: Response, *, secure: bool) -> None:
    """Take it back."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=secure)
