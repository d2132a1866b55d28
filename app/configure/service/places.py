"""Places of trade, their stalls and their traders."""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError, missing
from app.db.base import Base
from app.db.ids import new_uid
from app.domain.suitability import GoodsClass, goods_text
from app.ledger import entries
from app.ledger.door import act
from app.models import Place, PlaceKind, Region, Stall, Trader

SECRET_BYTES: Final = 32
CODE: Final = re.compile(r"[0-9A-Za-z]{1,12}")
REGISTER: Final = "register"
CHANGED: Final = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """A place below the region ``region_path``, told apart there by ``code``."""

    region_path: str
    code: str
    name: str
    kind: PlaceKind = PlaceKind.MARKET
    address: str = ""
    organiser: str = ""
    phone: str = ""
    fair_scale_spot: str = ""

    @property
    def path(self) -> str:
        """Where it lies in the tree."""
        return f"{self.region_path}{self.code}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStall:
    """A stall of ``place``."""

    place: Place
    number: str
    goods: str = ""
    goods_classes: Collection[GoodsClass] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTrader:
    """A trader of ``place``."""

    place: Place
    name: str
    phone: str = ""


def create_place(session: Session, command: NewPlace, *, by: str, at: datetime) -> Place:
    """Register a place of trade.

    Raises:
        FieldsError: The name or code is missing, malformed or taken, or the region unknown.
    """
    entries.lock(session)
    if faults := missing(name=command.name) | _path_faults(session, command):
        raise FieldsError(**faults)
    place = Place(uid=new_uid())
    with act(session, place, REGISTER, by=by, at=at):
        _fill(place, command)
        session.add(place)
    return place


def change_place(
    session: Session, place: Place, command: NewPlace, *, by: str, at: datetime
) -> None:
    """Correct a place; only an empty one moves to another region or takes another code.

    The path stands in the records of whatever was registered there, signed ones among them.

    Raises:
        FieldsError: As at the beginning, or the path would change under what lies there.
    """
    entries.lock(session)
    faults = missing(name=command.name)
    if command.path != place.path:
        faults |= _path_faults(session, command)
        if is_settled(session, place):
            faults["region"] = Fault.SETTLED
    if faults:
        raise FieldsError(**faults)
    with act(session, place, CHANGED, by=by, at=at):
        _fill(place, command)


def is_settled(session: Session, place: Place) -> bool:
    """Return whether anything was ever registered at ``place``: stalls, scales, roles, tags."""
    kinds: list[Any] = [one.class_ for one in Base.registry.mappers if "path" in one.columns]
    return any(
        session.scalar(select(exists().where(kind.path == place.path)))
        for kind in kinds
        if kind is not Place
    )


def _path_faults(session: Session, command: NewPlace) -> dict[str, Fault]:
    faults = {}
    if not session.scalar(select(exists().where(Region.path == command.region_path))):
        faults["region"] = Fault.NOT_HERE
    if not CODE.fullmatch(command.code):
        faults["code"] = Fault.MALFORMED
    elif any(
        session.scalar(select(exists().where(kind.path == command.path)))
        for kind in (Place, Region)
    ):
        faults["code"] = Fault.TAKEN
    return faults


def _fill(place: Place, command: NewPlace) -> None:
    place.path = command.path
    place.name = command.name.strip()
    place.kind = command.kind
    place.address = command.address.strip()
    place.organiser = command.organiser.strip()
    place.phone = command.phone.strip()
    place.fair_scale_spot = command.fair_scale_spot.strip()


def create_stall(session: Session, command: NewStall, *, by: str, at: datetime) -> Stall:
    """Register a stall.

    Raises:
        FieldsError: The number is missing or taken.
    """
    entries.lock(session)
    number = command.number.strip()
    faults = missing(number=number)
    taken = exists().where(Stall.place_id == command.place.id, Stall.number == number)
    if number and session.scalar(select(taken)):
        faults["number"] = Fault.TAKEN
    if faults:
        raise FieldsError(**faults)
    stall = Stall(
        uid=new_uid(),
        path=command.place.path,
        place_id=command.place.id,
        number=number,
        goods=command.goods.strip(),
        goods_classes=goods_text(command.goods_classes),
    )
    with act(session, stall, REGISTER, by=by, at=at):
        session.add(stall)
    return stall


def create_trader(session: Session, command: NewTrader, *, by: str, at: datetime) -> Trader:
    """Register a trader; the name enters the ledger under a key that can be destroyed.

    Raises:
        FieldsError: The name is missing.
    """
    if faults := missing(name=command.name):
        raise FieldsError(**faults)
    trader = Trader(
        uid=new_uid(),
        path=command.place.path,
        place_id=command.place.id,
        name=command.name.strip(),
        phone=command.phone.strip(),
        secret=secrets.token_bytes(SECRET_BYTES),
    )
    with act(session, trader, REGISTER, by=by, at=at):
        session.add(trader)
    return trader
