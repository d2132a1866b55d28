"""Worksheets (检定原始记录): the page on which one is written, many at once, and one's own."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, Flask, Response, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.roles import Role
from app.domain.worksheets import WorksheetState
from app.models import Person, Place, Scale
from app.verify import queries
from app.verify.kits import Worker, conditions, environment, kits
from app.verify.outfits import outfit
from app.verify.queries import Written
from app.verify.queries_endings import own_tally
from app.verify.service import bodies, drafts
from app.verify.sheets import name_of
from app.web.access import Audience, access, caller
from app.web.database import reading
from app.web.drawing import built
from app.web.navigation import add_section
from app.web.words.say import say
from app.web.words.worksheet_screen import screen

bp = Blueprint("worksheets", __name__, url_prefix="/verify", template_folder="templates")

MOST: Final = 20
RECENT: Final = 60
# A filter: words, address, whether it is on, how many.
Chip = tuple[str, str, bool, int]
UNIT_PRICE_FEN: Final = 1_998  # most amounts have to be rounded


@bp.record_once
def _in_menu(state: BlueprintSetupState) -> None:
    if isinstance(state.app, Flask):
        add_section(state.app, "worksheets", "worksheets.mine")


@bp.get("/worksheets")
@access(Role.VERIFIER)
def mine() -> ResponseReturnValue:
    """Show one's open drafts and what became of those that were submitted."""
    asked = request.args.get("state", "")
    state = WorksheetState(asked) if asked in set(WorksheetState) else None
    with reading() as session:
        who = caller()
        scope = who.scope(Role.VERIFIER)
        written = Written(who.id, scope, state, request.args.get("place", ""))
        return render_template(
            "verify/worksheets.html",
            ends=own_tally(session, who.id, local_date(utcnow())),
            drafts=drafts.open_drafts(session, who.id),
            rows=queries.worksheets_of(session, written, RECENT),
            chips=_chips(queries.worksheet_counts(session, written), written),
            markets=_markets(queries.worksheet_places(session, written), written),
            places=queries.places_awaiting(session, scope),
            name_of=name_of,
        )


def _chips(counts: Mapping[WorksheetState, int], written: Written) -> list[Chip]:
    """Return the filters of the list by state."""
    place = written.place or None
    every = (_("All"), url_for(".mine", place=place), not written.state, sum(counts.values()))
    return [
        every,
        *(
            (say(one), url_for(".mine", state=one.value, place=place), one is written.state, number)
            for one in WorksheetState
            if (number := counts.get(one))
        ),
    ]


def _markets(counts: Sequence[tuple[Place, int]], written: Written) -> list[Chip]:
    """Return the filters of the list by place."""
    state = written.state.value if written.state else None
    total = sum(count for _place, count in counts)
    every = (_("All places"), url_for(".mine", state=state), not written.place, total)
    return [
        every,
        *(
            (one.name, url_for(".mine", state=state, place=one.uid), one.uid == written.place, n)
            for one, n in counts
        ),
    ]


@bp.get("/scales/<uid:uid>/worksheet")
@access(Role.VERIFIER)
def write(uid: str) -> ResponseReturnValue:
    """Write the worksheet of one scale."""
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(Role.VERIFIER), uid)
        return _page(session, [scale], request.args.get("draft", ""))


@bp.get("/worksheets/choose/<uid:place>")
@access(Role.VERIFIER)
def choose(place: str) -> ResponseReturnValue:
    """Choose the scales of a place that get each load in turn."""
    with reading() as session:
        scope = caller().scope(Role.VERIFIER)
        found = queries.place_in(session, scope, place)
        return render_template(
            "verify/worksheet_choose.html",
            place=found,
            scales=queries.scales_at(session, scope, found),
            most=MOST,
            name_of=name_of,
        )


@bp.get("/worksheets/together")
@access(Role.VERIFIER)
def together() -> ResponseReturnValue:
    """Write the worksheets of several scales: each load once over all of them."""
    uids = list(dict.fromkeys(request.args.getlist("scale")))[:MOST]
    with reading() as session:
        scales = queries.scales_in(session, caller().scope(Role.VERIFIER), uids)
        if not scales:
            raise NotFound
        return _page(session, scales, "")


@bp.get("/worker.js")
@access(Audience.PUBLIC)
def worker() -> ResponseReturnValue:
    """Give out the script by which an opened worksheet is loaded again without a network.

    It stands here because a worker sees the pages below its own address only.
    """
    headers = {"Cache-Control": "no-cache"}
    return Response(built("worker.js").read_bytes(), mimetype="text/javascript", headers=headers)


def _page(session: Session, scales: Sequence[Scale], draft: str) -> str:
    person = session.get_one(Person, caller().id)
    at = utcnow()
    worker = Worker(person, None, at)
    worker = Worker(person, bodies.body_for(session, person, scales[0].path, worker.day), at)
    found = kits(session, scales, worker, draft)
    given: dict[str, Any] = {
        **found,
        "outfit": outfit(session, scales, worker, found["kits"]),
        "conditions": conditions(),
        "environment": environment(session, scales[0].path, worker),
        "person": person.uid,
        "day": worker.day.isoformat(),
        "wanted": draft,
        "drafts": "/verify/drafts/",
        "list": url_for("worksheets.mine"),
        "unit_price_fen_per_kg": UNIT_PRICE_FEN,
        "words": screen(),
    }
    return render_template("verify/worksheet.html", given=given, scales=scales, name_of=name_of)
