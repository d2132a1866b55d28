"""Scanning: the camera's page, and what stands behind a code, the same for every field task."""

from typing import Any, Final

from flask import Blueprint, Flask, g, redirect, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain import scanned
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.manage import acts, scanning, service
from app.manage.cards import card, cards
from app.manage.links import link
from app.manage.scanning import Found, Outcome
from app.standing import standing_of
from app.web.access import READERS, access, caller
from app.web.database import installation, reading
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


@bp.record_once
def _in_menu(state: BlueprintSetupState) -> None:
    if isinstance(state.app, Flask):
        add_section(state.app, "scan", "scan.camera")


@bp.get("")
@access(*READERS)
def camera() -> ResponseReturnValue:
    """Show what the camera sees, and a field to type in."""
    return _page()


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
        return _page(raw=raw, answer=_answer(session, found))


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
    }
    if len(found.scales) == 1:
        scale = found.scales[0]
        standing = standing_of(session, scale, today)
        roles = caller().roles_at(scale.path)
        answer |= {
            "card": card(scale, standing),
            "standing": standing,
            "buttons": acts.buttons(scale, standing, roles),
            "seen": service.last_step(session, scale),
        }
        if found.outcome is Outcome.SCALE:
            # Whether it may serve now: valid in law and suspended is no green.
            answer["meaning"] = meaning(standing.public_status)
    return answer


def _page(**values: Any) -> str:  # noqa: ANN401 - as templates take them
    if request.headers.get(PART):
        return render_template("manage/scan_answer.html", **values)
    g.policy = WITH_WASM
    return render_template(
        "manage/scan.html",
        key=installation().keys.tag.public_key().public_bytes_raw().hex(),
        host=installation().settings.host,
        in_chat=in_chat(),
        **values,
    )
