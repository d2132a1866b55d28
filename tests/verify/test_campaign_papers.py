"""What goes out of a campaign and comes back: notices, sheets, results, ticks; and what is due."""

import io
from datetime import date, datetime, timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.campaigns import CampaignOutcome, ListKind, PlannedDay
from app.domain.lifecycle import Action, State
from app.domain.results_sheet import BACK, heads_of, read_rows
from app.domain.roles import Role
from app.domain.scope import Scope
from app.domain.verification import VerificationKind, VerificationResult
from app.ledger.business import wrong_stories
from app.ledger.door import act
from app.models import (
    Campaign,
    CampaignScale,
    Person,
    Place,
    PlatformUpload,
    Scale,
    ScaleEvent,
    Verification,
)
from app.standing import ecqs
from app.verify import campaign_notices, queries_due, queries_uploads
from app.verify import queries_campaigns as queries
from app.verify.service import NewVerification, record_verification, uploads
from app.verify.service import campaigns as service
from app.verify.service import campaigns_lists as lists
from app.verify.service import campaigns_results as results
from app.verify.service.campaigns import NewCampaign
from app.verify.service.campaigns_results import BackKind
from tests.support.house import House
from tests.support.makers import COUNTY, MARKET, NOON, make_person, make_place, make_region
from tests.support.worksheets import market_of
from tests.verify.outfit import YEAR, employ, make_outfit

TODAY = NOON.date()
HEADS = ["出厂编号", "预约编号", "检定结论", "检定日期", "检定标志编号", "铅封编号", "不合格项目"]


@pytest.fixture
def campaign(session: Session) -> Campaign:
    """Return a campaign of today with four scales on its list."""
    outfit, place = make_outfit(session), make_place(session)
    market_of(session, place, 4, state=State.AWAITING_VERIFICATION)
    days = [PlannedDay(place.uid, TODAY, (outfit.verifier.uid,), 4)]
    command = NewCampaign(body=outfit.body, path=COUNTY, name="冬季", since=TODAY, until=TODAY)
    found = service.create(session, command, days, by="system", at=NOON)
    lists.fill(session, found, (ListKind.AWAITING, 0), days)
    return found


def sent(
    session: Session, campaign: Campaign, *rows: list[str], by: str = "system"
) -> list[results.Back]:
    """Return what a sheet with ``rows`` would do."""
    table = [HEADS, *rows]
    heads = heads_of(table)
    found = read_rows(iter(enumerate(table[1:], 2)), heads, TODAY, {})
    return results.compare(session, campaign, (found, heads), by=by, at=NOON)


PASSED = ["SN-0000", "YY-1", "合格", "2026-11-23", "T1", "Q1", ""]
FAILED = ["SN-0001", "YY-2", "不合格", "2026-11-23", "", "", "偏载"]


def test_results_are_shown_then_written_and_a_second_time_change_nothing(
    session: Session, campaign: Campaign
) -> None:
    """They move the scales as results on paper; the appointment numbers stand on the list."""
    backs = sent(session, campaign, PASSED, FAILED, ["SN-0002", "YY-3", "", "", "", "", ""])
    assert [one.kind for one in backs] == [
        BackKind.RESULT, BackKind.RESULT, BackKind.APPOINTMENT,
    ]  # fmt: skip
    assert session.scalar(select(func.count(Verification.id))) == 0
    assert results.apply(session, backs, by="system", at=NOON) == (3, 2)
    rows = queries.with_outcomes(session, campaign.days[0])
    assert [line.scale.state for line, _outcome in rows][:3] == [
        State.READY, State.SUSPENDED, State.AWAITING_VERIFICATION,
    ]  # fmt: skip
    assert [line.appointment_no for line, _outcome in rows] == ["YY-1", "YY-2", "YY-3", ""]
    assert [outcome for _line, outcome in rows][:2] == [CampaignOutcome.DONE] * 2
    paper = session.scalars(select(Verification)).first()
    assert paper is not None
    assert (paper.verifier_id, paper.body) == (None, campaign.body.name)
    again = sent(session, campaign, PASSED, FAILED)
    assert [one.kind for one in again] == [BackKind.SAME] * 2
    assert results.apply(session, again, by="system", at=NOON) == (0, 0)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (["SN-9", "", "合格", "2026-11-23", "T1", "Q1"], "出厂编号", "not_on_a_list"),
        (["", "YY", "合格", "2026-11-23", "T1", "Q1"], "出厂编号", "no_number"),
        (["SN-0000", "", "合格", "2026-11-23", "T1", ""], "铅封编号", "seal_needed"),
        (["SN-0000", "", "合格", "2026-11-23", "", "Q1"], "检定标志编号", "missing"),
        (["SN-0000", "", "不合格", "2026-11-23", "", "", ""], "不合格项目", "missing"),
    ],
)
def test_a_row_that_cannot_be_taken_says_so_at_its_cell(
    session: Session, campaign: Campaign, row: list[str], column: str, code: str
) -> None:
    """And nothing of it is written."""
    backs = sent(session, campaign, row)
    assert [(one.column, one.code) for one in backs[0].row.blots] == [(column, code)]
    assert results.apply(session, backs, by="system", at=NOON) == (0, 0)


def test_a_scale_in_two_rows_is_taken_once(session: Session, campaign: Campaign) -> None:
    """The second row is refused; so is a result in a state that allows none."""
    backs = sent(session, campaign, PASSED, PASSED)
    assert [one.kind for one in backs] == [BackKind.RESULT, BackKind.REFUSED]
    line = queries.with_outcomes(session, campaign.days[0])[0][0]
    with act(session, line.scale, "put_aside", by="system", at=NOON):
        line.scale.state = State.REGISTERED
    assert sent(session, campaign, PASSED)[0].row.blots[0].code == "illegal_transition"


def test_a_notice_is_printed_for_each_stall(session: Session, campaign: Campaign) -> None:
    """Two to a page; what has no stall is named by its number."""
    day = campaign.days[0]
    scales = [line for line, _outcome in queries.with_outcomes(session, day)]
    data = campaign_notices.notices(day, scales, TODAY)
    assert data.startswith(b"%PDF-1.7")
    assert campaign_notices.chinese_day(date(2026, 11, 25)) == "11月25日（星期三）"


def test_a_result_that_a_later_one_replaced_waits_apart(
    session: Session, campaign: Campaign
) -> None:
    """What still stands comes first; of two of one day the later one stands."""
    results.apply(session, sent(session, campaign, PASSED, FAILED), by="system", at=NOON)
    here = Scope((COUNTY,))
    first, other = session.scalars(queries_uploads.waiting(here).order_by(Verification.id)).all()
    columns = ("path", "scale_id", "kind", "regulation", "body", "verified_on", "recorded_at")
    same = {name: getattr(first, name) for name in columns}
    later = Verification(uid=new_uid(), result=VerificationResult.FAIL, **same)
    session.add(later)
    assert set(session.scalars(queries_uploads.waiting(here))) == {other, later}
    assert session.scalars(queries_uploads.waiting(here, earlier=True)).all() == [first]
    assert queries_uploads.count_earlier(session, here) == 1


def test_a_tick_says_who_and_the_first_one_stays(session: Session, campaign: Campaign) -> None:
    """What is ticked no longer waits."""
    results.apply(session, sent(session, campaign, PASSED, FAILED), by="system", at=NOON)
    person, here = make_person(session, "clerk", [Role.CHECKER]), Scope((COUNTY,))
    rows = list(session.scalars(queries_uploads.waiting(here)))
    assert [row[2] for row in queries_uploads.rows(session, here)] == ["SN-0000", "SN-0001"]
    rows = list(session.scalars(queries_uploads.waiting(here)))
    assert uploads.tick(session, rows[:1], "GP-1", by=person.uid, at=NOON) == 1
    assert uploads.tick(session, rows, "GP-2", by=person.uid, at=NOON) == 1
    ticks = session.scalars(select(PlatformUpload).order_by(PlatformUpload.id)).all()
    assert [one.reference_no for one in ticks] == ["GP-1", "GP-2"]
    assert session.scalars(queries_uploads.waiting(here)).all() == []
    uploads.take_back(session, ticks[0], by=person.uid, at=NOON)
    assert [one.uid for one in session.scalars(queries_uploads.waiting(here))] == [rows[0].uid]
    told = select(ScaleEvent.action, ScaleEvent.details).order_by(ScaleEvent.id)
    said = [(what, how["document"]) for what, how in session.execute(told) if "upload" in what]
    assert said == [
        ("upload_ticked", "GP-1"), ("upload_ticked", "GP-2"), ("upload_taken_back", "GP-1"),
    ]  # fmt: skip
    assert list(wrong_stories(session)) == []


def verified(session: Session, place: Place, days_ago: int, serial: str) -> Scale:
    """Return a scale of ``place`` verified some days ago."""
    scale = market_scale(session, place, serial)
    on = TODAY - timedelta(days=days_ago)
    command = NewVerification(
        result=VerificationResult.PASS, kind=VerificationKind.SUBSEQUENT, verified_on=on,
        body="所", label_no=f"T{serial}", seal_no=f"Q{serial}",
    )  # fmt: skip
    at = datetime.combine(on, NOON.timetz())
    record_verification(session, scale, command, by="system", at=at)
    return scale


def market_scale(session: Session, place: Place, serial: str) -> Scale:
    """Return a scale with a code that awaits verification."""
    scale = market_of(session, place, 1, state=State.AWAITING_VERIFICATION)[0]
    with act(session, scale, "renamed", by="system", at=NOON):
        scale.serial_no = serial
        scale.production_code = scale.repair_code = scale.verification_code = serial
    return scale


def test_what_is_due_is_summed_by_region_and_listed(session: Session) -> None:
    """Overdue, within 30 days, and from 31 to 60; the sum of a county is that of its market."""
    make_region(session)
    place = make_place(session, MARKET)
    for serial, days_ago in (("OVER", 365), ("SOON", 340), ("LATER", 310), ("FAR", 10)):
        market = place if serial == "OVER" else make_place(session, f"{COUNTY}{serial}/", serial)
        verified(session, market, days_ago, serial)
    nodes = queries_due.nodes(session, [COUNTY, MARKET])
    county, market = queries_due.dues(session, nodes, TODAY)
    assert (county.overdue, county.soon, county.later, county.liable) == (1, 1, 1, 4)
    assert (market.overdue, market.soon, market.is_place) == (1, 0, True)
    assert [name for _path, name, _place in queries_due.children(session, COUNTY)] == [
        "城东农贸市场", "FAR", "LATER", "SOON",
    ]  # fmt: skip
    over = session.scalars(select(Scale).where(Scale.serial_no == "OVER")).one()
    with act(session, over, Action.EXPIRE, by="system", at=NOON):  # as the clock does
        pass
    county = queries_due.dues(session, nodes, TODAY)[0]
    assert (over.state, county.liable, county.permille) == (State.AWAITING_VERIFICATION, 4, 750)
    here, until = Scope((COUNTY,)), TODAY + timedelta(days=30)
    found = session.scalars(queries_due.scales(here, COUNTY, TODAY, until)).all()
    assert [scale.serial_no for scale in found] == ["SOON"]
    assert queries_due.dues(session, [("/99/", "nowhere", False)], TODAY)[0].permille is None


def test_the_sheet_of_a_day_comes_back_as_it_went_out(house: House) -> None:
    """With the fields of e-CQS by name, and empty columns for what comes back."""
    with house.writing() as session:
        campaign = in_house(session)
    clerk = house.page(Role.VERIFIER)
    base = f"/verify/campaigns/{campaign[0]}"
    answer = clerk.get(f"{base}/days/{campaign[1]}/e-cqs.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0] == [*ecqs.FIELDS, *BACK]
    assert rows[1][rows[0].index("出厂编号")] == "SN-0001"
    assert clerk.get(f"{base}/days/{campaign[1]}/notices.pdf").data.startswith(b"%PDF")
    looked = clerk.post(f"{base}/results", data={"list": (io.BytesIO(answer.data), "a.xlsx")})
    assert "1 row changes nothing" in looked.text
    with house.writing() as session:
        session.execute(delete(CampaignScale))
    said = clerk.get(f"{base}/days/{campaign[1]}/notices.pdf", follow_redirects=True)
    assert "no notice to print" in said.text  # an empty sheet would say nothing


def test_a_sheet_of_results_is_written_with_one_proof(house: House) -> None:
    """From the page: looked through, proven, on record, and again nothing new."""
    today = local_date(utcnow())
    with house.writing() as session:
        campaign, _day = in_house(session)
    clerk = house.page(Role.VERIFIER)
    written = f"出厂编号,检定结论,检定日期,检定标志编号,铅封编号\nSN-0001,合格,{today},T9,Q9\n"
    address = f"/verify/campaigns/{campaign}/results"

    def look() -> str:
        file = (io.BytesIO(written.encode()), "a.csv")
        return str(clerk.post(address, data={"list": file}).text)

    page = look()
    assert "1 result" in page
    digest = page.split('name="sheet" value="')[1][:64]
    assert clerk.post(f"{address}/save", data={"sheet": digest}).status_code == 422
    code = house.code(Role.VERIFIER)
    done = clerk.post(f"{address}/save", data={"sheet": digest, "code": code})
    assert done.status_code == 303
    assert house.row().state is State.READY
    assert "1 row changes nothing" in look()
    assert "No columns of ours" in clerk.post(
        address, data={"list": (io.BytesIO(b"a,b\n1,2\n"), "a.csv")}
    ).text  # fmt: skip


def in_house(session: Session) -> tuple[str, str]:
    """Return the uids of a campaign of today in the house, and of its day."""
    today = local_date(utcnow())
    until = today + YEAR
    outfit = make_outfit(session, until=until)
    verifier = session.scalars(select(Person).where(Person.login == Role.VERIFIER.value)).one()
    employ(session, outfit.body, verifier, until)
    place = session.scalars(select(Place)).one()
    scale = session.scalars(select(Scale)).one()
    with act(session, scale, "brought", by="system", at=NOON):
        scale.state = State.AWAITING_VERIFICATION
    days = [PlannedDay(place.uid, today, (verifier.uid,), 1)]
    command = NewCampaign(body=outfit.body, path=COUNTY, name="冬", since=today, until=today)
    campaign = service.create(session, command, days, by="system", at=NOON)
    lists.fill(session, campaign, (ListKind.ALL, 0), days)
    return campaign.uid, campaign.days[0].uid
