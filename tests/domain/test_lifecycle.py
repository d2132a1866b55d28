"""The table of allowed moves, against product.md and its rules."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.lifecycle import (
    TRANSITIONS,
    Action,
    IllegalTransitionError,
    State,
    actions_from,
    next_state,
)

S, A = State, Action

# product.md's table, row by row.
MOVES = {
    A.SUBMIT: {
        S.REGISTERED: S.AWAITING_VERIFICATION,
        S.READY: S.AWAITING_VERIFICATION,
        S.SUSPENDED: S.AWAITING_VERIFICATION,
        S.STORED: S.AWAITING_VERIFICATION,
    },
    A.PASS: {
        S.AWAITING_VERIFICATION: S.READY,
        S.IN_SERVICE: S.IN_SERVICE,
        S.READY: S.READY,
    },
    A.FAIL: {
        S.AWAITING_VERIFICATION: S.SUSPENDED,
        S.READY: S.SUSPENDED,
        S.IN_SERVICE: S.SUSPENDED,
    },
    A.DEPLOY: {S.READY: S.IN_SERVICE},
    A.RETURN: {S.IN_SERVICE: S.READY},
    A.SUSPEND: {S.READY: S.SUSPENDED, S.IN_SERVICE: S.SUSPENDED},
    A.RESUME: {S.SUSPENDED: S.IN_SERVICE},
    A.EXPIRE: {S.IN_SERVICE: S.SUSPENDED, S.READY: S.AWAITING_VERIFICATION},
    A.SEND_TO_REPAIR: {
        S.SUSPENDED: S.IN_REPAIR,
        S.AWAITING_VERIFICATION: S.IN_REPAIR,
    },
    A.COMPLETE_REPAIR: {S.IN_REPAIR: S.AWAITING_VERIFICATION},
    A.STORE: {S.READY: S.STORED, S.SUSPENDED: S.STORED},
    A.RETIRE: {state: S.RETIRED for state in S if state not in {S.IN_SERVICE, S.RETIRED}},
}


@pytest.mark.parametrize(("state", "action"), list(itertools.product(State, Action)))
def test_each_cell_of_the_table(state: State, action: Action) -> None:
    """Every pair of state and act leads where product.md says, or nowhere."""
    expected = MOVES[action].get(state)
    if expected is None:
        with pytest.raises(IllegalTransitionError) as refused:
            next_state(state, action, left=S.IN_SERVICE)
        assert refused.value.code == "illegal_transition"
    else:
        assert next_state(state, action, left=S.IN_SERVICE) is expected


@pytest.mark.parametrize("state", State)
def test_the_acts_of_a_state_are_those_that_lead_somewhere(state: State) -> None:
    """Buttons read the same table."""
    assert set(actions_from(state)) == {a for a in Action if state in MOVES[a]}


@pytest.mark.parametrize("left", [S.READY, S.IN_SERVICE])
def test_resume_leads_back(left: State) -> None:
    """A suspended scale returns to the state it left, and nowhere if that is not known."""
    assert next_state(S.SUSPENDED, A.RESUME, left) is left
    with pytest.raises(IllegalTransitionError):
        next_state(S.SUSPENDED, A.RESUME)


@given(st.lists(st.sampled_from(Action), max_size=40))
def test_from_repair_only_a_pass_leads_to_a_stall(acts: list[Action]) -> None:
    """Rule 2: whatever order the acts come in, an opened scale needs a passed verification."""
    state, left, opened = S.IN_REPAIR, None, True
    for act in acts:
        if (state, act) not in TRANSITIONS or (act is A.RESUME and left is None):
            continue
        # The service drops the state it left once a scale is sent to repair or submitted.
        before, state = state, next_state(state, act, left)
        left = before if state is S.SUSPENDED else None
        opened = (opened or state is S.IN_REPAIR) and act is not A.PASS
        assert not (opened and state in {S.READY, S.IN_SERVICE})


def test_nothing_leaves_retirement() -> None:
    """A scrapped scale stays scrapped."""
    assert actions_from(S.RETIRED) == ()
