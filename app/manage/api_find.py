"""The API of the one search box."""

from typing import Annotated, Final

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from app import search
from app.search import LONGEST, Kind
from app.web import api
from app.web.access import READERS, access, caller

bp = Blueprint("find_api", __name__, url_prefix="/api/v1")

MOST: Final = 50


class FindQuery(api.Query):
    """What is looked for."""

    q: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST,
            description="a code or its number, serial or market number, stall, trader (two"
            " characters), place, certificate or label (three)",
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=MOST)] = search.MOST


class FoundOut(api.Model):
    """One thing found; `id` is its uid, of a certificate that of its scale."""

    kind: Kind
    id: str
    words: str = Field(description="what was found of it, as it is written")
    path: str
    exact: bool = Field(description="it is what was asked for, not only a part of it")


@bp.get("/search")
@api.read("Find anything", query=FindQuery, returns=api.Listed[FoundOut])
@access(*READERS)
def find(session: Session, query: FindQuery) -> api.Listed[FoundOut]:
    """The best of what lies in the caller's regions, codes and whole words first; one page."""
    found = search.find(session, query.q, caller().scope(), query.limit)
    items = [
        FoundOut(kind=one.kind, id=one.uid, words=one.words, path=one.path, exact=one.exact)
        for one in found
    ]
    return api.Listed[FoundOut](items=items, next=None)
