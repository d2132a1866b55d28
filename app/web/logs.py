"""The log: one JSON line an event, on stderr, of the web and of the jobs alike.

Without personal data: a request is its route and not its address, a person is a uid, and of
an error only what cannot hold a value from a form or a row. A traceback names files and lines.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from structlog.tracebacks import ExceptionDictTransformer

FRAMES: Final = 30
LONGEST: Final = 200
# Whose words are written by us, by the system or by the database's own engine, and of what
# they say only the first line: SQLAlchemy puts the statement and its values below.
SPOKEN: Final = re.compile(r"RuntimeError|OperationalError|\w*(OS|Permission|Timeout)Error")
QUIET: Final = ("apscheduler", "alembic", "urllib3", "httpx")

Event = MutableMapping[str, Any]


class Stderr(logging.Handler):
    """Writes to what stderr is at that moment: whoever replaces it gets what comes after."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        sys.stderr.write(self.format(record) + "\n")


def configure() -> None:
    """Make every logger of this process write the same way."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    transformer = ExceptionDictTransformer(show_locals=False, max_frames=FRAMES)
    ending: list[Any] = [
        structlog.processors.ExceptionRenderer(transformer),
        _without_values,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, Stderr)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_values(_logger: Any, _name: str, event: Event) -> Event:  # noqa: ANN401
    """Drop the words of errors that may repeat what a person wrote."""
    for stack in event.get("exception", ()):
        _silence(stack)
    return event


def _silence(stack: dict[str, Any]) -> None:
    said = str(stack.get("exc_value", "")) if SPOKEN.fullmatch(str(stack["exc_type"])) else ""
    stack["exc_value"] = said.split("\n", 1)[0][:LONGEST]
    stack.pop("exc_notes", None)
    stack.pop("syntax_error", None)
    for inner in stack.get("exceptions", ()):
        for one in inner:
            _silence(one)
