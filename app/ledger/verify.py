"""Verifying: the chain alone, the checkpoints over it, and the business rows under it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.crypto import dsse
from app.domain.errors import DomainError
from app.ledger import epochs, merkle
from app.ledger.business import Tell, wrong_rows, wrong_stories
from app.models import Checkpoint, LedgerEntry, LedgerHead

BATCH: Final = 2000
# Columns, not objects: half the time goes into making objects nobody changes.
COLUMNS: Final = (LedgerEntry.seq, LedgerEntry.subject, LedgerEntry.leaf, LedgerEntry.data)
Entry = Row[int, str, str, bytes]
KEYS: Final = frozenset({"v", "seq", "prev", "at", "actor", "action", "subject", "before", "after"})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and at which entry (0: at none that is still there)."""

    seq: int
    code: str
    subject: str = ""


@dataclass(slots=True)
class Chain:
    """What walking the entries found out: last digests by subject, frontier, epochs begun."""

    size: int = 0
    leaf: str = ""
    peaks: list[bytes] = field(default_factory=list)
    last: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    roots: dict[int, str] = field(default_factory=dict)
    epochs: dict[int, str] = field(default_factory=dict)


def problems(
    session: Session,
    key: Ed25519PublicKey,
    *,
    rows: bool = True,
    tell: Tell = lambda _pass, _done: None,
) -> Iterator[Problem]:
    """Yield what is wrong, the earliest entry first within each pass.

    Args:
        tell: Told now and then which pass this is, and how many entries or rows are done.
    """
    chain = Chain()
    begun = epochs.cuts(session)
    wanted = {*session.scalars(select(Checkpoint.size)), *begun.values()}
    ordered = select(*COLUMNS).order_by(LedgerEntry.seq).execution_options(yield_per=BATCH)
    with closing(session.execute(ordered)) as entries:
        for entry in entries:
            if code := _step(chain, entry, wanted):
                yield Problem(entry.seq, code, entry.subject)
                return  # behind a broken link nothing can be said
            if chain.size % BATCH == 0:
                tell("chain", chain.size)
    yield from _head(session, chain)
    for wrong in epochs.wrong_epochs(session, key, chain.roots, chain.epochs):
        yield Problem(*wrong)
    yield from _checkpoints(session, chain, key, begun)
    if rows:
        for seq, code, subject in sorted(
            [*wrong_rows(session, chain.last, tell), *wrong_stories(session, tell)]
        ):
            yield Problem(seq, code, subject)


def _step(chain: Chain, entry: Entry, wanted: set[int]) -> str | None:
    """Take one entry into ``chain``; return what is wrong with it."""
    if entry.seq != chain.size + 1:
        return "gap"
    # SQLite keeps what it is given: text may stand where the bytes were.
    data: Any = entry.data
    leaf = merkle.leaf_hash(data) if isinstance(data, bytes) else None
    if leaf is None or leaf.hex() != entry.leaf:
        return "entry_altered"
    said = _read(entry)
    if said is None:
        return "entry_malformed"
    if said["prev"] != chain.leaf:
        return "chain_broken"
    if chain.last.get(entry.subject, (0, None))[1] != said["before"]:
        return "changed_outside"
    chain.peaks = merkle.append(chain.peaks, chain.size, leaf)
    chain.size, chain.leaf = entry.seq, leaf.hex()
    chain.last[entry.subject] = (entry.seq, said["after"])
    if said["action"] == epochs.ACTION:
        chain.epochs[entry.seq] = entry.subject
    if chain.size in wanted:
        chain.roots[chain.size] = merkle.root(chain.peaks).hex()
    return None


def _read(entry: Entry) -> dict[str, Any] | None:
    try:
        said = json.loads(entry.data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    whole = set(said) == KEYS and said["seq"] == entry.seq and said["subject"] == entry.subject
    return said if whole else None


def _head(session: Session, chain: Chain) -> Iterator[Problem]:
    head = session.scalar(select(LedgerHead))
    if head is None:
        yield Problem(0, "head_missing")
    elif (head.size, head.leaf) != (chain.size, chain.leaf):
        yield Problem(chain.size, "entries_missing" if head.size > chain.size else "head_altered")
    elif head.peaks != [peak.hex() for peak in chain.peaks]:
        yield Problem(chain.size, "head_altered")


def _checkpoints(
    session: Session, chain: Chain, key: Ed25519PublicKey, begun: Mapping[int, int]
) -> Iterator[Problem]:
    raw = key.public_bytes_raw()
    for checkpoint in session.scalars(select(Checkpoint).order_by(Checkpoint.size)):
        try:
            envelope = dsse.Envelope.parse(json.loads(checkpoint.envelope), dsse.CHECKPOINT)
            said = json.loads(envelope.verify(dsse.keyid(raw), raw))
            epoch = said.pop("epoch", epochs.FIRST)
        except (DomainError, ValueError, TypeError, AttributeError):
            yield Problem(checkpoint.size, "checkpoint_forged")
            continue
        row = {
            "size": checkpoint.size,
            "root": checkpoint.root,
            "at": int(checkpoint.at.timestamp()),
        }
        if said != row:
            yield Problem(checkpoint.size, "checkpoint_altered")
        elif chain.roots.get(checkpoint.size) != checkpoint.root:
            yield Problem(checkpoint.size, "checkpoint_contradicts")
        elif epoch != epochs.number_at(begun, checkpoint.size):
            yield Problem(checkpoint.size, "checkpoint_of_another_epoch")
