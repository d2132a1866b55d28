"""The auditor's pages: entries by person, thing, deed and day, in sentences; sign-ins counted."""

import ast
import csv
import io
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.db.session import Database, utcnow
from app.domain.calendar import local_date
from app.domain.lifecycle import Action
from app.domain.roles import Role
from app.domain.scope import Scope
from app.ledger.door import act
from app.ledger.projections import SUBJECTS
from app.models import LedgerEntry, Place, Region, RegionKind, SignInAttempt
from app.oversee import audit
from app.oversee.audit import Asked
from app.web.words.ledger import DEED, KIND
from tests.conftest import NOON
from tests.oversee.conftest import Office
from tests.support import makers

ALL = Scope(("/",))


def page(office: Office, login: str = "auditor", **asked: str) -> str:
    """Return the page that answers ``asked``."""
    client = office.browser(login)
    client.set_cookie("lang", "zh")
    answer = client.get("/oversee/audit", query_string=asked)
    assert answer.status_code == 200
    return answer.text


def test_an_entry_reads_as_a_sentence(office: Office) -> None:
    """Who did what to what, in Chinese."""
    assert "系统 登记：账号 inspector" in page(office, who="inspector").replace("新建账号", "登记")


def test_what_nobody_did_leads_on(office: Office) -> None:
    """An empty answer says what to do."""
    assert "没有这样的记录" in page(office, who="nobody at all")


def test_a_manager_has_no_business_there(office: Office) -> None:
    """Nor has anybody without an office in oversight."""
    for path in ("audit", "audit.csv", "sign-ins"):
        assert office.browser("manager").get(f"/oversee/{path}").status_code == 403


def test_the_table_to_take_away_holds_the_same_entries(office: Office) -> None:
    """As many as the ledger has, each with its leaf."""
    answer = office.browser("auditor").get("/oversee/audit.csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    leaves = {row[-1] for row in rows[1:]}
    assert leaves <= {entry.leaf for entry in office.lab.all(LedgerEntry)}
    assert len(rows) > 3


def test_no_cell_is_a_formula(office: Office) -> None:
    """A spreadsheet that opens the table runs nothing of ours, whatever somebody is called."""
    with office.lab.work.database.transaction() as session:
        person = makers.make_person(session, "=1+1", [Role.MANAGER])
        place = session.scalars(select(Place)).first()
        assert place is not None
        with act(session, place, "place_corrected", by=person.uid, at=utcnow()):
            place.address = "人民路 2 号"
    assert "'=1+1" in office.browser("auditor").get("/oversee/audit.csv").text


def found(session: Session, asked: Asked) -> list[str]:
    """Return action of each entry that ``asked`` finds."""
    rows = list(session.scalars(audit.entries(session, ALL, asked).order_by(LedgerEntry.seq)))
    return [one.action for one in audit.tell(session, ALL, rows)]


def test_entries_are_found_on_both_databases(any_url: str, database: Database) -> None:
    """By the bytes that were hashed, whatever the database calls a position in them."""
    del any_url
    with database.transaction() as session:
        place = makers.make_place(session)
        model = makers.make_model(session)
        makers.make_scale(session, place, model, "SN1")
        makers.make_person(session, "liwei")
        everything = found(session, Asked())
        assert found(session, Asked(what="SN1")) == ["register"]
        assert found(session, Asked(who="liwei")) == ["register"]
        assert found(session, Asked(action="register")) == everything
        assert found(session, Asked(action="grant")) == []
        assert found(session, Asked(who="nobody")) == []


def test_days_bound_what_is_found(session: Session) -> None:
    """From the first midnight to the last one, in China."""
    for day in range(3):
        region = Region(uid=new_uid(), path=f"/3{day}/", name="省", kind=RegionKind.PROVINCE)
        makers.recorded(session, region, at=NOON + timedelta(days=day))
    today = local_date(NOON)
    one = timedelta(days=1)
    assert len(found(session, Asked(since=today, until=today))) == 1
    assert len(found(session, Asked(since=today + one))) == 2
    assert len(found(session, Asked(until=today + one))) == 2
    assert found(session, Asked(until=today - one)) == []


def test_sign_ins_are_counted_by_day_without_names(office: Office) -> None:
    """Right and wrong; what was typed is nowhere."""
    at = utcnow()
    with office.lab.work.database.transaction() as session:
        for number in range(5):
            session.add(
                SignInAttempt(login_digest="d" * 64, address="::1", at=at, succeeded=number > 1)
            )
    with office.lab.work.database.reading() as session:
        days = audit.sign_ins(session, at)
        assert session.scalars(select(SignInAttempt.login_digest)).first() == "d" * 64
    assert [(one.day, one.right, one.wrong) for one in days] == [(local_date(at), 3, 2)]
    answer = office.browser("auditor").get("/oversee/sign-ins")
    assert "d" * 64 not in answer.text


def deeds() -> set[str]:
    """Return every action that is written out in the program's calls of the door."""
    named: set[str] = {action.value for action in Action}
    for file in Path("app").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "act":
                third = node.args[2:3]
                named |= {one.value for one in third if isinstance(one, ast.Constant)}
    return named


def test_every_kind_of_thing_has_its_word() -> None:
    """A new subject without a line in app.web.words.ledger fails here."""
    assert {subject.__tablename__ for subject in SUBJECTS} <= set(KIND)


def test_every_deed_has_its_words() -> None:
    """A new act without a line in app.web.words.ledger fails here."""
    told = {key.rpartition(" ")[2] for key in DEED}
    assert deeds() - told == set()
