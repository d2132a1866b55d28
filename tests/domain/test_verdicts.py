"""Verdicts: the whole table of judgement, and what may change what stands."""

import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.verdicts import (
    PRECEDENCE,
    AgentVerdict,
    Consequence,
    Discount,
    JudgeFacts,
    JudgeReason,
    NonceState,
    Verdict,
    after_verifier_error,
    combine,
    consequence,
    has_lapsed,
    judge,
    last_day,
)

ONE = frozenset({"1.0"})
BOTH = frozenset({"1.0", "1.1"})
# A complete, fresh reading of a scale that runs what it reports.
HONEST = JudgeFacts(
    agent=AgentVerdict.READ,
    approved_ids=BOTH,
    equal_ids=ONE,
    reported_id="1.0",
    nonce=NonceState.FRESH,
    assigned=True,
)
V, R = Verdict, JudgeReason


def test_an_honest_scale_matches() -> None:
    """And its reading counts."""
    judged = judge(HONEST)
    assert (judged.verdict, judged.reasons, judged.counts, judged.discount) == (
        V.MATCH,
        (R.EQUALS_REFERENCE,),
        True,
        None,
    )


@pytest.mark.parametrize(
    ("change", "verdict", "reason"),
    [
        # No id is reported: the register's is expected.
        ({"reported_id": None, "registered_id": "1.0"}, V.MATCH, R.EQUALS_REFERENCE),
        ({"reported_id": None, "registered_id": "1.1"}, V.INCONSISTENT, R.IMAGE_OF_OTHER_ID),
        # Neither: any approved program of the model will do.
        ({"reported_id": None}, V.MATCH, R.EQUALS_REFERENCE),
        ({"reported_id": None, "equal_ids": frozenset()}, V.MISMATCH, R.DIFFERS_FROM_REFERENCE),
        # What the scale reports goes before what the register says.
        ({"registered_id": "1.1"}, V.MATCH, R.EQUALS_REFERENCE),
        # It says 1.1 and runs 1.0: both are approved, one of them is a lie.
        ({"reported_id": "1.1"}, V.INCONSISTENT, R.IMAGE_OF_OTHER_ID),
        ({"reported_id": "9.9"}, V.INCONSISTENT, R.IMAGE_OF_OTHER_ID),
        (
            {"reported_id": "9.9", "equal_ids": frozenset()},
            V.UNKNOWN_VERSION,
            R.NO_APPROVED_REFERENCE,
        ),
        # A changed string does not take a changed program out of reach of the registered one.
        (
            {"reported_id": "9.9", "registered_id": "1.0", "equal_ids": frozenset()},
            V.INCONSISTENT,
            R.REPORTED_NOT_REGISTERED,
        ),
        # The end of a reference is no fault of the scales that run its program.
        (
            {
                "reported_id": "0.9",
                "registered_id": "1.0",
                "equal_ids": frozenset(),
                "was_on_file": True,
            },
            V.UNKNOWN_VERSION,
            R.NO_APPROVED_REFERENCE,
        ),
        (
            {"reported_id": "9.9", "registered_id": "9.8", "equal_ids": frozenset()},
            V.UNKNOWN_VERSION,
            R.NO_APPROVED_REFERENCE,
        ),
        ({"equal_ids": frozenset()}, V.MISMATCH, R.DIFFERS_FROM_REFERENCE),
        (
            {"approved_ids": frozenset(), "equal_ids": frozenset()},
            V.UNKNOWN_VERSION,
            R.NO_APPROVED_REFERENCE,
        ),
        # One image registered under two ids (a maker's mere renaming).
        ({"equal_ids": BOTH}, V.MATCH, R.EQUALS_REFERENCE),
        ({"complete": False}, V.MALFORMED, R.INCOMPLETE),
        ({"agent": AgentVerdict.UNREADABLE}, V.UNREADABLE, R.PROTECTED),
        ({"agent": AgentVerdict.NO_ANSWER}, V.NO_ANSWER, R.SILENT),
        ({"agent": AgentVerdict.MALFORMED}, V.MALFORMED, R.READ_BADLY),
        # Passes that differ are a bad line, no accusation.
        ({"agent": AgentVerdict.INCONSISTENT}, V.MALFORMED, R.PASSES_DIFFER),
        ({"late": True}, V.SLOW, R.LATE_ANSWER),
        ({"reported_checksum_is_image": True}, V.MATCH, R.EQUALS_REFERENCE),
        ({"reported_checksum_is_image": False}, V.INCONSISTENT, R.CHECKSUM_NOT_THE_IMAGES),
        ({"parameters": "a", "baseline_parameters": "a"}, V.MATCH, R.EQUALS_REFERENCE),
        ({"parameters": "a", "baseline_parameters": "b"}, V.INCONSISTENT, R.PARAMETERS_CHANGED),
        ({"parameters": None, "baseline_parameters": "b"}, V.MATCH, R.EQUALS_REFERENCE),
        ({"parameters": "a", "baseline_parameters": None}, V.MATCH, R.EQUALS_REFERENCE),
        (
            {"parameters": "a", "baseline_parameters": "b", "adjusted_since_baseline": True},
            V.MATCH,
            R.EQUALS_REFERENCE,
        ),
        ({"chip_uid": "a", "baseline_chip_uid": "b"}, V.INCONSISTENT, R.CHIP_UID_CHANGED),
        ({"chip_uid": "a", "baseline_chip_uid": "a"}, V.MATCH, R.EQUALS_REFERENCE),
        ({"chip_uid": None, "baseline_chip_uid": "b"}, V.MATCH, R.EQUALS_REFERENCE),
        # Another chip answers, but cannot be read: the chip is what matters.
        (
            {"chip_uid": "a", "baseline_chip_uid": "b", "agent": AgentVerdict.UNREADABLE},
            V.INCONSISTENT,
            R.CHIP_UID_CHANGED,
        ),
        # Incomplete bytes are not compared at all, so they cannot differ.
        ({"complete": False, "equal_ids": frozenset()}, V.MALFORMED, R.INCOMPLETE),
        # Nor does a checksum speak about them.
        ({"complete": False, "reported_checksum_is_image": False}, V.MALFORMED, R.INCOMPLETE),
    ],
)
def test_each_case_of_the_table(
    change: dict[str, object], verdict: Verdict, reason: JudgeReason
) -> None:
    """One fact changed in an honest reading, the verdict and the reason it gives."""
    judged = judge(replace(HONEST, **change))
    assert judged.verdict is verdict
    assert judged.reasons == (reason,)


@pytest.mark.parametrize("pair", list(itertools.combinations(PRECEDENCE, 2)))
def test_the_graver_of_two_verdicts_stands(pair: tuple[Verdict, Verdict]) -> None:
    """Precedence holds for every pair, in either order."""
    assert combine(pair) is pair[0]
    assert combine(reversed(pair)) is pair[0]


def test_precedence_is_firmware_mds() -> None:
    """Written out once more, as the document has it."""
    said = "inconsistent > mismatch > unknown_version > malformed > slow > no_answer"
    assert [*said.split(" > "), "unreadable", "match"] == [verdict.value for verdict in PRECEDENCE]
    assert set(PRECEDENCE) == set(Verdict)


def test_there_is_no_verdict_out_of_nothing() -> None:
    """An empty set of findings is a defect, not a match."""
    with pytest.raises(ValueError, match="empty"):
        combine(())


@pytest.mark.parametrize("verdict", Verdict)
def test_what_follows(verdict: Verdict) -> None:
    """Mismatch and inconsistent suspend, a match asks for nothing, the rest for a task."""
    expected = {
        V.MISMATCH: Consequence.SUSPEND,
        V.INCONSISTENT: Consequence.SUSPEND,
        V.MATCH: Consequence.NONE,
    }.get(verdict, Consequence.TASK)
    assert consequence(verdict) is expected


def reading(verdict: Verdict) -> JudgeFacts:
    """Return facts that are judged as ``verdict``."""
    changes: dict[Verdict, dict[str, object]] = {
        V.MATCH: {},
        V.MISMATCH: {"equal_ids": frozenset()},
        V.UNKNOWN_VERSION: {"equal_ids": frozenset(), "approved_ids": frozenset()},
        V.INCONSISTENT: {"reported_id": "1.1"},
        V.UNREADABLE: {"agent": AgentVerdict.UNREADABLE},
        V.NO_ANSWER: {"agent": AgentVerdict.NO_ANSWER},
        V.MALFORMED: {"agent": AgentVerdict.MALFORMED},
        V.SLOW: {"late": True},
    }
    facts = replace(HONEST, **changes[verdict])
    assert judge(facts).verdict is verdict
    return facts


@pytest.mark.parametrize(
    ("verdict", "standing", "nonce"),
    list(itertools.product(Verdict, [None, *Verdict], NonceState)),
)
def test_an_unassigned_station_changes_nothing(
    verdict: Verdict, standing: Verdict | None, nonce: NonceState
) -> None:
    """Its evidence is kept and judged, and counts for nothing."""
    facts = replace(reading(verdict), standing=standing, nonce=nonce, assigned=False)
    judged = judge(facts)
    assert judged.verdict is verdict
    assert not judged.counts
    assert judged.discount is Discount.UNASSIGNED_STATION


def learns_nothing(verdict: Verdict, standing: Verdict | None) -> bool:
    """Return whether the reading says nothing that could replace what stands."""
    if standing in {V.MISMATCH, V.INCONSISTENT}:
        return verdict not in {V.MATCH, V.MISMATCH, V.INCONSISTENT}
    silent = {V.NO_ANSWER, V.MALFORMED}
    return verdict in silent and standing not in {None, *silent}


@pytest.mark.parametrize("nonce", [NonceState.NONE, NonceState.STALE])
@pytest.mark.parametrize(
    ("verdict", "standing"), list(itertools.product(Verdict, [None, *Verdict]))
)
def test_without_a_nonce_a_reading_only_worsens(
    verdict: Verdict, standing: Verdict | None, nonce: NonceState
) -> None:
    """Never an improvement, nor a mere renewal, by something that might be old."""
    judged = judge(replace(reading(verdict), standing=standing, nonce=nonce))
    worse = PRECEDENCE.index(verdict) < PRECEDENCE.index(standing or V.MATCH)
    assert judged.counts is (worse and not learns_nothing(verdict, standing))


@pytest.mark.parametrize("nonce", [NonceState.FRESH, NonceState.BOOK])
@pytest.mark.parametrize(
    ("verdict", "standing"), list(itertools.product(Verdict, [None, *Verdict]))
)
def test_a_fresh_reading_counts_unless_it_says_nothing(
    verdict: Verdict, standing: Verdict | None, nonce: NonceState
) -> None:
    """Silence and noise say nothing; a locked chip does not answer for a difference."""
    judged = judge(replace(reading(verdict), standing=standing, nonce=nonce))
    if learns_nothing(verdict, standing):
        assert judged.discount is Discount.NOTHING_LEARNED
    else:
        assert judged.counts


@pytest.mark.parametrize("standing", [None, *Verdict])
def test_a_late_report_of_an_older_reading_brings_no_match(standing: Verdict | None) -> None:
    """Reports that waited in the spool do not overtake newer ones."""
    judged = judge(replace(HONEST, standing=standing, newer=False))
    assert judged.discount is Discount.OLDER_READING


@pytest.mark.parametrize(
    ("verdict", "counts"), [(V.MISMATCH, True), (V.INCONSISTENT, True), (V.MATCH, False)]
)
def test_a_late_report_of_a_difference_still_counts(verdict: Verdict, *, counts: bool) -> None:
    """An older reading may still worsen a match."""
    assert judge(replace(reading(verdict), standing=V.MATCH, newer=False)).counts is counts


everything = st.builds(
    JudgeFacts,
    agent=st.sampled_from(AgentVerdict),
    complete=st.booleans(),
    approved_ids=st.sets(st.sampled_from(["1.0", "1.1"])).map(frozenset),
    equal_ids=st.sets(st.sampled_from(["1.0", "1.1"])).map(frozenset),
    was_on_file=st.booleans(),
    reported_id=st.sampled_from([None, "1.0", "1.1", "9.9"]),
    registered_id=st.sampled_from([None, "1.0", "9.9"]),
    reported_checksum_is_image=st.sampled_from([None, True, False]),
    parameters=st.sampled_from([None, "a", "b"]),
    baseline_parameters=st.sampled_from([None, "a", "b"]),
    adjusted_since_baseline=st.booleans(),
    chip_uid=st.sampled_from([None, "a", "b"]),
    baseline_chip_uid=st.sampled_from([None, "a", "b"]),
    late=st.booleans(),
    nonce=st.sampled_from(NonceState),
    assigned=st.booleans(),
    newer=st.booleans(),
    standing=st.sampled_from([None, *Verdict]),
)


@given(everything)
def test_a_match_was_read_whole_and_is_the_approved_program(facts: JudgeFacts) -> None:
    """Whatever else is claimed, a match means these things."""
    facts = replace(facts, equal_ids=facts.equal_ids & facts.approved_ids)
    if judge(facts).verdict is not V.MATCH:
        return
    assert facts.agent is AgentVerdict.READ
    assert facts.complete
    expected = facts.reported_id or facts.registered_id
    assert facts.equal_ids if expected is None else expected in facts.equal_ids


@given(everything)
def test_a_standing_match_is_only_ever_fresh(facts: JudgeFacts) -> None:
    """No match begins or is renewed but by a vouched, newer reading of an assigned station."""
    judged = judge(facts)
    if judged.counts and judged.verdict is V.MATCH:
        assert facts.assigned
        assert facts.newer
        assert facts.nonce in {NonceState.FRESH, NonceState.BOOK}


@given(everything)
def test_every_verdict_has_its_reason(facts: JudgeFacts) -> None:
    """And a judgement counts exactly when nothing speaks against it."""
    judged = judge(facts)
    assert judged.reasons
    assert judged.counts is (judged.discount is None)


@pytest.mark.parametrize("standing", [None, *Verdict])
def test_an_error_of_the_verifier_takes_a_match_away(standing: Verdict | None) -> None:
    """What was bad news stays."""
    assert after_verifier_error(standing) is (None if standing is V.MATCH else standing)


def test_evidence_stands_through_its_last_day() -> None:
    """A reading of 1 March with 30 days stands on the 31st and not on 1 April."""
    taken = date(2027, 3, 1)
    assert last_day(taken, 30) == date(2027, 3, 31)
    assert not has_lapsed(taken, 30, date(2027, 3, 31))
    assert has_lapsed(taken, 30, date(2027, 4, 1))
