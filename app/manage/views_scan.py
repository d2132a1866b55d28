"""Scanning: the camera's page, and what stands behind a code, the same for every field task."""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.scope import within
from app.db.session import utcnow
from app.domain import scanned
from app.domain.calendar import local_date
from app.domain.copies import Carrier
from app.domain.errors import DomainError
from app.domain.lifecycle import Action
from app.domain.roles import Role
from app.manage import acts, copies, scanned_cards, scanning, service
from app.manage.cards import card, cards
from app.manage.links import link
from app.manage.scanning import Found, Outcome
from app.models import Code, Stall
from app.standing import standing_of
from app.web.access import READERS, access, caller
from app.web.database import installation, reading, transaction
from app.web.meanings import Meaning, meaning
from app.web.navigation import add_section
from app.web.refusals import of_code
from app.web.requests import in_chat
from app.web.security import WITH_WASM

bp = Blueprint("scan", __name__, url_prefix="/manage/scan", template_folder="templates")

PART: Final = "X-Part"  # the page's script asks for the answer alone
INVALID: Final = 422
# What the colour of the whole screen says, where it is not a scale's own status.
MEANINGS: Final = {
    Outcome.SEVERAL: Meaning.ATTENTION,
    Outcome.BLANK: Meaning.ATTENTION,
    Outcome.REPLACED: Meaning.ATTENTION,
    Outcome.FORGED: Meaning.STOPPED,
}
MOST_PLACES: Final = 200  # more than these nobody chooses from
SHORTEST_PLATE: Final = 4


@bp.record_once
def _in_menu(state: BlueprintSetupState) -> None:
    if isinstance(state.app, Flask):
        add_section(state.app, "scan", "scan.camera")


@bp.get("")
@access(*READERS)
def camera() -> ResponseReturnValue:
    """Show what the camera sees, and a field to type in; for a stall, to find its scale."""
    uid = request.args.get("stall", "")
    with reading() as session:
        wanted = select(Stall).where(within(Stall.path, caller().scope()), Stall.uid == uid)
        stall = session.scalar(wanted) if uid else None
        number = stall.number if stall else ""
    return _page(stall=uid if number else "", stall_number=number)


@bp.get("/t/<tag>")
@access(*READERS)
def staff(tag: str) -> ResponseReturnValue:
    """Lead staff from the public page of a tag to the scale itself, or say what the tag is."""
    return _looked_up(
        f"https://{installation().settings.host}{scanned.TAG_PATH}{tag}", straight=True
    )


@bp.post("")
@access(*READERS)
def look_up() -> ResponseReturnValue:
    """Answer a code that was read or typed; the code itself never stands in an address."""
    return _looked_up(request.form.get("code", ""))


@bp.post("/plates/<uid:uid>")
@access(*READERS)
def differs(uid: str) -> ResponseReturnValue:
    """Note that the plate under the tag ``uid`` is not the one that the register knows."""
    plate = request.form.get("plate", "").strip()[: copies.LAST]
    scope, at = caller().scope(), utcnow()
    with transaction() as session:
        code = session.scalars(
            select(Code).where(
                Code.uid == uid, within(Code.path, scope), Code.scale_id.is_not(None)
            )
        ).one()
        where = copies.whereabouts(session, scope, request.form.get("place", ""))
        seen = copies.Seen(code=code, by=caller().uid, path=where, carrier=Carrier.CAMERA, at=at)
        whole = len(plate) >= SHORTEST_PLATE
        noticed = copies.report_plate(session, seen, plate) if whole else None
        scale = code.scale.uid if code.scale else ""
    if not whole:
        flash(
            _("The last four digits of the serial number are wanted. Nothing was noted."),
            "attention",
        )
    elif noticed:
        flash(
            _("Noted: the plate is another one. The market and the regulator see it."), "attention"
        )
    else:
        flash(_("The last four digits agree with the register. Nothing was noted."), "valid")
    return redirect(url_for("manage.scale", uid=scale), 303)


def _looked_up(raw: str, *, straight: bool = False) -> ResponseReturnValue:
    """Answer a code; ``straight`` goes on to the one scale it stands for."""
    host = installation().settings.host
    try:
        read = scanned.read(raw, host)
    except DomainError as error:
        return _page(raw=raw, refusal=of_code(error.code)), INVALID
    with reading() as session:
        key = installation().keys.tag.public_key()
        found = scanning.look_up(session, read, caller().scope(), key, host)
        if straight and found.outcome is Outcome.SCALE:
            return redirect(url_for("manage.scale", uid=found.scales[0].uid), 303)
        answer = _answer(session, found)
    answer["noticed"] = _noted(found)
    return _page(raw=raw, answer=answer)


def _noted(found: Found) -> bool:
    """Note where staff saw a tag of ours; return whether it cannot be where it was before."""
    by = request.form.get("by", "")
    if found.seen is None or by not in set(Carrier):
        return False
    scope, who = caller().scope(), caller().uid
    with transaction() as session:
        path = copies.whereabouts(session, scope, request.form.get("place", ""))
        code = session.get_one(Code, found.seen.id)
        seen = copies.Seen(code=code, by=who, path=path, carrier=Carrier(by), at=utcnow())
        return copies.record(session, seen, installation().settings.travel_minutes) is not None


def _answer(session: Session, found: Found) -> dict[str, Any]:
    """Return what the answer's template draws: the colour, the words, the next acts."""
    today = local_date(utcnow())
    answer: dict[str, Any] = {
        "outcome": found.outcome,
        "scanned": found.scanned,
        "meaning": MEANINGS.get(found.outcome, Meaning.UNKNOWN),
        "tag": found.tag,
        "scales": cards(session, found.scales, today, {}) if len(found.scales) > 1 else [],
        "register": link("configure.new_scale"),
        "claim": link("blanks.ask_claim", uid=found.blank) if found.blank else None,
        "adopt": link("codes.adopt_scanned"),
        "seen_tag": found.seen,
    }
    if found.card is not None:
        hands_out = Role.MANAGER in caller().roles_at(found.card.path)
        scope = caller().scope()
        answer |= scanned_cards.answer(session, found.card, scope, today, may_hand_out=hands_out)
    if len(found.scales) == 1:
        scale = found.scales[0]
        standing = standing_of(session, scale, today)
        roles = caller().roles_at(scale.path)
        answer |= {
            "card": card(scale, standing),
            "standing": standing,
            "buttons": [_at_stall(one) for one in acts.buttons(scale, standing, roles)],
            "seen": service.last_step(session, scale),
        }
        if found.outcome is Outcome.SCALE:
            # Whether it may serve now: valid in law and suspended is no green.
            answer["meaning"] = meaning(standing.public_status)
    return answer


def _at_stall(button: acts.Button) -> acts.Button:
    """Carry the stall whose card was scanned before into the form of handing out."""
    stall = request.form.get("stall", "")
    if button.action is not Action.DEPLOY or not stall:
        return button
    return replace(button, url=f"{button.url}?{urlencode({'stall': stall})}")


def _page(**values: Any) -> str:  # noqa: ANN401 - as templates take them
    if request.headers.get(PART):
        return render_template("manage/scan_answer.html", **values)
    g.policy = WITH_WASM
    with reading() as session:
        values["places"] = copies.places(session, caller().scope(), MOST_PLACES)
    return render_template(
        "manage/scan.html",
        key=installation().keys.tag.public_key().public_bytes_raw().hex(),
        host=installation().settings.host,
        in_chat=in_chat(),
        **values,
    )
