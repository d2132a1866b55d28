"""Readings and stations as pages show them: what was reached, why not more, what differs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.attest.judging import level_facts
from app.attest.profiles import Part, Profile
from app.attest.wire import PAGE, Report, stored_report
from app.domain.differences import DifferenceKind
from app.domain.evidence import Level, LevelReason, level_reasons
from app.domain.regions import PROGRAM, RegionKind
from app.domain.stations import StationHealth, health
from app.domain.verdicts import Discount, JudgeReason
from app.models import Evidence, Station

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of evidence, ready for a page.

    Attributes:
        missing: What keeps the reading from the next rung.
        differing: Address ranges with their kind; None where only pages are known to differ.
        start: First address of the program, with its length the ground of the flash map.
    """

    report: Report
    level: Level
    required: Level | None
    missing: tuple[LevelReason, ...]
    reasons: tuple[JudgeReason | Discount | str, ...]
    differing: tuple[tuple[Span, DifferenceKind | None], ...]
    ignored: tuple[Span, ...]
    unread: tuple[Span, ...]
    start: int
    length: int

    @property
    def spans(self) -> list[Span]:
        """The ranges that differ, without their kinds."""
        return [span for span, _kind in self.differing]

    @property
    def changed_bytes(self) -> int:
        """How many bytes lie in ranges that differ."""
        return sum(end - start for start, end in self.spans)


def show(row: Evidence) -> Shown:
    """Return ``row`` as a page shows it."""
    report = stored_report(row.envelope)
    profile = Profile.of(row.scale.model.profile)
    part, seen = profile.program, report.part(PROGRAM)
    if part is None and seen is not None:
        part = Part(PROGRAM, seen.address, seen.length)
    end = (seen.address + seen.length) if seen else 0
    return Shown(
        report=report,
        level=Level(row.level),
        required=Level(row.scale.model.required_level) or None,
        missing=level_reasons(level_facts(report)),
        reasons=tuple(_reason(code) for code in row.reasons),
        differing=tuple(_differing(row, report)),
        ignored=tuple(
            (region.start, region.end)
            for region in profile.regions
            if region.kind is not RegionKind.CODE
        ),
        unread=((end, part.address + part.length),) if part and seen else (),
        start=part.address if part else 0,
        length=part.length if part else 0,
    )


def _reason(code: str) -> JudgeReason | Discount | str:
    for kind in (JudgeReason, Discount):
        if code in set(kind):
            return kind(code)
    return code


def _differing(row: Evidence, report: Report) -> Iterator[tuple[Span, DifferenceKind | None]]:
    """Yield what differs: the ranges once the image was seen, until then whole pages."""
    for each in row.differences:
        yield (each["start"], each["end"]), DifferenceKind(each["kind"])
    seen, reference = report.part(PROGRAM), row.reference
    if row.similarity is not None or seen is None or reference is None:
        return
    for number, (ours, theirs) in enumerate(zip(reference.pages, seen.pages, strict=False)):
        if ours != theirs:
            start = seen.address + number * PAGE
            yield (start, start + PAGE), None


@dataclass(frozen=True, slots=True)
class ShownStation:
    """A station on a list: how it looks from here, and what waits for it."""

    row: Station
    health: StationHealth
    scales: int
    waiting: int


def show_stations(
    found: Sequence[Station], scales: dict[int, int], waiting: dict[int, int], at: datetime
) -> list[ShownStation]:
    """Return ``found`` as a list shows them."""
    return [
        ShownStation(row, health_of(row, at), scales.get(row.id, 0), waiting.get(row.id, 0))
        for row in found
    ]


def health_of(station: Station, at: datetime) -> StationHealth:
    """Return how a station looks from here."""
    seen = station.last_seen_at if station.enrolled_at else None
    return health(seen, at, revoked=station.revoked_at is not None)
