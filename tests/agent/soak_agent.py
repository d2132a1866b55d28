"""The agent of the kill tests: the real station with a scale that answers at once.

``python -m tests.agent.soak_agent CONFIG [--forget-first]`` — with the flag it is the control:
it deletes a record when it sends it, not when the receipt has come.
"""

import dataclasses
import os
import signal
import sys
from pathlib import Path

from scale_agent import config, log
from scale_agent.lock import only_one
from scale_agent.results import OnProgress, Reading, ReadOptions, Stop
from scale_agent.station import Station
from scale_agent.upload import Courier
from tests.agent.readings import FakeScale, reading


class QuickScale(FakeScale):
    """Ten readings a second; images differ between readings and between runs.

    What a task asks for (with its length) takes long enough for progress to be told.
    """

    def time_for(self, options: ReadOptions) -> float:
        """A task's reading, which names its length, takes seconds; the others are quick."""
        return 0.1 if options.length is None else 4.0

    def _read(self, takes_s: float, on_progress: OnProgress | None, stop: Stop | None) -> Reading:
        super()._read(takes_s, on_progress, stop)
        return reading(os.getpid() * 1000 + len(self.ports) // 2)


def forget_first() -> None:
    """Break the rule that the kill tests guard."""
    send = Courier._send  # noqa: SLF001 - the control breaks what is private

    def broken(self: Courier, records, now) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
        for record in records:
            self._spool.settle(record, record.images)
        send(self, records, now)

    Courier._send = broken  # type: ignore[method-assign] # noqa: SLF001


def main() -> None:
    """Run until killed."""
    log.to_stream()
    if "--forget-first" in sys.argv:
        forget_first()
    settings = config.load(Path(sys.argv[1]))
    ports = tuple(dataclasses.replace(port, every_s=0) for port in settings.ports)
    settings = dataclasses.replace(settings, ports=ports)
    with only_one(settings.state), Station(settings, read=QuickScale()) as station:
        signal.signal(signal.SIGTERM, lambda *_: station.stop())
        station.run()


if __name__ == "__main__":
    main()
