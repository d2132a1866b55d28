"""Who the caller is to campaigns: what is seen, who plans."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import BODY_STAFF, STANDARD_READERS
from app.domain.roles import Role
from app.models import Body, Campaign, CampaignDay
from app.verify import queries_campaigns as queries
from app.verify import staff
from app.verify.queries_campaigns import Sight
from app.web.access import ForbiddenError, caller


def sight() -> Sight:
    """Return what the caller sees."""
    who = caller()
    return Sight(
        who.scope(*STANDARD_READERS),
        who.scope(Role.MANAGER),
        who.id if who.roles & set(STANDARD_READERS) else 0,
        local_date(utcnow()),
    )


def campaign(session: Session, uid: str) -> Campaign:
    """Return the campaign ``uid``.

    Raises:
        NoResultFound: There is none that the caller sees.
    """
    return queries.campaign_in(session, sight(), uid)


def day(session: Session, uid: str, day_uid: str) -> CampaignDay:
    """Return a day of the campaign ``uid``.

    Raises:
        NoResultFound: There is none that the caller sees.
    """
    return queries.day_in(session, sight(), campaign(session, uid), day_uid)


def may_plan(session: Session, body: Body, path: str) -> bool:
    """Return whether the caller plans for ``body`` at ``path``: its staff, or the regulator."""
    if Role.REGULATOR in caller().roles_at(path):
        return True
    return staff.acts_for(session, body, *BODY_STAFF)


def own_campaign(session: Session, uid: str) -> Campaign:
    """Return the campaign ``uid`` for a change.

    Raises:
        NoResultFound: There is none that the caller sees.
        ForbiddenError: The caller only reads it.
    """
    row = campaign(session, uid)
    if not may_plan(session, row.body, row.path):
        raise ForbiddenError("only the body and the regulator plan a campaign")
    return row


def own_day(session: Session, uid: str, day_uid: str) -> CampaignDay:
    """Return a day for a change.

    Raises:
        NoResultFound: There is none that the caller sees.
        ForbiddenError: The caller only reads it.
    """
    return queries.day_in(session, sight(), own_campaign(session, uid), day_uid)


def planned_bodies(session: Session, roles: Collection[Role]) -> list[Body]:
    """Return the bodies for which the caller plans, where one of ``roles`` is held."""
    if not caller().roles & set(roles):
        return []
    return [one for one in staff.bodies(session) if may_plan(session, one, one.path)]
