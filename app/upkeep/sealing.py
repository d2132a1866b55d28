"""The installation's keys under a passphrase: scrypt (RFC 7914), then ChaCha20-Poly1305."""

import base64
import json
import os
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.upkeep.errors import UpkeepError

SHORTEST: Final = 12
# OWASP's password storage cheat sheet, "scrypt": N = 2^17, r = 8, p = 1 (128 MiB).
COST: Final = {"n": 2**17, "r": 8, "p": 1}
MOST_COST: Final = 2**20
KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12


def refuse_short(passphrase: str) -> None:
    """Refuse a passphrase that is too short to protect anything.

    Raises:
        UpkeepError: It is.
    """
    if len(passphrase) < SHORTEST:
        raise UpkeepError(f"the passphrase is shorter than {SHORTEST} characters")


def seal(files: Mapping[str, bytes], passphrase: str, realm: str) -> bytes:
    """Return ``files`` so that only ``passphrase`` opens them, bound to ``realm``."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    plain = json.dumps({name: _text(content) for name, content in files.items()}).encode()
    cipher = ChaCha20Poly1305(_key(passphrase, salt, COST))
    sealed = {
        "kdf": {"name": "scrypt", **COST, "salt": _text(salt)},
        "cipher": "chacha20-poly1305",
        "nonce": _text(nonce),
        "content": _text(cipher.encrypt(nonce, plain, realm.encode())),
    }
    return json.dumps(sealed).encode()


def unseal(sealed: bytes, passphrase: str, realm: str) -> dict[str, bytes]:
    """Return the files.

    Raises:
        UpkeepError: The passphrase is another, or the bytes were changed.
    """
    try:
        said: dict[str, Any] = json.loads(sealed)
        cost = {name: int(said["kdf"][name]) for name in COST}
        if cost["n"] > MOST_COST:
            raise UpkeepError("the keys of this backup are sealed beyond reason")
        cipher = ChaCha20Poly1305(_key(passphrase, _bytes(said["kdf"]["salt"]), cost))
        plain = cipher.decrypt(_bytes(said["nonce"]), _bytes(said["content"]), realm.encode())
    except InvalidTag:
        raise UpkeepError("the passphrase does not open the keys of this backup") from None
    except (ValueError, TypeError, KeyError) as error:
        raise UpkeepError("the sealed keys of this backup cannot be read") from error
    return {name: _bytes(content) for name, content in json.loads(plain).items()}


def _key(passphrase: str, salt: bytes, cost: Mapping[str, int]) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, **cost).derive(passphrase.encode())


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
