"""The rule sets that hold here: those of the program, and those an administrator installed.

Each version of a regulation stands beside the ones before, so a verdict of its day can be
reckoned again. A version that was withdrawn is chosen no more and still found by its number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Self

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.db.ids import new_uid
from app.domain.errors import DomainError
from app.domain.rules.builtin import documents
from app.domain.rules.choosing import NoRuleSetError, choose, named
from app.domain.rules.reader import RuleFault, RuleSetError, Wrong
from app.domain.rules.ruleset import RuleSet
from app.ledger import entries
from app.ledger.door import act
from app.ledger.projections import digest
from app.models import Person, RuleSetVersion, ScaleModel
from app.verify.service.rule_files import read

INSTALL: Final = "install"
WITHDRAW: Final = "withdraw"


class RuleSetWithdrawnError(DomainError):
    """This version was withdrawn before."""

    code = "rule_set_withdrawn"


class RuleSetBuiltInError(DomainError):
    """A version that comes with the program is replaced by a higher one, never withdrawn."""

    code = "rule_set_built_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRuleSet:
    """A rule set with what proves which one it was.

    Attributes:
        sha256: Of the RFC 8785 bytes of ``document``.
        row: The row of one that was installed, None for one of the program's.
    """

    rules: RuleSet
    document: Mapping[str, Any]
    sha256: str
    row: RuleSetVersion | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any], row: RuleSetVersion | None = None) -> Self:
        """Return the rule set that ``document`` holds."""
        return cls(
            rules=RuleSet.of(document),
            document=document,
            sha256=row.sha256 if row else digest(document),
            row=row,
        )

    @property
    def holds(self) -> bool:
        """Whether it can be chosen: it was not withdrawn."""
        return self.row is None or self.row.withdrawn_at is None

    @property
    def unconfirmed(self) -> int:
        """How many of its numbers, tests and pre-checks are not confirmed."""
        marks = (
            [each.confirmed for each in self.rules.figures]
            + [each.confirmed for each in self.rules.tests.values()]
            + [each.confirmed for each in self.rules.pre_checks]
        )
        return marks.count(False)


@cache
def _of_the_program() -> tuple[HeldRuleSet, ...]:
    return tuple(HeldRuleSet.of(each) for each in documents())


def rule_sets(session: Session) -> tuple[HeldRuleSet, ...]:
    """Return every version there is, by regulation, the newest first."""
    rows = session.scalars(
        select(RuleSetVersion).options(joinedload(RuleSetVersion.installed_by))
    ).all()
    found = tuple(HeldRuleSet.of(row.document, row) for row in rows)
    taken = {(each.rules.identifier, each.rules.version) for each in found}
    # A later program may bring a version of the same number: what was installed here stays.
    own = [
        each
        for each in _of_the_program()
        if (each.rules.identifier, each.rules.version) not in taken
    ]
    return tuple(
        sorted((*own, *found), key=lambda each: (each.rules.identifier, -each.rules.version))
    )


def rule_set_for(session: Session, model: ScaleModel, on: date) -> HeldRuleSet:
    """Return the rule set by which a scale of ``model`` is verified on ``on``.

    Raises:
        NoRuleSetError: None holds for such a type on that day.
    """
    held = [each for each in rule_sets(session) if each.holds]
    rules = [each.rules for each in held]
    chosen = choose(rules, on=on, generation=model.generation, networked=model.networked)
    return next(each for each in held if each.rules is chosen)


def rule_set_named(session: Session, identifier: str, version: int) -> HeldRuleSet:
    """Return one version, withdrawn or not: that by which a verdict was given.

    Raises:
        NoRuleSetError: There is none.
    """
    held = rule_sets(session)
    chosen = named([each.rules for each in held], identifier, version)
    return next(each for each in held if each.rules is chosen)


def rule_set_of(session: Session, sha256: str) -> HeldRuleSet:
    """Return the version whose document has this digest.

    Raises:
        NoRuleSetError: There is none.
    """
    found = next((each for each in rule_sets(session) if each.sha256 == sha256), None)
    if found is None:
        raise NoRuleSetError("there is no rule set with this digest")
    return found


def installed(session: Session, uid: str) -> RuleSetVersion:
    """Return the row of an installed version.

    Raises:
        NoResultFound: There is none.
    """
    return session.scalars(select(RuleSetVersion).where(RuleSetVersion.uid == uid)).one()


def install(
    session: Session, document: dict[str, Any], *, by: Person, at: datetime
) -> RuleSetVersion:
    """Put a further version of a regulation, or a new regulation, into force.

    Raises:
        RuleSetError: The document breaks the schema or means nothing, or its version is not
            above those there are.
    """
    entries.lock(session)
    rules = check(session, document)
    row = RuleSetVersion(
        uid=new_uid(),
        identifier=rules.identifier,
        edition=rules.version,
        document=document,
        sha256=digest(document),
        installed_at=at,
        installed_by_id=by.id,
        withdrawn_at=None,
    )
    with act(session, row, INSTALL, by=by.uid, at=at):
        session.add(row)
    return row


def check(session: Session, document: dict[str, Any]) -> RuleSet:
    """Return the rule set that `install` would put into force, and write nothing.

    Raises:
        RuleSetError: It would refuse.
    """
    rules = read(document)
    newest = max(
        (each.rules.version for each in _of(rule_sets(session), rules.identifier)), default=0
    )
    if rules.version <= newest:
        raise RuleSetError(Wrong("version", RuleFault.EDITION, str(newest)))
    return rules


def withdraw(session: Session, row: RuleSetVersion, *, by: str, at: datetime) -> None:
    """Let a version be chosen no more; the one before it holds again.

    Raises:
        RuleSetWithdrawnError: It was withdrawn before.
    """
    entries.lock(session)
    session.refresh(row)
    if row.withdrawn_at is not None:
        raise RuleSetWithdrawnError(f"{row.identifier} ({row.edition}) was withdrawn")
    with act(session, row, WITHDRAW, by=by, at=at):
        row.withdrawn_at = at


def before(held: HeldRuleSet, all_of_them: Sequence[HeldRuleSet]) -> HeldRuleSet | None:
    """Return the version of the same regulation that ``held`` replaced."""
    older = [
        each
        for each in _of(all_of_them, held.rules.identifier)
        if each.rules.version < held.rules.version
    ]
    return max(older, key=lambda each: each.rules.version, default=None)


def _of(held: Sequence[HeldRuleSet], identifier: str) -> list[HeldRuleSet]:
    return [each for each in held if each.rules.identifier == identifier]


__all__ = [
    "HeldRuleSet",
    "NoRuleSetError",
    "RuleSetBuiltInError",
    "RuleSetWithdrawnError",
    "before",
    "check",
    "install",
    "installed",
    "rule_set_for",
    "rule_set_named",
    "rule_set_of",
    "rule_sets",
    "withdraw",
]
