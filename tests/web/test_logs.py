"""What goes wrong is in the log with its place, and without the values that were at hand."""

import json

import pytest
import structlog

from app.web import logs


def fail(password: str) -> None:
    """Fail with a secret in a local variable."""
    raise RuntimeError(f"failed with a word of {len(password)} letters")


def test_a_traceback_names_the_line_and_not_the_secret(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One JSON line on stderr."""
    logs.configure()
    try:
        fail("tr0ub4dor-and-3")
    except RuntimeError as error:
        structlog.get_logger().error("unexpected", exc_info=error, request_id="r-1")
    said = capsys.readouterr().err
    event = json.loads(said)
    assert event["event"] == "unexpected"
    assert event["request_id"] == "r-1"
    assert "test_logs.py" in said
    assert "tr0ub4dor-and-3" not in said
