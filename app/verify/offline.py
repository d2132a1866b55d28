"""Verifying the signed record of a paper without a server: file and public key are enough.

What is checked: the record's own signature; that the worksheet in it is the one that three
different persons signed, each in a batch with a signature of its own; and, given the PDF or the
DCC, that it is the one the record speaks of.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from app.crypto import dsse
from app.crypto.dsse import BadEnvelopeError, BadSignatureError
from app.domain.errors import DomainError
from app.domain.worksheets import SignatureStep
from app.ledger.canonical import canonical

KEY_BYTES: Final = 32
STEPS: Final = tuple(step.value for step in SignatureStep)


class NoRecordError(DomainError):
    """The file is no record of a paper, or the key no key: nothing can be said."""

    code = "no_record"


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it: the record where it could be read, and what is wrong in codes."""

    record: Mapping[str, Any]
    faults: tuple[str, ...]


def read_key(data: bytes) -> bytes:
    """Return the raw public key in a file: raw, hex, base64 or PEM.

    Raises:
        NoRecordError: It is none of these.
    """
    text = data.strip()
    if text.startswith(b"-----"):
        return _from_pem(text)
    for read in (_from_hex, _from_base64):
        try:
            if len(key := read(text)) == KEY_BYTES:
                return key
        except (ValueError, binascii.Error):
            continue
    if len(data) == KEY_BYTES:
        return data
    raise NoRecordError("this is no Ed25519 public key: raw, hex, base64 or PEM")


def check(data: bytes, key: bytes, pdf: bytes | None = None, xml: bytes | None = None) -> Checked:
    """Return what is to be said of the record ``data`` under ``key``.

    Raises:
        NoRecordError: It is no record at all.
    """
    try:
        envelope = dsse.Envelope.parse(json.loads(data), dsse.RECORD)
        record = json.loads(envelope.payload)
    except (ValueError, RecursionError, BadEnvelopeError, TypeError) as error:
        raise NoRecordError("this is no signed record of a paper") from error
    try:
        envelope.verify(dsse.keyid(key), key)
    except BadSignatureError:
        return Checked(record, ("signature",))
    return Checked(record, tuple(_faults(record, key, pdf, xml)))


def _faults(
    record: Mapping[str, Any], key: bytes, pdf: bytes | None, xml: bytes | None
) -> Iterator[str]:
    worksheet = record["worksheet"]
    if hashlib.sha256(canonical(worksheet["document"])).hexdigest() != worksheet["document_sha256"]:
        yield "worksheet"
    yield from _signature_faults(record, key)
    for name, file in (("pdf", pdf), ("dcc", xml)):
        if file is not None and hashlib.sha256(file).hexdigest() != record[f"{name}_sha256"]:
            yield name


def _signature_faults(record: Mapping[str, Any], key: bytes) -> Iterator[str]:
    signers: list[str] = []
    found: list[str] = []
    for one in record["signatures"]:
        try:
            envelope = dsse.Envelope.parse(one, dsse.VERIFICATIONS)
            said = json.loads(envelope.verify(dsse.keyid(key), key))
        except (BadEnvelopeError, BadSignatureError):
            yield "batch"
            continue
        found.append(said["step"])
        signers.append(said["signer"])
        if _line(record["worksheet"]) not in said["worksheets"]:
            yield f"not_in_{said['step']}"
    if tuple(found) != STEPS:
        yield "steps"
    if len(set(signers)) != len(signers):
        yield "signers"


def _line(worksheet: Mapping[str, Any]) -> dict[str, str]:
    return {
        "worksheet": worksheet["uid"],
        "number": worksheet["number"],
        "document_sha256": worksheet["document_sha256"],
        "verdict": worksheet["verdict"],
    }


def _from_hex(text: bytes) -> bytes:
    return bytes.fromhex(text.decode())


def _from_base64(text: bytes) -> bytes:
    return base64.b64decode(text, validate=True)


def _from_pem(text: bytes) -> bytes:
    try:
        key = load_pem_public_key(text)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NoRecordError("this is no public key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise NoRecordError("this is no Ed25519 key")
    return key.public_bytes_raw()
