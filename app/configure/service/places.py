"""Places of trade, their stalls and their traders."""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError, missing
from app.db.ids import new_uid
from app.domain.suitability import GoodsClass, goods_text
from app.ledger import entries
from app.ledger.door import act
from app.models import Place, PlaceKind, Region, Stall, Trader

SECRET_BYTES: Final = 32
CODE: Final = re.compile(r"[0-9A-Za-z]{1,12}")
REGISTER: Final = "register"


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
    faults = missing(name=command.name)
    path = f"{command.region_path}{command.code}/"
    if not session.scalar(select(exists().where(Region.path == command.region_path))):
        faults["region"] = Fault.NOT_HERE
    if not CODE.fullmatch(command.code):
        faults["code"] = Fault.MALFORMED
    elif session.scalar(select(exists().where(Place.path == path))):
        faults["code"] = Fault.TAKEN
    if faults:
        raise FieldsError(**faults)
    place = Place(
        uid=new_uid(),
        path=path,
        name=command.name.strip(),
        kind=command.kind,
        address=command.address.strip(),
        organiser=command.organiser.strip(),
        phone=command.phone.strip(),
        fair_scale_spot=command.fair_scale_spot.strip(),
    )
    with act(session, place, REGISTER, by=by, at=at):
        session.add(place)
    return place


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
