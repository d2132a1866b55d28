"""What a stall sells: the words on its sign, and the classes that the law's table knows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError
from app.domain.suitability import GoodsClass, goods_text
from app.ledger.door import act
from app.models import Stall

LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Goods:
    """The words, and the classes; none means that nobody knows."""

    words: str
    classes: Collection[GoodsClass]


def record_goods(session: Session, stall: Stall, command: Goods, *, by: str, at: datetime) -> None:
    """Record what ``stall`` sells.

    Raises:
        FieldsError: The words are too long.
    """
    words = command.words.strip()
    if len(words) > LONGEST:
        raise FieldsError(goods=Fault.TOO_LONG)
    with act(session, stall, "goods", by=by, at=at):
        stall.goods, stall.goods_classes = words, goods_text(command.classes)
