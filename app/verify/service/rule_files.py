"""A rule set as somebody hands it in: the published schema first, then what it means."""

import json
from collections.abc import Iterator
from typing import Any, Final

from jsonschema_rs import Draft202012Validator, ValidationError

from app.domain.rules.builtin import FOLDER
from app.domain.rules.reader import RuleFault, RuleSetError, Wrong
from app.domain.rules.ruleset import RuleSet

SCHEMA: Final[dict[str, Any]] = json.loads(
    (FOLDER / "rule-set.v1.schema.json").read_text(encoding="utf-8")
)
_VALIDATOR: Final = Draft202012Validator(SCHEMA)
MOST: Final = 20
TYPES: Final = {
    "integer": RuleFault.WHOLE,
    "string": RuleFault.WORDS,
    "boolean": RuleFault.FLAG,
    "array": RuleFault.LIST,
    "object": RuleFault.OBJECT,
}
LIMITS: Final = {
    "minimum": RuleFault.AT_LEAST,
    "maximum": RuleFault.AT_MOST,
    "minItems": RuleFault.AT_LEAST,
    "maxItems": RuleFault.AT_MOST,
    "maxLength": RuleFault.AT_MOST,
}


def read(document: dict[str, Any]) -> RuleSet:
    """Return the rule set that ``document`` holds.

    Raises:
        RuleSetError: It names every place where the schema is broken, or the first where the
            document means nothing.
    """
    if wrong := tuple(_broken(document)):
        raise RuleSetError(*wrong[:MOST])
    return RuleSet.of(document)


def _broken(document: dict[str, Any]) -> Iterator[Wrong]:
    seen = set()
    for error in _VALIDATOR.iter_errors(document):
        for found in _wrong(error):
            if found.place not in seen:
                seen.add(found.place)
                yield found


def _wrong(error: ValidationError) -> Iterator[Wrong]:
    kind: Any = error.kind
    place, rule = _place(error.instance_path), kind.name
    if rule == "required":
        yield Wrong(_below(place, kind.property), RuleFault.MISSING)
    elif rule == "additionalProperties":
        for name in kind.unexpected:
            yield Wrong(_below(place, name), RuleFault.UNKNOWN)
    else:
        yield Wrong(place, *_said(place, rule, kind))


def _said(place: str, rule: str, kind: Any) -> tuple[RuleFault, str]:  # noqa: ANN401 - untyped
    if rule == "type":
        return TYPES[kind.types[0]], ""
    if rule == "enum":
        return RuleFault.ONE_OF, ", ".join(kind.options)
    if rule in LIMITS:
        return LIMITS[rule], str(kind.limit)
    if rule == "minLength":
        return RuleFault.WORDS, ""
    day = rule == "pattern" and place.endswith(".value")
    return (RuleFault.DAY if day else RuleFault.SHAPE), ""


def _place(path: list[str | int]) -> str:
    told = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return told.lstrip(".")


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
