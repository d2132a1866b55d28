"""RFC 8785 bytes, written by the quick encoder wherever it writes the same ones.

``rfc8785`` is the measure and does what is left: numbers that are no integers, keys whose
order as UTF-16 could be another one, and every refusal.
"""

import hashlib
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final

import orjson
import rfc8785

LARGEST: Final = 2**53 - 1
ALIKE: Final = frozenset({str, bool, type(None)})
WRITTEN_AS_THEY_ARE: Final = frozenset({str, int, bool, type(None)})


def canonical(document: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return the RFC 8785 bytes of ``document``.

    Raises:
        ValueError: It holds what no JSON text can say.
    """
    if _is_plain(document):
        try:
            return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:
            pass  # half of a surrogate pair, too deep: to be refused in the other's words
    return rfc8785.dumps(document)


def _is_plain(value: object) -> bool:
    """Return whether both encoders write the same: exact types alone, ASCII keys."""
    kind = type(value)
    if kind in ALIKE:
        return True
    if kind is int:
        return -LARGEST <= value <= LARGEST  # type: ignore[operator]  # it is an int
    if kind is dict:
        for key, held in value.items():  # type: ignore[attr-defined]  # it is a dict
            if type(key) is not str or not key.isascii():
                return False
            if type(held) not in ALIKE and not _is_plain(held):  # a call for few of them
                return False
        return True
    return kind is list and all(map(_is_plain, value))  # type: ignore[call-overload]  # it is a list


def plain(value: Any) -> Any:  # noqa: ANN401, PLR0911 - any column, a line for each kind
    """Return ``value`` as RFC 8785 can write it."""
    kind = type(value)
    if kind in WRITTEN_AS_THEY_ARE:
        return value
    if kind is datetime and value.tzinfo is UTC:  # as the database gives it back
        return value.isoformat(timespec="microseconds")
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case bytes():
            return hashlib.sha256(value).hexdigest()
        case _:
            return value
