"""Verifications: what the verification body found. A plain record for now."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, one_of, path, primary_key, public_id
from app.domain.verification import VerificationKind, VerificationResult
from app.models.people import Person
from app.models.scale import Scale


class Verification(Base):
    """One verification of one scale, with its result and last day of validity."""

    __tablename__ = "verification"
    __table_args__ = (
        one_of("kind", VerificationKind),
        one_of("result", VerificationResult),
        CheckConstraint(
            "(result = 'pass') = (valid_until IS NOT NULL)", name="only_a_pass_is_valid"
        ),
        CheckConstraint(
            "valid_until IS NULL OR valid_until >= verified_on", name="days_are_ordered"
        ),
        Index("ix_verification_scale_id_verified_on", "scale_id", "verified_on"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id))
    scale: Mapped[Scale] = relationship()
    kind: Mapped[VerificationKind]
    result: Mapped[VerificationResult]
    regulation: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(String(120))
    verifier_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    verifier: Mapped[Person | None] = relationship()
    verified_on: Mapped[date]
    valid_until: Mapped[date | None]
    certificate_no: Mapped[str] = mapped_column(String(80), default="")
    label_no: Mapped[str] = mapped_column(String(40), default="")
    failed_items: Mapped[list[Any]] = mapped_column(default=list)
    recorded_at: Mapped[datetime]
