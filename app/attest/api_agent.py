"""The stations' API: enrol, ask for work, tell how far it is, fill the nonce book."""

import json
import threading
import time
from functools import lru_cache
from typing import Annotated, Any, Final

from flask import Blueprint, request
from pydantic import Field
from sqlalchemy.orm import Session

from app.attest import nonces, stations, tasks, wire
from app.attest.calling import sender
from app.attest.profiles import METHODS, Profile
from app.attest.stations import EnrolmentRefusedError
from app.attest.wire import SCHEMAS, WireInvalidError
from app.crypto import dsse
from app.db.session import utcnow
from app.models import Station
from app.web import api
from app.web.access import Audience, access
from app.web.database import installation, reading, transaction
from app.web.strict_json import JsonTooLargeError, StrictJsonError, read_object

bp = Blueprint("agent", __name__)

LONGEST_WAIT_S: Final = 30
LOOK_EVERY_S: Final = 0.5
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


@bp.url_value_preprocessor
def _limit(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Say how much each route reads, before anything is read."""
    request.max_content_length = SMALL


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
        found = tasks.own(session, [who.id], [task]).get(task)
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
