"""A signal that comes in the worst moment still ends a process, in both programs."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from types import FrameType
from typing import Any

import pytest

import app.jobs.ending
import scale_agent.ending

Waiting = tuple[Callable[[], object], Callable[[], object]]
BOTH = pytest.mark.parametrize(
    "ending", [app.jobs.ending.Ending, scale_agent.ending.Ending], ids=["server", "agent"]
)
OUR_OWN = signal.SIGUSR1


class DeadlockError(Exception):
    """Who asks for a lock holds it already."""


class TellingLock:
    """A lock that tells where an ordinary one would wait for ever, in one thread."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.release = self.lock.release

    def acquire(self, *waits: object) -> bool:
        """Take it; ``Condition`` asks with a False only whether somebody has it."""
        if self.lock.acquire(blocking=False):
            return True
        if waits == (False,):
            return False
        raise DeadlockError

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Put back what listened to our signal, and who traced."""
    before, tracer = signal.getsignal(OUR_OWN), sys.gettrace()
    yield
    sys.settrace(tracer)
    signal.signal(OUR_OWN, before)


def interrupted(waiting: Waiting, at: int) -> bool:
    """Wait, with a signal at line number ``at`` of all that are run; return whether one came."""
    wait, tell = waiting
    signal.signal(OUR_OWN, lambda *_: tell())
    lines = count()

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401
        if event == "line" and next(lines) == at:
            sys.settrace(None)
            signal.raise_signal(OUR_OWN)
        return trace

    sys.settrace(trace)
    try:
        wait()
    finally:
        sys.settrace(None)
    return next(lines) > at


@BOTH
def test_a_signal_may_come_at_any_line_of_the_wait(ending: type[Any]) -> None:
    """None is lost, and none stops for ever in the handler."""
    for at in count():
        one = ending()
        came = interrupted((lambda one=one: one.wait(0.001), one.tell), at)
        assert one.is_told() == came
        if not came:
            break
    assert at > 2, "no line was seen"


def test_an_event_would_have_stopped_for_ever() -> None:
    """The control: at some of its lines the main thread holds the lock that the handler wants."""
    stopped = 0
    for at in count():
        event = threading.Event()
        event._cond = threading.Condition(TellingLock())  # type: ignore[attr-defined,arg-type] # noqa: SLF001
        try:
            if not interrupted((lambda event=event: event.wait(0.001), event.set), at):
                break
        except DeadlockError:
            stopped += 1
    assert stopped > 0


@BOTH
def test_who_is_told_does_not_wait_to_the_end(ending: type[Any]) -> None:
    """By a signal, by another thread, or before."""
    began = time.monotonic()
    one, other = ending(), ending()
    signal.signal(OUR_OWN, lambda *_: one.tell())
    main = threading.main_thread().ident
    assert main is not None
    threading.Timer(0.02, lambda: signal.pthread_kill(main, OUR_OWN)).start()
    assert one.wait(60)
    threading.Timer(0.02, other.tell).start()
    assert other.wait(60)
    assert other.wait(60)
    assert time.monotonic() - began < 50
