"""What a virtual device is: bytes in, bytes out, modem lines and an injected clock.

A device model does no I/O and starts no thread. Its host (a pty, RFC 2217 or a test)
owns the wire: pacing, noise, wrong parity and unplugging. The model owns behaviour,
the destructive commands of the real part included.
"""

from typing import Protocol


class Device(Protocol):
    """A device behind a serial line. ``at`` is seconds on any monotonic clock."""

    name: str
    parity: str
    """What the device talks: 'E' or 'N'; the other direction is garbled by ``settings``."""
    destroyed: list[str]
    """Each destructive operation that was executed: erase, write, unprotect and the like."""

    def settings(self, parity: str, baudrate: int) -> None:
        """Learn what the host's side of the line is set to; never called on a pty."""

    def lines(self, *, dtr: bool, rts: bool, at: float) -> None:
        """Learn the host's modem lines; True is asserted, which is low at the chip's pin."""

    def receive(self, data: bytes, at: float) -> bytes:
        """Take bytes from the host and return what is answered at once."""

    def poll(self, at: float) -> bytes:
        """Return what the device says unasked by now; also lets its time-outs act."""


def has_even_parity_bit_set(byte: int) -> bool:
    """Return the bit that an 8E1 sender puts behind ``byte``."""
    return byte.bit_count() % 2 == 1


def garble(data: bytes, talks: str, heard_as: str) -> bytes:
    """Return ``data`` as a receiver with another parity setting sees it.

    8E1 read as 8N1 takes the parity bit for the stop bit: a byte with an odd number of ones
    passes, any other is a framing error, which the kernel delivers as zero. The other way
    round a stop bit is taken for a set parity bit, with the same outcome.
    """
    if talks == heard_as:
        return data
    return bytes(byte if has_even_parity_bit_set(byte) else 0 for byte in data)
