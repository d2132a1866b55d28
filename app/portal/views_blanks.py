"""Blank tags on the page: made and printed for a place, claimed before the scale."""

from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import search
from app.db.scope import within
from app.db.session import utcnow
from app.domain.permissions import TAG_KEEPERS
from app.domain.roles import Role
from app.models import Code, Place, Scale
from app.portal import blanks, sheets
from app.portal.drawing import drawn, known
from app.portal.service import ScaleRetiredError, TagExistsError
from app.web.access import access, caller, require_role
from app.web.database import installation, transaction
from app.web.database import reading as reading_session
from app.web.refusals import of_code
from app.web.uploads import (
    PHOTO_SIZE,
    BadPhotoError,
    UploadMissingError,
    UploadTooLargeError,
    draw_anew,
    read_limited,
)

bp = Blueprint("blanks", __name__, url_prefix="/tags", template_folder="templates")

INVALID: Final = 422
PHOTOS: Final = ("plate", "seal")


@bp.post("/blanks")
@access(Role.MANAGER)
def make() -> ResponseReturnValue:
    """Make blank tags for a place."""
    count = request.form.get("count", type=int) or 0
    with transaction() as session:
        wanted = select(Place).where(within(Place.path, caller().scope(Role.MANAGER)))
        place = session.scalar(wanted.where(Place.path == request.form.get("place", "")))
        if place is None or not 1 <= count <= blanks.MOST:
            error = _("A number from 1 to %(most)s is needed.", most=blanks.MOST)
            return redirect(url_for("portal.sheet_form", blank_error=error), 303)
        blanks.make(session, place, count, by=caller().uid, at=utcnow())
    return redirect(url_for("portal.sheet_form", _anchor="blanks"), 303)


@bp.get("/blanks/labels")
@access(*TAG_KEEPERS)
def labels() -> Response:
    """Return the blank tags of a place as labels."""
    name, path = request.args.get("layout", sheets.DEFAULT_LAYOUT), request.args.get("place", "")
    known(name)
    work = installation()
    with reading_session() as session:
        scope = caller().scope(*TAG_KEEPERS)
        wanted = select(Place).where(within(Place.path, scope), Place.path == path)
        place = session.scalars(wanted).one()
        found = session.scalars(blanks.blanks(scope, path).limit(blanks.MOST))
        key, base = work.keys.tag, work.settings.base_url
        printed = [blanks.printed(tag, place.name, key, base) for tag in found]
    return drawn(printed, name, "blank-tags")


@bp.get("/<uid:uid>/claim")
@access(Role.MANAGER)
def ask_claim(uid: str) -> ResponseReturnValue:
    """Ask on which scale a blank tag is put."""
    with reading_session() as session:
        return _page(_blank(session, uid), {}, {})


@bp.post("/<uid:uid>/claim")
@access(Role.MANAGER)
def claim(uid: str) -> ResponseReturnValue:
    """Put a blank tag on the scale whose number is typed, with photos of plate and seal."""
    errors: dict[str, Any] = {}
    photos = {name: _photo(name, errors) for name in PHOTOS}
    with transaction() as session:
        tag = _blank(session, uid)
        scale = _scale(session, errors)
        if not errors and scale is not None:
            require_role(scale.path, Role.MANAGER)
            command = blanks.Claim(
                plate=photos["plate"],
                seal=photos["seal"],
                replaces=request.form.get("replaces") == "1",
            )
            try:
                blanks.claim(session, tag, scale, command, by=caller().uid, at=utcnow())
                return redirect(url_for("manage.scale", uid=scale.uid, _anchor="codes"), 303)
            except TagExistsError as error:
                errors["replaces"] = of_code(error.code).said
            except (ScaleRetiredError, blanks.NotBlankError) as error:
                errors["scale"] = of_code(error.code).said
    with reading_session() as session:
        return _page(_blank(session, uid), errors, request.form.to_dict()), INVALID


def _photo(name: str, errors: dict[str, Any]) -> str:
    """Return the digest of a photo, kept; what is wrong with it is noted at its field."""
    file = request.files.get(name)
    try:
        if file is None:
            errors[name] = of_code(UploadMissingError.code).said
            return ""
        return installation().blobs.put(draw_anew(read_limited(file.stream, PHOTO_SIZE)).data)
    except (UploadMissingError, UploadTooLargeError, BadPhotoError) as error:
        errors[name] = of_code(error.code).said
        return ""


def _blank(session: Session, uid: str) -> Code:
    scope = caller().scope(Role.MANAGER)
    return session.scalars(select(Code).where(within(Code.path, scope), Code.uid == uid)).one()


def _scale(session: Session, errors: dict[str, Any]) -> Scale | None:
    scope = caller().scope(Role.MANAGER)
    found = session.scalars(search.numbered(request.form.get("scale", ""), scope)).all()
    if len(found) != 1:
        errors["scale"] = _("There is no single scale of this number here.")
        return None
    return found[0]


def _page(tag: Code, errors: dict[str, Any], values: dict[str, str]) -> str:
    return render_template("portal/claim.html", tag=tag, errors=errors, values=values)
