"""Who is behind a request: a browser's session cookie, or a bearer token of the API.

Read anew for each request, so that a revoked session or a grant that ended acts at once.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from flask import g, request
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session
from werkzeug import Response

from app.crypto import tokens
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.password_profiles import PROFILES
from app.domain.people import IDLE, LOCK
from app.models import ApiToken, Credential, Device, Grant, Person, SignIn, Station
from app.web.access import Caller
from app.web.database import installation, reading, transaction

COOKIE: Final = "wutong_session"
API: Final = "/api/"
BEARER: Final = "Bearer "
LONGEST: Final = 200

NOTED_EVERY: Final = timedelta(minutes=5)
TOUCHED_EVERY: Final = timedelta(seconds=5)  # on a shared device, which locks after two minutes

# Built once: building a statement costs more than asking it.
STATION: Final = select(
    *(
        Station.__table__.c[name]
        for name in (
            "id",
            "uid",
            "path",
            "keyid",
            "public_key",
            "last_seen_at",
            "silent_since",
        )
    )
).where(Station.token_digest == bindparam("token"), Station.revoked_at.is_(None))


def identify() -> Caller | None:
    """Return the person behind the request: by token under /api, else by cookie.

    The cookie counts for nothing under /api: another site can make a browser send it.
    """
    if request.path.startswith(API):
        token = bearer()
        return _by_token(token, utcnow()) if token else None
    cookie = request.cookies.get(COOKIE, "")
    return _by_cookie(cookie, utcnow()) if 0 < len(cookie) <= LONGEST else None


def bearer() -> str | None:
    """Return the bearer token of the request, a person's or a station's."""
    header = request.headers.get("Authorization", "")
    token = header.removeprefix(BEARER)
    return token if token != header and 0 < len(token) <= LONGEST else None


def is_station() -> bool:
    """Return whether the bearer token is an enrolled station's; ``g.station`` is its row then."""
    token = bearer()
    if token is None:
        return False
    with installation().database.asking() as connection:
        g.station = connection.execute(STATION, {"token": tokens.digest(token)}).first()
    return g.station is not None


def is_secure() -> bool:
    """Return whether cookies may go over TLS alone."""
    return request.is_secure or installation().settings.base_url.startswith("https:")


def set_cookie(response: Response, token: str) -> None:
    """Give the browser its session, for as long as the browser is open or we end it."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=is_secure())


def drop_cookie(response: Response) -> None:
    """Take the session's cookie back."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=is_secure())


def _by_token(token: str, at: datetime) -> Caller | None:
    with reading() as session:
        row = session.execute(
            select(ApiToken, Person)
            .join(Person, Person.id == ApiToken.person_id)
            .where(
                ApiToken.token_digest == tokens.digest(token),
                ApiToken.revoked_at.is_(None),
                or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > at),
                Person.disabled_at.is_(None),
            )
        ).first()
        return _caller(session, row[1], at, token=row[0]) if row else None


def _by_cookie(token: str, at: datetime) -> Caller | None:
    with reading() as session:
        row = session.execute(
            select(SignIn, Person, Device)
            .join(Person, Person.id == SignIn.person_id)
            .outerjoin(Device, Device.id == SignIn.device_id)
            .where(
                SignIn.token_digest == tokens.digest(token),
                SignIn.revoked_at.is_(None),
                SignIn.expires_at > at,
                SignIn.last_seen_at > at - IDLE,
                Person.disabled_at.is_(None),
            )
        ).first()
        if row is None:
            return None
        sign_in: SignIn = row[0]
        device: Device | None = row[2]
        found = _caller(session, row[1], at, sign_in=sign_in)
    if device is None or not device.shared:
        if sign_in.last_seen_at < at - NOTED_EVERY:
            _note(sign_in.id, at)
        return found
    locked = sign_in.locked_at is not None or sign_in.last_seen_at <= at - LOCK
    # What a page asks by itself, again and again, is no hand on the device.
    by_hand = not (request.method == "GET" and "HX-Request" in request.headers)
    if not locked and by_hand and sign_in.last_seen_at < at - TOUCHED_EVERY:
        _note(sign_in.id, at)
    return replace(found, shared=True, locked=locked)


def _note(sign_in: int, at: datetime) -> None:
    with transaction() as session:
        session.execute(
            update(SignIn)
            .where(SignIn.id == sign_in, SignIn.locked_at.is_(None))
            .values(last_seen_at=at)
        )


def _caller(
    session: Session,
    person: Person,
    at: datetime,
    *,
    sign_in: SignIn | None = None,
    token: ApiToken | None = None,
) -> Caller:
    day = local_date(at)
    grants = session.execute(
        select(Grant.role, Grant.path)
        .where(Grant.person_id == person.id, Grant.runs(day))
        .order_by(Grant.role, Grant.path)
    )
    return Caller(
        id=person.id,
        uid=person.uid,
        name=person.name,
        login=person.login,
        grants=tuple((role, path) for role, path in grants),
        enrolled=person.totp_secret is not None,
        second_factor=sign_in is not None and sign_in.second_factor_at is not None,
        by_token=token is not None,
        scopes=frozenset(token.scopes.split()) if token else frozenset(),
        password_due=sign_in is not None and _is_due(session, person, at),
        sign_in=sign_in.uid if sign_in else "",
    )


def _is_due(session: Session, person: Person, at: datetime) -> bool:
    """Return whether the password is older than the installation's profile lets it be."""
    lasts = PROFILES[installation().settings.password_profile].lasts
    if lasts is None:
        return False
    kept = select(Credential.password_set_at).where(Credential.person_id == person.id)
    return (session.scalar(kept) or person.created_at) + lasts <= at
