"""Standards and marks: where the section begins, and what of all that is behind it ends soon."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.permissions import BODY_READERS, STANDARD_READERS
from app.domain.qualifications import EndingKind, Urgency, VerificationItem
from app.verify import staff
from app.verify.queries_endings import endings
from app.web.access import access, caller
from app.web.database import reading
from app.web.navigation import add_section

bp = Blueprint("standards", __name__, url_prefix="/verify/standards", template_folder="templates")
bp.record_once(lambda state: add_section(state.app, "standards", "standards.index"))


@bp.get("")
@access(*BODY_READERS)
def index() -> ResponseReturnValue:
    """Lead to the weights; who only makes bodies, to the bodies."""
    sees_weights = caller().roles & set(STANDARD_READERS)
    return redirect(url_for("weights.index" if sees_weights else "bodies.index"), 303)


@bp.get("/ending")
@access(*STANDARD_READERS)
def ending() -> ResponseReturnValue:
    """List what the bodies one sees work by and what ends within 60 days, or is over."""
    with reading() as session:
        found = endings(session, staff.bodies(session), staff.eyes().today)
        groups = [(each, [one for one in found if one.urgency is each]) for each in Urgency]
        return render_template(
            "verify/endings.html",
            groups=[(each, rows) for each, rows in groups if rows],
            kinds=EndingKind,
            items=VerificationItem,
            several=len({one.body.id for one in found}) > 1,
        )
