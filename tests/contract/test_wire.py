"""The wire contract: its examples stay valid for ever, and so is what the agent makes."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scale_agent import dsse

WIRE = Path(dsse.__file__).parent / "wire"
SCHEMAS = sorted(WIRE.glob("*.schema.json"))
EXAMPLES = sorted((WIRE / "examples").glob("*.json"))


def schema_of(example: Path) -> Draft202012Validator:
    """Return the schema that an example belongs to, by its name."""
    name = ".".join(example.name.split(".")[:2])
    return Draft202012Validator(json.loads((WIRE / f"{name}.schema.json").read_bytes()))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_is_one_itself_and_closed(path: Path) -> None:
    """Unknown fields are refused, so a misspelt one is noticed."""
    document = json.loads(path.read_bytes())
    Draft202012Validator.check_schema(document)
    assert document["additionalProperties"] is False
    assert document["$id"] == f"urn:wutong:{path.name.removesuffix('.schema.json')}"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_valid(path: Path) -> None:
    """An example once published is never changed; the schema grows around it."""
    schema_of(path).validate(json.loads(path.read_bytes()))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_with_a_field_missing_is_not(path: Path) -> None:
    """The control: a schema that accepts everything would pass the test above."""
    document = json.loads(path.read_bytes())
    schema = schema_of(path)
    for name in schema.schema["required"]:
        shorter = {key: value for key, value in document.items() if key != name}
        assert not schema.is_valid(shorter), name


def test_every_schema_has_an_example_except_the_envelope() -> None:
    """The envelope's example is whatever is signed."""
    shown = {".".join(path.name.split(".")[:2]) for path in EXAMPLES}
    told = {path.name.removesuffix(".schema.json") for path in SCHEMAS}
    assert told - shown == {"envelope.v1"}


def test_no_number_on_the_wire_is_a_fraction() -> None:
    """Integers and strings only: a float would be another text after another parser."""

    def kinds(node: Any) -> set[str]:  # noqa: ANN401 - any JSON
        if isinstance(node, dict):
            own = {str(node["type"])} if isinstance(node.get("type"), str) else set()
            return own.union(*(kinds(value) for value in node.values()))
        if isinstance(node, list):
            return set().union(*(kinds(value) for value in node))
        return set()

    assert "number" not in set().union(*(kinds(json.loads(p.read_bytes())) for p in SCHEMAS))
