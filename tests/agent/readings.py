"""Readings to capture, and a reader that answers at once."""

import hashlib
import time
from dataclasses import dataclass, field

from scale_agent.evidence import Errand
from scale_agent.results import OnProgress, Part, Progress, Reading, ReadOptions, Stop
from tests.agent.station_server import SCALE

ERRAND = Errand(scale=SCALE, port="bench-1")


def image(number: int = 0, length: int = 2048) -> bytes:
    """Return bytes that differ for each ``number``."""
    block = hashlib.sha256(str(number).encode()).digest()
    return (block * (length // len(block) + 1))[:length]


def reading(number: int = 0, *, length: int = 2048, verdict: str = "read") -> Reading:
    """Return a reading as the agent makes it."""
    parts = (Part("program", 0, image(number, length)),) if verdict == "read" else ()
    return Reading(
        protocol="stk500v1",
        device={"signature": "1e950f"},
        verdict=verdict,
        parts=parts,
        passes=2,
        passes_equal=verdict == "read",
        elapsed_s=1.25,
        read_s=1.21,
        wire_limit_s=1.2,
        facts={"transport": "pty", "control_lines": "absent"},
    )


@dataclass
class FakeScale:
    """Stands in for ``read_scale``: counts, may be slow, may crash."""

    takes_s: float = 0.0
    crashes: int = 0
    verdict: str = "read"
    ports: list[str] = field(default_factory=list)
    options: list[ReadOptions] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def __call__(
        self,
        port_url: str,
        protocol: str,
        *,
        options: ReadOptions,
        on_progress: OnProgress | None = None,
        stop: Stop | None = None,
    ) -> Reading:
        """Take ``takes_s``, tell the progress, and return a reading."""
        self.ports.append(port_url)
        self.options.append(options)
        assert protocol
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.crashes:
                self.crashes -= 1
                raise RuntimeError("a programming error")
            return self._read(self.time_for(options), on_progress, stop)
        finally:
            self.at_once -= 1

    def time_for(self, options: ReadOptions) -> float:
        """Return how long a reading with ``options`` takes; ports read at the same time."""
        del options
        return self.takes_s

    def _read(self, takes_s: float, on_progress: OnProgress | None, stop: Stop | None) -> Reading:
        began = time.monotonic()
        while (spent := time.monotonic() - began) < takes_s:
            if stop is not None and stop():
                return reading(verdict="no_answer")
            if on_progress is not None:
                done = int(2048 * spent / takes_s)
                on_progress(Progress(1, 2, done, 4096, int(takes_s - spent)))
            time.sleep(0.005)
        return reading(len(self.ports), verdict=self.verdict)
