"""The demo's fleet and its tales as data: what they must hold before anything is loaded."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from app.demo import crowd
from app.demo.catalogue import MODELS
from app.demo.fleet import MARKETS, Line, Tale
from app.demo.named import PORTS
from app.demo.tales import verified_again

TODAY = date(2026, 11, 23)
VALID_DAYS = 365
SOON = range(335, 365)


@pytest.fixture(scope="module")
def fleet() -> list[Line]:
    """Return the whole fleet."""
    return crowd.fleet(TODAY)


def test_there_are_three_hundred_in_four_markets_none_twice(fleet: list[Line]) -> None:
    """The bench is among them; every model of the catalogue stands somewhere."""
    assert len(fleet) == 300
    assert {line.market for line in fleet} == set(MARKETS)
    assert len(MARKETS) == 4
    assert len({line.number for line in fleet}) == len({line.serial for line in fleet}) == 300
    assert set(PORTS) <= {line.number for line in fleet}
    assert {line.model for line in fleet} == set(MODELS)
    assert {line.tale for line in fleet} == set(Tale)


def test_a_stall_has_two_scales_only_where_one_stands_in(fleet: list[Line]) -> None:
    """And a name belongs to one trader of one stall."""
    spots = Counter((line.market, line.stall) for line in fleet if line.stall)
    shared = {spot for spot, number in spots.items() if number > 1}
    stand_ins = {(line.market, line.stall) for line in fleet if line.tale is Tale.STANDS_IN}
    assert shared == stand_ins
    named = {(line.market, line.stall, line.trader) for line in fleet if line.trader}
    assert len({trader for *_spot, trader in named}) == len(named)


def test_nothing_waits_for_its_first_verification_longer_than_a_week(fleet: list[Line]) -> None:
    """And no validity ran out in between: the next verification came within the year."""
    for line in fleet:
        days = [line.first, *verified_again(line)]
        assert 0 < line.came - line.first <= 7
        assert days == sorted(days, reverse=True)
        gaps = [one - other for one, other in pairwise(days)]
        assert all(0 < gap < VALID_DAYS for gap in gaps), line


def test_validities_end_all_over_the_year(fleet: list[Line]) -> None:
    """Some within thirty days, some ran out already."""
    last = [[line.first, *verified_again(line)][-1] for line in fleet]
    assert sum(days in SOON for days in last) >= 20
    assert sum(line.tale is Tale.OVERDUE for line in fleet) >= 5
    assert len({days // 31 for days in last}) >= 12
