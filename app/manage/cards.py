"""A scale as lists, searches and its own page's head show it: the same card everywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.domain.advisories import AdvisoryCode
from app.domain.evidence import Level
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import ScaleRole, State
from app.domain.verdicts import Verdict
from app.models import Scale, ScaleModel
from app.standing import Standing, standings
from app.web.formats import weight

RESTING: Final = frozenset({State.IN_REPAIR, State.STORED, State.RETIRED})


@dataclass(frozen=True, slots=True)
class Card:
    """What the macro ``scale_card`` and the table of the fleet draw.

    Attributes:
        rests: It serves nobody: a valid verification is then a fact, not a green light.
    """

    url: str
    number: str
    serial_no: str
    model: str
    maker: str
    ranges: str
    place: str
    stall: str
    trader: str
    where: str
    state: State
    legal: LegalCode
    until: date | None
    advisories: tuple[AdvisoryCode, ...]
    verdict: Verdict | None
    level: Level | None
    photo: str | None
    rests: bool


def cards(
    session: Session, scales: Sequence[Scale], today: date, carried: Mapping[str, Any]
) -> list[Card]:
    """Return the cards of a page of scales.

    Args:
        carried: The list's own filters, so that its rows lead on inside it.
    """
    found = standings(session, scales, today)
    return [card(scale, found[scale.id], carried) for scale in scales]


def card(scale: Scale, standing: Standing, carried: Mapping[str, Any] | None = None) -> Card:
    """Return the card of one scale."""
    reading = standing.facts.reading
    return Card(
        url=url_for("manage.scale", uid=scale.uid, **(carried or {})),
        number=scale.market_no or f"…{scale.serial_no[-4:]}",
        serial_no=scale.serial_no,
        model=scale.model.name,
        maker=scale.model.maker.name,
        ranges=ranges(scale.model),
        place=scale.place.name,
        stall=scale.stall.number if scale.stall else "",
        trader=scale.trader.name if scale.trader else "",
        where=where(scale),
        state=scale.state,
        legal=standing.legal.status,
        until=standing.legal.valid_until,
        advisories=tuple(advisory.code for advisory in standing.advisories),
        verdict=reading.verdict if reading else None,
        level=reading.level if reading else None,
        photo=photo_url(scale),
        rests=scale.state in RESTING,
    )


def photo_url(scale: Scale) -> str | None:
    """Return the address of the photo; it changes with the photo, so browsers may keep it."""
    if scale.photo is None:
        return None
    return url_for("manage.photo", uid=scale.uid, v=scale.photo[:8])


def ranges(model: ScaleModel) -> str:
    """Return capacity and interval: 15 kg, e = 5 g; 6/15 kg, e = 2/5 g."""
    most = "/".join(weight(one.max_mg).removesuffix(" kg") for one in model.ranges)
    steps = "/".join(weight(one.e_mg).removesuffix(" g") for one in model.ranges)
    return f"{most} kg, e = {steps} g" if model.ranges else ""


def where(scale: Scale) -> str:
    """Return where it is and with whom, in one line."""
    if scale.role is ScaleRole.FAIR:
        spot = scale.place.fair_scale_spot
        return " · ".join(part for part in (scale.place.name, _("fair scale"), spot) if part)
    parts = [scale.place.name]
    if scale.stall is not None:
        parts.append(_("stall %(number)s", number=scale.stall.number))
    if scale.trader is not None:
        parts.append(scale.trader.name)
    return " · ".join(parts)
