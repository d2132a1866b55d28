"""Entry agreements (入场经营协议): what a trader and the organiser of a place signed."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, maybe_digest, path, primary_key, public_id
from app.models.places import Place, Stall, Trader


class Agreement(Base):
    """One agreement with a trader, for one or several stalls.

    ``until`` None: without an end. ``ended_on``: left before that. ``commitment_on``: the
    trader's own commitment to honest measures (诚信计量自我承诺). ``document``: of a picture.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("place_id", "number"),
        CheckConstraint("until IS NULL OR until >= signed_on", name="days_are_ordered"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    place_id: Mapped[int] = mapped_column(ForeignKey(Place.id))
    place: Mapped[Place] = relationship()
    trader_id: Mapped[int] = mapped_column(ForeignKey(Trader.id), index=True)
    trader: Mapped[Trader] = relationship()
    number: Mapped[str] = mapped_column(String(40))
    signed_on: Mapped[date]
    until: Mapped[date | None]
    ended_on: Mapped[date | None]
    commitment_on: Mapped[date | None]
    document: Mapped[maybe_digest]
    stalls: Mapped[list["AgreementStall"]] = relationship(
        order_by="AgreementStall.id", back_populates="agreement", cascade="all, delete-orphan"
    )

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class AgreementStall(Base):
    """A stall that an agreement is for."""

    __tablename__ = "agreement_stall"
    __table_args__ = (UniqueConstraint("agreement_id", "stall_id"),)

    id: Mapped[primary_key]
    agreement_id: Mapped[int] = mapped_column(ForeignKey(Agreement.id))
    agreement: Mapped[Agreement] = relationship(back_populates="stalls")
    stall_id: Mapped[int] = mapped_column(ForeignKey(Stall.id), index=True)
    stall: Mapped[Stall] = relationship()
