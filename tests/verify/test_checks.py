"""In-service checks: the doubled limits, what a check is worth, and what it never does."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.db.ids import new_uid
from app.db.session import utcnow
from app.domain.appeals import CheckForce
from app.domain.findings import LeadState
from app.domain.roles import Role
from app.domain.rules.builtin import built_in
from app.domain.rules.choosing import named
from app.domain.scale_types import AccuracyClass
from app.domain.verification import VerificationKind, VerificationResult
from app.ledger.verify import problems
from app.models import InServiceCheck, ModelRange, Person, Remark, Scale, ScaleModel
from app.oversee import queries
from app.oversee import service as oversight
from app.oversee.service import LeadStep
from app.verify.service import checks, drafts, leads
from app.verify.service.documents import Document
from app.verify.service.drafts import Save
from app.verify.service.worksheets import WorksheetIncompleteError
from tests.support import makers
from tests.support.house import House
from tests.support.makers import NOON

KG = 1_000_000
E = 5_000  # of the model that the makers make
RULES = named(built_in(), "JJG 539-2016")
LOADS = (KG, 2_500_000, 5 * KG, 10 * KG, 15 * KG)


def document(scale: str, at: Any = NOON, error_mg: int = 0, **check: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a complete check with 1 kg on which the scale errs by ``error_mg``."""
    end = int(at.timestamp() * 1000)
    rows = [("zero", 0, 0), ("weighing_up", KG, KG + error_mg)]
    given = {"mass": "market", "certificate": "M-1", "loads": [KG], "statement": "agrees"}
    return {
        "v": 1,
        "kind": "in_service",
        "purpose": "supervision",
        "scale": scale,
        "check": given | check,
        "prechecks": [{"code": code, "result": "ok"} for code in checks.LOOKS],
        "readings": [
            {"test": test, "load_mg": load, "indication_mg": shown, "at": end - 1000}
            for test, load, shown in rows
        ],
        "started_at": end - 60_000,
        "finished_at": end,
    }


def put(
    session: Session,
    scale: Scale,
    officer: Person,
    error_mg: int = 0,
    **check: Any,  # noqa: ANN401
) -> InServiceCheck:
    """Return the check that ``officer`` put on record."""
    written = document(scale.uid, error_mg=error_mg, **check)
    save = Save(uid=new_uid(), revision=0, document=written)
    draft = drafts.save_draft(session, scale, save, by=officer, at=NOON)
    return checks.submit(session, draft, by=officer, at=NOON)


@pytest.fixture
def two(session: Session) -> tuple[Person, Person]:
    """Return two inspectors of the county."""
    first, second = (makers.make_person(session, name, [Role.INSPECTOR]) for name in "ab")
    return first, second


@pytest.fixture
def scale(session: Session) -> Scale:
    """Return a scale of class III, 15 kg, e = 5 g."""
    return makers.make_scale(session, makers.make_place(session), makers.make_model(session))


@given(load=st.sampled_from(LOADS), steps=st.integers(-6, 6))
def test_the_limits_are_twice_those_of_a_verification(load: int, steps: int) -> None:
    """What is read beyond twice the limit fails, what is within it passes: in whole steps."""
    model = ScaleModel(accuracy=AccuracyClass.III)
    model.ranges = [ModelRange(max_mg=15 * KG, min_mg=100_000, e_mg=E)]
    written = document(new_uid(), loads=[load])
    written["readings"][1] |= {"load_mg": load, "indication_mg": load + steps * E}
    found = checks.checked(RULES, model, Document.read(written))
    half_steps = 1 if load <= 500 * E else 2 if load <= 2000 * E else 3
    item = next(one for one in found.items if one.get("test") == "weighing_up")
    assert item["mpe_mg"] == 2 * half_steps * E // 2
    is_within = abs(steps) <= half_steps
    assert found.verdict is (VerificationResult.PASS if is_within else VerificationResult.FAIL)
    assert VerificationKind.IN_SERVICE.value == written["kind"]


def test_a_check_changes_nothing_of_the_scale_but_its_story(
    session: Session, scale: Scale, two: tuple[Person, Person]
) -> None:
    """It is no verification: state, mark and validity stay; the words are kept apart."""
    before = (scale.state, list(scale.seals), scale.opened_on)
    row = put(session, scale, two[0], 3 * E, statement="disagrees", said="王小明 says no")
    session.refresh(scale)
    assert (scale.state, list(scale.seals), scale.opened_on) == before
    assert (row.verdict, row.force) == (VerificationResult.FAIL, CheckForce.ROUTINE)
    assert "said" not in row.document["check"]
    assert session.scalar(select(Remark.text).where(Remark.about == row.uid)) == "王小明 says no"


@given(
    named_second=st.booleans(),
    task_no=st.sampled_from(["", "  ", "2026-7"]),
    who=st.sampled_from(["first", "second", "third"]),
    hours=st.sampled_from([0, 24, 25]),
)
def test_only_a_named_second_person_with_a_task_makes_evidence(
    named_second: bool,
    task_no: str,
    who: str,
    hours: int,
) -> None:
    """Every other way leaves a routine check."""
    people = {name: Person(id=n, uid=name) for n, name in enumerate(("first", "second", "third"))}
    asked = "second" if named_second else ""
    row = InServiceCheck(
        officer_id=0,
        task_no=task_no.strip(),
        checked_at=NOON,
        document={"check": {"second": asked}},
    )
    wants = (asked, bool(task_no.strip()), who, hours <= 24)
    error = checks.hindrance(row, people[who], NOON + timedelta(hours=hours))
    assert (error is None) == (wants == ("second", True, "second", True))


def test_the_second_officer_makes_it_evidence_once(
    session: Session, scale: Scale, two: tuple[Person, Person]
) -> None:
    """Named, with a task: evidence; a second time is refused."""
    first, second = two
    row = put(session, scale, first, second=second.uid, task_no="2026-7")
    assert row.force is CheckForce.ROUTINE
    with pytest.raises(checks.NotAskedError):
        checks.confirm(session, row, by=first, at=NOON)
    checks.confirm(session, row, by=second, at=NOON)
    assert (row.force, row.second) == (CheckForce.EVIDENCE, second)
    with pytest.raises(checks.CheckConfirmedError):
        checks.confirm(session, row, by=second, at=NOON)


def test_the_database_itself_refuses_evidence_of_one(
    session: Session, scale: Scale, two: tuple[Person, Person]
) -> None:
    """Whatever a program does, one officer alone is no evidence."""
    row = put(session, scale, two[0])
    row.force = CheckForce.EVIDENCE
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_load_that_was_chosen_and_not_read_is_missing(
    session: Session, scale: Scale, two: tuple[Person, Person]
) -> None:
    """A pass needs every load; a failure needs none."""
    with pytest.raises(WorksheetIncompleteError) as refused:
        put(session, scale, two[0], loads=[KG, 2 * KG], statement="")
    assert refused.value.missing == ("weighing_up:2000000", "statement")
    assert put(session, scale, two[0], 2 * E, loads=[KG, 2 * KG]).verdict == "fail"


def test_a_failed_check_goes_to_the_authority_as_a_lead(
    session: Session, scale: Scale, two: tuple[Person, Person]
) -> None:
    """It opens a lead, another one joins it; handed over, it is the authority's."""
    first, second = (put(session, scale, one, 3 * E) for one in two)
    lead = leads.open_lead(session, first, by=two[0].uid, at=NOON)
    assert leads.open_lead(session, second, by=two[1].uid, at=NOON) is lead
    with pytest.raises(leads.InLeadError):
        leads.open_lead(session, first, by=two[0].uid, at=NOON)
    with pytest.raises(leads.NoCauseError):
        leads.open_lead(session, put(session, scale, two[0]), by=two[0].uid, at=NOON)
    handed = LeadStep(LeadState.HANDED_OVER, "AJ-17")
    oversight.step_lead(session, lead, handed, by=two[0].uid, at=NOON)
    session.flush()
    assert queries.checks_of(session, [lead])[lead.id] == [first, second]
    later = leads.open_lead(session, put(session, scale, two[0], 3 * E), by=two[0].uid, at=NOON)
    assert (later is lead, later.finding_id) == (False, None)
    assert list(problems(session, Ed25519PrivateKey.generate().public_key())) == []


def _send(house: House, role: Role, uid: str, **check: Any) -> TestResponse:  # noqa: ANN401
    body = {
        "scale": house.scale,
        "revision": 0,
        "document": document(house.scale, utcnow(), **check),
    }
    client = house.page(role)
    headers = {"Accept": "application/json"}
    saved = client.post(f"/verify/drafts/{uid}", json=body, headers=headers)
    if saved.status_code != 200:
        return saved
    return client.post(f"/verify/drafts/{uid}/submit", json={}, headers=headers)


def test_from_the_page_to_the_record_that_is_signed(house: House) -> None:
    """Written by the inspector, confirmed by the other officer, printed."""
    inspector, regulator = house.page(Role.INSPECTOR), house.page(Role.REGULATOR)
    page = inspector.get(f"/verify/scales/{house.scale}/in-service")
    assert (page.status_code, "Do not cut the power" in page.text) == (200, True)
    with house.writing() as session:
        other = session.scalars(select(Person.uid).where(Person.name.contains("regulator"))).one()
    uid = new_uid()
    answer = _send(house, Role.INSPECTOR, uid, error_mg=3 * E, second=other, task_no="2026-7")
    assert answer.get_json()["url"] == f"/verify/checks/{uid}"
    shown = inspector.get(f"/verify/checks/{uid}").text
    assert "A routine check until" in shown
    assert "check not passed" in shown
    refused = inspector.post(
        f"/verify/checks/{uid}/confirm", data={"code": house.code(Role.INSPECTOR)}
    )
    assert refused.status_code == 409
    done = regulator.post(
        f"/verify/checks/{uid}/confirm", data={"code": house.code(Role.REGULATOR)}
    )
    assert done.status_code == 303
    assert "It counts as evidence" in regulator.get(f"/verify/checks/{uid}").text
    opened = inspector.post(f"/verify/checks/{uid}/lead")
    lead = inspector.get(opened.location)
    assert (lead.status_code, f"/verify/checks/{uid}" in lead.text) == (200, True)
    assert "Hand the lead over" in lead.text
    again = house.api(Role.INSPECTOR, f"/in-service-checks/{uid}/lead", {})
    assert again.get_json()["code"] == "check_in_lead"
    assert house.api(Role.AUDITOR, "/leads").get_json()["items"][0]["checks"] == [uid]
    pdf = inspector.get(f"/verify/checks/{uid}/record.pdf")
    assert pdf.data.startswith(b"%PDF")
    assert (
        "Checked in service: check not passed"
        in inspector.get(f"/manage/scales/{house.scale}").text
    )


def test_a_verifier_writes_no_check_and_an_inspector_no_worksheet(house: House) -> None:
    """Verification staff do not inspect, and inspectors do not verify."""
    assert _send(house, Role.VERIFIER, new_uid()).status_code == 404
    body = {
        "scale": house.scale,
        "revision": 0,
        "document": {"v": 1, "kind": "initial", "purpose": "first", "scale": house.scale},
    }
    answer = house.page(Role.INSPECTOR).post(f"/verify/drafts/{new_uid()}", json=body)
    assert answer.status_code == 404
