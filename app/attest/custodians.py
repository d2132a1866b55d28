"""Firmware custodians: who is one today, and of which office, a city's or a province's."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.roles import Role
from app.models import Grant, Person, Reference


class NotCustodianError(DomainError):
    """Only a firmware custodian decides on references."""

    code = "not_custodian"


class AnotherOfficeError(DomainError):
    """The reference belongs to the custodians of another city or province."""

    code = "another_office"


def custodian(session: Session, uid: str, at: datetime) -> tuple[Person, frozenset[str]]:
    """Return the person ``uid``, a firmware custodian today, and the regions of the office.

    Raises:
        NotCustodianError: Nobody of that id is one.
    """
    today = local_date(at)
    found = session.execute(
        select(Person, Grant.path)
        .join(Grant)
        .where(
            Person.uid == uid,
            Person.disabled_at.is_(None),
            Grant.role == Role.CUSTODIAN,
            Grant.runs(today),
        )
    ).all()
    if not found:
        raise NotCustodianError("only a firmware custodian may do this")
    return found[0][0], frozenset(path for _person, path in found)


def of_office(session: Session, reference: Reference, uid: str, at: datetime) -> Person:
    """Return the person ``uid``, a custodian of the office that filed ``reference``.

    Raises:
        NotCustodianError: Nobody of that id is one.
        AnotherOfficeError: The office is another one.
    """
    person, offices = custodian(session, uid, at)
    if reference.path not in offices:
        raise AnotherOfficeError(f"only custodians of {reference.path} decide on this reference")
    return person
