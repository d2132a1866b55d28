"""Evidence: what a reading becomes on the wire."""

import configparser
import hashlib
import json
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_agent import evidence
from scale_agent.results import Reading
from tests.agent.readings import ERRAND, image, reading
from tests.agent.station_server import STATION, schema

STAMP = evidence.Stamp(
    uid="0199f3a0-5b7c-7d21-9c1e-2f4b8a6d3e10", station=STATION, seq=7, iat=1795416000, nonce=None
)
EVIDENCE = schema("evidence")
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.lists(st.text()),
)


def told(found: Reading, stamp: evidence.Stamp = STAMP) -> dict[str, Any]:
    """Return the document of a reading."""
    document: dict[str, Any] = json.loads(evidence.payload(evidence.measure(found), ERRAND, stamp))
    return document


@pytest.mark.parametrize("length", [1, 1023, 1024, 1025, 32768])
def test_each_part_has_digest_checksum_and_pages(length: int) -> None:
    """The last page is as short as the image is; it is not padded."""
    data = image(1, length)
    (part,) = told(reading(1, length=length))["measurements"]
    assert part["sha256"] == hashlib.sha256(data).hexdigest()
    assert part["crc32"] == f"{zlib.crc32(data):08x}"
    assert part["length"] == length
    assert part["pages"][-1] == hashlib.sha256(data[(length - 1) // 1024 * 1024 :]).hexdigest()
    assert len(part["pages"]) == -(-length // 1024)


@pytest.mark.parametrize("verdict", ["unreadable", "no_answer", "malformed", "inconsistent"])
def test_only_a_complete_reading_is_measured(verdict: str) -> None:
    """Bytes that did not come twice and equal are hashed as nothing."""
    spoilt = replace(reading(1), verdict=verdict)
    assert spoilt.parts
    assert told(spoilt)["measurements"] == []


@given(
    st.dictionaries(st.text() | st.from_regex(evidence.NAME, fullmatch=True), scalars),
    st.dictionaries(st.from_regex(evidence.NAME, fullmatch=True), scalars),
)
def test_whatever_a_device_says_fits_the_published_schema(
    device: dict[str, Any], facts: dict[str, Any]
) -> None:
    """Integers and strings only, short, with plain names."""
    document = told(replace(reading(), device=device, facts=facts))
    assert list(EVIDENCE.iter_errors(document)) == []


def test_seconds_become_milliseconds() -> None:
    """There is no floating point on the wire."""
    facts = told(replace(reading(), facts={"read_s": 6.0125}))["facts"]  # type: ignore[dict-item] # a reader may measure in float
    assert facts["read_ms"] == 6012
    assert (facts["elapsed_ms"], facts["wire_limit_ms"], facts["passes_equal"]) == (1250, 1200, 1)


def test_absent_things_are_absent() -> None:
    """No nonce is not an empty nonce."""
    document = told(reading())
    assert not {"task", "eat_nonce", "ueid"} & document.keys()


def test_the_chip_is_named_where_it_was_read() -> None:
    """The UID the reader found is the EAT's ueid."""
    assert told(replace(reading(), device={"uid": "0F3A55"}))["ueid"] == "0f3a55"


def test_the_agent_tells_its_real_version() -> None:
    """The one in the evidence is the one that is packaged."""
    packaged = configparser.ConfigParser()
    packaged.read(Path(__file__).parents[2] / "setup.cfg")
    assert packaged["metadata"]["version"] == evidence.VERSION
