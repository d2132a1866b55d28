"""The chart of errors: limits as stairs, failures marked, former worksheets behind."""

from datetime import timedelta
from typing import Any

from app.domain.verification import VerificationResult
from app.models import Worksheet
from app.web.error_chart import ErrorChart, drawn
from tests.conftest import NOON

KG = 1_000_000


def item(load_mg: int, error_mg: int, mpe_mg: int, test: str = "weighing_up") -> dict[str, Any]:
    """Return one line of a judgement."""
    return {"test": test, "load_mg": load_mg, "error_mg": error_mg, "mpe_mg": mpe_mg}


def worksheet(days_ago: int, *items: dict[str, Any]) -> Worksheet:
    """Return a worksheet with that judgement."""
    return Worksheet(
        uid=f"w{days_ago}",
        number="2026-000001",
        finished_at=NOON - timedelta(days=days_ago),
        verdict=VerificationResult.PASS,
        items=[{"precheck": "plate", "verdict": "pass"}, item(0, 0, 1250, "zero"), *items],
    )


LINES = (item(100_000, 0, 2500), item(10 * KG, 5_500, 5000), item(15 * KG, -2_000, 7500))


def chart() -> ErrorChart:
    """Return the chart of two worksheets, the newer one failing at 10 kg."""
    found = drawn(
        [worksheet(0, *LINES, item(10 * KG, 0, 5000, "weighing_down")), worksheet(365, *LINES)]
    )
    assert found
    return found


def test_the_limit_is_a_stair_that_steps_where_the_limit_does() -> None:
    """Up to each load it is what holds at that load; below mirrors above."""
    found = chart()
    steps = [tuple(map(int, one.split(","))) for one in found.upper.split()]
    lower = [tuple(map(int, one.split(","))) for one in found.lower.split()]
    assert [x for x, _y in steps] == sorted(x for x, _y in steps)
    assert len({y for _x, y in steps}) == 3
    assert [abs(y - found.zero) for _x, y in lower] == [abs(y - found.zero) for _x, y in steps]
    assert (steps[0][0], steps[-1][0]) == (found.left, found.right)


def test_a_point_beyond_the_limit_is_marked_and_lies_outside_the_stair() -> None:
    """And the others lie inside; above zero is up."""
    found = chart()
    bad = [point for point in found.newest.points if point.fails]
    assert [(point.load_mg, point.error_mg) for point in bad] == [(10 * KG, 5_500)]
    limit = {mpe: y for y, mpe in found.limits}
    assert bad[0].y < limit[5000] < found.zero
    assert [one.uid for one in found.past] == ["w365"]
    assert found.newest.falling.count(",") == 1


def test_without_weighings_there_is_no_chart() -> None:
    """A scale that failed by its plate has no errors."""
    assert drawn([]) is None
