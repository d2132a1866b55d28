"""Reference programs: two persons, a signature over all that judges, and judging again."""

import base64
import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.attest import references, trust
from app.attest.custodians import AnotherOfficeError, NotCustodianError
from app.attest.image_errors import DoesNotFitError, WrongChecksumError
from app.attest.looking import NoProfileError, look
from app.attest.references import Archive, Submission
from app.crypto import dsse
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.references import Origin, ReferenceStatus
from app.domain.roles import Role
from app.domain.tasks import Executor, TaskState
from app.domain.verdicts import Verdict
from app.jobs.kinds import KINDS
from app.jobs.runner import TaskRunner
from app.models import EvidenceStatus, Finding, Person, Reference, ScaleModel, Task
from app.work.progress import Terms
from tests.attest.lab import CALIBRATED, CHEATING, HONEST, NEXT, PROFILE, Lab, hex_file
from tests.support import makers
from tests.support.world import api_token


def submit(lab: Lab, content: bytes, by: str | None = None, **changes: Any) -> str:  # noqa: ANN401
    """Have the first custodian file an image, and return the reference's uid."""
    with lab.work.database.transaction() as session:
        told: dict[str, Any] = {
            "model": session.scalars(select(ScaleModel)).one(),
            "software_id": "2.0",
            "origin": Origin.MAKER_LETTER,
            "note": "letter of 2026-10-08",
            "content": content,
            **changes,
        }
        row = references.submit_reference_file(
            session, Submission(**told), lab.work.blobs, by=by or lab.custodians[0], at=utcnow()
        )
        return row.uid


def approve(lab: Lab, uid: str, by: str | None = None) -> None:
    """Have the second custodian approve it."""
    archive = Archive(lab.work.keys.server, lab.work.blobs)
    with lab.work.database.transaction() as session:
        row = session.scalars(select(Reference).where(Reference.uid == uid)).one()
        references.approve_reference(session, row, archive, by=by or lab.custodians[1], at=utcnow())


def withdraw(lab: Lab, software_id: str) -> None:
    """Have a custodian withdraw what is approved of a version."""
    with lab.work.database.transaction() as session:
        row = session.scalars(select(Reference).where(Reference.software_id == software_id)).one()
        references.withdraw_reference(
            session, row, note="recalled", by=lab.custodians[0], at=utcnow()
        )


def do_server_tasks(lab: Lab) -> int:
    """Do what the jobs process would do, and return how many tasks ended well."""
    runner = TaskRunner(lab.work, KINDS, "test", Terms(utcnow))
    while runner.run_next():
        pass
    with lab.work.database.reading() as session:
        ended = select(func.count()).where(
            Task.executor == Executor.SERVER, Task.state == TaskState.DONE
        )
        return session.scalars(ended).one()


def test_a_file_of_any_format_is_the_same_reference(lab: Lab) -> None:
    """Intel HEX or raw bytes: what counts is what lies in the memory."""
    first = lab.row(Reference, submit(lab, hex_file("1.0-cheat"), file_name="x.hex"))
    with pytest.raises(references.ReferenceExistsError):
        submit(lab, CHEATING)
    assert (first.file_format, first.length, first.address) == ("intel_hex", 32768, 0)
    assert lab.work.blobs.get(first.sha256) == CHEATING


def test_raw_bytes_lie_where_their_base_says(lab: Lab) -> None:
    """What the file does not hold counts as erased flash."""
    row = lab.row(Reference, submit(lab, CHEATING[0x1000:0x3000], base=0x1000))
    image = lab.work.blobs.get(row.sha256)
    assert image == b"\xff" * 0x1000 + CHEATING[0x1000:0x3000] + b"\xff" * 0x5000


def test_a_damaged_or_misplaced_file_is_refused(lab: Lab) -> None:
    """Each in its own words, and nothing is on file."""
    before = len(lab.all(Reference))
    with pytest.raises(WrongChecksumError):
        submit(lab, hex_file("1.0").replace(b":10000000", b":10000001", 1), file_name="x.hex")
    with pytest.raises(DoesNotFitError):
        submit(lab, CHEATING, base=0x100)
    with pytest.raises(references.ExpiryPastError):
        submit(lab, CHEATING, expires_on=date(2026, 1, 1))
    assert len(lab.all(Reference)) == before


def test_only_a_custodian_submits(lab: Lab) -> None:
    """Whoever else asks is refused by the service itself, from the shell too."""
    with lab.work.database.transaction() as session:
        manager = makers.make_person(session, "manager2", [Role.MANAGER]).uid
    with pytest.raises(NotCustodianError):
        submit(lab, CHEATING, by=manager)


def test_a_submitted_image_judges_nothing(lab: Lab) -> None:
    """Before the second approval a cheat stays a cheat."""
    submit(lab, CHEATING, software_id="1.0")
    assert lab.read(CHEATING).verdict is Verdict.MISMATCH


def test_an_approval_takes_two_persons(lab: Lab) -> None:
    """The one who submitted it is the first of them, and only the first."""
    uid = submit(lab, CHEATING)
    with pytest.raises(references.TwoPersonsError):
        approve(lab, uid, by=lab.custodians[0])
    assert lab.row(Reference, uid).status is ReferenceStatus.SUBMITTED
    approve(lab, uid)
    row = lab.row(Reference, uid)
    assert row.status is ReferenceStatus.APPROVED
    with pytest.raises(references.ReferenceDecidedError):
        approve(lab, uid)
    assert lab.ledger_problems() == []


def other_office(lab: Lab, path: str) -> tuple[str, str]:
    """Return two custodians of the office at ``path``."""
    with lab.work.database.transaction() as session:
        code = path.strip("/").replace("/", "-")
        found = [
            makers.make_person(session, f"c{code}-{n}", [Role.CUSTODIAN], path) for n in (1, 2)
        ]
        return found[0].uid, found[1].uid


def test_both_approvals_come_from_one_office(lab: Lab) -> None:
    """A custodian of another city is no second person, and turns nothing down either."""
    uid = submit(lab, CHEATING)
    elsewhere, _second = other_office(lab, "/32/3205/")
    with pytest.raises(AnotherOfficeError):
        approve(lab, uid, by=elsewhere)
    with lab.work.database.transaction() as session:
        row = session.scalars(select(Reference).where(Reference.uid == uid)).one()
        with pytest.raises(AnotherOfficeError):
            references.reject_reference(session, row, note="", by=elsewhere, at=utcnow())
    assert lab.row(Reference, uid).status is ReferenceStatus.SUBMITTED


@pytest.mark.parametrize(
    ("office", "verdict"),
    [("/32/3206/", Verdict.MATCH), ("/32/3205/", Verdict.MISMATCH), ("/33/", Verdict.MISMATCH)],
)
def test_a_reference_judges_below_its_office_alone(lab: Lab, office: str, verdict: Verdict) -> None:
    """The scale stands below 3206: what another city approved says nothing to it."""
    first, second = other_office(lab, office)
    approve(lab, submit(lab, CHEATING, by=first, software_id="1.0"), by=second)
    assert lab.read(CHEATING).verdict is verdict


def test_each_office_may_file_the_same_image(lab: Lab) -> None:
    """What is on file at the province is none of a city's doing."""
    submit(lab, CHEATING)
    first, _second = other_office(lab, "/32/3205/")
    submit(lab, CHEATING, by=first)
    with pytest.raises(references.ReferenceExistsError):
        submit(lab, CHEATING, by=first)
    assert {row.path for row in lab.all(Reference)} == {"/32/", "/32/3205/"}


def test_an_office_moved_in_the_row_judges_nothing(lab: Lab) -> None:
    """The region is signed with the approval, and in the ledger."""
    assert lab.read(HONEST).verdict is Verdict.MATCH
    with lab.work.database.transaction() as session:
        session.execute(update(Reference).values(path="/32/3206/"))
    assert lab.read(HONEST).verdict is not Verdict.MATCH
    assert {one.code for one in lab.ledger_problems()} == {"row_altered"}


def test_an_approval_is_signed_over_all_that_judges(lab: Lab) -> None:
    """With a number that never goes back and a last day two years from now."""
    uid = submit(lab, CHEATING)
    approve(lab, uid)
    row = lab.row(Reference, uid)
    raw = lab.work.keys.server.public_key().public_bytes_raw()
    envelope = dsse.Envelope.parse(json.loads(row.envelope), dsse.REFERENCE)
    said = json.loads(envelope.verify(dsse.keyid(raw), raw))
    assert (said["version"], said["sha256"]) == (3, row.sha256)
    assert (said["submitted_by"], said["approved_by"]) == lab.custodians
    today = local_date(utcnow())
    assert date.fromisoformat(said["expires_on"]) - today in {
        timedelta(days=730),
        timedelta(days=731),
    }


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("software_id", "9.9"),
        ("sha256", "00" * 32),
        ("code_sha256", "00" * 32),
        ("parameters_sha256", None),
        ("pages", ["00" * 32] * 32),
        ("length", 1),
        ("expires_on", date(2099, 1, 1)),
        ("envelope", "{}"),
        ("envelope", "not JSON"),
    ],
)
def test_a_row_that_was_altered_does_not_judge(lab: Lab, column: str, value: object) -> None:
    """Row and signature must say the same, column by column."""
    with lab.work.database.transaction() as session:
        row = session.scalars(select(Reference).where(Reference.software_id == "1.0")).one()
        assert trust.is_sound(row, lab.work.keys.server)
        setattr(row, column, value)
        assert not trust.is_sound(row, lab.work.keys.server)
        session.rollback()


def test_a_second_approval_is_not_borrowed(lab: Lab) -> None:
    """The approval of one image does not serve another."""
    with lab.work.database.transaction() as session:
        one, other = session.scalars(select(Reference).order_by(Reference.id)).all()
        one.envelope = other.envelope
        assert not trust.is_sound(one, lab.work.keys.server)
        session.rollback()


def test_an_image_whose_bytes_are_gone_is_not_approved(lab: Lab) -> None:
    """What cannot be compared with cannot judge."""
    uid = submit(lab, CHEATING)
    lab.work.blobs.path(lab.row(Reference, uid).sha256).write_bytes(b"other")
    with pytest.raises(references.DomainError, match="missing or altered"):
        approve(lab, uid)


def test_scales_are_judged_again_when_their_program_comes_on_file(lab: Lab) -> None:
    """A version nobody knew becomes a match; the to-do is answered."""
    lab.change(lambda scale: setattr(scale, "software_id", ""))
    report = {"software_id": "2.0"}
    before = lab.read(CHEATING, reported=report)
    assert before.verdict is Verdict.UNKNOWN_VERSION
    assert [task.kind for task in lab.to_dos()] == ["firmware_unknown_version"]
    approve(lab, submit(lab, CHEATING))
    assert do_server_tasks(lab) >= 1
    after = lab.all_evidence()[-1]
    assert (after.verdict, after.counts) == (Verdict.MATCH, True)
    assert lab.scale_now().standing_evidence_id == after.id
    assert lab.to_dos() == []
    assert lab.ledger_problems() == []


def test_a_match_ends_with_the_reference_it_stood_on(lab: Lab) -> None:
    """Withdrawn: what equalled it is not on file any more."""
    lab.read(HONEST)
    withdraw(lab, "1.0")
    do_server_tasks(lab)
    found = lab.all_evidence()[-1]
    assert found.verdict is Verdict.UNKNOWN_VERSION
    assert lab.scale_now().state.value == "in_service"
    assert [task.kind for task in lab.to_dos()] == ["firmware_unknown_version"]


def test_a_better_reference_does_not_close_a_finding(lab: Lab) -> None:
    """The verdict follows the references, the finding follows people."""
    lab.read(CHEATING)
    approve(lab, submit(lab, CHEATING, software_id="1.0"))
    do_server_tasks(lab)
    assert lab.all_evidence()[-1].verdict is Verdict.MATCH
    assert [row.state.value for row in lab.all(Finding)] == ["open"]
    assert lab.scale_now().state.value == "suspended"


def test_an_unvouched_reading_does_not_become_a_standing_match(lab: Lab) -> None:
    """It counted as bad news; as good news it would need a challenge of ours."""
    bad = lab.read(CHEATING, fresh=False)
    assert lab.scale_now().standing_evidence_id == bad.id
    approve(lab, submit(lab, CHEATING, software_id="1.0"))
    do_server_tasks(lab)
    assert lab.all_evidence()[-1].verdict is Verdict.MATCH
    assert lab.scale_now().standing_evidence_id is None


def test_a_reading_that_waits_for_its_image_goes_on_waiting(lab: Lab) -> None:
    """Judged again without the bytes it says no more than before."""
    lab.deliver(lab.station.report(lab.scale, CALIBRATED, eat_nonce=lab.nonce()))
    do_server_tasks(lab)
    assert lab.all_evidence()[-1].status is EvidenceStatus.AWAITING_BYTES


def test_a_match_whose_image_nobody_kept_stands_no_more(lab: Lab) -> None:
    """It was never sent, because a reference was equal; that one's bytes are the image's."""
    lab.read(NEXT, reported={"software_id": "1.1"})
    withdraw(lab, "1.1")
    do_server_tasks(lab)
    found = lab.all_evidence()[-1]
    assert found.verdict is Verdict.UNKNOWN_VERSION
    assert found.similarity is not None


class TestTheApi:
    """Submitting and deciding by bearer token."""

    def ask(self, lab: Lab, who: int, method: str, path: str, **more: Any) -> Any:  # noqa: ANN401
        """Call the API as a custodian."""
        with lab.work.database.transaction() as session:
            person = session.scalars(select(Person).where(Person.uid == lab.custodians[who])).one()
            token = api_token(session, person, utcnow())
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        client = lab.app.test_client()
        return client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def body(self, lab: Lab, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return a submission."""
        return {
            "model": lab.model,
            "software_id": "2.0",
            "origin": "maker_letter",
            "origin_note": "letter of 2026-10-08",
            "content": base64.b64encode(hex_file("1.0-cheat")).decode(),
            "file_name": "price-scale.hex",
            **changes,
        }

    def test_one_submits_and_another_decides_but_approves_in_person(self, lab: Lab) -> None:
        """With the version read, and not with an old one; approving has effect in law."""
        made = self.ask(lab, 0, "POST", "/references", json=self.body(lab))
        assert made.status_code == 201, made.text
        path, tag = f"/references/{made.json['id']}", made.headers["ETag"]
        for name in ("approve", "withdraw"):
            act = {"action": name, "note": "both digests compared by phone"}
            token = self.ask(lab, 1, "POST", f"{path}/actions", json=act, headers={"If-Match": tag})
            assert (token.status_code, token.json["code"]) == (403, "step_up_required")
        act = {"action": "reject", "note": "both digests compared by phone"}
        bare = self.ask(lab, 1, "POST", f"{path}/actions", json=act)
        assert bare.status_code == 428
        done = self.ask(lab, 1, "POST", f"{path}/actions", json=act, headers={"If-Match": tag})
        assert (done.status_code, done.json["status"]) == (200, "rejected")
        late = self.ask(
            lab,
            1,
            "POST",
            f"{path}/actions",
            json={"action": "withdraw"},
            headers={"If-Match": tag},
        )
        assert late.status_code == 412

    def test_lists_are_of_one_model_or_status(self, lab: Lab) -> None:
        """And a cursor leads on."""
        first = self.ask(lab, 0, "GET", "/references?status=approved&limit=1").json
        assert [row["software_id"] for row in first["items"]] == ["1.1"]
        second = self.ask(lab, 0, "GET", f"/references?limit=1&after={first['next']}").json
        assert [row["software_id"] for row in second["items"]] == ["1.0"]
        assert self.ask(lab, 0, "GET", "/references?status=rejected").json["items"] == []

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"content": "***"}, 422, "invalid_request"),
            ({"content": ""}, 422, "image_empty"),
            ({"origin": "hearsay"}, 422, "invalid_request"),
            ({"base": -1}, 422, "invalid_request"),
            ({"expires_on": "2020-01-01"}, 422, "expiry_past"),
            ({"expires_on": "soon"}, 422, "invalid_request"),
            ({"level": 5}, 422, "invalid_request"),
        ],
    )
    def test_what_is_wrong_is_said(
        self, lab: Lab, changes: dict[str, Any], status: int, code: str
    ) -> None:
        """Each with its own code."""
        answer = self.ask(lab, 0, "POST", "/references", json=self.body(lab, **changes))
        assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_model_without_a_profile_takes_no_reference(lab: Lab) -> None:
    """Nobody has said where its program lies."""
    with lab.work.database.transaction() as session:
        model = makers.make_model(session, "ACS-3")
        with pytest.raises(NoProfileError):
            look(model, CHEATING, "", None)
        model.profile = {**PROFILE, "regions": []}
        assert look(model, CHEATING, "", None).digests["parameters"] is None
