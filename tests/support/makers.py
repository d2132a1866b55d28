"""Rows for tests, made through the ledger's door as the program makes them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.db.base import Base
from app.db.ids import new_uid
from app.domain.gaps import Gap, Ground, Part
from app.domain.procurement import Funding
from app.domain.roles import Role
from app.domain.seals import SealKind, SealOwner, SealState
from app.domain.verification import VerificationKind, VerificationResult
from app.ledger.door import SYSTEM, act
from app.models import (
    Agreement,
    AgreementStall,
    Grant,
    Maker,
    ModelRange,
    Person,
    Place,
    PlaceKind,
    Procurement,
    ProcurementItem,
    Region,
    RegionKind,
    Scale,
    ScaleModel,
    Seal,
    Stall,
    Trader,
    TransitionRule,
    TypeGeneration,
    Verification,
)

COUNTY = "/32/3206/320612/"
MARKET = COUNTY + "320612001/M01/"
NOON = datetime.fromisoformat("2026-11-23T04:00:00+00:00")


def recorded(session: Session, row: Base, action: str = "register", at: datetime = NOON) -> None:
    """Put ``row`` into the database and the ledger."""
    with act(session, row, action, by=SYSTEM, at=at):
        session.add(row)


def make_region(session: Session, path: str = COUNTY, name: str = "通州区") -> Region:
    """Return a county."""
    region = Region(uid=new_uid(), path=path, name=name, kind=RegionKind.COUNTY)
    recorded(session, region)
    return region


def make_office(session: Session, path: str = COUNTY + "320612001/") -> Region:
    """Return an office (市场监管所) below a county."""
    office = Region(uid=new_uid(), path=path, name="金沙市场监管所", kind=RegionKind.OFFICE)
    recorded(session, office)
    return office


def make_place(session: Session, path: str = MARKET, name: str = "城东农贸市场") -> Place:
    """Return a market."""
    place = Place(uid=new_uid(), path=path, name=name, kind=PlaceKind.MARKET, address="人民路 1 号")
    recorded(session, place)
    return place


def make_stall(session: Session, place: Place, number: str = "A-01") -> Stall:
    """Return a stall of ``place``."""
    stall = Stall(uid=new_uid(), path=place.path, place=place, number=number, goods="蔬菜")
    recorded(session, stall)
    return stall


def make_trader(session: Session, place: Place, name: str = "王小明") -> Trader:
    """Return a trader of ``place``."""
    secret = b"k" * 32
    trader = Trader(uid=new_uid(), path=place.path, place=place, name=name, secret=secret)
    recorded(session, trader)
    return trader


def make_model(session: Session, name: str = "ACS-15", **changes: Any) -> ScaleModel:  # noqa: ANN401
    """Return a 15 kg class III model with e = 5 g."""
    maker = Maker(uid=new_uid(), name=f"东海衡器 {name}")
    recorded(session, maker)
    ranges = [ModelRange(position=1, min_mg=100_000, max_mg=15_000_000, e_mg=5_000)]
    model = ScaleModel(uid=new_uid(), maker=maker, name=name, ranges=ranges, **changes)
    recorded(session, model)
    return model


def make_rule(session: Session, last_day: date, *, networked: bool = False) -> TransitionRule:
    """Return the rule that ends old types after ``last_day``."""
    rule = TransitionRule(
        uid=new_uid(),
        generation=TypeGeneration.OLD,
        networked=networked,
        last_day=last_day,
        source="JJG 1204-2025",
    )
    recorded(session, rule, "record")
    return rule


def make_scale(
    session: Session,
    place: Place | None = None,
    model: ScaleModel | None = None,
    serial_no: str = "SN-0001",
    **changes: Any,  # noqa: ANN401
) -> Scale:
    """Return a registered scale."""
    place = place or make_place(session)
    scale = Scale(
        uid=new_uid(),
        path=place.path,
        place=place,
        model=model or make_model(session),
        serial_no=serial_no,
        created_at=NOON,
        **changes,
    )
    recorded(session, scale)
    return scale


def verification_of(
    scale: Scale,
    verified_on: date,
    until: date | None,
    **changes: Any,  # noqa: ANN401
) -> Verification:
    """Return a verification that is not written yet: passed until a day, or failed."""
    given: dict[str, Any] = {
        "uid": new_uid(),
        "path": scale.path,
        "kind": VerificationKind.INITIAL,
        "result": VerificationResult.PASS if until else VerificationResult.FAIL,
        "regulation": "JJG 539-2016",
        "body": "通州区计量检定所",
        "recorded_at": NOON,
    }
    return Verification(
        **(given | changes), scale=scale, verified_on=verified_on, valid_until=until
    )


def lead_seal_of(scale: Scale, **changes: Any) -> Seal:  # noqa: ANN401
    """Return the lead seal that a verification leaves, to be added inside an act."""
    given: dict[str, Any] = {
        "kind": SealKind.LEAD,
        "owner": SealOwner.VERIFICATION,
        "state": SealState.INTACT,
    }
    return Seal(**(given | changes), uid=new_uid(), scale=scale)


def make_person(
    session: Session,
    login: str = "manager",
    roles: Sequence[Role] = (Role.MANAGER,),
    path: str = COUNTY,
    **changes: Any,  # noqa: ANN401
) -> Person:
    """Return an account without a usable password."""
    person = Person(
        uid=new_uid(),
        login=login,
        name=login,
        password_hash="-",
        secret=b"p" * 32,
        created_at=NOON,
        **changes,
    )
    person.grants = [
        Grant(uid=new_uid(), role=role, path=path, since=date(2026, 1, 1)) for role in roles
    ]
    recorded(session, person)
    return person


def make_batch(
    session: Session, path: str, model: ScaleModel, number: str = "HT-2026-018"
) -> Procurement:
    """Return a batch of ten scales of ``model``, at 450 yuan each."""
    batch = Procurement(
        uid=new_uid(),
        path=path,
        buyer="城东市场管理公司",
        supplier="东海衡器厂",
        document_no=number,
        bought_on=NOON.date(),
        funding=Funding.ORGANISER,
        items=[ProcurementItem(model=model, quantity=10, unit_price_fen=45_000)],
    )
    recorded(session, batch)
    return batch


def make_agreement(session: Session, trader: Trader, stall: Stall) -> Agreement:
    """Return an agreement about ``stall`` for a year."""
    agreement = Agreement(
        uid=new_uid(),
        path=trader.path,
        place_id=trader.place_id,
        trader=trader,
        number="XY-001",
        signed_on=NOON.date(),
        until=date(NOON.year + 1, NOON.month, NOON.day),
        stalls=[AgreementStall(stall=stall)],
    )
    recorded(session, agreement)
    return agreement


def all_missing(until: date = date(2027, 11, 23)) -> dict[Part, Gap]:
    """Return grounds for a scale of an old type that has neither codes nor a seal."""
    return dict.fromkeys(Part, Gap(Ground.OLD_TYPE, until))
