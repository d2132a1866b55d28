"""In-service checks (使用中检查): an inspector's, with the limits of scales in use.

A check begins as a routine check. It becomes evidence when the second officer who was named says
from the own account to have been there, and a task number was given (product.md, inspector).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.appeals import CONFIRM_WITHIN, force_of
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.lifecycle import State
from app.domain.permissions import AUTHORITY
from app.domain.rules.judging import Item, judge
from app.domain.rules.ruleset import RuleSet, Test
from app.domain.verification import VerificationKind, VerificationResult
from app.ledger import entries, remarks
from app.ledger.door import act
from app.models import Grant, InServiceCheck, Person, Scale, ScaleModel, WorksheetDraft
from app.verify.service import rulesets
from app.verify.service.documents import BadDocumentError, Checking, Document
from app.verify.service.verdict import ranges_of
from app.verify.service.worksheets import WorksheetIncompleteError, day_of_work

CHECKED: Final = "check_recorded"
TOLD: Final = "in_service_check"
CONFIRMED: Final = "check_confirmed"
TOLD_CONFIRMED: Final = "in_service_confirmed"
# What is looked at: True where it alone says that the scale is not in order.
LOOKS: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "seen_plate": False,
        "seen_seals": True,
        "seen_label": False,
        "seen_keys": True,
        "seen_m": True,
    }
)


class CheckStateError(DomainError):
    """A scale that was taken out of use for good is not in use."""

    code = "check_not_possible"


class NotAskedError(DomainError):
    """The check names another second officer, or none."""

    code = "check_not_asked"


class CheckConfirmedError(DomainError):
    """The check was confirmed before."""

    code = "check_confirmed"


class CheckTooLateError(DomainError):
    """The second officer confirms within a day; the check stays a routine check."""

    code = "check_too_late"


class NoTaskError(DomainError):
    """Without the number of a task the check stays a routine check."""

    code = "check_without_task"


@dataclass(frozen=True, slots=True)
class Checked:
    """The judgement of a check: what was read counts as read, what was seen as seen."""

    verdict: VerificationResult
    items: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]


def checked(rules: RuleSet, model: ScaleModel, document: Document) -> Checked:
    """Return what comes of a check.

    An indication of whole steps that is beyond a doubled limit is surely beyond it: the limit is
    at least one step, and the value behind the indication is half a step away at most.
    """
    found = judge(
        rules,
        model.accuracy,
        ranges_of(model),
        VerificationKind.IN_SERVICE,
        [row.reading() for row in document.readings],
    )
    bad = [code for code, fails in LOOKS.items() if fails and document.looked.get(code) == "bad"]
    failed = bool(bad or found.failing)
    missing = () if failed else _missing(document)
    verdict = VerificationResult.FAIL if failed else VerificationResult.PASS
    seen = ({"seen": code, "result": document.looked.get(code, "not_checked")} for code in LOOKS)
    return Checked(verdict, (*seen, *map(_item, found.items)), missing)


def submit(session: Session, draft: WorksheetDraft, *, by: Person, at: datetime) -> InServiceCheck:
    """Put a check on record as a routine check; sent again, it is the check it was.

    Raises:
        WorksheetIncompleteError: Something is missing.
        BadDocumentError: A field contradicts the register or the clock.
        CheckStateError: The scale was retired.
    """
    entries.lock(session)
    session.refresh(draft)
    if (done := check_of(session, draft.uid)) is not None:
        return done
    scale, document = draft.scale, Document.read(draft.document)
    given = _part(document)
    if scale.state is State.RETIRED:
        raise CheckStateError("the scale was retired")
    held = rulesets.rule_set_for(session, scale.model, day_of_work(document, at))
    found = checked(held.rules, scale.model, document)
    if missing := (*found.missing, *_lacking(given)):
        raise WorksheetIncompleteError(missing)
    _check_second(session, scale, given, by, at)
    row = InServiceCheck(
        uid=draft.uid,
        path=scale.path,
        scale=scale,
        force=force_of(second=False, task_no=given.task_no),
        task_no=given.task_no.strip(),
        officer=by,
        rules=held.rules.identifier,
        rules_version=held.rules.version,
        document=_kept(draft.document, given),
        verdict=found.verdict,
        items=list(found.items),
        checked_at=at,
    )
    with act(session, row, CHECKED, by=by.uid, at=at):
        session.add(row)
    _tell(session, row, given.said, by=by.uid, at=at)
    draft.closed_at = at
    return row


def confirm(session: Session, row: InServiceCheck, *, by: Person, at: datetime) -> None:
    """Let the second officer say to have been there: the check is evidence from now on.

    Raises:
        NotAskedError: Somebody else was named, or nobody.
        NoTaskError: The check has no task number.
        CheckConfirmedError: It was confirmed before.
        CheckTooLateError: More than a day went by.
    """
    entries.lock(session)
    session.refresh(row)
    if (error := hindrance(row, by, at)) is not None:
        raise error
    with act(session, row, CONFIRMED, by=by.uid, at=at):
        row.second = by
        row.force = force_of(second=True, task_no=row.task_no)
    told = {"check": row.uid, "document": row.task_no}
    with act(session, row.scale, TOLD_CONFIRMED, by=by.uid, at=at, details=told):
        pass


def hindrance(row: InServiceCheck, by: Person, at: datetime) -> DomainError | None:
    """Return why ``by`` cannot make the check evidence now; None where nothing is in the way."""
    if row.second_id is not None:
        return CheckConfirmedError("this check was confirmed before")
    if asked_of(row) != by.uid or by.id == row.officer_id:
        return NotAskedError("another officer was named")
    if not row.task_no:
        return NoTaskError("the check has no task number")
    if at > row.checked_at + CONFIRM_WITHIN:
        return CheckTooLateError("the second officer confirms within a day")
    return None


def asked_of(row: InServiceCheck) -> str:
    """Return the uid of the second officer who was named; empty where none was."""
    return str(row.document["check"].get("second", ""))


def check_of(session: Session, uid: str) -> InServiceCheck | None:
    """Return the check that came of the draft ``uid``."""
    return session.scalar(select(InServiceCheck).where(InServiceCheck.uid == uid))


def officers(session: Session, path: str, but: int, on: datetime) -> Sequence[Person]:
    """Return who can be the second officer at ``path``: inspectors and regulators there."""
    today = local_date(on)
    grants = session.execute(
        select(Person, Grant.path)
        .join(Grant, Grant.person_id == Person.id)
        .where(
            Grant.role.in_(AUTHORITY),
            Grant.runs(today),
            Person.disabled_at.is_(None),
            Person.id != but,
        )
        .order_by(Person.name, Person.id)
    )
    return list(dict.fromkeys(person for person, region in grants if path.startswith(region)))


def _part(document: Document) -> Checking:
    if document.check is None or document.kind != "in_service":
        raise BadDocumentError("check")
    return document.check


def _missing(document: Document) -> tuple[str, ...]:
    done = {(row.test, getattr(row, "load_mg", None)) for row in document.readings}
    given = _part(document)
    lacking = [] if (Test.ZERO, 0) in done else [Test.ZERO.value]
    wanted = given.loads or [0]
    up = Test.WEIGHING_UP
    return (*lacking, *(f"{up}:{load}" for load in wanted if (up, load) not in done))


def _lacking(given: Checking) -> tuple[str, ...]:
    typed = given.mass == "market" or given.certificate.strip()
    return (*(() if typed else ("certificate",)), *(() if given.statement else ("statement",)))


def _check_second(
    session: Session, scale: Scale, given: Checking, by: Person, at: datetime
) -> None:
    """Refuse a second officer who is none here, or the first one again."""
    known = {one.uid for one in officers(session, scale.path, by.id, at)}
    if given.second and given.second not in known:
        raise BadDocumentError("check.second")


def _kept(document: Mapping[str, Any], given: Checking) -> dict[str, Any]:
    """Return the document without the words of the party: those can be erased."""
    return {**document, "check": given.model_dump(exclude={"said"})}


def _tell(session: Session, row: InServiceCheck, said: str, *, by: str, at: datetime) -> None:
    told: dict[str, Any] = {"check": row.uid, "verdict": row.verdict.value, "rules": row.rules}
    with act(session, row.scale, TOLD, by=by, at=at, details=told):
        told.update(remarks.keep(session, row.scale, said, at=at, about=row.uid))


def _item(item: Item) -> dict[str, Any]:
    return {
        "test": item.test.value,
        "load_mg": item.load_mg,
        "error_mg": item.error_mg,
        "mpe_mg": item.mpe_mg,
        "verdict": item.verdict.value,
        "readings": list(item.readings),
    }


__all__ = ["LOOKS", "asked_of", "check_of", "checked", "confirm", "officers", "submit"]
