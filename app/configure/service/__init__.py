"""Configuring the fleet: places, makers and models, scales with their codes, seals and photos.

Every function takes (session, command, *, by, at), goes through the ledger's door and never
commits.
"""

from app.configure.service.catalogue import NewMaker, NewModel, Range, create_maker, create_model
from app.configure.service.errors import FieldsError
from app.configure.service.goods import Goods, record_goods
from app.configure.service.places import (
    NewPlace,
    NewStall,
    NewTrader,
    change_place,
    create_place,
    create_stall,
    create_trader,
)
from app.configure.service.scales import NewScale, bind_photo, register_scale
from app.configure.service.seals import NewSeal, SealSeen, change_seal, record_seal

__all__ = [
    "FieldsError",
    "Goods",
    "NewMaker",
    "NewModel",
    "NewPlace",
    "NewScale",
    "NewSeal",
    "NewStall",
    "NewTrader",
    "Range",
    "SealSeen",
    "bind_photo",
    "change_place",
    "change_seal",
    "create_maker",
    "create_model",
    "create_place",
    "create_stall",
    "create_trader",
    "record_goods",
    "record_seal",
    "register_scale",
]
