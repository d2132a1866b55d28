"""Which weights a worksheet may use: proposing a set, checking one, and why others are refused."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.domain import traceability
from app.domain.recalls import RecallState
from app.domain.standards import WeightClass, WeightState
from app.domain.traceability import DEEPEST, Calibrated, Weight, WeightWhy, why_not
from app.domain.weight_sets import (
    Candidate,
    Chosen,
    alone,
    build,
    choose,
    choose_by_set,
    good_enough,
    makes,
)
from app.domain.weights import bound_ug
from app.models import Body, Calibration, CalibrationUse, Recall, StandardWeight


@dataclass(frozen=True, slots=True)
class WeightFault:
    """What is wrong with a weight, or with a load that the weights cannot test.

    Attributes:
        weight: uid of the weight; empty where the fault is the load's.
        load_mg: The load, where one is meant.
    """

    code: WeightWhy
    weight: str = ""
    load_mg: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A set that builds every load but those in ``short``, and who was passed over for what.

    Attributes:
        by_load: uids of the weights to put on, by load in mg.
        alone: The sets of which each would do as much by itself, and what is taken of it.
    """

    weights: tuple[tuple[StandardWeight, Calibration], ...]
    refused: tuple[tuple[StandardWeight, WeightFault], ...]
    short: tuple[int, ...]
    by_load: Mapping[int, tuple[str, ...]]
    alone: Mapping[str, Chosen]

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of the sets that are taken along; single weights are of none."""
        return tuple(sorted({row.set_name for row, _paper in self.weights if row.set_name}))


def propose(session: Session, body: Body, demands: Mapping[int, int], on: date) -> Proposal:
    """Return few weights of ``body`` with an error of at most 1/3 of the limit at each load.

    Finer ones than are needed stay at home: a body's reference weights wear out in a market.
    They are of one set where one set does it, else of as few as it takes.

    Args:
        demands: The scale's limit in mg, by load in mg.
    """
    rows = session.scalars(
        select(StandardWeight)
        .where(StandardWeight.body_id == body.id, StandardWeight.state != WeightState.RETIRED)
        .options(selectinload(StandardWeight.calibrations))
        .order_by(StandardWeight.nominal_mg.desc(), StandardWeight.number)
    ).all()
    known = facts(session, rows)
    usable, refused = [], []
    for row in rows:
        fault = _fault(known[row.uid], known, on) or _coarse(known[row.uid], demands, on)
        if fault:
            refused.append((row, fault))
        else:
            usable.append(known[row.uid])
    by_uid = {row.uid: row for row in rows}
    by_class = {
        weight_class: [
            _candidate(one, on, by_uid[one.uid].set_name)
            for one in usable
            if one.weight_class is weight_class
        ]
        for weight_class in reversed(WeightClass)
    }
    chosen = _chosen(list(by_class.values()), demands)
    return Proposal(
        tuple((by_uid[uid], _paper(by_uid[uid], known[uid], on)) for uid in chosen.keys),
        tuple(refused),
        chosen.short,
        chosen.by_load,
        alone([one for many in by_class.values() for one in many], demands),
    )


def check(
    session: Session, body: Body, chosen: Collection[str], demands: Mapping[int, int], on: date
) -> tuple[WeightFault, ...]:
    """Return what is wrong with testing ``demands`` by the weights ``chosen``, uids.

    Empty: each may be used, and together they build every load well enough.
    """
    rows = session.scalars(
        select(StandardWeight)
        .where(StandardWeight.body_id == body.id, StandardWeight.uid.in_(chosen))
        .options(selectinload(StandardWeight.calibrations))
    ).all()
    known = facts(session, rows)
    own = {row.uid for row in rows}
    found = [WeightFault(WeightWhy.NOT_OF_THIS_BODY, uid) for uid in chosen if uid not in own]
    found += [fault for uid in sorted(own) if (fault := _fault(known[uid], known, on))]
    if not found:
        candidates = [_candidate(known[uid], on) for uid in sorted(own)]
        found = [fault for load in sorted(demands) if (fault := _short(candidates, load, demands))]
    return tuple(found)


def why(session: Session, row: StandardWeight, on: date) -> WeightWhy | None:
    """Return why ``row`` may not be used on ``on``; None where it may."""
    known = facts(session, [row])
    fault = _fault(known[row.uid], known, on)
    return fault.code if fault else None


def facts(session: Session, rows: Sequence[StandardWeight]) -> dict[str, Weight]:
    """Return what is known of ``rows`` and of every weight of their chains, by uid.

    Level by level, a few queries each, as deep as a chain may be.
    """
    found: dict[int, StandardWeight] = {}
    uses: dict[int, list[int]] = {}
    level = {row.id: row for row in rows}
    for _depth in range(DEEPEST + 2):
        found |= level
        steps = session.execute(
            select(CalibrationUse.calibration_id, CalibrationUse.against_id).where(
                CalibrationUse.weight_id.in_(level)
            )
        ).all()
        for calibration, above in steps:
            uses.setdefault(calibration, []).append(above)
        missing = {above for _calibration, above in steps} - set(found)
        if not missing:
            break
        higher = select(StandardWeight).where(StandardWeight.id.in_(missing))
        loaded = session.scalars(higher.options(selectinload(StandardWeight.calibrations)))
        level = {row.id: row for row in loaded}
    recalled = _recalled(session, found)
    return {row.uid: _facts(row, found, uses, recalled) for row in found.values()}


def _facts(
    row: StandardWeight,
    found: Mapping[int, StandardWeight],
    uses: Mapping[int, list[int]],
    recalled: Mapping[int, date],
) -> Weight:
    return Weight(
        uid=row.uid,
        weight_class=row.weight_class,
        nominal_mg=row.nominal_mg,
        state=row.state,
        last_good_on=row.last_good_on,
        recalled_after=recalled.get(row.id),
        calibrations=tuple(
            Calibrated(
                uid=one.uid,
                calibrated_on=one.calibrated_on,
                valid_until=one.valid_until,
                passed=one.passed,
                error_ug=one.error_ug,
                uncertainty_ug=one.uncertainty_ug,
                against=tuple(found[above].uid for above in uses.get(one.id, ()) if above in found),
            )
            for one in row.calibrations
        ),
    )


def _recalled(session: Session, ids: Iterable[int]) -> dict[int, date]:
    """Return the earliest last good day of the recalls that are open, by weight."""
    rows = session.execute(
        select(Recall.weight_id, func.min(Recall.last_good_on))
        .where(Recall.weight_id.in_(list(ids)), Recall.state == RecallState.OPEN)
        .group_by(Recall.weight_id)
    )
    return {weight: day for weight, day in rows}  # noqa: C416 - typed rows


def _fault(weight: Weight, known: Mapping[str, Weight], on: date) -> WeightFault | None:
    if reason := why_not(weight, known, on):
        return WeightFault(reason, weight.uid)
    if _bound(weight, on) is None:
        return WeightFault(WeightWhy.LIMIT_UNKNOWN, weight.uid)
    return None


def _coarse(weight: Weight, demands: Mapping[int, int], on: date) -> WeightFault | None:
    """Return a fault where the weight alone is too coarse at every load it could stand in."""
    loads = [load for load in demands if load >= weight.nominal_mg]
    bound = _bound(weight, on) or 0
    if not loads or any(good_enough(bound, demands[load]) for load in loads):
        return None
    return WeightFault(WeightWhy.TOO_COARSE, weight.uid, max(loads))


def _short(
    candidates: Sequence[Candidate], load: int, demands: Mapping[int, int]
) -> WeightFault | None:
    if build(candidates, load, demands[load]):
        return None
    code = WeightWhy.TOO_COARSE if makes(candidates, load) else WeightWhy.CANNOT_BUILD
    return WeightFault(code, load_mg=load)


def _chosen(by_class: Sequence[Sequence[Candidate]], demands: Mapping[int, int]) -> Chosen:
    """Choose among the coarsest classes first; a finer one joins where it helps a load."""
    found = choose((), demands)
    among: list[Candidate] = []
    for more in by_class:
        if more and found.short:
            among += more
            wider = choose_by_set(among, demands)
            if len(wider.short) < len(found.short):
                found = wider
    return found


def _candidate(weight: Weight, on: date, of_set: str = "") -> Candidate:
    return Candidate(weight.uid, weight.nominal_mg, _bound(weight, on) or 0, of_set)


def _bound(weight: Weight, on: date) -> int | None:
    current = weight.current(on)
    error, spread = (current.error_ug, current.uncertainty_ug) if current else (None, None)
    return bound_ug(weight.weight_class, weight.nominal_mg, error, spread)


def _paper(row: StandardWeight, weight: Weight, on: date) -> Calibration:
    current: traceability.Calibrated | None = weight.current(on)
    return next(one for one in row.calibrations if current and one.uid == current.uid)
