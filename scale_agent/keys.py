"""Who this station is: its own key pair, and what the server told it at enrolment.

The private key is made on this machine, lies in the state folder with mode 0600 and
never leaves it. The server's public key is pinned at enrolment: receipts and tasks
count only when that key signed them.
"""

import json
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from scale_agent.durable import make_private_folder, write_private
from scale_agent.faults import MistakeError

KEY_FILE = "station.key"
IDENTITY_FILE = "station.json"


@dataclass(frozen=True, slots=True)
class AssignedScale:
    """A scale that the server expects on one of our ports."""

    scale: str
    port: str
    market_no: str = ""
    method: str = ""
    length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The server's answer to the enrolment, kept for as long as the station lives."""

    server: str
    station: str
    name: str
    keyid: str
    token: str
    server_public_key: str
    scales: tuple[AssignedScale, ...] = ()

    @property
    def server_key(self) -> bytes:
        """The raw public key that signs receipts and tasks."""
        return bytes.fromhex(self.server_public_key)

    def scale_on(self, port: str) -> AssignedScale | None:
        """Return the scale that the server assigned to ``port``."""
        return next((entry for entry in self.scales if entry.port == port), None)

    def save(self, state: Path) -> None:
        """Write it down, whole or not at all.

        Raises:
            OSError: The disk refuses.
        """
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        write_private(state / IDENTITY_FILE, text.encode())

    @classmethod
    def load(cls, state: Path) -> Self:
        """Read it back.

        Raises:
            MistakeError: The station has not enrolled, or the file is damaged.
        """
        path = state / IDENTITY_FILE
        try:
            fields = json.loads(path.read_bytes())
            scales = tuple(AssignedScale(**entry) for entry in fields.pop("scales"))
            found = cls(scales=scales, **fields)
            bytes.fromhex(found.server_public_key)
        except FileNotFoundError:
            raise MistakeError(
                f"no station has enrolled in {state}: run scale-agent enrol first"
            ) from None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise MistakeError(f"{path} is damaged ({error}): enrol this station again") from None
        return found


def make_or_load_key(state: Path) -> Ed25519PrivateKey:
    """Return the station's key, made here and now if there is none yet.

    Raises:
        MistakeError: The file is no Ed25519 key, or other people may read it.
        OSError: The state folder cannot be written.
    """
    path = state / KEY_FILE
    if not path.exists():
        make_private_folder(state)
        key = Ed25519PrivateKey.generate()
        write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return load_key(state)


def load_key(state: Path) -> Ed25519PrivateKey:
    """Read the station's key.

    Raises:
        MistakeError: It is missing, no Ed25519 key, or other people may read it.
    """
    path = state / KEY_FILE
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise MistakeError(f"other people may read {path} ({mode:o}): chmod 600 {path}")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise MistakeError(f"no station key in {state}: run scale-agent enrol first") from None
    except (ValueError, TypeError) as error:
        raise MistakeError(f"{path} is not a private key ({error})") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise MistakeError(f"{path} is not an Ed25519 key")
    return key
