"""As what a person acts at a place: the roles that a grant gives there on a day."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.roles import Role
from app.models import Grant, Person


def roles_of(session: Session, person: str, day: date) -> Callable[[str], frozenset[Role]]:
    """Return what says which roles the person with the uid ``person`` holds at a path on ``day``.

    Whoever's account is closed holds none.
    """
    held = session.execute(
        select(Grant.role, Grant.path)
        .join(Person, Person.id == Grant.person_id)
        .where(Person.uid == person, Person.disabled_at.is_(None), Grant.runs(day))
    ).all()
    return lambda path: frozenset(role for role, prefix in held if path.startswith(prefix))
