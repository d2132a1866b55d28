"""What the reasons of a reading mean, in words for whoever stands in front of the scale."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "port_missing": "There is no such port. Is the adapter plugged in, is the address right?",
        "port_busy": "Another program is using the port. Close it and try again.",
        "permission": "You may not use this port. On Linux join its group (usually dialout): "
        "sudo usermod -aG dialout $USER, then sign in again.",
        "not_a_port": "This is not a serial port.",
        "unplugged": "The port went away during the reading. Nothing of it counts.",
        "silent": "Nothing answered. Check power, cable, the BOOT0 strap and the reset.",
        "stopped_answering": "The device answered and then fell silent. Nothing of it counts.",
        "answers_break_off": "The device's answers break off half way. It may be damaged, or its "
        "supply too weak.",
        "deadline": "The reading took far too long and was given up.",
        "cancelled": "The reading was stopped on request.",
        "wrong_baud_or_parity": "Something answers, but not at this speed or parity.",
        "wrong_protocol": "A bootloader answers, but of another kind. Try the other protocol.",
        "application_answers": "The scale's program answers in place of the bootloader. "
        "Set the strap and reset it.",
        "noisy": "The line garbles too much. Check cable, ground and adapter.",
        "line_errors_dangerous": "The line garbled a byte, and with this old bootloader a "
        "garbled request could erase a page. Stopped; improve the line first.",
        "read_protected": "The chip is read-protected. Its program cannot be read out.",
        "address_refused": "The chip has no memory there. Is --length right?",
        "length_unknown": "The size of this chip's memory is not known. Give --length.",
        "passes_differ": "The passes differ even after reading again. The line or the memory "
        "is bad.",
    }
)


def explain(reason: str) -> str:
    """Return the sentence for ``reason``."""
    return REASONS.get(reason, reason.replace("_", " "))
