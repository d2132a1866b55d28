"""What a backup says of itself, signed by the installation that made it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.crypto import dsse
from app.domain.errors import DomainError
from app.upkeep.errors import UpkeepError

FORMAT: Final = 1
MALFORMED: Final = (DomainError, ValueError, TypeError, KeyError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database held at the instant of the backup.

    Attributes:
        size: Entries of the ledger; ``root`` is its Merkle root and ``epoch`` its epoch.
        checkpoint: The newest signed checkpoint, as it would leave the machine.
        counts: Rows of each table.
    """

    kind: str
    revision: str
    size: int
    root: str
    epoch: int
    checkpoint: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One part: its length, its SHA-256, and when a blob came here (nanoseconds, else 0)."""

    size: int
    sha256: str
    came: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The last member of a backup: without it the file is cut off.

    Attributes:
        realm: Key id of the installation; ``public_key`` is the raw key, hex.
        members: Every other member, by name.
        damaged: Blobs that were left out: their bytes are no longer those of their names.
    """

    realm: str
    public_key: str
    made_at: int
    with_keys: bool
    facts: Facts
    members: Mapping[str, Member]
    damaged: tuple[str, ...] = ()

    def sign(self, key: Ed25519PrivateKey) -> bytes:
        """Return the manifest in its envelope."""
        document = {"format": FORMAT, **asdict(self)}
        return json.dumps(dsse.sign(key, dsse.BACKUP, document)).encode()


def read(data: bytes) -> Manifest:
    """Return the manifest in ``data``; it is signed by the key that it names, nothing more.

    Raises:
        UpkeepError: It cannot be read, its signature does not fit, or it is of a newer format.
    """
    try:
        envelope = dsse.Envelope.parse(json.loads(data), dsse.BACKUP)
        raw = bytes.fromhex(json.loads(envelope.payload)["public_key"])
        said: dict[str, Any] = json.loads(envelope.verify(dsse.keyid(raw), raw))
        written = int(said.pop("format"))
    except MALFORMED as error:
        raise UpkeepError("the manifest was changed: its signature does not fit") from error
    if written != FORMAT:
        raise UpkeepError("this backup was made by a newer program; install that one first")
    try:
        facts = Facts(**said.pop("facts"))
        members = {name: Member(**each) for name, each in said["members"].items()}
        damaged = tuple(said["damaged"])
        found = Manifest(**{**said, "facts": facts, "members": members, "damaged": damaged})
    except MALFORMED as error:
        raise UpkeepError("the manifest of this backup cannot be read") from error
    if found.realm != dsse.keyid(raw):
        raise UpkeepError("the manifest names another installation than the one that signed it")
    return found
