"""Entry agreements: who may stand where until when, and what was promised about measures."""

import io
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure.agreements import Term, term
from app.configure.service import FieldsError
from app.configure.service.agreements import (
    Signed,
    change_agreement,
    create_agreement,
    end_agreement,
)
from app.configure.service.errors import Fault
from app.domain.calendar import local_date
from app.domain.roles import Role
from app.models import Agreement, AgreementStall, Stall, Trader
from tests.conftest import NOON
from tests.support.house import House
from tests.support.makers import COUNTY, make_place, make_stall, make_trader

TODAY = local_date(NOON)


@pytest.mark.parametrize(
    ("until", "ended_on", "expected"),
    [
        (None, None, Term.RUNNING),
        (TODAY + timedelta(days=31), None, Term.RUNNING),
        (TODAY + timedelta(days=30), None, Term.RUNNING_OUT),
        (TODAY, None, Term.RUNNING_OUT),
        (TODAY - timedelta(days=1), None, Term.OVER),
        (None, TODAY, Term.OVER),
    ],
)
def test_an_agreement_runs_through_its_last_day(
    until: date | None, ended_on: date | None, expected: Term
) -> None:
    """Thirty days before, somebody has to talk to the trader."""
    assert term(Agreement(until=until, ended_on=ended_on), TODAY) is expected


@pytest.mark.usefixtures("any_url")
def test_an_agreement_is_prolonged_for_other_stalls_and_ended(session: Session) -> None:
    """The same stall may be named again; it ends once."""
    place = make_place(session)
    stalls = [make_stall(session, place, number) for number in ("A-01", "A-02")]
    given = Signed(
        trader=make_trader(session, place), stalls=(stalls[0],), number="1", signed_on=TODAY
    )
    row = create_agreement(session, given, by="system", at=NOON)
    longer = Signed(
        trader=row.trader,
        stalls=tuple(stalls),
        number="1",
        signed_on=TODAY,
        until=TODAY + timedelta(days=365),
        commitment_on=TODAY,
    )
    change_agreement(session, row, longer, by="system", at=NOON)
    session.flush()
    assert len(session.scalars(select(AgreementStall)).all()) == 2
    end_agreement(session, row, TODAY, by="system", at=NOON)
    with pytest.raises(FieldsError):
        end_agreement(session, row, TODAY, by="system", at=NOON)


def test_what_cannot_be_is_told_at_its_field(session: Session) -> None:
    """A number taken, days in the wrong order, a stall of another market."""
    place, other = make_place(session), make_place(session, COUNTY + "M09/", "城西市场")
    trader, stall = make_trader(session, place), make_stall(session, place)
    good = Signed(trader=trader, stalls=(stall,), number="1", signed_on=TODAY)
    create_agreement(session, good, by="system", at=NOON)
    bad = Signed(
        trader=trader,
        stalls=(make_stall(session, other),),
        number="1",
        signed_on=TODAY + timedelta(days=1),
        until=TODAY,
    )
    with pytest.raises(FieldsError) as caught:
        create_agreement(session, bad, by="system", at=NOON)
    assert caught.value.faults == {
        "number": Fault.TAKEN,
        "signed_on": Fault.IN_THE_FUTURE,
        "until": Fault.BEFORE_SIGNING,
        "stalls": Fault.NOT_HERE,
    }


def test_an_agreement_is_recorded_at_its_place_and_listed_while_it_runs_out(house: House) -> None:
    """Its document is a picture for who keeps the register; a phone number is never whole."""
    with house.work.database.reading() as session:
        trader, stall = (
            session.scalars(select(Trader)).one(),
            session.scalars(select(Stall)).first(),
        )
        assert stall is not None
        phone = trader.phone
    client = house.page(Role.MANAGER)
    there = f"/configure/places/{house.place}/agreements"
    data = {"trader": trader.uid, "stalls": stall.uid, "number": "XY-7", "signed_on": "2026-01-05"}
    refused = client.post(there, data=data | {"until": "2026-01-04"})
    assert (refused.status_code, 'id="error-until"' in refused.text) == (422, True)
    answer = client.post(there, data=data | {"until": "2026-02-01"})
    assert answer.status_code == 303
    page = answer.headers["Location"]
    assert "not signed" in client.get(page).text
    assert not phone or phone not in client.get(page).text
    assert "XY-7" in client.get("/configure/agreements").text
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "white").save(out, "PNG")
    picture = {"document": (io.BytesIO(out.getvalue()), "signed.png")}
    assert client.post(f"{page}/document", data=picture).status_code == 303
    assert client.get(f"{page}/document").content_type == "image/jpeg"
    assert house.page(Role.AUDITOR).get(f"{page}/document").status_code == 403
    assert client.post(f"{page}/end", data={"ended_on": "2026-01-20"}).status_code == 303
    assert "XY-7" not in client.get("/configure/agreements").text
