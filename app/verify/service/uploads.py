"""The tick that a result was entered on the national platform: who, when, under which number."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Person, PlatformUpload, Verification


def tick(
    session: Session,
    verifications: Sequence[Verification],
    reference_no: str,
    *,
    by: str,
    at: datetime,
) -> int:
    """Write down that results were entered; one that was ticked keeps its first tick."""
    person = session.scalars(select(Person).where(Person.uid == by)).one()
    known = set(
        session.scalars(
            select(PlatformUpload.verification_id).where(
                PlatformUpload.verification_id.in_([one.id for one in verifications])
            )
        )
    )
    fresh = [one for one in verifications if one.id not in known]
    for one in fresh:
        session.add(
            PlatformUpload(
                verification_id=one.id,
                done_at=at,
                person_id=person.id,
                reference_no=reference_no.strip(),
            )
        )
    session.flush()
    return len(fresh)
