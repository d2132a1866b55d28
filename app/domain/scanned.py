"""What a camera read or a hand typed: its kind, before anything is looked up.

A code is data of strangers. It is never opened, never run, and refused where a person could
not see what it holds.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from app.domain.codes import NumberError, parse_number
from app.domain.errors import DomainError

LONGEST: Final = 1000
TAG_PATH: Final = "/t/"
# Control characters, and those that change or hide what stands beside them.
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
WEB: Final = frozenset({"http", "https"})


class ScanKind(StrEnum):
    """What the text looks like; whether anything is known of it is another question."""

    TAG = "tag"
    NUMBER = "number"
    ADDRESS = "address"
    OTHER = "other"


class EmptyScanError(DomainError):
    """There is nothing to look up."""

    code = "scan_empty"


class LongScanError(DomainError):
    """No code on a scale is as long as this."""

    code = "scan_too_long"


class UnseenCharactersError(DomainError):
    """It holds characters that cannot be seen, so nobody could compare it."""

    code = "scan_unseen_characters"


@dataclass(frozen=True, slots=True)
class Scanned:
    """A text that may be looked up.

    Attributes:
        text: As read, without space around it.
        key: What to look up: the tag's text, the eight digits, else the text itself.
        host: Of an address that is not ours; to be shown, never opened.
    """

    kind: ScanKind
    text: str
    key: str
    host: str = ""


def read(raw: str, host: str) -> Scanned:
    """Return what ``raw`` is, for an installation whose tags are signed for ``host``.

    Raises:
        EmptyScanError: Nothing is left without the space around it.
        LongScanError: It has more than `LONGEST` characters.
        UnseenCharactersError: Some of them cannot be seen.
    """
    text = raw.strip()
    if not text:
        raise EmptyScanError("nothing was read")
    if len(text) > LONGEST:
        raise LongScanError(f"a code has at most {LONGEST} characters")
    if any(unicodedata.category(character) in UNSEEN for character in text):
        raise UnseenCharactersError("the code holds characters that cannot be seen")
    return _number(text) or _address(text, host) or Scanned(ScanKind.OTHER, text, text)


def _number(text: str) -> Scanned | None:
    try:
        return Scanned(ScanKind.NUMBER, text, parse_number(text))
    except NumberError:
        return None


def _address(text: str, host: str) -> Scanned | None:
    """Return the tag in our own address, or an address of somebody else's."""
    try:
        parts = urlsplit(text)
    except ValueError:  # brackets that are no IPv6 address
        return None
    if parts.scheme not in WEB or not parts.netloc:
        return None
    if parts.netloc == host and parts.path.startswith(TAG_PATH):
        return Scanned(ScanKind.TAG, text, parts.path.removeprefix(TAG_PATH))
    return Scanned(ScanKind.ADDRESS, text, text, parts.netloc)
