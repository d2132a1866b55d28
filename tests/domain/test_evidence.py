"""Evidence levels: the ladder, and that no lie climbs it."""

import itertools
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.evidence import Level, LevelReason, ReadFacts, level, level_reasons, over_parts

# An STM32 on a serial line whose BOOT0 strap and reset the station drove itself.
SILICON = ReadFacts(
    protocol="an3155",
    verdict="read",
    transport="tty",
    control_lines="driven",
    entry="dtr-rts",
    strap="driven",
    reset="driven",
    passes=2,
    passes_equal=True,
)
OPENED = replace(
    SILICON, chip_uid=True, option_bytes=True, seals_recorded=True, opened_by_inspector=True
)
VISIT = replace(OPENED, weighing_test=True, trigger_probe=True)
# An AVR over a pty, as in the demo.
FLASH_RESIDENT = ReadFacts(
    protocol="stk500v1", verdict="read", transport="pty", passes=2, passes_equal=True
)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (ReadFacts(), Level.E0),
        (ReadFacts(self_reported=True), Level.E1),
        (FLASH_RESIDENT, Level.E2),
        (SILICON, Level.E3),
        (replace(SILICON, transport="rfc2217"), Level.E3),
        (OPENED, Level.E4),
        (VISIT, Level.E5),
    ],
)
def test_each_rung_is_reached(facts: ReadFacts, expected: Level) -> None:
    """One reading for each level."""
    assert level(facts) is expected


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"transport": "pty"}, LevelReason.NO_CONTROL_LINES),
        ({"transport": "socket"}, LevelReason.NO_CONTROL_LINES),
        ({"transport": "usb"}, LevelReason.NO_CONTROL_LINES),
        ({"control_lines": "absent"}, LevelReason.STRAP_NOT_DRIVEN),
        ({"control_lines": "not_driven"}, LevelReason.RESET_NOT_DRIVEN),
        ({"entry": "none"}, LevelReason.STRAP_NOT_DRIVEN),
        ({"entry": "dtr"}, LevelReason.STRAP_NOT_DRIVEN),
        ({"entry": "manual"}, LevelReason.STRAP_NOT_DRIVEN),
        ({"strap": "none"}, LevelReason.STRAP_NOT_DRIVEN),
        # The station's word that somebody set the strap: no named person, no photo.
        ({"strap": "attested"}, LevelReason.STRAP_NOT_DRIVEN),
        ({"reset": "none"}, LevelReason.RESET_NOT_DRIVEN),
        ({"passes": 1}, LevelReason.ONE_PASS),
        ({"passes": 1, "passes_equal": False}, LevelReason.ONE_PASS),
        ({"protocol": "stk500v1"}, LevelReason.BOOTLOADER_IN_FLASH),
        ({"protocol": "stk500v2"}, LevelReason.BOOTLOADER_IN_FLASH),
        ({"protocol": "lpc-isp"}, LevelReason.BOOTLOADER_IN_FLASH),
    ],
)
def test_one_missing_fact_caps_below_silicon(
    change: dict[str, object], reason: LevelReason
) -> None:
    """Each condition of E3 is needed, and the ladder says which one is missing."""
    facts = replace(SILICON, **change)
    assert level(facts) is Level.E2
    assert reason in level_reasons(facts)


def test_a_named_person_with_a_photo_stands_in_for_the_lines() -> None:
    """Strap and reset set by hand count when somebody answers for them."""
    by_hand = replace(
        SILICON,
        entry="manual",
        control_lines="not_driven",
        strap="attested",
        reset="none",
        strap_attested=True,
    )
    assert level(by_hand) is Level.E3


@pytest.mark.parametrize("transport", ["pty", "socket", ""])
def test_nothing_over_a_line_without_control_lines_is_above_e2(transport: str) -> None:
    """Not even with every other fact claimed, and a person's word on top."""
    assert level(replace(VISIT, transport=transport, strap_attested=True)) is Level.E2


@pytest.mark.parametrize("verdict", ["unreadable", "no_answer", "malformed", "inconsistent", "?"])
def test_without_bytes_there_is_only_what_the_scale_said(verdict: str) -> None:
    """A protected or silent chip proves nothing, whatever lines were driven."""
    facts = replace(VISIT, verdict=verdict)
    assert level(facts) is Level.E0
    assert level_reasons(facts) == (LevelReason.NOTHING_READ,)
    assert level(replace(facts, self_reported=True)) is Level.E1
    assert level_reasons(replace(facts, self_reported=True)) == (LevelReason.SELF_REPORTED,)


def test_passes_that_differ_are_no_reading() -> None:
    """Two passes, two answers: neither is the program."""
    facts = replace(SILICON, passes=3, passes_equal=False)
    assert level(facts) is Level.E0
    assert level_reasons(facts) == (LevelReason.PASSES_DIFFER,)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"chip_uid": False}, LevelReason.CHIP_UID_NOT_READ),
        ({"option_bytes": False}, LevelReason.OPTION_BYTES_NOT_READ),
        ({"seals_recorded": False}, LevelReason.SEALS_NOT_RECORDED),
        ({"opened_by_inspector": False}, LevelReason.NOT_OPENED_BY_INSPECTOR),
    ],
)
def test_each_condition_of_an_opened_case(change: dict[str, object], reason: LevelReason) -> None:
    """E4 needs all four of them."""
    facts = replace(VISIT, **change)
    assert level(facts) is Level.E3
    assert level_reasons(facts) == (reason,)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"weighing_test": False}, LevelReason.NO_WEIGHING_TEST),
        ({"trigger_probe": False}, LevelReason.NO_TRIGGER_PROBE),
    ],
)
def test_each_condition_of_a_full_visit(change: dict[str, object], reason: LevelReason) -> None:
    """E5 needs both tests."""
    facts = replace(VISIT, **change)
    assert level(facts) is Level.E4
    assert level_reasons(facts) == (reason,)


def test_nothing_is_missing_on_the_last_rung() -> None:
    """Reasons are empty exactly at E5."""
    assert level_reasons(VISIT) == ()


STRONG = {field.name: getattr(VISIT, field.name) for field in fields(ReadFacts)} | {
    "self_reported": True,
    "strap_attested": True,
}
WEAK = {field.name: field.default for field in fields(ReadFacts)}


@given(st.sets(st.sampled_from(sorted(STRONG))), st.sampled_from(sorted(STRONG)))
def test_losing_a_fact_never_raises_the_level(weak: set[str], lost: str) -> None:
    """The ladder is monotone in every fact."""
    mixed = {name: (WEAK if name in weak else STRONG)[name] for name in STRONG}
    less = mixed | {lost: WEAK[lost]}
    assert level(ReadFacts(**less)) <= level(ReadFacts(**mixed))


odd = st.one_of(
    st.text(max_size=12),
    st.integers(-5, 5),
    st.sampled_from(["driven", "tty", "rfc2217", "dtr-rts", "attested", "pty"]),
)
wire = st.dictionaries(
    st.sampled_from(
        [
            "transport",
            "control_lines",
            "entry",
            "strap",
            "reset",
            "passes",
            "passes_equal",
            "level",
            "opened_by_inspector",
            "chip_uid",
            "weighing_test",
            "strap_attested",
            "self_reported",
        ]
    ),
    odd,
)


@given(wire)
def test_no_claim_over_the_wire_passes_e3(facts: dict[str, str | int]) -> None:
    """What only an inspector's visit can show is never taken from the station."""
    assert level(ReadFacts.from_wire("an3155", "read", facts)) <= Level.E3


@given(wire, st.sampled_from(["stk500v1", "stk500v2", "none"]))
def test_a_bootloader_in_flash_stays_at_e2_whatever_it_claims(
    facts: dict[str, str | int], protocol: str
) -> None:
    """A perfect liar answers at most as a program in flash can."""
    read = ReadFacts.from_wire(protocol, "read", facts, strap_attested=True)
    assert level(read) <= Level.E2


@given(wire)
def test_a_liar_without_a_driven_strap_stays_at_e2(facts: dict[str, str | int]) -> None:
    """No strap on the control lines and nobody to answer for it: E2 at most."""
    read = ReadFacts.from_wire("an3155", "read", {**facts, "strap": "none"})
    assert level(read) <= Level.E2


def test_wire_facts_are_taken_as_they_are() -> None:
    """The keys of the wire contract reach the ladder."""
    facts: dict[str, str | int] = {
        "transport": "rfc2217",
        "control_lines": "driven",
        "entry": "dtr-rts",
        "strap": "driven",
        "reset": "driven",
        "passes": 2,
        "passes_equal": 1,
    }
    assert level(ReadFacts.from_wire("an3155", "read", facts)) is Level.E3
    for key, weaker in itertools.product(facts, ("", 0)):
        assert level(ReadFacts.from_wire("an3155", "read", {**facts, key: weaker})) < Level.E3


@pytest.mark.parametrize(
    ("levels", "required", "expected", "partial"),
    [
        ({"program": Level.E3}, ["program"], Level.E3, False),
        ({"program": Level.E3, "options": Level.E2}, ["program", "options"], Level.E2, False),
        ({"program": Level.E3, "options": Level.E2}, ["program"], Level.E3, False),
        ({"program": Level.E3}, ["program", "options"], Level.E3, True),
        ({}, ["program"], Level.E0, True),
        ({}, [], Level.E0, True),
        ({"program": Level.E2}, [], Level.E2, False),
    ],
)
def test_the_weakest_required_part_decides(
    levels: dict[str, Level], required: list[str], expected: Level, partial: bool
) -> None:
    """Minimum over what the profile requires; an unread part makes it partial."""
    standing = over_parts(levels, required)
    assert (standing.level, standing.partial) == (expected, partial)


def test_a_partial_reading_meets_no_required_level() -> None:
    """Half a reading is not a weaker whole one."""
    partial = over_parts({"program": Level.E3}, ["program", "options"])
    assert not partial.meets(Level.E0)
    assert partial.meets(None)
    whole = over_parts({"program": Level.E3}, ["program"])
    assert whole.meets(Level.E3)
    assert not whole.meets(Level.E4)
