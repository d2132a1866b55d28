"""Marks rest on the other worksheets of the place, and name them."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.verify.service.detectors import reviews
from tests.conftest import NOON
from tests.support.makers import make_place
from tests.support.worksheets import document, finished_worksheet, make_institute, market_of

OFF = [
    {"test": "weighing_up", "load_mg": n * 1_000_000, "indication_mg": n * 1_000_000 + 5_000}
    for n in range(1, 9)
]


def test_a_copied_worksheet_is_marked_and_names_the_one_it_equals(session: Session) -> None:
    """Another market's, or one of last week, is not compared."""
    institute = make_institute(session)
    place = make_place(session)
    mine, theirs, third = market_of(session, place, 3)
    readings: dict[str, Any] = {"readings": [{**one, "at": 0} for one in OFF]}
    given = document(NOON, **readings)
    week = NOON - timedelta(days=7)
    finished_worksheet(session, institute, third, week, **readings)
    assert reviews(session, mine, given) == []
    row = finished_worksheet(session, institute, theirs, NOON, **readings)
    assert reviews(session, mine, given) == [{"mark": "duplicate_values", "with": [row.number]}]
    assert reviews(session, theirs, given) == []


def test_honest_worksheets_that_all_agree_are_not_marked(session: Session) -> None:
    """One tap for 与砝码一致 is how most readings are written."""
    institute = make_institute(session)
    scales = market_of(session, make_place(session), 6)
    for scale in scales[1:]:
        finished_worksheet(session, institute, scale)
    assert reviews(session, scales[0], document(NOON)) == []


def test_a_worksheet_done_in_a_minute_is_marked_with_its_time(session: Session) -> None:
    """From the first to the last reading."""
    (scale,) = market_of(session, make_place(session), 1)
    end = int(NOON.timestamp() * 1000)
    given = document(NOON, started_at=end - 60_000)
    assert reviews(session, scale, given) == [{"mark": "too_fast", "seconds": 60}]
    cold = {"temperature_dc": -120, "humidity_pm": 500}
    given = document(NOON, environment=cold)
    assert reviews(session, scale, given) == [{"mark": "conditions", **cold}]
