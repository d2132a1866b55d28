"""The errors of a scale against ±MPE over the load, those of former worksheets behind, faint.

Drawn as inline SVG by ``partials/error_chart.html``; the numbers stand in a table below it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.verification import VerificationResult
from app.domain.worksheets import WorksheetState
from app.models import Scale, Worksheet

WEIGHED: Final = frozenset({"weighing_up", "weighing_down"})
COUNTED: Final = (WorksheetState.SUBMITTED, WorksheetState.CHECKED, WorksheetState.APPROVED)
MOST_PAST: Final = 3
WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 14, 34
HEADROOM: Final = (115, 100)  # the largest number leaves a little room above


@dataclass(frozen=True, slots=True)
class Point:
    """One reading: where it is drawn, and its numbers in mg."""

    x: int
    y: int
    load_mg: int
    error_mg: int
    mpe_mg: int
    rising: bool
    fails: bool


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of one worksheet, rising then falling."""

    uid: str
    number: str
    on: date
    verdict: VerificationResult
    points: tuple[Point, ...]

    @property
    def rising(self) -> str:
        """The rising loads as the points of a line."""
        return _line(point for point in self.points if point.rising)

    @property
    def falling(self) -> str:
        """The falling loads as the points of a line."""
        return _line(point for point in self.points if not point.rising)


@dataclass(frozen=True, slots=True)
class Frame:
    """How loads and errors become places of the picture."""

    load_mg: int
    error_mg: int

    @classmethod
    def around(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """Return the frame into which all ``rows`` fit."""
        seen = list(rows)
        tallest = max(max(abs(row["error_mg"]), row["mpe_mg"]) for row in seen)
        above, below = HEADROOM
        return cls(max(row["load_mg"] for row in seen), tallest * above // below or 1)

    def x(self, load_mg: int) -> int:
        """Return where a load stands."""
        return LEFT + (WIDTH - LEFT - RIGHT) * load_mg // self.load_mg

    def y(self, error_mg: int) -> int:
        """Return where an error stands; none is in the middle."""
        half = (HEIGHT - TOP - BOTTOM) // 2
        far = half * abs(error_mg) // self.error_mg
        return TOP + half + (far if error_mg < 0 else -far)


@dataclass(frozen=True, slots=True)
class ErrorChart:
    """The picture: the newest worksheet, those before it, and the limits as two stairs."""

    newest: Series
    past: tuple[Series, ...]
    upper: str
    lower: str
    loads: tuple[tuple[int, int], ...]
    limits: tuple[tuple[int, int], ...]
    zero: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


def error_chart(session: Session, scale: Scale) -> ErrorChart | None:
    """Return the chart of a scale; None where no worksheet holds weighings."""
    rows = session.scalars(
        select(Worksheet)
        .where(Worksheet.scale_id == scale.id, Worksheet.state.in_(COUNTED))
        .order_by(Worksheet.finished_at.desc(), Worksheet.id.desc())
        .limit(MOST_PAST + 1)
    ).all()
    return drawn([row for row in rows if _weighed(row)])


def drawn(rows: Sequence[Worksheet]) -> ErrorChart | None:
    """Return the chart of worksheets, newest first."""
    if not rows:
        return None
    frame = Frame.around(one for row in rows for one in _weighed(row))
    if not frame.load_mg:
        return None
    series = [_series(row, frame) for row in rows]
    stairs = sorted({(one["load_mg"], one["mpe_mg"]) for one in _weighed(rows[0])})
    return ErrorChart(
        newest=series[0],
        past=tuple(series[1:]),
        upper=_stairs(frame, stairs, 1),
        lower=_stairs(frame, stairs, -1),
        loads=tuple((frame.x(load), load) for load in _apart(frame, stairs)),
        limits=tuple((frame.y(mpe), mpe) for mpe in sorted({mpe for _load, mpe in stairs})),
        zero=frame.y(0),
    )


def _weighed(row: Worksheet) -> list[Mapping[str, Any]]:
    return [one for one in row.items if one.get("test") in WEIGHED]


def _series(row: Worksheet, frame: Frame) -> Series:
    found = tuple(
        Point(
            x=frame.x(one["load_mg"]),
            y=frame.y(one["error_mg"]),
            load_mg=one["load_mg"],
            error_mg=one["error_mg"],
            mpe_mg=one["mpe_mg"],
            rising=one["test"] == "weighing_up",
            fails=abs(one["error_mg"]) > one["mpe_mg"],
        )
        for one in _weighed(row)
    )
    return Series(row.uid, row.number, local_date(row.finished_at), row.verdict, found)


def _line(points: Iterable[Point]) -> str:
    return " ".join(f"{one.x},{one.y}" for one in sorted(points, key=lambda one: one.load_mg))


def _stairs(frame: Frame, stairs: Sequence[tuple[int, int]], sign: int) -> str:
    """Return the limit as a stair: up to each load it is what holds at that load."""
    x, path = frame.x(0), []
    for load, mpe in stairs:
        y = frame.y(sign * mpe)
        path += [f"{x},{y}", f"{frame.x(load)},{y}"]
        x = frame.x(load)
    return " ".join(path)


def _apart(frame: Frame, stairs: Sequence[tuple[int, int]]) -> list[int]:
    """Return the loads to name, so far apart that their words do not touch."""
    found: list[int] = []
    for load in sorted({load for load, _mpe in stairs}, reverse=True):
        if not found or frame.x(found[-1]) - frame.x(load) > LEFT:
            found.append(load)
    return found
