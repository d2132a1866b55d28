"""A campaign from its plan to the second list: who comes, who does not, and what shows it."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.campaigns import CampaignOutcome, CampaignState, ListKind, PlannedDay
from app.domain.lifecycle import State
from app.domain.scope import Scope
from app.domain.verification import VerificationKind, VerificationResult
from app.models import Campaign, CampaignDay, CampaignScale, LedgerEntry, Place, Scale
from app.verify import queries_campaigns as queries
from app.verify.queries_campaigns import Sight
from app.verify.service import NewVerification, record_verification
from app.verify.service import campaigns as service
from app.verify.service import campaigns_lists as lists
from app.verify.service.campaigns import CampaignStateError, CrewError, NewCampaign, Visit
from app.verify.service.errors import Fault, FieldsError
from tests.support.makers import COUNTY, NOON, make_place
from tests.support.worksheets import finished_worksheet, make_institute, market_of
from tests.verify.outfit import Outfit, make_outfit

TODAY = NOON.date()
LAST = TODAY + timedelta(days=11)
EVERY = (ListKind.AWAITING, 30)


@pytest.fixture
def outfit(session: Session) -> Outfit:
    """Return a body with a verifier."""
    return make_outfit(session)


@pytest.fixture
def place(session: Session) -> Place:
    """Return a market with five scales that await verification."""
    found = make_place(session)
    market_of(session, found, 5, state=State.AWAITING_VERIFICATION)
    return found


def planned(
    session: Session, outfit: Outfit, place: Place, *sizes: int, path: str = COUNTY
) -> Campaign:
    """Return a campaign with a day for each of ``sizes``, from today on, and its lists."""
    crew = (outfit.verifier.uid,)
    days = [
        PlannedDay(place.uid, TODAY + timedelta(days=n), crew, size) for n, size in enumerate(sizes)
    ]
    command = NewCampaign(body=outfit.body, path=path, name="冬季集中检定", since=TODAY, until=LAST)
    campaign = service.create(session, command, days, by="system", at=NOON)
    lists.fill(session, campaign, EVERY, days)
    return campaign


def numbers(session: Session, campaign: Campaign) -> dict[CampaignOutcome, int]:
    """Return how many lines came to what."""
    found: dict[CampaignOutcome, int] = {}
    for counts in queries.progress(session, campaign).values():
        for outcome, number in counts.items():
            found[outcome] = found.get(outcome, 0) + number
    return found


def pass_one(session: Session, scale: Scale, on: date = TODAY) -> None:
    """Record that ``scale`` passed."""
    command = NewVerification(
        result=VerificationResult.PASS, kind=VerificationKind.SUBSEQUENT, verified_on=on,
        body="所", label_no=f"T{scale.id}", seal_no=f"Q{scale.id}",
    )  # fmt: skip
    record_verification(session, scale, command, by="system", at=NOON)


def actions(session: Session, campaign: Campaign) -> list[str]:
    """Return what the ledger says of ``campaign``."""
    name = f"campaign:{campaign.uid}"
    rows = select(LedgerEntry.data).where(LedgerEntry.subject == name)
    return [json.loads(one)["action"] for one in session.scalars(rows.order_by(LedgerEntry.seq))]


def test_a_plan_lists_the_scales_of_a_market_over_its_days(
    session: Session, outfit: Outfit, place: Place
) -> None:
    """As many a day as was planned, in the order of the market's numbers."""
    campaign = planned(session, outfit, place, 3, 2)
    told = [
        [line.scale.market_no for line, _outcome in queries.with_outcomes(session, day)]
        for day in campaign.days
    ]
    assert told == [["A-00", "A-01", "A-02"], ["A-03", "A-04"]]
    assert actions(session, campaign) == ["campaign_planned"]
    assert lists.fill(session, campaign, EVERY) == 0


def test_done_is_what_a_result_or_a_worksheet_says(
    session: Session, outfit: Outfit, place: Place
) -> None:
    """Nobody ticks it; a result of before the campaign does not count."""
    campaign = planned(session, outfit, place, 5)
    institute = make_institute(session)
    scales = [line.scale for line, _o in queries.with_outcomes(session, campaign.days[0])]
    pass_one(session, scales[0])
    pass_one(session, scales[1], TODAY - timedelta(days=1))
    finished_worksheet(session, institute, scales[2])
    assert numbers(session, campaign) == {CampaignOutcome.DONE: 2, CampaignOutcome.LISTED: 3}


def test_who_did_not_come_stands_on_the_second_list(
    session: Session, outfit: Outfit, place: Place
) -> None:
    """With one act; who came late is done all the same."""
    campaign = planned(session, outfit, place, 5)
    service.start(session, campaign, by="system", at=NOON)
    day = campaign.days[0]
    rows = queries.with_outcomes(session, day)
    pass_one(session, rows[0][0].scale)
    lists.excuse(session, day, [rows[1][0].scale.uid], NOON)
    again = Visit(place=place, held_on=LAST + timedelta(days=3), crew=(outfit.verifier.uid,))
    assert service.end_day(session, day, again, by="system", at=NOON) == 3
    second = campaign.days[-1]
    assert (second.round, campaign.until) == (2, again.held_on)
    assert {one.scale.market_no for one, _o in queries.with_outcomes(session, second)} == {
        "A-02", "A-03", "A-04",
    }  # fmt: skip
    missed = queries.missed(session, campaign)
    assert (missed[day.id], missed[second.id]) == (3, 0)
    with pytest.raises(CampaignStateError):
        service.remove_day(session, second, by="system", at=NOON)
    pass_one(session, rows[2][0].scale)
    assert queries.missed(session, campaign) == missed
    moved = [line.scale.uid for line in queries.missed_on(session, day)][-1:]
    lists.move(session, second, moved, day)
    assert queries.missed(session, campaign)[day.id] == 2
    lists.move(session, day, moved, second)
    assert service.end_day(session, second, None, by="system", at=NOON) == 2
    service.close(session, campaign, by="system", at=NOON)
    assert numbers(session, campaign) == {
        CampaignOutcome.DONE: 2, CampaignOutcome.EXCUSED: 1, CampaignOutcome.NO_SHOW: 2,
    }  # fmt: skip
    assert actions(session, campaign) == [
        "campaign_planned", "campaign_started", "campaign_day_ended", "campaign_day_ended",
        "campaign_closed",
    ]  # fmt: skip


def test_nobody_is_sent_who_may_not_verify_there(
    session: Session, outfit: Outfit, place: Place
) -> None:
    """Neither past the certificate's last day nor in a market of another county."""
    campaign = planned(session, outfit, place, 5)
    there = make_place(session, "/32/3206/320623/M09/", "另县市场")
    crew = (outfit.verifier.uid,)
    for visit in (
        Visit(place=there, held_on=TODAY, crew=crew),
        Visit(place=place, held_on=LAST, crew=("nobody",)),
    ):
        with pytest.raises(CrewError):
            service.put_day(session, campaign, visit, by="system", at=NOON)
    late = TODAY + timedelta(days=400)
    command = NewCampaign(body=outfit.body, path=COUNTY, name="明年", since=late, until=late)
    days = [PlannedDay(place.uid, late, crew, 5)]
    with pytest.raises(CrewError) as refused:
        service.create(session, command, days, by="system", at=NOON)
    assert (outfit.verifier.uid, late) in refused.value.faults


def test_a_day_is_added_changed_and_taken_out_while_nothing_of_it_is_settled(
    session: Session, outfit: Outfit, place: Place
) -> None:
    """Its list goes with it; a market has a day once, inside the campaign."""
    campaign = planned(session, outfit, place, 5)
    day, crew = campaign.days[0], (outfit.verifier.uid,)
    other = Visit(place=place, held_on=LAST, crew=crew, spot="东门")
    added = service.put_day(session, campaign, other, by="system", at=NOON)
    for on, fault in ((LAST, Fault.TAKEN), (LAST + timedelta(days=1), Fault.OUT_OF_ORDER)):
        visit = Visit(place=place, held_on=on, crew=crew, day=day)
        with pytest.raises(FieldsError) as refused:
            service.put_day(session, campaign, visit, by="system", at=NOON)
        assert refused.value.faults == {"held_on": fault}
    scales = [line.scale.uid for line, _o in queries.with_outcomes(session, day)]
    assert lists.move(session, day, scales[:2], added) == 2
    lists.excuse(session, added, scales[:1], NOON)
    with pytest.raises(CampaignStateError):
        service.remove_day(session, added, by="system", at=NOON)
    service.remove_day(session, day, by="system", at=NOON)
    assert session.scalars(select(CampaignDay)).all() == [added]
    assert len(session.scalars(select(CampaignScale)).all()) == 2


def test_a_list_is_mended_by_hand(session: Session, outfit: Outfit, place: Place) -> None:
    """By number; a scale stands on one list of a campaign only."""
    campaign = planned(session, outfit, place, 5)
    day = campaign.days[0]
    first = queries.with_outcomes(session, day)[0][0].scale
    assert lists.remove(session, day, [first.uid]) == 1
    assert lists.add(session, day, first.market_no).scale is first
    for number, fault in ((first.serial_no, Fault.TAKEN), ("X-9", Fault.NOT_HERE)):
        with pytest.raises(FieldsError) as refused:
            lists.add(session, day, number)
        assert refused.value.faults == {"number": fault}


def test_what_is_closed_stays_as_it_is(session: Session, outfit: Outfit, place: Place) -> None:
    """Neither its lists nor its days change any more."""
    campaign = planned(session, outfit, place, 5)
    with pytest.raises(CampaignStateError):
        service.end_day(session, campaign.days[0], None, by="system", at=NOON)
    service.close(session, campaign, by="system", at=NOON)
    assert campaign.state is CampaignState.CLOSED
    with pytest.raises(CampaignStateError):
        service.start(session, campaign, by="system", at=NOON)
    with pytest.raises(CampaignStateError):
        lists.add(session, campaign.days[0], "A-00")


def test_a_manager_sees_the_days_of_the_own_market(
    session: Session, outfit: Outfit, place: Place
) -> None:
    """A regulator all of the county, somebody of elsewhere nothing."""
    campaign = planned(session, outfit, place, 5)
    other = make_place(session, f"{COUNTY}320612001/M02/", "城西农贸市场")
    visit = Visit(place=other, held_on=TODAY, crew=(outfit.verifier.uid,))
    service.put_day(session, campaign, visit, by="system", at=NOON)
    nowhere, elsewhere = Scope(()), Scope(("/32/3206/320623/",))

    def seen(scope: Scope, markets: Scope) -> list[int]:
        sight = Sight(scope, markets, 0, TODAY)
        rows = session.scalars(queries.campaigns(sight)).all()
        return [len(queries.days_of(session, sight, one)) for one in rows]

    assert seen(Scope((COUNTY,)), nowhere) == [2]
    assert seen(nowhere, Scope((other.path,))) == [1]
    assert seen(elsewhere, elsewhere) == []
