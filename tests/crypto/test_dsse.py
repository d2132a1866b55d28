"""A signature stands over the payload's bytes as sent, its type and nothing else."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.crypto import dsse

KEY = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
KEYID = dsse.keyid(PUBLIC)
DOCUMENT = {"task": "读取", "n": 1}


def envelope(**changes: object) -> dict[str, object]:
    """Return a signed envelope with some fields replaced."""
    return dsse.sign(KEY, dsse.TASK, DOCUMENT) | changes


def test_what_was_signed_is_what_is_read() -> None:
    """The round trip."""
    payload = dsse.Envelope.parse(envelope(), dsse.TASK).verify(KEYID, PUBLIC)
    assert json.loads(payload) == DOCUMENT


def test_the_encoding_is_the_published_one() -> None:
    """The example of the DSSE protocol text."""
    assert dsse.pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_one_flipped_bit_of_the_payload_is_refused(position: int, bit: int) -> None:
    """Nothing is re-canonicalised, so every bit counts."""
    document = envelope()
    payload = bytearray(base64.b64decode(str(document["payload"])))
    payload[position % len(payload)] ^= 1 << bit
    document["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(dsse.BadSignatureError):
        dsse.Envelope.parse(document, dsse.TASK).verify(KEYID, PUBLIC)


def test_a_signature_of_another_key_is_refused() -> None:
    """Also when it claims to be ours."""
    other = Ed25519PrivateKey.generate()
    document = dsse.sign(other, dsse.TASK, DOCUMENT)
    document["signatures"][0]["keyid"] = KEYID
    with pytest.raises(dsse.BadSignatureError):
        dsse.Envelope.parse(document, dsse.TASK).verify(KEYID, PUBLIC)


def test_a_document_of_another_type_is_refused() -> None:
    """A signed receipt is no task."""
    with pytest.raises(dsse.BadEnvelopeError):
        dsse.Envelope.parse(envelope(), dsse.RECEIPT)


@pytest.mark.parametrize(
    "changes",
    [
        {"payload": "*"},
        {"payload": None},
        {"signatures": None},
        {"signatures": [{"keyid": KEYID}]},
        {"signatures": [7]},
        {"signatures": [{"keyid": KEYID, "sig": "*"}]},
    ],
)
def test_what_is_no_envelope_is_refused(changes: dict[str, object]) -> None:
    """With a typed error, whatever is wrong with it."""
    with pytest.raises(dsse.BadEnvelopeError):
        dsse.Envelope.parse(envelope(**changes), dsse.TASK)
