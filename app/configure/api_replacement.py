"""The API of the replacement: what ends when, and what is needed in its place."""

from datetime import date
from typing import Annotated

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session, joinedload

from app.configure.replacement import asking, figures
from app.configure.replacement.book import Book, book
from app.configure.replacement.views import READERS
from app.models import IN_ORDER, Scale
from app.web import api
from app.web.access import access, caller

bp = Blueprint("replacement", __name__)

Path = Annotated[str, Field(max_length=120, description="a region or place of the caller's")]


class AskedQuery(api.ListQuery):
    """Which scales; without any of these all of the caller's regions."""

    region: Path = ""
    place: Annotated[str, Field(max_length=36)] = ""
    model: Annotated[str, Field(max_length=36)] = ""
    networked: bool | None = None
    last_day: date | None = None

    def given(self) -> dict[str, str]:
        """Return it as pages give it."""
        net = {None: "", True: "1", False: "0"}[self.networked]
        day = self.last_day.isoformat() if self.last_day else ""
        named = {"region": self.region, "place": self.place, "model": self.model}
        return {**named, "net": net, "day": day}


class EndOut(api.Model):
    """How many scales may serve until one day."""

    last_day: date
    confirmed: bool
    number: int
    networked: int


class ToBuyOut(api.Model):
    """How many of a model are to be bought, at which price."""

    model: str
    model_name: str
    number: int
    price_fen: int


class ReplacementOut(api.Model):
    """The whole at a glance; `without` are those for which no suitable model has a price."""

    number: int
    gone: int
    staying: int
    undated: int
    ends: list[EndOut]
    to_buy: list[ToBuyOut]
    without: int
    cost_fen: int


class EndingOut(api.Model):
    """A scale that ends, with what is needed in its place."""

    scale: str
    place: str
    stall: str | None
    model: str
    networked: bool
    last_day: date
    confirmed: bool
    needed_e_mg: int | None
    replacement: str | None
    price_fen: int | None


@bp.get("/replacement")
@api.read("Sum up the replacement", query=AskedQuery, returns=ReplacementOut)
@access(*READERS)
def summary(session: Session, query: AskedQuery) -> ReplacementOut:
    """How many scales end when, and what replacing them costs."""
    scope = caller().scope(*READERS)
    known = book(session, scope)
    found = figures.overview(session, known, asking.asked(session, scope, query.given()))
    return ReplacementOut(
        number=found.number,
        gone=found.gone,
        staying=found.staying,
        undated=found.undated,
        ends=[
            EndOut(
                last_day=end.last_day,
                confirmed=end.confirmed,
                number=end.number,
                networked=end.networked,
            )
            for end in found.ends
        ],
        to_buy=[
            ToBuyOut(
                model=known.models[offer.model_id].uid,
                model_name=offer.name,
                number=number,
                price_fen=offer.price_fen,
            )
            for offer, number in found.bill.sorted()
        ],
        without=found.bill.without,
        cost_fen=found.bill.fen,
    )


@bp.get("/replacement/scales")
@api.lists("List the scales that end", EndingOut, query=AskedQuery)
@access(*READERS)
def scales(session: Session, query: AskedQuery) -> api.Listed[EndingOut]:
    """By place, each with what is needed there."""
    scope = caller().scope(*READERS)
    known = book(session, scope)
    wanted = asking.asked(session, scope, query.given())
    return api.listed(
        session,
        query,
        figures.scales(known, wanted).options(joinedload(Scale.place), joinedload(Scale.stall)),
        IN_ORDER,
        lambda row: _ending(known, row),
    )


def _ending(known: Book, row: Scale) -> EndingOut:
    model = known.models[row.model_id]
    assert model.last_day is not None  # noqa: S101 - only such scales are listed
    sold = row.stall.goods_classes if row.stall else ""
    offer = known.choice(figures.area_of(known, row.path), row.model_id, sold)
    return EndingOut(
        scale=row.uid,
        place=row.place.uid,
        stall=row.stall.uid if row.stall else None,
        model=model.uid,
        networked=model.networked,
        last_day=model.last_day,
        confirmed=model.confirmed,
        needed_e_mg=known.needed_e(row.model_id, sold),
        replacement=known.models[offer.model_id].uid if offer else None,
        price_fen=offer.price_fen if offer else None,
    )
