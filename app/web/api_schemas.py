"""The schemas of every declaration, under names that do not clash."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from app.web.api_operation import JSON, Document, Operation, Problem, Query, Shape

REF: Final = "#/components/schemas/"
NO_NUL: Final = r"^[^\u0000]*$"
Key = tuple[type[BaseModel], JsonSchemaMode]


@dataclass(frozen=True, slots=True)
class Schemas:
    """Definitions by name, and where each model's definition is."""

    defined: Mapping[str, Any]
    references: Mapping[Key, Mapping[str, Any]]

    @classmethod
    def of(cls, operations: Iterable[Operation]) -> Self:
        """Return the schemas of all that ``operations`` take and give."""
        keys: dict[Key, None] = {(Problem, "serialization"): None}
        documents: dict[str, Any] = {}
        for operation in operations:
            keys[operation.query, "validation"] = None
            sent: list[tuple[Shape | None, JsonSchemaMode]] = [(operation.body, "validation")]
            given = [(shape, "serialization") for shape in operation.returns.values()]
            for shape, mode in [*sent, *given]:
                if isinstance(shape, Document):
                    documents |= _embedded(shape)
                elif shape is not None:
                    keys[shape, mode] = None  # type: ignore[index]  # the literal was widened
        references, found = models_json_schema(list(keys), ref_template=f"{REF}{{model}}")
        own = {name: _plain_texts(one) for name, one in found.get("$defs", {}).items()}
        return cls({**own, **documents}, references)  # type: ignore[arg-type]

    def reference(self, model: type[BaseModel], mode: JsonSchemaMode) -> dict[str, Any]:
        """Return the reference to the schema of ``model``."""
        return dict(self.references[model, mode])

    def definition(self, model: type[BaseModel]) -> dict[str, Any]:
        """Return the schema itself of a model that is read."""
        found = self.defined[self.reference(model, "validation")["$ref"].removeprefix(REF)]
        return dict(found)

    def content(self, shape: Shape, mode: JsonSchemaMode) -> dict[str, Any]:
        """Return the media types of a body."""
        if not isinstance(shape, Document):
            return {JSON: {"schema": self.reference(shape, mode)}}
        if shape.schema is None:
            return {shape.media: {}}
        return {shape.media: {"schema": {"$ref": f"{REF}{shape.name}"}}}

    def published(self) -> dict[str, Any]:
        """Return the definitions without those of parameters, which are written out."""
        queries = {
            reference["$ref"].removeprefix(REF)
            for (model, _mode), reference in self.references.items()
            if issubclass(model, Query)
        }
        return {name: one for name, one in sorted(self.defined.items()) if name not in queries}


def _plain_texts(schema: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return ``schema`` with what the strict reader adds said: no text holds NUL."""
    if isinstance(schema, list):
        return [_plain_texts(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _plain_texts(one) for key, one in schema.items()}
    if found.get("type") == "string" and not found.keys() & {"pattern", "format", "enum", "const"}:
        found["pattern"] = NO_NUL
    return found


def _embedded(shape: Document) -> dict[str, Any]:
    if shape.schema is None:
        return {}
    own = {key: value for key, value in shape.schema.items() if key not in {"$id", "$schema"}}
    return {shape.name: _moved(own, f"{REF}{shape.name}/")}


def _moved(value: Any, base: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return a schema whose own references lead to where it stands now."""
    if isinstance(value, dict):
        return {
            key: one.replace("#/", base, 1)
            if key == "$ref" and isinstance(one, str)
            else _moved(one, base)
            for key, one in value.items()
        }
    return [_moved(one, base) for one in value] if isinstance(value, list) else value
