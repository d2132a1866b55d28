"""Three codes and one seal: what is missing has grounds and an end, and after it a notice."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.configure import service
from app.configure.service import FieldsError, NewSeal
from app.configure.service.errors import Fault
from app.configure.service.grounds import Parts, change_parts, give_grounds
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.gaps import CODES, Cover, Gap, Ground, Part, read
from app.domain.roles import Role
from app.domain.scope import EVERYWHERE, Scope
from app.domain.seals import SealKind, SealOwner
from app.ledger import remarks
from app.models import Remark, Scale
from app.standing import gaps
from tests.conftest import NOON
from tests.support.house import House, verify_all
from tests.support.makers import all_missing, make_model, make_place, make_scale

TODAY = local_date(NOON)
SOON = Gap(Ground.PLATE_ILLEGIBLE, TODAY + timedelta(days=30))
ALL = Scope((EVERYWHERE,))


def registered(session: Session, number: str = "SN-1", **fields: Any) -> Scale:  # noqa: ANN401
    """Return a scale registered by the service, everything missing for a year."""
    place, model = make_place(session), make_model(session)
    given = {"gaps": all_missing()} | fields
    command = service.NewScale(place=place, model=model, serial_no=number, **given)
    return service.register_scale(session, command, by="system", at=NOON)


def wanting(session: Session, at: datetime = NOON) -> int:
    """Return how many scales want grounds."""
    return gaps.number_wanting(session, ALL, local_date(at))


@pytest.mark.usefixtures("any_url")
def test_after_the_end_a_scale_is_counted_until_somebody_looks(session: Session) -> None:
    """On the last day not yet; with new grounds no longer; a retired scale never."""
    scale = registered(session, gaps=dict.fromkeys(Part, SOON))
    assert wanting(session, NOON + timedelta(days=30)) == 0
    later = NOON + timedelta(days=31)
    assert wanting(session, later) == 1
    gap = Gap(Ground.MAKER_GONE, local_date(later))
    give_grounds(session, scale, gap, "", by="system", at=later)
    session.flush()
    assert wanting(session, later) == 0
    assert {one.cover for one in gaps.lacking(scale, local_date(later))} == {Cover.STANDS}


@pytest.mark.usefixtures("any_url")
def test_a_scale_from_before_has_words_and_no_grounds(session: Session) -> None:
    """Nobody invented an end for it; its words go where they can be erased."""
    scale = make_scale(session, no_code_reason="张三说没有")
    assert wanting(session) == 1
    give_grounds(session, scale, SOON, "", by="system", at=NOON)
    session.flush()
    assert wanting(session) == 0
    assert scale.no_code_reason == ""
    words = session.scalars(select(Remark)).one()
    assert words.text == "张三说没有"
    remarks.erase(session, words, "", by="system", at=NOON)
    assert words.text is None


def test_a_code_that_is_found_takes_its_grounds_away(session: Session) -> None:
    """The others keep theirs; a code taken back needs grounds again."""
    scale = registered(session)
    codes = {Part.PRODUCTION: "P-1"}
    change_parts(session, scale, Parts(codes=codes, gaps=all_missing()), by="system", at=NOON)
    assert scale.production_code == "P-1"
    assert Part.PRODUCTION not in read(scale.gaps)
    bare = {part: gap for part, gap in all_missing().items() if part is not Part.PRODUCTION}
    with pytest.raises(FieldsError) as caught:
        change_parts(session, scale, Parts(gaps=bare), by="system", at=NOON)
    assert caught.value.faults == {"production_code_ground": Fault.CODE_OR_GROUND}


def test_a_seal_that_is_recorded_needs_no_grounds(session: Session) -> None:
    """At once with the scale, or later."""
    seal = NewSeal(kind=SealKind.LEAD, owner=SealOwner.MAKER, number="M-7")
    scale = registered(session, seal=seal)
    assert set(read(scale.gaps)) == set(CODES)
    assert [one.number for one in scale.seals] == ["M-7"]


def test_a_verification_seal_takes_the_grounds_away(house: House) -> None:
    """As the maker's does: the scale is no longer without a seal."""
    with house.writing() as session:
        scale = session.scalars(select(Scale)).one()
        give_grounds(
            session, scale, Gap(Ground.AT_VERIFICATION, date(2027, 6, 1)), "", by="system", at=NOON
        )
    verify_all(house)
    assert set(read(house.row().gaps)) == set(CODES)


@pytest.mark.parametrize(
    ("gap", "fault"),
    [
        (Gap(Ground.OLD_TYPE, TODAY - timedelta(days=1)), {"until": Fault.IN_THE_PAST}),
        (Gap(Ground.OLD_TYPE, TODAY + timedelta(days=2000)), {"until": Fault.TOO_FAR}),
        (Gap(Ground.OTHER, TODAY), {"gap_remark": Fault.SAY_WHY}),
    ],
)
def test_grounds_without_sense_are_refused(session: Session, gap: Gap, fault: object) -> None:
    """An end that is over, one beyond all plans, another reason that nobody tells."""
    scale = make_scale(session)
    with pytest.raises(FieldsError) as caught:
        give_grounds(session, scale, gap, "", by="system", at=NOON)
    assert caught.value.faults == fault


def test_the_list_names_what_is_missing_and_takes_grounds_for_many(house: House) -> None:
    """The scale's page says the same; a program sees it too."""
    client = house.page(Role.MANAGER)
    assert "no grounds given" in client.get("/configure/grounds").text
    assert "no grounds given" in client.get(f"/manage/scales/{house.scale}").text
    until = (local_date(utcnow()) + timedelta(days=9)).isoformat()
    data = {"scale": house.scale, "ground": "old_type", "until": until}
    refused = client.post("/configure/grounds", data=data | {"until": ""})
    assert (refused.status_code, 'id="error-until"' in refused.text) == (422, True)
    assert client.post("/configure/grounds", data=data).status_code == 303
    assert "no grounds given" not in client.get("/configure/grounds").text
    page = client.get(f"/manage/scales/{house.scale}").text
    assert "a type from before the codes" in page
    found = house.api(Role.AUDITOR, f"/scales/{house.scale}/grounds").get_json()
    assert {one["cover"] for one in found["lacks"]} == {"stands"}


def test_the_end_is_kept_beside_the_grounds(session: Session) -> None:
    """Lists find it by an index: it is always the first of the ends."""
    scale = registered(session)
    session.commit()
    assert session.scalar(text("SELECT gaps_until FROM scale")) in {
        "2027-11-23",
        date(2027, 11, 23),
    }
    assert scale.gaps_until == date(2027, 11, 23)
