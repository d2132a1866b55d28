"""Records of access stay at least 184 days, whatever is set; no shorter time can be set."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.config import KEEP_DAYS, Settings
from app.db.ids import new_uid
from app.domain.importing import ImportState
from app.jobs import duties
from app.models import ImportSession, JobRun, LedgerEntry, SignIn, SignInAttempt
from app.web.database import Installation
from tests.support.makers import NOON, make_person, recorded

RECORDS = (SignIn, SignInAttempt, JobRun)


def leave_records(work: Installation) -> None:
    """Leave one record of each kind at noon."""
    with work.database.transaction() as session:
        person = make_person(session)
        times = {"created_at": NOON, "last_seen_at": NOON, "expires_at": NOON}
        session.add(SignIn(uid=new_uid(), person=person, token_digest="ab" * 32, **times))
        session.add(SignInAttempt(login_digest="cd" * 32, address="::1", at=NOON, succeeded=False))
        session.add(JobRun(job="prune", period="x", worker="w", started_at=NOON, finished_at=NOON))


def left(work: Installation) -> list[int]:
    """Return how many records of each kind are left."""
    with work.database.reading() as session:
        return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in RECORDS]


def test_records_of_access_stay_184_days(work: Installation) -> None:
    """To the second; afterwards they go, and the ledger stays."""
    leave_records(work)
    duties.prune(work, NOON + timedelta(days=184))
    assert left(work) == [1, 1, 1]
    duties.prune(work, NOON + timedelta(days=184, seconds=1))
    assert left(work) == [0, 0, 0]
    with work.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 1


def test_longer_can_be_set(work: Installation) -> None:
    """Half a year is the floor, not the rule."""
    leave_records(work)
    longer = replace(work, settings=replace(work.settings, keep_days=400))
    duties.prune(longer, NOON + timedelta(days=399))
    assert left(work) == [1, 1, 1]


def test_imports_forget_after_ninety_days(work: Installation) -> None:
    """The file goes from the disk, once; a shorter time can be set."""
    digest = work.blobs.put("经营者,电话".encode())
    with work.database.transaction() as session:
        found = ImportSession(
            uid=new_uid(),
            path="/32/",
            filename="王小明.csv",
            sha256=digest,
            state=ImportState.APPLIED,
            created_at=NOON,
            applied_at=NOON,
        )
        recorded(session, found)
    assert duties.forget_imports(work, NOON + timedelta(days=90)) == "0 imports forgotten"
    assert work.blobs.has(digest)
    sooner = replace(work, settings=replace(work.settings, import_days=89))
    assert duties.forget_imports(sooner, NOON + timedelta(days=90)) == "1 imports forgotten"
    assert not work.blobs.has(digest)
    assert duties.forget_imports(sooner, NOON + timedelta(days=91)) == "0 imports forgotten"


@pytest.mark.parametrize("days", ["183", "0", "-1", "many", "1e3"])
def test_shorter_cannot_be_set(days: str) -> None:
    """The program does not start with it."""
    with pytest.raises(ValueError, match="WUTONG_KEEP_DAYS is no number from 184"):
        Settings.from_env({"WUTONG_KEEP_DAYS": days})
    assert Settings.from_env({"WUTONG_KEEP_DAYS": "184"}).keep_days == KEEP_DAYS
