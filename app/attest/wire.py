"""The wire contract as the server reads it: JSON Schemas that ship as data beside the agent.

The signature stands over the payload's bytes as received; they are stored and parsed once,
through the one strict reader, and never written anew.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import orjson
from jsonschema_rs import Draft202012Validator, ValidationError

from app.crypto import dsse
from app.domain.errors import DomainError
from app.web.strict_json import read_object

# The same place in a checkout and in an installed distribution: both packages are one wheel.
FOLDER: Final = Path(__file__).parents[2] / "scale_agent" / "wire"
PAGE: Final = 1024
PAYLOAD_SIZE: Final = 1_500_000
MOST_ERRORS: Final = 20
NAMES: Final = ("enrol", "enrolled", "envelope", "evidence", "progress", "receipt", "task")


class WireInvalidError(DomainError):
    """A document is not what its published schema says."""

    code = "invalid_request"


class EvidenceInvalidError(DomainError):
    """The payload is signed, but it is not evidence of a version we read."""

    code = "evidence_invalid"


def schema(name: str) -> dict[str, Any]:
    """Return the published schema ``name``, as data."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.v1.schema.json").read_text("utf-8"))
    return found


SCHEMAS: Final[Mapping[str, dict[str, Any]]] = {name: schema(name) for name in NAMES}
# Compiled once: walking a schema anew costs more than checking the signature.
_VALIDATORS: Final = {name: Draft202012Validator(found) for name, found in SCHEMAS.items()}


def _problems(name: str, document: object) -> Iterator[dict[str, str]]:
    """Yield what is wrong with ``document``, without repeating any of it."""
    for error in _VALIDATORS[name].iter_errors(document):
        rule = error.schema_path[-1] if error.schema_path else "false"
        yield {"field": _field(error), "message": f"breaks the schema's rule: {rule}"}


def _field(error: ValidationError) -> str:
    return ".".join(str(step) for step in error.instance_path)[:100]


def problems(name: str, document: object) -> list[dict[str, str]]:
    """Return the first of what is wrong with ``document``; nothing when it is valid."""
    # The quick answer first: most documents are valid.
    if _VALIDATORS[name].is_valid(document):
        return []
    return [found for _number, found in zip(range(MOST_ERRORS), _problems(name, document))]  # noqa: B905 - the shorter one ends it


def check(name: str, document: Mapping[str, Any]) -> None:
    """Refuse ``document`` unless it is a valid ``name``.

    Raises:
        WireInvalidError: It is not; ``errors`` of its facts say where.
    """
    if errors := problems(name, document):
        raise WireInvalidError(f"not a valid {name}.v1", errors=errors)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One part of memory that a station read to its end; its bytes travel apart."""

    part: str
    address: int
    length: int
    sha256: str
    crc32: str
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The payload of one piece of evidence: what a station says it read.

    Attributes:
        iat: Seconds since 1970 by the station's clock, which may be wrong.
        attested: What a named person vouches for: ``{"by", "what"}``.
    """

    uid: str
    station: str
    seq: int
    scale: str
    task: str | None
    nonce: str | None
    iat: int
    ueid: str | None
    agent: str
    port: str
    protocol: str
    verdict: str
    measurements: tuple[Measurement, ...]
    software_id: str | None
    attested: Mapping[str, str] = field(default_factory=dict)
    device: Mapping[str, str | int]
    facts: Mapping[str, str | int]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the report in a ``document`` that is known to be valid."""
        return cls(
            **{name: document[name] for name in _PLAIN},
            task=document.get("task"),
            nonce=document.get("eat_nonce"),
            ueid=document.get("ueid"),
            software_id=document.get("reported", {}).get("software_id"),
            attested=document.get("attested", {}),
            measurements=tuple(
                Measurement(**{**found, "pages": tuple(found["pages"])})
                for found in document["measurements"]
            ),
        )

    def part(self, name: str) -> Measurement | None:
        """Return the measurement of the part ``name``, or None where it was not read."""
        for found in self.measurements:
            if found.part == name:
                return found
        return None


_PLAIN: Final = (
    "uid",
    "station",
    "seq",
    "scale",
    "iat",
    "agent",
    "port",
    "protocol",
    "verdict",
    "device",
    "facts",
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A report whose signature was found good, with the bytes it stands over."""

    report: Report
    payload_sha256: str
    envelope: bytes


def open_evidence(document: Mapping[str, Any], keyid: str, public_key: bytes) -> Signed:
    """Return the evidence in the envelope ``document``, which ``keyid`` signed.

    Raises:
        DomainError: As `check_evidence`.
    """
    report, payload_sha256, envelope = check_evidence(document, keyid, public_key)
    return Signed(Report.of(report), payload_sha256, envelope)


def check_evidence(
    document: Mapping[str, Any], keyid: str, public_key: bytes
) -> tuple[dict[str, Any], str, bytes]:
    """Return report, digest of the payload and the bytes to keep of an envelope of evidence.

    Raises:
        BadEnvelopeError: It is no envelope of evidence.
        BadSignatureError: The station that sends it has not signed it.
        EvidenceInvalidError: The payload is not what the schema says.
    """
    if problems("envelope", document):
        raise dsse.BadEnvelopeError("not a DSSE envelope")
    envelope = dsse.Envelope.parse(document, dsse.EVIDENCE)
    payload = envelope.verify(keyid, public_key)
    return _valid(payload), hashlib.sha256(payload).hexdigest(), orjson.dumps(document)


def read_report(payload: bytes) -> Report:
    """Return the report that the bytes of a payload hold.

    Raises:
        EvidenceInvalidError: They hold none.
    """
    return Report.of(_valid(payload))


def _valid(payload: bytes) -> dict[str, Any]:
    try:
        document = read_object(payload, size=PAYLOAD_SIZE)
    except DomainError as error:
        raise EvidenceInvalidError(f"the payload: {error}") from None
    if errors := problems("evidence", document) or list(_contradictions(document)):
        raise EvidenceInvalidError("the payload is not a valid evidence.v1", errors=errors)
    return document


def _contradictions(document: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield what no schema can say: parts named twice, pages that do not add up."""
    seen: set[str] = set()
    for number, found in enumerate(document["measurements"]):
        if found["part"] in seen:
            yield {"field": f"measurements.{number}.part", "message": "this part is given twice"}
        seen.add(found["part"])
        if len(found["pages"]) != -(-found["length"] // PAGE):
            message = "as many as there are pages of 1 KiB in the length"
            yield {"field": f"measurements.{number}.pages", "message": message}


def stored_report(envelope: bytes) -> Report:
    """Return the report in an envelope that was checked when it was stored."""
    found = dsse.Envelope.parse(json.loads(envelope), dsse.EVIDENCE)
    return Report.of(json.loads(found.payload))
