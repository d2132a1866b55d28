"""A captured reading, as the spool, the shelf of what was sent and the upload speak of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """A captured reading as it waits for its receipt."""

    seq: int
    uid: str
    digest: str
    images: tuple[str, ...]
    envelope: bytes
