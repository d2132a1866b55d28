"""What keeps a scale from a stall; what a hold forbids."""

import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.advisories import Advisory, AdvisoryCode
from app.domain.blocking import (
    HELD_ACTIONS,
    Condition,
    DeployFacts,
    HeldDeed,
    Obstacle,
    blocks_handing_out,
    deploy_conditions,
    held,
    lift_conditions,
    resume_conditions,
)
from app.domain.evidence import Level
from app.domain.legal_status import LegalCode, LegalReason, LegalStatus
from app.domain.lifecycle import Action, ScaleRole, State
from app.domain.roles import Role
from app.domain.seals import SealState
from app.domain.suspension import SuspensionReason

FIT = DeployFacts(verification_seals=(SealState.INTACT,), has_code=True, has_place=True)
VALID = LegalStatus(LegalCode.VALID, (), date(2027, 3, 4))
OVERDUE = LegalStatus(
    LegalCode.OVERDUE, (LegalReason(LegalCode.OVERDUE, "计量法实施细则 第二十二条"),), None
)
A, C = AdvisoryCode, Condition

BLOCKS = {
    A.FIRMWARE_MISMATCH,
    A.FIRMWARE_INCONSISTENT,
    A.EVIDENCE_HOLD,
    A.TYPE_RECALLED,
    A.NO_TAG,
}


@pytest.mark.parametrize("code", AdvisoryCode)
def test_which_advisories_block(code: AdvisoryCode) -> None:
    """Five block, one more where the model requires a level, the others warn."""
    blocks = blocks_handing_out(VALID, [Advisory(code)])
    assert blocks == ((code,) if code in BLOCKS else ())
    strict = blocks_handing_out(VALID, [Advisory(code)], Level.E2)
    assert strict == ((code,) if code in {*BLOCKS, A.FIRMWARE_UNREADABLE} else ())


@pytest.mark.parametrize("code", [code for code in LegalCode if code is not LegalCode.VALID])
def test_any_legal_reason_blocks(code: LegalCode) -> None:
    """The law goes before the market's wishes."""
    legal = LegalStatus(code, (LegalReason(code, ""),), None)
    assert blocks_handing_out(legal, []) == (code,)


def test_all_blocks_are_named() -> None:
    """Legal reasons first, then advisories as they come."""
    legal = LegalStatus(
        LegalCode.SEAL_BROKEN,
        (LegalReason(LegalCode.SEAL_BROKEN, ""), LegalReason(LegalCode.OVERDUE, "")),
        None,
    )
    said = [Advisory(A.NO_TAG), Advisory(A.DUE_SOON), Advisory(A.EVIDENCE_HOLD)]
    assert blocks_handing_out(legal, said) == (
        LegalCode.SEAL_BROKEN,
        LegalCode.OVERDUE,
        A.NO_TAG,
        A.EVIDENCE_HOLD,
    )


def test_a_fit_scale_may_go_to_its_stall() -> None:
    """Nothing missing, nothing in the way, warnings aside."""
    assert deploy_conditions(FIT, VALID, [Advisory(A.DUE_SOON), Advisory(A.LOW_RATINGS)]) == ()


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        ({"verification_seals": ()}, C.NO_INTACT_VERIFICATION_SEAL),
        ({"verification_seals": (SealState.BROKEN,)}, C.NO_INTACT_VERIFICATION_SEAL),
        ({"verification_seals": (SealState.MISSING,)}, C.NO_INTACT_VERIFICATION_SEAL),
        ({"verification_seals": (SealState.REPLACED,)}, C.NO_INTACT_VERIFICATION_SEAL),
        (
            {"verification_seals": (SealState.INTACT, SealState.BROKEN)},
            C.NO_INTACT_VERIFICATION_SEAL,
        ),
        ({"has_code": False}, C.NO_BOUND_CODE),
        ({"has_place": False}, C.NO_STALL_AND_TRADER),
        ({"has_place": False, "role": ScaleRole.DAY_LOAN}, C.NO_STALL_AND_TRADER),
        ({"has_place": False, "role": ScaleRole.FAIR}, C.NO_PLACE),
        ({"suspending_finding": True}, C.OPEN_FINDING),
    ],
)
def test_each_condition_of_rule_1(change: dict[str, object], condition: Condition) -> None:
    """One thing missing, one name for it."""
    assert deploy_conditions(replace(FIT, **change), VALID, []) == (condition,)


def test_a_scale_that_is_not_valid_says_so_and_why() -> None:
    """The condition first, the legal reason after it."""
    assert deploy_conditions(FIT, OVERDUE, []) == (C.NO_VALID_VERIFICATION, LegalCode.OVERDUE)


def test_by_default_nothing_is_fit() -> None:
    """Facts that nobody supplied meet no condition."""
    assert deploy_conditions(DeployFacts(), OVERDUE, []) == (
        C.NO_VALID_VERIFICATION,
        C.NO_INTACT_VERIFICATION_SEAL,
        C.NO_BOUND_CODE,
        C.NO_STALL_AND_TRADER,
        LegalCode.OVERDUE,
    )


@pytest.mark.parametrize(
    ("left", "has_place", "expected"),
    [
        (State.IN_SERVICE, True, ()),
        (State.IN_SERVICE, False, (C.NO_STALL_AND_TRADER,)),
        (State.READY, False, ()),
        (None, True, (C.NOTHING_TO_RESUME,)),
        (State.AWAITING_VERIFICATION, True, (C.NOTHING_TO_RESUME,)),
    ],
)
def test_resuming_leads_back_where_it_left(
    left: State | None, expected: tuple[Obstacle, ...], *, has_place: bool
) -> None:
    """A stall is asked for only where it goes back to one."""
    facts = replace(FIT, has_place=has_place)
    assert resume_conditions(left, facts, VALID, []) == expected


@pytest.mark.parametrize("left", [State.IN_SERVICE, State.READY])
def test_resuming_needs_the_finding_resolved_and_the_law_content(left: State) -> None:
    """Neither an open finding nor an expired mark is resumed over."""
    found = resume_conditions(left, replace(FIT, suspending_finding=True), OVERDUE, [])
    assert found == (C.NO_VALID_VERIFICATION, C.OPEN_FINDING, LegalCode.OVERDUE)


R, S = Role, SuspensionReason


@pytest.mark.parametrize(
    ("reason", "by_officer", "open_to"),
    [
        (S.DECISION, True, {R.INSPECTOR, R.REGULATOR}),
        (S.DECISION, False, {R.MANAGER, R.REGULATOR}),
        (S.FINDING, False, {R.MANAGER, R.REGULATOR}),
        (S.STOP_ORDER, False, {R.MANAGER, R.REGULATOR}),
        (S.RECALL, False, set()),
    ],
)
def test_nobody_overrules_whose_measure_it_was(
    reason: SuspensionReason, open_to: set[Role], *, by_officer: bool
) -> None:
    """An officer's is lifted by officers, the body's by the body, the market's by the market."""
    who = {R.MANAGER, R.INSPECTOR, R.REGULATOR}
    found = {one for one in who if not lift_conditions(reason, {one}, by_officer=by_officer)}
    assert found == open_to


advice = st.lists(st.sampled_from(AdvisoryCode).map(Advisory), max_size=5, unique=True)
fitness = st.builds(
    DeployFacts,
    role=st.sampled_from(ScaleRole),
    verification_seals=st.lists(st.sampled_from(SealState), max_size=3).map(tuple),
    has_code=st.booleans(),
    has_place=st.booleans(),
    suspending_finding=st.booleans(),
)


@given(fitness, st.sampled_from([VALID, OVERDUE]), advice, st.sampled_from([None, Level.E2]))
def test_whoever_may_resume_to_a_stall_might_as_well_be_handed_out(
    facts: DeployFacts, legal: LegalStatus, said: list[Advisory], required: Level | None
) -> None:
    """Suspending and resuming is no way around rule 1."""
    resumed = resume_conditions(State.IN_SERVICE, facts, legal, said, required)
    deployed = deploy_conditions(facts, legal, said, required)
    assert resumed == deployed
    assert set(blocks_handing_out(legal, said, required)) <= set(deployed)


@pytest.mark.parametrize("action", [*Action, *HeldDeed])
def test_what_an_evidence_hold_forbids(action: Action | HeldDeed) -> None:
    """Repair, rotation, seals, opening, retirement; never taking a scale out of use."""
    forbidden = {
        Action.SEND_TO_REPAIR,
        Action.COMPLETE_REPAIR,
        Action.DEPLOY,
        Action.RETURN,
        Action.RETIRE,
        *HeldDeed,
    }
    assert held(action) is (action in forbidden)


def test_a_hold_leaves_the_ways_out_of_use_open() -> None:
    """Evidence is kept at no stall's expense."""
    ways_out = {Action.SUSPEND, Action.FAIL, Action.EXPIRE}
    assert not any(a in b for a, b in itertools.product(ways_out, [HELD_ACTIONS]))
