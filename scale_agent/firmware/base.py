"""What a firmware reader is, and what all of them do alike."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from typing import ClassVar, Final, TypeVar

from scale_agent.errors import (
    NotUnderstoodError,
    ReadError,
    SilenceError,
    SilentError,
    StoppedAnsweringError,
    WireError,
)
from scale_agent.link import Link

TRIES: Final = 8
PRINTABLE: Final = frozenset(b"\r\n\t") | frozenset(range(0x20, 0x7F))
TEXT_SHARE: Final = 0.9

Answer = TypeVar("Answer")


class FirmwareReader(ABC):
    """One protocol, for one session. Blocks are read whole and from aligned addresses only."""

    name: ClassVar[str]
    about: ClassVar[str]
    parity: ClassVar[str]
    baud: ClassVar[int] = 115200
    entry: ClassVar[str]
    bits: ClassVar[int]
    """Bits on the wire for one byte, start, parity and stop included."""
    block_size: ClassVar[int]
    wire_bytes: ClassVar[int]
    """Bytes on the wire for one block in both directions."""
    address: ClassVar[int]
    """Where program memory starts."""
    patience: ClassVar[int]
    """Failed exchanges in one session after which the line is not good enough."""
    commands: ClassVar[frozenset[int]]
    """First bytes of all that may be sent."""

    def __init__(self) -> None:
        self.device: dict[str, str | int] = {}
        self.resyncs = 0

    @staticmethod
    @abstractmethod
    def permits(frame: bytes) -> bool:
        """Return whether ``frame`` is on the allow-list."""

    @abstractmethod
    def connect(self, link: Link) -> None:
        """Find the bootloader with a probe that changes nothing.

        Raises:
            SilentError: Nothing answers.
            NotUnderstoodError: Something else answers.
        """

    @abstractmethod
    def identify(self, link: Link) -> None:
        """Fill ``device`` with what the bootloader says of the chip.

        Raises:
            ReadError: It says nothing that can be understood.
        """

    @abstractmethod
    def length(self, link: Link) -> int:
        """Return the size of program memory in bytes.

        Raises:
            UnreadableError: It cannot be known, or is protected.
        """

    @abstractmethod
    def block(self, link: Link, offset: int) -> bytes:
        """Return the block at ``offset`` from the start of program memory.

        Raises:
            WireError: The exchange failed; ``recover`` before the next one.
        """

    @abstractmethod
    def probe(self, link: Link) -> None:
        """Exchange something harmless, to see that nothing is out of step.

        Raises:
            WireError: It is.
        """

    @abstractmethod
    def recover(self, link: Link) -> None:
        """Bring device and reader back into step after a ``WireError``.

        Raises:
            ReadError: There is no way back.
        """

    def leave(self, link: Link) -> None:  # noqa: B027 - most protocols have no harmless way
        """Let the application go on, if there is a harmless way to say so."""

    def give_up(self, link: Link, failures: Sequence[WireError]) -> ReadError:  # noqa: ARG002
        """Return the error that many failures of one exchange amount to."""
        if all(isinstance(failure, SilenceError) for failure in failures):
            if any(failure.heard for failure in failures):
                return NotUnderstoodError(str(failures[-1]), reason="answers_break_off")
            return StoppedAnsweringError(f"silent {len(failures)} times")
        return NotUnderstoodError(str(failures[-1]), reason="noisy")

    def after(self, link: Link, failures: Sequence[WireError]) -> None:
        """Recover from the last of ``failures``, all of the same exchange, or give up.

        Raises:
            ReadError: There were too many.
        """
        if len(failures) >= TRIES:
            raise self.give_up(link, failures)
        self.resyncs += 1
        if self.resyncs > self.patience:
            raise NotUnderstoodError(f"{self.resyncs} failed exchanges", reason="noisy")
        self.recover(link)

    def persistently(self, link: Link, ask: Callable[[Link], Answer]) -> Answer:
        """Return what ``ask`` returns, recovering from failures.

        Raises:
            ReadError: It failed too often.
        """
        failures: list[WireError] = []
        while True:
            try:
                return ask(link)
            except WireError as failure:
                failures.append(failure)
            self.after(link, failures)

    def agreed(self, link: Link, ask: Callable[[Link], Answer]) -> Answer:
        """Ask until two answers are equal: most of them carry no checksum.

        Raises:
            ReadError: They never are.
        """
        seen: Counter[Answer] = Counter()
        for _ in range(TRIES):
            answer = self.persistently(link, ask)
            seen[answer] += 1
            if seen[answer] > 1:
                return answer
        raise NotUnderstoodError("answers to the same question differ", reason="noisy")


def not_understood(heard: bytes, own: bytes, foreign: bytes) -> ReadError:
    """Return what bytes amount to that are no proper answer.

    Args:
        heard: All of them.
        own: Bytes of which a proper answer is made.
        foreign: Answers that another protocol would give.
    """
    if not heard:
        return SilentError()
    detail = f"heard {heard[:24].hex()}"
    if sum(byte in PRINTABLE for byte in heard) >= TEXT_SHARE * len(heard):
        return NotUnderstoodError(detail, reason="application_answers")
    if set(heard) <= set(own):
        return NotUnderstoodError(detail, reason="answers_break_off")
    if set(heard) <= set(foreign):
        return NotUnderstoodError(detail, reason="wrong_protocol")
    return NotUnderstoodError(detail)
