"""What a scale showed of its counters, as acts on it: the baseline, and readings held against it.

For every slice that sees a scale: configuration records the baseline, verification and
inspection read the counters again.
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.counters import Counters, unexplained
from app.domain.errors import DomainError
from app.domain.lifecycle import Action
from app.domain.verdicts import Verdict
from app.ledger import entries
from app.ledger.door import act
from app.models import Evidence, Scale, ScaleEvent, Verification

BASELINE: Final = "baseline"
READ: Final = "counters_read"


class BaselineContestedError(DomainError):
    """What stands in the way of a new baseline: a difference nobody has explained yet."""

    code = "baseline_contested"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the scale shows: its counters, and its software id, empty where it shows none."""

    counters: Counters
    software_id: str = ""


def known(scale: Scale) -> Counters | None:
    """Return the counters as last explained; None where none were ever recorded."""
    if scale.calibration_counter is None or scale.parameter_counter is None:
        return None
    return Counters(scale.calibration_counter, scale.parameter_counter)


def record_baseline(session: Session, scale: Scale, shown: Shown, *, by: str, at: datetime) -> None:
    """Record what this scale is from now on compared with; the reading that stands belongs to it.

    Raises:
        BaselineContestedError: A baseline of the program is on record, and no reading that
            equals the registered program stands: taking another one would hide a difference.
    """
    entries.lock(session)
    reading = matching(session, scale)
    if reading is None and scale.baseline_parameters is not None:
        raise BaselineContestedError("no reading stands that a new baseline could be taken from")
    with act(session, scale, BASELINE, by=by, at=at, details=_told(shown, reading)):
        _take(scale, shown.counters)
        scale.counters_rose_on = None
        scale.software_id = shown.software_id or scale.software_id
        if reading is not None:
            scale.baseline_parameters = reading.parameters_sha256 or scale.baseline_parameters
            scale.baseline_ueid = _chip(reading) or scale.baseline_ueid


def record_counters(session: Session, scale: Scale, shown: Shown, *, by: str, at: datetime) -> bool:
    """Record a later reading; return whether it differs with nothing on record that says why."""
    entries.lock(session)
    rose = unexplained(known(scale), shown.counters, adjusted=_is_adjusted(session, scale))
    details = {**_told(shown, None), "unexplained": int(rose)}
    with act(session, scale, READ, by=by, at=at, details=details):
        if rose:
            scale.counters_rose_on = scale.counters_rose_on or local_date(at)
        else:
            _take(scale, shown.counters)
    return rose


def matching(session: Session, scale: Scale) -> Evidence | None:
    """Return the reading that stands, where it equals the registered program."""
    found = session.get(Evidence, scale.standing_evidence_id or 0)
    return found if found is not None and found.verdict is Verdict.MATCH else None


def newest(session: Session, scale: Scale, action: str) -> ScaleEvent | None:
    """Return the last step of the story with ``action``."""
    return session.scalar(
        select(ScaleEvent)
        .where(ScaleEvent.scale_id == scale.id, ScaleEvent.action == action)
        .order_by(ScaleEvent.id.desc())
        .limit(1)
    )


def _take(scale: Scale, counters: Counters) -> None:
    scale.calibration_counter = counters.calibration
    scale.parameter_counter = counters.parameters


def _told(shown: Shown, reading: Evidence | None) -> dict[str, Any]:
    """Return what the story says: numbers, codes and digests."""
    told: dict[str, Any] = {
        "calibration": shown.counters.calibration,
        "parameters": shown.counters.parameters,
        "software_id": shown.software_id,
    }
    if reading is not None:
        told["reading"] = reading.uid
        told["code_sha256"] = reading.code_sha256 or ""
        told["parameters_sha256"] = reading.parameters_sha256 or ""
    return told


def _chip(reading: Evidence) -> str:
    """Return the number of the chip that the station signed, empty where it has none."""
    envelope = json.loads(reading.envelope)
    said: Mapping[str, Any] = json.loads(b64decode(envelope.get("payload", "e30=")))
    return str(said.get("ueid") or "")


def _is_adjusted(session: Session, scale: Scale) -> bool:
    """Return whether a repair or a verification was recorded since the counters were last seen."""
    since = session.scalar(
        select(func.max(ScaleEvent.at)).where(
            ScaleEvent.scale_id == scale.id, ScaleEvent.action.in_((BASELINE, READ))
        )
    )
    if since is None:
        return False
    verified = exists().where(Verification.scale_id == scale.id, Verification.recorded_at > since)
    repaired = exists().where(
        ScaleEvent.scale_id == scale.id,
        ScaleEvent.action == Action.COMPLETE_REPAIR.value,
        ScaleEvent.at > since,
    )
    return bool(session.scalar(select(verified | repaired)))
