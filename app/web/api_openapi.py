"""OpenAPI 3.1 of everything under /api/v1, read off the routes and their declarations.

pydantic 2 writes JSON Schema 2020-12, the dialect of OpenAPI 3.1, so nothing is translated.
"""

import inspect
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from flask import Flask
from werkzeug.routing import Rule

from app.domain.errors import DomainError
from app.domain.tokens import SAID, TokenScope
from app.web import errors
from app.web.access import (
    Access,
    Audience,
    ForbiddenError,
    InsufficientScopeError,
    NotSignedInError,
    rule_of,
)
from app.web.api_idempotency import HEADER, IdempotencyConflictError
from app.web.api_operation import ATTRIBUTE, PROBLEM, Opens, Operation, Problem
from app.web.api_reading import (
    InvalidRequestError,
    PreconditionFailedError,
    PreconditionRequiredError,
)
from app.web.api_schemas import Schemas
from app.web.limits import TooManyRequestsError
from app.web.refusals import of_code
from app.web.requests import NotJsonError
from app.web.strict_json import JsonTooLargeError, StrictJsonError

VERSION: Final = "3.1.0"
RETRY_AFTER: Final = {
    "Retry-After": {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 0}}
}
ABOUT: Final = (
    "Bearer tokens (`wutong token add --user NAME`). Lists give `items` and `next`, which "
    "goes back as `after`. Writes take `Idempotency-Key`. What can be changed carries an "
    "ETag; a change sends it back as `If-Match`. Errors are problem+json (RFC 9457) with a "
    "stable `code`. Acts with effect in law want the person on a page: a token is answered "
    "`step_up_required`."
)
PREFIX: Final = "/api/v1/"
# What any route may say without declaring it.
ALWAYS: Final = frozenset({"not_found", "conflict", "request_timeout", "too_many_requests"})
WRITE: Final = TokenScope.WRITE
PART: Final = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
UID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
PARTS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "": {"type": "string", "minLength": 1, "pattern": "^[^/]+$"},
        "string": {"type": "string", "minLength": 1, "pattern": "^[^/]+$"},
        "int": {"type": "integer", "minimum": 0},
        "uid": {"type": "string", "format": "uuid", "pattern": UID},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    }
)
SCOPES: Final = "; ".join(f"`{scope}`: {said}" for scope, said in SAID.items())
SCHEMES: Final = {
    "person": {
        "type": "http",
        "scheme": "bearer",
        "description": f"of `wutong token add`. Its scopes: {SCOPES}.",
    },
    "station": {"type": "http", "scheme": "bearer", "description": "given at enrolment"},
}


@dataclass(frozen=True, slots=True)
class Route:
    """One rule of the URL map that is an operation of the API."""

    rule: Rule
    operation: Operation
    access: Access
    description: str

    @property
    def method(self) -> str:
        """The one method that is not there by itself."""
        (method,) = (self.rule.methods or set()) - {"HEAD", "OPTIONS"}
        return method.lower()

    @property
    def path(self) -> str:
        """The path with its parts in braces."""
        return PART.sub(r"{\2}", self.rule.rule)


def routes(app: Flask) -> Iterator[Route]:
    """Yield every declared route of ``app``, by path."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        operation = getattr(view, ATTRIBUTE, None)
        access = rule_of(app, rule.endpoint)
        if operation is not None and access is not None:
            yield Route(rule, operation, access, inspect.getdoc(view) or "")


def document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of ``app``."""
    found = list(routes(app))
    schemas = Schemas.of([route.operation for route in found])
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for route in found:
        paths[route.path][route.method] = _operation(route, schemas)
    return {
        "openapi": VERSION,
        "info": {
            "title": "Wutong",
            "version": "1",
            "summary": "The fleet of market price-computing scales",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in sorted({_tag(route) for route in found})],
        "paths": dict(paths),
        "components": {
            "schemas": schemas.published(),
            "securitySchemes": SCHEMES,
        },
    }


def problems_of(route: Route) -> dict[int, list[str]]:
    """Return the codes that a route refuses with, by HTTP status."""
    found: dict[int, list[str]] = defaultdict(list)
    for problem in (*_common(route), *route.operation.problems):
        codes = found[errors.status_of(problem.code)]
        if problem.code not in codes:
            codes.append(problem.code)
    return dict(sorted(found.items()))


def _common(route: Route) -> Iterator[type[DomainError]]:
    if route.access.audience is not Audience.PUBLIC:
        yield NotSignedInError
    if route.access.audience is Audience.SIGNED_IN:
        yield InsufficientScopeError
    if route.access.roles:
        yield ForbiddenError
    yield InvalidRequestError
    yield TooManyRequestsError
    if route.operation.body is not None:
        yield from (NotJsonError, StrictJsonError, JsonTooLargeError)
    if route.operation.opens is Opens.TRANSACTION:
        yield IdempotencyConflictError
    if route.operation.conditional:
        yield from (PreconditionRequiredError, PreconditionFailedError)


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    operation = route.operation
    found: dict[str, Any] = {
        "operationId": route.rule.endpoint.replace(".", "_"),
        "summary": operation.summary,
        "description": route.description,
        "tags": [_tag(route)],
        "security": _security(route),
        "parameters": [*_path_parts(route), *_parameters(route, schemas)],
        "responses": _responses(route, schemas),
    }
    if route.access.roles:
        found["x-roles"] = sorted(route.access.roles)
    if operation.body is not None:
        found["requestBody"] = {
            "required": True,
            "content": schemas.content(operation.body, "validation"),
        }
    return found


def _security(route: Route) -> list[dict[str, list[str]]]:
    """Return which token opens the route; of several, any one is enough."""
    match route.access.audience:
        case Audience.SIGNED_IN | Audience.SIGNING_IN:
            scope = route.operation.scope
            enough = dict.fromkeys([scope] if scope is TokenScope.READ else [scope, WRITE])
            return [{"person": [one.value]} for one in enough]
        case Audience.STATION:
            return [{"station": []}]
        case Audience.PUBLIC:
            return []


def _path_parts(route: Route) -> Iterator[dict[str, Any]]:
    for kind, name in PART.findall(route.rule.rule):
        yield {"name": name, "in": "path", "required": True, "schema": dict(PARTS[kind])}


def _parameters(route: Route, schemas: Schemas) -> Iterator[dict[str, Any]]:
    model = schemas.definition(route.operation.query)
    for name, schema in model.get("properties", {}).items():
        plain = _without_null(schema)
        yield {
            "name": name,
            "in": "query",
            "required": name in model.get("required", ()),
            "description": plain.pop("description", ""),
            "schema": plain,
        }
    if route.operation.opens is Opens.TRANSACTION:
        key = {"type": "string", "pattern": r"^[\x21-\x7e]{1,100}$"}
        yield {
            "name": HEADER,
            "in": "header",
            "required": False,
            "description": "the same key again: one effect and the same answer",
            "schema": key,
        }
    if route.operation.conditional:
        yield {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "the ETag of what is changed, as it was read; `*` for any version",
            "schema": {"type": "string"},
        }


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter: one that is absent is not null."""
    found = {key: value for key, value in schema.items() if key not in {"title", "anyOf"}}
    if found.get("default", 0) is None:
        del found["default"]
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            found |= choice
    return found


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, shape in route.operation.returns.items():
        found[str(status)] = {"description": HTTPStatus(status).phrase}
        if shape is not None:
            found[str(status)]["content"] = schemas.content(shape, "serialization")
    problem = {PROBLEM: {"schema": schemas.reference(Problem, "serialization")}}
    for status, codes in problems_of(route).items():
        listed = ", ".join(f"`{code}`" for code in codes)
        found[str(status)] = {"description": listed, "content": problem, "x-codes": codes}
        if status in errors.RETRIED:
            found[str(status)]["headers"] = RETRY_AFTER
    found["default"] = {"description": "Any other problem", "content": problem}
    return found


def codes_of(app: Flask) -> dict[str, tuple[int, str, str]]:
    """Return every code that some route may refuse with: its status, what it says, what to do."""
    codes = {code for route in routes(app) for all_ in problems_of(route).values() for code in all_}
    found = {code: of_code(code) for code in sorted(codes | ALWAYS)}
    return {code: (one.status, str(one.said), str(one.to_do)) for code, one in found.items()}


def _tag(route: Route) -> str:
    return route.rule.rule.removeprefix(PREFIX).split("/")[0]
