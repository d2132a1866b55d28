"""Content-addressed files: a blob is stored under its SHA-256 and never changes."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import IO, Final

from app.domain.errors import DomainError

CHUNK: Final = 256 * 1024


class DigestMismatchError(DomainError):
    """The bytes are not those the digest names."""

    code = "digest_mismatch"


class BlobTooLargeError(DomainError):
    """The bytes are more than this resource takes."""

    code = "blob_too_large"


class Blobs:
    """A folder of blobs, two digits of the digest to a sub-folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return where the blob ``digest`` lies or would lie."""
        return self.folder / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Return whether the blob is here."""
        return self.path(digest).is_file()

    def get(self, digest: str) -> bytes | None:
        """Return the bytes, or None where they are missing."""
        try:
            return self.path(digest).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, digest: str) -> None:
        """Delete the blob for good: for what may not be kept, once nothing asks for it."""
        self.path(digest).unlink(missing_ok=True)

    def put(self, data: bytes, expected: str | None = None) -> str:
        """Store ``data`` durably and return its digest; storing twice is one blob.

        Raises:
            DigestMismatchError: ``expected`` is not the digest of ``data``.
        """
        digest = hashlib.sha256(data).hexdigest()
        if expected is not None and digest != expected:
            raise DigestMismatchError("the bytes do not have this SHA-256")
        target = self.path(digest)
        if target.exists():
            return digest
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{digest[:16]}.{secrets.token_hex(4)}")
        try:
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(target)
        finally:
            draft.unlink(missing_ok=True)
        return digest

    def take(self, stream: IO[bytes], expected: str, limit: int) -> None:
        """Store the bytes of ``stream`` durably as they come, at most ``limit`` of them.

        Raises:
            BlobTooLargeError: There are more; nothing was kept.
            DigestMismatchError: ``expected`` is not their digest; nothing was kept.
        """
        target = self.path(expected)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{expected[:16]}.{secrets.token_hex(4)}")
        found, size = hashlib.sha256(), 0
        try:
            with draft.open("xb") as file:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > limit:
                        raise BlobTooLargeError(f"more than {limit} bytes", limit=limit)
                    found.update(chunk)
                    file.write(chunk)
                if found.hexdigest() != expected:
                    raise DigestMismatchError("the bytes do not have this SHA-256")
                file.flush()
                os.fsync(file.fileno())
            draft.rename(target)
        finally:
            draft.unlink(missing_ok=True)
