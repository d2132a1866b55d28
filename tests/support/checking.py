"""An in-service check on record: for the access matrix, legal acts and pages."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.appeals import AppealState, CheckForce
from app.domain.calendar import local_date
from app.domain.verification import VerificationResult
from app.models import Appeal, InServiceCheck, Person, Scale
from tests.support import makers


def make_appeal(session: Session, scale: Scale, at: datetime) -> Appeal:
    """Return an ended application about ``scale``: an open one would bar its worksheets."""
    row = Appeal(
        uid=new_uid(),
        path=scale.path,
        scale=scale,
        document_no="ZC-1",
        state=AppealState.WITHDRAWN,
        applied_on=local_date(at),
        deadline_on=local_date(at),
        decided_on=local_date(at),
        recorded_at=at,
    )
    makers.recorded(session, row)
    return row


def make_check(
    session: Session, scale: Scale, officer: Person, second: str, at: datetime
) -> InServiceCheck:
    """Return a failed check of ``officer`` that names ``second``, not confirmed yet."""
    end = int(at.timestamp() * 1000)
    reading = {"test": "zero", "load_mg": 0, "indication_mg": 5000, "at": end}
    row = InServiceCheck(
        uid=new_uid(),
        path=scale.path,
        scale=scale,
        force=CheckForce.ROUTINE,
        task_no="2026-7",
        officer=officer,
        rules="JJG 539-2016",
        rules_version=1,
        document={
            "check": {
                "second": second,
                "task_no": "2026-7",
                "mass": "market",
                "certificate": "",
                "loads": [],
                "statement": "agrees",
            },
            "readings": [reading],
            "started_at": end,
            "finished_at": end,
        },
        verdict=VerificationResult.FAIL,
        items=[
            {"seen": "seen_plate", "result": "ok"},
            {
                "test": "zero",
                "load_mg": 0,
                "error_mg": 5000,
                "mpe_mg": 1250,
                "verdict": "fail",
                "readings": [0],
            },
        ],
        checked_at=at,
    )
    makers.recorded(session, row)
    return row
