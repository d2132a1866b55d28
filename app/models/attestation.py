"""Stations, what they sent, what it is compared with, and what came of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import (
    Base,
    Big,
    blob,
    digest,
    maybe_digest,
    name,
    one_of,
    ordered_path,
    path,
    primary_key,
    public_id,
)
from app.domain.findings import FindingState, LeadState
from app.domain.references import Origin, ReferenceStatus
from app.domain.verdicts import Verdict
from app.models.catalogue import ScaleModel
from app.models.people import Person
from app.models.places import Place
from app.models.scale import Remark, Scale, said_last


class EvidenceStatus(StrEnum):
    """Whether a verdict could be reached yet: the image itself may still be on its way."""

    AWAITING_BYTES = "awaiting_bytes"
    JUDGED = "judged"


class NonceBook(StrEnum):
    """Why a nonce was given out."""

    TASK = "task"
    BOOK = "book"


class Station(Base):
    """A machine with serial ports that reads scales. Enrolled once, by a one-use code."""

    __tablename__ = "station"
    __table_args__ = (UniqueConstraint("keyid"), UniqueConstraint("token_digest"))

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    place_id: Mapped[int] = mapped_column(ForeignKey(Place.id), index=True)
    place: Mapped[Place] = relationship()
    name: Mapped[name]
    code_digest: Mapped[maybe_digest]
    code_expires_at: Mapped[datetime | None]
    algorithm: Mapped[str] = mapped_column(String(20), default="Ed25519")
    keyid: Mapped[str | None] = mapped_column(String(16))
    public_key: Mapped[maybe_digest]
    token_digest: Mapped[maybe_digest]
    agent: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime]
    enrolled_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    silent_since: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class StationScale(Base):
    """Which scale a station may speak for, and on which of its ports."""

    __tablename__ = "station_scale"
    __table_args__ = (Index("ix_station_scale_scale_id_station_id", "scale_id", "station_id"),)

    id: Mapped[primary_key]
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id), index=True)
    station: Mapped[Station] = relationship()
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id))
    scale: Mapped[Scale] = relationship()
    port: Mapped[str] = mapped_column(String(60))
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Nonce(Base):
    """A challenge given to a station: used once, or not at all."""

    __tablename__ = "nonce"
    __table_args__ = (one_of("book", NonceBook), UniqueConstraint("value"))

    id: Mapped[primary_key]
    value: Mapped[str] = mapped_column(String(128))
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id), index=True)
    book: Mapped[NonceBook]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Reference(Base):
    """An image of a model's program as registered: a reference value, once two approved it.

    ``sha256`` is of the whole image, ``pages`` of each of its 1 KiB pages.
    ``envelope`` is the approval, signed by this installation. ``path`` is the region of the
    custodians' office: it judges the scales inside.
    """

    __tablename__ = "reference"
    __table_args__ = (
        one_of("status", ReferenceStatus),
        one_of("origin", Origin),
        UniqueConstraint("path", "model_id", "software_id", "sha256"),
        CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id <> submitted_by_id", name="two_persons"
        ),
        CheckConstraint(
            "(status IN ('submitted', 'rejected')) OR approved_by_id IS NOT NULL",
            name="approved_by_someone",
        ),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path] = mapped_column(default="/", server_default="/")
    model_id: Mapped[int] = mapped_column(ForeignKey(ScaleModel.id), index=True)
    model: Mapped[ScaleModel] = relationship()
    software_id: Mapped[str] = mapped_column(String(80))
    part: Mapped[str] = mapped_column(String(32), default="program")
    address: Mapped[int] = mapped_column(Big)
    length: Mapped[int] = mapped_column(Big)
    sha256: Mapped[digest]
    code_sha256: Mapped[digest]
    parameters_sha256: Mapped[maybe_digest]
    crc32: Mapped[str] = mapped_column(String(8))
    pages: Mapped[list[Any]]
    origin: Mapped[Origin]
    origin_note: Mapped[str] = mapped_column(String(400), default="")
    file_name: Mapped[str] = mapped_column(String(200), default="")
    file_format: Mapped[str] = mapped_column(String(20), default="")
    status: Mapped[ReferenceStatus] = mapped_column(default=ReferenceStatus.SUBMITTED)
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    submitted_by: Mapped[Person] = relationship(foreign_keys=submitted_by_id)
    submitted_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    approved_by: Mapped[Person | None] = relationship(foreign_keys=approved_by_id)
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(String(400), default="")
    expires_on: Mapped[date | None]
    envelope: Mapped[str] = mapped_column(default="")

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class Evidence(Base):
    """One signed report of a station about one scale, as received, and the verdict on it.

    ``reasons`` are codes; ``differences`` is [{"start","end","kind"}] where it differs.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        one_of("status", EvidenceStatus),
        one_of("verdict", Verdict),
        UniqueConstraint("station_id", "seq"),
        CheckConstraint("level BETWEEN 0 AND 5", name="level_exists"),
        CheckConstraint("(status = 'judged') = (verdict IS NOT NULL)", name="judged_has_verdict"),
        Index("ix_evidence_scale_id_received_at", "scale_id", "received_at"),
        Index("ix_evidence_sha256", "sha256"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id))
    station: Mapped[Station] = relationship()
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id))
    scale: Mapped[Scale] = relationship(foreign_keys=scale_id)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    seq: Mapped[int] = mapped_column(Big)
    received_at: Mapped[datetime]
    taken_at: Mapped[datetime]
    envelope: Mapped[blob]
    payload_sha256: Mapped[digest]
    receipt: Mapped[str] = mapped_column(default="")
    protocol: Mapped[str] = mapped_column(String(20))
    agent_verdict: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[maybe_digest]
    code_sha256: Mapped[maybe_digest]
    parameters_sha256: Mapped[maybe_digest]
    crc32: Mapped[str] = mapped_column(String(8), default="")
    length: Mapped[int] = mapped_column(Big, default=0)
    clock_offset_s: Mapped[int] = mapped_column(Big, default=0)
    status: Mapped[EvidenceStatus]
    level: Mapped[int] = mapped_column(default=0)
    partial: Mapped[bool] = mapped_column(default=False)
    fresh: Mapped[bool] = mapped_column(default=False)
    assigned: Mapped[bool] = mapped_column(default=False)
    counts: Mapped[bool] = mapped_column(default=False)
    verdict: Mapped[Verdict | None]
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    reference_id: Mapped[int | None] = mapped_column(ForeignKey(Reference.id))
    reference: Mapped[Reference | None] = relationship()
    similarity: Mapped[int | None]
    differences: Mapped[list[Any]] = mapped_column(default=list)
    judged_at: Mapped[datetime | None]


class Finding(Base):
    """A suspicion (疑点) that evidence raised; open until a person resolves it."""

    __tablename__ = "finding"
    __table_args__ = (
        one_of("verdict", Verdict),
        one_of("state", FindingState),
        Index("ix_finding_path_uid", "path", "uid"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id), index=True)
    scale: Mapped[Scale] = relationship()
    evidence_id: Mapped[int] = mapped_column(ForeignKey(Evidence.id))
    evidence: Mapped[Evidence] = relationship()
    verdict: Mapped[Verdict]
    state: Mapped[FindingState]
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    resolved_by: Mapped[Person | None] = relationship()
    # Words of before there were remarks; new ones are in a remark.
    resolution: Mapped[str] = mapped_column(String(400), default="")
    document_no: Mapped[str] = mapped_column(String(80), default="")
    remarks: Mapped[list[Remark]] = relationship(
        primaryjoin="foreign(Remark.about) == Finding.uid", viewonly=True, order_by=Remark.id
    )

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @property
    def words(self) -> str:
        """What was concluded; nothing once that is erased."""
        return said_last(self.remarks, self.resolution)


class Lead(Base):
    """A lead (线索) for the authority, opened by a finding, or from a failed in-service check.

    ``finding_id``: the finding that opened it, if one did; checks say themselves that they
    belong to a lead.
    """

    __tablename__ = "lead"
    __table_args__ = (one_of("state", LeadState), Index("ix_lead_path_uid", "path", "uid"))

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id), index=True)
    scale: Mapped[Scale] = relationship()
    finding_id: Mapped[int | None] = mapped_column(ForeignKey(Finding.id), unique=True)
    finding: Mapped[Finding | None] = relationship()
    state: Mapped[LeadState]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    document_no: Mapped[str] = mapped_column(String(80), default="")
    # Words of before there were remarks; new ones are in a remark.
    note: Mapped[str] = mapped_column(String(400), default="")
    remarks: Mapped[list[Remark]] = relationship(
        primaryjoin="foreign(Remark.about) == Lead.uid", viewonly=True, order_by=Remark.id
    )

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @property
    def words(self) -> str:
        """What was noted last; nothing once that is erased."""
        return said_last(self.remarks, self.note)
