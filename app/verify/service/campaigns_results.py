"""What comes back from e-CQS: compared with the campaign first, then written as one batch.

A result is recorded through the checks of `record_verification` as one on paper. What is on
record already is left alone, so that the same file twice changes nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.lifecycle import IllegalTransitionError
from app.domain.results_sheet import Heads, Row
from app.domain.verification import VerificationKind
from app.ledger import entries
from app.models import Campaign, CampaignScale, Scale, Verification
from app.verify import queries_campaigns as queries
from app.verify.service.record import (
    NewVerification,
    OwnRepairError,
    ResultError,
    check_verification,
    record_verification,
)

NUMBERS: Final = ("serial_no", "market_no")


class BackKind(StrEnum):
    """What a row of the sheet means for the campaign."""

    RESULT = "result"
    APPOINTMENT = "appointment"
    SAME = "same"
    REFUSED = "refused"


@dataclass(slots=True)
class Back:
    """A row beside what is known: what it brings, to which line."""

    row: Row
    kind: BackKind
    line: CampaignScale | None = None
    command: NewVerification | None = None
    appointment: str = field(default="")


def compare(
    session: Session,
    campaign: Campaign,
    sheet: tuple[Sequence[Row], Heads],
    *,
    by: str,
    at: datetime,
) -> list[Back]:
    """Return what each row would do, and at which cell it cannot be taken."""
    rows, heads = sheet
    lines = _by_number(session, campaign)
    known = _on_record(session, campaign)
    seen: set[int] = set()
    found = []
    for row in rows:
        back = _compare(row, heads.names, lines)
        if back.line is not None and back.kind is not BackKind.REFUSED:
            if back.line.id in seen:
                row.blot("serial_no", heads.names, "twice")
                back.kind = BackKind.REFUSED
            else:
                seen.add(back.line.id)
                _weigh(session, campaign, back, (heads.names, known), (by, at))
        found.append(back)
    return found


def apply(session: Session, backs: Sequence[Back], *, by: str, at: datetime) -> tuple[int, int]:
    """Write appointments and results; return how many of each."""
    entries.lock(session)
    appointments = results = 0
    for back in backs:
        if back.kind is BackKind.REFUSED or back.line is None:
            continue
        if back.appointment and back.line.appointment_no != back.appointment:
            back.line.appointment_no = back.appointment
            appointments += 1
        if back.kind is BackKind.RESULT and back.command is not None:
            record_verification(session, back.line.scale, back.command, by=by, at=at)
            results += 1
    session.flush()
    return appointments, results


def _compare(
    row: Row, names: Mapping[str, str], lines: Mapping[tuple[str, str], list[CampaignScale]]
) -> Back:
    if row.blots:
        return Back(row, BackKind.REFUSED)
    matches: list[list[CampaignScale]] = [
        lines.get((name, row.values[name]), []) for name in NUMBERS if name in row.values
    ]
    if not matches:
        row.blot("serial_no", names, "no_number")
        return Back(row, BackKind.REFUSED)
    both = set(matches[0]).intersection(*matches[1:])
    if len(both) != 1:
        name = next(one for one in NUMBERS if one in row.values)
        row.blot(name, names, "not_on_a_list" if not both else "more_than_one")
        return Back(row, BackKind.REFUSED)
    return Back(row, BackKind.SAME, both.pop(), appointment=row.values.get("appointment_no", ""))


def _weigh(
    session: Session,
    campaign: Campaign,
    back: Back,
    known: tuple[Mapping[str, str], Mapping[int, set[tuple[date, str]]]],
    who: tuple[str, datetime],
) -> None:
    names, on_record = known
    (by, at), line, row = who, back.line, back.row
    assert line is not None  # noqa: S101 - seen by `compare`
    if row.result is None:
        changed = back.appointment and back.appointment != line.appointment_no
        back.kind = BackKind.APPOINTMENT if changed else BackKind.SAME
        return
    command = _command(campaign, row)
    if (command.verified_on, command.result.value) in on_record.get(line.scale_id, set()):
        return
    back.command, back.kind = command, BackKind.RESULT
    try:
        check_verification(session, line.scale, command, by=by, at=at)
    except ResultError as error:
        for name, fault in error.faults.items():
            row.blot(name, names, fault.value)
        back.kind = BackKind.REFUSED
    except (OwnRepairError, IllegalTransitionError) as error:
        row.blot("result", names, error.code)
        back.kind = BackKind.REFUSED


def _command(campaign: Campaign, row: Row) -> NewVerification:
    said = row.values
    return NewVerification(
        result=said["result"],
        kind=VerificationKind.SUBSEQUENT,
        verified_on=said["verified_on"],
        body=campaign.body.name,
        certificate_no=said.get("certificate_no", ""),
        label_no=said.get("label_no", ""),
        seal_no=said.get("seal_no", ""),
        failed_items=said.get("failed_items") or (),
    )


def _by_number(
    session: Session, campaign: Campaign
) -> Mapping[tuple[str, str], list[CampaignScale]]:
    found: dict[tuple[str, str], list[CampaignScale]] = defaultdict(list)
    wanted = queries.lines(campaign).options(
        joinedload(CampaignScale.scale).selectinload(Scale.seals)
    )
    for line in session.scalars(wanted):
        found["serial_no", line.scale.serial_no].append(line)
        if line.scale.market_no:
            found["market_no", line.scale.market_no].append(line)
    return found


def _on_record(session: Session, campaign: Campaign) -> Mapping[int, set[tuple[date, str]]]:
    scales = select(CampaignScale.scale_id).where(CampaignScale.campaign_id == campaign.id)
    rows = session.execute(
        select(Verification.scale_id, Verification.verified_on, Verification.result).where(
            Verification.scale_id.in_(scales)
        )
    )
    found: dict[int, set[tuple[date, str]]] = defaultdict(set)
    for scale, on, result in rows:
        found[scale].add((on, result.value))
    return found
