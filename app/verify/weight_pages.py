"""What pages and the API show of a weight: its traffic light and the chain above it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.qualifications import runs_out
from app.domain.traceability import DEEPEST, Weight, WeightWhy, why_not
from app.domain.weights import bound_ug
from app.models import Calibration, StandardWeight
from app.verify.service.weights import facts

UG_PER_MG: Final = 1000


@dataclass(frozen=True, slots=True)
class Light:
    """How a weight stands on a day.

    Attributes:
        why: Why it may not be used; None where it may.
        left: Days until its certificate ends, where they are few; else None.
        bound: How far it may be from its nominal, in mg as text; empty where unknown.
    """

    why: WeightWhy | None
    paper: Calibration | None
    left: int | None
    bound: str


@dataclass(frozen=True, slots=True)
class Link:
    """A weight in a chain with the certificate that counted, and what stands above it."""

    weight: StandardWeight
    paper: Calibration | None
    why: WeightWhy | None
    above: list["Link"] = field(default_factory=list)


def lights(session: Session, rows: Sequence[StandardWeight], on: date) -> dict[str, Light]:
    """Return how each of ``rows`` stands, by uid."""
    known = facts(session, rows)
    return {row.uid: _light(row, known, on) for row in rows}


def chain(session: Session, weight: StandardWeight, on: date) -> Link:
    """Return ``weight`` with the weights by which it was calibrated, and so on upwards."""
    known = facts(session, [weight])
    rows = session.scalars(
        select(StandardWeight)
        .where(StandardWeight.uid.in_(known))
        .options(joinedload(StandardWeight.body))
    ).unique()
    return _link(weight.uid, {row.uid: row for row in rows}, known, (on, 0))


def milligrams(ug: int | None) -> str:
    """Return micrograms as milligrams, nothing rounded away: 12.5; empty for None."""
    if ug is None:
        return ""
    sign, (whole, rest) = "−" if ug < 0 else "", divmod(abs(ug), UG_PER_MG)
    decimals = f"{rest:03d}".rstrip("0")
    return f"{sign}{whole:,}{'.' + decimals if decimals else ''}"


def _light(row: StandardWeight, known: Mapping[str, Weight], on: date) -> Light:
    current = known[row.uid].current(on)
    paper = next((one for one in row.calibrations if current and one.uid == current.uid), None)
    bound = bound_ug(
        row.weight_class,
        row.nominal_mg,
        paper.error_ug if paper else None,
        paper.uncertainty_ug if paper else None,
    )
    return Light(
        why_not(known[row.uid], known, on),
        paper,
        runs_out(paper.valid_until, on) if paper else None,
        milligrams(bound),
    )


def _link(
    uid: str,
    rows: Mapping[str, StandardWeight],
    known: Mapping[str, Weight],
    at: tuple[date, int],
) -> Link:
    """Return the link of one weight as it was on the day it was used, ``at`` that height."""
    on, height = at
    current = known[uid].current(on)
    paper = next((c for c in rows[uid].calibrations if current and c.uid == current.uid), None)
    found = Link(rows[uid], paper, why_not(known[uid], known, on) if not height else None)
    if current is not None and height < DEEPEST:
        found.above.extend(
            _link(one, rows, known, (current.calibrated_on, height + 1)) for one in current.against
        )
    return found
