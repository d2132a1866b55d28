"""Filing a scale with the local metrology authority (备案): a number and a day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.lifecycle import State
from app.ledger import entries
from app.ledger.door import act
from app.models import Scale

FILED = "filed"
LONGEST = 60


class FilingError(DomainError):
    """The number is missing or too long, or the day is still to come."""

    code = "filing_malformed"


class NoLongerFiledError(DomainError):
    """The scale is retired: nothing is filed of it any more."""

    code = "filing_of_retired"


@dataclass(frozen=True, slots=True)
class Filing:
    """What the authority gave back."""

    number: str
    on: date

    def checked(self, today: date) -> str:
        """Return the number without the blanks around it.

        Raises:
            FilingError: See there.
        """
        number = self.number.strip()
        if not 0 < len(number) <= LONGEST or self.on > today:
            raise FilingError("a filing has a number and a day that is past")
        return number


def record_filing(
    session: Session, scale: Scale, command: Filing, *, by: str, at: datetime
) -> None:
    """Record that a scale was filed; a later filing takes the place of the one before.

    Raises:
        FilingError: The filing lacks something.
        NoLongerFiledError: The scale is retired.
    """
    number = command.checked(local_date(at))
    entries.lock(session)
    session.refresh(scale)
    if scale.state is State.RETIRED:
        raise NoLongerFiledError("a retired scale is not filed")
    told = {"filing": number, "on": command.on.isoformat()}
    with act(session, scale, FILED, by=by, at=at, details=told):
        scale.filing_no, scale.filed_on = number, command.on
