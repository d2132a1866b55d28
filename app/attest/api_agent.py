"""The stations' API: enrol, ask for work, report, send images. Authenticated by their token."""

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final

from flask import Blueprint, request
from pydantic import Field
from sqlalchemy.orm import Session

from app.attest import intake, nonces, rejudging, stations, tasks, wire
from app.attest.cases import Bench
from app.attest.profiles import METHODS, Profile
from app.attest.stations import EnrolmentRefusedError
from app.attest.wire import SCHEMAS, EvidenceInvalidError, WireInvalidError, open_evidence
from app.blobs import BlobTooLargeError, DigestMismatchError
from app.crypto import dsse
from app.crypto.dsse import BadEnvelopeError, BadSignatureError
from app.db.session import utcnow
from app.domain.errors import DomainError
from app.models import Station
from app.web import api, errors
from app.web.access import Audience, NotSignedInError, access
from app.web.database import installation, reading, transaction
from app.web.identity import bearer
from app.web.strict_json import JsonTooLargeError, StrictJsonError, read_object

bp = Blueprint("agent", __name__)

IMAGE_SIZE: Final = 16 * 1024 * 1024
EVIDENCE_SIZE: Final = 16 * 1024 * 1024
MOST_ITEMS: Final = 100
LONGEST_WAIT_S: Final = 30
LOOK_EVERY_S: Final = 0.5
LIMITS: Final = {
    "attest_api.agent.put_blob": IMAGE_SIZE,
    "attest_api.agent.post_evidence": EVIDENCE_SIZE,
}
SMALL: Final = 64 * 1024

ENROL: Final = api.Document("Enrol", SCHEMAS["enrol"])
ENROLLED: Final = api.Document("Enrolled", SCHEMAS["enrolled"])
PROGRESS: Final = api.Document("Progress", SCHEMAS["progress"])
ENVELOPE: Final = SCHEMAS["envelope"]
TASK_LIST: Final = api.Document(
    "StationTasks",
    {
        "type": "object",
        "required": ["items"],
        "properties": {"items": {"type": "array", "items": ENVELOPE}},
    },
)
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


class TooManyItemsError(DomainError):
    """A batch holds at most a hundred reports."""

    code = "too_many_items"


class WaitQuery(api.Query):
    """How long the station would wait for work."""

    wait: Annotated[int, Field(ge=0, description="seconds; a wish, not a promise")] = 0


class NonceCount(api.Body):
    """How many challenges the station has room for."""

    count: Annotated[int, Field(ge=1, le=nonces.MOST)]


class NonceOut(api.Model):
    """One challenge, good for one reading."""

    nonce: str
    expires_at: Annotated[int, Field(description="seconds since 1970")]


class NoncesOut(api.Model):
    """A page for the nonce book."""

    items: list[NonceOut]


class BlobOut(api.Model):
    """An image is here, durably."""

    sha256: str
    length: int


@dataclass(frozen=True, slots=True)
class Sender:
    """The station that calls."""

    id: int
    uid: str
    keyid: str
    public_key: bytes


@bp.url_value_preprocessor
def _limit(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Say how much each route reads, before anything is read."""
    request.max_content_length = LIMITS.get(endpoint or "", SMALL)


def sender() -> Sender:
    """Return the station behind the bearer token, and note that it was heard.

    Raises:
        NotSignedInError: The token is no enrolled station's, or it was revoked.
    """
    token, at = bearer(), utcnow()
    with reading() as session:
        station = stations.authenticate(session, token) if token else None
        if station is None or station.keyid is None or station.public_key is None:
            raise NotSignedInError("no enrolled station has this token")
        found = Sender(station.id, station.uid, station.keyid, bytes.fromhex(station.public_key))
        is_due = stations.is_worth_noting(station, at)
    if is_due:
        with transaction() as session:
            stations.note_heard(session, found.id, at=at)
    return found


def bench() -> Bench:
    """Return what judging works with."""
    found = installation()
    return Bench(found.keys.server, found.blobs)


@bp.post("/stations/enrol")
@api.plain(
    "Enrol a station by its one-use code",
    body=ENROL,
    returns={201: ENROLLED},
    problems=(EnrolmentRefusedError, WireInvalidError, StrictJsonError, JsonTooLargeError),
)
@access(Audience.PUBLIC)
def enrol(body: bytes) -> api.Answer:
    """The station keeps its private key; the token is shown this once."""
    document = read_object(body, size=SMALL)
    wire.check("enrol", document)
    code, key, agent = document["code"], document["public_key"], document["agent"]
    with transaction() as session:
        station, token = stations.enrol(session, code, key, agent, at=utcnow())
        answer = _enrolled(session, station, token)
    return api.Answer(json.dumps(answer, ensure_ascii=False).encode(), 201)


def _enrolled(session: Session, station: Station, token: str) -> dict[str, Any]:
    public = installation().keys.server.public_key().public_bytes_raw()
    return {
        "station": station.uid,
        "name": station.name,
        "keyid": station.keyid,
        "token": token,
        "server_public_key": public.hex(),
        "server_keyid": dsse.keyid(public),
        "scales": _scales(session, station),
    }


def _scales(session: Session, station: Station) -> list[dict[str, Any]]:
    found = []
    for row in stations.assignments(session, station):
        profile = Profile.of(row.scale.model.profile)
        told: dict[str, Any] = {"scale": row.scale.uid, "port": row.port}
        if row.scale.market_no:
            told["market_no"] = row.scale.market_no
        if profile.protocol in METHODS:
            told["method"] = profile.protocol
        if profile.program is not None:
            told["length"] = profile.program.length
        found.append(told)
    return found


@bp.get("/stations/me/tasks")
@api.plain("Ask for work", query=WaitQuery, returns=TASK_LIST)
@access(Audience.STATION)
def station_tasks(query: WaitQuery) -> api.Answer:
    """Each task is an order signed by the server. Unfinished ones are handed out again."""
    who = sender()
    if not _wait(who.id, min(query.wait, LONGEST_WAIT_S)):
        return api.Answer(b'{"items":[]}')
    key = installation().keys.server
    with transaction() as session:
        station = session.get_one(Station, who.id)
        found = tasks.hand_out(session, station, at=utcnow())
        items = [tasks.envelope(task, key, who.uid) for task in found]
    return api.Answer(json.dumps({"items": items}).encode())


@lru_cache(maxsize=1)
def _places(count: int) -> threading.BoundedSemaphore:
    """Return the places on which requests of this process may wait for work."""
    return threading.BoundedSemaphore(count)


def _wait(station_id: int, seconds: int) -> bool:
    """Return whether there is work; wait for it only while a place to wait is free."""
    has_work, is_news = _look(station_id)
    places = _places(installation().settings.threads // 4)
    if is_news or seconds == 0 or not places.acquire(blocking=False):
        return has_work
    try:
        until = time.monotonic() + seconds
        while not is_news and time.monotonic() < until:
            time.sleep(LOOK_EVERY_S)
            has_work, is_news = _look(station_id)
    finally:
        places.release()
    return has_work


def _look(station_id: int) -> tuple[bool, bool]:
    at = utcnow()
    with reading() as session:
        found = tasks.for_station(session, station_id, at)
        return bool(found), any(tasks.is_news(task, at) for task in found)


@bp.post("/stations/me/tasks/<uid:task>/progress")
@api.plain(
    "Tell how far a reading is",
    body=PROGRESS,
    returns={204: None},
    problems=(tasks.TaskGoneError, WireInvalidError, StrictJsonError),
)
@access(Audience.STATION)
def progress(task: str, body: bytes) -> None:
    """At most once a second; more is heard and not kept. 410 says that nobody waits any more."""
    who = sender()
    document = read_object(body, size=SMALL)
    wire.check("progress", document)
    with transaction() as session:
        found = tasks.own(session, who.id, task)
        if found is None:
            raise tasks.TaskGoneError("this station has no such task")
        tasks.note_progress(found, document, at=utcnow())


@bp.post("/stations/me/nonces")
@api.plain("Fill the nonce book", body=NonceCount, returns={201: NoncesOut})
@access(Audience.STATION)
def nonce_book(body: NonceCount) -> NoncesOut:
    """Challenges for readings made where there is no network, each good once, for 72 hours."""
    who = sender()
    with transaction() as session:
        found = nonces.issue_book(session, who.id, body.count, at=utcnow())
        items = [
            NonceOut(nonce=each.value, expires_at=int(each.expires_at.timestamp()))
            for each in found
        ]
    return NoncesOut(items=items)


@bp.post("/evidence")
@api.plain(
    "Deliver evidence",
    body=EVIDENCE,
    returns={201: RECEIPT, 200: RECEIPT},
    problems=(
        BadEnvelopeError,
        BadSignatureError,
        EvidenceInvalidError,
        intake.ForeignStationError,
        intake.UnknownScaleError,
        intake.EvidenceConflictError,
        intake.SequenceConflictError,
        TooManyItemsError,
        StrictJsonError,
        JsonTooLargeError,
    ),
)
@access(Audience.STATION)
def post_evidence(body: bytes) -> api.Answer:
    """One signed envelope, or ``{"items": […]}`` with an answer for each, in order."""
    who = sender()
    document = read_object(body, size=EVIDENCE_SIZE)
    if set(document) == {"items"}:
        return api.Answer(_batch(who, document["items"]), 200)
    signed = open_evidence(document, who.keyid, who.public_key)
    _prepare([signed])
    with transaction() as session:
        taken = intake.receive(session, signed, who.id, bench(), at=utcnow())
    return api.Answer(taken.receipt.encode(), 201 if taken.is_new else 200)


def _prepare(delivered: Sequence[wire.Signed]) -> None:
    """Compare what can be compared before the transaction, which others have to wait for."""
    with reading() as session:
        for signed in delivered:
            intake.prepare(session, signed.report, bench())


def _batch(who: Sender, items: object) -> bytes:
    """Take each item by itself: what is wrong with one costs the others nothing."""
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise TooManyItemsError(f"items is a list of at most {MOST_ITEMS} envelopes")
    opened = [_open(who, item) for item in items]
    _prepare([each for each in opened if isinstance(each, wire.Signed)])
    with transaction() as session:
        answers = [_item(session, who, each) for each in opened]
    return json.dumps({"items": answers}, ensure_ascii=False).encode()


def _open(who: Sender, item: object) -> wire.Signed | DomainError:
    try:
        if not isinstance(item, dict):
            raise BadEnvelopeError("not a DSSE envelope")
        return open_evidence(item, who.keyid, who.public_key)
    except DomainError as error:
        return error


def _item(session: Session, who: Sender, opened: wire.Signed | DomainError) -> dict[str, Any]:
    if isinstance(opened, DomainError):
        return _refused(opened)
    try:
        with session.begin_nested():
            taken = intake.receive(session, opened, who.id, bench(), at=utcnow())
    except DomainError as error:
        return _refused(error)
    return {"status": 201 if taken.is_new else 200, "receipt": json.loads(taken.receipt)}


def _refused(error: DomainError) -> dict[str, Any]:
    problem = errors.problem(error)
    return {"status": problem["status"], "problem": problem}


@bp.put("/blobs/<sha256:digest>")
@api.plain(
    "Send an image that a receipt asked for",
    body=IMAGE,
    returns={201: BlobOut, 200: BlobOut},
    problems=(BlobUnwantedError, DigestMismatchError, BlobTooLargeError),
)
@access(Audience.STATION)
def put_blob(digest: str, body: bytes) -> api.Answer:
    """Only images this station reported; the evidence that waits for it is judged."""
    del body  # streamed
    who, store = sender(), installation().blobs
    with reading() as session:
        if not rejudging.is_wanted(session, who.id, digest):
            raise BlobUnwantedError("this station reported no such image")
    is_new = not store.has(digest)
    if is_new:
        store.take(request.stream, digest, IMAGE_SIZE)
    _judge_waiting(digest, f"station:{who.uid}")
    length = store.path(digest).stat().st_size
    return api.Answer(BlobOut(sha256=digest, length=length), 201 if is_new else 200)


def _judge_waiting(digest: str, by: str) -> None:
    """Judge what waited for this image: compared first, then one short transaction for each."""
    with reading() as session:
        found = rejudging.waiting_for(session, digest)
        for evidence in found:
            intake.judge_or_none(session, rejudging.case_of(evidence), bench(), utcnow())
        waiting = [evidence.id for evidence in found]
    for evidence_id in waiting:
        with transaction() as session:
            rejudging.judge_waiting(session, evidence_id, bench(), by=by, at=utcnow())
