"""The course of one reading, step by step."""

from dataclasses import dataclass, field
from typing import Final

from scale_agent.digests import PAGE
from scale_agent.entry import Entry
from scale_agent.errors import (
    NotUnderstoodError,
    ReadError,
    SilentError,
    StoppedAnsweringError,
    TooSlowError,
    WireError,
)
from scale_agent.firmware.base import TRIES, FirmwareReader
from scale_agent.link import Clock, Link, Port
from scale_agent.passes import Votes
from scale_agent.results import OnProgress, Part, Progress, Reading, ReadOptions, Stop

CONNECT_WITHIN_S: Final = 60.0
MANUAL_S: Final = 30.0  # to hold the strap and press reset
SPARE_S: Final = 60.0
SPARE_FACTOR: Final = 8
PROGRESS_EVERY_S: Final = 0.25


@dataclass(slots=True)
class Session:
    """The course of one reading; what it has learnt by the time it ends is reported."""

    reader: FirmwareReader
    options: ReadOptions
    clock: Clock
    began: float
    transport: str
    entry: Entry | None = None
    link: Link | None = None
    verdict: str = "no_answer"
    facts: dict[str, str | int] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    blocks: int = 0
    read_began: float | None = None
    votes: Votes | None = None

    @property
    def baud(self) -> int:
        """The speed of the line."""
        return self.options.baud or self.reader.baud

    def wire_s(self, blocks: int) -> float:
        """Return how long ``blocks`` take at least."""
        return blocks * self.reader.wire_bytes * self.reader.bits / self.baud

    def run(self, port: Port, on_progress: OnProgress | None, stop: Stop) -> None:
        """Go through all steps.

        Raises:
            ReadError: One of them could not be done.
        """
        self.entry = entry = Entry(
            port, self.clock, self.options.entry or self.reader.entry, self.options.boot0_by_rts
        )
        self.link = link = Link(
            port,
            self.clock,
            permits=self.reader.permits,
            byte_s=self.reader.bits / self.baud,
            reset=entry.enter,
            stop=stop,
        )
        link.deadline = self.clock.now() + CONNECT_WITHIN_S
        entry.enter()
        link.some(0.0)
        self._connect(link)
        try:
            self._read(link, on_progress)
        except SilentError as error:
            raise StoppedAnsweringError(error.detail) from error
        except TooSlowError as error:
            if self.reader.resyncs < TRIES:
                raise
            detail = f"{self.reader.resyncs} failed exchanges"
            raise NotUnderstoodError(detail, reason="noisy") from error
        finally:
            self._leave(link, entry)

    def _connect(self, link: Link) -> None:
        """Find the bootloader; where somebody resets by hand, keep trying for a while."""
        give_up_at = self.clock.now() + (MANUAL_S if self.options.entry == "manual" else 0.0)
        while True:
            try:
                self.reader.connect(link)
            except (SilentError, NotUnderstoodError):
                if self.clock.now() >= give_up_at:
                    raise
            else:
                return

    def _read(self, link: Link, on_progress: OnProgress | None) -> None:
        self.reader.identify(link)
        length = self.options.length or self.reader.length(link)
        planned = self.options.passes * -(-length // self.reader.block_size)
        link.deadline = self.clock.now() + SPARE_S + SPARE_FACTOR * self.wire_s(planned)
        self.votes = votes = Votes(length, self.options.passes)
        reporter = _Reporter(self, length, on_progress)
        self.read_began = self.clock.now()
        while pages := votes.next_pages():
            self._one_pass(link, pages, length, reporter)
            votes.end_pass(failed_requests=self.reader.resyncs)
        self._judge(votes, length)

    def _judge(self, votes: Votes, length: int) -> None:
        undecided = votes.undecided()
        if undecided:
            self.verdict = "inconsistent"
            self.facts |= {"reason": "passes_differ", "pages_undecided": len(undecided)}
            return
        self.verdict = "read"
        self.parts = (Part("program", self.reader.address, votes.image()[:length]),)
        if votes.passes > self.options.passes:
            self.facts["passes_added"] = votes.passes - self.options.passes

    def _one_pass(self, link: Link, pages: list[int], length: int, reporter: "_Reporter") -> None:
        """Read ``pages``; what was read just before bytes out of step is read again.

        Every other pass goes backwards: a bootloader that missed an address serves what comes
        next, and that would be the same wrong block each time.
        """
        size = self.reader.block_size
        offsets = [
            offset
            for page in pages
            for offset in range(page * PAGE, min((page + 1) * PAGE, length), size)
        ]
        if self.votes is not None and self.votes.passes % 2:
            offsets.reverse()
        self.blocks += len(offsets)
        blocks: dict[int, bytes] = {}
        before: int | None = None
        reporter.begin_pass(len(offsets) * size)
        for offset in offsets:
            blocks[offset], was_out_of_step = self._fetch(link, offset)
            if was_out_of_step and before is not None:
                blocks[before], _ = self._fetch(link, before)
            before = offset
            reporter.add(size)
        if before is not None and self._is_out_of_step(link):
            blocks[before], _ = self._fetch(link, before)
        for page in pages:
            end = min((page + 1) * PAGE, length)
            data = b"".join(blocks[offset] for offset in range(page * PAGE, end, size))
            if self.votes is not None:
                self.votes.add(page, data[: end - page * PAGE])

    def _fetch(self, link: Link, offset: int) -> tuple[bytes, bool]:
        was_out_of_step = False
        failures: list[WireError] = []
        while True:
            try:
                return self.reader.block(link, offset), was_out_of_step
            except WireError as failure:
                failures.append(failure)
                was_out_of_step |= failure.is_first
            self.reader.after(link, failures)

    def _is_out_of_step(self, link: Link) -> bool:
        """Look for a byte too many behind the last block."""
        try:
            self.reader.probe(link)
        except WireError as failure:
            self.reader.after(link, [failure])
            return True
        return False

    def _leave(self, link: Link, entry: Entry) -> None:
        """Let the scale weigh again; failing to is no reason to lose what was read."""
        try:
            if self.verdict == "read":
                self.reader.leave(link)
            entry.leave()
        except (ReadError, WireError):
            self.facts["left"] = 0

    def conclude(self, error: ReadError) -> None:
        """End with what ``error`` says; nothing that was read counts."""
        self.verdict, self.parts = error.verdict, ()
        self.facts["reason"] = error.reason
        if error.detail:
            self.facts["detail"] = error.detail[:200]

    def reading(self) -> Reading:
        """Return what came of it."""
        last = self.link.last_byte_at if self.link and self.read_began else self.clock.now()
        elapsed_s = max(0.0, last - self.began)
        read_s = max(0.0, last - self.read_began) if self.read_began else 0.0
        wire_limit_s = self.wire_s(self.blocks)
        passes = self.votes.passes if self.votes else 0
        passes_equal = self.verdict == "read" and passes > 1
        entry = self.entry.facts() if self.entry else {"control_lines": "not_driven"}
        facts: dict[str, str | int] = {
            "transport": self.transport,
            **entry,
            "baud": self.baud,
            "passes": passes,
            "passes_equal": int(passes_equal),
            "bytes": sum(len(part.data) for part in self.parts),
            "resyncs": self.reader.resyncs,
            "elapsed_ms": round(1000 * elapsed_s),
            "read_ms": round(1000 * read_s),
            "wire_limit_ms": round(1000 * wire_limit_s),
            **self.facts,
        }
        return Reading(
            protocol=self.reader.name,
            device=dict(self.reader.device),
            verdict=self.verdict,
            parts=self.parts,
            passes=passes,
            passes_equal=passes_equal,
            elapsed_s=elapsed_s,
            wire_limit_s=wire_limit_s,
            read_s=read_s,
            facts=facts,
        )


class _Reporter:
    """Tells how far the reading is, a few times a second."""

    def __init__(self, session: Session, length: int, on_progress: OnProgress | None) -> None:
        self._session = session
        self._tell = on_progress
        self._length = length
        self._done = self._total = 0
        self._told_at = float("-inf")

    def begin_pass(self, total: int) -> None:
        """A pass over ``total`` bytes begins."""
        self._done, self._total = 0, total

    def add(self, count: int) -> None:
        """``count`` more bytes are in."""
        self._done += count
        now = self._session.clock.now()
        is_due = now - self._told_at >= PROGRESS_EVERY_S or self._done == self._total
        votes = self._session.votes
        if self._tell is None or votes is None or not is_due:
            return
        self._told_at = now
        passes = max(self._session.options.passes, votes.passes + 1)
        left = self._total - self._done + (passes - votes.passes - 1) * self._total
        blocks = -(-left // self._session.reader.block_size)
        self._tell(
            Progress(
                pass_=votes.passes + 1,
                passes=passes,
                bytes=min(self._done, self._length),
                total=min(self._total, self._length),
                remaining_s=round(self._session.wire_s(blocks)),
            )
        )
