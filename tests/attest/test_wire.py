"""The wire contract as the server reads it, against the examples that stay valid for ever."""

import json
from pathlib import Path

import pytest

from app.attest import wire
from app.attest.wire import EvidenceInvalidError

EXAMPLES = sorted((wire.FOLDER / "examples").glob("*.json"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_read(path: Path) -> None:
    """Each by the schema that its name begins with."""
    name = path.name.split(".", 1)[0]
    assert wire.problems(name, json.loads(path.read_text("utf-8"))) == []


def test_a_report_is_the_same_read_anew_from_its_envelope() -> None:
    """What was stored says what was received."""
    payload = (wire.FOLDER / "examples/evidence.v1.read.json").read_bytes()
    report = wire.read_report(payload)
    assert (report.seq, report.task is not None, report.nonce is not None) == (7, True, True)
    found = report.part("program")
    assert found is not None
    assert (found.length, len(found.pages)) == (1536, 2)
    assert report.part("eeprom") is None


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b'{"uid":1}', b"\xff", b"{" * 100])
def test_what_is_no_report_is_refused(payload: bytes) -> None:
    """In words, never with a traceback."""
    with pytest.raises(EvidenceInvalidError):
        wire.read_report(payload)


def test_a_refusal_repeats_nothing_of_what_was_sent() -> None:
    """The answer names fields and rules; a log of it holds no foreign text."""
    payload = json.loads((wire.FOLDER / "examples/evidence.v1.read.json").read_text("utf-8"))
    payload["verdict"] = "<script>"
    payload["seq"] = "seven"
    found = wire.problems("evidence", payload)
    assert {problem["field"] for problem in found} == {"verdict", "seq"}
    assert "<script>" not in json.dumps(found)
    assert "seven" not in json.dumps(found)
