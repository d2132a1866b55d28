"""Appending: one queue for all writers, RFC 8785 bytes, a hash chain and a Merkle frontier."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledger import merkle
from app.models import LedgerEntry, LedgerHead

FORMAT: Final = 1
LOCKED: Final = "wutong_ledger_locked"


def lock(session: Session) -> LedgerHead:
    """Take the ledger's head until the transaction ends.

    Take it before other rows: everyone then queues in the same order. PostgreSQL needs
    FOR UPDATE; SQLite's writers already queue at BEGIN IMMEDIATE. What was read before we
    had waited may be of yesterday, and a digest of it would contradict the ledger: it is
    read anew.
    """
    head = session.scalars(
        select(LedgerHead).with_for_update().execution_options(populate_existing=True)
    ).one()
    if session.get_bind().dialect.name == "postgresql":
        _read_anew(session)
    return head


def _read_anew(session: Session) -> None:
    """Forget what was read before this transaction had the lock."""
    transaction = session.get_transaction()
    if session.info.get(LOCKED) is transaction:
        return
    session.flush()
    for row in session:
        if not isinstance(row, LedgerHead):
            session.expire(row)
    session.info[LOCKED] = transaction


def append(session: Session, head: LedgerHead, fields: Mapping[str, Any], at: datetime) -> int:
    """Write one entry behind ``head`` and return its number, from 1.

    Args:
        fields: actor, action, subject, before and after.
    """
    seq = head.size + 1
    entry = {
        "v": FORMAT,
        "seq": seq,
        "prev": head.leaf,
        "at": at.isoformat(timespec="microseconds"),
        **fields,
    }
    data = rfc8785.dumps(entry)
    leaf = merkle.leaf_hash(data)
    peaks = merkle.append([bytes.fromhex(peak) for peak in head.peaks], head.size, leaf)
    session.add(LedgerEntry(seq=seq, subject=fields["subject"], leaf=leaf.hex(), data=data))
    head.size, head.leaf, head.peaks = seq, leaf.hex(), [peak.hex() for peak in peaks]
    session.flush()
    return seq
