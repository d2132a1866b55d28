"""The demo's reference program: filed by one custodian, approved by the other."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.attest.references import (
    Archive,
    Submission,
    approve_reference,
    submit_reference_file,
)
from app.demo.station import PROGRAMS
from app.domain.references import Origin
from app.models import Person, ScaleModel
from app.web.database import Installation

MODEL: Final = "ACS-15D"
VERSIONS: Final = (("V1.0", "price-scale-1.0.hex"), ("V1.1", "price-scale-1.1.hex"))


def register(work: Installation, session: Session, *, at: datetime) -> None:
    """File and approve the honest programs of the demo's model."""
    model = session.scalars(select(ScaleModel).where(ScaleModel.name == MODEL)).one()
    first, second = (_uid(session, login) for login in ("custodian1", "custodian2"))
    for software_id, name in VERSIONS:
        wanted = Submission(
            model=model,
            software_id=software_id,
            origin=Origin.TYPE_SAMPLE,
            note="型式评价留样 2021F118-32",
            content=(PROGRAMS / name).read_bytes(),
            file_name=name,
        )
        found = submit_reference_file(session, wanted, work.blobs, by=first, at=at)
        archive = Archive(work.keys.server, work.blobs)
        approve_reference(session, found, archive, by=second, at=at)


def _uid(session: Session, login: str) -> str:
    return session.scalars(select(Person.uid).where(Person.login == login)).one()
