"""Counters of calibration and parameters: which change has no reason on record."""

import pytest

from app.domain.counters import CounterError, Counters, unexplained


@pytest.mark.parametrize(
    ("before", "now", "adjusted", "alarm"),
    [
        (None, Counters(7, 2), False, False),
        (Counters(7, 2), Counters(7, 2), False, False),
        (Counters(7, 2), Counters(8, 2), False, True),
        (Counters(7, 2), Counters(7, 3), False, True),
        (Counters(7, 2), Counters(6, 2), False, True),
        (Counters(7, 2), Counters(8, 3), True, False),
    ],
)
def test_only_a_change_with_no_record_is_told(
    before: Counters | None,
    now: Counters,
    adjusted: bool,
    alarm: bool,
) -> None:
    """The first reading is the baseline; a repair or verification explains any change."""
    assert unexplained(before, now, adjusted=adjusted) is alarm


def test_a_counter_is_never_below_zero() -> None:
    """What a display cannot show is no reading."""
    with pytest.raises(CounterError):
        Counters(-1, 0)
