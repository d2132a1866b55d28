"""The compiled validator says of every document what the slow, well-known one says."""

import copy
import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.attest import wire

EXAMPLES: Final = sorted((wire.FOLDER / "examples").glob("*.json"))
ODD: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.just(0),
    st.just(1.0),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.sampled_from(["read", "none", "0" * 64, "0" * 63, "AB", "urn:wutong:evidence.v1"]),
    st.builds(list),
    st.builds(dict),
    st.builds(lambda: {"x": "y"}),
)


def name_of(path: Path) -> str:
    """Return the name of an example's schema."""
    return path.name.partition(".")[0]


def places(document: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - any JSON value
    """Return every container of ``document`` with each of its keys."""
    keys = document if isinstance(document, dict) else range(len(document))
    found = [(document, key) for key in keys]
    for key in keys:
        if isinstance(document[key], dict | list):
            found += places(document[key])
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
@settings(deadline=None, max_examples=60)
@given(st.data())
def test_both_say_the_same_of_a_damaged_example(path: Path, data: st.DataObject) -> None:
    """A value replaced, left out or added, one to three times."""
    document = copy.deepcopy(json.loads(path.read_text("utf-8")))
    for _ in range(data.draw(st.integers(0, 3))):
        holder, key = data.draw(st.sampled_from(places(document) or [(document, "x")]))
        match data.draw(st.sampled_from(["replace", "drop", "add"])):
            case "replace":
                holder[key] = data.draw(ODD)
            case "drop" if isinstance(holder, dict):
                holder.pop(key, None)
            case _ if isinstance(holder, dict):
                holder[data.draw(st.sampled_from(["level", "x", "a1", "A", ""]))] = data.draw(ODD)
    slow = Draft202012Validator(wire.SCHEMAS[name_of(path)]).is_valid(document)
    assert (wire.problems(name_of(path), document) == []) is slow


def test_a_line_end_behind_a_number_is_no_part_of_it() -> None:
    """The one difference: Python's ``$`` lets a trailing line feed pass, a schema's does not."""
    document = json.loads((wire.FOLDER / "examples/evidence.v1.read.json").read_text("utf-8"))
    document["uid"] += "\n"
    assert wire.problems("evidence", document) == [
        {"field": "uid", "message": "breaks the schema's rule: pattern"}
    ]
