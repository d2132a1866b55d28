"""Worksheets (检定原始记录): one's drafts and what became of them."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.domain.roles import Role
from app.verify.service import drafts
from app.web.access import access, caller
from app.web.database import reading

bp = Blueprint("worksheets", __name__, url_prefix="/verify", template_folder="templates")


@bp.get("/worksheets")
@access(Role.VERIFIER)
def mine() -> ResponseReturnValue:
    """Show one's open drafts."""
    with reading() as session:
        return render_template(
            "verify/worksheets.html", drafts=drafts.open_drafts(session, caller().id)
        )
