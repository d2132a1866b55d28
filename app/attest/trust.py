"""Which reference images may judge: approved, in time, and signed as they stand in the row."""

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import ColumnElement, and_, bindparam, select
from sqlalchemy.orm import Session, joinedload

from app.crypto import dsse
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.references import ReferenceStatus
from app.domain.scope import EVERYWHERE
from app.models import Reference, Scale

LOG: Final = logging.getLogger("wutong.attest")


def statement(row: Reference, version: int) -> dict[str, Any]:
    """Return what an approval says of ``row``: enough to judge by, bound to model and id."""
    return {
        "uid": row.uid,
        "office": row.path,
        "version": version,
        "model": row.model.uid,
        "software_id": row.software_id,
        "part": row.part,
        "address": row.address,
        "length": row.length,
        "sha256": row.sha256,
        "code_sha256": row.code_sha256,
        "parameters_sha256": row.parameters_sha256,
        "crc32": row.crc32,
        "pages_sha256": hashlib.sha256("".join(row.pages).encode()).hexdigest(),
        "origin": row.origin.value,
        "submitted_by": row.submitted_by.uid,
        "approved_by": row.approved_by.uid if row.approved_by else None,
        "expires_on": row.expires_on.isoformat() if row.expires_on else None,
    }


def approve(row: Reference, version: int, key: Ed25519PrivateKey) -> str:
    """Return the signed approval of ``row``, to be kept with it."""
    return json.dumps(dsse.sign(key, dsse.REFERENCE, statement(row, version)))


def is_sound(row: Reference, key: Ed25519PrivateKey) -> bool:
    """Return whether the approval kept with ``row`` is ours and says what the row says."""
    try:
        said = signed_statement(row.envelope, key)
    except (DomainError, ValueError):
        return False
    now = statement(row, int(said.get("version", 0)))
    if "office" not in said and row.path == EVERYWHERE:
        del now["office"]  # signed before offices had regions
    return said == now


def signed_statement(envelope: str, key: Ed25519PrivateKey) -> Mapping[str, Any]:
    """Return what an approval says, once our signature over it is known to be good.

    Raises:
        BadEnvelopeError: It is no approval.
        BadSignatureError: We did not sign it.
        ValueError: It is not JSON.
    """
    return _verified(envelope, key.public_key().public_bytes_raw())


@lru_cache(maxsize=256)
def _verified(envelope: str, raw: bytes) -> Mapping[str, Any]:
    """Return what ``raw`` signed: always the same of the same bytes."""
    found = json.loads(
        dsse.Envelope.parse(json.loads(envelope), dsse.REFERENCE).verify(dsse.keyid(raw), raw)
    )
    return MappingProxyType(found)


def is_in_time(expires_on: date | None, at: datetime) -> bool:
    """Return whether an approval still holds; its last day counts."""
    return expires_on is None or local_date(at) <= expires_on


def judges(scale: Scale) -> ColumnElement[bool]:
    """Return the condition that a reference is of the scale's model and of an office above it."""
    return and_(Reference.model_id == scale.model_id, Reference.path.in_(_above(scale.path)))


def _above(path: str) -> list[str]:
    codes = path.strip("/").split("/")
    return [EVERYWHERE, *(f"/{'/'.join(codes[:depth])}/" for depth in range(1, len(codes) + 1))]


# Built once: building a statement costs more than asking it.
APPROVED: Final = (
    select(Reference)
    .where(
        Reference.model_id == bindparam("model"),
        Reference.path.in_(bindparam("above", expanding=True)),
        Reference.status == ReferenceStatus.APPROVED,
    )
    .options(
        joinedload(Reference.model),
        joinedload(Reference.submitted_by),
        joinedload(Reference.approved_by),
    )
    .order_by(Reference.id)
)


def judging_references(
    session: Session, scale: Scale, key: Ed25519PrivateKey, at: datetime
) -> list[Reference]:
    """Return the references that judge ``scale`` at ``at``.

    One whose row and signature disagree never judges, whoever altered it.
    """
    rows = session.scalars(APPROVED, {"model": scale.model_id, "above": _above(scale.path)})
    trusted = []
    for row in rows:
        if not is_in_time(row.expires_on, at):
            continue
        if is_sound(row, key):
            trusted.append(row)
        else:
            LOG.error("reference %s does not fit its signature and judges nothing", row.uid)
    return trusted
