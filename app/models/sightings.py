"""What staff saw of tags: where one was read, and a tag that seems to hang in two places.

No subject of the ledger: sightings say where staff were and when, and go again after a while.
What a person concludes of them stands in the scale's story.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, one_of, path, primary_key, public_id
from app.domain.copies import Carrier, CopyOutcome, CopyReason
from app.models.people import Person
from app.models.scale import Code, Scale


class Sighting(Base):
    """Somebody of the staff had a tag before the camera; ``path``: where they were."""

    __tablename__ = "sighting"
    __table_args__ = (one_of("carrier", Carrier), Index("ix_sighting_code_id_at", "code_id", "at"))

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    code_id: Mapped[int] = mapped_column(ForeignKey(Code.id, ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    carrier: Mapped[Carrier]
    at: Mapped[datetime] = mapped_column(index=True)


class CopyNotice(Base):
    """A tag seems to hang on two scales: what speaks for it, and what a person made of it.

    ``path``: of the scale that the register knows. The two sightings are told here once more,
    for they may be gone before anybody looks: ``before_*`` is the earlier one.
    """

    __tablename__ = "copy_notice"
    __table_args__ = (
        one_of("reason", CopyReason),
        one_of("outcome", CopyOutcome),
        CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="closed_with_an_outcome"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id, ondelete="CASCADE"), index=True)
    # Rows that go, go in the database: an import that is undone takes its scales out again.
    scale: Mapped[Scale] = relationship()
    code_id: Mapped[int] = mapped_column(ForeignKey(Code.id, ondelete="CASCADE"), index=True)
    code: Mapped[Code] = relationship()
    reason: Mapped[CopyReason]
    before_path: Mapped[str] = mapped_column(String(120), default="")
    before_at: Mapped[datetime | None]
    before_by: Mapped[str] = mapped_column(String(60), default="")
    seen_path: Mapped[str] = mapped_column(String(120))
    seen_at: Mapped[datetime]
    seen_by: Mapped[str] = mapped_column(String(60))
    plate: Mapped[str] = mapped_column(String(8), default="")
    outcome: Mapped[CopyOutcome | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(60), default="")
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
