"""Plain log lines for people and machines: time, level, event, then name=value pairs.

``2026-11-23T07:10:00Z info captured port=bench-1 seq=3 verdict=read``
"""

import json
import logging
import sys
import time
from typing import Final, TextIO

LOGGER: Final = logging.getLogger("scale_agent.station")
WORDS: Final = {logging.INFO: "info", logging.WARNING: "warning", logging.ERROR: "error"}


class _Lines(logging.Formatter):
    """Time in UTC, level, text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of ``record``."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return f"{stamp} {WORDS.get(record.levelno, 'info')} {record.getMessage()}"


def to_stream(stream: TextIO | None = None) -> None:
    """Send the lines to ``stream``, standard error unless told."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Lines())
    LOGGER.handlers = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def say(event: str, **fields: object) -> None:
    """Note something ordinary."""
    LOGGER.info("%s", _line(event, fields))


def warn(event: str, **fields: object) -> None:
    """Note something that will be tried again."""
    LOGGER.warning("%s", _line(event, fields))


def complain(event: str, **fields: object) -> None:
    """Note something that a person has to see to."""
    LOGGER.error("%s", _line(event, fields))


def _line(event: str, fields: dict[str, object]) -> str:
    return " ".join([event, *(f"{name}={_text(value)}" for name, value in fields.items())])


def _text(value: object) -> str:
    text = str(value)
    is_plain = text.isprintable() and not any(mark in text for mark in ' "=')
    return text if is_plain and text else json.dumps(text, ensure_ascii=False)
