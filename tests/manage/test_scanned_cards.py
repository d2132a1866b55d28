"""Cards under the scanner: a stall, a member of staff, a standard weight."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.db.base import Base
from app.db.ids import new_uid
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.roles import Role
from app.domain.standards import WeightClass, WeightState
from app.models import Body, Calibration, Code, Grant, Person, Stall, StandardWeight
from app.portal import cards, service
from tests.support.house import House, deploy
from tests.support.makers import COUNTY, recorded


def card_of(house: House, kind: type[Base], uid: str) -> Code:
    """Give the thing ``uid`` a card."""
    with house.writing() as session:
        of = session.scalars(select(kind).where(kind.uid == uid)).one()  # type: ignore[attr-defined]  # each has one
        path = of.grants[0].path if isinstance(of, Person) else of.path  # type: ignore[attr-defined]
        uid = cards.issue(session, of, path, by="system", at=utcnow()).uid
    return stored(house, uid)


def stored(house: House, uid: str) -> Code:
    """Return the card as it is kept."""
    with house.work.database.reading() as session:
        return session.scalars(select(Code).where(Code.uid == uid)).one()


def person(house: House, role: Role) -> str:
    """Return the uid of somebody in ``role``."""
    with house.work.database.reading() as session:
        return session.scalars(select(Person.uid).where(Person.login == role.value)).one()


def scan(house: House, card: Code, role: Role = Role.MANAGER, **form: str) -> str:
    """Return what somebody is told who scans ``card``."""
    address = service.address(card, house.work.keys.tag, house.work.settings.base_url)
    given = {"code": address, "by": "camera", **form}
    return house.page(role).post("/manage/scan", data=given, headers={"X-Part": "1"}).text


def weight(house: House, until: date, state: WeightState = WeightState.IN_USE) -> str:
    """Register a standard weight, calibrated ``until``; return its uid."""
    with house.writing() as session:
        body = Body(uid=new_uid(), path=COUNTY, name="通州区计量检定所")
        recorded(session, body)
        row = StandardWeight(
            uid=new_uid(),
            path=COUNTY,
            body_id=body.id,
            number="F-12",
            weight_class=WeightClass.M1,
            nominal_mg=1_000_000,
            state=state,
        )
        row.calibrations.append(
            Calibration(
                uid=new_uid(),
                certificate_no="C-1",
                laboratory="省院",
                calibrated_on=date(2020, 1, 1),
                valid_until=until,
                recorded_at=utcnow(),
            )
        )
        recorded(session, row)
        return row.uid


def test_a_stall_s_card_shows_its_scale_and_where_the_next_one_goes(house: House) -> None:
    """Trader and last day; whoever hands scales out is led to scan one for this stall."""
    deploy(house)
    card = card_of(house, Stall, house.stall)
    page = scan(house, card)
    assert 'data-outcome="scan_stall"' in page
    assert "王小明" in page
    assert f'data-stall="{house.stall}"' in page
    assert 'data-stall="' not in scan(house, card, Role.INSPECTOR)


def test_the_scale_scanned_next_is_handed_out_at_that_stall(house: House) -> None:
    """The form of handing out has the stall chosen already; without a script the page leads on."""
    card = card_of(house, Stall, house.stall)
    scan(house, card)
    client = house.page(Role.MANAGER)
    assert "Now scan the scale" in client.get(f"/manage/scan?stall={house.stall}").text
    form = client.get(f"/manage/scales/{house.scale}/acts/deploy?stall={house.stall}").text
    assert f'value="{house.stall}" selected' in form


def test_a_staff_card_says_who_it_is_and_whether_the_role_runs_today(house: House) -> None:
    """To whoever works in its region; a voided card is no longer good."""
    card = card_of(house, Person, person(house, Role.INSPECTOR))
    page = scan(house, card)
    assert 'data-outcome="scan_staff"' in page
    assert "The assignment is good today." in page
    with house.writing() as session:
        role = session.scalars(select(Grant).where(Grant.role == Role.INSPECTOR)).one()
        role.since, role.until = date(2020, 1, 1), date(2020, 12, 31)
    assert "No assignment is good today." in scan(house, card)
    with house.writing() as session:
        role = session.scalars(select(Grant).where(Grant.role == Role.INSPECTOR)).one()
        role.until = None
        cards.void(session, session.merge(card), cards.Ended.LOST, by="system", at=utcnow())
    page = scan(house, card)
    assert "This card was voided." in page
    assert "No assignment is good today." in page


def test_a_staff_card_of_elsewhere_shows_only_what_the_public_sees(house: House) -> None:
    """No name of another region's staff."""
    with house.writing() as session:
        one = session.scalars(select(Person).where(Person.login == "inspector")).one()
        uid = cards.issue(session, one, "/33/3301/330106/", by="system", at=utcnow()).uid
        name = one.name
    page = scan(house, stored(house, uid))
    assert 'data-outcome="scan_elsewhere"' in page
    assert name not in page


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [
        (0, WeightState.IN_USE, "It may be used today."),
        (-1, WeightState.IN_USE, "It may not be used"),
        (9, WeightState.WITHDRAWN, "It may not be used"),
    ],
)
def test_a_weight_s_tag_says_whether_it_may_be_used(
    house: House, days: int, state: WeightState, words: str
) -> None:
    """The last day of its calibration counts."""
    uid = weight(house, local_date(utcnow()) + timedelta(days=days), state)
    page = scan(house, card_of(house, StandardWeight, uid), Role.VERIFIER)
    assert 'data-outcome="scan_weight"' in page
    assert words in page
