"""The API of three codes and one seal: what a scale has, and grounds for what it has not."""

from datetime import date
from typing import Annotated

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from app.configure import queries
from app.configure.api_fields import told_at_fields
from app.configure.api_scales import GapIn
from app.configure.service.grounds import Parts, change_parts
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.gaps import CODES, Cover, Gap, Ground, Part
from app.domain.roles import Role
from app.domain.tokens import TokenScope
from app.models import Scale
from app.standing import gaps
from app.web import api, scale_api
from app.web.access import READERS, access, caller
from app.web.api_reading import PreconditionFailedError

bp = Blueprint("grounds", __name__)

CodeText = Annotated[str, Field(max_length=60)]


class LackOut(api.Model):
    """Something missing; `cover` says whether its grounds stand today."""

    part: Part
    ground: Ground | None
    until: date | None
    cover: Cover


class PartsOut(api.Model):
    """The three codes of a scale, and all that it lacks, the seal too."""

    production_code: str
    repair_code: str
    verification_code: str
    lacks: list[LackOut]


class PartsIn(api.Body):
    """The codes that are there, and grounds for the others; `seal` where none is on record."""

    production_code: CodeText = ""
    repair_code: CodeText = ""
    verification_code: CodeText = ""
    gaps: dict[Part, GapIn] = {}
    gap_remark: Annotated[str, Field(max_length=200)] = ""


@bp.get("/scales/<uid:scale>/grounds")
@api.read("Read what a scale lacks", returns=PartsOut)
@access(*READERS)
def read(session: Session, scale: str) -> PartsOut:
    """Its three codes, and why others are missing."""
    return _out(queries.scale_in(session, caller().scope(), scale))


@bp.put("/scales/<uid:scale>/grounds")
@api.write(
    "Give codes and grounds",
    body=PartsIn,
    returns=PartsOut,
    problems=(PreconditionFailedError,),
    conditional=True,
    scope=TokenScope.REGISTER,
)
@access(Role.MANAGER)
def change(session: Session, scale: str, body: PartsIn) -> PartsOut:
    """All of it anew. `If-Match` is the scale's ETag."""
    row = queries.scale_in(session, caller().scope(Role.MANAGER), scale)
    scale_api.match(session, row, caller(), utcnow())
    codes: dict[Part, str] = {part: getattr(body, part.value) for part in CODES}
    given = {part: Gap(one.ground, one.until) for part, one in body.gaps.items()}
    command = Parts(codes=codes, gaps=given, remark=body.gap_remark)
    with told_at_fields():
        change_parts(session, row, command, by=caller().uid, at=utcnow())
    return _out(row)


def _out(scale: Scale) -> PartsOut:
    lacks = [
        LackOut(
            part=lack.part,
            ground=lack.gap.ground if lack.gap else None,
            until=lack.gap.until if lack.gap else None,
            cover=lack.cover,
        )
        for lack in gaps.lacking(scale, local_date(utcnow()))
    ]
    return PartsOut(
        production_code=scale.production_code,
        repair_code=scale.repair_code,
        verification_code=scale.verification_code,
        lacks=lacks,
    )
