"""Three codes and one seal: what is there is written down, what is not has grounds and an end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from app.configure.service.errors import Fault, FieldsError
from app.domain import gaps as domain
from app.domain.calendar import local_date
from app.domain.gaps import CODES, LONGEST_DAYS, Gap, Gaps, Ground, Part
from app.ledger import entries, remarks
from app.ledger.door import act
from app.models import Scale
from app.standing import gaps as kept

GIVEN: Final = "grounds_given"
# What the words of a remark are about, so that the newest is found.
ABOUT: Final = "gaps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The codes as they are on the scale, and why others are missing.

    Attributes:
        codes: Those that are there, by part.
        gaps: Grounds for what is not.
        remark: Free words beside the grounds; they can be erased.
    """

    codes: Mapping[Part, str] = field(default_factory=dict)
    gaps: Gaps = field(default_factory=dict)
    remark: str = ""


def faults_of(command: Parts, missing: list[Part], today: date) -> dict[str, Fault]:
    """Return what is wrong with the grounds for ``missing``, by field."""
    faults: dict[str, Fault] = {}
    for part in missing:
        gap = command.gaps.get(part)
        if gap is None:
            faults[f"{part.value}_ground"] = Fault.CODE_OR_GROUND
        elif gap.until < today:
            faults[f"{part.value}_until"] = Fault.IN_THE_PAST
        elif gap.until > today + timedelta(days=LONGEST_DAYS):
            faults[f"{part.value}_until"] = Fault.TOO_FAR
        if gap is not None and gap.ground is Ground.OTHER and not command.remark.strip():
            faults["gap_remark"] = Fault.SAY_WHY
    return faults


def change_parts(session: Session, scale: Scale, command: Parts, *, by: str, at: datetime) -> None:
    """Write down the codes of ``scale``, and grounds for what it still lacks.

    Raises:
        FieldsError: Something lacks both, or an end lies in the past or too far ahead.
    """
    entries.lock(session)
    codes = {part: command.codes.get(part, "").strip() for part in CODES}
    missing = [part for part, code in codes.items() if not code]
    if Part.SEAL in kept.missing(scale):
        missing.append(Part.SEAL)
    if faults := faults_of(command, missing, local_date(at)):
        raise FieldsError(**faults)
    given = {part: command.gaps[part] for part in missing}
    changed = [part for part, code in codes.items() if code != getattr(scale, part.value)]
    _write(session, scale, codes, given, (command.remark, changed, by, at))


def give_grounds(
    session: Session, scale: Scale, gap: Gap, remark: str, *, by: str, at: datetime
) -> None:
    """Give ``gap`` for everything ``scale`` lacks without grounds that stand today.

    Raises:
        FieldsError: The end lies in the past or too far ahead, or "other" says nothing more.
    """
    entries.lock(session)
    today = local_date(at)
    given = domain.read(scale.gaps)
    wanted = [
        one.part for one in kept.lacking(scale, today) if one.cover is not domain.Cover.STANDS
    ]
    command = Parts(gaps=dict.fromkeys(wanted, gap), remark=remark)
    if faults := faults_of(command, wanted, today):
        raise FieldsError(**{_shared(name): fault for name, fault in faults.items()})
    if wanted:
        codes = {part: getattr(scale, part.value) for part in CODES}
        given = {part: one for part, one in given.items() if part not in wanted} | dict.fromkeys(
            wanted, gap
        )
        _write(session, scale, codes, given, (remark, [], by, at))


def _shared(field_name: str) -> str:
    return field_name if field_name == "gap_remark" else field_name.rpartition("_")[2]


def _write(
    session: Session,
    scale: Scale,
    codes: Mapping[Part, str],
    given: Gaps,
    told: tuple[str, list[Part], str, datetime],
) -> None:
    remark, changed, by, at = told
    words = remark.strip() or scale.no_code_reason
    details = details_of(given) | {"codes": [part.value for part in changed]}
    with act(session, scale, GIVEN, by=by, at=at, details=details):
        for part, code in codes.items():
            setattr(scale, part.value, code)
        kept.keep(scale, given)
        # Words of before, which might name somebody, go where they can be erased.
        details.update(remarks.keep(session, scale, words, at=at, about=ABOUT))
        scale.no_code_reason = ""


def details_of(given: Gaps) -> dict[str, Any]:
    """Return what a story tells of grounds."""
    return {"gaps": [[part.value, *said] for part, said in sorted(_told(given).items())]}


def _told(given: Gaps) -> dict[Part, list[str]]:
    return {Part(part): said for part, said in domain.write(given).items()}
