"""Legal status: each reason, their order, and what is not known."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.legal_status import ARTICLES, PRECEDENCE, LegalCode, LegalFacts, legal_status
from app.domain.seals import SealState
from app.domain.verification import VerificationResult

TODAY = date(2026, 11, 23)
GOOD = LegalFacts(
    result=VerificationResult.PASS,
    verified_on=date(2026, 3, 5),
    valid_until=date(2027, 3, 4),
    verification_seals=(SealState.INTACT,),
)

ORDER = (
    LegalCode.STOP_ORDER,
    LegalCode.FAILED,
    LegalCode.UNVERIFIED,
    LegalCode.REPAIRED_NOT_REVERIFIED,
    LegalCode.SEAL_BROKEN,
    LegalCode.OVERDUE,
    LegalCode.TYPE_PHASE_OUT,
    LegalCode.UNKNOWN,
)


def codes(facts: LegalFacts, today: date = TODAY) -> tuple[LegalCode, ...]:
    """Return the reasons' codes."""
    return tuple(reason.code for reason in legal_status(facts, today).reasons)


def test_a_sealed_scale_within_its_year_is_valid() -> None:
    """Nothing against it, and the date is told."""
    status = legal_status(GOOD, TODAY)
    assert (status.status, status.reasons, status.valid_until) == (
        LegalCode.VALID,
        (),
        date(2027, 3, 4),
    )
    assert status.is_valid


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (LegalFacts(), (LegalCode.UNVERIFIED,)),
        (LegalFacts(known=False), (LegalCode.UNKNOWN,)),
        (replace(GOOD, known=False), (LegalCode.UNKNOWN,)),
        (replace(GOOD, result=VerificationResult.FAIL), (LegalCode.FAILED,)),
        (replace(GOOD, verification_seals=(SealState.BROKEN,)), (LegalCode.SEAL_BROKEN,)),
        (replace(GOOD, verification_seals=(SealState.MISSING,)), (LegalCode.SEAL_BROKEN,)),
        (
            replace(GOOD, verification_seals=(SealState.INTACT, SealState.BROKEN)),
            (LegalCode.SEAL_BROKEN,),
        ),
        (replace(GOOD, verification_seals=(SealState.REPLACED, SealState.INTACT)), ()),
        (replace(GOOD, verification_seals=()), (LegalCode.UNKNOWN,)),
        (replace(GOOD, verification_seals=(SealState.REPLACED,)), (LegalCode.UNKNOWN,)),
        (
            replace(GOOD, opened_or_repaired_since_verification=True),
            (LegalCode.REPAIRED_NOT_REVERIFIED,),
        ),
        (replace(GOOD, valid_until=TODAY), ()),
        (replace(GOOD, valid_until=TODAY - timedelta(days=1)), (LegalCode.OVERDUE,)),
        (replace(GOOD, type_last_day=TODAY), ()),
        (replace(GOOD, type_last_day=TODAY - timedelta(days=1)), (LegalCode.TYPE_PHASE_OUT,)),
        (replace(GOOD, stop_order="海市监责停〔2026〕7号"), (LegalCode.STOP_ORDER,)),
        (replace(GOOD, verified_on=None), (LegalCode.UNKNOWN,)),
        (replace(GOOD, valid_until=None), (LegalCode.UNKNOWN,)),
        (replace(GOOD, verified_on=TODAY), ()),
        (replace(GOOD, verified_on=TODAY + timedelta(days=1)), (LegalCode.UNKNOWN,)),
    ],
)
def test_each_reason_by_itself(facts: LegalFacts, expected: tuple[LegalCode, ...]) -> None:
    """One fact, one reason; what is not known is not valid."""
    assert codes(facts) == expected


def test_a_stop_order_names_its_document() -> None:
    """The authority's number stands beside the article."""
    status = legal_status(replace(GOOD, stop_order="海市监责停〔2026〕7号"), TODAY)
    assert status.reasons[0].document == "海市监责停〔2026〕7号"
    assert status.reasons[0].article == "计量法 第二十五条"
    assert status.has(LegalCode.STOP_ORDER)


def test_a_failed_verification_cancels_the_mark() -> None:
    """No date is left to show, so a failed scale is not also overdue."""
    failed = replace(GOOD, result=VerificationResult.FAIL, valid_until=date(2020, 1, 1))
    status = legal_status(failed, TODAY)
    assert status.valid_until is None
    assert codes(failed) == (LegalCode.FAILED,)


def test_the_order_of_gravity_is_this() -> None:
    """The table is written down twice on purpose: here as the order people see."""
    assert tuple(code for code, _ in PRECEDENCE) == ORDER
    assert set(ORDER) | {LegalCode.VALID} == set(LegalCode)
    assert set(ARTICLES) == set(ORDER)


facts = st.builds(
    LegalFacts,
    known=st.booleans(),
    result=st.sampled_from([None, *VerificationResult]),
    verified_on=st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    valid_until=st.none() | st.dates(date(2026, 6, 1), date(2027, 6, 1)),
    verification_seals=st.lists(st.sampled_from(SealState), max_size=3).map(tuple),
    opened_or_repaired_since_verification=st.booleans(),
    type_last_day=st.none() | st.dates(date(2026, 6, 1), date(2027, 6, 1)),
    stop_order=st.none() | st.just("1"),
)


@given(facts)
def test_the_status_is_the_gravest_reason(given_facts: LegalFacts) -> None:
    """Reasons come in order without repeats; valid exactly where there is none."""
    status = legal_status(given_facts, TODAY)
    found = [reason.code for reason in status.reasons]
    assert found == [code for code in ORDER if code in found]
    assert status.status is (found[0] if found else LegalCode.VALID)


@given(facts)
def test_valid_asks_for_everything(given_facts: LegalFacts) -> None:
    """No way leads to valid but a known, passed, dated, sealed, unopened scale in time."""
    if not legal_status(given_facts, TODAY).is_valid:
        return
    assert given_facts.known
    assert given_facts.result is VerificationResult.PASS
    assert given_facts.verified_on is not None
    assert given_facts.verified_on <= TODAY
    assert given_facts.valid_until is not None
    assert given_facts.valid_until >= TODAY
    assert SealState.INTACT in given_facts.verification_seals
    assert not {SealState.BROKEN, SealState.MISSING} & set(given_facts.verification_seals)
    assert not given_facts.opened_or_repaired_since_verification
    assert given_facts.stop_order is None


@given(facts, st.integers(0, 400), st.integers(0, 400))
def test_time_alone_never_makes_a_scale_valid_again(
    given_facts: LegalFacts, first: int, more: int
) -> None:
    """Once a verification's day has come, later days only take away."""
    begin = given_facts.verified_on or TODAY
    earlier = legal_status(given_facts, begin + timedelta(days=first))
    later = legal_status(given_facts, begin + timedelta(days=first + more))
    assert {reason.code for reason in earlier.reasons} <= {reason.code for reason in later.reasons}


WRONGS = {
    LegalCode.STOP_ORDER: {"stop_order": "1"},
    LegalCode.REPAIRED_NOT_REVERIFIED: {"opened_or_repaired_since_verification": True},
    LegalCode.SEAL_BROKEN: {"verification_seals": (SealState.BROKEN,)},
    LegalCode.OVERDUE: {"valid_until": date(2026, 11, 22)},
    LegalCode.TYPE_PHASE_OUT: {"type_last_day": date(2026, 11, 22)},
    LegalCode.UNKNOWN: {"known": False},
}


@pytest.mark.parametrize(
    "wrongs",
    [each for size in range(len(WRONGS) + 1) for each in itertools.combinations(WRONGS, size)],
    ids=lambda wrongs: "+".join(wrongs) or "nothing",
)
def test_every_combination_names_every_reason(wrongs: tuple[LegalCode, ...]) -> None:
    """Several wrongs at once are all told, the gravest first."""
    changes: dict[str, object] = {}
    for wrong in wrongs:
        changes |= WRONGS[wrong]
    assert codes(replace(GOOD, **changes)) == tuple(code for code in ORDER if code in wrongs)
