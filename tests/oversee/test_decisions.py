"""A finding is concluded and a lead handed over by people, with the number of a document."""

from typing import Any

import pytest
from sqlalchemy import select

from app.db.session import utcnow
from app.domain.findings import FindingState, LeadState
from app.domain.lifecycle import State
from app.ledger import remarks
from app.models import Finding, Lead, Person, Remark, ScaleEvent
from app.oversee import service
from app.oversee.service import Conclusion, IllegalStepError, LeadStep
from tests.oversee.conftest import Office
from tests.support.proof import fresh_code

CONFIRMED = {"outcome": "confirmed", "conclusion": "other program", "document_no": "JL-2026-9"}
HANDED_OVER = {"state": "handed_over", "document_no": "AJ-17", "note": "by courier"}


def resolve(office: Office, outcome: FindingState) -> None:
    """Conclude the finding as the inspector."""
    with office.lab.work.database.transaction() as session:
        finding = session.scalars(select(Finding)).one()
        by = session.scalars(select(Person).where(Person.login == "inspector")).one()
        conclusion = Conclusion(outcome, "seen by the laboratory", "JL-2026-9")
        service.resolve(session, finding, conclusion, by=by, at=utcnow())


def step(office: Office, state: LeadState) -> None:
    """Take the lead a step further."""
    with office.lab.work.database.transaction() as session:
        lead = session.scalars(select(Lead)).one()
        service.step_lead(session, lead, LeadStep(state, "AJ-17"), by="x", at=utcnow())


@pytest.mark.usefixtures("any_url")
def test_a_conclusion_stands_with_its_author_and_document(office: Office) -> None:
    """In the finding and in the story of the scale; the ledger agrees with both."""
    resolve(office, FindingState.CONFIRMED)
    finding = office.only(Finding)
    assert (finding.state, finding.document_no) == (FindingState.CONFIRMED, "JL-2026-9")
    remark = office.only(Remark)
    assert (remark.about, remark.text) == (finding.uid, "seen by the laboratory")
    assert finding.resolved_at is not None
    told = max(office.lab.all(ScaleEvent), key=lambda row: row.id)
    assert told.action == "finding_resolved"
    assert told.details == {
        "finding": finding.uid,
        "outcome": "confirmed",
        "document": "JL-2026-9",
        "remark": remark.uid,
        "remark_digest": remarks.digest(remark.uid, remark.text, remark.secret),
    }
    assert office.lab.ledger_problems() == []


@pytest.mark.parametrize(
    ("first", "then", "legal"),
    [
        (FindingState.CONFIRMED, FindingState.CLOSED, True),
        (FindingState.CONFIRMED, FindingState.DISMISSED, False),
        (FindingState.DISMISSED, FindingState.CONFIRMED, False),
        (FindingState.DISMISSED, FindingState.CLOSED, False),
    ],
)
def test_a_finding_goes_its_way_and_no_other(
    office: Office, first: FindingState, then: FindingState, legal: bool
) -> None:
    """A refused step leaves everything as it was."""
    resolve(office, first)
    if legal:
        resolve(office, then)
    else:
        with pytest.raises(IllegalStepError):
            resolve(office, then)
    assert office.only(Finding).state is (then if legal else first)
    assert office.lab.ledger_problems() == []


def test_an_open_finding_cannot_be_closed_unconcluded(office: Office) -> None:
    """Closing comes after confirming, when the scale was put right."""
    with pytest.raises(IllegalStepError):
        resolve(office, FindingState.CLOSED)


def test_a_conclusion_does_not_put_the_scale_back_into_service(office: Office) -> None:
    """Dismissed or not: resuming is an act of its own."""
    resolve(office, FindingState.DISMISSED)
    assert office.lab.scale_now().state is State.SUSPENDED


def test_a_lead_is_handed_over_and_closed_once(office: Office) -> None:
    """Then it is the authority's, and nothing follows."""
    step(office, LeadState.HANDED_OVER)
    with pytest.raises(IllegalStepError):
        step(office, LeadState.HANDED_OVER)
    step(office, LeadState.CLOSED)
    assert office.only(Lead).closed_at is not None
    with pytest.raises(IllegalStepError):
        step(office, LeadState.HANDED_OVER)
    assert office.lab.ledger_problems() == []


def test_the_api_decides_on_the_version_that_was_read(office: Office) -> None:
    """Without it 428, with an old one 412; and a conclusion wants the person."""
    path = f"/findings/{office.finding}/resolution"
    read = office.call("inspector", "GET", f"/findings/{office.finding}")
    assert read.get_json()["differences"]
    tag = {"If-Match": read.headers["ETag"]}
    assert post(office, "inspector", path, CONFIRMED).status_code == 428
    assert post(office, "inspector", path, CONFIRMED, {"If-Match": '"99"'}).status_code == 412
    answer = post(office, "inspector", path, CONFIRMED, tag)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "step_up_required")
    assert office.only(Finding).state is FindingState.OPEN
    unchanged = post(office, "inspector", path, {**CONFIRMED, "outcome": "open"}, tag)
    assert unchanged.get_json()["code"] == "illegal_step"
    lead = f"/leads/{office.lead}/steps"
    answer = post(office, "inspector", lead, HANDED_OVER, {"If-Match": "*"})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "step_up_required")
    assert office.only(Lead).state is LeadState.OPEN


@pytest.mark.parametrize(
    ("login", "status"), [("manager", 403), ("auditor", 403), ("stranger", 404)]
)
def test_only_who_decides_here_decides(office: Office, login: str, status: int) -> None:
    """Readers may not; elsewhere there is no such finding or lead."""
    any_version = {"If-Match": "*"}
    for path, body in (
        (f"/findings/{office.finding}/resolution", CONFIRMED),
        (f"/leads/{office.lead}/steps", HANDED_OVER),
    ):
        assert post(office, login, path, body, any_version).status_code == status
    assert office.only(Finding).state is FindingState.OPEN
    assert office.only(Lead).state is LeadState.OPEN


def test_a_manager_sees_findings_and_no_leads(office: Office) -> None:
    """Whom the market reports to, it does not follow."""
    assert len(office.call("manager", "GET", "/findings").get_json()["items"]) == 1
    assert office.call("manager", "GET", "/leads").status_code == 403
    assert office.call("stranger", "GET", "/findings").get_json()["items"] == []
    page = office.browser("manager").get(f"/oversee/findings/{office.finding}").text
    assert f"/oversee/leads/{office.lead}" not in page


def test_the_page_shows_where_the_program_differs(office: Office) -> None:
    """The address ranges as a table, each as the finding has them."""
    page = office.browser("inspector").get(f"/oversee/findings/{office.finding}")
    assert page.status_code == 200
    evidence = office.lab.all_evidence()[0]
    assert evidence.differences
    for one in evidence.differences:
        assert f"{one['start']:04x}" in page.text.lower()


def test_a_form_that_is_incomplete_keeps_what_was_typed(office: Office) -> None:
    """And nothing is decided by half."""
    browser = office.browser("inspector")
    path = f"/oversee/findings/{office.finding}/conclusion"
    answer = browser.post(path, data={"outcome": "confirmed", "words": "typed with care"})
    assert answer.status_code == 422
    assert "typed with care" in answer.text
    assert office.only(Finding).state is FindingState.OPEN
    whole = {"outcome": "confirmed", "words": "typed with care", "document_no": "JL-1"}
    whole["code"] = fresh_code(office.lab.work, "inspector")
    assert browser.post(path, data=whole).status_code == 303
    assert office.only(Finding).state is FindingState.CONFIRMED


def test_the_ledgers_page_is_for_who_keeps_it(office: Office) -> None:
    """The newest entries in words, never in codes; a manager has no business there."""
    assert office.browser("manager").get("/oversee/ledger").status_code == 403
    page = office.browser("auditor").get("/oversee/ledger?lang=zh")
    assert page.status_code == 200
    assert "<td>判定读取记录</td>" in page.text
    assert "<td>evidence" not in page.text


def post(
    office: Office,
    login: str,
    path: str,
    body: dict[str, Any],
    headers: dict[str, str] | None = None,
) -> Any:  # noqa: ANN401 - a response
    """Post ``body`` to the API."""
    return office.call(login, "POST", path, json=body, headers=headers or {})
