"""Goods of stalls: recorded by class, told where a scale is too coarse for them, never blocking."""

import json

from sqlalchemy import select

from app.domain.roles import Role
from app.models import Stall
from tests.support.forms import opened
from tests.support.house import House

RULE = "附表1"


def test_a_scale_too_coarse_is_warned_of_everywhere(house: House) -> None:
    """On its page, where it is handed out, and in the API; each time with the rule."""
    manager = house.page(Role.MANAGER)
    there = f"/configure/stalls/{house.stall}/goods"
    form = opened(manager, there) | {"goods": "干货", "goods_classes": ["dried", "exempt"]}
    assert manager.post(there, data=form).status_code == 303
    with house.writing() as session:
        stall = session.scalars(select(Stall)).one()
        assert (stall.goods, stall.goods_classes) == ("干货", "dried exempt")
    part = manager.get(f"/manage/scales/{house.scale}/fit?stall={house.stall}").text
    assert RULE in part
    assert "5 g" in part
    assert manager.get(f"/manage/scales/{house.scale}/fit").text.strip() == ""
    with house.writing() as session:
        row = house.row()
        session.add(row)
        row.stall = session.scalars(select(Stall)).one()
    assert RULE in manager.get(f"/manage/scales/{house.scale}").text
    told = json.loads(house.api(Role.MANAGER, f"/scales/{house.scale}").text)
    assert told["suitability"]["fit"] == "unsuitable"
    assert told["suitability"]["shortfalls"][0] == {
        "goods": "dried",
        "row": 3,
        "load_mg": 1_000_000,
        "error_mg": 5_000,
        "tolerance_mg": 2_000,
    }
    assert not {"suitability", "unsuitable"} & set(told["advisories"])
    assert "unsuitable" not in told["blocked_by"]


def test_goods_that_nobody_recorded_are_not_checked(house: House) -> None:
    """In words on the form, as a code in the API."""
    part = house.page(Role.MANAGER).get(f"/manage/scales/{house.scale}/fit?stall={house.stall}")
    assert "not checked" in part.text
    told = json.loads(house.api(Role.MANAGER, f"/scales/{house.scale}").text)
    assert told["suitability"]["fit"] == "not_checked"
