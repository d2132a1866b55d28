"""The clock of the jobs process: looked at once, wherever the time on the wall has gone."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from hypothesis import given
from hypothesis import strategies as st

from app.jobs import clock
from app.jobs.clock import Clock, NextLook
from app.jobs.timetable import LOOK_EVERY

BEFORE = datetime(2026, 11, 23, 4, 0, 5, tzinfo=UTC)
A_MONTH = timedelta(days=30)


def runs(trigger: BaseTrigger, now: datetime) -> list[datetime]:
    """Return the times that APScheduler itself names for one due since ``BEFORE``."""
    scheduler = BackgroundScheduler(timezone=UTC)
    job = scheduler.add_job(print, trigger, next_run_time=BEFORE)
    found: list[datetime] = job._get_run_times(now)  # noqa: SLF001 - what it does under its lock
    return found


def test_after_a_leap_of_a_month_there_is_one_late_look() -> None:
    """And the next one is in the coming minute."""
    now = BEFORE + A_MONTH + timedelta(seconds=7)
    assert runs(NextLook(LOOK_EVERY), now) == [BEFORE]
    due = NextLook(LOOK_EVERY).get_next_fire_time(BEFORE, now)
    assert due == BEFORE + A_MONTH + timedelta(minutes=1)


@pytest.mark.parametrize(
    "trigger",
    [CronTrigger(second=5, timezone=UTC), IntervalTrigger(minutes=1, start_date=BEFORE)],
    ids=["cron", "interval"],
)
def test_other_triggers_count_each_minute_that_was_missed(trigger: BaseTrigger) -> None:
    """The control: an hour is enough to see it, and a month is as many times more."""
    assert len(runs(trigger, BEFORE + timedelta(hours=1))) == 61


@given(
    st.integers(0, 4 * 10**15),  # microseconds from 1970 to 2096
    st.sampled_from([LOOK_EVERY, timedelta(seconds=0.5)]),
)
def test_exactly_one_look_lies_in_each_stretch(micros: int, every: timedelta) -> None:
    """Strictly ahead, at most one stretch, just after the minute, whatever went before."""
    now = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
    trigger = NextLook(every)
    times = [now]
    for _look in range(3):
        times.append(trigger.get_next_fire_time(None, times[-1]))
    assert timedelta(0) < times[1] - now <= every
    assert [after - before for before, after in pairwise(times[1:])] == [every, every]
    assert (times[1].timestamp() - 5) % every.total_seconds() == 0
    assert trigger.get_next_fire_time(now + A_MONTH, now) == times[1]


@pytest.mark.parametrize("follows", [True, False])
def test_a_clock_that_was_set_back_is_followed(
    follows: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next look had been a month ahead; the control waits for the old time to come again."""
    looked = threading.Event()
    later = clock.utcnow() + A_MONTH
    with monkeypatch.context() as a_month_ahead:
        a_month_ahead.setattr(clock, "utcnow", lambda: later)
        kept = Clock(looked.set, timedelta(seconds=0.2))
    kept.start()
    try:
        if follows:
            kept.follow()
        assert looked.wait(60 if follows else 0.6) == follows
    finally:
        kept.stop()


def test_following_a_clock_that_nobody_set_changes_nothing() -> None:
    """Asked before it starts, while it runs and after it ended: the heart may come at any time."""
    kept = Clock(lambda: None, timedelta(hours=1))
    due = kept.job.next_run_time
    kept.follow()
    kept.start()
    kept.follow()
    assert kept.job.next_run_time == due
    kept.stop()
    kept.job.next_run_time += A_MONTH
    kept.follow()


def test_who_follows_does_not_wait_for_a_look_that_ends_late() -> None:
    """Told to stop in the middle of long work, the process goes on renewing its lease."""
    begun, go_on = threading.Event(), threading.Event()

    def look() -> None:
        begun.set()
        go_on.wait(120)

    kept = Clock(look, timedelta(seconds=0.1))
    kept.start()
    assert begun.wait(60)
    ends = threading.Thread(target=kept.stop)
    ends.start()
    kept.job.next_run_time += A_MONTH
    heart = threading.Thread(target=kept.follow)
    heart.start()
    heart.join(60)
    assert not heart.is_alive()
    assert ends.is_alive()
    go_on.set()
    ends.join(60)
    assert not ends.is_alive()
