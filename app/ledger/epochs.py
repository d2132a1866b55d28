"""Epochs: a restore says, signed, where history was cut back and that it goes on from there.

What was signed between the backup and the restore is then no riddle: it belongs to the
epoch before, and the statement says which restore gave it up.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.crypto import dsse
from app.db.ids import new_uid
from app.domain.errors import DomainError
from app.ledger import entries, merkle
from app.ledger.door import act
from app.models import Epoch

FIRST: Final = 1  # the time before the first restore; it has no row
ACTION: Final = "epoch"
LONGEST_REASON: Final = 200
UNSIGNED: Final = (DomainError, ValueError, TypeError, AttributeError, KeyError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a new epoch begins.

    Attributes:
        backup: SHA-256 of the manifest of the backup that was restored.
        reason: The operator's words; no personal data.
        known: The highest epoch that the replaced state had reached, where it could be read.
        lost: How long the replaced ledger was, where it could be read.
    """

    backup: str
    reason: str = ""
    known: int = FIRST
    lost: int | None = None


def open_next(
    session: Session, key: Ed25519PrivateKey, cause: Cause, *, by: str, at: datetime
) -> Epoch:
    """Begin the next epoch behind the ledger as it stands, with an entry of its own."""
    head = entries.lock(session)
    row = Epoch(
        uid=new_uid(),
        number=max(current(session), cause.known) + 1,
        size=head.size,
        root=merkle.root([bytes.fromhex(peak) for peak in head.peaks]).hex(),
        at=at,
        reason=cause.reason[:LONGEST_REASON],
    )
    statement = {**_columns(row), "by": by, "backup": cause.backup, "lost": cause.lost}
    row.envelope = json.dumps(dsse.sign(key, dsse.EPOCH, statement))
    with act(session, row, ACTION, by=by, at=at):
        session.add(row)
    return row


def current(session: Session) -> int:
    """Return the number of the epoch we live in."""
    return session.scalar(select(func.max(Epoch.number))) or FIRST


def number_at(begun: Mapping[int, int], size: int) -> int:
    """Return the epoch of entry ``size``; ``begun`` has the cut of each epoch by its number."""
    return max((number for number, cut in begun.items() if cut < size), default=FIRST)


def cuts(session: Session) -> dict[int, int]:
    """Return behind which entry each epoch began, by its number."""
    return {number: size for number, size in session.execute(select(Epoch.number, Epoch.size))}  # noqa: C416


def wrong_epochs(
    session: Session,
    key: Ed25519PublicKey,
    roots: Mapping[int, str],
    told: Mapping[int, str],
) -> Iterator[tuple[int, str, str]]:
    """Yield each epoch that is forged, altered, false or missing.

    Args:
        roots: The tree's root at the sizes that epochs name.
        told: The subject of each entry that begins an epoch, by its number.
    """
    open_entries = dict(told)
    for row in session.scalars(select(Epoch).order_by(Epoch.number)):
        name = f"epoch:{row.uid}"
        begun = open_entries.pop(row.size + 1, None)
        if code := _fault(row, key, roots, entered=begun == name):
            yield row.size + 1, code, name
    for seq, name in open_entries.items():
        yield seq, "epoch_missing", name


def _fault(
    row: Epoch, key: Ed25519PublicKey, roots: Mapping[int, str], *, entered: bool
) -> str | None:
    raw = key.public_bytes_raw()
    try:
        envelope = dsse.Envelope.parse(json.loads(row.envelope), dsse.EPOCH)
        said = json.loads(envelope.verify(dsse.keyid(raw), raw))
        agrees = {name: said[name] for name in _columns(row)} == _columns(row)
    except UNSIGNED:
        return "epoch_forged"
    if not agrees:
        return "epoch_altered"
    if roots.get(row.size, merkle.EMPTY.hex() if row.size == 0 else "") != row.root:
        return "epoch_contradicts"
    return None if entered else "epoch_without_entry"


def _columns(row: Epoch) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "number": row.number,
        "size": row.size,
        "root": row.root,
        "at": int(row.at.timestamp()),
        "reason": row.reason,
    }
