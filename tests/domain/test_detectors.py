"""Marks for the checker: more alike than chance gives, faster than anybody works."""

import pytest

from app.domain.detectors import Series, duplicated, outside, series_of, too_fast, usual, worth

AGREES = {"test": "weighing_up", "load_mg": 5_000_000, "indication_mg": 5_000_000, "at": 1}
LIMITS = usual()


def series(off: int = 0, small: int = 0, *, by: int = 5_000) -> Series:
    """Return twelve readings: ``off`` differ by one d, ``small`` were made with small weights."""
    rows = [dict(AGREES, load_mg=n * 1_000_000, indication_mg=n * 1_000_000) for n in range(12)]
    for row in rows[:off]:
        row["indication_mg"] = int(row["load_mg"]) + by
    for row in rows[12 - small :] if small else ():
        row["added_mg"] = 2_000
    return series_of(rows)


@pytest.mark.parametrize("others", [1, 5, 80, 1000])
def test_readings_that_agree_with_the_weights_are_alike_on_every_good_scale(others: int) -> None:
    """Eighty honest worksheets of a market mark none."""
    assert duplicated(series(), [series()] * others, LIMITS) is None


def test_the_same_deviations_on_another_scale_are_marked() -> None:
    """Eight readings off by the same are no chance among eighty scales."""
    others = [series(by=-5_000, off=8)] * 79 + [series(off=8)]
    assert duplicated(series(off=8), others, LIMITS) == (79,)


def test_few_deviations_are_chance_on_one_scale_and_not_on_many() -> None:
    """Four that differ coincide now and then; ten scales with the same four do not."""
    apart = [series()] * 10
    assert duplicated(series(off=4), [*apart, series(off=4)], LIMITS) is None
    assert duplicated(series(off=4), [*apart, *[series(off=4)] * 10], LIMITS) is not None


def test_small_weights_say_more_than_whole_intervals() -> None:
    """One of five values, not one of four."""
    assert worth(series(small=3), LIMITS) > worth(series(off=3), LIMITS) > worth(series(), LIMITS)


def test_nothing_alike_is_no_mark() -> None:
    """Nor are no others at all."""
    assert duplicated(series(off=8), [series(off=7)] * 50, LIMITS) is None
    assert duplicated(series(off=8), [], LIMITS) is None


@pytest.mark.parametrize(("seconds", "marked"), [(99, 99), (100, None), (300, None), (0, 0)])
def test_work_below_the_least_time_is_marked(seconds: int, marked: int | None) -> None:
    """The figure is data, and the boundary counts as enough."""
    assert LIMITS.least_seconds == 100
    assert too_fast(1_000_000, 1_000_000 + seconds * 1000, LIMITS) == marked


@pytest.mark.parametrize(
    ("temperature_dc", "humidity_pm", "marked"),
    [(-100, 900, False), (400, 0, False), (-101, 500, True), (401, 500, True), (200, 901, True)],
)
def test_air_beyond_the_conditions_is_marked(
    temperature_dc: int, humidity_pm: int, marked: bool
) -> None:
    """From −10 to +40 °C and up to 90 %, both ends inside."""
    air = {"temperature_dc": temperature_dc, "humidity_pm": humidity_pm}
    assert outside(air, LIMITS) is marked


def test_prices_and_times_are_no_part_of_the_series() -> None:
    """Two people press the same keys; no two press them at the same second."""
    price = {"test": "price", "net_mg": 1, "unit_price_fen_per_kg": 1, "amount_fen": 1, "at": 9}
    assert series_of([AGREES, price]) == series_of([{**AGREES, "at": 2}])
