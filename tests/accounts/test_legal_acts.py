"""Each act with effect in law asks on its page for a fresh proof; one line per act."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import recovery
from app.accounts.recovery import Reset
from app.config import Settings
from app.crypto import keys
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.lifecycle import Action, State
from app.domain.permissions import LEGAL, LegalAct
from app.domain.roles import Role
from app.domain.rules.builtin import documents
from app.domain.worksheets import SignatureStep
from app.factory import create_app
from app.ledger.door import SYSTEM, act
from app.models import (
    Campaign,
    CampaignScale,
    LedgerEntry,
    Person,
    RecallScale,
    Scale,
    Verification,
)
from app.verify.service import rulesets
from app.verify.service.signing import sign
from app.web import step_up
from app.web.identity import COOKIE
from tests.support import databases, makers
from tests.support.checking import make_check
from tests.support.proof import fresh_code
from tests.support.weighing import make_recall
from tests.support.worksheets import finished_worksheet, make_institute, office
from tests.support.world import HERE, make_county, sign_in
from tests.verify.outfit import employ

TODAY = local_date(utcnow()).isoformat()
RESULT = {
    "kind": "subsequent",
    "verified_on": TODAY,
    "body": "计量所",
    "label_no": "L1",
}
CONCLUSION = {"outcome": "confirmed", "words": "another program", "document_no": "JL-1"}
STEP = {"state": "handed_over", "document_no": "AJ-1"}
NUMBER = {"number": "停〔2026〕3号"}
NEXT_RULES = {**documents()[0], "version": 3}
# Who does it, what it is done to, the rest of the form.
REQUESTS: dict[LegalAct, tuple[Role, str, dict[str, Any]]] = {
    LegalAct.PASS: (Role.VERIFIER, "scale", {**RESULT, "result": "pass", "seal_no": "S1"}),
    LegalAct.FAIL: (Role.VERIFIER, "scale", {**RESULT, "result": "fail", "failed_items": "zero"}),
    LegalAct.STOP_ORDER: (Role.INSPECTOR, "scale", NUMBER),
    LegalAct.LIFT_STOP_ORDER: (Role.INSPECTOR, "scale", NUMBER),
    LegalAct.HOLD: (Role.INSPECTOR, "scale", NUMBER),
    LegalAct.RELEASE_HOLD: (Role.INSPECTOR, "scale", NUMBER),
    LegalAct.CONCLUDE: (Role.INSPECTOR, "finding", CONCLUSION),
    LegalAct.STEP_LEAD: (Role.INSPECTOR, "lead", STEP),
    LegalAct.APPROVE_REFERENCE: (Role.CUSTODIAN, "reference", {}),
    LegalAct.WITHDRAW_REFERENCE: (Role.CUSTODIAN, "reference", {}),
    LegalAct.CONSENT_RESET: (Role.ADMIN, "verifier", {}),
    LegalAct.SIGN_WORKSHEETS: (Role.VERIFIER, "place", {"worksheet": "@written"}),
    LegalAct.CHECK_WORKSHEETS: (Role.CHECKER, "place", {"worksheet": "@verified"}),
    LegalAct.REVOKE_CERTIFICATE: (Role.SIGNATORY, "certificate", {}),
    LegalAct.APPROVE_WORKSHEETS: (Role.SIGNATORY, "place", {"worksheet": "@checked"}),
    LegalAct.INSTALL_RULES: (Role.ADMIN, "rules", {"document": json.dumps(NEXT_RULES)}),
    LegalAct.WITHDRAW_RULES: (Role.ADMIN, "rules", {}),
    LegalAct.DECIDE_RECALL: (Role.SIGNATORY, "recall", {"scale": "@scale", "decision": "keep"}),
    LegalAct.RECORD_APPEAL: (
        Role.REGULATOR,
        "scale",
        {
            "document_no": "ZC-2",
            "notice_on": TODAY,
            "applied_on": TODAY,
        },
    ),
    LegalAct.DECIDE_APPEAL: (Role.REGULATOR, "appeal", {"state": "withdrawn", "document_no": "Z"}),
    LegalAct.CONFIRM_CHECK: (Role.INSPECTOR, "check", {}),
    LegalAct.CLEAR_RECALL: (Role.SIGNATORY, "recall", {}),
    LegalAct.IMPORT_RESULTS: (Role.VERIFIER, "campaign", {"sheet": "@sheet"}),
}


@dataclass(frozen=True, slots=True)
class Court:
    """An application with one of everything, and who may act on it."""

    app: Flask
    things: dict[str, str]
    cookies: dict[Role, str]

    def ask(self, deed: LegalAct, code: str = "") -> tuple[int, str]:
        """Send the form of ``deed``; return status and page."""
        role, thing, body = REQUESTS[deed]
        parts = {"uid": self.things[thing]}
        body = {
            name: self.things[value[1:]] if str(value).startswith("@") else value
            for name, value in body.items()
        }
        if "kind" in next(self.app.url_map.iter_rules(LEGAL[deed].page)).arguments:
            parts["kind"] = deed.value
        with self.app.test_request_context():
            path = self.app.url_for(LEGAL[deed].page, **parts)
        client = self.app.test_client()
        client.set_cookie(COOKIE, self.cookies[role])
        answer = client.post(path, data={**body, "code": code})
        return answer.status_code, answer.text

    def entries(self) -> int:
        """Return how many entries the ledger has."""
        with self.app.extensions["wutong"].database.reading() as session:
            return session.scalars(select(func.count(LedgerEntry.seq))).one()


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Court]:
    """Yield it; another verifier's reset waits for consent, another custodian submitted."""
    home = tmp_path_factory.mktemp("law")
    keys.create(home / "keys")
    with databases.sqlite_copy(sqlite_template, home) as url:
        app = create_app(Settings(home=home, database_url=url))
        app.config["WTF_CSRF_METHODS"] = set()  # forgery has tests of its own
        yield build(app)
        app.extensions["wutong"].database.dispose()


def build(app: Flask) -> Court:
    """Return the court of a fresh application."""
    work, at, cookies = app.extensions["wutong"], utcnow(), {}
    actors = {role for role, _thing, _body in REQUESTS.values()}
    with work.database.transaction() as session:
        county = make_county(session, HERE, at)
        first = county.people[Role.VERIFIER]
        recovery.ask_reset(session, first, Reset(second_factor=True), by="another", at=at)
        rules = rulesets.install(session, {**NEXT_RULES, "version": 2}, by=first, at=at)
        things = {**county.things, "verifier": first.uid, "rules": rules.uid}
        for role in actors:
            office = "/" if role is Role.CUSTODIAN else HERE
            makers.make_person(session, f"second-{role}", [role], office)
        scale = session.scalars(select(Scale)).one()
        with act(session, scale, Action.SUBMIT, by=SYSTEM, at=at):
            pass
        things |= worksheets_for(session, scale, at)
        named = select(Person.uid).where(Person.login == f"second-{Role.INSPECTOR}")
        second = session.scalars(named).one()
        check = make_check(session, scale, county.people[Role.INSPECTOR], second, at)
        things["check"] = check.uid
    for role in actors:
        fresh_code(work, f"second-{role}")
        with work.database.transaction() as session:
            named = select(Person).where(Person.login == f"second-{role}")
            cookies[role] = sign_in(session, session.scalars(named).one(), at)
    things["sheet"] = sheet_for(app, things["campaign"], at)
    return Court(app, things, cookies)


def sheet_for(app: Flask, uid: str, at: datetime) -> str:
    """Return the digest of a sheet that brings a result for a scale on the campaign's list."""
    work = app.extensions["wutong"]
    with work.database.transaction() as session:
        campaign = session.scalars(select(Campaign).where(Campaign.uid == uid)).one()
        verifier = session.scalars(select(Person).where(Person.login == "second-verifier")).one()
        employ(session, campaign.body, verifier)
        day, first = campaign.days[0], session.scalars(select(Scale)).first()
        assert first is not None
        new = {"place": first.place, "model": first.model, "serial_no": "SHEET-1"}
        scale = makers.make_scale(session, **new, state=State.AWAITING_VERIFICATION)
        session.add(CampaignScale(campaign=campaign, day=day, scale=scale))
    row = f"SHEET-1,不合格,{local_date(at)},铅封"
    written = f"出厂编号,检定结论,检定日期,不合格项目\n{row}\n"
    return str(work.blobs.put(written.encode()))


def worksheets_for(session: Session, scale: Scale, at: datetime) -> dict[str, str]:
    """Return a worksheet that waits for each of the three signatures."""
    people = {
        role: session.scalars(select(Person).where(Person.login == f"second-{role}")).one()
        for role in ("verifier", "checker", "signatory")
    }
    institute = make_institute(session, HERE, **people)
    employ(session, institute.body, people["signatory"])
    places, steps = ("written", "verified", "checked"), list(SignatureStep)
    recall = make_recall(session, institute.body, people["signatory"])
    verification = session.scalars(select(Verification)).one()
    row = {"recall_id": recall.id, "verification_id": verification.id, "links": 0, "risk": 0}
    session.add(RecallScale(scale_id=scale.id, **row))
    with act(session, recall, "recall_listed", by=SYSTEM, at=at):
        recall.listed = 1
    found = {"recall": recall.uid}
    for count, name in enumerate(places):
        row = finished_worksheet(session, institute, scale, at)
        found[name] = row.uid
        for step, by in zip(steps[:count], people.values(), strict=False):
            sign(session, [row.uid], step, office(Path("nowhere")), by=by, at=at)
    return found


def test_every_act_of_the_table_has_a_request_here(court: Court) -> None:
    """A new act without one fails; so does one whose page is no route."""
    assert set(REQUESTS) == set(LegalAct) == set(LEGAL)
    assert {one.page for one in LEGAL.values()} <= set(court.app.view_functions)


@pytest.mark.parametrize("deed", LegalAct)
@pytest.mark.parametrize("code", ["", "000000"])
def test_the_page_asks_for_a_fresh_proof(court: Court, deed: LegalAct, code: str) -> None:
    """Without it nothing is written; the field says what is wrong."""
    before = court.entries()
    status, page = court.ask(deed, code)
    assert (status, 'id="error-code"' in page, court.entries()) == (422, True, before)


@pytest.mark.parametrize("deed", LegalAct)
def test_the_page_spends_the_proof(
    court: Court, deed: LegalAct, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking is not enough: where nothing was proven, nothing is spent and nothing written."""
    monkeypatch.setattr(step_up, "confirm", lambda *_given: None)
    before = court.entries()
    status, _page = court.ask(deed, "123456")
    assert (status, court.entries()) == (403, before)


@pytest.mark.parametrize("deed", LegalAct)
def test_without_its_step_up_a_page_is_found_out(
    court: Court, deed: LegalAct, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a page that does neither goes on to write."""

    def stop(*_given: Any) -> None:  # noqa: ANN401 - whatever it is called with
        raise RuntimeError("here the act would be written")

    monkeypatch.setattr(step_up, "confirm", lambda *_given: None)
    monkeypatch.setattr(step_up, "spend", stop)
    status, page = court.ask(deed, "123456")
    assert (status, 'id="error-code"' in page) == (500, False)
