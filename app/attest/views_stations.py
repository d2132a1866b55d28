"""Pages of stations: who is heard of, what is on their ports, and making a new one."""

from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.attest import queries, showing, stations
from app.attest.forms import Form, assign_form
from app.db.session import utcnow
from app.domain.errors import DomainError
from app.domain.roles import Role
from app.models import Station
from app.web.access import READERS, access, caller
from app.web.database import reading, transaction
from app.web.navigation import add_section
from app.web.paging import fetch

bp = Blueprint("stations", __name__, url_prefix="/attest/stations", template_folder="templates")

KEEPERS = (Role.MANAGER, Role.ADMIN)
WATCHERS = (*KEEPERS, Role.INSPECTOR, Role.REGULATOR, Role.AUDITOR)


@bp.record
def _section(state: BlueprintSetupState) -> None:
    if isinstance(state.app, Flask):
        add_section(state.app, "stations", "stations.index")


@bp.get("")
@access(*WATCHERS)
def index() -> ResponseReturnValue:
    """List the stations of one's regions, and whether they are heard of."""
    at = utcnow()
    with reading() as session:
        page = fetch(
            session,
            queries.stations(caller().scope(*WATCHERS)),
            [Station.path, Station.uid],
            request.args.get("after"),
        )
        scales = queries.scales_of(session, page.items)
        shown = showing.show_stations(
            page.items,
            {station: len(rows) for station, rows in scales.items()},
            queries.waiting_tasks(session, page.items, at),
            at,
        )
        return render_template("attest/stations.html", page=page, stations=shown, may_make=_keeps())


def _keeps() -> bool:
    return bool(caller().roles & set(KEEPERS))


@bp.get("/new")
@access(*KEEPERS)
def new() -> ResponseReturnValue:
    """Ask where a new station will stand."""
    return _new_page(Form())


@bp.post("")
@access(*KEEPERS)
def create() -> ResponseReturnValue:
    """Make a station and show its code, this once."""
    form = Form.read(request.form, place=36, name=120)
    if form.errors:
        return _new_page(form), 422
    with transaction() as session:
        place = queries.place(session, caller().scope(*KEEPERS), form["place"])
        row, code = stations.create(session, place, form["name"], by=caller().uid, at=utcnow())
        return _code_page(row, code)


def _new_page(form: Form) -> str:
    with reading() as session:
        places = queries.places(session, caller().scope(*KEEPERS))
        return render_template("attest/station_new.html", form=form, places=places)


def _code_page(row: Station, code: str) -> str:
    # Not a redirect: the code is in this answer and nowhere else.
    return render_template("attest/station_code.html", station=row, code=code)


@bp.get("/<uid:uid>")
@access(*WATCHERS)
def show(uid: str) -> ResponseReturnValue:
    """Show one station: its health, its ports, its tasks."""
    with reading() as session:
        row = queries.station(session, caller().scope(*WATCHERS), uid)
        return _page(session, row, Form())


def _page(session: Session, row: Station, form: Form) -> str:
    at, scope = utcnow(), caller().scope(*KEEPERS)
    keeps = scope.holds(row.path)
    found: dict[str, Any] = {
        "station": row,
        "health": showing.health_of(row, at),
        "scales": queries.scales_of(session, [row])[row.id],
        "waiting": queries.waiting_tasks(session, [row], at).get(row.id, 0),
        "offset_s": queries.clock_offset_s(session, row.id),
        "keeps": keeps and row.revoked_at is None,
        "sees_scales": bool(caller().roles & set(READERS)),
        "form": form,
    }
    if found["keeps"]:
        root = stations.parent(row.path)
        found["free"] = queries.assignable(session, scope, root)
    return render_template("attest/station.html", **found)


@bp.post("/<uid:uid>/scales")
@access(*KEEPERS)
def assign(uid: str) -> ResponseReturnValue:
    """Put a scale on a port."""
    form, scope = assign_form(request.form), caller().scope(*KEEPERS)
    if not form.errors:
        try:
            with transaction() as session:
                row = queries.station(session, scope, uid)
                scale = queries.scale(session, scope, form["scale"])
                stations.assign(session, row, scale, form["port"], by=caller().uid, at=utcnow())
        except DomainError as error:
            form.refuse(error, "scale")
    if form.errors:
        with reading() as session:
            return _page(session, queries.station(session, scope, uid), form), 422
    flash(_("The scale is on the station."))
    return redirect(url_for(".show", uid=uid), 303)


@bp.post("/<uid:uid>/scales/<uid:scale>/remove")
@access(*KEEPERS)
def unassign(uid: str, scale: str) -> ResponseReturnValue:
    """Take a scale off its port."""
    with transaction() as session:
        row = queries.station(session, caller().scope(*KEEPERS), uid)
        found = queries.assignment(session, row.id, scale)
        stations.unassign(session, found, by=caller().uid, at=utcnow())
    flash(_("The scale is off the station."))
    return redirect(url_for(".show", uid=uid), 303)


@bp.post("/<uid:uid>/code")
@access(*KEEPERS)
def renew_code(uid: str) -> ResponseReturnValue:
    """Make a new enrolment code; the old one is void."""
    with transaction() as session:
        row = queries.station(session, caller().scope(*KEEPERS), uid)
        code = stations.renew_code(session, row, by=caller().uid, at=utcnow())
        return _code_page(row, code)


@bp.post("/<uid:uid>/revoke")
@access(*KEEPERS)
def revoke(uid: str) -> ResponseReturnValue:
    """Take a station out of use for good."""
    with transaction() as session:
        row = queries.station(session, caller().scope(*KEEPERS), uid)
        stations.revoke(session, row, by=caller().uid, at=utcnow())
    flash(_("The station is shut out. Its evidence is kept."))
    return redirect(url_for(".show", uid=uid), 303)
