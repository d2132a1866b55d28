"""Until when types may serve, as dates in the register; prices of what replaces old scales."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, one_of, ordered_path, primary_key, public_id
from app.domain.scale_types import TypeGeneration
from app.models.catalogue import ScaleModel


class TransitionRule(Base):
    """The last day on which types of one generation, with or without network, may serve.

    A model's own date wins over it. ``confirmed`` says that somebody saw the source itself.
    """

    __tablename__ = "transition_rule"
    __table_args__ = (
        one_of("generation", TypeGeneration),
        UniqueConstraint("generation", "networked"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    generation: Mapped[TypeGeneration]
    networked: Mapped[bool]
    last_day: Mapped[date]
    source: Mapped[str] = mapped_column(String(200))
    confirmed: Mapped[bool] = mapped_column(default=False)

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class ReplacementPrice(Base):
    """What one scale of a model costs inside a region, all taxes in, as somebody was offered."""

    __tablename__ = "replacement_price"
    __table_args__ = (
        UniqueConstraint("path", "model_id"),
        CheckConstraint("price_fen > 0", name="price_is_positive"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    model_id: Mapped[int] = mapped_column(ForeignKey(ScaleModel.id))
    model: Mapped[ScaleModel] = relationship()
    price_fen: Mapped[int] = mapped_column(BigInteger())

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
