"""Words that people typed about a scale: beside its story, so that they can be erased."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, primary_key, public_id
from app.models.scale import Scale


class Remark(Base):
    """A remark; the story holds its digest under ``secret``. Erased, it has neither text nor key.

    ``about`` is the uid of the tag, finding or lead that the words are about, or empty.
    """

    __tablename__ = "remark"
    __table_args__ = (
        CheckConstraint("(text IS NULL) = (secret IS NULL)", name="erased_with_its_key"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id), index=True)
    about: Mapped[str] = mapped_column(String(36), index=True, default="")
    text: Mapped[str | None] = mapped_column(String(400))
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime]
