"""Makers and the models they make."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, Json, milligrams, name, one_of, primary_key, public_id
from app.domain.scale_types import AccuracyClass, TypeGeneration


class Maker(Base):
    """Who makes scales."""

    __tablename__ = "maker"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    name: Mapped[name]


class ScaleModel(Base):
    """A type of scale, with what may be read of its program and how.

    ``profile``: {"protocol", "entry", "parts": [{"name","address","length"}],
    "regions": [{"part","start","end","kind"}]}; empty where nobody knows.
    ``required_level``: evidence level asked for before a scale is handed out, 0 to 5.
    """

    __tablename__ = "scale_model"
    __table_args__ = (
        one_of("accuracy", AccuracyClass),
        one_of("generation", TypeGeneration),
        UniqueConstraint("maker_id", "name", "type_approval_no"),
        CheckConstraint("required_level BETWEEN 0 AND 5", name="required_level_exists"),
        CheckConstraint("evidence_days > 0", name="evidence_lapses"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    maker_id: Mapped[int] = mapped_column(ForeignKey(Maker.id), index=True)
    maker: Mapped[Maker] = relationship()
    name: Mapped[name]
    type_approval_no: Mapped[str] = mapped_column(String(40), default="")
    accuracy: Mapped[AccuracyClass] = mapped_column(default=AccuracyClass.III)
    generation: Mapped[TypeGeneration] = mapped_column(default=TypeGeneration.OLD)
    networked: Mapped[bool] = mapped_column(default=False)
    required_level: Mapped[int] = mapped_column(default=0)
    evidence_days: Mapped[int] = mapped_column(default=180)
    # Approved with the type; empty where the approval names none.
    software_ids: Mapped[list[str]] = mapped_column(Json, default=list, server_default="[]")
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict)
    phase_out_on: Mapped[date | None]
    recalled: Mapped[bool] = mapped_column(default=False)
    ranges: Mapped[list["ModelRange"]] = relationship(
        order_by="ModelRange.position", back_populates="model", cascade="all, delete-orphan"
    )

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class ModelRange(Base):
    """One weighing range (Max_i, e_i); e = d for price-computing scales."""

    __tablename__ = "model_range"
    __table_args__ = (
        UniqueConstraint("model_id", "position"),
        CheckConstraint("0 < min_mg AND min_mg < max_mg", name="capacity_is_ordered"),
        CheckConstraint("e_mg > 0", name="e_is_positive"),
        CheckConstraint("position BETWEEN 1 AND 3", name="at_most_three"),
    )

    id: Mapped[primary_key]
    model_id: Mapped[int] = mapped_column(ForeignKey(ScaleModel.id))
    model: Mapped[ScaleModel] = relationship(back_populates="ranges")
    position: Mapped[int]
    min_mg: Mapped[milligrams]
    max_mg: Mapped[milligrams]
    e_mg: Mapped[milligrams]
