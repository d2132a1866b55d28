"""Who and what the steps of a scale's story name, as people call them today."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _

from app.ledger import erasures
from app.ledger.door import SYSTEM
from app.models import ScaleEvent

STATION: Final = "station:"


@dataclass(frozen=True, slots=True)
class Names:
    """Names behind the uids of a stretch of the story, and the remarks kept beside it."""

    people: Mapping[str, str]
    stations: Mapping[str, str]
    stalls: Mapping[str, str]
    traders: Mapping[str, str]
    remarks: Mapping[str, str | None]

    def actor(self, by: str) -> str:
        """Return who did it."""
        if by == SYSTEM:
            return str(_("by itself"))
        if by.startswith(STATION):
            name = self.stations.get(by.removeprefix(STATION), "")
            return str(_("station %(name)s", name=name) if name else _("a station"))
        name = self.people.get(by, erasures.NAMELESS)
        return str(_("somebody no longer here")) if name == erasures.NAMELESS else name

    def remark(self, event: ScaleEvent) -> str:
        """Return the words that somebody added to this step."""
        if "remark" not in event.details:
            return str(event.details.get("note", ""))  # as steps of before were told
        return self.remarks.get(event.details["remark"]) or str(_("[words erased]"))
