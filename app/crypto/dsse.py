"""DSSE envelopes: a signature over a payload's bytes exactly as they travel.

Source: DSSE v1.0.2 (secure-systems-lab), "Signature Definition" and "Envelope".
The key's record names the algorithm, so that SM2 may stand beside Ed25519 one day.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.domain.errors import DomainError

EVIDENCE: Final = "application/vnd.wutong.evidence.v1+json"
RECEIPT: Final = "application/vnd.wutong.receipt.v1+json"
TASK: Final = "application/vnd.wutong.task.v1+json"
CHECKPOINT: Final = "application/vnd.wutong.checkpoint.v1+json"
EPOCH: Final = "application/vnd.wutong.epoch.v1+json"
BACKUP: Final = "application/vnd.wutong.backup.v1+json"
REFERENCE: Final = "application/vnd.wutong.reference.v1+json"
VERIFICATIONS: Final = "application/vnd.wutong.verification-records.v1+json"
RECORD: Final = "application/vnd.wutong.verification-record.v1+json"
KEYID_DIGITS: Final = 16


class BadEnvelopeError(DomainError):
    """It is not an envelope, or not of the type that was asked for."""

    code = "bad_envelope"


class BadSignatureError(DomainError):
    """No signature of the expected key stands over these bytes."""

    code = "bad_signature"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed, not yet verified envelope."""

    payload: bytes
    payload_type: str
    signatures: tuple[tuple[str, bytes], ...]

    @classmethod
    def parse(cls, document: Mapping[str, Any], payload_type: str) -> "Envelope":
        """Return the envelope in ``document``.

        Raises:
            BadEnvelopeError: A part is missing, mistyped, not base64, or of another type.
        """
        try:
            signatures = tuple(
                (str(item["keyid"]), base64.b64decode(item["sig"], validate=True))
                for item in document["signatures"]
            )
            payload = base64.b64decode(document["payload"], validate=True)
            found = document["payloadType"]
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise BadEnvelopeError("not a DSSE envelope") from error
        if found != payload_type:
            raise BadEnvelopeError(f"payloadType is not {payload_type}")
        return cls(payload, payload_type, signatures)

    def verify(self, keyid: str, public_key: bytes) -> bytes:
        """Return the payload once ``keyid`` is known to have signed it.

        Raises:
            BadSignatureError: It has not.
        """
        key = Ed25519PublicKey.from_public_bytes(public_key)
        for found, signature in self.signatures:
            if found == keyid:
                try:
                    key.verify(signature, pae(self.payload_type, self.payload))
                except InvalidSignature:
                    continue
                return self.payload
        raise BadSignatureError("the signature does not fit the payload and the key")


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding: what is really signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def keyid(public_key: bytes) -> str:
    """Return the short name of a raw public key."""
    return hashlib.sha256(public_key).hexdigest()[:KEYID_DIGITS]


def sign(key: Ed25519PrivateKey, payload_type: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``document`` in an envelope signed by ``key``."""
    payload = orjson.dumps(document)
    signature = key.sign(pae(payload_type, payload))
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": [{"keyid": _name_of(key), "sig": base64.b64encode(signature).decode()}],
    }


@lru_cache(maxsize=8)
def _name_of(key: Ed25519PrivateKey) -> str:
    """Return the key's name: a process signs thousands of receipts with the same few keys."""
    return keyid(key.public_key().public_bytes_raw())
