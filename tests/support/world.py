"""Two counties with one of everything each, and somebody in every role: for the access matrix."""

import json
import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.crypto import dsse, tokens
from app.db.base import Base
from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.copies import CopyReason
from app.domain.findings import FindingState, LeadState
from app.domain.importing import ImportState
from app.domain.references import Origin, ReferenceStatus
from app.domain.roles import VERIFICATION, Role
from app.domain.tasks import Executor, TaskState
from app.domain.verdicts import Verdict
from app.domain.worksheets import WorksheetState
from app.ledger.door import SYSTEM, act
from app.ledger.projections import evidence_digest
from app.models import (
    ApiToken,
    Certificate,
    Code,
    CodeKind,
    CopyNotice,
    Evidence,
    EvidenceStatus,
    Finding,
    Grant,
    ImportSession,
    Lead,
    Person,
    Reference,
    ReplacementPrice,
    Scale,
    ScaleEvent,
    ScaleModel,
    Seal,
    SignIn,
    Station,
    StationScale,
    Task,
    Verification,
    Worksheet,
    WorksheetDraft,
)
from app.verify.service import papers
from app.work import queue_server_task
from tests.support import makers
from tests.support.checking import make_appeal, make_check
from tests.support.fieldwork import make_campaign
from tests.support.weighing import make_weighing
from tests.support.worksheets import Institute, finished_worksheet, make_institute, office

HERE = "/32/3206/320612/"
ELSEWHERE = "/32/3206/320623/"
EXAMPLE = Path(__file__).parents[2] / "scale_agent/wire/examples/evidence.v1.read.json"
EVIDENCE = "application/vnd.wutong.evidence.v1+json"
DIGEST = "ab" * 32


@dataclass(frozen=True, slots=True)
class County:
    """The uids of what lies in one county, by kind; and those that only it may show."""

    things: dict[str, str]
    people: dict[Role, Person]


def make_county(session: Session, path: str, at: datetime) -> County:
    """Return a county with a market and one of everything in it."""
    region = makers.make_region(session, path, f"county {path}")
    place = makers.make_place(session, f"{path}M01/", f"market of {path}")
    stall = makers.make_stall(session, place)
    trader = makers.make_trader(session, place)
    people = {role: makers.make_person(session, _login(role, path), [role], path) for role in Role}
    custodian = people[Role.CUSTODIAN]
    model = makers.make_model(session, f"ACS {path}")
    scale = makers.make_scale(session, place, model, f"SN{path}")
    reference = _reference(session, model, custodian, at)
    station = _station(session, scale, at)
    evidence = _evidence(session, station, scale, at)
    finding, lead = _finding(session, scale, evidence, at)
    code = _code(session, scale, at)
    task = _task(session, station, scale, at)
    verification, seal = _verified(session, scale, at)
    worksheet = _worksheet(session, scale, people, at)
    steps = select(ScaleEvent).order_by(ScaleEvent.id).limit(1)
    rows: dict[str, Base] = {
        "region": region,
        "office": makers.make_office(session, f"{path}{path.split('/')[-2]}001/"),
        "place": place,
        "stall": stall,
        "trader": trader,
        "scale": scale,
        "station": station,
        "evidence": evidence,
        "finding": finding,
        "lead": lead,
        "tag": code,
        "task": task,
        "server_task": _server_task(session, scale, at),
        "verification": verification,
        "worksheet": worksheet,
        "certificate": _certificate(session, scale, worksheet, verification, at),
        "seal": seal,
        "model": model,
        "reference": reference,
        "person": people[Role.AUDITOR],
        "step": session.scalars(steps.where(ScaleEvent.scale == scale)).one(),
        "copy": _copied(session, scale, code, at),
        "role": session.scalars(select(Grant).where(Grant.person == people[Role.AUDITOR])).one(),
        "import": _imported(session, path, at),
        **make_weighing(session, path, [people[role] for role in VERIFICATION]),
        **make_campaign(session, place, scale, people[Role.VERIFIER]),
        "price": _price(session, model, path),
        "rule": makers.make_rule(session, date(2099, 12, 31), networked=path == HERE),
        "batch": makers.make_batch(session, path, model),
        "agreement": makers.make_agreement(session, trader, stall),
        "draft": _draft(session, scale, people[Role.VERIFIER], at),
        "appeal": make_appeal(session, scale, at),
        "check": make_check(session, scale, people[Role.INSPECTOR], people[Role.REGULATOR].uid, at),
    }
    things = {kind: row.uid for kind, row in rows.items()}  # type: ignore[attr-defined]  # all have
    return County(
        {**things, "number": code.number or "", "digest": DIGEST, "path": place.path}, people
    )


def _draft(session: Session, scale: Scale, verifier: Person, at: datetime) -> WorksheetDraft:
    document = {"v": 1, "kind": "initial", "purpose": "first", "scale": scale.uid}
    row = WorksheetDraft(
        uid=new_uid(), path=scale.path, scale=scale, person=verifier, document=document, saved_at=at
    )
    session.add(row)
    return row


def _copied(session: Session, scale: Scale, code: Code, at: datetime) -> CopyNotice:
    row = CopyNotice(
        uid=new_uid(),
        path=scale.path,
        scale_id=scale.id,
        code_id=code.id,
        reason=CopyReason.PLATE_DIFFERS,
        seen_path=scale.path,
        seen_at=at,
        seen_by=SYSTEM,
        plate="9999",
    )
    session.add(row)
    return row


def _price(session: Session, model: ScaleModel, path: str) -> ReplacementPrice:
    row = ReplacementPrice(uid=new_uid(), path=path, model=model, price_fen=68_000)
    makers.recorded(session, row, "record")
    return row


def _imported(session: Session, path: str, at: datetime) -> ImportSession:
    row = ImportSession(
        uid=new_uid(),
        path=path,
        filename="list.xlsx",
        sha256=DIGEST,
        state=ImportState.READY,
        created_at=at,
    )
    makers.recorded(session, row)
    return row


def sign_in(session: Session, person: Person, at: datetime) -> str:
    """Return the token of a session that gave the second factor."""
    token = tokens.new_token()
    session.add(
        SignIn(
            uid=new_uid(),
            person_id=person.id,
            token_digest=tokens.digest(token),
            created_at=at,
            last_seen_at=at,
            expires_at=at + timedelta(days=1),
            second_factor_at=at,
        )
    )
    return token


def api_token(session: Session, person: Person, at: datetime) -> str:
    """Return a bearer token of ``person``."""
    token = tokens.new_token()
    digest = tokens.digest(token)
    session.add(ApiToken(uid=new_uid(), person_id=person.id, token_digest=digest, created_at=at))
    return token


def station_token(path: str) -> str:
    """Return the bearer token of the station at ``path``."""
    return f"token of the station of {path}"


def _login(role: Role, path: str) -> str:
    return f"{role}-{path.strip('/').replace('/', '-')}"


def _reference(session: Session, model: ScaleModel, custodian: Person, at: datetime) -> Reference:
    row = Reference(
        uid=new_uid(),
        model=model,
        software_id="V1.0",
        address=0,
        length=1024,
        sha256=DIGEST,
        code_sha256=DIGEST,
        crc32="00000000",
        pages=[DIGEST],
        origin=Origin.TYPE_SAMPLE,
        status=ReferenceStatus.SUBMITTED,
        submitted_by=custodian,
        submitted_at=at,
    )
    makers.recorded(session, row, "submit_reference")
    return row


def _station(session: Session, scale: Scale, at: datetime) -> Station:
    row = Station(
        uid=new_uid(),
        path=scale.path,
        place=scale.place,
        name=f"bench {scale.path}",
        keyid=tokens.digest(scale.uid)[:16],
        public_key=tokens.digest(scale.uid),
        token_digest=tokens.digest(station_token(scale.path)),
        created_at=at,
        enrolled_at=at,
        last_seen_at=at,
    )
    with act(session, row, "register", by=SYSTEM, at=at):
        session.add(row)
        session.flush()
        session.add(StationScale(station=row, scale=scale, port="/dev/ttyUSB0", since=at))
    return row


def _evidence(session: Session, station: Station, scale: Scale, at: datetime) -> Evidence:
    document = {**json.loads(EXAMPLE.read_text()), "uid": new_uid()}
    envelope = dsse.sign(Ed25519PrivateKey.generate(), EVIDENCE, document)
    row = Evidence(
        uid=document["uid"],
        path=scale.path,
        station=station,
        scale=scale,
        seq=1,
        received_at=at,
        taken_at=at,
        envelope=json.dumps(envelope).encode(),
        payload_sha256=DIGEST,
        protocol="an3155",
        agent_verdict="read",
        status=EvidenceStatus.JUDGED,
        verdict=Verdict.MISMATCH,
        judged_at=at,
    )
    details: dict[str, object] = {}
    with act(session, scale, "evidence", by=f"station:{station.uid}", at=at, details=details):
        session.add(row)
        session.flush()
        details |= {"evidence": row.uid, "evidence_digest": evidence_digest(row)}
    return row


def _finding(
    session: Session, scale: Scale, evidence: Evidence, at: datetime
) -> tuple[Finding, Lead]:
    finding = Finding(
        uid=new_uid(),
        path=scale.path,
        scale=scale,
        evidence=evidence,
        verdict=Verdict.MISMATCH,
        state=FindingState.OPEN,
        opened_at=at,
    )
    lead = Lead(
        uid=new_uid(),
        path=scale.path,
        scale=scale,
        finding=finding,
        state=LeadState.OPEN,
        opened_at=at,
    )
    with act(session, scale, "finding", by=SYSTEM, at=at, details={"finding": finding.uid}):
        session.add_all([finding, lead])
    return finding, lead


def _code(session: Session, scale: Scale, at: datetime) -> Code:
    number = f"{scale.id:07d}0"
    row = Code(
        uid=new_uid(),
        path=scale.path,
        scale_id=scale.id,
        kind=CodeKind.TAG,
        value=f"01{scale.id:030x}",
        number=number,
        issued_at=at,
    )
    with act(session, scale, "tag_bound", by=SYSTEM, at=at):
        session.add(row)
    return row


def _verified(session: Session, scale: Scale, at: datetime) -> tuple[Verification, Seal]:
    verification = makers.verification_of(
        scale, local_date(at), None, body="the county's institute", recorded_at=at
    )
    with act(session, scale, "verified", by=SYSTEM, at=at):
        seal = makers.lead_seal_of(scale, number="A1")
        session.add_all([verification, seal])
    return verification, seal


def _certificate(
    session: Session, scale: Scale, other: Worksheet, verification: Verification, at: datetime
) -> Certificate:
    # The person who wrote the other worksheet wrote this one too; it has come to its end.
    institute = Institute(other.body, other.standard, *([other.verifier] * 3))
    row = finished_worksheet(session, institute, scale, at, bad={("weighing_up", 100_000): 9_000})
    with act(session, row, "approved", by=SYSTEM, at=at):
        row.state, row.verification = WorksheetState.APPROVED, verification
    desk = office(Path(tempfile.mkdtemp()))
    paper = papers.issue(session, row, desk, by=other.verifier, at=at)
    papers.revoke(session, paper, by=other.verifier, at=at)
    return paper


def _worksheet(
    session: Session, scale: Scale, people: dict[Role, Person], at: datetime
) -> Worksheet:
    names = {role.value: people[role] for role in (Role.VERIFIER, Role.CHECKER, Role.SIGNATORY)}
    institute = make_institute(session, scale.path, **names)
    return finished_worksheet(session, institute, scale, at)


def _task(session: Session, station: Station, scale: Scale, at: datetime) -> Task:
    row = Task(
        uid=new_uid(),
        path=scale.path,
        executor=Executor.STATION,
        kind="read",
        state=TaskState.QUEUED,
        scale=scale,
        station=station,
        created_at=at,
        expires_at=at + timedelta(days=1),
    )
    session.add(row)
    session.flush()
    return row


def _server_task(session: Session, scale: Scale, at: datetime) -> Task:
    return queue_server_task(session, "verify_ledger", {}, path=scale.path, by=SYSTEM, at=at)
