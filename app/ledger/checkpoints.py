"""Checkpoints: signed statements of how long the ledger is and what its root is.

Once one has left the machine, nobody can change or cut the entries below it unnoticed.
"""

import json
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.crypto import dsse
from app.db.ids import new_uid
from app.ledger import entries, epochs, merkle
from app.models import Checkpoint

CHECKPOINT: Final = Checkpoint.__table__
NEWEST: Final = (
    select(CHECKPOINT.c.size, CHECKPOINT.c.root, CHECKPOINT.c.at)
    .order_by(CHECKPOINT.c.size.desc())
    .limit(1)
)


def sign(session: Session, key: Ed25519PrivateKey, *, at: datetime) -> Checkpoint | None:
    """Sign the ledger as it stands; None where nothing came since the last one."""
    head = entries.lock(session)
    newest = latest(session)
    if head.size == 0 or (newest and newest.size == head.size):
        return None
    root = merkle.root([bytes.fromhex(peak) for peak in head.peaks]).hex()
    statement = {
        "size": head.size,
        "root": root,
        "at": int(at.timestamp()),
        "epoch": epochs.current(session),
    }
    checkpoint = Checkpoint(
        uid=new_uid(),
        size=head.size,
        root=root,
        at=at,
        envelope=json.dumps(dsse.sign(key, dsse.CHECKPOINT, statement)),
    )
    session.add(checkpoint)
    return checkpoint


def latest(session: Session) -> Checkpoint | None:
    """Return the newest checkpoint."""
    return session.scalar(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1))


def statement(session: Session) -> dict[str, Any] | None:
    """Return what the newest checkpoint says, for a receipt that leaves the machine."""
    session.flush()
    found = session.connection().execute(NEWEST).first()
    if found is None:
        return None
    return {"size": found.size, "root": found.root, "at": int(found.at.timestamp())}
