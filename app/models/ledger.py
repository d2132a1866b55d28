"""The ledger's own tables: append-only, guarded in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Big, blob, digest, primary_key, public_id


class LedgerEntry(Base):
    """One entry, as the RFC 8785 bytes that were hashed; ``subject`` only helps to find it."""

    __tablename__ = "ledger_entry"
    __table_args__ = (Index("ix_ledger_entry_subject_seq", "subject", "seq"),)

    seq: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(60))
    leaf: Mapped[digest]
    data: Mapped[blob]


class LedgerHead(Base):
    """The one row that writers queue for: how long the ledger is, and its Merkle frontier."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[primary_key]
    size: Mapped[int] = mapped_column(Big)
    leaf: Mapped[str] = mapped_column(String(64))
    peaks: Mapped[list[Any]]


class Checkpoint(Base):
    """A signed statement of size and root, in a DSSE envelope."""

    __tablename__ = "checkpoint"
    __table_args__ = (UniqueConstraint("size"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    size: Mapped[int] = mapped_column(Big)
    root: Mapped[digest]
    at: Mapped[datetime]
    envelope: Mapped[str]


class Epoch(Base):
    """A restore, signed: behind entry ``size`` the history that had been there was given up.

    The first epoch has no row: it is the time before the first restore.
    """

    __tablename__ = "epoch"

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    number: Mapped[int] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(Big)
    root: Mapped[digest]
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200))
    envelope: Mapped[str]
