"""A station that reads every hour does not drown what people did."""

from datetime import timedelta

from app.domain.lifecycle import State
from app.manage.steps import told_once
from app.models import ScaleEvent
from tests.support.makers import NOON


def event(number: int, action: str = "evidence", verdict: str = "match") -> ScaleEvent:
    """Return the step ``number`` hours after noon."""
    return ScaleEvent(
        id=number,
        action=action,
        actor="station:s",
        at=NOON + timedelta(hours=number),
        from_state=State.IN_SERVICE,
        to_state=State.IN_SERVICE,
        details={"verdict": verdict, "level": 2},
    )


def test_readings_alike_in_a_row_are_told_once() -> None:
    """With how many there were, and since when."""
    steps = told_once([event(3), event(2), event(1)])
    assert [(step.event.id, step.times, step.since) for step in steps] == [
        (3, 3, NOON + timedelta(hours=1))
    ]


def test_another_verdict_or_a_deed_between_them_parts_them() -> None:
    """What changed is never hidden."""
    told = [event(5), event(4, verdict="unreadable"), event(3), event(2, action="photo"), event(1)]
    assert [step.times for step in told_once(told)] == [1, 1, 1, 1, 1]


def test_deeds_are_never_told_together() -> None:
    """Two photos are two photos."""
    assert len(told_once([event(2, action="photo"), event(1, action="photo")])) == 2


def test_a_reading_that_suspended_stands_alone() -> None:
    """The step that moved the scale is not one of many."""
    moved = event(1)
    moved.to_state = State.SUSPENDED
    assert [step.times for step in told_once([event(2), moved])] == [1, 1]
