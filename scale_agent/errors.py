"""What can go wrong with a reading, each with its verdict and its reason.

``reason`` is public: it goes into the evidence, and servers and scripts match on it. The sentence
shown for it is in ``scale_agent.words``.
"""

from typing import ClassVar


class ReadError(Exception):
    """The reading cannot be completed."""

    verdict: ClassVar[str] = "no_answer"
    reason: str = "failed"

    def __init__(self, detail: str = "", *, reason: str | None = None) -> None:
        super().__init__(detail or reason or self.reason)
        self.detail = detail
        if reason is not None:
            self.reason = reason


class PortError(ReadError):
    """The port cannot be opened: missing, busy, not permitted or no serial port."""

    reason = "port_missing"


class UnpluggedError(ReadError):
    """The port went away while it was open."""

    reason = "unplugged"


class SilentError(ReadError):
    """Not one byte came back."""

    reason = "silent"


class StoppedAnsweringError(ReadError):
    """The device answered first and then no more."""

    reason = "stopped_answering"


class TooSlowError(ReadError):
    """The reading was given up at its deadline."""

    reason = "deadline"


class CancelledError(ReadError):
    """Whoever asked for the reading does not want it any more."""

    reason = "cancelled"


class NotUnderstoodError(ReadError):
    """Something answered, but not as this protocol at this speed."""

    verdict = "malformed"
    reason = "wrong_baud_or_parity"


class UnreadableError(ReadError):
    """The device answers and does not give its memory away."""

    verdict = "unreadable"
    reason = "read_protected"


class ForbiddenFrameError(Exception):
    """Our own code tried to send what is not on the allow-list; nothing was sent."""


class WireError(Exception):
    """One exchange failed; after recovery it may be tried again."""

    def __init__(self, heard: bytes = b"", *, is_first: bool = False) -> None:
        super().__init__(f"heard {heard[:16].hex()}" if heard else "heard nothing")
        self.heard = heard
        self.is_first = is_first
        """Bytes came before anything was due: what was read just before may be out of step."""


class SilenceError(WireError):
    """Too few bytes came in time."""


class UnexpectedError(WireError):
    """A byte came that this protocol does not say here."""


class RefusedError(WireError):
    """The device refuses the command (AN3155: NACK to the command itself)."""


class AddressRefusedError(WireError):
    """The device has no memory at this address."""
