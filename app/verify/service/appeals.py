"""Applications for arbitration verification: recorded with a hold, ended with a decision.

While one is open the scale is held as evidence; nobody lifts the hold but the decision.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.appeals import AppealState, check_in_time
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.ledger import entries
from app.ledger.door import act
from app.ledger.orders import AppealOpenError, Document, hold, open_appeal, release_hold
from app.models import Appeal, Scale, Verification, Worksheet
from app.verify.service.arbitration import PURPOSE

RECORDED: Final = "appeal_recorded"
ENDED: Final = "appeal_ended"


class AppealEndedError(DomainError):
    """The application was decided, refused or withdrawn before."""

    code = "appeal_not_open"


class NotContestedError(DomainError):
    """The result is another scale's, or the days of the application make no sense."""

    code = "not_contested"


class NoArbitrationError(DomainError):
    """No arbitration verification was approved since the application."""

    code = "no_arbitration"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAppeal:
    """An application; ``contested`` is None for a dispute between a trader and a customer."""

    document_no: str
    notice_on: date
    applied_on: date
    contested: Verification | None = None


def record(session: Session, scale: Scale, command: NewAppeal, *, by: str, at: datetime) -> Appeal:
    """Record an application inside its fifteen days, and hold the scale as it is.

    Raises:
        NoDocumentError: The application has no number.
        TooLateToAppealError: It came after the fifteenth day.
        NotContestedError: The result is another scale's, or a day lies ahead.
        AppealOpenError: One is open already.
    """
    number = Document(command.document_no).checked()
    entries.lock(session)
    session.refresh(scale)
    if open_appeal(session, scale) is not None:
        raise AppealOpenError("an application is open already")
    last = check_in_time(command.notice_on, command.applied_on)
    if not command.notice_on <= command.applied_on <= local_date(at):
        raise NotContestedError("a day lies ahead of another")
    if command.contested is not None and command.contested.scale_id != scale.id:
        raise NotContestedError("the result is another scale's")
    if not scale.hold_document:
        hold(session, scale, Document(number), by=by, at=at)
    row = Appeal(
        uid=new_uid(),
        path=scale.path,
        scale=scale,
        contested=command.contested,
        document_no=number,
        applied_on=command.applied_on,
        deadline_on=last,
        recorded_at=at,
    )
    with act(session, row, RECORDED, by=by, at=at):
        session.add(row)
    _tell(session, row, RECORDED, number, (by, at))
    return row


def end(
    session: Session, row: Appeal, state: AppealState, document_no: str, *, by: str, at: datetime
) -> None:
    """Decide by the arbitration verification, or end it withdrawn or refused; the hold ends.

    Raises:
        NoArbitrationError: There is nothing yet to decide by.
        AppealEndedError: It was ended before.
        NoDocumentError: The decision has no number.
    """
    number = Document(document_no).checked()
    entries.lock(session)
    session.refresh(row)
    if row.state is not AppealState.OPEN:
        raise AppealEndedError("this application was ended before")
    outcome = outcome_of(session, row) if state is AppealState.DECIDED else None
    if state is AppealState.DECIDED and outcome is None:
        raise NoArbitrationError("no arbitration verification is approved yet")
    with act(session, row, ENDED, by=by, at=at):
        row.state = state
        row.decided_on = local_date(at)
        row.outcome = outcome
    _tell(session, row, ENDED, number, (by, at))
    if row.scale.hold_document == row.document_no:
        release_hold(session, row.scale, Document(number), by=by, at=at)


def outcome_of(session: Session, row: Appeal) -> Verification | None:
    """Return the arbitration verification approved since the application, the newest."""
    found = session.scalars(
        select(Worksheet)
        .where(
            Worksheet.scale_id == row.scale_id,
            Worksheet.verification_id.is_not(None),
            Worksheet.finished_at >= row.recorded_at,
        )
        .order_by(Worksheet.id.desc())
    ).all()
    sheets = (one for one in found if one.document.get("purpose") == PURPOSE)
    sheet = next(sheets, None)
    return sheet.verification if sheet else None


def is_overturned(row: Appeal) -> bool | None:
    """Return whether the decision overturned the contested result; None where neither."""
    if row.contested is None or row.outcome is None:
        return None
    return row.outcome.result is not row.contested.result


def _tell(
    session: Session, row: Appeal, action: str, number: str, who: tuple[str, datetime]
) -> None:
    by, at = who
    told = {"appeal": row.uid, "document": number, "state": row.state.value}
    if (overturned := is_overturned(row)) is not None:
        told["contested"] = "overturned" if overturned else "confirmed"
    with act(session, row.scale, action, by=by, at=at, details=told):
        pass
