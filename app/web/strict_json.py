"""The one reader of JSON: what it lets through means the same to every program.

Refused: anything but UTF-8, duplicate keys, NaN and Infinity, integers beyond 64 bits, lone
surrogates, NUL, deep nesting, objects of thousands of keys, and a document that is no object.
Each costs linear time.
"""

import json
import math
import re
from typing import Any, Final, NoReturn

from app.domain.errors import DomainError

DEPTH: Final = 32
SIZE: Final = 1024 * 1024
LARGEST: Final = 2**63 - 1
SMALLEST: Final = -(2**63)
DIGITS: Final = 20
MOST_KEYS: Final = 1000

BRACKETS: Final = b"{[]}"
NO_BRACKETS: Final = bytes(set(range(256)) - set(BRACKETS))
ESCAPE: Final = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")


class StrictJsonError(DomainError):
    """The body is not JSON that means one thing only."""

    code = "malformed_json"


class JsonTooLargeError(DomainError):
    """The body is longer than this resource takes."""

    code = "body_too_large"


def read_object(raw: bytes, *, size: int = SIZE, depth: int = DEPTH) -> dict[str, Any]:
    """Return the object that ``raw`` holds.

    Args:
        size: Longest body taken, in bytes.
        depth: Deepest nesting taken; the object itself is level 1.

    Raises:
        JsonTooLargeError: ``raw`` is longer than ``size``.
        StrictJsonError: ``raw`` is anything else that is refused.
    """
    if len(raw) > size:
        raise JsonTooLargeError(f"the body is longer than {size} bytes", limit=size)
    _check_depth(raw, depth)
    try:
        found = _DECODER.decode(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise StrictJsonError("the body is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise StrictJsonError(_why(error)) from None
    if not isinstance(found, dict):
        raise StrictJsonError("the body is not a JSON object")
    if ESCAPE.search(raw):
        _check_text(found)
    return found


def _why(error: Exception) -> str:
    """Return the reason without any of the input in it."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at line {error.lineno}, column {error.colno}"
    return "nested too deeply" if isinstance(error, RecursionError) else "not JSON"


def _check_depth(raw: bytes, depth: int) -> None:
    if raw.count(b"{") + raw.count(b"[") <= depth:
        return
    # Once the escaped ones are gone, every second piece between quotes is outside of texts.
    plain = raw.replace(rb"\\", b"").replace(rb"\"", b"") if b"\\" in raw else raw
    level = 0
    for bracket in b"".join(plain.split(b'"')[::2]).translate(None, NO_BRACKETS):
        level += 1 if bracket in b"{[" else -1
        if level > depth:
            raise StrictJsonError(f"nested deeper than {depth} levels", limit=depth)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_KEYS:
        raise StrictJsonError(f"an object has more than {MOST_KEYS} keys", limit=MOST_KEYS)
    found = dict(pairs)
    if len(found) != len(pairs):
        raise StrictJsonError("a key is given twice")
    return found


def _constant(_text: str) -> NoReturn:
    raise StrictJsonError("NaN and Infinity are not JSON")


def _integer(text: str) -> int:
    # The length first: turning a million digits into an integer takes quadratic time.
    if len(text) > DIGITS or not SMALLEST <= int(text) <= LARGEST:
        raise StrictJsonError("an integer is beyond 64 bits")
    return int(text)


def _real(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise StrictJsonError("a number is beyond what a double holds")
    return number


def _check_text(found: object) -> None:
    """Refuse NUL and halves of surrogate pairs, which databases and hashes refuse later."""
    waiting = [found]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str) and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in item):
            raise StrictJsonError("a text holds NUL or half of a surrogate pair")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_real
)
