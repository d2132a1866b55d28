"""Rule sets of verification that an administrator installed, beside those of the program."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, digest, primary_key, public_id
from app.models.people import Person


class RuleSetVersion(Base):
    """One version of one regulation as data. Its document never changes; it can be withdrawn.

    ``sha256``: of the RFC 8785 bytes of the document.
    """

    __tablename__ = "rule_set"
    __table_args__ = (
        UniqueConstraint("identifier", "edition"),
        CheckConstraint("edition > 0", name="edition_counts"),
        CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= installed_at", name="times_are_ordered"
        ),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    identifier: Mapped[str] = mapped_column(String(40))
    edition: Mapped[int]
    document: Mapped[dict[str, Any]]
    sha256: Mapped[digest]
    installed_at: Mapped[datetime]
    installed_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    installed_by: Mapped[Person] = relationship()
    withdrawn_at: Mapped[datetime | None]
