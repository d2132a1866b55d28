"""DSSE envelopes: a signature over the bytes as sent, never over a re-written form.

Source: secure-systems-lab/dsse, protocol.md, "PAE" and "Protocol". Signatures are
Ed25519; ``keyid`` is the first 16 hex digits of SHA-256 of the raw public key.
"""

import base64
import binascii
import hashlib
import json
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

EVIDENCE: Final = "application/vnd.wutong.evidence.v1+json"
RECEIPT: Final = "application/vnd.wutong.receipt.v1+json"
TASK: Final = "application/vnd.wutong.task.v1+json"


class EnvelopeError(ValueError):
    """An envelope is malformed, or not signed by the key it must be signed by."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding, which is what gets signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def key_id(public_key: bytes) -> str:
    """Return the short name of a raw public key."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def seal(payload_type: str, payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the envelope of ``payload`` as the JSON bytes to keep and to send."""
    signature = key.sign(pae(payload_type, payload))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": [
            {
                "keyid": key_id(key.public_key().public_bytes_raw()),
                "sig": base64.b64encode(signature).decode(),
            }
        ],
    }
    return json.dumps(envelope, separators=(",", ":")).encode()


def open_envelope(envelope: object, payload_type: str, public_key: bytes) -> bytes:
    """Return the payload of ``envelope`` if ``public_key`` signed it as ``payload_type``.

    Raises:
        EnvelopeError: It is malformed, of another type, or the signature is not that key's.
    """
    if not isinstance(envelope, dict) or envelope.get("payloadType") != payload_type:
        raise EnvelopeError(f"not an envelope of {payload_type}")
    payload = _decode(envelope.get("payload"))
    signed = pae(payload_type, payload)
    wanted = key_id(public_key)
    for entry in _signatures(envelope):
        if entry.get("keyid") == wanted and _is_valid(public_key, entry.get("sig"), signed):
            return payload
    raise EnvelopeError(f"no valid signature by key {wanted}")


def strict_object(content: bytes) -> dict[str, Any]:
    """Return the JSON object in ``content``; a repeated key or NaN makes it malformed.

    Raises:
        EnvelopeError: It is not one JSON object.
    """
    try:
        value = json.loads(content, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise EnvelopeError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise EnvelopeError("not a JSON object")
    return value


def _signatures(envelope: dict[str, Any]) -> list[dict[str, Any]]:
    signatures = envelope.get("signatures")
    if not isinstance(signatures, list):
        raise EnvelopeError("no list of signatures")
    return [entry for entry in signatures if isinstance(entry, dict)]


def _is_valid(public_key: bytes, signature: object, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(_decode(signature), signed)
    except (InvalidSignature, EnvelopeError):
        return False
    return True


def _decode(text: object) -> bytes:
    if not isinstance(text, str):
        raise EnvelopeError("base64 text is missing")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise EnvelopeError("not standard base64") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a number here")
