"""The end of old types: dates as data, what replaces what, and the list that is signed."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import date

import pypdfium2
import pytest
from python_calamine import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure.replacement import figures, order, service
from app.configure.replacement.book import Known, book
from app.configure.replacement.figures import Asked
from app.configure.replacement.order import OrderTooLongError
from app.configure.replacement.service import LastDay, Price
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import State
from app.domain.replacing import Offer, Type
from app.domain.roles import Role
from app.domain.scale_types import AccuracyClass, TypeGeneration
from app.domain.scope import Scope
from app.domain.suitability import GoodsClass, WeighingRange, goods_text
from app.ledger.door import SYSTEM, act
from app.models import LedgerEntry, Place, Scale, ScaleModel, Stall, TransitionRule
from app.standing import standing_of
from tests.conftest import NOON
from tests.support.forms import opened
from tests.support.house import House
from tests.support.makers import (
    COUNTY,
    MARKET,
    make_model,
    make_place,
    make_scale,
    make_stall,
    recorded,
)

EVERYWHERE = Scope(("/",))
NEXT = COUNTY + "320612002/M02/"
PLAIN, NETWORKED = (TypeGeneration.OLD, False), (TypeGeneration.OLD, True)
KG, G = 1_000_000, 1000


def end(session: Session, day: date, kind: tuple[TypeGeneration, bool] = PLAIN) -> TransitionRule:
    """Record a date."""
    command = LastDay(kind=kind, last_day=day, source="JJG 1204-2025")
    return service.record_last_day(session, command, by=SYSTEM, at=NOON)


def price(session: Session, model: ScaleModel, yuan: int, path: str = "/") -> None:
    """Record a price."""
    command = Price(path=path, model=model, price_fen=yuan * 100)
    service.record_price(session, command, by=SYSTEM, at=NOON)


def new_model(session: Session, name: str, max_kg: int, e_g: int) -> ScaleModel:
    """Return a model that may stay."""
    model = make_model(session, name, generation=TypeGeneration.JJF2184)
    (one,) = model.ranges
    one.min_mg, one.max_mg, one.e_mg = 20 * e_g * G, max_kg * KG, e_g * G
    session.flush()
    return model


def stall_with(session: Session, place: Place, number: str, *classes: GoodsClass) -> Stall:
    """Return a stall that sells such goods."""
    stall = make_stall(session, place, number)
    stall.goods_classes = goods_text(classes)
    session.flush()
    return stall


def fleet(session: Session) -> Sequence[Scale]:
    """Return scales of two markets: old ones at stalls of all sorts, one new, one retired."""
    here, there = make_place(session), make_place(session, NEXT, "西市")
    old, wired = make_model(session, "旧"), make_model(session, "旧联网", networked=True)
    fine, coarse = new_model(session, "新5", 15, 5), new_model(session, "新10", 30, 10)
    found = [
        make_scale(
            session, here, old, "1", stall=stall_with(session, here, "A1", GoodsClass.FRESH)
        ),
        make_scale(
            session, here, old, "2", stall=stall_with(session, here, "A2", GoodsClass.STAPLE)
        ),
        make_scale(session, here, wired, "3", stall=stall_with(session, here, "A3")),
        make_scale(
            session, there, old, "4", stall=stall_with(session, there, "B1", GoodsClass.DRIED)
        ),
        make_scale(session, there, fine, "5"),
        make_scale(session, there, old, "6", state=State.RETIRED),
    ]
    end(session, date(2027, 1, 7))
    end(session, date(2030, 1, 8), NETWORKED)
    price(session, fine, 700)
    price(session, coarse, 500)
    return found


def test_a_new_model_that_weighs_less_is_said_to() -> None:
    """Where nothing suitable weighs as much, the largest is named, and nobody orders it unaware."""

    def kind(max_kg: int) -> Type:
        return Type(AccuracyClass.III, (WeighingRange(max_kg * KG, 5 * G),))

    name, generation = "旧", TypeGeneration.OLD
    old = Known(
        1,
        "",
        name,
        generation,
        networked=False,
        type=kind(30),
        last_day=None,
        own_date=False,
        confirmed=True,
    )
    smaller, equal = (Offer(2, "新", kind(max_kg), 70_000) for max_kg in (15, 30))
    assert order.new_model(old, smaller) == "新 (Max 15 kg, less than before)"
    assert (order.new_model(old, equal), order.new_model(old, None)) == ("新", "")


@pytest.mark.usefixtures("any_url")
def test_the_whole_is_summed_by_the_database(session: Session) -> None:
    """Dates, models, costs; what was retired is out, what has no end stays."""
    fleet(session)
    known = book(session, EVERYWHERE)
    found = figures.overview(session, known, Asked(scope=EVERYWHERE))
    assert [(one.last_day, one.plain, one.networked) for one in found.ends] == [
        (date(2027, 1, 7), 3, 0),
        (date(2030, 1, 8), 0, 1),
    ]
    assert (found.number, found.gone, found.staying, found.undated) == (4, 1, 1, 0)
    # Meat and what nobody knows take 5 g; vegetables carry 15 kg: the cheaper one does.
    assert [(offer.name[-2:], number) for offer, number in found.bill.sorted()] == [
        ("新5", 2),
        ("10", 1),
    ]
    assert (found.bill.without, found.bill.fen) == (1, 2 * 70_000 + 50_000)


@pytest.mark.usefixtures("any_url")
def test_each_place_has_its_own_bill_and_the_nearest_price_counts(session: Session) -> None:
    """The county's price holds in the county; a market with a better one pays less."""
    fleet(session)
    model = session.scalars(select(ScaleModel).where(ScaleModel.name == "新5")).one()
    price(session, model, 600, MARKET)
    known = book(session, EVERYWHERE)
    asked = Asked(scope=EVERYWHERE)
    places = list(session.scalars(figures.places(known, asked).order_by(Place.path)))
    bills = figures.bills(session, known, asked, places)
    assert [(bills[one.id].number, bills[one.id].fen) for one in places] == [
        (3, 2 * 60_000 + 50_000),
        (1, 0),
    ]
    whole = figures.overview(session, known, asked).bill
    assert whole.fen == sum(one.fen for one in bills.values())


def test_filters_narrow_everything(session: Session) -> None:
    """By network function, last day, model and region."""
    fleet(session)
    known = book(session, EVERYWHERE)
    wired = next(one for one in known.models.values() if one.networked)
    for asked, number in (
        (Asked(scope=EVERYWHERE, networked=True), 1),
        (Asked(scope=EVERYWHERE, last_day=date(2027, 1, 7)), 3),
        (Asked(scope=EVERYWHERE, model=wired.uid), 1),
        (Asked(scope=Scope((NEXT,))), 1),
        (Asked(scope=Scope()), 0),
    ):
        assert figures.overview(session, known, asked).number == number
        assert len(session.scalars(figures.scales(known, asked)).all()) == number


def test_a_list_too_long_for_paper_is_refused(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a way on: less of it, or the plain table; one line less is printed."""
    fleet(session)
    known, asked = book(session, EVERYWHERE), Asked(scope=EVERYWHERE)
    monkeypatch.setattr(order, "MOST_PRINTED", 4)
    assert [len(part.lines) for part in order.parts(session, known, asked)] == [3, 1]
    monkeypatch.setattr(order, "MOST_PRINTED", 3)
    with pytest.raises(OrderTooLongError):
        order.parts(session, known, asked)


def test_a_recorded_date_is_the_law_of_its_scales(session: Session) -> None:
    """On the day after, the type may serve no longer; withdrawn, it may again."""
    scale = fleet(session)[0]
    day_after = date(2027, 1, 8)
    codes = [reason.code for reason in standing_of(session, scale, day_after).legal.reasons]
    assert LegalCode.TYPE_PHASE_OUT in codes
    with act(session, scale.model, "corrected", by=SYSTEM, at=NOON):
        scale.model.phase_out_on = date(2028, 1, 1)  # its own date wins
    codes = [reason.code for reason in standing_of(session, scale, day_after).legal.reasons]
    assert LegalCode.TYPE_PHASE_OUT not in codes
    with act(session, scale.model, "corrected", by=SYSTEM, at=NOON):
        scale.model.phase_out_on = None
    rule = session.scalars(select(TransitionRule).where(~TransitionRule.networked)).one()
    service.withdraw_last_day(session, rule, by=SYSTEM, at=NOON)
    codes = [reason.code for reason in standing_of(session, scale, day_after).legal.reasons]
    assert LegalCode.TYPE_PHASE_OUT not in codes
    told = session.scalars(select(LedgerEntry.data).where(LedgerEntry.subject.like("trans%")))
    assert [json.loads(one)["action"] for one in told] == ["record", "record", "withdraw"]


@pytest.fixture
def town(house: House) -> House:
    """Return the market with the fleet in it."""
    with house.work.database.transaction() as session:
        place = session.scalars(select(Place)).one()
        stall = stall_with(session, place, "=1+1", GoodsClass.FRESH)
        old = session.scalars(select(ScaleModel)).one()
        make_scale(session, place, old, "SN-77", market_no="A-77", stall=stall)
        price(session, new_model(session, "新5", 15, 5), 700, COUNTY)
        end(session, date(2027, 1, 7))
        far = make_place(session, "/32/3206/320613/320613001/M09/", "外市")
        recorded(session, make_scale(session, far, old, "FAR-1"), "seen")
    return house


def test_the_pages_show_only_ones_own_regions(town: House) -> None:
    """Two scales of one's own; the neighbour's is not among them."""
    client = town.page(Role.MANAGER)
    page = client.get("/configure/replacement?lang=en").text
    assert "Still to replace" in page
    assert "reported, not confirmed" in page
    listed = client.get("/configure/replacement/scales").text
    assert "A-77" in listed
    assert "FAR-1" not in listed


def test_the_list_is_printed_with_sums_and_room_to_sign(town: House) -> None:
    """A4, numbered pages, each stall, what is needed, what it costs; the tables say the same."""
    client = town.page(Role.MANAGER)
    client.set_cookie("lang", "zh")
    answer = client.get("/configure/replacement/order.pdf")
    assert answer.mimetype == "application/pdf"
    pages = pypdfium2.PdfDocument(answer.data)
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    for words in (
        *("电子计价秤更换订购清单", "A-77", "5 g", "700.00", "批准"),
        *("第 1 页 共 1 页", "2027-01-07 *"),
    ):
        assert words in text
    assert "FAR-1" not in text
    rows = list(csv.reader(io.StringIO(client.get("/configure/replacement/order.csv").text)))
    assert "'=1+1" in {row[1] for row in rows}  # a stall called like a formula is text
    book_of = load_workbook(io.BytesIO(client.get("/configure/replacement/order.xlsx").data))
    lines, sums = (book_of.get_sheet_by_index(number).to_python() for number in (0, 1))
    assert "=1+1" in {row[1] for row in lines}
    assert sums[-1][1] == len(lines) - 1


def test_dates_are_changed_by_whoever_answers_for_all(town: House) -> None:
    """A county's regulator is refused; the administrator's date is recorded with its source."""
    form = {"net": "1", "last_day": "2030-01-08", "source": "公告", "confirmed": "1"}
    refused = town.page(Role.REGULATOR).post("/configure/replacement/dates", data=form)
    assert refused.status_code == 403
    admin, withdrawn = town.page(Role.ADMIN), {"net": "1", "withdraw": "1"}
    assert admin.post("/configure/replacement/dates", data=form).status_code == 303
    with town.work.database.reading() as session:
        rule = session.scalars(select(TransitionRule).where(TransitionRule.networked)).one()
        assert (rule.last_day, rule.source, rule.confirmed) == (date(2030, 1, 8), "公告", True)
    assert admin.post("/configure/replacement/dates", data={"net": "1"}).status_code == 422
    late = admin.post("/configure/replacement/dates", data=form | {"source": "别处"})
    assert (late.status_code, "别处" in late.text, "公告" in late.text) == (409, True, True)
    assert admin.post("/configure/replacement/dates", data=withdrawn).status_code == 409
    version = opened(admin, "/configure/replacement/dates")["version"][-1]
    admin.post("/configure/replacement/dates", data=withdrawn | {"version": version})
    with town.work.database.reading() as session:
        assert session.scalar(select(TransitionRule).where(TransitionRule.networked)) is None


def test_prices_are_typed_in_yuan(town: House) -> None:
    """Whole fen, no floats; nonsense stands at its field."""
    with town.work.database.reading() as session:
        uid = session.scalars(select(ScaleModel.uid).where(ScaleModel.name == "新5")).one()
    client = town.page(Role.REGULATOR)
    for typed, status in (("680", 303), ("680.5", 303), ("-1", 422), ("0", 422), ("1e9", 422)):
        form = {"path": COUNTY, "model": uid, "price": typed}
        answer = client.post("/configure/replacement/prices", data=form)
        assert (typed, answer.status_code) == (typed, status)
    assert "680.50" in client.get("/configure/replacement/prices").text
    elsewhere = {"path": "/32/", "model": uid, "price": "1"}
    assert client.post("/configure/replacement/prices", data=elsewhere).status_code == 422
