"""The scale itself, its codes and its seals."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.db.base import (
    Base,
    Big,
    maybe_digest,
    one_of,
    ordered_path,
    ordered_text,
    path,
    primary_key,
    public_id,
)
from app.domain.lifecycle import ScaleRole, State
from app.domain.market_numbers import sort_key
from app.domain.seals import SealKind, SealOwner, SealState
from app.domain.suspension import SuspensionReason
from app.models.catalogue import ScaleModel
from app.models.people import Person
from app.models.places import Place, Stall, Trader
from app.models.procurement import Procurement

if TYPE_CHECKING:
    from app.models.standards import StandardWeight

# A code has one owner at most: for each kind of owner, that nobody else owns it too.
OWNERS: Final = (
    ("stall", "stall_id IS NULL OR scale_id IS NULL"),
    ("person", "person_id IS NULL OR (scale_id IS NULL AND stall_id IS NULL)"),
    (
        "weight",
        "weight_id IS NULL OR (scale_id IS NULL AND stall_id IS NULL AND person_id IS NULL)",
    ),
)


class CodeKind(StrEnum):
    """Whose code it is: our signed tag, a city's 一秤一码, or the maker's."""

    TAG = "tag"
    CITY = "city"
    MAKER = "maker"


class Scale(Base):
    """One physical scale, followed from delivery to scrapping.

    ``state`` and ``left_state`` are written by app.ledger alone; read by anyone.
    ``standing_evidence_id`` is the last evidence that counts, null where an error made it
    lapse. No foreign key: evidence refers to its scale already.
    """

    __tablename__ = "scale"
    __table_args__ = (
        UniqueConstraint("model_id", "serial_no"),
        one_of("state", State),
        one_of("left_state", State),
        one_of("role", ScaleRole),
        one_of("suspended_for", SuspensionReason),
        CheckConstraint(
            "state <> 'in_service' OR role = 'fair' OR"
            " (stall_id IS NOT NULL AND trader_id IS NOT NULL)",
            name="in_service_has_a_place",
        ),
        Index("ix_scale_path_market_key_uid", "path", "market_key", "uid"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    place_id: Mapped[int] = mapped_column(ForeignKey(Place.id), index=True)
    place: Mapped[Place] = relationship()
    model_id: Mapped[int] = mapped_column(ForeignKey(ScaleModel.id), index=True)
    model: Mapped[ScaleModel] = relationship()
    serial_no: Mapped[str] = mapped_column(String(40))
    market_no: Mapped[str] = mapped_column(String(20), default="")
    # What lists sort by; it follows the number.
    market_key: Mapped[ordered_text] = mapped_column(
        insert_default=lambda row: sort_key(row.get_current_parameters().get("market_no") or ""),
        server_default="",
    )
    role: Mapped[ScaleRole] = mapped_column(default=ScaleRole.TRADE)
    software_id: Mapped[str] = mapped_column(String(80), default="")
    production_code: Mapped[str] = mapped_column(String(60), default="")
    repair_code: Mapped[str] = mapped_column(String(60), default="")
    verification_code: Mapped[str] = mapped_column(String(60), default="")
    # Words of before there were grounds with an end; they go when grounds are given.
    no_code_reason: Mapped[str] = mapped_column(String(200), default="")
    # {code or seal: [ground, "YYYY-MM-DD"]} for what is missing, and the first of those days.
    gaps: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    gaps_until: Mapped[date | None] = mapped_column(index=True)
    made_on: Mapped[date | None]
    procurement_id: Mapped[int | None] = mapped_column(ForeignKey(Procurement.id), index=True)
    procurement: Mapped[Procurement | None] = relationship()
    photo: Mapped[maybe_digest]

    state: Mapped[State] = mapped_column(default=State.REGISTERED, index=True)
    left_state: Mapped[State | None]
    stall_id: Mapped[int | None] = mapped_column(ForeignKey(Stall.id), index=True)
    stall: Mapped[Stall | None] = relationship()
    trader_id: Mapped[int | None] = mapped_column(ForeignKey(Trader.id), index=True)
    trader: Mapped[Trader | None] = relationship()
    trader_since: Mapped[date | None]
    opened_on: Mapped[date | None]
    hold_document: Mapped[str] = mapped_column(String(80), default="")
    stop_order: Mapped[str] = mapped_column(String(80), default="")
    suspended_for: Mapped[SuspensionReason | None]
    # With the local metrology authority (备案).
    filing_no: Mapped[str] = mapped_column(String(60), default="", server_default="")
    filed_on: Mapped[date | None]

    baseline_ueid: Mapped[str] = mapped_column(String(64), default="")
    baseline_parameters: Mapped[maybe_digest]
    # As last explained by a baseline, a repair or a verification.
    calibration_counter: Mapped[int | None]
    parameter_counter: Mapped[int | None]
    counters_rose_on: Mapped[date | None]
    standing_evidence_id: Mapped[int | None] = mapped_column(Big, index=True)
    created_at: Mapped[datetime]

    codes: Mapped[list["Code"]] = relationship(back_populates="scale", order_by="Code.id")
    seals: Mapped[list["Seal"]] = relationship(back_populates="scale", order_by="Seal.id")

    # Two tablets on one scale: the second save fails instead of overwriting.
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @validates("market_no")
    def _number(self, _name: str, number: str) -> str:
        self.market_key = sort_key(number)
        return number


# How lists go: by place, as people of a market count.
IN_ORDER: Final = (Scale.path, Scale.market_key, Scale.uid)


class Code(Base):
    """A code that finds a scale, a stall, a person or a weight; a blank tag has none of them yet.

    ``number`` is what people read out.
    """

    __tablename__ = "code"
    __table_args__ = (
        one_of("kind", CodeKind),
        UniqueConstraint("value"),
        UniqueConstraint("number"),
        *(CheckConstraint(alone, name=f"a_{owner}_is_its_only_owner") for owner, alone in OWNERS),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    scale_id: Mapped[int | None] = mapped_column(ForeignKey(Scale.id), index=True)
    scale: Mapped[Scale | None] = relationship(back_populates="codes")
    stall_id: Mapped[int | None] = mapped_column(ForeignKey(Stall.id), index=True)
    stall: Mapped[Stall | None] = relationship()
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    person: Mapped[Person | None] = relationship()
    weight_id: Mapped[int | None] = mapped_column(ForeignKey("standard_weight.id"), index=True)
    weight: Mapped["StandardWeight | None"] = relationship()
    kind: Mapped[CodeKind]
    value: Mapped[str] = mapped_column(String(200))
    number: Mapped[str | None] = mapped_column(String(8))
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    # Words of before there were remarks; new ones are in a remark. Of a card, a code.
    revoked_because: Mapped[str] = mapped_column(String(200), default="")
    remarks: Mapped[list["Remark"]] = relationship(
        primaryjoin="foreign(Remark.about) == Code.uid", viewonly=True, order_by="Remark.id"
    )

    @property
    def is_blank(self) -> bool:
        """Whether it hangs on nothing yet."""
        owners = (self.scale_id, self.stall_id, self.person_id, self.weight_id)
        return all(owner is None for owner in owners)

    @property
    def words(self) -> str:
        """Why it was revoked; nothing once that is erased."""
        return said_last(self.remarks, self.revoked_because)


class Seal(Base):
    """A seal on a scale: what it is, whose it is, whether it still holds."""

    __tablename__ = "seal"
    __table_args__ = (
        one_of("kind", SealKind),
        one_of("owner", SealOwner),
        one_of("state", SealState),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id), index=True)
    scale: Mapped[Scale] = relationship(back_populates="seals")
    kind: Mapped[SealKind]
    owner: Mapped[SealOwner]
    number: Mapped[str] = mapped_column(String(40), default="")
    position: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[SealState]
    applied_on: Mapped[date | None]
    broken_on: Mapped[date | None]


class ScaleEvent(Base):
    """One step of a scale's story; ``chain`` binds it to all steps before it.

    chain = SHA-256(previous chain || RFC 8785 bytes of the other columns), hex.
    """

    __tablename__ = "scale_event"
    __table_args__ = (Index("ix_scale_event_scale_id_id", "scale_id", "id"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id))
    scale: Mapped[Scale] = relationship()
    ledger_seq: Mapped[int] = mapped_column(Big)
    action: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    from_state: Mapped[State]
    to_state: Mapped[State]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    chain: Mapped[str] = mapped_column(String(64))


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


def said_last(remarks: Sequence[Remark], before: str) -> str:
    """Return the newest of ``remarks``, or the words of ``before`` there were any."""
    return (remarks[-1].text or "") if remarks else before
