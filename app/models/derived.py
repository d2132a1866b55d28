"""What follows from other rows and is kept for lists and totals: database triggers write it.

Nothing here is a fact of its own. ``scale_cell`` says what counts of one scale on any day;
``scale_total`` says how many scales of one kind lie in each node of the region tree. Copies of
a database leave these tables out: the triggers fill them (``info["derived"]``).
"""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Big, ordered_path, ordered_text
from app.domain.lifecycle import State
from app.models.scale import Scale

INFO = {"derived": True}


class ScaleCell(Base):
    """What counts of one scale.

    ``legal`` is the answer while nothing comes due: before ``from_on`` a mark is not proved
    yet, after ``until_on`` it is overdue, after ``phase_on`` the type may serve no longer: the
    model's own last day, or the day that stands for its kind (`phase_out.STANDS_IN`).
    ``verdict`` is that of the evidence that stands, empty for none.
    """

    __tablename__ = "scale_cell"
    __table_args__ = (
        Index("ix_scale_cell_state_path_market_key_uid", "state", "path", "market_key", "uid"),
        Index("ix_scale_cell_verdict_path_market_key_uid", "verdict", "path", "market_key", "uid"),
        Index("ix_scale_cell_legal_path_market_key_uid", "legal", "path", "market_key", "uid"),
        Index(
            "ix_scale_cell_path_market_key_uid_until_on", "path", "market_key", "uid", "until_on"
        ),
        {"info": INFO},
    )

    scale_id: Mapped[int] = mapped_column(
        Big, ForeignKey(Scale.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    path: Mapped[ordered_path]
    uid: Mapped[str] = mapped_column(String(36))
    state: Mapped[State]
    verdict: Mapped[str] = mapped_column(String(32))
    legal: Mapped[str] = mapped_column(String(32))
    from_on: Mapped[date]
    until_on: Mapped[date]
    phase_on: Mapped[date]
    market_key: Mapped[ordered_text] = mapped_column(server_default="")


class ScaleTotal(Base):
    """How many scales of one kind lie in one node of the region tree; every ancestor has a row."""

    __tablename__ = "scale_total"
    __table_args__ = {"info": INFO, "sqlite_with_rowid": False}

    path: Mapped[ordered_path] = mapped_column(primary_key=True)
    state: Mapped[State] = mapped_column(primary_key=True)
    verdict: Mapped[str] = mapped_column(String(32), primary_key=True)
    legal: Mapped[str] = mapped_column(String(32), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date] = mapped_column(primary_key=True)
    phase_on: Mapped[date] = mapped_column(primary_key=True)
    number: Mapped[int]
