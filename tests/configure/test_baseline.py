"""The baseline of a scale, and counters that rose with nothing on record that says why."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.advisories import AdvisoryCode
from app.domain.calendar import local_date
from app.domain.counters import Counters
from app.domain.lifecycle import Action, State
from app.domain.roles import Role
from app.ledger import counters
from app.ledger.counters import BaselineContestedError, Shown
from app.ledger.door import SYSTEM, act
from app.models import Scale, ScaleEvent
from app.standing import standing_of
from tests.conftest import NOON
from tests.support.forms import opened
from tests.support.house import House
from tests.support.makers import make_scale, verification_of

HOUR = timedelta(hours=1)


def shown(calibration: int, parameters: int) -> Shown:
    """Return what a scale shows."""
    return Shown(Counters(calibration, parameters), "V2.1")


def rose(session: Session, scale: Scale) -> bool:
    """Return whether the advisory is given."""
    standing = standing_of(session, scale, local_date(NOON) + timedelta(days=2))
    return AdvisoryCode.COUNTERS_ROSE in [one.code for one in standing.advisories]


@pytest.fixture
def scale(session: Session) -> Scale:
    """Return a scale with a baseline of C 7, P 2."""
    found = make_scale(session)
    counters.record_baseline(session, found, shown(7, 2), by=SYSTEM, at=NOON)
    return found


def test_equal_counters_say_nothing_and_higher_ones_are_told(
    session: Session, scale: Scale
) -> None:
    """The advisory stays while the counters do, whatever is read later."""
    assert not counters.record_counters(session, scale, shown(7, 2), by=SYSTEM, at=NOON + HOUR)
    assert not rose(session, scale)
    assert counters.record_counters(session, scale, shown(8, 2), by=SYSTEM, at=NOON + 2 * HOUR)
    assert rose(session, scale)
    assert counters.known(scale) == Counters(7, 2)
    counters.record_counters(session, scale, shown(7, 2), by=SYSTEM, at=NOON + 3 * HOUR)
    assert rose(session, scale)


def test_a_repair_on_record_explains_them(session: Session, scale: Scale) -> None:
    """Without it the same reading is an alarm."""
    scale.state = State.IN_REPAIR
    session.flush()
    with act(session, scale, Action.COMPLETE_REPAIR, by=SYSTEM, at=NOON + HOUR):
        pass
    assert not counters.record_counters(session, scale, shown(9, 3), by=SYSTEM, at=NOON + 2 * HOUR)
    assert counters.known(scale) == Counters(9, 3)
    assert counters.record_counters(session, scale, shown(10, 3), by=SYSTEM, at=NOON + 3 * HOUR)


def test_a_later_pass_is_the_bodys_word(session: Session, scale: Scale) -> None:
    """A pass of the same day, at which they were found, does not end the alarm."""
    counters.record_counters(session, scale, shown(8, 2), by=SYSTEM, at=NOON + HOUR)
    day = local_date(NOON)
    for on, told in ((day, True), (day + timedelta(days=1), False)):
        with act(session, scale, "verified_in_a_test", by=SYSTEM, at=NOON + 2 * HOUR):
            session.add(verification_of(scale, on, on))
        assert rose(session, scale) is told


def test_a_new_baseline_hides_no_difference(session: Session, scale: Scale) -> None:
    """Where the program has a baseline, only a reading that equals it makes room for another."""
    scale.baseline_parameters = "ab" * 32
    session.flush()
    with pytest.raises(BaselineContestedError):
        counters.record_baseline(session, scale, shown(1, 1), by=SYSTEM, at=NOON + HOUR)


def test_the_page_records_and_the_scales_page_shows(house: House) -> None:
    """The manager records the first one; what rose is ended by the verifier, not by the market."""
    manager, url = house.page(Role.MANAGER), f"/configure/scales/{house.scale}/baseline"
    assert manager.post(url, data={"calibration": "x", "parameters": ""}).status_code == 422
    first = {"calibration": "7", "parameters": "2", "software_id": "V2.1", "kind": "baseline"}
    assert manager.post(url, data=opened(manager, url) | first).status_code == 303
    assert "Calibration counter C" in manager.get(f"/manage/scales/{house.scale}").text
    first = opened(manager, url) | first
    manager.post(url, data={**first, "calibration": "8", "kind": "reading"})
    page = manager.get(f"/manage/scales/{house.scale}").text
    assert "C 8 · P 2" in page
    risen = opened(manager, url) | {"calibration": "8", "parameters": "2", "kind": "baseline"}
    refused = manager.post(url, data=risen)
    assert (refused.status_code, "nobody has explained yet" in refused.text) == (409, True)
    assert house.page(Role.VERIFIER).post(url, data=risen).status_code == 303
    found = house.row()
    assert (found.calibration_counter, found.counters_rose_on) == (8, None)
    with house.work.database.reading() as session:
        steps = session.scalars(select(ScaleEvent.action).order_by(ScaleEvent.id)).all()
    assert list(steps)[-3:] == ["baseline", "counters_read", "baseline"]
