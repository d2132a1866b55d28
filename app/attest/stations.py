"""Stations: made at a place, enrolled once by a code, assigned to the scales they may read."""

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.crypto import dsse
from app.db.ids import new_uid
from app.domain.errors import DomainError
from app.ledger import entries
from app.ledger.door import act
from app.models import Place, Scale, Station, StationScale

CODE_LIFETIME: Final = timedelta(hours=24)
# Crockford's base 32: no letter that reads like a digit. 16 of them are 80 bits.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 16
GROUP: Final = 4
BETWEEN: Final = re.compile(r"[\s-]+")
READ_AS: Final = str.maketrans("OIL", "011")
HEARD_EVERY: Final = timedelta(seconds=30)
STATION_SCALE: Final = StationScale.__table__
ASSIGNED: Final = select(
    STATION_SCALE.c.station_id, STATION_SCALE.c.scale_id, STATION_SCALE.c.until
).where(
    StationScale.station_id.in_(bindparam("stations", expanding=True)),
    StationScale.scale_id.in_(bindparam("scales", expanding=True)),
)


class EnrolmentRefusedError(DomainError):
    """The code is unknown, was used, is past its time, or the key belongs to another station."""

    code = "enrolment_refused"


class AlreadyEnrolledError(DomainError):
    """The station has its key; a lost one means a new station."""

    code = "already_enrolled"


class StationRevokedError(DomainError):
    """The station was taken out of use."""

    code = "station_revoked"


class PortTakenError(DomainError):
    """Another scale is on this port of the station."""

    code = "port_taken"


class AssignedElsewhereError(DomainError):
    """The scale is on another station; take it off there first."""

    code = "assigned_elsewhere"


class OutOfReachError(DomainError):
    """Station and scale are not in the same region."""

    code = "out_of_reach"


def digest(secret: str) -> str:
    """Return the digest under which a code or a token is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _new_code() -> str:
    text = "".join(secrets.choice(ALPHABET) for _digit in range(CODE_LENGTH))
    return "-".join(text[start : start + GROUP] for start in range(0, CODE_LENGTH, GROUP))


def _code_digest(typed: str) -> str:
    return digest(BETWEEN.sub("", typed).upper().translate(READ_AS))


def create(
    session: Session, place: Place, name: str, *, by: str, at: datetime
) -> tuple[Station, str]:
    """Make a station at ``place`` and return it with its enrolment code, shown this once."""
    code = _new_code()
    station = Station(
        uid=new_uid(),
        path=place.path,
        place=place,
        name=name,
        code_digest=_code_digest(code),
        code_expires_at=at + CODE_LIFETIME,
        created_at=at,
    )
    with act(session, station, "register", by=by, at=at):
        session.add(station)
    return station, code


def renew_code(session: Session, station: Station, *, by: str, at: datetime) -> str:
    """Give a station that never enrolled a new code; the old one is void.

    Raises:
        AlreadyEnrolledError: It has enrolled.
        StationRevokedError: It was taken out of use.
    """
    entries.lock(session)
    session.refresh(station)
    _refuse_revoked(station)
    if station.enrolled_at is not None:
        raise AlreadyEnrolledError("this station has enrolled")
    code = _new_code()
    with act(session, station, "renew_code", by=by, at=at):
        station.code_digest = _code_digest(code)
        station.code_expires_at = at + CODE_LIFETIME
    return code


def enrol(
    session: Session, code: str, public_key: str, agent: str, *, at: datetime
) -> tuple[Station, str]:
    """Take a station's public key in exchange for its code; return it with its bearer token.

    Args:
        public_key: Raw Ed25519 key, hex.

    Raises:
        EnrolmentRefusedError: The code is not good, or the key is another station's.
    """
    entries.lock(session)  # two machines with one code: the second finds it gone
    station = session.scalar(select(Station).where(Station.code_digest == _code_digest(code)))
    keyid = dsse.keyid(bytes.fromhex(public_key))
    taken = session.scalar(select(Station.id).where(Station.keyid == keyid))
    if station is None or taken is not None or not _is_open(station, at):
        raise EnrolmentRefusedError("this code does not enrol a station")
    token = secrets.token_urlsafe(32)
    with act(session, station, "enrol", by=f"station:{station.uid}", at=at):
        station.code_digest = None
        station.code_expires_at = None
        station.public_key = public_key
        station.keyid = keyid
        station.token_digest = digest(token)
        station.agent = agent
        station.enrolled_at = at
        station.last_seen_at = at
    return station, token


def _is_open(station: Station, at: datetime) -> bool:
    expires = station.code_expires_at
    return station.revoked_at is None and expires is not None and at < expires


def revoke(session: Session, station: Station, *, by: str, at: datetime) -> None:
    """Take a station out of use: its token is void and its scales are free.

    Raises:
        StationRevokedError: It was already.
    """
    entries.lock(session)
    session.refresh(station)
    _refuse_revoked(station)
    with act(session, station, "revoke", by=by, at=at):
        station.revoked_at = at
        station.code_digest = None
        station.token_digest = None
        for row in assignments(session, station):
            row.until = at


def assign(
    session: Session, station: Station, scale: Scale, port: str, *, by: str, at: datetime
) -> StationScale:
    """Let ``station`` speak for ``scale``, which is on its ``port``.

    Raises:
        StationRevokedError: The station was taken out of use.
        OutOfReachError: The scale is in another region.
        PortTakenError: Another scale is on the port.
        AssignedElsewhereError: The scale is on another station.
    """
    entries.lock(session)
    session.refresh(station)
    _refuse_revoked(station)
    if not within_reach(station.path, scale):
        raise OutOfReachError("station and scale are not in the same region")
    current = _current(session, scale, station, port)
    if any(row.station_id != station.id for row in current):
        raise AssignedElsewhereError("take the scale off the other station first")
    if any(row.scale_id != scale.id for row in current):
        raise PortTakenError("another scale is on this port")
    same = next((row for row in current if row.port == port), None)
    if same is not None:
        return same
    with act(session, station, "assign", by=by, at=at):
        for row in current:
            row.until = at
        row = StationScale(station=station, scale=scale, port=port, since=at)
        session.add(row)
    return row


def unassign(session: Session, row: StationScale, *, by: str, at: datetime) -> None:
    """Take a scale off its station; doing it twice changes nothing."""
    entries.lock(session)
    session.refresh(row)
    if row.until is not None:
        return
    with act(session, row.station, "unassign", by=by, at=at):
        row.until = at


def _current(session: Session, scale: Scale, station: Station, port: str) -> list[StationScale]:
    on_port = (StationScale.station_id == station.id) & (StationScale.port == port)
    wanted = or_(StationScale.scale_id == scale.id, on_port)
    return list(session.scalars(select(StationScale).where(wanted, StationScale.until.is_(None))))


def assignments(session: Session, station: Station) -> list[StationScale]:
    """Return what ``station`` speaks for now, by port."""
    return list(
        session.scalars(
            select(StationScale)
            .where(StationScale.station_id == station.id, StationScale.until.is_(None))
            .order_by(StationScale.port)
        )
    )


def assigned(
    session: Session, station_ids: Collection[int], scale_ids: Collection[int]
) -> dict[tuple[int, int], bool]:
    """Return which station speaks for which scale (true) or once did (false)."""
    asked = {"stations": list(station_ids), "scales": list(scale_ids)}
    found: dict[tuple[int, int], bool] = {}
    for station_id, scale_id, until in session.connection().execute(ASSIGNED, asked):
        pair = station_id, scale_id
        found[pair] = until is None or found.get(pair, False)
    return found


def within_reach(path: str, scale: Scale) -> bool:
    """Return whether the scale is in the region that holds the place of a station at ``path``."""
    return scale.path.startswith(parent(path))


def parent(path: str) -> str:
    """Return the region above ``path``: ``/32/3206/M01/`` lies in ``/32/3206/``."""
    return path.rstrip("/").rpartition("/")[0] + "/"


def is_worth_noting(last: datetime | None, silent_since: datetime | None, at: datetime) -> bool:
    """Return whether the last note of having heard from a station is old enough to renew."""
    return last is None or silent_since is not None or at - last >= HEARD_EVERY


def note_heard(session: Session, station_id: int, *, at: datetime) -> None:
    """Write down that the station was heard; a clock that ticks is not for the ledger."""
    station = session.get_one(Station, station_id)
    station.last_seen_at = at
    station.silent_since = None


def _refuse_revoked(station: Station) -> None:
    if station.revoked_at is not None:
        raise StationRevokedError("this station was taken out of use")
