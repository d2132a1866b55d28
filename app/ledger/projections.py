"""What an entry's digests are digests of: every row the subject stands for.

A projection is versioned. A migration that adds or drops a column which is projected
adds a version; entries written before keep the version they were written under.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

import rfc8785
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.db.base import Base
from app.models import (
    Code,
    Evidence,
    Finding,
    Grant,
    Lead,
    Maker,
    Person,
    Place,
    Reference,
    Region,
    Scale,
    ScaleEvent,
    ScaleModel,
    Seal,
    Stall,
    Station,
    StationScale,
    Trader,
    Verification,
)

VERSION: Final = 1
# Not facts of the subject: counters of ours, clocks that tick, secrets.
SKIPPED: Final = frozenset({"version", "secret", "totp_last_step", "last_seen_at", "silent_since"})
# Personal fields: only as an HMAC under a key that can be destroyed with the person.
PERSONAL: Final[Mapping[type[Base], frozenset[str]]] = MappingProxyType(
    {
        Person: frozenset({"login", "name", "password_hash", "totp_secret"}),
        Trader: frozenset({"name", "phone"}),
    }
)
PARTS_OF_A_SCALE: Final = (Code, Seal, Verification, Finding, Lead)


def plain(value: Any) -> Any:  # noqa: ANN401 - any column
    """Return ``value`` as RFC 8785 can write it."""
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case bytes():
            return hashlib.sha256(value).hexdigest()
        case _:
            return value


def columns(row: Base) -> dict[str, Any]:
    """Return the projected columns of one row."""
    personal = PERSONAL.get(type(row), frozenset())
    return {
        attribute.key: _hidden(row, attribute.key) if attribute.key in personal else plain(value)
        for attribute in inspect(type(row)).column_attrs
        if attribute.key not in SKIPPED
        for value in [getattr(row, attribute.key)]
    }


def _hidden(row: Any, key: str) -> str | None:  # noqa: ANN401 - Person or Trader
    value = getattr(row, key)
    if value is None or row.secret is None:
        return None
    return hmac.new(row.secret, f"{key}\0{value}".encode(), hashlib.sha256).hexdigest()


def digest(document: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the SHA-256 of the RFC 8785 bytes of ``document``, hex."""
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def _scale(session: Session, row: Scale) -> dict[str, Any]:
    parts = {
        part.__tablename__: [
            columns(found)
            for found in session.scalars(
                select(part).where(part.scale_id == row.id).order_by(part.id)
            )
        ]
        for part in PARTS_OF_A_SCALE
    }
    story = session.scalar(
        select(ScaleEvent.chain)
        .where(ScaleEvent.scale_id == row.id)
        .order_by(ScaleEvent.id.desc())
        .limit(1)
    )
    return {"scale": columns(row), "story": story, **parts}


def _person(session: Session, row: Person) -> dict[str, Any]:
    grants = session.scalars(select(Grant).where(Grant.person_id == row.id).order_by(Grant.id))
    return {"person": columns(row), "grants": [columns(grant) for grant in grants]}


def _station(session: Session, row: Station) -> dict[str, Any]:
    assigned = session.scalars(
        select(StationScale).where(StationScale.station_id == row.id).order_by(StationScale.id)
    )
    return {"station": columns(row), "scales": [columns(one) for one in assigned]}


def _model(_session: Session, row: ScaleModel) -> dict[str, Any]:
    return {"scale_model": columns(row), "ranges": [columns(one) for one in row.ranges]}


def _alone(_session: Session, row: Base) -> dict[str, Any]:
    return {row.__tablename__: columns(row)}


SUBJECTS: Final[Mapping[type[Base], Callable[[Session, Any], dict[str, Any]]]] = MappingProxyType(
    {
        Scale: _scale,
        Person: _person,
        Station: _station,
        ScaleModel: _model,
        Reference: _alone,
        Maker: _alone,
        Region: _alone,
        Place: _alone,
        Stall: _alone,
        Trader: _alone,
    }
)
KINDS: Final = MappingProxyType({kind.__tablename__: kind for kind in SUBJECTS})


def project(session: Session, row: Base) -> str:
    """Return the digest of the current projection of ``row``."""
    return digest({"v": VERSION, **SUBJECTS[type(row)](session, row)})


def evidence_digest(row: Evidence) -> str:
    """Return the digest under which a piece of evidence enters its scale's story."""
    return digest({"v": VERSION, "evidence": columns(row)})
