"""One port, one thread: does the readings of its port one after another, never two at once."""

import collections
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from scale_agent.clock import Clock
from scale_agent.config import PROTOCOLS, PortConfig
from scale_agent.evidence import Errand
from scale_agent.faults import StationFaultError
from scale_agent.log import complain, say, warn
from scale_agent.progress import Reporter
from scale_agent.receipts import Task
from scale_agent.results import OnProgress, Progress, Reading, ReadOptions, Stop
from scale_agent.spool import Signer, Spool

AFTER_A_CRASH_S: Final = 5.0
AFTER_A_REFUSAL_S: Final = 600.0
MOST_WAITING: Final = 16


class Read(Protocol):
    """How a scale is read: ``scale_agent.reading.read_scale``."""

    def __call__(
        self,
        port_url: str,
        protocol: str,
        *,
        options: ReadOptions,
        on_progress: OnProgress | None = None,
        stop: Stop | None = None,
    ) -> Reading:
        """Read the scale behind ``port_url``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What every port shares."""

    spool: Spool
    signer: Signer
    clock: Clock
    reporter: Reporter
    read: Read
    stopping: threading.Event
    on_capture: Callable[[], None]


class PortWorker:
    """Reads one port: what the server asks for first, else by its own schedule."""

    def __init__(self, port: PortConfig, services: Services) -> None:
        self.port = port
        self._services = services
        self._tasks: collections.deque[Task] = collections.deque()
        self._current: str | None = None
        self._changed = threading.Condition()
        has_schedule = port.every_s is not None and port.scale is not None
        self._due: float | None = services.clock.steady() if has_schedule else None

    def take(self, task: Task) -> bool:
        """Queue a task; False if it is known already or the queue is full."""
        with self._changed:
            known = {self._current, *(waiting.uid for waiting in self._tasks)}
            if task.uid in known or len(self._tasks) >= MOST_WAITING:
                return False
            self._tasks.append(task)
            self._changed.notify()
            return True

    def wake(self) -> None:
        """Make the thread look at ``stopping``."""
        with self._changed:
            self._changed.notify()

    def run(self) -> None:
        """Work until the station stops. One bad reading never ends the thread."""
        while not self._services.stopping.is_set():
            try:
                self.step()
            except StationFaultError as fault:
                complain("reading_refused", port=self.port.name, why=fault)
                self._services.stopping.wait(AFTER_A_CRASH_S)
            except Exception as error:  # noqa: BLE001 - the other ports and readings go on
                complain("crashed", port=self.port.name, error=type(error).__name__, why=error)
                self._services.stopping.wait(AFTER_A_CRASH_S)

    def step(self) -> None:
        """Wait for the next errand and do it."""
        with self._changed:
            task = self._next()
            self._current = task.uid if task else None
        try:
            if task is not None:
                self._do_task(task)
            elif self._is_due():
                self._do_scheduled()
        finally:
            self._current = None

    def _next(self) -> Task | None:
        """Wait, within the lock, for a task, the schedule or the end."""
        while not (self._tasks or self._is_due() or self._services.stopping.is_set()):
            self._changed.wait(self._rest_s())
        return self._tasks.popleft() if self._tasks else None

    def _rest_s(self) -> float | None:
        return None if self._due is None else max(self._due - self._services.clock.steady(), 0.0)

    def _is_due(self) -> bool:
        return self._due is not None and self._services.clock.steady() >= self._due

    def _do_scheduled(self) -> None:
        every_s, scale = self.port.every_s, self.port.scale
        if every_s is None or scale is None:
            return
        now = self._services.clock.steady()
        # A reading that cannot even be begun is tried again long before tomorrow.
        self._due = now + min(every_s, AFTER_A_REFUSAL_S)
        self._read(self.port, Errand(scale=scale, port=self.port.name))
        self._due = now + every_s

    def _do_task(self, task: Task) -> None:
        if self._services.spool.has_done(task.uid):
            return
        if task.expires_at <= self._services.clock.server_now():
            warn("task_expired", port=self.port.name, task=task.uid)
            return
        if task.method not in PROTOCOLS:
            self._services.reporter.fail(task.uid, f"this agent does not speak {task.method}")
            return
        port = replace(
            self.port,
            protocol=task.method,
            length=task.length or self.port.length,
            entry=task.entry or self.port.entry,
        )
        errand = Errand(scale=task.scale, port=port.name, task=task.uid, nonce=task.nonce)
        try:
            self._read(port, errand)
        except StationFaultError as fault:
            self._services.reporter.fail(task.uid, str(fault))
            raise
        except Exception as error:
            self._services.reporter.fail(task.uid, f"the agent failed: {type(error).__name__}")
            raise

    def _read(self, port: PortConfig, errand: Errand) -> None:
        """Read, and capture what came of it."""
        services = self._services
        services.spool.ensure_room()
        say("reading", port=port.name, protocol=port.protocol, task=errand.task or "-")

        def on_progress(progress: Progress) -> None:
            if errand.task is not None:
                services.reporter.update(errand.task, progress)

        def stop() -> bool:
            is_gone = errand.task is not None and services.reporter.is_gone(errand.task)
            return is_gone or services.stopping.is_set()

        options = ReadOptions(
            baud=port.baud,
            length=port.length,
            entry=port.entry,
            boot0_by_rts=port.boot0_by_rts,
        )
        reading = services.read(
            port.url, port.protocol, options=options, on_progress=on_progress, stop=stop
        )
        if reading.verdict != "read" and (stop() or reading.facts.get("reason") == "cancelled"):
            say("reading_stopped", port=port.name, task=errand.task or "-")
        else:
            self._capture(reading, errand)
        if errand.task is not None:
            services.reporter.forget(errand.task)

    def _capture(self, reading: Reading, errand: Errand) -> None:
        services = self._services
        offset_s = services.clock.offset_s
        if offset_s is not None:
            reading = replace(reading, facts={**reading.facts, "clock_offset_s": offset_s})
        record = services.spool.capture(
            reading, errand, by=services.signer, at=services.clock.now()
        )
        say(
            "captured",
            port=errand.port,
            seq=record.seq,
            uid=record.uid,
            verdict=reading.verdict,
            reason=reading.facts.get("reason", "-"),
        )
        services.on_capture()
