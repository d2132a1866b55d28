"""What a body keeps on record of itself and of its weights, and what it refuses."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.qualifications import GateFault, VerificationItem
from app.domain.roles import Role
from app.domain.standards import WeightClass, WeightState
from app.domain.traceability import WeightWhy, WithdrawReason
from app.models import Body, StandardWeight
from app.verify.service import bodies, body_records, weight_records, weights
from app.verify.service.body_records import NewStaff, NewStandard, Papers
from app.verify.service.errors import Fault, FieldsError
from app.verify.service.weight_records import NewCalibration, NewWeight, WeightStateError
from tests.support.makers import COUNTY, MARKET, NOON, make_person, make_region
from tests.verify.outfit import KG, YEAR, Outfit, make_outfit
from tests.verify.test_standards import make_recall

TODAY = local_date(NOON)
BY = "01999999-0000-7000-8000-000000000001"
ITEM = VerificationItem.PRICE_SCALES


@pytest.fixture
def outfit(session: Session) -> Outfit:
    """A body that may work."""
    return make_outfit(session)


def new_weight(session: Session, body: Body, **changes: object) -> StandardWeight:
    """Put a weight of 1 kg on record."""
    given = {"body": body, "number": "1", "weight_class": WeightClass.M1, "nominal_mg": KG}
    command = NewWeight(**{**given, **changes})  # type: ignore[arg-type]
    return weight_records.register(session, command, by=BY, at=NOON)


def certify(session: Session, weight: StandardWeight, **changes: object) -> None:
    """Add a certificate of last month."""
    given = {
        "certificate_no": "C-1",
        "laboratory": "省计量院",
        "calibrated_on": TODAY - timedelta(days=30),
        "valid_until": TODAY + timedelta(days=300),
    }
    command = NewCalibration(**{**given, **changes})  # type: ignore[arg-type]
    weight_records.add_certificate(session, weight, command, by=BY, at=NOON)


def test_a_body_works_once_all_its_papers_are_on_record(session: Session) -> None:
    """Each one missing is named; the ends take effect as written."""
    make_region(session)
    papers = Papers(name="通州区所", authorisation_no="法计 1", authorised_until=TODAY)
    body = body_records.create(session, COUNTY, papers, by=BY, at=NOON)
    verifier = make_person(session, "shen", (Role.VERIFIER,))

    def gate() -> set[GateFault]:
        session.refresh(body)
        return set(bodies.gate(session, body=body, verifier=verifier, path=MARKET, on=TODAY))

    assert gate() == {GateFault.NOT_ASSIGNED, GateFault.NO_STANDARD, GateFault.NOT_QUALIFIED}
    body_records.assign(session, body, COUNTY, (TODAY, None), by=BY, at=NOON)
    staff = NewStaff(person=verifier, item=ITEM, certificate_no="J", since=TODAY, until=TODAY)
    body_records.add_staff(session, body, staff, by=BY, at=NOON)
    command = NewStandard(name="装置", certificate_no="S", valid_until=TODAY, max_mg=KG)
    standard = body_records.add_standard(session, body, command, by=BY, at=NOON)
    assert gate() == set()
    body_records.end_standard(session, standard, by=BY, at=NOON)
    body_records.end_staff(session, body.staff[0], by=BY, at=NOON)
    yesterday = TODAY - timedelta(days=1)
    body_records.amend(
        session, body, Papers(name="所", authorisation_no="1", authorised_until=yesterday),
        by=BY, at=NOON,
    )  # fmt: skip
    assert gate() == {
        GateFault.AUTHORISATION_EXPIRED,
        GateFault.STANDARD_EXPIRED,
        GateFault.NOT_QUALIFIED,
    }


def test_an_assignment_ends_after_its_last_day_and_may_begin_again(
    session: Session, outfit: Outfit
) -> None:
    """Two of the same region never overlap."""
    make_region(session)
    body = outfit.body
    with pytest.raises(FieldsError) as caught:
        body_records.assign(session, body, COUNTY, (TODAY, None), by=BY, at=NOON)
    assert caught.value.faults == {"path": Fault.TAKEN}
    body_records.end_assignment(session, body, COUNTY, TODAY, by=BY, at=NOON)
    with pytest.raises(FieldsError):
        body_records.assign(session, body, COUNTY, (TODAY, None), by=BY, at=NOON)
    tomorrow = TODAY + timedelta(days=1)
    body_records.assign(session, body, COUNTY, (tomorrow, None), by=BY, at=NOON)
    with pytest.raises(FieldsError):
        body_records.end_assignment(session, body, "/32/3299/", TODAY, by=BY, at=NOON)


def test_staff_have_a_role_in_verification(session: Session, outfit: Outfit) -> None:
    """A manager is none, and a certificate has a beginning and an end."""
    manager = make_person(session, "manager")
    command = NewStaff(person=manager, item=ITEM, certificate_no="", since=None, until=None)
    with pytest.raises(FieldsError) as caught:
        body_records.add_staff(session, outfit.body, command, by=BY, at=NOON)
    assert caught.value.faults == {
        "certificate_no": Fault.MISSING,
        "person": Fault.NOT_HERE,
        "since": Fault.MISSING,
        "until": Fault.MISSING,
    }


def test_a_weight_is_of_a_nominal_that_its_class_has(session: Session, outfit: Outfit) -> None:
    """By OIML R 111-1, and its number is its own."""
    new_weight(session, outfit.body)
    for changes, faults in (
        ({}, {"number": Fault.TAKEN}),
        ({"number": " "}, {"number": Fault.MISSING}),
        ({"number": "2", "nominal_mg": 3 * KG}, {"nominal": Fault.NO_SUCH_NOMINAL}),
        ({"number": "2", "weight_class": WeightClass.M1_2}, {"nominal": Fault.NO_SUCH_NOMINAL}),
    ):
        with pytest.raises(FieldsError) as caught:
            new_weight(session, outfit.body, **changes)
        assert caught.value.faults == faults


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"certificate_no": " "}, {"certificate_no": Fault.MISSING}),
        ({"calibrated_on": TODAY + timedelta(days=1)}, {"calibrated_on": Fault.IN_THE_FUTURE}),
        ({"valid_until": date(2020, 1, 1)}, {"valid_until": Fault.OUT_OF_ORDER}),
        ({"calibrated_on": None}, {"calibrated_on": Fault.MISSING}),
        ({"uncertainty_ug": -1}, {"uncertainty": Fault.MALFORMED}),
    ],
)
def test_a_certificate_that_contradicts_itself_is_refused(
    session: Session, outfit: Outfit, changes: dict[str, object], faults: dict[str, Fault]
) -> None:
    """Each fault at its field, and the weight stays without one."""
    weight = new_weight(session, outfit.body)
    with pytest.raises(FieldsError) as caught:
        certify(session, weight, **changes)
    assert caught.value.faults == faults
    assert weights.why(session, weight, TODAY) is WeightWhy.NO_CERTIFICATE


def test_no_weight_stands_above_itself(session: Session, outfit: Outfit) -> None:
    """Neither at once nor round a corner."""
    low = new_weight(session, outfit.body)
    high = new_weight(session, outfit.body, number="2", weight_class=WeightClass.F2)
    certify(session, high, calibrated_on=TODAY - timedelta(days=60))
    certify(session, low, against=[high])
    assert weights.why(session, low, TODAY) is None
    for weight, above in ((low, low), (high, low)):
        with pytest.raises(FieldsError) as caught:
            certify(session, weight, certificate_no="C-9", against=[above])
        assert caught.value.faults == {"against": Fault.ABOVE_ITSELF}


def test_a_certificate_with_error_and_uncertainty_counts_instead_of_the_class(
    session: Session, outfit: Outfit
) -> None:
    """1 kg M1 is good to 50 mg by its class, to 20 mg by this paper."""
    weight = new_weight(session, outfit.body)
    certify(session, weight)
    tight = {KG: 60}
    assert weights.propose(session, outfit.body, tight, TODAY).short == (KG,)
    certify(session, weight, certificate_no="C-2", error_ug=-12_000, uncertainty_ug=8_000)
    assert weights.propose(session, outfit.body, tight, TODAY).short == ()


def test_a_withdrawn_weight_is_out_at_once_and_back_only_when_cleared(
    session: Session, outfit: Outfit
) -> None:
    """With its last good day; an open recall keeps it out."""
    weight = new_weight(session, outfit.body)
    certify(session, weight)
    for day, fault in ((None, Fault.MISSING), (TODAY + timedelta(days=1), Fault.IN_THE_FUTURE)):
        with pytest.raises(FieldsError) as caught:
            withdraw(session, weight, day)
        assert caught.value.faults == {"last_good_on": fault}
    with pytest.raises(WeightStateError):
        weight_records.reinstate(session, weight, by=BY, at=NOON)
    withdraw(session, weight, TODAY - timedelta(days=20))
    assert weights.why(session, weight, TODAY) is WeightWhy.WITHDRAWN
    with pytest.raises(WeightStateError):
        withdraw(session, weight, TODAY)
    make_recall(session, outfit, weight.id)
    with pytest.raises(WeightStateError):
        weight_records.reinstate(session, weight, by=BY, at=NOON)


def test_a_weight_that_is_cleared_serves_again_and_a_retired_one_never(
    session: Session, outfit: Outfit
) -> None:
    """Nothing of the withdrawal stays but its entries in the ledger."""
    weight = new_weight(session, outfit.body)
    certify(session, weight)
    withdraw(session, weight, TODAY)
    weight_records.reinstate(session, weight, by=BY, at=NOON)
    assert (weight.last_good_on, weight.withdrawn_because) == (None, "")
    assert weights.why(session, weight, TODAY) is None
    weight_records.retire(session, weight, by=BY, at=NOON)
    assert weight.state is WeightState.RETIRED
    with pytest.raises(WeightStateError):
        weight_records.retire(session, weight, by=BY, at=NOON)
    assert weights.why(session, weight, TODAY + YEAR) is WeightWhy.RETIRED


def withdraw(session: Session, weight: StandardWeight, day: date | None) -> None:
    """Take ``weight`` out of use, good until ``day``."""
    weight_records.withdraw(session, weight, WithdrawReason.DAMAGED, day, by=BY, at=NOON)
