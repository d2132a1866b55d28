"""A part of the page on which a scale is handed out: does it suit the stall that was chosen?"""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.domain.roles import Role
from app.manage import queries
from app.manage.fitting import fit_told
from app.web.access import access, caller
from app.web.database import reading

bp = Blueprint("fit", __name__, url_prefix="/manage", template_folder="templates")


@bp.get("/scales/<uid:uid>/fit")
@access(Role.MANAGER)
def of_stall(uid: str) -> ResponseReturnValue:
    """Say whether the scale suits the stall; nothing while none is chosen."""
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(Role.MANAGER), uid)
        stall = queries.stall_of(session, scale.place, request.args.get("stall", ""))
        return render_template("manage/fit.html", told=fit_told(scale, stall) if stall else None)
