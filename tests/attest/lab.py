"""A bench for tests: an installation with a model, its references, a scale and a station.

The station is a key pair and a token; what it sends goes through the real API.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.attest import references, stations, tasks
from app.attest.cases import Bench
from app.attest.images import as_part, parse
from app.attest.references import Archive, Submission
from app.config import Settings
from app.crypto import dsse
from app.db.base import Base
from app.db.ids import new_uid
from app.db.session import utcnow
from app.domain.lifecycle import Action, State
from app.domain.references import Origin
from app.domain.roles import Role
from app.domain.tasks import Executor, TaskState
from app.factory import create_app
from app.ledger.door import SYSTEM, act
from app.ledger.verify import problems
from app.models import Evidence, Finding, Place, Scale, ScaleModel, Task
from app.web.database import Installation
from tests.support import makers

IMAGES: Final = Path(__file__).parents[2] / "scale_agent/simulator/images"
FLASH: Final = 32 * 1024
PROFILE: Final[dict[str, Any]] = {
    "protocol": "stk500v1",
    "entry": "dtr",
    "parts": [{"name": "program", "address": 0, "length": FLASH}],
    "regions": [
        {"part": "program", "start": 0x7000, "end": 0x7080, "kind": "parameters"},
        {"part": "program", "start": 0x7800, "end": 0x8000, "kind": "volatile"},
    ],
}
PAGE: Final = 1024
OCTETS: Final = "application/octet-stream"


def hex_file(name: str) -> bytes:
    """Return a demo program as its file."""
    return (IMAGES / f"price-scale-{name}.hex").read_bytes()


def flash(name: str) -> bytes:
    """Return the flash of a demo scale that runs ``name``."""
    return as_part(parse(hex_file(name), "x.hex"), 0, FLASH)


def patched(image: bytes, changes: Mapping[int, bytes]) -> bytes:
    """Return ``image`` with some bytes changed."""
    changed = bytearray(image)
    for address, data in changes.items():
        changed[address : address + len(data)] = data
    return bytes(changed)


HONEST: Final = flash("1.0")
CHEATING: Final = flash("1.0-cheat")
NEXT: Final = flash("1.1")
CALIBRATED: Final = patched(HONEST, {0x7010: b"\x2a\x17"})


def measured(image: bytes, address: int = 0) -> dict[str, Any]:
    """Return the measurement of ``image`` as a station makes it."""
    return {
        "part": "program",
        "address": address,
        "length": len(image),
        "sha256": hashlib.sha256(image).hexdigest(),
        "crc32": f"{zlib.crc32(image):08x}",
        "pages": [
            hashlib.sha256(image[start : start + PAGE]).hexdigest()
            for start in range(0, len(image), PAGE)
        ],
    }


FACTS: Final = {
    "transport": "tty",
    "control_lines": "driven",
    "entry": "dtr",
    "strap": "none",
    "reset": "driven",
    "passes": 2,
    "passes_equal": 1,
}


@dataclass(slots=True)
class FakeStation:
    """The station's side: its key, its token, its sequence."""

    uid: str
    token: str
    key: Ed25519PrivateKey
    seq: int = 0

    def report(self, scale: str, image: bytes | None = None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the payload of a reading of ``scale``."""
        self.seq += 1
        document = {
            "eat_profile": "urn:wutong:evidence.v1",
            "uid": new_uid(),
            "station": self.uid,
            "seq": self.seq,
            "scale": scale,
            "iat": int(utcnow().timestamp()),
            "agent": "scale-agent/0.1.0",
            "port": "bench-1",
            "protocol": "stk500v1",
            "verdict": "read" if image else "unreadable",
            "measurements": [measured(image)] if image else [],
            "device": {},
            "facts": dict(FACTS),
            **changes,
        }
        return {name: value for name, value in document.items() if value is not None}

    def envelope(self, report: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``report`` signed."""
        return dsse.sign(self.key, dsse.EVIDENCE, report)


@dataclass(slots=True)
class Lab:
    """Everything a test of this slice works with."""

    app: Flask
    work: Installation
    station: FakeStation
    scale: str
    model: str
    custodians: tuple[str, str]

    @property
    def bench(self) -> Bench:
        """What judging works with."""
        return Bench(self.work.keys.server, self.work.blobs)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        station: FakeStation | None = None,
        **more: Any,  # noqa: ANN401
    ) -> TestResponse:
        """Call the API as the station does."""
        token = (station or self.station).token
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        if body is not None:
            more["json" if not isinstance(body, bytes) else "data"] = body
        client = self.app.test_client()
        return client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def deliver(self, report: Mapping[str, Any], station: FakeStation | None = None) -> Any:  # noqa: ANN401
        """Post a report, signed by ``station``, and return the answer."""
        who = station or self.station
        return self.call("POST", "/evidence", who.envelope(report), who)

    def read(self, image: bytes | None, *, fresh: bool = True, **changes: Any) -> Evidence:  # noqa: ANN401
        """Have the station read ``image`` from the scale and send what is wanted of it."""
        if fresh:
            changes.setdefault("eat_nonce", self.nonce())
        answer = self.deliver(self.station.report(self.scale, image, **changes))
        assert answer.status_code == 201, answer.text
        receipt = payload(answer.get_json())
        if image and receipt["wanted"]:
            self.send_image(image)
        with self.work.database.reading() as session:
            return session.scalars(
                select(Evidence).where(Evidence.uid == receipt["evidence"])
            ).one()

    def nonce(self) -> str:
        """Return a page of the nonce book."""
        answer = self.call("POST", "/stations/me/nonces", {"count": 1})
        return str(answer.get_json()["items"][0]["nonce"])

    def send_image(self, image: bytes, station: FakeStation | None = None) -> TestResponse:
        """Put the bytes of an image."""
        digest = hashlib.sha256(image).hexdigest()
        return self.call("PUT", f"/blobs/{digest}", image, station, content_type=OCTETS)

    def row(self, kind: type[Base], uid: str) -> Any:  # noqa: ANN401 - a row of that kind
        """Return a row as it stands now."""
        with self.work.database.reading() as session:
            return session.scalars(select(kind).where(kind.uid == uid)).one()  # type: ignore[attr-defined]

    def scale_now(self) -> Scale:
        """Return the scale as it stands now."""
        found: Scale = self.row(Scale, self.scale)
        return found

    def all(self, kind: type[Base]) -> list[Any]:
        """Return every row of a kind."""
        with self.work.database.reading() as session:
            return list(session.scalars(select(kind)))

    def all_evidence(self) -> list[Evidence]:
        """Return what was reported, oldest first."""
        return sorted(self.all(Evidence), key=lambda row: row.id)

    def findings(self) -> list[Finding]:
        """Return the findings, oldest first."""
        return sorted(self.all(Finding), key=lambda row: row.id)

    def to_dos(self) -> list[Task]:
        """Return what people are asked to do."""
        found = sorted(self.all(Task), key=lambda row: row.id)
        return [
            task
            for task in found
            if task.executor is Executor.PERSON and task.state is TaskState.QUEUED
        ]

    def change(self, how: Callable[[Scale], object]) -> None:
        """Change the scale, or something of its, through the door."""
        with self.work.database.transaction() as session:
            scale = session.scalars(select(Scale).where(Scale.uid == self.scale)).one()
            with act(session, scale, "change", by=SYSTEM, at=utcnow()):
                how(scale)

    def other_scale(self) -> str:
        """Return the uid of a second scale of the same model and market."""
        with self.work.database.transaction() as session:
            first = session.scalars(select(Scale).where(Scale.uid == self.scale)).one()
            second = makers.make_scale(session, first.place, first.model, "SN-0002")
            return second.uid

    def payload_text(self, envelope: Mapping[str, Any]) -> str:
        """Return what an envelope says, as text."""
        return json.dumps(payload(envelope))

    def ask_reading(self) -> str:
        """Ask for a reading and return the task's uid."""
        with self.work.database.transaction() as session:
            scale = session.scalars(select(Scale).where(Scale.uid == self.scale)).one()
            return tasks.request_reading(session, scale, by=SYSTEM, at=utcnow()).uid

    def approve(self, image: bytes, software_id: str, **changes: Any) -> str:  # noqa: ANN401
        """Have two custodians put ``image`` on file, and return the reference's uid."""
        first, second = self.custodians
        with self.work.database.transaction() as session:
            model = session.scalars(select(ScaleModel).where(ScaleModel.uid == self.model)).one()
            wanted = Submission(
                model=model,
                software_id=software_id,
                origin=Origin.TYPE_SAMPLE,
                note="JL 2024-0071",
                content=image,
                **changes,
            )
            reference = references.submit_reference_file(
                session, wanted, self.work.blobs, by=first, at=utcnow()
            )
            archive = Archive(self.work.keys.server, self.work.blobs)
            references.approve_reference(session, reference, archive, by=second, at=utcnow())
            return reference.uid

    def ledger_problems(self) -> list[Any]:
        """Return what the ledger finds wrong with the rows."""
        with self.work.database.reading() as session:
            return list(problems(session, self.work.keys.server.public_key()))


def payload(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an envelope says, unchecked."""
    found: dict[str, Any] = json.loads(
        dsse.Envelope.parse(envelope, envelope["payloadType"]).payload
    )
    return found


def enrolled(
    session: Session, place: Place, scale: Scale | None, name: str = "检测台"
) -> FakeStation:
    """Return a station that enrolled, and was given ``scale``."""
    at = utcnow()
    station, code = stations.create(session, place, name, by=SYSTEM, at=at)
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw().hex()
    if scale is not None:
        stations.assign(session, station, scale, "bench-1", by=SYSTEM, at=at)
    _station, token = stations.enrol(session, code, public, "scale-agent/0.1.0", at=at)
    return FakeStation(station.uid, token, key)


def build(settings: Settings) -> Lab:
    """Return a bench with a scale in service and two approved programs, 1.0 and 1.1."""
    app = create_app(settings)
    work: Installation = app.extensions["wutong"]
    with work.database.transaction() as session:
        place = makers.make_place(session)
        model = makers.make_model(session, profile=PROFILE)
        scale = makers.make_scale(session, place, model, software_id="1.0")
        _into_service(session, scale, place)
        station = enrolled(session, place, scale)
        people = [
            makers.make_person(session, f"custodian{n}", [Role.CUSTODIAN], "/32/") for n in (1, 2)
        ]
        lab = Lab(app, work, station, scale.uid, model.uid, (people[0].uid, people[1].uid))
    lab.approve(HONEST, "1.0")
    lab.approve(NEXT, "1.1")
    return lab


def _into_service(session: Session, scale: Scale, place: Place) -> None:
    """Take the scale along its life to a stall."""
    stall, trader = makers.make_stall(session, place), makers.make_trader(session, place)
    for action in (Action.SUBMIT, Action.PASS):
        with act(session, scale, action, by=SYSTEM, at=makers.NOON):
            pass
    with act(session, scale, Action.DEPLOY, by=SYSTEM, at=makers.NOON):
        scale.stall, scale.trader = stall, trader
    assert scale.state is State.IN_SERVICE
