"""The description of the API: valid, complete, served from here."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.web.api_docs import UidConverter
from app.web.api_openapi import UID, document, routes
from app.web.refusals import REFUSALS

METHODS = {"get", "post", "put", "patch", "delete"}


def served(app: Flask) -> dict[str, Any]:
    """Return the document as a program gets it."""
    found: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
    return found


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every operation with its name."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert method in METHODS
            yield f"{method} {path}", operation


def test_it_is_valid_openapi_3_1(app: Flask) -> None:
    """By the validator of the specification's own schema."""
    description = served(app)
    assert description["openapi"].startswith("3.1")
    assert [str(error) for error in OpenAPIV31SpecValidator(description).iter_errors()] == []


def test_a_wrong_document_is_not_valid(app: Flask) -> None:
    """The control: the validator can say no."""
    description = served(app)
    description["paths"]["/api/v1/me"]["get"]["responses"]["200"].pop("description")
    assert list(OpenAPIV31SpecValidator(description).iter_errors())


def test_every_route_under_the_api_is_described(app: Flask) -> None:
    """None is added without a declaration; only the description itself has none."""
    described = {route.rule.endpoint for route in routes(app)}
    there = {r.endpoint for r in app.url_map.iter_rules() if r.rule.startswith("/api/v1/")}
    assert there - described == {"api.description"}


def test_every_operation_says_what_it_is_and_how_it_refuses(app: Flask) -> None:
    """A sentence, a description, an id of its own, and problem documents only."""
    ids = []
    for name, operation in operations(served(app)):
        ids.append(operation["operationId"])
        assert operation["summary"], name
        assert operation["description"], name
        for status, response in operation["responses"].items():
            if status >= "4":
                assert set(response["content"]) == {"application/problem+json"}, name
    assert len(ids) == len(set(ids))


def test_every_code_named_has_its_words(app: Flask) -> None:
    """Else a program would be shown the sentence for anything."""
    named = {
        code
        for _name, operation in operations(served(app))
        for response in operation["responses"].values()
        for code in re.findall(r"`([a-z_]+)`", response["description"])
    }
    assert named
    assert named - set(REFUSALS) == set()


def test_what_needs_a_person_says_so(app: Flask) -> None:
    """401 and the bearer scheme stand together."""
    for name, operation in operations(served(app)):
        assert ("401" in operation["responses"]) == bool(operation["security"]), name


def test_parameters_are_what_the_routes_take(app: Flask) -> None:
    """The part of a path has the pattern of its converter."""
    assert UID.strip("^$") == UidConverter.regex
    for name, operation in operations(served(app)):
        parts = set(re.findall(r"{(\w+)}", name))
        assert {p["name"] for p in operation["parameters"] if p["in"] == "path"} == parts


def test_the_document_is_made_once(app: Flask) -> None:
    """It depends on the routes alone."""
    assert served(app) == served(app)
    with app.app_context():
        assert document(app)["paths"].keys() == served(app)["paths"].keys()


def test_the_page_of_it_names_every_path_and_no_other_host(app: Flask) -> None:
    """It works without the internet."""
    page = app.test_client().get("/api/docs").text
    for path in served(app)["paths"]:
        assert path in page
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
