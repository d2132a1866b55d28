"""What every API route gets from its declaration, shown on a toy that keeps notes."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.config import Settings
from app.db.ids import new_uid
from app.db.session import utcnow
from app.factory import create_app
from app.models import IdempotencyKey, Region, RegionKind
from app.web import api, api_idempotency
from app.web.access import Audience, access
from tests.support.makers import make_person, recorded
from tests.support.world import api_token, sign_in

bp = Blueprint("toy", __name__, url_prefix="/api/v1")
VERSION = "7"


class Note(api.Body):
    """What is sent."""

    text: Annotated[str, Field(min_length=1, max_length=20)]
    count: Annotated[int, Field(ge=0, le=9)] = 0
    tags: list[str] = []


class Kept(api.Model):
    """What comes back."""

    id: str
    text: str


@bp.post("/notes")
@api.write("Keep a note", body=Note, returns={201: Kept})
@access(Audience.SIGNED_IN)
def keep(session: Session, body: Note) -> api.Answer:
    """Each note is a region, because a region is a row."""
    if body.text == "refuse":
        raise api.invalid(("text", "not this one"))
    uid = new_uid()
    row = Region(uid=uid, path=f"/{uid}/", name=body.text, kind=RegionKind.COUNTY)
    recorded(session, row)
    return api.Answer(Kept(id=uid, text=body.text), headers={"Location": f"/api/v1/notes/{uid}"})


@bp.put("/notes/<uid:note>")
@api.write("Change a note", body=Note, returns=Kept, conditional=True)
@access(Audience.SIGNED_IN)
def change(session: Session, note: str, body: Note) -> api.Answer:
    """It is always at the same version."""
    del session
    api.match(VERSION)
    return api.Answer(Kept(id=note, text=body.text), version=VERSION)


@bp.get("/notes/<uid:note>")
@api.read("Read a note", returns=Kept)
@access(Audience.SIGNED_IN)
def show(session: Session, note: str) -> api.Answer:
    """With its version."""
    del session
    return api.Answer(Kept(id=note, text="text"), version=VERSION)


@bp.get("/wrong")
@api.read("Break the word", returns=Kept)
@access(Audience.SIGNED_IN)
def wrong(session: Session) -> Note:
    """Answer with another model than declared."""
    del session
    return Note(text="x")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Yield the whole application and the toy."""
    app = create_app(settings)
    app.register_blueprint(bp)
    yield app
    app.extensions["wutong"].database.dispose()


@pytest.fixture
def token(app: Flask) -> str:
    """Return a bearer token."""
    with app.extensions["wutong"].database.transaction() as session:
        return api_token(session, make_person(session), utcnow())


class Caller:
    """A program with a token."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def send(
        self, path: str, body: object = None, method: str = "POST", **headers: str
    ) -> TestResponse:
        """Send ``body``, as JSON unless it is bytes."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"Content-Type": "application/json", **self.headers, **more}
        return self.client.open(path, method=method, data=raw, headers=given)

    def get(self, path: str, **headers: str) -> TestResponse:
        """Read."""
        return self.client.get(path, headers={**self.headers, **headers})


@pytest.fixture
def program(app: Flask, token: str) -> Caller:
    """Return a program that calls."""
    return Caller(app, token)


def notes(app: Flask) -> int:
    """Return how many notes there are."""
    with app.extensions["wutong"].database.reading() as session:
        return session.scalar(select(func.count()).select_from(Region)) or 0


def code(answer: TestResponse) -> str:
    """Return the code of a problem, after a look at its form."""
    assert answer.content_type == "application/problem+json"
    found = answer.get_json()
    assert found["status"] == answer.status_code
    assert found["type"] == f"urn:wutong:{found['code']}"
    return str(found["code"])


def test_the_same_key_has_one_effect_and_one_answer(
    any_url: str, app: Flask, program: Caller
) -> None:
    """Byte for byte, with its headers."""
    del any_url
    first = program.send("/api/v1/notes", {"text": "a"}, Idempotency_Key="k1")
    again = program.send("/api/v1/notes", {"text": "a"}, Idempotency_Key="k1")
    assert (first.status_code, again.status_code, notes(app)) == (201, 201, 1)
    assert first.data == again.data
    assert first.headers["Location"] == again.headers["Location"]
    assert again.content_type == "application/json"


def test_the_same_key_at_once_has_one_effect(any_url: str, app: Flask, token: str) -> None:
    """Twenty impatient copies of one request."""
    del any_url

    def send(_number: int) -> TestResponse:
        return Caller(app, token).send("/api/v1/notes", {"text": "a"}, Idempotency_Key="k1")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert notes(app) == 1


def test_without_a_key_each_request_counts(app: Flask, program: Caller) -> None:
    """The control: the toy really does something each time."""
    for _time in range(2):
        program.send("/api/v1/notes", {"text": "a"})
    assert notes(app) == 2


def test_a_key_stands_for_one_request(app: Flask, program: Caller) -> None:
    """Another body, path or precondition under the same key is a mistake of the program."""
    program.send("/api/v1/notes", {"text": "a"}, Idempotency_Key="k1")
    other = program.send("/api/v1/notes", {"text": "b"}, Idempotency_Key="k1")
    assert code(other) == "idempotency_conflict"
    there = program.send(
        f"/api/v1/notes/{new_uid()}", {"text": "a"}, "PUT", Idempotency_Key="k1", If_Match='"7"'
    )
    assert code(there) == "idempotency_conflict"
    assert notes(app) == 1


def test_a_key_is_its_callers_own(app: Flask, program: Caller) -> None:
    """Nobody gets somebody else's answer."""
    with app.extensions["wutong"].database.transaction() as session:
        other = Caller(app, api_token(session, make_person(session, "other"), utcnow()))
    answers = {
        one.send("/api/v1/notes", {"text": "a"}, Idempotency_Key="k1").data
        for one in (program, other)
    }
    assert (len(answers), notes(app)) == (2, 2)


def test_a_refusal_is_not_kept(app: Flask, program: Caller) -> None:
    """Nothing changed, so the next try under the key may be another one."""
    refused = program.send("/api/v1/notes", {"text": "refuse"}, Idempotency_Key="k1")
    assert code(refused) == "invalid_request"
    assert program.send("/api/v1/notes", {"text": "a"}, Idempotency_Key="k1").status_code == 201
    assert notes(app) == 1


@pytest.mark.parametrize("key", ["", "x" * 101, "two words", "schlüssel"])
def test_a_key_is_short_plain_text(program: Caller, key: str) -> None:
    """Else two programs would write it in two ways."""
    assert code(program.send("/api/v1/notes", {"text": "a"}, Idempotency_Key=key)) == (
        "invalid_request"
    )


def test_old_answers_are_forgotten(app: Flask, program: Caller) -> None:
    """Those before an instant."""
    program.send("/api/v1/notes", {"text": "a"}, Idempotency_Key="k1")
    with app.extensions["wutong"].database.transaction() as session:
        api_idempotency.forget(session, utcnow())
        assert session.scalars(select(IdempotencyKey)).all() == []


def test_a_version_goes_out_and_has_to_come_back(program: Caller) -> None:
    """428 without it, 412 for another, 200 for the one that was read."""
    note = f"/api/v1/notes/{new_uid()}"
    etag = program.get(note).headers["ETag"]
    assert etag == '"7"'
    body = {"text": "a"}
    assert code(program.send(note, body, "PUT")) == "precondition_required"
    for other in ('"8"', "junk", 'W/"7"'):
        assert code(program.send(note, body, "PUT", If_Match=other)) == "precondition_failed"
    for right in (etag, "*", f'"8", {etag}'):
        assert program.send(note, body, "PUT", If_Match=right).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "x" * 21}, "text"),
        ({"text": 1}, "text"),
        ({"text": None}, "text"),
        ({"text": "a", "count": "1"}, "count"),
        ({"text": "a", "count": 1.0}, "count"),
        ({"text": "a", "count": True}, "count"),
        ({"text": "a", "count": 10}, "count"),
        ({"text": "a", "tags": ["x", 1]}, "tags.1"),
        ({"text": "a", "sql": "'; --"}, "sql"),
    ],
)
def test_a_field_that_is_not_as_declared_is_named(
    program: Caller, body: dict[str, Any], field: str
) -> None:
    """With a sentence in the caller's language, and nothing of what was sent."""
    answer = program.send("/api/v1/notes?lang=en", body)
    assert code(answer) == "invalid_request"
    (error,) = answer.get_json()["errors"]
    assert error["field"] == field
    assert error["message"].startswith("This ")
    assert "xxxxx" not in answer.text


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "malformed_json"),
        (b"[]", "malformed_json"),
        (b"nul", "malformed_json"),
        (b'{"text":"a","text":"b"}', "malformed_json"),
        (b'{"text":"a","count":NaN}', "malformed_json"),
        (b'{"text":"\\ud800"}', "malformed_json"),
        (b'{"text":"\\u0000"}', "malformed_json"),
        (b'{"text":"\xff"}', "malformed_json"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, "malformed_json"),
        (b'{"text":"a","count":' + b"9" * 30 + b"}", "malformed_json"),
        (b'{"text":"' + b"x" * 1_100_000 + b'"}', "body_too_large"),
    ],
)
def test_a_body_that_is_not_plain_json_is_refused(
    program: Caller, raw: bytes, problem: str
) -> None:
    """Through the one strict reader, for every route."""
    assert code(program.send("/api/v1/notes", raw)) == problem


def test_a_body_of_another_kind_is_refused(program: Caller) -> None:
    """415, before it is read."""
    answer = program.send("/api/v1/notes", {"text": "a"}, Content_Type="text/plain")
    assert (code(answer), answer.status_code) == ("not_json", 415)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=1&limit=2", "x=1", "after=%00"]
)
def test_a_parameter_that_is_not_as_declared_is_refused(program: Caller, query: str) -> None:
    """Unknown ones too: a misspelt filter must not show everything."""
    assert code(program.get(f"/api/v1/regions?{query}")) == "invalid_request"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic x", "Bearer unknown", "Bearer " + "x" * 9999]
)
def test_without_a_good_token_nobody_is_there(app: Flask, header: str) -> None:
    """Whatever the header holds."""
    answer = app.test_client().get("/api/v1/me", headers={"Authorization": header})
    assert (code(answer), answer.status_code) == ("not_signed_in", 401)


def test_the_cookie_of_a_browser_counts_for_nothing_here(app: Flask) -> None:
    """Another site can make a browser send it; the same cookie opens a page."""
    with app.extensions["wutong"].database.transaction() as session:
        cookie = sign_in(session, make_person(session), utcnow())
    client = app.test_client()
    client.set_cookie("wutong_session", cookie)
    assert client.get("/account").status_code == 200
    assert code(client.get("/api/v1/me")) == "not_signed_in"
    assert client.post("/api/v1/notes", json={"text": "a"}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/me", 405),
        ("GET", "/api/v1/notes/not-a-uid", 404),
        ("GET", "/api/v1/notes/%00", 404),
    ],
)
def test_what_is_not_there_is_a_problem_document_too(
    program: Caller, method: str, path: str, status: int
) -> None:
    """Whatever a program's author types."""
    answer = program.send(path, {}, method)
    assert answer.status_code == status
    assert code(answer)


def test_a_view_that_breaks_its_word_is_a_fault_of_ours(app: Flask, program: Caller) -> None:
    """It is found by the first test that calls it, and shows nothing outside."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = program.get("/api/v1/wrong")
    assert (answer.status_code, "Traceback" in answer.text) == (500, False)
