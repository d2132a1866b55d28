"""Verification bodies: what authorises them, their standards and weights, their marks."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, Big, milligrams, name, one_of, ordered_path, primary_key, public_id
from app.domain.standards import MarkKind, MarkState, WeightClass, WeightState
from app.models.people import Person
from app.models.scale import Scale


class Body(Base):
    """A verification body (检定机构): a statutory institute or one that is authorised."""

    __tablename__ = "body"

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    name: Mapped[name]
    authorisation_no: Mapped[str] = mapped_column(String(80), default="")
    authorised_until: Mapped[date | None]
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    regions: Mapped[list["BodyRegion"]] = relationship(
        back_populates="body", order_by="BodyRegion.id"
    )
    staff: Mapped[list["Qualification"]] = relationship(
        back_populates="body", order_by="Qualification.id"
    )


class BodyRegion(Base):
    """Where a body verifies, by assignment, from day to day inclusive."""

    __tablename__ = "body_region"
    __table_args__ = (CheckConstraint("until IS NULL OR until >= since", name="days_are_ordered"),)

    id: Mapped[primary_key]
    body_id: Mapped[int] = mapped_column(ForeignKey(Body.id), index=True)
    body: Mapped[Body] = relationship(back_populates="regions")
    path: Mapped[ordered_path]
    since: Mapped[date]
    until: Mapped[date | None]


class Qualification(Base):
    """What a verifier of the body may verify, by which certificate, until when."""

    __tablename__ = "qualification"

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    body_id: Mapped[int] = mapped_column(ForeignKey(Body.id), index=True)
    body: Mapped[Body] = relationship(back_populates="staff")
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    person: Mapped[Person] = relationship()
    item: Mapped[str] = mapped_column(String(80))
    certificate_no: Mapped[str] = mapped_column(String(80))
    since: Mapped[date]
    until: Mapped[date]
    ended_on: Mapped[date | None]


class MeasurementStandard(Base):
    """A measurement standard (计量标准) with its assessment certificate (考核证书)."""

    __tablename__ = "measurement_standard"

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    body_id: Mapped[int] = mapped_column(ForeignKey(Body.id), index=True)
    body: Mapped[Body] = relationship()
    name: Mapped[name]
    certificate_no: Mapped[str] = mapped_column(String(80))
    valid_until: Mapped[date]
    max_mg: Mapped[milligrams]
    ended_on: Mapped[date | None]


class StandardWeight(Base):
    """One standard weight of a body, by its number.

    ``last_good_on``: the last day on which it was surely good, set when it is withdrawn.
    ``withdrawn_because``: the reason as a code.
    """

    __tablename__ = "standard_weight"
    __table_args__ = (
        one_of("weight_class", WeightClass),
        one_of("state", WeightState),
        UniqueConstraint("body_id", "number"),
        CheckConstraint("nominal_mg > 0", name="nominal_is_positive"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    body_id: Mapped[int] = mapped_column(ForeignKey(Body.id), index=True)
    body: Mapped[Body] = relationship()
    standard_id: Mapped[int | None] = mapped_column(ForeignKey(MeasurementStandard.id), index=True)
    standard: Mapped[MeasurementStandard | None] = relationship()
    number: Mapped[str] = mapped_column(String(40))
    set_name: Mapped[str] = mapped_column(String(80), default="")
    weight_class: Mapped[WeightClass]
    nominal_mg: Mapped[milligrams]
    state: Mapped[WeightState] = mapped_column(default=WeightState.IN_USE)
    last_good_on: Mapped[date | None]
    withdrawn_because: Mapped[str] = mapped_column(String(40), default="", server_default="")
    withdrawn_on: Mapped[date | None]
    calibrations: Mapped[list["Calibration"]] = relationship(
        back_populates="weight", order_by="Calibration.id"
    )

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class Calibration(Base):
    """A certificate of a weight: its error (µg, true minus nominal) and until when it holds."""

    __tablename__ = "calibration"
    __table_args__ = (CheckConstraint("valid_until >= calibrated_on", name="days_are_ordered"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    weight_id: Mapped[int] = mapped_column(ForeignKey(StandardWeight.id), index=True)
    weight: Mapped[StandardWeight] = relationship(back_populates="calibrations")
    certificate_no: Mapped[str] = mapped_column(String(80))
    laboratory: Mapped[str] = mapped_column(String(120))
    calibrated_on: Mapped[date]
    valid_until: Mapped[date]
    passed: Mapped[bool] = mapped_column(default=True)
    error_ug: Mapped[int | None] = mapped_column(Big)
    uncertainty_ug: Mapped[int | None] = mapped_column(Big)
    recorded_at: Mapped[datetime]


class CalibrationUse(Base):
    """One step of the chain: ``weight`` was calibrated by means of ``against``."""

    __tablename__ = "calibration_use"
    __table_args__ = (UniqueConstraint("calibration_id", "against_id"),)

    id: Mapped[primary_key]
    weight_id: Mapped[int] = mapped_column(ForeignKey(StandardWeight.id), index=True)
    calibration_id: Mapped[int] = mapped_column(ForeignKey(Calibration.id))
    calibration: Mapped[Calibration] = relationship()
    against_id: Mapped[int] = mapped_column(ForeignKey(StandardWeight.id), index=True)
    against: Mapped[StandardWeight] = relationship(foreign_keys=against_id)


class MarkLot(Base):
    """Labels or lead seals as they came in: ``prefix`` and the numbers of one run."""

    __tablename__ = "mark_lot"
    __table_args__ = (
        one_of("kind", MarkKind),
        UniqueConstraint("body_id", "kind", "prefix", "first_no"),
        CheckConstraint("0 <= first_no AND first_no <= last_no", name="numbers_are_ordered"),
        CheckConstraint("digits BETWEEN 1 AND 15", name="digits_fit"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    body_id: Mapped[int] = mapped_column(ForeignKey(Body.id), index=True)
    body: Mapped[Body] = relationship()
    kind: Mapped[MarkKind]
    prefix: Mapped[str] = mapped_column(String(20), default="")
    digits: Mapped[int]
    first_no: Mapped[int] = mapped_column(Big)
    last_no: Mapped[int] = mapped_column(Big)
    received_on: Mapped[date]
    document_no: Mapped[str] = mapped_column(String(80), default="")


class MarkIssue(Base):
    """A run of numbers of a lot that a verifier took (领用)."""

    __tablename__ = "mark_issue"
    __table_args__ = (CheckConstraint("first_no <= last_no", name="numbers_are_ordered"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    lot_id: Mapped[int] = mapped_column(ForeignKey(MarkLot.id), index=True)
    lot: Mapped[MarkLot] = relationship()
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    first_no: Mapped[int] = mapped_column(Big)
    last_no: Mapped[int] = mapped_column(Big)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    issued_by: Mapped[Person] = relationship(foreign_keys=issued_by_id)


class Mark(Base):
    """One number that left the stock: on a scale, spoilt, or given back.

    ``because``: why it was voided, as a code. A number given back may be taken again.
    """

    __tablename__ = "mark"
    __table_args__ = (
        one_of("state", MarkState),
        UniqueConstraint("issue_id", "number"),
        CheckConstraint("state <> 'used' OR scale_id IS NOT NULL", name="used_on_a_scale"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    issue_id: Mapped[int] = mapped_column(ForeignKey(MarkIssue.id))
    issue: Mapped[MarkIssue] = relationship()
    number: Mapped[int] = mapped_column(Big)
    state: Mapped[MarkState]
    because: Mapped[str] = mapped_column(String(40), default="")
    scale_id: Mapped[int | None] = mapped_column(ForeignKey(Scale.id), index=True)
    scale: Mapped[Scale | None] = relationship()
    worksheet_uid: Mapped[str] = mapped_column(String(36), default="")
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    person: Mapped[Person] = relationship()
    at: Mapped[datetime]


class StockDay(Base):
    """The count at a day's end: what the books say and what the verifier holds.

    ``counts``: {kind: {"issued","used","voided","returned","left","counted"}}.
    """

    __tablename__ = "stock_day"
    __table_args__ = (UniqueConstraint("body_id", "person_id", "day"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    body_id: Mapped[int] = mapped_column(ForeignKey(Body.id))
    body: Mapped[Body] = relationship()
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    person: Mapped[Person] = relationship()
    day: Mapped[date]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    agrees: Mapped[bool]
    closed_at: Mapped[datetime]
