"""What the demo's tales are told with: its people, places, models and batches, and its clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.domain.calendar import CHINA, local_date
from app.models import Agreement, Person, Place, Procurement, Scale, ScaleModel, Stall, Trader
from app.web.database import Installation

OPENS: Final = time(8, 20)
MINUTES: Final = 300
MOST: Final = 300


@dataclass(slots=True)
class World:
    """Everything that is there, and what came into being on the way."""

    work: Installation
    session: Session
    people: Mapping[str, Person]
    today: datetime
    places: dict[str, Place] = field(default_factory=dict)
    models: dict[str, ScaleModel] = field(default_factory=dict)
    batches: dict[str, Procurement] = field(default_factory=dict)
    photos: Mapping[int, bytes] = field(default_factory=dict)
    scales: dict[int, Scale] = field(default_factory=dict)
    stalls: dict[tuple[str, str], Stall] = field(default_factory=dict)
    traders: dict[tuple[str, str], Trader] = field(default_factory=dict)
    agreements: dict[int, Agreement] = field(default_factory=dict)
    # The scales that got marks, in the order of the marks' numbers.
    marks: list[int] = field(default_factory=list)

    def by(self, login: str) -> str:
        """Return the uid of the person ``login``."""
        return self.people[login].uid

    def at(self, days_ago: int, no: int = 0, steps: int = 0) -> datetime:
        """Return when the scale ``no`` has its turn that day; ``steps`` of half an hour later."""
        opened = datetime.combine(local_date(self.today) - timedelta(days=days_ago), OPENS, CHINA)
        return opened + timedelta(minutes=no * MINUTES // MOST + 30 * steps)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is done at ``at``."""

    at: datetime
    do: Callable[[], object]
