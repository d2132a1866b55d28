"""What gates the work of a body: its papers, its people, and weights that are good enough."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.qualifications import EndingKind, GateFault, Urgency
from app.domain.recalls import RecallState
from app.domain.standards import WeightClass, WeightState
from app.domain.traceability import WeightWhy
from app.models import Recall
from app.verify.queries_endings import endings, own_tally
from app.verify.service import bodies, weights
from app.verify.service.weights import WeightFault
from tests.support.makers import COUNTY, MARKET, NOON, make_person, recorded
from tests.verify.outfit import (
    KG,
    TODAY,
    YEAR,
    Outfit,
    calibrate,
    employ,
    make_body,
    make_outfit,
    make_weight,
)

LATER = TODAY + YEAR + timedelta(days=1)


@pytest.fixture
def outfit(session: Session) -> Outfit:
    """A body that may work."""
    return make_outfit(session)


def gate(session: Session, outfit: Outfit, path: str = MARKET, on: date = TODAY) -> set[GateFault]:
    """Return what stands against the verifier."""
    body, verifier = outfit.body, outfit.verifier
    return set(bodies.gate(session, body=body, verifier=verifier, path=path, on=on))


def test_who_has_all_papers_may_work_where_the_body_is_assigned(
    session: Session, outfit: Outfit
) -> None:
    """Through the last day of each paper, and nowhere else."""
    assert gate(session, outfit) == set()
    assert gate(session, outfit, on=TODAY + YEAR) == set()
    assert gate(session, outfit, "/32/3206/320682/") == {GateFault.NOT_ASSIGNED}
    assert gate(session, outfit, on=LATER) == {
        GateFault.AUTHORISATION_EXPIRED,
        GateFault.NOT_ASSIGNED,
        GateFault.STANDARD_EXPIRED,
        GateFault.QUALIFICATION_EXPIRED,
    }


def test_an_end_takes_effect_on_its_day(session: Session, outfit: Outfit) -> None:
    """Who left on a day does not verify on it, and a standard given up measures no more."""
    outfit.body.staff[0].ended_on = TODAY
    outfit.standard.ended_on = TODAY
    assert gate(session, outfit) == {GateFault.NOT_QUALIFIED, GateFault.STANDARD_EXPIRED}
    assert gate(session, outfit, on=TODAY - timedelta(days=1)) == set()


def test_another_item_does_not_qualify(session: Session, outfit: Outfit) -> None:
    """A certificate for weights is none for scales."""
    outfit.body.staff[0].item = "weights"
    assert gate(session, outfit) == {GateFault.NOT_QUALIFIED}


def test_a_verifier_of_two_bodies_works_for_the_one_that_is_assigned(
    session: Session, outfit: Outfit
) -> None:
    """Nobody's member works for none."""
    other = make_body(session, "/32/3206/320682/", "如皋所")
    employ(session, other, outfit.verifier)
    for path, body in ((MARKET, outfit.body), ("/32/3206/320682/M1/", other)):
        assert bodies.body_for(session, outfit.verifier, path, TODAY) == body
    stranger = make_person(session, "someone")
    assert bodies.body_for(session, stranger, MARKET, TODAY) is None


def test_a_standard_reaches_up_to_its_largest_load(session: Session, outfit: Outfit) -> None:
    """And holds through its last day."""
    assert bodies.standard_for(session, outfit.body, 60 * KG, TODAY) == outfit.standard
    assert bodies.standard_for(session, outfit.body, 60 * KG + 1, TODAY) is None
    assert bodies.standard_for(session, outfit.body, KG, LATER) is None


@pytest.mark.usefixtures("any_url")
def test_a_set_is_proposed_with_the_certificates_it_stands_on(
    session: Session, outfit: Outfit
) -> None:
    """On both databases; a load that cannot be built is named."""
    body = outfit.body
    papers = {}
    for number, kg in (("1", 1), ("2", 2), ("3", 2), ("4", 5), ("5", 10)):
        weight = make_weight(session, body, number, kg * KG)
        papers[weight.uid] = calibrate(session, weight)
    found = weights.propose(session, body, {15 * KG: 7500, 5 * KG: 2500, 40 * KG: 9}, TODAY)
    assert [one.number for one, _paper in found.weights] == ["5", "4"]
    assert all(papers[one.uid] == paper for one, paper in found.weights)
    assert found.short == (40 * KG,)
    chosen = {one.uid for one, _paper in found.weights}
    assert weights.check(session, body, chosen, {15 * KG: 7500}, TODAY) == ()
    assert weights.check(session, body, chosen, {2 * KG: 7500, 5 * KG: 749}, TODAY) == (
        WeightFault(WeightWhy.CANNOT_BUILD, load_mg=2 * KG),
        WeightFault(WeightWhy.TOO_COARSE, load_mg=5 * KG),
    )


def test_reference_weights_stay_at_home_unless_a_load_needs_them(
    session: Session, outfit: Outfit
) -> None:
    """The M1 is proposed although the F2 is finer; the F2 alone where the limit is tight."""
    for weight_class in (WeightClass.F2, WeightClass.M1):
        number = weight_class.value
        weight = make_weight(session, outfit.body, number, weight_class=weight_class)
        calibrate(session, weight)
    for limit_mg, number in ((500, "M1"), (100, "F2")):
        found = weights.propose(session, outfit.body, {KG: limit_mg}, TODAY)
        assert [one.number for one, _paper in found.weights] == [number]


def test_another_set_steps_in_whole_where_a_weight_is_out(session: Session, outfit: Outfit) -> None:
    """Of its two sets one lost its 5 kg: the other is proposed, the finer one could do as well."""
    M1, F2 = WeightClass.M1, WeightClass.F2  # noqa: N806 - their names
    for name, weight_class, sizes in (("A", M1, (10, 5)), ("B", M1, (10, 5)), ("F", F2, (10, 5))):
        for kg in sizes:
            row = make_weight(session, outfit.body, f"{kg}-{name}", kg * KG, weight_class)
            row.set_name = name
            calibrate(session, row, TODAY - timedelta(days=500 if (name, kg) == ("A", 5) else 9))
    found = weights.propose(session, outfit.body, {15 * KG: 7500, 10 * KG: 5000}, TODAY)
    assert (found.sets, sorted(found.alone)) == (("B",), ["B", "F"])
    assert sorted(row.number for row, _paper in found.weights) == ["10-B", "5-B"]


def test_each_weight_refused_says_why(session: Session, outfit: Outfit) -> None:
    """Each of them alone would have built the load."""
    body = outfit.body
    above = make_weight(session, body, "above", weight_class=WeightClass.F2)
    calibrate(session, above, TODAY - timedelta(days=500))
    recalled = make_weight(session, body, "recalled")
    calibrate(session, recalled)
    make_recall(session, outfit, recalled.id)
    withdrawn = make_weight(session, body, "withdrawn")
    calibrate(session, withdrawn)
    withdrawn.state = WeightState.WITHDRAWN
    calibrate(session, make_weight(session, body, "expired"), TODAY - timedelta(days=365))
    calibrate(session, make_weight(session, body, "failed"), passed=False)
    calibrate(session, make_weight(session, body, "hanging"), TODAY - timedelta(days=30), above)
    coarse = make_weight(session, body, "coarse", weight_class=WeightClass.M3)
    calibrate(session, coarse)
    make_weight(session, body, "bare")
    found = weights.propose(session, body, {KG: 500}, TODAY)
    assert {row.number: fault.code for row, fault in found.refused} == {
        "above": WeightWhy.EXPIRED,
        "recalled": WeightWhy.RECALLED,
        "withdrawn": WeightWhy.WITHDRAWN,
        "expired": WeightWhy.EXPIRED,
        "failed": WeightWhy.NOT_PASSED,
        "hanging": WeightWhy.CHAIN_UNCERTIFIED,
        "coarse": WeightWhy.TOO_COARSE,
        "bare": WeightWhy.NO_CERTIFICATE,
    }
    assert found.short == (KG,)


def test_another_body_s_weight_is_not_ours(session: Session, outfit: Outfit) -> None:
    """However good it is; and one that was never registered neither."""
    other = make_weight(session, make_body(session, name="别的所"), "x")
    calibrate(session, other)
    assert weights.check(session, outfit.body, [other.uid, "nobody"], {KG: 500}, TODAY) == (
        WeightFault(WeightWhy.NOT_OF_THIS_BODY, other.uid),
        WeightFault(WeightWhy.NOT_OF_THIS_BODY, "nobody"),
    )


def make_recall(session: Session, outfit: Outfit, weight_id: int) -> None:
    """Put a weight in doubt since the day before yesterday."""
    recall = Recall(
        uid=new_uid(), path=COUNTY, body_id=outfit.body.id, weight_id=weight_id,
        last_good_on=TODAY - timedelta(days=2), reason="damaged", state=RecallState.OPEN,
        opened_at=NOON, opened_by_id=outfit.verifier.id,
    )  # fmt: skip
    recorded(session, recall)


@pytest.mark.usefixtures("any_url")
def test_what_a_body_works_by_is_told_before_it_ends(session: Session, outfit: Outfit) -> None:
    """Thirty-one days are not thirty; what was renewed or given up ends no more."""
    body = outfit.body
    body.authorised_until = TODAY - timedelta(days=1)
    outfit.standard.valid_until = TODAY + timedelta(days=30)
    employ(session, body, make_person(session, "li"), TODAY + timedelta(days=61))
    employ(session, body, outfit.verifier, TODAY + timedelta(days=3))  # beside the newer one
    for number, days in (("1", 31), ("2", 31), ("3", 60), ("4", 61), ("5", 10)):
        row = make_weight(session, body, number)
        row.set_name, row.state = "A", WeightState.RETIRED if number == "5" else row.state
        calibrate(session, row, TODAY - YEAR + timedelta(days=days))
    found = endings(session, [body], TODAY)
    assert [(one.kind, one.left, one.count) for one in found] == [
        (EndingKind.AUTHORISATION, -1, 1),
        (EndingKind.STANDARD, 30, 1),
        (EndingKind.WEIGHT, 31, 2),
        (EndingKind.WEIGHT, 60, 1),
    ]
    tally = {Urgency.OVER: 1, Urgency.PRESSING: 1, Urgency.COMING: 2}
    assert own_tally(session, outfit.verifier.id, TODAY) == tally
    assert own_tally(session, make_person(session, "stranger").id, TODAY) == {}
