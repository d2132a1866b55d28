"""Envelopes: the signature covers the bytes as sent and the type, and nothing else passes."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from scale_agent import dsse

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


def test_the_encoding_is_the_published_one() -> None:
    """The example of the DSSE protocol document, its PAE written out."""
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert dsse.pae("http://example.com/HelloWorld", b"hello world") == expected


@given(st.binary(max_size=2000))
def test_what_was_sealed_opens_to_the_same_bytes(payload: bytes) -> None:
    """Nothing is re-written on the way."""
    envelope = json.loads(dsse.seal(dsse.EVIDENCE, payload, KEY))
    assert dsse.open_envelope(envelope, dsse.EVIDENCE, PUBLIC) == payload


@given(st.binary(min_size=1, max_size=300), st.data())
def test_one_flipped_bit_is_noticed(payload: bytes, data: st.DataObject) -> None:
    """In the payload or in the signature."""
    envelope = json.loads(dsse.seal(dsse.EVIDENCE, payload, KEY))
    holder, name = data.draw(
        st.sampled_from([(envelope, "payload"), (envelope["signatures"][0], "sig")])
    )
    raw = bytearray(base64.b64decode(holder[name]))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    holder[name] = base64.b64encode(raw).decode()
    with pytest.raises(dsse.EnvelopeError):
        dsse.open_envelope(envelope, dsse.EVIDENCE, PUBLIC)


def test_a_receipt_is_not_a_task() -> None:
    """The same key signs both; the type is part of what is signed."""
    envelope = json.loads(dsse.seal(dsse.RECEIPT, b"{}", KEY))
    with pytest.raises(dsse.EnvelopeError):
        dsse.open_envelope(envelope, dsse.TASK, PUBLIC)
    envelope["payloadType"] = dsse.TASK
    with pytest.raises(dsse.EnvelopeError):
        dsse.open_envelope(envelope, dsse.TASK, PUBLIC)


def test_a_stranger_under_our_keyid_is_refused() -> None:
    """The keyid is a hint, never a proof."""
    stranger = Ed25519PrivateKey.generate()
    envelope = json.loads(dsse.seal(dsse.TASK, b"{}", stranger))
    envelope["signatures"][0]["keyid"] = dsse.key_id(PUBLIC)
    with pytest.raises(dsse.EnvelopeError):
        dsse.open_envelope(envelope, dsse.TASK, PUBLIC)


@pytest.mark.parametrize(
    "envelope",
    [
        None,
        [],
        {},
        {"payloadType": dsse.TASK},
        {"payloadType": dsse.TASK, "payload": 7, "signatures": []},
        {"payloadType": dsse.TASK, "payload": "e30=", "signatures": {}},
        {"payloadType": dsse.TASK, "payload": "e30=", "signatures": [None, {"keyid": 1}]},
        {"payloadType": dsse.TASK, "payload": "e3-_", "signatures": []},
    ],
)
def test_malformed_envelopes_are_refused_in_words(envelope: object) -> None:
    """Never an exception of another kind."""
    with pytest.raises(dsse.EnvelopeError):
        dsse.open_envelope(envelope, dsse.TASK, PUBLIC)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b'{"a":1,"a":2}', b'{"a":NaN}', b"\xff", b'{"a":' + b"[" * 100_000],
)
def test_the_strict_reader_takes_one_plain_object(content: bytes) -> None:
    """A repeated key could mean two things to two readers."""
    with pytest.raises(dsse.EnvelopeError):
        dsse.strict_object(content)
