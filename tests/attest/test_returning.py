"""Real server processes: one report fifty times at once, and a fleet that comes back."""

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.attest.combining import Combiner
from app.ledger import entries
from app.models import Evidence, LedgerEntry, LedgerHead
from tests.attest.lab import CHEATING, HONEST, Lab
from tests.attest.returning import Returned, come_back, fifty, fleet, spools
from tests.support.served import served

SOAK = pytest.mark.soak
REPORTS = 120  # a batch, and the rest of a week


def length(lab: Lab) -> int:
    """Return how long the ledger is."""
    with lab.work.database.reading() as session:
        return session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


def test_fifty_at_once_over_two_processes(any_url: str, lab: Lab) -> None:
    """One effect, one entry, fifty times the same receipt; whoever found no place came again."""
    assert any_url
    report = lab.station.report(lab.scale, CHEATING, eat_nonce=lab.nonce())
    envelope, before = lab.station.envelope(report), length(lab)
    with served(replace(lab.work.settings, workers=2)) as address:
        url = f"{address}/api/v1/evidence"
        answers = fifty(url, lab.station.token, envelope, lambda: time.sleep(0.1))
    assert sorted(status for status, _body in answers) == [200] * 49 + [201]
    assert len({body for _status, body in answers}) == 1
    assert (len(lab.all_evidence()), len(lab.findings())) == (1, 1)
    assert length(lab) == before + 1
    assert lab.ledger_problems() == []


def test_without_the_lock_they_run_into_each_other(
    any_url: str, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control, where the database would let it: each finds nothing and writes."""
    if any_url.startswith("sqlite"):
        return  # one writer at a time is SQLite's own lock

    meet = threading.Barrier(4)

    def unlocked(session: Session) -> LedgerHead:
        head = session.get_one(LedgerHead, 1)
        with contextlib.suppress(threading.BrokenBarrierError):
            meet.wait(30)  # all have read before one writes
        return head

    monkeypatch.setattr(entries, "lock", unlocked)
    monkeypatch.setattr(Combiner, "do", lambda _self, items, work: work(items))
    envelope = lab.station.envelope(lab.station.report(lab.scale, HONEST))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: lab.call("POST", "/evidence", envelope), range(4)))
    statuses = {answer.status_code for answer in answers}
    assert not statuses <= {200, 201}


def returned(lab: Lab, folder: Path, stations: int, reports: int) -> Returned:
    """Let a fleet come back to two server processes, and hold it to its promises."""
    found = fleet(lab, stations)
    before = length(lab)
    with (
        spools(lab, found, folder, reports) as kept,
        served(replace(lab.work.settings, workers=2)) as address,
    ):
        result = come_back(lab, found, kept, address)
    assert (result.left, result.early, result.bad_pages) == (0, 0, 0)
    with lab.work.database.reading() as session:
        taken = session.scalar(select(func.count()).select_from(Evidence))
    assert taken == stations * reports
    assert length(lab) == before + stations * reports + 1  # and the tag of the page looked at
    return result


def test_a_fleet_that_comes_back_is_served(lab: Lab, tmp_path: Path) -> None:
    """Every record of every station has its receipt; whoever was told to wait waited."""
    result = returned(lab, tmp_path, 30, 20)
    assert result.refused > 0
    assert result.page_p95_s < 3
    assert lab.ledger_problems() == []


@SOAK
@pytest.mark.usefixtures("any_url")
def test_two_hundred_stations_come_back_after_a_week(lab: Lab, tmp_path: Path) -> None:
    """A week of readings each, two batches and more: all are served, and so are the pages."""
    folder = tmp_path / "stations"
    folder.mkdir()
    result = returned(lab, folder, 200, REPORTS)
    print(  # noqa: T201 - the figure of the run
        f"{200 * REPORTS} reports of 200 stations in {result.seconds:.0f} s,"
        f" {result.refused} times told to wait; pages p95 {result.page_p95_s:.2f} s"
    )
    assert result.refused > 0
    assert result.page_p95_s < 5
