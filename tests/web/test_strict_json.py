"""The one JSON reader: what it takes, and that every hostile body is refused at once."""

import json
import time

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.web.strict_json import (
    DEPTH,
    LARGEST,
    SIZE,
    JsonTooLargeError,
    StrictJsonError,
    read_object,
)

DEEP = 100_000
HOSTILE = {
    "nothing": b"",
    "not JSON": b"{",
    "a list": b"[1]",
    "a text": b'"a"',
    "a key twice": b'{"result":"fail","result":"pass"}',
    "a key twice, deep": b'{"a":[{"b":1,"b":1}]}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}',
    "an endless number": b'{"a":1e999}',
    "a huge integer": b'{"a":' + b"9" * 500_000 + b"}",
    "an integer of 65 bits": b'{"a":9223372036854775808}',
    "a negative one": b'{"a":-9223372036854775809}',
    "half a surrogate pair": b'{"a":"\\ud800"}',
    "half a pair as key": b'{"\\uDFFF":1}',
    "NUL in a text": b'{"a":"\\u0000"}',
    "NUL in a key": b'{"a\\u0000":1}',
    "a raw control character": b'{"a":"\x01"}',
    "Latin-1": b'{"a":"\xe9"}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"a":1}',
    "deep lists": b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "one level too deep": b'{"a":' + b"[" * DEPTH + b"]" * DEPTH + b"}",
    "an unclosed text of escaped quotes": b'{"a":' + b"[" * (DEPTH + 1) + b'"' + b'\\"' * 250_000,
    "trailing words": b'{"a":1} x',
    "two documents": b'{"a":1}{"a":1}',
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_is_refused_within_a_moment(raw: bytes) -> None:
    """Each refusal is typed and costs linear time."""
    begun = time.thread_time()  # what it costs; the machine may be busy with something else
    with pytest.raises(StrictJsonError) as refused:
        read_object(raw)
    assert time.thread_time() - begun < 1
    assert refused.value.code == "malformed_json"


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_earns_a_problem(client: FlaskClient, raw: bytes) -> None:
    """Over HTTP each is a 400 in words, and repeats nothing that was sent."""
    answer = client.post("/api/v1/echo", data=raw, content_type="application/json")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["code"] == "malformed_json"


def test_a_plain_reader_would_have_taken_them() -> None:
    """The control: the standard reader lets the worst of these through."""
    taken = ("a key twice", "NaN", "half a surrogate pair", "NUL in a text", "an endless number")
    for name in taken:
        assert isinstance(json.loads(HOSTILE[name]), dict)


def test_a_body_too_long_is_refused() -> None:
    """A byte more than the limit is too much; the limit itself is not."""
    body = b'{"a":"' + b"x" * (SIZE - 8) + b'"}'
    assert len(body) == SIZE
    assert len(read_object(body)["a"]) == SIZE - 8
    with pytest.raises(JsonTooLargeError):
        read_object(body + b" ")


def test_the_largest_allowed_is_taken() -> None:
    """Depth, integers and escapes at their limits pass unchanged."""
    deep = b'{"a":' + b"[" * (DEPTH - 1) + b"]" * (DEPTH - 1) + b"}"
    assert read_object(deep)
    assert read_object(f'{{"a":{LARGEST}}}'.encode()) == {"a": LARGEST}
    assert read_object(b'{"a":"\\ud83d\\ude00"}') == {"a": "\U0001f600"}
    assert read_object(b'{"brackets":"[[[[{{{{"}') == {"brackets": "[[[[{{{{"}


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text('abc\\"{[', max_size=5), values, max_size=4), st.booleans())
def test_what_is_meant_once_is_read_as_meant(document: dict[str, object], plain: bool) -> None:
    """Any clean document comes back equal, escaped or not."""
    raw = json.dumps(document, ensure_ascii=plain).encode()
    assert read_object(raw) == document


def test_another_media_type_is_refused(client: FlaskClient) -> None:
    """JSON that says it is something else is not read."""
    answer = client.post("/api/v1/echo", data=b"{}", content_type="text/plain")
    assert (answer.status_code, answer.get_json()["code"]) == (415, "not_json")
