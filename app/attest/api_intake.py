"""The stations' API: deliver evidence and the images it wants. Signed by the station's key."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, request
from sqlalchemy.exc import OperationalError

from app.attest import admission, inbox, intake, preparing, rejudging
from app.attest.admission import IntakeFullError
from app.attest.calling import bench, sender
from app.attest.cases import Sender
from app.attest.inbox import Item
from app.attest.intake import Taken
from app.attest.opening import EVIDENCE_SIZE, MOST_ITEMS, TooManyItemsError
from app.attest.wire import SCHEMAS, EvidenceInvalidError, Signed
from app.blobs import BlobTooLargeError, DigestMismatchError
from app.crypto.dsse import BadEnvelopeError, BadSignatureError
from app.db.session import utcnow
from app.domain.errors import DomainError
from app.web import api, errors
from app.web.access import Audience, access
from app.web.database import installation, reading, transaction
from app.web.strict_json import JsonTooLargeError, StrictJsonError

LOG: Final = logging.getLogger("wutong.attest")
bp = Blueprint("intake", __name__)
bp.record_once(lambda state: admission.init_app(state.app))

IMAGE_SIZE: Final = 16 * 1024 * 1024
LIMITS: Final = {
    "attest_api.intake.put_blob": IMAGE_SIZE,
    "attest_api.intake.post_evidence": EVIDENCE_SIZE,
}

ENVELOPE: Final = SCHEMAS["envelope"]
EVIDENCE: Final = api.Document(
    "EvidenceDelivery",
    {
        "anyOf": [
            ENVELOPE,
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["items"],
                "properties": {
                    "items": {"type": "array", "maxItems": MOST_ITEMS, "items": ENVELOPE}
                },
            },
        ]
    },
)
RECEIPT: Final = api.Document("EvidenceReceipt", {"type": "object"})
IMAGE: Final = api.Document("Image", None, "application/octet-stream", streamed=True)


class BlobUnwantedError(DomainError):
    """This station reported no image of this digest."""

    code = "blob_unwanted"


class LengthMismatchError(DomainError):
    """The image is longer or shorter than the report of it says."""

    code = "length_mismatch"


class UntakenError(DomainError):
    """One report of a batch made us stumble; the others are taken in."""

    code = "report_failed"


class BlobOut(api.Model):
    """An image is here, durably."""

    sha256: str
    length: int


@bp.url_value_preprocessor
def _limit(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Say how much each route reads, before anything is read."""
    request.max_content_length = LIMITS[endpoint or ""]


@bp.post("/evidence")
@api.plain(
    "Deliver evidence",
    body=EVIDENCE,
    returns={201: RECEIPT, 200: RECEIPT},
    problems=(
        BadEnvelopeError,
        BadSignatureError,
        EvidenceInvalidError,
        IntakeFullError,
        inbox.ForeignStationError,
        inbox.UnknownScaleError,
        inbox.EvidenceConflictError,
        inbox.SequenceConflictError,
        TooManyItemsError,
        StrictJsonError,
        JsonTooLargeError,
    ),
)
@access(Audience.STATION)
def post_evidence(body: bytes) -> api.Answer:
    """One signed envelope, or ``{"items": […]}`` with an answer for each, in order."""
    with admission.place():
        who = sender()
        delivery = admission.opened(who, body)
        opened = delivery.signed()
        if delivery.is_batch:
            return api.Answer(_batch(who, opened), 200)
        found = _take(who, [each for each in opened if isinstance(each, Signed)])[0]
    if isinstance(found, DomainError):
        raise found
    return api.Answer(found.receipt.encode(), 201 if found.is_new else 200)


def _batch(who: Sender, opened: Sequence[Signed | DomainError]) -> bytes:
    """Take each item by itself: what is wrong with one costs the others nothing."""
    signed = [each for each in opened if isinstance(each, Signed)]
    try:
        taken = iter(_take(who, signed))
    except OperationalError:
        raise  # the database, not a report: the whole delivery comes again
    except Exception:
        LOG.exception("a batch failed; its reports are taken in one by one")
        taken = iter([_take_alone(who, each) for each in signed])
    answers = [next(taken) if isinstance(each, Signed) else each for each in opened]
    return b'{"items":[' + b",".join(map(_item, answers)) + b"]}"


def _take(who: Sender, signed: Sequence[Signed]) -> list[Taken | DomainError]:
    # What can be compared is compared before the transaction, which others have to wait for.
    if wanted := preparing.worth_comparing([each.report for each in signed], bench()):
        with reading() as session:
            preparing.compare_beforehand(session, wanted, bench())
    items = [Item(who, each) for each in signed]
    return admission.deliveries().do(items, _take_together)


def _take_together(items: Sequence[Item]) -> list[Taken | DomainError]:
    with transaction() as session:
        return intake.receive(session, items, bench(), at=utcnow())


def _take_alone(who: Sender, signed: Signed) -> Taken | DomainError:
    try:
        return _take(who, [signed])[0]
    except OperationalError:
        raise
    except Exception:
        LOG.exception("report %s could not be taken in", signed.report.uid)
        return UntakenError("this report made us stumble")


def _item(answer: Taken | DomainError) -> bytes:
    """Return one answer of a batch; a receipt goes out as it was signed."""
    if isinstance(answer, Taken):
        status = 201 if answer.is_new else 200
        return b'{"status":%d,"receipt":%b}' % (status, answer.receipt.encode())
    problem: dict[str, Any] = errors.problem(answer)
    said = {"status": problem["status"], "problem": problem}
    return json.dumps(said, ensure_ascii=False).encode()


@bp.put("/blobs/<sha256:digest>")
@api.plain(
    "Send an image that a receipt asked for",
    body=IMAGE,
    returns={201: BlobOut, 200: BlobOut},
    problems=(
        BlobUnwantedError,
        DigestMismatchError,
        LengthMismatchError,
        BlobTooLargeError,
        IntakeFullError,
    ),
)
@access(Audience.STATION)
def put_blob(digest: str, body: bytes) -> api.Answer:
    """Only images this station reported; the evidence that waits for it is judged."""
    del body  # streamed
    with admission.place():
        who = sender()
        with reading() as session:
            lengths = rejudging.reported_lengths(session, who.id, digest)
        is_new = _store(digest, lengths)
        came = None if is_new else rejudging.came_at(installation().blobs, digest)
        _judge_waiting(digest, came, f"station:{who.uid}")
    length = installation().blobs.path(digest).stat().st_size
    return api.Answer(BlobOut(sha256=digest, length=length), 201 if is_new else 200)


def _store(digest: str, lengths: set[int]) -> bool:
    """Keep the image; return whether it is new."""
    if not lengths:
        raise BlobUnwantedError("this station reported no such image")
    store = installation().blobs
    announced = request.content_length
    if announced is not None and announced not in lengths:
        raise LengthMismatchError("the report of this image says another length")
    is_new = not store.has(digest)
    if is_new:
        store.take(request.stream, digest, max(lengths))
    length = store.path(digest).stat().st_size
    if length not in lengths:
        if is_new:
            store.path(digest).unlink()
        raise LengthMismatchError("the report of this image says another length")
    return is_new


def _judge_waiting(digest: str, came: datetime | None, by: str) -> None:
    """Judge what waited for this image: compared first, then one short transaction for each."""
    with reading() as session:
        found = rejudging.waiting_for(session, digest, came)
        preparing.judge_beforehand(session, map(rejudging.case_of, found), bench(), utcnow())
        waiting = [evidence.id for evidence in found]
    for evidence_id in waiting:
        with transaction() as session:
            rejudging.judge_waiting(session, evidence_id, came, bench(), by=by, at=utcnow())
