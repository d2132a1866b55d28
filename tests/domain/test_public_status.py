"""The public status: the whole table, and no suspicion in it."""

import itertools

import pytest

from app.domain.legal_status import LegalCode, LegalReason, LegalStatus
from app.domain.lifecycle import State
from app.domain.public_status import PublicStatus, public_status
from app.domain.suspension import SuspensionReason


def legal(*codes: LegalCode) -> LegalStatus:
    """Return a legal status with these reasons."""
    reasons = tuple(LegalReason(code, "") for code in codes)
    return LegalStatus(codes[0] if codes else LegalCode.VALID, reasons, None)


def expected(code: LegalCode | None, state: State, by: SuspensionReason | None) -> PublicStatus:
    """Return product.md's sentence, read as a cascade."""
    if code is LegalCode.STOP_ORDER:
        return PublicStatus.SUSPENDED
    if state is State.SUSPENDED and by is not SuspensionReason.EXPIRY:
        return PublicStatus.SUSPENDED
    if code in {LegalCode.OVERDUE, LegalCode.TYPE_PHASE_OUT}:
        return PublicStatus.EXPIRED
    if code is None and state in {State.IN_SERVICE, State.READY}:
        return PublicStatus.VALID
    return PublicStatus.TO_BE_CONFIRMED


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("code", [None, *(c for c in LegalCode if c is not LegalCode.VALID)])
def test_each_cell(code: LegalCode | None, state: State) -> None:
    """Every legal reason in every state, for every reason of suspension."""
    for by in (None, *SuspensionReason):
        status = public_status(legal(*([code] if code else [])), state, by)
        assert status is expected(code, state, by)


HAND_WORKED = [
    (legal(), State.IN_SERVICE, None, "valid"),
    (legal(), State.READY, None, "valid"),
    (legal(), State.STORED, None, "to_be_confirmed"),
    (legal(), State.RETIRED, None, "to_be_confirmed"),
    (legal(), State.SUSPENDED, SuspensionReason.FINDING, "suspended"),
    (legal(), State.SUSPENDED, None, "suspended"),
    (legal(LegalCode.OVERDUE), State.SUSPENDED, SuspensionReason.EXPIRY, "expired"),
    (legal(LegalCode.OVERDUE), State.SUSPENDED, SuspensionReason.DECISION, "suspended"),
    (legal(LegalCode.OVERDUE), State.AWAITING_VERIFICATION, None, "expired"),
    (legal(LegalCode.TYPE_PHASE_OUT), State.READY, None, "expired"),
    (legal(LegalCode.SEAL_BROKEN, LegalCode.OVERDUE), State.IN_SERVICE, None, "expired"),
    (legal(LegalCode.STOP_ORDER, LegalCode.OVERDUE), State.IN_SERVICE, None, "suspended"),
    (legal(LegalCode.UNVERIFIED), State.REGISTERED, None, "to_be_confirmed"),
    (legal(LegalCode.SEAL_BROKEN), State.IN_SERVICE, None, "to_be_confirmed"),
    (legal(LegalCode.UNKNOWN), State.IN_SERVICE, None, "to_be_confirmed"),
]


@pytest.mark.parametrize(("status", "state", "by", "word"), HAND_WORKED)
def test_cases_worked_by_hand(
    status: LegalStatus, state: State, by: SuspensionReason | None, word: str
) -> None:
    """The cases people will ask about."""
    assert public_status(status, state, by) == word


def test_without_a_record_nothing_is_known() -> None:
    """A tag of ours whose scale is not on record."""
    assert public_status(None, None, None, registered=False) is PublicStatus.UNKNOWN
    assert public_status(legal(), State.READY, None, registered=False) is PublicStatus.UNKNOWN


def test_no_word_tells_why() -> None:
    """A scale suspended by a finding looks like any other that is suspended."""
    seen = {
        public_status(legal(*reasons), State.SUSPENDED, by)
        for by in SuspensionReason
        if by is not SuspensionReason.EXPIRY
        for size in range(3)
        for reasons in itertools.combinations([LegalCode.SEAL_BROKEN, LegalCode.OVERDUE], size)
    }
    assert seen == {PublicStatus.SUSPENDED}
