"""Evidence levels: how much a reading proves.

Computed from recorded facts, never taken from the agent. Source: firmware.md's ladder.
E0 recorded by a person, E1 self-reported, E2 answered by code in flash, E3 read twice through
silicon (mask ROM entered by strap and reset), E4 every part with the case opened, E5 with
weighing and trigger probing in the same visit. An unknown fact counts as the weakest.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final, Self


class Level(IntEnum):
    """A rung of the ladder."""

    E0 = 0
    E1 = 1
    E2 = 2
    E3 = 3
    E4 = 4
    E5 = 5


class LevelReason(StrEnum):
    """Why a reading is not worth more."""

    NOTHING_READ = "nothing_read"
    PASSES_DIFFER = "passes_differ"
    SELF_REPORTED = "self_reported"
    BOOTLOADER_IN_FLASH = "bootloader_in_flash"
    NO_CONTROL_LINES = "no_control_lines"
    STRAP_NOT_DRIVEN = "strap_not_driven"
    RESET_NOT_DRIVEN = "reset_not_driven"
    ONE_PASS = "one_pass"  # noqa: S105 - a pass over the memory
    CHIP_UID_NOT_READ = "chip_uid_not_read"
    OPTION_BYTES_NOT_READ = "option_bytes_not_read"
    SEALS_NOT_RECORDED = "seals_not_recorded"
    NOT_OPENED_BY_INSPECTOR = "not_opened_by_inspector"
    NO_WEIGHING_TEST = "no_weighing_test"
    NO_TRIGGER_PROBE = "no_trigger_probe"


MASK_ROM: Final = frozenset({"an3155"})
WITH_LINES: Final = frozenset({"tty", "rfc2217"})
PASSES_NEEDED: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFacts:
    """What is recorded about one reading; the defaults prove nothing.

    The first group comes signed from the station. ``strap_attested`` is a named person's
    word with a photo. The last group is recorded by the inspector's visit on the server and
    never comes over the wire.
    """

    protocol: str = "none"
    verdict: str = "no_answer"
    transport: str = ""
    control_lines: str = "absent"
    entry: str = "none"
    strap: str = "none"
    reset: str = "none"
    passes: int = 0
    passes_equal: bool = False
    self_reported: bool = False

    strap_attested: bool = False

    chip_uid: bool = False
    option_bytes: bool = False
    seals_recorded: bool = False
    opened_by_inspector: bool = False
    weighing_test: bool = False
    trigger_probe: bool = False

    @classmethod
    def from_wire(
        cls,
        protocol: str,
        verdict: str,
        facts: Mapping[str, str | int],
        *,
        self_reported: bool = False,
        strap_attested: bool = False,
    ) -> Self:
        """Take the known keys of an evidence document; what is missing or odd proves nothing.

        Args:
            self_reported: The scale named a version or id of its own.
            strap_attested: A named person vouched for strap and reset, with a photo on file.
        """
        passes = facts.get("passes", 0)
        return cls(
            protocol=protocol,
            verdict=verdict,
            transport=str(facts.get("transport", "")),
            control_lines=str(facts.get("control_lines", "absent")),
            entry=str(facts.get("entry", "none")),
            strap=str(facts.get("strap", "none")),
            reset=str(facts.get("reset", "none")),
            passes=passes if isinstance(passes, int) else 0,
            passes_equal=facts.get("passes_equal") == 1,
            self_reported=self_reported,
            strap_attested=strap_attested,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What a set of parts is worth together."""

    level: Level
    partial: bool

    def meets(self, required: Level | None) -> bool:
        """Return whether this is enough; a partial reading never meets a required level."""
        return required is None or (not self.partial and self.level >= required)


def _short_of_e2(facts: ReadFacts) -> tuple[LevelReason, ...]:
    if facts.verdict == "read" and facts.passes >= 1 and facts.protocol != "none":
        # Two passes that differ are no reading at all, one pass is a weak one.
        differ = facts.passes >= PASSES_NEEDED and not facts.passes_equal
        return (LevelReason.PASSES_DIFFER,) if differ else ()
    return (LevelReason.SELF_REPORTED if facts.self_reported else LevelReason.NOTHING_READ,)


def _short_of_e3(facts: ReadFacts) -> tuple[LevelReason, ...]:
    driven = facts.entry == "dtr-rts" and facts.control_lines == "driven"
    strap = facts.strap_attested or (driven and facts.strap == "driven")
    reset = facts.strap_attested or (driven and facts.reset == "driven")
    wanted = (
        (facts.protocol in MASK_ROM, LevelReason.BOOTLOADER_IN_FLASH),
        (facts.transport in WITH_LINES, LevelReason.NO_CONTROL_LINES),
        (strap, LevelReason.STRAP_NOT_DRIVEN),
        (reset, LevelReason.RESET_NOT_DRIVEN),
        (facts.passes >= PASSES_NEEDED, LevelReason.ONE_PASS),
    )
    return tuple(reason for there, reason in wanted if not there)


def _short_of_e4(facts: ReadFacts) -> tuple[LevelReason, ...]:
    wanted = (
        (facts.chip_uid, LevelReason.CHIP_UID_NOT_READ),
        (facts.option_bytes, LevelReason.OPTION_BYTES_NOT_READ),
        (facts.seals_recorded, LevelReason.SEALS_NOT_RECORDED),
        (facts.opened_by_inspector, LevelReason.NOT_OPENED_BY_INSPECTOR),
    )
    return tuple(reason for there, reason in wanted if not there)


def _short_of_e5(facts: ReadFacts) -> tuple[LevelReason, ...]:
    wanted = (
        (facts.weighing_test, LevelReason.NO_WEIGHING_TEST),
        (facts.trigger_probe, LevelReason.NO_TRIGGER_PROBE),
    )
    return tuple(reason for there, reason in wanted if not there)


_RUNGS: Final = (
    (Level.E2, _short_of_e2),
    (Level.E3, _short_of_e3),
    (Level.E4, _short_of_e4),
    (Level.E5, _short_of_e5),
)


def _climb(facts: ReadFacts) -> tuple[Level, tuple[LevelReason, ...]]:
    reached = Level.E1 if facts.self_reported else Level.E0
    for rung, short_of in _RUNGS:
        reasons = short_of(facts)
        if reasons:
            return reached, reasons
        reached = rung
    return reached, ()


def level(facts: ReadFacts) -> Level:
    """Return the rung that one part's reading reaches."""
    return _climb(facts)[0]


def level_reasons(facts: ReadFacts) -> tuple[LevelReason, ...]:
    """Return what keeps the reading from the next rung; nothing on the last one."""
    return _climb(facts)[1]


def over_parts(levels: Mapping[str, Level], required: Collection[str]) -> Standing:
    """Return the minimum over the parts a model's profile requires.

    A required part that was not read makes the answer partial and adds nothing to it; with
    no part read at all the level is E0. A profile that requires none takes all that was read.
    """
    wanted = required or tuple(levels)
    read = [levels[part] for part in wanted if part in levels]
    return Standing(min(read, default=Level.E0), len(read) < len(wanted) or not read)
