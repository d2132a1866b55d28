"""With what a worksheet's work was done, and whether that may be: body, standard, weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.rules.limits import ScaleLimits
from app.domain.rules.ruleset import RuleSet
from app.domain.verification import VerificationKind
from app.models import (
    Body,
    Calibration,
    MeasurementStandard,
    Person,
    Scale,
    ScaleModel,
    StandardWeight,
)
from app.verify.service import bodies, weights
from app.verify.service.documents import BadDocumentError, Chosen, Document, Weighed
from app.verify.service.verdict import ranges_of

# Loads of these tests are small weights, or none.
WITHOUT_WEIGHTS: Final = frozenset({"zero", "discrimination"})


class GateError(DomainError):
    """The body, its standard or the verifier may not do this work now."""

    code = "verification_gate"

    def __init__(self, faults: Sequence[Any]) -> None:
        super().__init__("this verification may not be done now")
        self.faults = tuple(faults)


class WeightsError(DomainError):
    """The weights named are not valid or not good enough for the loads."""

    code = "weights_refused"

    def __init__(self, faults: Sequence[Any]) -> None:
        super().__init__("the weights cannot be used")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Means:
    """The body, its standard, and each weight with the certificate it was used under."""

    body: Body
    standard: MeasurementStandard
    used: tuple[tuple[StandardWeight, Calibration], ...]


def means_of(
    session: Session, scale: Scale, document: Document, verifier: Person, on: date
) -> Means:
    """Return with what ``document`` was done.

    Raises:
        BadDocumentError: The body, the standard or a weight is unknown or another's.
        GateError: The body or the verifier may not do this work on that day.
    """
    body = session.scalar(select(Body).where(Body.uid == document.body))
    if body is None:
        raise BadDocumentError("body")
    faults = bodies.gate(session, body=body, verifier=verifier, path=scale.path, on=on)
    if faults:
        raise GateError(faults)
    standard = session.scalar(
        select(MeasurementStandard).where(
            MeasurementStandard.uid == document.standard, MeasurementStandard.body_id == body.id
        )
    )
    if standard is None:
        raise BadDocumentError("standard")
    return Means(body, standard, _used(session, body, document.weights))


def check_weights(session: Session, means: Means, demands: Mapping[int, int], on: date) -> None:
    """Refuse weights that are not valid or not good enough for ``demands``.

    Raises:
        WeightsError: It holds why.
    """
    chosen = [weight.uid for weight, _calibration in means.used]
    if faults := weights.check(session, means.body, chosen, demands, on):
        raise WeightsError(faults)


def demands_of(rule_set: RuleSet, model: ScaleModel, document: Document) -> dict[int, int]:
    """Return each load that standard weights made, with the permissible error there."""
    kind = VerificationKind(document.kind)
    limits = ScaleLimits.of(rule_set, model.accuracy, ranges_of(model), kind)
    found: dict[int, int] = {}
    for row in document.readings:
        if isinstance(row, Weighed) and row.test not in WITHOUT_WEIGHTS and row.load_mg > 0:
            mpe = limits.mpe_mg(row.load_mg, limits.number_of(row.reading()))
            found[row.load_mg] = min(mpe, found.get(row.load_mg, mpe))
    return found


def _used(
    session: Session, body: Body, chosen: Sequence[Chosen]
) -> tuple[tuple[StandardWeight, Calibration], ...]:
    asked = {each.weight: each.calibration for each in chosen}
    if len(asked) != len(chosen):
        raise BadDocumentError("weights")
    rows = session.execute(
        select(StandardWeight, Calibration)
        .join(Calibration, Calibration.weight_id == StandardWeight.id)
        .where(
            StandardWeight.body_id == body.id,
            StandardWeight.uid.in_(asked),
            Calibration.uid.in_(asked.values()),
        )
        .order_by(StandardWeight.nominal_mg.desc(), StandardWeight.number)
    ).all()
    found = tuple((weight, by) for weight, by in rows if asked[weight.uid] == by.uid)
    if len(found) != len(chosen):
        raise BadDocumentError("weights")
    return found
