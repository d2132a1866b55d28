"""Finding by a part of a name or number, in one region, at any size of the register.

The database keeps an index of pairs of characters and of regions (the migrations say how): a
Chinese name of two characters is one look-up, and another region's rows are never touched.

    find(session, "秀兰", caller().scope())        # what the one search box shows, best first
    scales(session, "秀兰", caller().scope())      # ids of scales, for lists; None: too many
"""

from app.search.find import (
    LONGEST,
    MANY,
    MOST,
    Found,
    clean,
    find,
    kinds,
    numbered,
    scales,
    the_one,
)
from app.search.index import Kind, hold
from app.search.rebuild import rebuild

__all__ = [
    "LONGEST",
    "MANY",
    "MOST",
    "Found",
    "Kind",
    "clean",
    "find",
    "hold",
    "kinds",
    "numbered",
    "rebuild",
    "scales",
    "the_one",
]
