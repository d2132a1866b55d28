"""What a verdict sets off: suspension, finding, lead, to-dos; and what our own error does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.attest import history, judging
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.findings import FindingState, LeadState
from app.domain.lifecycle import Action, State
from app.domain.suspension import SuspensionReason
from app.domain.tasks import TaskState
from app.domain.verdicts import Verdict
from app.ledger.door import SYSTEM, act
from app.models import Evidence, Finding, Lead, Reference, Scale, ScaleEvent, Task
from tests.attest.lab import CALIBRATED, CHEATING, HONEST, NEXT, Lab, patched
from tests.support.makers import verification_of

OTHER_CHEAT = patched(CHEATING, {0x3000: b"\x0c\x94" * 64})


def test_a_difference_suspends_and_opens_finding_and_lead(lab: Lab) -> None:
    """All in the act of the evidence: one entry for reading, verdict and suspension."""
    before = len(lab.all(ScaleEvent))
    found = lab.read(CHEATING)
    scale, finding, lead = lab.scale_now(), lab.findings()[0], lab.all(Lead)[0]
    assert (scale.state, scale.suspended_for) == (State.SUSPENDED, SuspensionReason.FINDING)
    assert scale.left_state is State.IN_SERVICE
    assert (finding.state, finding.verdict, finding.evidence_id) == (
        FindingState.OPEN,
        Verdict.MISMATCH,
        found.id,
    )
    assert (lead.state, lead.finding_id) == (LeadState.OPEN, finding.id)
    told = sorted(lab.all(ScaleEvent), key=lambda row: row.id)[before:]
    assert [event.action for event in told] == ["suspend", "evidence_judged"]
    assert told[0].details["finding"] == finding.uid
    assert lab.ledger_problems() == []


def test_a_finding_outweighs_an_expiry(lab: Lab) -> None:
    """A scale that waits for its verification may be found to cheat: it is suspended for that."""
    with lab.work.database.transaction() as session:
        scale = session.scalars(select(Scale)).one()
        with act(session, scale, Action.EXPIRE, by=SYSTEM, at=utcnow()):
            scale.suspended_for = SuspensionReason.EXPIRY
    lab.read(CHEATING)
    assert lab.scale_now().suspended_for is SuspensionReason.FINDING
    assert len(lab.findings()) == 1


def test_the_same_difference_again_is_no_second_finding(lab: Lab) -> None:
    """It is told in the story of the scale; one open finding is enough."""
    for image in (CHEATING, CHEATING, OTHER_CHEAT):
        lab.read(image)
    assert (len(lab.findings()), len(lab.all(Lead))) == (1, 1)
    told = lab.all(ScaleEvent)[-1].details
    assert told["finding"] == lab.findings()[0].uid


def test_a_finding_stays_whatever_a_later_reading_says(lab: Lab) -> None:
    """Only a person resolves it."""
    lab.read(CHEATING)
    assert lab.read(HONEST).counts
    assert lab.findings()[0].state is FindingState.OPEN
    assert lab.scale_now().state is State.SUSPENDED


def test_a_dismissed_finding_is_followed_by_a_new_one(lab: Lab) -> None:
    """What was cleared once and differs again is a new suspicion."""
    lab.read(CHEATING)
    with lab.work.database.transaction() as session:
        finding = session.scalars(select(Finding)).one()
        with act(session, finding.scale, "finding_resolved", by=SYSTEM, at=utcnow()):
            finding.state = FindingState.DISMISSED
    lab.read(CHEATING)
    assert [each.state for each in lab.findings()] == [FindingState.DISMISSED, FindingState.OPEN]


def test_a_scale_that_cannot_be_suspended_gets_its_finding_all_the_same(lab: Lab) -> None:
    """On its way to verification there is nothing to suspend; the lead is opened."""
    with lab.work.database.transaction() as session:
        scale = session.scalars(select(Scale)).one()
        for action in (Action.SUSPEND, Action.SUBMIT):
            with act(session, scale, action, by=SYSTEM, at=utcnow()):
                pass
    assert lab.read(CHEATING).verdict is Verdict.MISMATCH
    assert lab.scale_now().state is State.AWAITING_VERIFICATION
    assert (len(lab.findings()), len(lab.all(Lead))) == (1, 1)


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("unreadable", "firmware_unreadable"),
        ("no_answer", "firmware_no_answer"),
        ("malformed", "firmware_malformed"),
    ],
)
def test_other_bad_news_is_a_to_do(lab: Lab, agent: str, kind: str) -> None:
    """One of a kind for a scale, telling of the newest reading; a match answers it."""
    lab.read(None, verdict=agent)
    newest = lab.read(None, verdict=agent)
    assert [task.kind for task in lab.to_dos()] == [kind]
    assert lab.to_dos()[0].payload["evidence"] == newest.uid
    lab.read(HONEST)
    assert lab.to_dos() == []


def test_silence_does_not_take_a_match_away(lab: Lab) -> None:
    """A cable that fell out says nothing about the program; somebody looks at the cable."""
    standing = lab.read(HONEST)
    lab.read(None, verdict="no_answer")
    assert lab.scale_now().standing_evidence_id == standing.id
    assert [task.kind for task in lab.to_dos()] == ["firmware_no_answer"]


def test_protection_takes_a_match_away(lab: Lab) -> None:
    """A chip that could be read and now cannot is not what it was."""
    lab.read(HONEST)
    protected = lab.read(None, verdict="unreadable")
    assert lab.scale_now().standing_evidence_id == protected.id


def test_calibration_after_a_verification_is_the_new_baseline(lab: Lab) -> None:
    """An adjustment on record explains other parameters, once."""
    lab.read(HONEST)
    old = lab.scale_now().baseline_parameters
    with lab.work.database.transaction() as session:
        scale, at = session.scalars(select(Scale)).one(), utcnow()
        with act(session, scale, "verification", by=SYSTEM, at=at):
            today = local_date(at)
            until = today + timedelta(days=364)
            session.add(verification_of(scale, today, until, recorded_at=at))
    found = lab.read(CALIBRATED)
    assert (found.verdict, found.counts) == (Verdict.MATCH, True)
    assert lab.scale_now().baseline_parameters not in {None, old}
    assert lab.read(HONEST).verdict is Verdict.INCONSISTENT


def test_an_error_of_ours_never_leaves_a_match_standing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report is kept, the old match lapses, a person is told."""
    lab.read(HONEST)
    monkeypatch.setattr(judging, "judging_references", explode)
    found = lab.read(HONEST)
    assert (found.verdict, found.reasons) == (Verdict.MALFORMED, ["verifier_error"])
    assert not found.counts
    assert lab.scale_now().standing_evidence_id is None
    assert [task.kind for task in lab.to_dos()] == ["verifier_error"]
    monkeypatch.undo()
    assert lab.read(HONEST).counts
    assert lab.to_dos() == []
    assert lab.ledger_problems() == []


def explode(*_: object) -> None:
    """Fail as no rule foresees."""
    raise ZeroDivisionError


def test_an_error_of_ours_clears_nobody(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found before stays; only good news lapses."""
    cheat = lab.read(CHEATING)
    monkeypatch.setattr(judging, "judging_references", explode)
    lab.read(HONEST)
    assert lab.scale_now().standing_evidence_id == cheat.id
    assert lab.scale_now().state is State.SUSPENDED


def test_an_error_over_an_unassigned_report_changes_nothing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can make a match lapse by sending what makes us stumble."""
    standing = lab.read(HONEST)
    monkeypatch.setattr(judging.history, "is_newer", explode)
    monkeypatch.setattr("app.attest.stations.assigned", lambda *_: {})
    lab.read(HONEST)
    assert lab.scale_now().standing_evidence_id == standing.id


def test_a_match_that_grew_old_stands_no_more(lab: Lab) -> None:
    """After its days a reading without a challenge may not renew it."""
    found = lab.read(HONEST)
    with lab.work.database.reading() as session:
        scale = session.scalars(select(Scale)).one()
        late = found.taken_at + timedelta(days=scale.model.evidence_days + 1)
        assert history.standing_verdict(scale, found, utcnow()) is Verdict.MATCH
        assert history.standing_verdict(scale, found, late) is None


def test_a_tampered_reference_judges_nothing(lab: Lab) -> None:
    """Whoever edits the row cannot make a cheat the registered program."""
    lab.read(CHEATING)
    cheat = lab.all_evidence()[-1]
    with lab.work.database.transaction() as session:
        row = session.scalars(select(Reference).where(Reference.software_id == "1.0")).one()
        row.sha256, row.code_sha256 = cheat.sha256, cheat.code_sha256
    assert lab.read(CHEATING).verdict is Verdict.UNKNOWN_VERSION


def test_a_reference_past_its_last_day_judges_nothing(lab: Lab) -> None:
    """An approval has an end; until it is renewed the version is not on file."""
    with lab.work.database.reading() as session:
        row = session.scalars(select(Reference).where(Reference.software_id == "1.0")).one()
        scale = session.scalars(select(Scale)).one()
        assert row.expires_on is not None
        late = utcnow() + timedelta(days=800)
        key = lab.work.keys.server
        assert judging.judging_references(session, scale, key, utcnow()) != []
        assert judging.judging_references(session, scale, key, late) == []


def test_evidence_that_names_a_task_finishes_it(lab: Lab) -> None:
    """With any verdict; the result follows when the image was seen."""
    uid = lab.ask_reading()
    task = lab.call("GET", "/stations/me/tasks").get_json()["items"][0]
    assert uid in lab.payload_text(task)
    report = lab.station.report(
        lab.scale, CALIBRATED, task=uid, eat_nonce=lab.row(Task, uid).payload["nonce"]
    )
    lab.deliver(report)
    done = lab.row(Task, uid)
    assert (done.state, done.result["verdict"]) == (TaskState.DONE, None)
    lab.send_image(CALIBRATED)
    assert lab.row(Task, uid).result["verdict"] == "match"
    assert lab.all_evidence()[-1].fresh


def test_a_task_for_another_scale_is_not_done_by_this_one(lab: Lab) -> None:
    """Its challenge does not vouch for this scale either."""
    uid = lab.ask_reading()
    nonce = lab.row(Task, uid).payload["nonce"]
    other = lab.other_scale()
    lab.deliver(lab.station.report(other, HONEST, task=uid, eat_nonce=nonce))
    assert lab.row(Task, uid).state is TaskState.QUEUED
    assert not lab.all_evidence()[-1].fresh


def test_evidence_of_the_other_version_is_kept_with_what_it_equals(lab: Lab) -> None:
    """An image of 1.1 in a scale registered as 1.0: shown beside 1.1, which it equals."""
    found = lab.read(NEXT)
    with lab.work.database.reading() as session:
        reference = session.get_one(Evidence, found.id).reference
        assert reference is not None
        assert (reference.software_id, found.similarity) == ("1.1", 1000)
