"""Campaigns of a verification body: for the access matrix and pages."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.base import Base
from app.db.ids import new_uid
from app.models import (
    Body,
    Campaign,
    CampaignDay,
    CampaignScale,
    Person,
    Place,
    Qualification,
    Scale,
)
from tests.support import makers

TODAY = makers.NOON.date()


def make_campaign(
    session: Session, place: Place, scale: Scale, verifier: Person
) -> dict[str, Base]:
    """Return a campaign of one day with ``scale`` on its list, by kind."""
    body = session.scalars(
        select(Body)
        .join(Qualification, Qualification.body_id == Body.id)
        .where(Qualification.person_id == verifier.id)
        .order_by(Body.id.desc())
        .limit(1)
    ).one()
    day = CampaignDay(uid=new_uid(), place=place, held_on=TODAY, crew=[verifier.uid])
    row = Campaign(
        uid=new_uid(),
        path=body.path,
        body=body,
        name=f"campaign of {body.path}",
        since=TODAY,
        until=TODAY,
        created_at=makers.NOON,
        days=[day],
    )
    makers.recorded(session, row, "campaign_planned")
    session.add(CampaignScale(campaign=row, day=day, scale=scale))
    return {"campaign": row, "day": day}
