"""What happened to the demo's scales, told through the services that people use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy.orm import Session

from app.demo.fleet import Line, Tale
from app.domain.calendar import local_date
from app.domain.lifecycle import Action
from app.domain.verification import VerificationKind, VerificationResult
from app.manage.service import Act, Deploy, Document, deploy, perform, stop_order
from app.models import Person, Scale, Stall, Trader
from app.portal import service as tags
from app.verify.service import NewVerification, record_verification

BODY: Final = "通州区计量检定测试所"
FRESH: Final = (Tale.REGISTERED, Tale.SUBMITTED)
FRESH_DAYS: Final = 6
PLACES: Final = (Tale.SERVING, Tale.DUE_SOON, Tale.OVERDUE, Tale.STOPPED)


@dataclass(frozen=True, slots=True)
class Teller:
    """The people of the demo, and today."""

    people: Mapping[str, Person]
    today: datetime

    def ago(self, days: int) -> datetime:
        """Return the instant ``days`` days ago."""
        return self.today - timedelta(days=days)

    def by(self, login: str) -> str:
        """Return the uid of the person ``login``."""
        return self.people[login].uid


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a scale is handed out to."""

    stall: Stall | None
    trader: Trader | None


def verified_days_ago(line: Line) -> int:
    """Return how long ago the last verification was; the number spreads the dates."""
    number = int("".join(filter(str.isdigit, line.number)) or 0)
    match line.tale:
        case Tale.DUE_SOON:
            return 345 + number % 12
        case Tale.OVERDUE:
            return 380
        case _:
            return 60 + 13 * (number % 17)


def registered_days_ago(line: Line) -> int:
    """Return how long ago it was bought: one to two weeks before its first verification."""
    if line.tale in FRESH:
        return FRESH_DAYS
    return verified_days_ago(line) + 8 + len(line.serial) % 6


def tell(session: Session, teller: Teller, scale: Scale, line: Line, spot: Spot) -> None:
    """Let happen to ``scale`` what ``line`` says."""
    if line.tale is Tale.REGISTERED:
        return
    if line.tale is Tale.SUBMITTED:
        _act(session, teller, scale, Action.SUBMIT, FRESH_DAYS - 2)
        return
    days = verified_days_ago(line)
    _act(session, teller, scale, Action.SUBMIT, days + 3)
    passed = line.tale is not Tale.FAILED
    _verify(session, teller, scale, days, passed=passed)
    if not passed:
        return
    tags.issue(session, scale, by=teller.by("manager"), at=teller.ago(days - 1))
    if line.tale in PLACES:
        command = Deploy(stall=spot.stall, trader=spot.trader)
        deploy(session, scale, command, by=teller.by("manager"), at=teller.ago(days - 2))
    if afterwards := AFTERWARDS.get(line.tale):
        afterwards(session, teller, scale)


def _act(session: Session, teller: Teller, scale: Scale, action: Action, days: int) -> None:
    command = Act(action=action)
    perform(session, scale, command, by=teller.by("manager"), at=teller.ago(days))


def _verify(session: Session, teller: Teller, scale: Scale, days: int, *, passed: bool) -> None:
    on = local_date(teller.ago(days))
    number = f"TZ{on.year}-{scale.id:05d}"
    command = NewVerification(
        result=VerificationResult.PASS if passed else VerificationResult.FAIL,
        kind=VerificationKind.INITIAL,
        verified_on=on,
        body=BODY,
        verifier=teller.people["verifier"],
        label_no=number if passed else "",
        seal_no=f"Q{scale.id:06d}" if passed else "",
        certificate_no="" if passed else f"{number}-T",
        failed_items=() if passed else ("eccentricity",),
    )
    record_verification(session, scale, command, by=teller.by("verifier"), at=teller.ago(days))


def _repair(session: Session, teller: Teller, scale: Scale) -> None:
    _act(session, teller, scale, Action.SUSPEND, 4)
    _act(session, teller, scale, Action.SEND_TO_REPAIR, 3)


def _store(session: Session, teller: Teller, scale: Scale) -> None:
    _act(session, teller, scale, Action.STORE, 30)


def _retire(session: Session, teller: Teller, scale: Scale) -> None:
    _act(session, teller, scale, Action.RETIRE, 20)


def _stop(session: Session, teller: Teller, scale: Scale) -> None:
    order = Document("通市监停字〔2026〕17号")
    stop_order(session, scale, order, by=teller.by("inspector"), at=teller.ago(9))


AFTERWARDS: Final[Mapping[Tale, Callable[[Session, Teller, Scale], None]]] = MappingProxyType(
    {
        Tale.IN_REPAIR: _repair,
        Tale.STORED: _store,
        Tale.RETIRED: _retire,
        Tale.STOPPED: _stop,
    }
)
