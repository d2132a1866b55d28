"""Whatever happens in whatever order, the law's answer rests on what stands.

Random lives of one scale: worksheets written and signed early or late, openings, repairs, broken
seals, expiry, stop orders. A model that knows only what happened says what may be valid.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.db.session import Database
from app.domain.calendar import local_date, valid_until
from app.domain.lifecycle import Action, IllegalTransitionError
from app.domain.seals import SealOwner, SealState, all_intact
from app.domain.verification import VerificationResult
from app.domain.worksheets import SignatureStep
from app.ledger.door import act
from app.models import Scale, Worksheet
from app.standing import standing_of
from app.verify import expiry
from app.verify.service import papers, signing
from tests.support import databases
from tests.support.makers import NOON, make_scale
from tests.support.worksheets import Institute, finished_worksheet, make_institute, office

BAD = {("weighing_up", 10_000_000): 15_000}
OFFICE = office(Path(tempfile.gettempdir()) / "orders-of-events")
# What leads to a mark comes more often than what takes it away, else none is ever valid.
EVENTS = (
    *("pass", "approve_oldest", "approve_newest", "submit") * 2,
    *("fail", "open", "repair", "expire", "stop", "lift", "seal_broken", "days", "year"),
)


@dataclass
class Life:
    """One scale, and what really happened to it, in the order of time."""

    session: Session
    institute: Institute
    scale: Scale
    now: datetime = NOON
    waiting: list[Worksheet] = field(default_factory=list)
    # What a stranger who saw everything would know.
    results: list[tuple[datetime, VerificationResult]] = field(default_factory=list)
    opened_at: datetime | None = None
    broken_at: datetime | None = None
    stopped: bool = False
    count: int = 0

    def do(self, event: str) -> None:
        """Let ``event`` happen; what the program refuses did not happen."""
        self.now += timedelta(minutes=1)
        with suppress(IllegalTransitionError):
            getattr(self, f"on_{event}")()

    def on_pass(self) -> None:
        """The verifier finishes a worksheet and three sign but for the approval."""
        self._write({})

    def on_fail(self) -> None:
        """The same, and it failed."""
        self._write(BAD)

    def _write(self, bad: dict[tuple[str, int], int]) -> None:
        self.count += 1
        marks = {"label_no": f"T{self.count}", "seal_no": f"Q{self.count}"}
        row = finished_worksheet(
            self.session, self.institute, self.scale, self.now, bad=bad, **marks
        )
        self._sign(row, SignatureStep.VERIFIED)
        self._sign(row, SignatureStep.CHECKED)
        self.waiting.append(row)

    def _sign(self, row: Worksheet, step: SignatureStep) -> bool:
        people = (self.institute.verifier, self.institute.checker, self.institute.signatory)
        by = dict(zip(SignatureStep, people, strict=True))[step]
        done = signing.sign(self.session, [row.uid], step, OFFICE, by=by, at=self.now)
        return bool(done.ready)

    def on_approve_oldest(self) -> None:
        """The signatory gets to the worksheet that waits longest."""
        self._approve(0)

    def on_approve_newest(self) -> None:
        """Or to the newest first."""
        self._approve(-1)

    def _approve(self, which: int) -> None:
        if self.waiting and self._sign(self.waiting[which], SignatureStep.APPROVED):
            row = self.waiting.pop(which)
            self.results.append((row.finished_at, row.verdict))

    def on_open(self) -> None:
        """A repairer opens the case: the seal goes."""
        with act(self.session, self.scale, "case_opened", by="repairer", at=self.now):
            self.scale.opened_on = local_date(self.now)
            self._break_seals()
        self.opened_at = self.broken_at = self.now

    def on_seal_broken(self) -> None:
        """Somebody finds the seal broken."""
        told = {"state": SealState.BROKEN.value}
        with act(self.session, self.scale, "seal_recorded", by="m", at=self.now, details=told):
            self._break_seals()
        self.broken_at = self.now

    def _break_seals(self) -> None:
        for seal in self.scale.seals:
            if seal.owner is SealOwner.VERIFICATION and seal.state is SealState.INTACT:
                seal.state = SealState.BROKEN

    def on_repair(self) -> None:
        """It goes to repair and comes back."""
        self._move(Action.SEND_TO_REPAIR)
        with act(self.session, self.scale, Action.COMPLETE_REPAIR, by="repairer", at=self.now):
            self.scale.opened_on = local_date(self.now)
            self._break_seals()
        self.opened_at = self.broken_at = self.now

    def on_expire(self) -> None:
        """The night's job looks at it."""
        expiry.expire(self.session, self.scale.id, at=self.now)

    def on_submit(self) -> None:
        """The manager asks for verification."""
        self._move(Action.SUBMIT)

    def on_stop(self) -> None:
        """An authority stops it."""
        with act(self.session, self.scale, "stop_order", by="i", at=self.now):
            self.scale.stop_order = "停〔2026〕1号"
        self.stopped = True

    def on_lift(self) -> None:
        """And lifts the order."""
        with act(self.session, self.scale, "lift_stop_order", by="i", at=self.now):
            self.scale.stop_order = ""
        self.stopped = False

    def on_days(self) -> None:
        """Time passes."""
        self.now += timedelta(days=20)

    def on_year(self) -> None:
        """Much time passes."""
        self.now += timedelta(days=360)

    def _move(self, action: Action) -> None:
        with act(self.session, self.scale, action, by="somebody", at=self.now):
            pass


@pytest.fixture(scope="module")
def built(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Session, Institute]]:
    """Yield one database for all lives; what happens in one is taken back, no paper is set."""
    folder = tmp_path_factory.mktemp("lives")
    with databases.sqlite_copy(sqlite_template, folder) as url, pytest.MonkeyPatch.context() as no:
        no.setattr(papers, "issue", lambda *_given, **_more: None)
        database = Database(url)
        with database.transaction() as session:
            yield session, make_institute(session)
        database.dispose()


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=st.lists(st.sampled_from(EVENTS), min_size=5, max_size=14))
@example(events=["pass", "approve_oldest", "days", "fail", "pass", "approve_newest"])
@example(events=["pass", "repair", "approve_oldest", "pass", "approve_newest", "approve_oldest"])
@example(events=["pass", "approve_oldest", "stop", "lift", "year", "expire", "submit", "pass"])
def test_never_valid_without_a_standing_pass_and_an_intact_seal(
    built: tuple[Session, Institute], events: list[str]
) -> None:
    """And no result that is older ever takes the place of a newer one."""
    live(built, events)


def live(built: tuple[Session, Institute], events: Sequence[str]) -> None:
    """Let a scale live through ``events``, held against the promise at every step."""
    session, institute = built
    undo = session.begin_nested()
    try:
        life = Life(session, institute, make_scale(session))
        for event in ("submit", *events):
            life.do(event)
            session.refresh(life.scale)
            check(life)
    finally:
        undo.rollback()


def check(life: Life) -> None:
    """Hold the program's answer against what happened."""
    today = local_date(life.now)
    legal = standing_of(life.session, life.scale, today).legal
    assert life.results == sorted(life.results), "an older result took the place of a newer one"
    if not legal.is_valid:
        return
    assert life.results, "valid, and nothing was ever approved"
    at, result = life.results[-1]
    assert result is VerificationResult.PASS, "valid after a failure"
    assert legal.valid_until == valid_until(local_date(at)) >= today, "valid past its last day"
    assert life.opened_at is None or life.opened_at < at, "valid though opened since"
    assert life.broken_at is None or life.broken_at < at, "valid with a broken seal"
    assert not life.stopped, "valid under a stop order"
    standing = [one.state for one in life.scale.seals if one.owner is SealOwner.VERIFICATION]
    assert all_intact(standing), "valid without an intact seal"


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (("pass", "open", "approve_oldest"), "though opened since"),
        (("fail", "pass", "approve_newest", "approve_oldest"), "an older result"),
        (("pass", "seal_broken", "approve_oldest"), "with a broken seal"),
    ],
)
def test_without_the_rules_of_late_approval_the_promise_breaks(
    built: tuple[Session, Institute],
    events: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: what signing refuses is what would break it."""
    monkeypatch.setattr(signing, "fault", lambda *_given: None)
    with pytest.raises(AssertionError, match=told):
        live(built, events)
