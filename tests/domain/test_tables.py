"""The small tables: seals, references, findings, leads, tasks, stations, who may do what."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.findings import (
    FindingState,
    LeadState,
    finding_may_become,
    lead_may_become,
    suspends,
)
from app.domain.lifecycle import Action, State
from app.domain.permissions import ACTION_ROLES, actions_for, may_do, needs_step_up
from app.domain.references import Origin, ReferenceStatus, may_approve, may_become
from app.domain.roles import APART, SECOND_FACTOR, Role, may_hold
from app.domain.seals import SealState, all_intact, any_violated
from app.domain.stations import StationHealth, health
from app.domain.tasks import ENDED, TaskState, task_may_become

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("states", list(itertools.product(SealState, repeat=2)))
def test_two_seals(states: tuple[SealState, SealState]) -> None:
    """A replaced seal is history; one broken or missing seal is enough."""
    present = {state for state in states if state is not SealState.REPLACED}
    assert all_intact(states) is (present == {SealState.INTACT})
    assert any_violated(states) is bool(present & {SealState.BROKEN, SealState.MISSING})


def test_no_seal_is_not_an_intact_one() -> None:
    """Nor a broken one."""
    assert not all_intact([])
    assert not any_violated([])


REFERENCE_MOVES = {("submitted", "approved"), ("submitted", "rejected"), ("approved", "withdrawn")}


@pytest.mark.parametrize("pair", list(itertools.product(ReferenceStatus, repeat=2)))
def test_the_life_of_a_reference(pair: tuple[ReferenceStatus, ReferenceStatus]) -> None:
    """No way back from rejected or withdrawn, no way around the second person."""
    assert may_become(*pair) is (pair in REFERENCE_MOVES)


def test_an_approval_takes_two_persons() -> None:
    """The one who uploaded is the first of them."""
    assert may_approve("custodian1", "custodian2")
    assert not may_approve("custodian1", "custodian1")
    assert not may_approve(7, 7)


def test_every_origin_is_one_of_three() -> None:
    """型评留样, 厂家函, N 台新秤一致."""
    assert {origin.value for origin in Origin} == {"type_sample", "maker_letter", "alike_scales"}


FINDING_MOVES = {("open", "confirmed"), ("open", "dismissed"), ("confirmed", "closed")}


@pytest.mark.parametrize("pair", list(itertools.product(FindingState, repeat=2)))
def test_the_life_of_a_finding(pair: tuple[FindingState, FindingState]) -> None:
    """Only people move it, and never back."""
    assert finding_may_become(*pair) is (pair in FINDING_MOVES)


@pytest.mark.parametrize("state", FindingState)
def test_which_findings_suspend(state: FindingState) -> None:
    """Open and confirmed ones; a confirmed one until the scale was put right."""
    assert suspends(state) is (state in {FindingState.OPEN, FindingState.CONFIRMED})


LEAD_MOVES = {("open", "handed_over"), ("open", "closed"), ("handed_over", "closed")}


@pytest.mark.parametrize("pair", list(itertools.product(LeadState, repeat=2)))
def test_the_life_of_a_lead(pair: tuple[LeadState, LeadState]) -> None:
    """A closed lead is not opened again."""
    assert lead_may_become(*pair) is (pair in LEAD_MOVES)


@pytest.mark.parametrize("pair", list(itertools.product(TaskState, repeat=2)))
def test_the_life_of_a_task(pair: tuple[TaskState, TaskState]) -> None:
    """An ended task stays ended; one being done may be handed out again, or wait again."""
    before, after = pair
    back = after is TaskState.QUEUED and before is not TaskState.RUNNING
    allowed = before not in ENDED and not back
    assert task_may_become(before, after) is allowed


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(), StationHealth.HEARD),
        (timedelta(minutes=9, seconds=59), StationHealth.HEARD),
        (timedelta(minutes=10), StationHealth.SILENT),
        (timedelta(days=7), StationHealth.SILENT),
        (-timedelta(minutes=1), StationHealth.HEARD),
    ],
)
def test_a_station_falls_silent_after_ten_minutes(ago: timedelta, expected: StationHealth) -> None:
    """By the server's clock; a setting may say otherwise."""
    assert health(NOON - ago, NOON) is expected
    assert health(NOON - ago, NOON, silent_after_minutes=10**6) is StationHealth.HEARD


def test_a_station_that_never_called_or_may_no_longer() -> None:
    """Neither is merely silent."""
    assert health(None, NOON) is StationHealth.NEVER_SEEN
    assert health(NOON, NOON, revoked=True) is StationHealth.REVOKED


WHO = {
    "submit": "manager",
    "pass": "verifier",
    "fail": "verifier",
    "deploy": "manager",
    "return": "manager",
    "suspend": "manager inspector regulator",
    "resume": "manager inspector regulator",
    "expire": "",
    "send_to_repair": "manager",
    "complete_repair": "repairer",
    "store": "manager",
    "retire": "manager",
}


@pytest.mark.parametrize(("action", "role"), list(itertools.product(Action, Role)))
def test_who_may_do_what(action: Action, role: Role) -> None:
    """Every act for every role."""
    assert may_do({role}, action) is (role.value in WHO[action.value].split())


def test_every_act_has_its_row() -> None:
    """A new act without one would be nobody's or everybody's."""
    assert set(ACTION_ROLES) == set(Action)


@pytest.mark.parametrize("action", Action)
def test_legal_acts_want_a_fresh_second_factor(action: Action) -> None:
    """The results of a verification are legal acts."""
    assert needs_step_up(action) is (action in {Action.PASS, Action.FAIL})


def test_whoever_does_a_legal_act_has_a_second_factor_at_all() -> None:
    """Else step-up could not be asked for."""
    for action in Action:
        if needs_step_up(action):
            assert ACTION_ROLES[action] <= SECOND_FACTOR


def test_buttons_are_role_and_state_together() -> None:
    """A manager at a stall may take the scale back or stop it, no more."""
    assert actions_for({Role.MANAGER}, State.IN_SERVICE) == (Action.RETURN, Action.SUSPEND)
    assert actions_for({Role.VERIFIER}, State.IN_SERVICE) == (Action.PASS, Action.FAIL)
    assert actions_for({Role.AUDITOR, Role.ADMIN}, State.IN_SERVICE) == ()


VERIFYING = {Role.VERIFIER, Role.CHECKER, Role.SIGNATORY}


@pytest.mark.parametrize("pair", list(itertools.combinations(Role, 2)))
def test_which_roles_stay_apart(pair: tuple[Role, Role]) -> None:
    """Who verifies neither inspects nor repairs."""
    apart = bool(VERIFYING & set(pair)) and bool({Role.INSPECTOR, Role.REPAIRER} & set(pair))
    assert may_hold(frozenset({pair[0]}), pair[1]) is not apart
    assert may_hold(frozenset({pair[1]}), pair[0]) is not apart
    assert (frozenset(pair) in APART) is apart
