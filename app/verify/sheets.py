"""Worksheets as pages show them: what failed and what is marked comes first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.signing import SigningFault
from app.domain.verification import VerificationResult
from app.domain.worksheets import ReviewMark
from app.models import Scale, WeightUse, Worksheet
from app.verify.service.outcome import failed_items
from app.verify.service.recomputing import NoRuleSetError, RulesDifferError, recompute
from app.web.formats import duration, weight
from app.web.words.items import ITEMS
from app.web.words.rule_sets import PRE_CHECK, TEST
from app.web.words.signing import ASIDE, POSITION, RETURN

MINUTE_S: Final = 60
_PASS: Final = VerificationResult.PASS.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One worksheet in a pile."""

    row: Worksheet
    failed: tuple[str, ...]
    reviews: tuple[ReviewMark, ...]
    fault: SigningFault | None
    chosen: bool

    @property
    def name(self) -> str:
        """What people call the scale."""
        return name_of(self.row.scale)

    @property
    def minutes(self) -> int:
        """How long the work took."""
        return minutes(self.row)

    @property
    def returned(self) -> str:
        """Why it came back, in words."""
        return because(self.row)

    @property
    def rank(self) -> tuple[int, str]:
        """Failures first, then what is marked, then what cannot be signed."""
        order = 0 if self.failed else 1 if self.reviews else 2 if self.fault else 3
        return order, self.name


def lines(
    rows: Iterable[Worksheet], faults: Mapping[str, SigningFault], chosen: set[str]
) -> list[Line]:
    """Return the lines of a pile, those first that want eyes."""
    found = (
        Line(
            row=row,
            failed=tuple(str(ITEMS.get(one, one)) for one in failed_items(row)),
            reviews=marks(row),
            fault=faults.get(row.uid),
            chosen=row.uid in chosen and row.uid not in faults,
        )
        for row in rows
    )
    return sorted(found, key=lambda line: line.rank)


def marks(row: Worksheet) -> tuple[ReviewMark, ...]:
    """Return the review marks of a worksheet."""
    return tuple(ReviewMark(_code(one)) for one in row.reviews)


def _code(mark: Any) -> str:  # noqa: ANN401 - a code, or a code with what it rests on
    return str(mark["mark"] if isinstance(mark, dict) else mark)


def _rests_on(mark: Any) -> str:  # noqa: ANN401 - a code, or a code with what it rests on
    if not isinstance(mark, dict):
        return ""
    seconds = mark.get("seconds")
    return duration(seconds) if seconds is not None else "、".join(mark.get("with", ()))


def because(row: Worksheet) -> str:
    """Return why a worksheet was sent back or set aside, in words; empty where it was not."""
    code = row.returned_because
    for words in (RETURN, ASIDE):
        if code in words:
            return str(words[code])  # type: ignore[index]  # a StrEnum is its value
    return ""


def name_of(scale: Scale) -> str:
    """Return what people call a scale."""
    return scale.market_no or scale.serial_no


def minutes(row: Worksheet) -> int:
    """Return how many minutes the work took, at least one."""
    return max(1, round((row.finished_at - row.started_at).total_seconds() / MINUTE_S))


def shown(session: Session, row: Worksheet) -> dict[str, Any]:
    """Return what the page of one worksheet shows beside the row itself."""
    document = row.document
    return {
        "name": name_of(row.scale),
        "minutes": minutes(row),
        "marks": [(ReviewMark(_code(one)), _rests_on(one)) for one in row.reviews],
        "because": because(row),
        "temperature": _tenths(document["environment"].get("temperature_dc")),
        "humidity": _tenths(document["environment"].get("humidity_pm")),
        "checks": [
            (PRE_CHECK.get(one["precheck"], one["precheck"]), one["verdict"], one["result"])
            for one in row.items
            if "precheck" in one
        ],
        "plate": _plate(row.scale),
        "again": _again(session, row),
        "items": [_item(one, document["readings"]) for one in row.items if "test" in one],
        "readings": [_reading(one) for one in document["readings"]],
        "before": [_reading(one) for one in document.get("before_adjustment", ())],
        "weights": session.scalars(
            select(WeightUse)
            .where(WeightUse.worksheet_id == row.id)
            .options(joinedload(WeightUse.weight), joinedload(WeightUse.calibration))
            .order_by(WeightUse.id)
        ).all(),
        "signatures": [
            batch for batch in (row.verified_in, row.checked_in, row.approved_in) if batch
        ],
    }


def _plate(scale: Scale) -> str:
    """Return what the plate says of the scale's measuring: Max, e and class."""
    ranges = (f"Max {weight(one.max_mg)}, e = {weight(one.e_mg)}" for one in scale.model.ranges)
    return " / ".join(ranges)


def _again(session: Session, row: Worksheet) -> bool | None:
    """Return whether the verdict comes out the same today; None where its rules are gone."""
    try:
        return recompute(session, row).agrees
    except (NoRuleSetError, RulesDifferError):
        return None


def _item(one: Mapping[str, Any], readings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    places = [readings[number].get("position") for number in one.get("readings", ())]
    where = POSITION.get(places[0] or "", "") if len(places) == 1 else ""
    return {**one, "words": TEST[one["test"]], "where": where, "fails": one["verdict"] != _PASS}


def _reading(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **one,
        "words": TEST[one["test"]],
        "price": _yuan(one.get("unit_price_fen_per_kg", 0)),
        "amount": _yuan(one.get("amount_fen", 0)),
        "where": POSITION.get(one.get("position") or "", ""),
    }


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _tenths(value: int | None) -> str:
    """Return tenths as people write them; a market can freeze."""
    if value is None:
        return ""
    return f"{'−' if value < 0 else ''}{abs(value) // 10}.{abs(value) % 10}"
