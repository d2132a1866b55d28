"""The page of a scale's baseline: what it showed at configuration, and what it shows now."""

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.configure import queries
from app.configure.forms import Form
from app.configure.service.errors import Fault
from app.db.session import utcnow
from app.domain.counters import Counters
from app.domain.permissions import BASELINE_RENEWERS, BASELINERS
from app.ledger import counters
from app.ledger.counters import BaselineContestedError, Shown
from app.models import Scale
from app.web import edits
from app.web.access import access, caller, require_role
from app.web.database import reading, transaction
from app.web.edits import EditedMeanwhileError
from app.web.refusals import of_code

bp = Blueprint("baseline", __name__, url_prefix="/configure", template_folder="templates")

INVALID: Final = 422
CONFLICT: Final = 409
FIELDS: Final = {
    "calibration": 9,
    "parameters": 9,
    "software_id": 80,
    "kind": 10,
    edits.FIELD: edits.LONGEST,
}
MOST: Final = 999_999_999


@bp.get("/scales/<uid:uid>/baseline")
@access(*BASELINERS)
def ask(uid: str) -> ResponseReturnValue:
    """Show the baseline, and ask what the scale shows."""
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(*BASELINERS), uid)
        kind = "baseline" if counters.known(scale) is None else "reading"
        return _page(session, scale, Form({"kind": kind, "software_id": scale.software_id}))


@bp.post("/scales/<uid:uid>/baseline")
@access(*BASELINERS)
def save(uid: str) -> ResponseReturnValue:
    """Record a baseline, or hold what the scale shows now against it.

    Where somebody else recorded one in between, both are shown and nothing is written.
    """
    form = Form.read(request.form, FIELDS)
    shown = _shown(form)
    with transaction() as session:
        scale = queries.scale_in(session, caller().scope(*BASELINERS), uid)
        require_role(scale.path, *BASELINERS)
        try:
            if shown is None:
                return _page(session, scale, form), INVALID
            edits.expect(session, form[edits.FIELD], lambda: _stands(scale))
            rose = record(session, scale, shown, baseline=form["kind"] != "reading")
        except BaselineContestedError:
            form.errors["kind"] = str(of_code(BaselineContestedError.code).said)
            return _page(session, scale, form), CONFLICT
        except EditedMeanwhileError:
            form.values["kind"] = ""  # a first baseline may be a reading by now: to be said anew
            return _page(session, scale, form, clashed=True), CONFLICT
    if rose:
        flash(_("The counters changed with no repair or verification on record."), "attention")
    return redirect(url_for("manage.scale", uid=uid, _anchor="program"), 303)


def record(session: Session, scale: Scale, shown: Shown, *, baseline: bool) -> bool:
    """Record it as the caller may; return whether the counters changed without a reason.

    Raises:
        BaselineContestedError: The counters rose, and the caller is not one who explains that.
    """
    at, who = utcnow(), caller()
    if not baseline and counters.known(scale) is not None:
        return counters.record_counters(session, scale, shown, by=who.uid, at=at)
    if scale.counters_rose_on and not who.roles_at(scale.path) & set(BASELINE_RENEWERS):
        raise BaselineContestedError("counters that rose are explained by another")
    counters.record_baseline(session, scale, shown, by=who.uid, at=at)
    return False


def _shown(form: Form) -> Shown | None:
    for name in ("calibration", "parameters"):
        if not form[name]:
            form.fault(name, Fault.MISSING)
    calibration, parameters = (form.number(name, MOST, 0) for name in ("calibration", "parameters"))
    return None if form.errors else Shown(Counters(calibration, parameters), form["software_id"])


def _stands(scale: Scale) -> dict[str, str]:
    """Return what a reading is held against, and whether somebody found a difference."""
    found, rose = counters.known(scale), scale.counters_rose_on
    return {
        "calibration": str(found.calibration) if found else "",
        "parameters": str(found.parameters) if found else "",
        "software_id": scale.software_id,
        "rose": rose.isoformat() if rose else "",
    }


def _page(session: Session, scale: Scale, form: Form, *, clashed: bool = False) -> str:
    # What the scale shows was looked at: nothing of it is taken over from another's reading.
    clash = edits.prepare(
        session, scale, form.values, _stands(scale), clashed=clashed, together=None
    )
    return render_template(
        "configure/baseline.html",
        scale=scale,
        form=form,
        clash=clash,
        baseline=counters.newest(session, scale, counters.BASELINE),
        standing=counters.matching(session, scale),
        known=counters.known(scale),
    )
