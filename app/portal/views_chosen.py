"""Labels of the scales that were chosen in the list."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select

from app.domain.permissions import TAG_KEEPERS
from app.models import BulkAct, BulkLine, BulkOutcome, Code
from app.portal import queries, service, sheets
from app.portal.drawing import drawn, known, papers
from app.web.access import access, caller
from app.web.database import installation, reading

bp = Blueprint("chosen", __name__, url_prefix="/tags/chosen", template_folder="templates")


@bp.get("/<uid:uid>")
@access(*TAG_KEEPERS)
def form(uid: str) -> ResponseReturnValue:
    """Ask for the paper; a large number is printed in parts."""
    with reading() as session:
        count = session.scalars(select(func.count()).select_from(_tags(uid).subquery())).one()
    return render_template(
        "portal/chosen.html",
        uid=uid,
        count=count,
        parts=list(range(1, service.parts(count) + 1)),
        layouts=papers(),
        layout=sheets.DEFAULT_LAYOUT,
    )


@bp.get("/<uid:uid>/labels")
@access(*TAG_KEEPERS)
def labels(uid: str) -> ResponseReturnValue:
    """Return the labels of one part, in the order of their places."""
    name = request.args.get("layout", sheets.DEFAULT_LAYOUT)
    known(name)
    part = max(1, request.args.get("part", 1, type=int))
    work = installation()
    with reading() as session:
        found = session.scalars(_tags(uid).limit(service.PART).offset((part - 1) * service.PART))
        tags = [
            service.label(tag, tag.scale, work.keys.tag, work.settings.base_url)
            for tag in found
            if tag.scale
        ]
    return drawn(tags, name, f"tags-{part}")


def _tags(uid: str) -> Select[Code]:
    """Return the tags in use of the scales of the caller's own choice, inside the scope."""
    scales = (
        select(BulkLine.scale_id)
        .join(BulkAct, BulkAct.id == BulkLine.bulk_id)
        .where(
            BulkAct.uid == uid,
            BulkAct.created_by_id == caller().id,
            BulkLine.outcome != BulkOutcome.REFUSED,
        )
    )
    return queries.printable(caller().scope(*TAG_KEEPERS)).where(Code.scale_id.in_(scales))
