"""As what a person acts at a place: the roles that a grant gives there on a day."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.roles import Role
from app.models import Grant, Person


def roles_of(session: Session, person: str, path: str, day: date) -> frozenset[Role]:
    """Return the roles that the person with the uid ``person`` holds at ``path`` on ``day``."""
    rows = session.execute(
        select(Grant.role, Grant.path)
        .join(Person, Person.id == Grant.person_id)
        .where(
            Person.uid == person,
            Grant.since <= day,
            or_(Grant.until.is_(None), Grant.until >= day),
        )
    )
    return frozenset(role for role, prefix in rows if path.startswith(prefix))
