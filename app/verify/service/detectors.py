"""Marking a worksheet for review: what the domain's rules say beside the place's other ones."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.detectors import duplicated, outside, series_of, too_fast, usual
from app.domain.worksheets import ReviewMark, WorksheetState
from app.models import Scale, Worksheet

NAMED: Final = 5  # so many other worksheets are named with a mark
MOST: Final = 1000


def reviews(session: Session, scale: Scale, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the marks of a finished document, each with what it rests on."""
    limits = usual()
    found: list[dict[str, Any]] = []
    seconds = too_fast(document["started_at"], document["finished_at"], limits)
    if seconds is not None:
        found.append({"mark": ReviewMark.TOO_FAST.value, "seconds": seconds})
    air = document.get("environment")
    if air and outside(air, limits):
        found.append({"mark": ReviewMark.CONDITIONS.value, **air})
    at = datetime.fromtimestamp(document["finished_at"] // 1000, UTC)
    others = session.execute(
        select(Worksheet.number, Worksheet.document)
        .where(
            Worksheet.place_id == scale.place_id,
            Worksheet.scale_id != scale.id,
            Worksheet.state != WorksheetState.VOID,
            Worksheet.finished_at > at - timedelta(hours=limits.within_hours),
        )
        .order_by(Worksheet.id.desc())
        .limit(MOST)
    ).all()
    given = series_of(document["readings"])
    same = duplicated(given, [series_of(other["readings"]) for _number, other in others], limits)
    if same:
        numbers = sorted(others[number][0] for number in same)[:NAMED]
        found.append({"mark": ReviewMark.DUPLICATE_VALUES.value, "with": numbers})
    return found
