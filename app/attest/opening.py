"""Opening a delivery: read strictly, held against its schema, each signature verified.

Asks nothing but the bytes and the sender's key, so that another process may do it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson

from app.attest.wire import EvidenceInvalidError, Report, Signed, check_evidence
from app.crypto.dsse import BadEnvelopeError, BadSignatureError
from app.domain.errors import DomainError
from app.web.strict_json import JsonTooLargeError, StrictJsonError, read_object

EVIDENCE_SIZE: Final = 16 * 1024 * 1024
MOST_ITEMS: Final = 100
LENGTH: Final = 4


class TooManyItemsError(DomainError):
    """A batch holds at most a hundred reports."""

    code = "too_many_items"


class Sheet(NamedTuple):
    """A report as data, its signature verified, its schema kept."""

    document: dict[str, Any]
    payload_sha256: str
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was in a body, in its order: a report, or why it is refused."""

    is_batch: bool
    found: list[Sheet | DomainError]

    def signed(self) -> list[Signed | DomainError]:
        """Return the reports in the place of their data."""
        return [
            each
            if isinstance(each, DomainError)
            else Signed(Report.of(each.document), each.payload_sha256, each.envelope)
            for each in self.found
        ]


def open_delivery(body: bytes, keyid: str, public_key: bytes) -> Delivery:
    """Open one envelope, or ``{"items": […]}``: what is wrong with one costs the others nothing.

    Raises:
        DomainError: The body as a whole is refused, or the one envelope that it is.
    """
    document = read_object(body, size=EVIDENCE_SIZE)
    if set(document) != {"items"}:
        return Delivery(is_batch=False, found=[Sheet(*check_evidence(document, keyid, public_key))])
    items = document["items"]
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise TooManyItemsError(f"items is a list of at most {MOST_ITEMS} envelopes")
    return Delivery(is_batch=True, found=[_open(item, keyid, public_key) for item in items])


def _open(item: object, keyid: str, public_key: bytes) -> Sheet | DomainError:
    try:
        if not isinstance(item, dict):
            raise BadEnvelopeError("not a DSSE envelope")
        return Sheet(*check_evidence(item, keyid, public_key))
    except DomainError as error:
        return error


REFUSALS: Final = {
    kind.code: kind
    for kind in (
        BadEnvelopeError,
        BadSignatureError,
        EvidenceInvalidError,
        JsonTooLargeError,
        StrictJsonError,
        TooManyItemsError,
    )
}


def pack(delivery: Delivery | DomainError) -> bytes:
    """Return what `unpack` reads: a head of JSON with its length, then the envelopes."""
    if isinstance(delivery, DomainError):
        head: Any = _said(delivery)
        envelopes = []
    else:
        sheets = [each for each in delivery.found if isinstance(each, Sheet)]
        envelopes = [sheet.envelope for sheet in sheets]
        head = {"is_batch": delivery.is_batch, "found": [_told(each) for each in delivery.found]}
    data = orjson.dumps(head)
    return b"".join([len(data).to_bytes(LENGTH), data, *envelopes])


def unpack(data: bytes) -> Delivery:
    """Return the delivery that `pack` wrote.

    Raises:
        DomainError: It was refused as a whole.
    """
    start = LENGTH + int.from_bytes(data[:LENGTH])
    head = orjson.loads(data[LENGTH:start])
    if "code" in head:
        raise _refusal(head)
    return Delivery(is_batch=head["is_batch"], found=list(_sheets(head["found"], data, start)))


def _sheets(told: list[Any], data: bytes, start: int) -> Iterator[Sheet | DomainError]:
    for each in told:
        if isinstance(each, dict):
            yield _refusal(each)
        else:
            document, digest, length = each
            yield Sheet(document, digest, data[start : start + length])
            start += length


def _told(each: Sheet | DomainError) -> object:
    if isinstance(each, DomainError):
        return _said(each)
    return [each.document, each.payload_sha256, len(each.envelope)]


def _said(error: DomainError) -> dict[str, Any]:
    return {"code": error.code, "message": str(error), "facts": error.facts}


def _refusal(said: dict[str, Any]) -> DomainError:
    return REFUSALS[said["code"]](said["message"], **said["facts"])
