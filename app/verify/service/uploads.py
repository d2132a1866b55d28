"""The tick that a result was entered on the national platform: who, when, under which number.

The tick is work derived from the result and stands in no ledger; that it was set or taken back
does, as an act on the scale.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledger import entries
from app.ledger.door import act
from app.ledger.gathering import gathered
from app.models import Person, PlatformUpload, Verification

TICKED: Final = "upload_ticked"
TAKEN_BACK: Final = "upload_taken_back"


def tick(
    session: Session,
    verifications: Sequence[Verification],
    reference_no: str,
    *,
    by: str,
    at: datetime,
) -> int:
    """Write down that results were entered; one that was ticked keeps its first tick."""
    head = entries.lock(session)
    person = session.scalars(select(Person).where(Person.uid == by)).one()
    known = set(
        session.scalars(
            select(PlatformUpload.verification_id).where(
                PlatformUpload.verification_id.in_([one.id for one in verifications])
            )
        )
    )
    fresh = [one for one in verifications if one.id not in known]
    with gathered(session, head) as together:
        together.learn([one.scale for one in fresh])
        for one in fresh:
            told = {"verification": one.uid, "document": reference_no.strip()}
            with act(session, one.scale, TICKED, by=by, at=at, details=told):
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


def take_back(session: Session, row: PlatformUpload, *, by: str, at: datetime) -> None:
    """Take a tick back: the result waits again. The ledger keeps both."""
    entries.lock(session)
    found = row.verification
    told = {"verification": found.uid, "document": row.reference_no}
    with act(session, found.scale, TAKEN_BACK, by=by, at=at, details=told):
        session.delete(row)
