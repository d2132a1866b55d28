"""The database: its own health, the clocks, the ledger's checkpoints."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.crypto import dsse
from app.domain.errors import DomainError
from app.ledger import checkpoints
from app.models import LedgerHead
from app.standing.totals import totals_drift
from app.web.readiness import N_, Finding, bad, ok, warn

OLDEST_POSTGRESQL: Final = 15
APART: Final = timedelta(seconds=5)
FAR_APART: Final = timedelta(minutes=1)
SIGNED_EVERY: Final = timedelta(hours=2)  # each hour, and one to be late


def engine(session: Session) -> Iterator[Finding]:
    """Look at the database program, or at the file."""
    if session.get_bind().dialect.name == "postgresql":
        version = int(str(session.scalar(text("SHOW server_version_num")))) // 10_000
        if version < OLDEST_POSTGRESQL:
            says = N_("PostgreSQL %(version)s is older than %(oldest)s.")
            todo = N_("Move the data to a newer server.")
            yield bad("engine", says, todo, version=version, oldest=OLDEST_POSTGRESQL)
        else:
            yield ok("engine", N_("PostgreSQL %(version)s."), version=version)
        return
    mode = session.scalar(text("PRAGMA journal_mode"))
    damage = session.scalar(text("PRAGMA quick_check(1)"))
    if damage != "ok":
        yield bad(
            "engine",
            N_("The SQLite file is damaged: %(damage)s."),
            N_("Stop wutong run and wutong jobs, copy the file as it is, restore a backup."),
            damage=str(damage).splitlines()[-1],
        )
    elif mode != "wal":
        yield warn(
            "engine",
            N_("The SQLite file has no write-ahead log (%(mode)s): readers wait for writers."),
            N_("Put it on a local disk: a shared folder of a network cannot have one."),
            mode=mode,
        )
    else:
        yield ok("engine", N_("The SQLite file is whole and has a write-ahead log."))


def totals(session: Session) -> Iterator[Finding]:
    """Look whether the stored numbers of scales are those of the scales."""
    wrong = totals_drift(session)
    if wrong:
        yield bad(
            "totals",
            N_("%(number)s stored numbers of scales are wrong, the first: %(first)s."),
            N_("Run: wutong db rebuild-totals, then wutong ledger verify: who changed the rows?"),
            number=len(wrong),
            first=wrong[0],
        )
    else:
        yield ok("totals", N_("The stored numbers of scales are those of the scales."))


def clock(session: Session, at: datetime) -> Iterator[Finding]:
    """Look whether the clock goes with the database's, and not back behind what was signed."""
    newest = checkpoints.latest(session)
    if newest is not None and newest.at > at + FAR_APART:
        yield bad(
            "clock",
            N_("The clock stands before the newest checkpoint, signed at %(signed)s UTC."),
            N_("Set the clock: validity and deadlines are counted by it. See: timedatectl"),
            signed=f"{newest.at:%Y-%m-%d %H:%M}",
        )
        return
    there = at
    if session.get_bind().dialect.name == "postgresql":
        answered = session.scalar(text("SELECT clock_timestamp()"))
        there = answered if isinstance(answered, datetime) else at
    apart = abs(there - at)
    if apart > APART:
        yield (bad if apart > FAR_APART else warn)(
            "clock",
            N_("The clocks of this machine and of the database are %(seconds)s s apart."),
            N_("Let both machines ask the same time server. See: timedatectl"),
            seconds=int(apart.total_seconds()),
        )
    else:
        yield ok("clock", N_("The clock goes with the database's."))


def checkpoint(ours: Ed25519PublicKey | None, session: Session, at: datetime) -> Iterator[Finding]:
    """Look who signed the newest checkpoint, and when; without our key only when."""
    newest = checkpoints.latest(session)
    size = session.scalar(select(LedgerHead.size)) or 0
    if newest is None:
        if size:
            says = N_("No checkpoint covers the %(size)s entries of the ledger yet.")
            yield warn("checkpoint", says, N_("Start wutong jobs."), size=size)
        else:
            yield ok("checkpoint", N_("The ledger is empty."))
    elif ours is not None and not _is_signed(newest.envelope, ours):
        yield bad(
            "checkpoint",
            N_("The newest checkpoint was not signed with the key server.key that lies here."),
            N_("Keys and database belong to two installations: restore the keys of this one."),
        )
    elif newest.size > size:
        yield bad(
            "checkpoint",
            N_("A checkpoint covers %(signed)s entries and the ledger has %(size)s: it was cut."),
            N_("Stop wutong run and wutong jobs, then run: wutong ledger verify."),
            signed=newest.size,
            size=size,
        )
    elif newest.size < size and at - newest.at > SIGNED_EVERY:
        yield warn(
            "checkpoint",
            N_("%(behind)s entries are not signed; the newest checkpoint is %(hours)s hours old."),
            N_("Look at the line of the jobs; they sign every hour."),
            behind=size - newest.size,
            hours=int((at - newest.at).total_seconds() // 3600),
        )
    else:
        says = N_("The newest checkpoint covers %(signed)s of %(size)s entries.")
        yield ok("checkpoint", says, signed=newest.size, size=size)


def _is_signed(envelope: str, key: Ed25519PublicKey) -> bool:
    try:
        found = dsse.Envelope.parse(json.loads(envelope), dsse.CHECKPOINT)
        raw = key.public_bytes_raw()
        found.verify(dsse.keyid(raw), raw)
    except (DomainError, ValueError):
        return False
    return True
