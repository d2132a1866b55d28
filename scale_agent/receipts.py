"""What the server signs for us: receipts, which end a record, and tasks, which begin a reading."""

import re
from dataclasses import dataclass
from typing import Any, Final

from scale_agent import dsse
from scale_agent.config import ENTRIES, MOST_LENGTH
from scale_agent.dsse import EnvelopeError
from scale_agent.keys import Identity
from scale_agent.records import Record

DIGEST: Final = re.compile(r"[0-9a-f]{64}")
NONCE: Final = re.compile(r"[0-9a-f]{32,128}")
UID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A reading that the server asks for."""

    uid: str
    scale: str
    port: str
    method: str
    nonce: str
    expires_at: int
    length: int | None = None
    entry: str | None = None


def wanted_images(receipt: object, record: Record, identity: Identity) -> tuple[str, ...]:
    """Verify the receipt of ``record``; return the images that the server still lacks.

    Raises:
        EnvelopeError: The pinned key did not sign it, or it speaks of something else.
    """
    payload = dsse.open_envelope(receipt, dsse.RECEIPT, identity.server_key)
    told = dsse.strict_object(payload)
    expected = {"evidence": record.uid, "sha256": record.digest, "station": identity.station}
    for name, value in expected.items():
        if told.get(name) != value:
            raise EnvelopeError(f"the receipt has another {name}: {told.get(name)!r}")
    wanted = told.get("wanted")
    if not isinstance(wanted, list) or not all(_fits(DIGEST, entry) for entry in wanted):
        raise EnvelopeError("the receipt's list of wanted images is malformed")
    return tuple(wanted)


def open_task(envelope: object, identity: Identity) -> Task:
    """Verify a task and return it.

    Raises:
        EnvelopeError: The pinned key did not sign it, it is malformed or another station's.
    """
    told = dsse.strict_object(dsse.open_envelope(envelope, dsse.TASK, identity.server_key))
    if told.get("station") != identity.station or told.get("kind") != "read":
        raise EnvelopeError("the task is another station's or of an unknown kind")
    if not (_fits(UID, told.get("uid")) and _fits(UID, told.get("scale"))):
        raise EnvelopeError("the task names no scale")
    if not _fits(NONCE, told.get("nonce")):
        raise EnvelopeError("the task has no nonce")
    return Task(
        uid=told["uid"],
        scale=told["scale"],
        port=_typed(told, "port", str),
        method=_typed(told, "method", str),
        nonce=told["nonce"],
        expires_at=_typed(told, "exp", int),
        length=_length(told),
        entry=_entry(told),
    )


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _length(told: dict[str, Any]) -> int | None:
    """Return how much to read, which a slip of the server must not make endless."""
    if "length" not in told:
        return None
    length: int = _typed(told, "length", int)
    if not 1 <= length <= MOST_LENGTH:
        raise EnvelopeError("the task's length is out of range")
    return length


def _entry(told: dict[str, Any]) -> str | None:
    if "entry" in told and told["entry"] not in ENTRIES:
        raise EnvelopeError("the task's entry is unknown")
    return told.get("entry")


def _typed(told: dict[str, Any], name: str, kind: type) -> Any:  # noqa: ANN401 - of type ``kind``
    value = told.get(name)
    if type(value) is not kind:
        raise EnvelopeError(f"the task's {name} is malformed")
    return value
