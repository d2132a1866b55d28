"""The installation's private keys: files of mode 0600 under ``WUTONG_HOME/keys``.

server.key signs receipts, tasks, checkpoints and approvals; tag.key signs tags;
session.key protects forms and cookies; totp.key covers second-factor secrets at rest.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.errors import DomainError

NAMES: Final = frozenset({"server.key", "tag.key", "session.key", "totp.key"})
PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700


class KeysMissingError(DomainError):
    """The installation has no keys yet, or lost one."""

    code = "keys_missing"


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Every secret of one installation."""

    server: Ed25519PrivateKey
    tag: Ed25519PrivateKey
    session: str
    totp: Fernet


def create(folder: Path) -> None:
    """Make the keys of a new installation; those that are there are left alone.

    Raises:
        KeysMissingError: Some are there and some are lost: a new one in the place of a lost
            one would make forgeries of what the old one signed.
    """
    there = {name for name in NAMES if (folder / name).exists()}
    if there and there != NAMES:
        lost = ", ".join(sorted(NAMES - there))
        raise KeysMissingError(f"{lost} is lost from {folder}; restore it from a backup")
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    fresh = {
        "server.key": Ed25519PrivateKey.generate().private_bytes_raw(),
        "tag.key": Ed25519PrivateKey.generate().private_bytes_raw(),
        "session.key": secrets.token_hex(32).encode(),
        "totp.key": Fernet.generate_key(),
    }
    for name, content in fresh.items():
        _write_once(folder / name, content)


def load(folder: Path) -> Keys:
    """Return the keys in ``folder``.

    Raises:
        KeysMissingError: One is not there or cannot be read.
    """
    try:
        return Keys(
            server=Ed25519PrivateKey.from_private_bytes((folder / "server.key").read_bytes()),
            tag=Ed25519PrivateKey.from_private_bytes((folder / "tag.key").read_bytes()),
            session=(folder / "session.key").read_text(),
            totp=Fernet((folder / "totp.key").read_bytes()),
        )
    except (OSError, ValueError) as error:
        raise KeysMissingError(
            f"no usable keys in {folder}; restore them from a backup, or begin: wutong init"
        ) from error


def _write_once(target: Path, content: bytes) -> None:
    if target.exists():
        return
    draft = target.with_suffix(".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(target)
