"""Worksheets (检定原始记录), their signatures, and the papers that come of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import (
    Base,
    digest,
    maybe_digest,
    one_of,
    ordered_path,
    path,
    primary_key,
    public_id,
)
from app.domain.verification import VerificationKind, VerificationResult
from app.domain.worksheets import CertificateKind, SignatureStep, WorksheetState
from app.models.people import Person
from app.models.places import Place
from app.models.scale import Scale
from app.models.standards import Body, Calibration, MeasurementStandard, StandardWeight
from app.models.verification import Verification


class WorksheetDraft(Base):
    """A worksheet being written. It is nobody's evidence yet and stands in no ledger.

    ``revision``: counts the saves; a save that names an older one is refused, never merged.
    """

    __tablename__ = "worksheet_draft"

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id), index=True)
    scale: Mapped[Scale] = relationship()
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    person: Mapped[Person] = relationship()
    document: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class SignatureBatch(Base):
    """One signature over many worksheets of a place, given with one fresh proof.

    ``envelope``: the DSSE envelope over the digests of the worksheets signed.
    """

    __tablename__ = "signature_batch"
    __table_args__ = (one_of("step", SignatureStep),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    body_id: Mapped[int] = mapped_column(ForeignKey(Body.id), index=True)
    body: Mapped[Body] = relationship()
    place_id: Mapped[int] = mapped_column(ForeignKey(Place.id), index=True)
    place: Mapped[Place] = relationship()
    step: Mapped[SignatureStep]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    person: Mapped[Person] = relationship()
    signed_at: Mapped[datetime]
    number: Mapped[int]
    envelope: Mapped[str]


class Worksheet(Base):
    """A finished worksheet: its document never changes, only how far it has come.

    ``uid`` is the draft's. ``document``: pre-checks, environment, weights, readings, readings
    before adjustment, label and lead seal, as written. ``items``: the judgement, load by load.
    ``reviews``: marks for the checker. ``rules``: identifier of the rule set it was judged by.
    """

    __tablename__ = "worksheet"
    __table_args__ = (
        one_of("kind", VerificationKind),
        one_of("verdict", VerificationResult),
        one_of("state", WorksheetState),
        UniqueConstraint("body_id", "number"),
        CheckConstraint("finished_at >= started_at", name="times_are_ordered"),
        Index("ix_worksheet_place_id_state", "place_id", "state"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    place_id: Mapped[int] = mapped_column(ForeignKey(Place.id))
    place: Mapped[Place] = relationship()
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id), index=True)
    scale: Mapped[Scale] = relationship()
    body_id: Mapped[int] = mapped_column(ForeignKey(Body.id))
    body: Mapped[Body] = relationship()
    standard_id: Mapped[int] = mapped_column(ForeignKey(MeasurementStandard.id))
    standard: Mapped[MeasurementStandard] = relationship()
    number: Mapped[str] = mapped_column(String(40))
    kind: Mapped[VerificationKind]
    rules: Mapped[str] = mapped_column(String(40))
    rules_version: Mapped[int]
    rules_sha256: Mapped[digest]
    document: Mapped[dict[str, Any]] = mapped_column(default=dict)
    document_sha256: Mapped[digest]
    verdict: Mapped[VerificationResult]
    items: Mapped[list[Any]] = mapped_column(default=list)
    reviews: Mapped[list[Any]] = mapped_column(default=list)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    state: Mapped[WorksheetState] = mapped_column(default=WorksheetState.SUBMITTED)
    verifier_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    verifier: Mapped[Person] = relationship(foreign_keys=verifier_id)
    verified_in_id: Mapped[int | None] = mapped_column(ForeignKey(SignatureBatch.id))
    verified_in: Mapped[SignatureBatch | None] = relationship(foreign_keys=verified_in_id)
    checked_in_id: Mapped[int | None] = mapped_column(ForeignKey(SignatureBatch.id))
    checked_in: Mapped[SignatureBatch | None] = relationship(foreign_keys=checked_in_id)
    approved_in_id: Mapped[int | None] = mapped_column(ForeignKey(SignatureBatch.id))
    approved_in: Mapped[SignatureBatch | None] = relationship(foreign_keys=approved_in_id)
    returned_because: Mapped[str] = mapped_column(String(40), default="")
    verification_id: Mapped[int | None] = mapped_column(ForeignKey(Verification.id), unique=True)
    verification: Mapped[Verification | None] = relationship()

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class WeightUse(Base):
    """Which weight, under which certificate, stood on the scale in a worksheet."""

    __tablename__ = "weight_use"
    __table_args__ = (
        UniqueConstraint("worksheet_id", "weight_id"),
        Index("ix_weight_use_weight_id_used_on", "weight_id", "used_on"),
    )

    id: Mapped[primary_key]
    worksheet_id: Mapped[int] = mapped_column(ForeignKey(Worksheet.id))
    worksheet: Mapped[Worksheet] = relationship()
    weight_id: Mapped[int] = mapped_column(ForeignKey(StandardWeight.id))
    weight: Mapped[StandardWeight] = relationship()
    calibration_id: Mapped[int] = mapped_column(ForeignKey(Calibration.id))
    calibration: Mapped[Calibration] = relationship()
    used_on: Mapped[date]


class Certificate(Base):
    """A paper that was issued: a certificate, or the notice of a failed verification."""

    __tablename__ = "certificate"
    __table_args__ = (one_of("kind", CertificateKind), UniqueConstraint("body_id", "number"))

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    body_id: Mapped[int] = mapped_column(ForeignKey(Body.id))
    body: Mapped[Body] = relationship()
    worksheet_id: Mapped[int] = mapped_column(ForeignKey(Worksheet.id), index=True)
    worksheet: Mapped[Worksheet] = relationship()
    kind: Mapped[CertificateKind]
    number: Mapped[str] = mapped_column(String(40))
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    issued_by: Mapped[Person] = relationship()
    envelope: Mapped[str]
    pdf_sha256: Mapped[maybe_digest]
    dcc_sha256: Mapped[maybe_digest]
    revoked_at: Mapped[datetime | None]


class PlatformUpload(Base):
    """The tick that a result has been entered on the national platform."""

    __tablename__ = "platform_upload"

    id: Mapped[primary_key]
    verification_id: Mapped[int] = mapped_column(ForeignKey(Verification.id), unique=True)
    verification: Mapped[Verification] = relationship()
    done_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    reference_no: Mapped[str] = mapped_column(String(80), default="")
