"""Registering what the fleet is made of: every field is checked, every row is in the ledger."""

from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from app.configure import service
from app.configure.service import FieldsError, NewScale, NewSeal, Range, SealSeen
from app.configure.service.errors import Fault
from app.configure.service.seals import EvidenceHeldError
from app.domain.gaps import Part
from app.domain.lifecycle import State
from app.domain.seals import SealKind, SealOwner, SealState
from app.domain.suspension import SuspensionReason
from app.ledger.door import act
from app.ledger.verify import problems
from app.models import Maker, Place, Scale, ScaleModel
from tests.conftest import NOON
from tests.support.makers import (
    COUNTY,
    all_missing,
    make_model,
    make_place,
    make_region,
    make_scale,
)

BY = "system"


def new_scale(place: Place, model: ScaleModel, **changes: object) -> NewScale:
    """Return a command that is in order."""
    fields = {"serial_no": "SN-7", "market_no": "A-07", "gaps": all_missing()} | changes
    return NewScale(place=place, model=model, **fields)  # type: ignore[arg-type]


def test_the_whole_register_is_built_through_the_door(session: Session) -> None:
    """Place, stall, trader, maker, model and scale: all are in the ledger and agree with it."""
    make_region(session)
    place = service.create_place(
        session, service.NewPlace(region_path=COUNTY, code="M02", name="城西市场"), by=BY, at=NOON
    )
    service.create_stall(session, service.NewStall(place=place, number="B-1"), by=BY, at=NOON)
    service.create_trader(session, service.NewTrader(place=place, name="李四"), by=BY, at=NOON)
    maker = service.create_maker(session, service.NewMaker("东海"), by=BY, at=NOON)
    ranges = (Range(40_000, 6_000_000, 2_000), Range(100_000, 15_000_000, 5_000))
    model = service.create_model(
        session, service.NewModel(maker=maker, name="ACS-15D", ranges=ranges), by=BY, at=NOON
    )
    scale = service.register_scale(session, new_scale(place, model), by=BY, at=NOON)
    session.commit()
    assert place.path == COUNTY + "M02/"
    assert scale.path == place.path
    assert scale.state is State.REGISTERED
    assert not list(problems(session, Ed25519PrivateKey.generate().public_key()))


def test_a_serial_number_is_taken_once_per_model(session: Session) -> None:
    """Another model may have the same number; the same model may not."""
    place, model = make_place(session), make_model(session)
    service.register_scale(session, new_scale(place, model), by=BY, at=NOON)
    with pytest.raises(FieldsError) as caught:
        service.register_scale(session, new_scale(place, model, market_no=""), by=BY, at=NOON)
    assert caught.value.faults == {"serial_no": Fault.TAKEN}
    other = make_model(session, "ACS-30")
    service.register_scale(session, new_scale(place, other, market_no="A-08"), by=BY, at=NOON)


def test_every_fault_is_told_at_its_field(session: Session) -> None:
    """Not one after the other."""
    place, model = make_place(session), make_model(session)
    tomorrow = date(2026, 11, 24)
    bad = new_scale(place, model, serial_no=" ", gaps={}, made_on=tomorrow)
    with pytest.raises(FieldsError) as caught:
        service.register_scale(session, bad, by=BY, at=NOON)
    assert caught.value.faults == {
        "serial_no": Fault.MISSING,
        "made_on": Fault.IN_THE_FUTURE,
        **{f"{part}_ground": Fault.CODE_OR_GROUND for part in Part},
    }


@pytest.mark.parametrize(
    "ranges",
    [
        (),
        (Range(100, 50, 5),),
        (Range(0, 50, 5),),
        (Range(1, 15, 5), Range(1, 6, 2)),
        (Range(1, 6, 2),) * 4,
    ],
)
def test_ranges_that_make_no_sense_are_refused(session: Session, ranges: tuple[Range, ...]) -> None:
    """One to three, Min below Max, each larger than the one before."""
    maker = Maker(uid="m", name="东海")
    with pytest.raises(FieldsError) as caught:
        service.create_model(
            session, service.NewModel(maker=maker, name="X", ranges=ranges), by=BY, at=NOON
        )
    assert caught.value.faults == {"ranges": Fault.OUT_OF_ORDER}


def in_service_like(session: Session) -> Scale:
    """Return a ready scale with an intact verification seal."""
    scale = make_scale(session, state=State.READY)
    new = NewSeal(kind=SealKind.LEAD, owner=SealOwner.VERIFICATION, number="F-1")
    service.record_seal(session, scale, new, by=BY, at=NOON)
    return scale


def test_a_broken_verification_seal_takes_the_scale_out_of_use(session: Session) -> None:
    """Rule 1, at once; the maker's own seal does not do that."""
    scale = in_service_like(session)
    makers = NewSeal(kind=SealKind.STICKER, owner=SealOwner.MAKER, number="M-1")
    other = service.record_seal(session, scale, makers, by=BY, at=NOON)
    service.change_seal(session, scale, SealSeen(other, SealState.BROKEN), by=BY, at=NOON)
    assert scale.state is State.READY
    session.refresh(scale)
    lead = next(seal for seal in scale.seals if seal.owner is SealOwner.VERIFICATION)
    service.change_seal(session, scale, SealSeen(lead, SealState.BROKEN), by=BY, at=NOON)
    assert scale.state is State.SUSPENDED
    assert scale.suspended_for is SuspensionReason.DECISION
    assert lead.broken_on == date(2026, 11, 23)


def test_a_seal_that_was_replaced_is_history(session: Session) -> None:
    """Whatever is said of it later, it takes nothing out of use and brings nothing back."""
    scale = in_service_like(session)
    session.refresh(scale)
    (lead,) = scale.seals
    with act(session, scale, "change", by=BY, at=NOON):
        lead.state = SealState.REPLACED
    for state in SealState:
        with pytest.raises(FieldsError):
            service.change_seal(session, scale, SealSeen(lead, state), by=BY, at=NOON)
    assert (lead.state, scale.state) == (SealState.REPLACED, State.READY)


def test_no_seal_is_applied_to_a_scale_held_as_evidence(session: Session) -> None:
    """The hold protects what is there."""
    scale = in_service_like(session)
    with act(session, scale, "hold", by=BY, at=NOON):
        scale.hold_document = "通市监保〔2026〕7号"
    new = NewSeal(kind=SealKind.LEAD, owner=SealOwner.VERIFICATION, number="F-2")
    with pytest.raises(EvidenceHeldError):
        service.record_seal(session, scale, new, by=BY, at=NOON + timedelta(days=1))
