"""The station daemon: a thread for each port, and one each for tasks, delivery and progress.

It runs for days without a server, and being killed at any moment costs at most the reading
that was under way: whatever was captured is in the spool.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Self

from scale_agent.clock import Clock
from scale_agent.config import Config, PortConfig
from scale_agent.ending import Ending
from scale_agent.faults import StationFaultError
from scale_agent.keys import Identity, load_key
from scale_agent.log import complain, say, warn
from scale_agent.poll import Poller
from scale_agent.port_worker import PortWorker, Read, Services
from scale_agent.progress import PACE_S, Reporter
from scale_agent.reading import read_scale
from scale_agent.receipts import Task
from scale_agent.server_link import ServerLink
from scale_agent.spool import Signer, Spool
from scale_agent.spool_file import Rescue
from scale_agent.upload import Courier

MEBIBYTE: Final = 2**20
AFTER_A_FAULT_S: Final = 5.0
LOOK_S: Final = 1.0
FAREWELL_S: Final = 8.0


class Station:
    """Everything that runs, built from the configuration and nothing else."""

    def __init__(
        self, config: Config, *, read: Read = read_scale, clock: Clock | None = None
    ) -> None:
        self._clock = clock or Clock()
        self._ending = Ending()
        self._stopping = threading.Event()  # for the threads: no handler may touch it
        self._parcel = threading.Event()
        self._refused: set[str] = set()
        self.identity = Identity.load(config.state)
        signer = Signer(self.identity.station, load_key(config.state))
        ports = [_with_scale(port, self.identity) for port in config.ports]
        self._link = ServerLink(
            config.server,
            clock=self._clock,
            token=self.identity.token,
            ca_file=config.ca_file,
            proxy=config.proxy,
        )
        self.spool = Spool(
            config.state, min_free_bytes=config.min_free_mb * MEBIBYTE, on_rescue=_tell_of_rescue
        )
        self._reporter = Reporter(self._link)
        services = Services(
            spool=self.spool,
            signer=signer,
            clock=self._clock,
            reporter=self._reporter,
            read=read,
            stopping=self._stopping,
            on_capture=self._parcel.set,
        )
        self._workers = {port.name: PortWorker(port, services) for port in ports}
        self._courier = Courier(self.spool, self._link, self.identity)
        self._poller = Poller(self._link, self.identity, self.spool, self._clock, self._take)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def stop(self) -> None:
        """Ask everything to end; safe from a signal handler."""
        self._ending.tell()

    def close(self) -> None:
        """Close what is open."""
        self._link.close()
        self.spool.close()

    def run(self) -> None:
        """Work until ``stop``."""
        say("started", station=self.identity.name, ports=len(self._workers))
        self._poller.stock_up()
        steps = {"tasks": self._poller.step, "delivery": self._deliver, "progress": self._report}
        ending = [
            threading.Thread(target=worker.run, name=name, daemon=True)
            for name, worker in self._workers.items()
        ]
        # The task thread may sit in the server's waiting answer; nothing of it can be lost.
        others = [
            threading.Thread(target=self._repeat, args=(name, step), name=name, daemon=True)
            for name, step in steps.items()
        ]
        for thread in (*ending, *others):
            thread.start()
        while not self._ending.wait(LOOK_S):
            pass
        self._stopping.set()
        self._parcel.set()
        for worker in self._workers.values():
            worker.wake()
        latest = self._clock.steady() + FAREWELL_S
        for thread in (*ending, *others[1:]):
            thread.join(max(latest - self._clock.steady(), 0.0))
        say("stopped", waiting=self.spool.counts().waiting)

    def _repeat(self, name: str, step: Callable[[], float]) -> None:
        """Run ``step`` for as long as the station lives, whatever happens in it."""
        while not self._stopping.is_set():
            rest = AFTER_A_FAULT_S
            try:
                rest = step()
            except StationFaultError as fault:
                complain("trouble", part=name, why=fault)
            except Exception as error:  # noqa: BLE001 - the station goes on, and says so
                complain("crashed", part=name, error=type(error).__name__, why=error)
            if name == "delivery":
                self._parcel.wait(rest)
                self._parcel.clear()
            else:
                self._stopping.wait(rest)

    def _deliver(self) -> float:
        return self._courier.step(self._clock.steady())

    def _report(self) -> float:
        self._reporter.step()
        return PACE_S

    def _take(self, task: Task) -> bool:
        """Hand a task to its port."""
        worker = self._workers.get(task.port)
        if worker is None and task.uid in self._refused:
            return False
        if worker is None:
            self._refused.add(task.uid)
            warn("task_for_unknown_port", task=task.uid, port=task.port)
            self._reporter.fail(task.uid, f"this station has no port named {task.port}")
            return False
        return not self.spool.has_done(task.uid) and worker.take(task)


def _with_scale(port: PortConfig, identity: Identity) -> PortConfig:
    """Fill in the scale that the server assigned to the port at enrolment."""
    assigned = identity.scale_on(port.name)
    if assigned is None:
        if port.every_s is not None and port.scale is None:
            warn("no_scale", port=port.name, why="no scale is known here: only tasks are read")
        return port
    return replace(
        port, scale=port.scale or assigned.scale, length=port.length or assigned.length or None
    )


def _tell_of_rescue(rescue: Rescue) -> None:
    complain(
        "spool_was_damaged",
        moved_to=rescue.moved_to or "nothing was left of it",
        records_saved=rescue.records,
        images_saved=rescue.images,
    )
