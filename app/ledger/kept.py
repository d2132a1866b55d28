"""What was signed and kept elsewhere, held against the ledger of today: the same history?"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.crypto import dsse
from app.domain.errors import DomainError
from app.ledger import epochs, merkle
from app.models import Epoch, Evidence, LedgerEntry

TYPES: Final = (dsse.CHECKPOINT, dsse.RECEIPT)


class NotSignedByUsError(DomainError):
    """It is neither a checkpoint nor a receipt of this installation."""

    code = "not_signed_by_us"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a kept document relates to the ledger.

    Attributes:
        code: ``consistent``; ``cut_back``: a restore gave up the history it speaks of;
            ``evidence_lost``: the same for the report of a receipt; ``fork``: another history
            of the same length; ``shorter``: the ledger no longer reaches it;
            ``evidence_missing``: a report with a receipt is not here and no restore says why.
        size: The length of the ledger that it speaks of; 0 if it speaks of none.
        epoch: The epoch in which it was signed.
        restored: The epoch that explains it.
    """

    code: str
    size: int = 0
    epoch: int = epochs.FIRST
    restored: Epoch | None = None
    evidence: str = ""

    @property
    def is_explained(self) -> bool:
        """Whether nothing points to tampering."""
        return self.code in {"consistent", "cut_back", "evidence_lost"}


def compare(session: Session, key: Ed25519PublicKey, document: Any) -> Answer:  # noqa: ANN401
    """Hold a kept checkpoint or receipt, as parsed JSON, against the ledger.

    Raises:
        NotSignedByUsError: It is neither, or our key did not sign it.
    """
    kind, said = _open(key, document)
    if kind == dsse.CHECKPOINT:
        return _compare_point(session, said)
    answer = Answer(code="consistent", evidence=said["evidence"])
    if isinstance(point := said.get("checkpoint"), dict):
        answer = _compare_point(session, point)
    if answer.code != "consistent" or _has_evidence(session, said["evidence"]):
        return answer
    begun = _epoch_of(session, {"at": said["received_at"]})
    after = [row for row in _epochs(session) if row.number > begun]
    return Answer(
        code="evidence_lost" if after else "evidence_missing",
        size=answer.size,
        epoch=begun,
        restored=after[0] if after else None,
        evidence=said["evidence"],
    )


def _open(key: Ed25519PublicKey, document: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401
    raw = key.public_bytes_raw()
    if isinstance(document, dict):  # what `ledger prove` prints, and answers to a report
        document = document.get("checkpoint", document.get("receipt", document))
    for kind in TYPES:
        try:
            payload = dsse.Envelope.parse(document, kind).verify(dsse.keyid(raw), raw)
            said: dict[str, Any] = json.loads(payload)
        except (DomainError, ValueError, TypeError):
            continue
        return kind, said
    raise NotSignedByUsError("this is no checkpoint and no receipt that our server key signed")


def _compare_point(session: Session, point: dict[str, Any]) -> Answer:
    size, root = int(point["size"]), point["root"]
    leaves = session.scalars(
        select(LedgerEntry.leaf).where(LedgerEntry.seq <= size).order_by(LedgerEntry.seq)
    ).all()
    begun = _epoch_of(session, point)
    same = merkle.root_of(bytes.fromhex(leaf) for leaf in leaves).hex() == root
    if len(leaves) == size and same:
        return Answer(code="consistent", size=size, epoch=begun)
    for row in _epochs(session):
        if row.number > begun and row.size < size:
            return Answer(code="cut_back", size=size, epoch=begun, restored=row)
    return Answer(code="fork" if len(leaves) == size else "shorter", size=size, epoch=begun)


def _epochs(session: Session) -> list[Epoch]:
    return list(session.scalars(select(Epoch).order_by(Epoch.number)))


def _epoch_of(session: Session, point: dict[str, Any]) -> int:
    """Return the epoch that a statement names; a receipt tells it by its time, in seconds."""
    if isinstance(number := point.get("epoch"), int):
        return number
    begun = [row.number for row in _epochs(session) if _second(row.at) < point["at"]]
    return max(begun, default=epochs.FIRST)


def _second(at: datetime) -> int:
    return int(at.timestamp())


def _has_evidence(session: Session, uid: str) -> bool:
    return session.scalar(select(Evidence.id).where(Evidence.uid == uid)) is not None
