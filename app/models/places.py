"""Where things are: the region tree, places of trade in it, their stalls and traders."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, name, one_of, ordered_path, path, primary_key, public_id


class RegionKind(StrEnum):
    """A level of the administrative tree."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    OFFICE = "office"


class PlaceKind(StrEnum):
    """What sort of place of trade it is."""

    MARKET = "market"
    SHOP = "shop"
    SUPERMARKET = "supermarket"
    MOBILE_PITCH = "mobile_pitch"


class Region(Base):
    """One node of the tree, by its GB/T 2260 code: ``/32/3206/320612/``."""

    __tablename__ = "region"
    __table_args__ = (
        one_of("kind", RegionKind),
        UniqueConstraint("path"),
        CheckConstraint("path LIKE '/%/'", name="path_has_slashes"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    name: Mapped[name]
    kind: Mapped[RegionKind]


class Place(Base):
    """A market, shop, supermarket or mobile pitch: a leaf of the tree with a path of its own."""

    __tablename__ = "place"
    __table_args__ = (one_of("kind", PlaceKind), UniqueConstraint("path"))

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    name: Mapped[name]
    kind: Mapped[PlaceKind]
    address: Mapped[str] = mapped_column(String(200), default="")
    organiser: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    fair_scale_spot: Mapped[str] = mapped_column(String(120), default="")


class Stall(Base):
    """A numbered stall of a place."""

    __tablename__ = "stall"
    __table_args__ = (UniqueConstraint("place_id", "number"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    place_id: Mapped[int] = mapped_column(ForeignKey(Place.id), index=True)
    place: Mapped[Place] = relationship()
    number: Mapped[str] = mapped_column(String(20))
    goods: Mapped[str] = mapped_column(String(60), default="")
    # Codes of domain.suitability.GoodsClass, with spaces between.
    goods_classes: Mapped[str] = mapped_column(String(80), default="", server_default="")


class Trader(Base):
    """A trader of a place. ``secret`` keys the digest under which the name enters the ledger."""

    __tablename__ = "trader"

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    place_id: Mapped[int] = mapped_column(ForeignKey(Place.id), index=True)
    place: Mapped[Place] = relationship()
    name: Mapped[name]
    phone: Mapped[str] = mapped_column(String(40), default="")
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
