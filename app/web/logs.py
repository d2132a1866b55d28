"""The log: one JSON line an event, on stderr, without personal data and without locals.

A traceback names files and lines. The values of variables stay out: they may be passwords.
"""

import logging
import sys
from typing import Final

import structlog
from structlog.tracebacks import ExceptionDictTransformer

FRAMES: Final = 30


def configure() -> None:
    """Make every logger of this process write the same way."""
    transformer = ExceptionDictTransformer(show_locals=False, max_frames=FRAMES)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(transformer),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Looked up at each event: whoever replaces stderr gets what comes after.
        logger_factory=lambda *_names: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
