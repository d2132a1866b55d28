"""Who is still verified by a rule set beyond its last day."""

from dataclasses import dataclass
from datetime import date

from app.domain.rules.reader import Reader
from app.domain.scale_types import TypeGeneration


@dataclass(frozen=True, slots=True)
class Transition:
    """Types that are verified by this rule set beyond its last day, to ``until``."""

    generation: TypeGeneration
    networked: bool
    until: date


def transition(row: Reader) -> Transition:
    """Return what a row of the document says."""
    return Transition(
        (row / "generation").one_of(TypeGeneration),
        (row / "networked").flag(),
        (row / "until").figure_day(),
    )
