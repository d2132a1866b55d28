r"""Tags: 85 signed bytes in a URL, printed as a QR code, verified with no network.

Layout: version 1 | key id 4 | random id 16 | Ed25519 signature 64, in base64url.
The signature stands over ``"wutong-tag-v1\0" + host + key id + id``, so a tag of
one installation is not one of another. The first byte of the id tells the kind.
"""

import base64
import binascii
import hashlib
import re
import secrets
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

VERSION: Final = 1
KEYID: Final = 4
ID: Final = 16
SIGNATURE: Final = 64
SIZE: Final = 1 + KEYID + ID + SIGNATURE
TEXT: Final = 114  # base64url of 85 bytes, without padding
CONTEXT: Final = b"wutong-tag-v1\0"
ALPHABET: Final = re.compile(r"[A-Za-z0-9_-]*")
FIRST: Final = 6  # characters that version and key id fill alone


class TagKind(IntEnum):
    """What a tag hangs on."""

    SCALE = 1
    STALL = 2
    WEIGHT = 3
    STAFF = 4


class TagCheck(StrEnum):
    """What the bytes themselves tell; whether the tag is known is the database's answer."""

    GENUINE = "genuine"
    FORGED = "forged"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Tag:
    """The text of a tag as found in a URL, and what it says."""

    check: TagCheck
    id: str = ""
    kind: TagKind | None = None


def key_id(key: Ed25519PublicKey) -> bytes:
    """Return the four bytes that name a tag key."""
    return hashlib.sha256(key.public_bytes_raw()).digest()[:KEYID]


def new_id(kind: TagKind = TagKind.SCALE) -> bytes:
    """Return the id of a fresh tag."""
    return bytes([kind]) + secrets.token_bytes(ID - 1)


def render(key: Ed25519PrivateKey, host: str, identity: bytes) -> str:
    """Return the text of the tag ``identity``: the same for ever, Ed25519 is deterministic."""
    kid = key_id(key.public_key())
    signature = key.sign(CONTEXT + host.encode() + kid + identity)
    return base64.urlsafe_b64encode(bytes([VERSION]) + kid + identity + signature).decode()[:TEXT]


def check(text: str, key: Ed25519PublicKey, host: str) -> Tag:
    """Tell a genuine tag from a forged and from a cut-off one."""
    first = base64.urlsafe_b64encode(bytes([VERSION]) + key_id(key)).decode()[:FIRST]
    if len(text) < TEXT and ALPHABET.fullmatch(text) and text[:FIRST] == first[: len(text)]:
        return Tag(TagCheck.TRUNCATED)
    data = _decode(text)
    if len(data) != SIZE or data[0] != VERSION or data[1 : 1 + KEYID] != key_id(key):
        return Tag(TagCheck.FORGED)
    identity = data[1 + KEYID : 1 + KEYID + ID]
    try:
        key.verify(data[-SIGNATURE:], CONTEXT + host.encode() + data[1 : 1 + KEYID] + identity)
        kind = TagKind(identity[0])
    except (InvalidSignature, ValueError):
        return Tag(TagCheck.FORGED)
    return Tag(TagCheck.GENUINE, identity.hex(), kind)


def _decode(text: str) -> bytes:
    """Return the bytes of ``text`` if it is the one canonical spelling of them, else none."""
    if not ALPHABET.fullmatch(text):
        return b""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return b""
    return data if base64.urlsafe_b64encode(data).decode().rstrip("=") == text else b""
