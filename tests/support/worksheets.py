"""Finished worksheets for tests of what comes after them, made through the ledger's door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.blobs import Blobs
from app.db.ids import new_uid
from app.domain.roles import Role
from app.domain.verification import VerificationKind, VerificationResult
from app.domain.worksheets import WorksheetState
from app.ledger.door import act
from app.ledger.projections import digest
from app.models import (
    Body,
    BodyRegion,
    MeasurementStandard,
    Person,
    Place,
    Qualification,
    Scale,
    Worksheet,
)
from app.verify.service.papers import Office
from tests.support import makers
from tests.support.makers import COUNTY, NOON, recorded

E_MG = 5_000
LOADS_MG = (100_000, 2_500_000, 5_000_000, 10_000_000, 15_000_000)
PRE_CHECKS = ("plate", "type_approval", "statement", "lead_seal", "e_equals_d", "jin")


@dataclass(slots=True)
class Institute:
    """A body with its standard and the three who sign."""

    body: Body
    standard: MeasurementStandard
    verifier: Person
    checker: Person
    signatory: Person


def office(folder: Path) -> Office:
    """Return what papers are made with: a fresh key, files under ``folder``."""
    key = Ed25519PrivateKey.generate()
    return Office(key, Blobs(folder / "blobs"), "https://wutong.example-city.cn")


def make_institute(session: Session, path: str = COUNTY, **people: Person) -> Institute:
    """Return a body of ``path`` that may work there, with its people."""
    body = Body(
        uid=new_uid(),
        path=path,
        name="通州区计量检定测试所",
        authorisation_no="（苏）法计（2024）06123号",
        authorised_until=date(2029, 5, 31),
        address="南通市通州区世纪大道 88 号",
        phone="0513-86512345",
        regions=[BodyRegion(path=path, since=date(2024, 6, 1))],
    )
    recorded(session, body)
    standard = MeasurementStandard(
        uid=new_uid(),
        path=path,
        body=body,
        name="M1等级砝码标准装置",
        certificate_no="〔2024〕苏量标通证字第021号",
        valid_until=date(2028, 3, 31),
        max_mg=30_000_000,
    )
    recorded(session, standard)
    roles = (Role.VERIFIER, Role.CHECKER, Role.SIGNATORY)
    found = [
        people.get(role.value) or makers.make_person(session, f"{role}-of-body", [role], path)
        for role in roles
    ]
    with act(session, body, "qualify", by="system", at=NOON):
        body.staff.append(
            Qualification(
                uid=new_uid(),
                person=found[0],
                item="电子计价秤",
                certificate_no="320612-0017",
                since=date(2024, 1, 1),
                until=date(2028, 12, 31),
            )
        )
    return Institute(body, standard, *found)


def document(finished_at: datetime, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a worksheet as it is written: every load read as it is, both marks given."""
    end = int(finished_at.timestamp() * 1000)
    tests = [("zero", 0), *(("weighing_up", load) for load in LOADS_MG)]
    tests += [("eccentricity", 5_000_000)] * 4
    readings = [
        {"test": test, "load_mg": load, "indication_mg": load, "at": end - 300_000 + 20_000 * n}
        for n, (test, load) in enumerate(tests)
    ]
    found = {
        "v": 1,
        "kind": "subsequent",
        "purpose": "periodic",
        "environment": {"temperature_dc": 205, "humidity_pm": 560},
        "prechecks": [{"code": code, "result": "ok"} for code in PRE_CHECKS],
        "weights": [],
        "readings": readings,
        "before_adjustment": [],
        "label_no": "T0001",
        "seal_no": "Q0001",
        "started_at": end - 300_000,
        "finished_at": end,
    }
    return found | changes


def judged(given: Mapping[str, Any], bad: Mapping[tuple[str, int], int]) -> list[dict[str, Any]]:
    """Return the judgement of ``given``; ``bad`` is the error of each load that fails."""
    checks = [
        {
            "precheck": one["code"],
            "result": one["result"],
            "effect": "refuse",
            "verdict": "pass" if one["result"] == "ok" else "fail",
        }
        for one in given["prechecks"]
    ]
    items = []
    for number, one in enumerate(given["readings"]):
        load = one["load_mg"]
        error = bad.get((one["test"], load), one["indication_mg"] - load)
        limit = E_MG * (1 if load <= 500 * E_MG else 2 if load <= 2000 * E_MG else 3) // 2
        items.append(
            {
                "test": one["test"],
                "load_mg": load,
                "error_mg": error,
                "mpe_mg": limit,
                "verdict": "pass" if abs(error) <= limit else "fail",
                "readings": [number],
            }
        )
    return [*checks, *items]


def finished_worksheet(
    session: Session,
    institute: Institute,
    scale: Scale,
    finished_at: datetime = NOON,
    *,
    bad: Mapping[tuple[str, int], int] | None = None,
    **changes: Any,  # noqa: ANN401
) -> Worksheet:
    """Return a submitted worksheet; ``changes`` are fields of its document."""
    end = finished_at.astimezone(UTC)
    given = document(end, **changes)
    items = judged(given, bad or {})
    fails = any(one["verdict"] == "fail" for one in items)
    if fails:
        given |= {"label_no": "", "seal_no": ""}
    count = session.scalar(select(func.count(Worksheet.id)))
    row = Worksheet(
        uid=new_uid(),
        path=scale.path,
        place=scale.place,
        scale=scale,
        body=institute.body,
        standard=institute.standard,
        number=f"{end.year}-{(count or 0) + 1:06d}",
        kind=VerificationKind(given["kind"]),
        rules="JJG 539-2016",
        rules_version=1,
        rules_sha256="ab" * 32,
        document=given,
        document_sha256=digest(given),
        verdict=VerificationResult.FAIL if fails else VerificationResult.PASS,
        items=items,
        started_at=end - timedelta(minutes=5),
        finished_at=end,
        state=WorksheetState.SUBMITTED,
        verifier=institute.verifier,
    )
    recorded(session, row, "worksheet_submitted", finished_at)
    return row


def market_of(session: Session, place: Place, count: int, **changes: Any) -> list[Scale]:  # noqa: ANN401
    """Return scales of ``place`` that await verification."""
    model = makers.make_model(session, f"ACS-15 of {place.name}")
    return [
        makers.make_scale(session, place, model, f"SN-{n:04d}", market_no=f"A-{n:02d}", **changes)
        for n in range(count)
    ]
