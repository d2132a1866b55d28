"""Appending: one queue for all writers, RFC 8785 bytes, a hash chain and a Merkle frontier."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledger import merkle
from app.ledger.canonical import canonical
from app.models import LedgerEntry, LedgerHead

FORMAT: Final = 1
LOCKED: Final = "wutong_ledger_locked"
# Built once: building a statement costs more than asking it.
HEAD: Final = select(LedgerHead).with_for_update().execution_options(populate_existing=True)


def lock(session: Session) -> LedgerHead:
    """Take the ledger's head until the transaction ends.

    Take it before other rows: everyone then queues in the same order. PostgreSQL needs
    FOR UPDATE; SQLite's writers already queue at BEGIN IMMEDIATE. What was read before we
    had waited may be of yesterday, and a digest of it would contradict the ledger: it is
    read anew.
    """
    head = session.scalars(HEAD).one()
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
    end = End.of(head)
    session.add(LedgerEntry(**end.append(fields, at)))
    for name, value in end.columns().items():
        setattr(head, name, value)
    session.flush()
    return end.size


@dataclass(slots=True)
class End:
    """The end of the ledger in memory: entries grow behind it before they are rows."""

    size: int
    leaf: str
    peaks: list[bytes]

    @classmethod
    def of(cls, head: LedgerHead) -> Self:
        """Return the end as the database has it."""
        return cls(head.size, head.leaf, [bytes.fromhex(peak) for peak in head.peaks])

    def append(self, fields: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        """Return the next entry's row."""
        seq = self.size + 1
        entry = {
            "v": FORMAT,
            "seq": seq,
            "prev": self.leaf,
            "at": at.isoformat(timespec="microseconds"),
            **fields,
        }
        data = canonical(entry)
        leaf = merkle.leaf_hash(data)
        self.peaks = merkle.append(self.peaks, self.size, leaf)
        self.size, self.leaf = seq, leaf.hex()
        return {"seq": seq, "subject": fields["subject"], "leaf": self.leaf, "data": data}

    def columns(self) -> dict[str, Any]:
        """Return the columns of the head that has this end."""
        peaks = [peak.hex() for peak in self.peaks]
        return {"size": self.size, "leaf": self.leaf, "peaks": peaks}
