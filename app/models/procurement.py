"""Batches of scales that were bought together: by whom, from whom, with whose money."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, name, one_of, ordered_path, primary_key, public_id
from app.domain.procurement import Funding
from app.models.catalogue import ScaleModel


class Procurement(Base):
    """A batch: one contract or delivery note, of one or several models.

    ``path``: the region or place it was bought for; its scales stand inside.
    """

    __tablename__ = "procurement"
    __table_args__ = (
        one_of("funding", Funding),
        UniqueConstraint("path", "document_no"),
        Index("ix_procurement_bought_on_uid", "bought_on", "uid"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    buyer: Mapped[name]
    supplier: Mapped[name]
    document_no: Mapped[str] = mapped_column(String(80))
    bought_on: Mapped[date]
    funding: Mapped[Funding]
    items: Mapped[list["ProcurementItem"]] = relationship(
        order_by="ProcurementItem.id",
        back_populates="procurement",
        cascade="all, delete-orphan",
    )

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class ProcurementItem(Base):
    """How many of one model, at which price; money is whole fen."""

    __tablename__ = "procurement_item"
    __table_args__ = (
        UniqueConstraint("procurement_id", "model_id"),
        CheckConstraint("quantity > 0", name="something_was_ordered"),
        CheckConstraint("unit_price_fen >= 0", name="price_is_no_debt"),
    )

    id: Mapped[primary_key]
    procurement_id: Mapped[int] = mapped_column(ForeignKey(Procurement.id))
    procurement: Mapped[Procurement] = relationship(back_populates="items")
    model_id: Mapped[int] = mapped_column(ForeignKey(ScaleModel.id))
    model: Mapped[ScaleModel] = relationship()
    quantity: Mapped[int]
    unit_price_fen: Mapped[int] = mapped_column(BigInteger())
