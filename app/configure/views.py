"""Pages of the register: a new scale, its photo and its seals."""

from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.configure import batches, forms, grounds, queries, service
from app.configure.forms import Form
from app.configure.service import FieldsError
from app.configure.service.seals import EvidenceHeldError
from app.db.session import utcnow
from app.domain.lifecycle import ScaleRole
from app.domain.permissions import PHOTOGRAPHERS, SEAL_APPLIERS, SEALERS
from app.domain.roles import Role
from app.domain.seals import SealKind, SealState
from app.models import Place, Scale
from app.web.access import access, caller, require_role
from app.web.database import installation, reading, transaction
from app.web.errors import status_of
from app.web.refusals import of_code
from app.web.uploads import (
    PHOTO_SIZE,
    BadPhotoError,
    Photo,
    UploadMissingError,
    UploadTooLargeError,
    draw_anew,
    read_limited,
)
from app.web.words.say import say

bp = Blueprint("configure", __name__, url_prefix="/configure", template_folder="templates")

INVALID: Final = 422


@bp.get("/scales/new")
@access(Role.MANAGER)
def new_scale() -> ResponseReturnValue:
    """Ask for a new scale."""
    with reading() as session:
        places = session.scalars(queries.places(caller().scope(Role.MANAGER))).all()
        place = places[0].uid if len(places) == 1 else ""
        given = {"place": place, "role": ScaleRole.TRADE.value, **grounds.ends(utcnow())}
        return _scale_page(session, Form(given))


@bp.post("/scales")
@access(Role.MANAGER)
def register() -> ResponseReturnValue:
    """Put a scale into the register."""
    form = Form.read(request.form, forms.SCALE)
    try:
        with transaction() as session:
            place = _place(session, form["place"])
            model = queries.model_named(session, form["model"])
            batch = batches.named(session, caller().scope(Role.MANAGER), form["batch"])
            command = forms.new_scale(form, place, model, batch)
            if command is not None:
                scale = service.register_scale(session, command, by=caller().uid, at=utcnow())
                return redirect(url_for("manage.scale", uid=scale.uid), 303)
    except FieldsError as error:
        form.refuse(error)
    with reading() as session:
        return _scale_page(session, form), INVALID


@bp.get("/scales/<uid:uid>/photo")
@access(*PHOTOGRAPHERS)
def photo(uid: str) -> ResponseReturnValue:
    """Ask for a photo of the plate."""
    return _photo_page(uid, Form())


@bp.post("/scales/<uid:uid>/photo")
@access(*PHOTOGRAPHERS)
def save_photo(uid: str) -> ResponseReturnValue:
    """Keep a photo of the plate, drawn anew: its pixels and nothing else."""
    form = Form()
    try:
        picture = _picture()
    except (UploadMissingError, UploadTooLargeError, BadPhotoError) as error:
        form.errors["photo"] = of_code(error.code).said
        return _photo_page(uid, form), status_of(error.code)
    with transaction() as session:
        scale = queries.scale_in(session, caller().scope(*PHOTOGRAPHERS), uid)
        digest = installation().blobs.put(picture.data)
        service.bind_photo(session, scale, digest, by=caller().uid, at=utcnow())
    return redirect(url_for("manage.scale", uid=uid), 303)


@bp.get("/scales/<uid:uid>/seals")
@access(*SEALERS)
def seals(uid: str) -> ResponseReturnValue:
    """Show the seals, and ask for another one."""
    return _seals_page(uid, Form())


@bp.post("/scales/<uid:uid>/seals")
@access(*SEALERS)
def save_seal(uid: str) -> ResponseReturnValue:
    """Put a seal on record: each one's own kind only."""
    form = Form.read(request.form, forms.SEAL)
    command = forms.new_seal(form)
    if command is not None:
        try:
            with transaction() as session:
                scale = queries.scale_in(session, caller().scope(*SEALERS), uid)
                require_role(scale.path, SEAL_APPLIERS[command.owner])
                service.record_seal(session, scale, command, by=caller().uid, at=utcnow())
            return redirect(url_for("manage.scale", uid=uid, _anchor="seals"), 303)
        except FieldsError as error:
            form.refuse(error)
        except EvidenceHeldError as error:
            form.errors["number"] = of_code(error.code).said
    return _seals_page(uid, form), INVALID


@bp.post("/scales/<uid:uid>/seals/<uid:seal>")
@access(*SEALERS)
def seal_seen(uid: str, seal: str) -> ResponseReturnValue:
    """Record that a seal was found broken or missing."""
    form = Form.read(request.form, {"state": 20})
    state = form.one_of("state", SealState, SealState.INTACT)
    if form.errors:
        return _seals_page(uid, form), INVALID
    try:
        with transaction() as session:
            scale = queries.scale_in(session, caller().scope(*SEALERS), uid)
            require_role(scale.path, *SEALERS)
            seen = service.SealSeen(queries.seal_of(session, scale, seal), state)
            service.change_seal(session, scale, seen, by=caller().uid, at=utcnow())
    except FieldsError as error:
        form.refuse(error)
        return _seals_page(uid, form), INVALID
    return redirect(url_for("manage.scale", uid=uid, _anchor="seals"), 303)


def _picture() -> Photo:
    found = request.files.get("photo")
    if found is None:
        raise UploadMissingError("no file came with the form")
    return draw_anew(read_limited(found.stream, PHOTO_SIZE))


def _place(session: Session, uid: str) -> Place | None:
    scope = caller().scope(Role.MANAGER)
    return session.scalar(queries.places(scope).where(Place.uid == uid))


def _scale_page(session: Session, form: Form) -> str:
    scope = caller().scope(Role.MANAGER)
    places = session.scalars(queries.places(scope).order_by(Place.path)).all()
    return render_template(
        "configure/new_scale.html",
        form=form,
        places=[(place.uid, place.name) for place in places],
        models=[
            (model.uid, f"{model.maker.name} {model.name} {model.type_approval_no}".strip())
            for model in queries.models_by_name(session)
        ],
        roles=[(role.value, say(role)) for role in ScaleRole],
        batches=[
            (batch.uid, f"{batch.document_no} · {batch.supplier}")
            for batch in batches.newest(session, scope)
        ],
        **grounds.words(),
    )


def _photo_page(uid: str, form: Form) -> str:
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(*PHOTOGRAPHERS), uid)
        return render_template("configure/photo.html", form=form, **_named(scale))


def _seals_page(uid: str, form: Form) -> str:
    with reading() as session:
        scale = queries.scale_in(session, caller().scope(*SEALERS), uid)
        roles = caller().roles_at(scale.path)
        own = [owner for owner, role in SEAL_APPLIERS.items() if role in roles]
        return render_template(
            "configure/seals.html",
            form=form,
            owners=[(owner.value, say(owner)) for owner in own],
            kinds=[(kind.value, say(kind)) for kind in SealKind],
            broken=(SealState.BROKEN, SealState.MISSING),
            **_named(scale),
        )


def _named(scale: Scale) -> dict[str, Any]:
    return {"scale": scale, "number": scale.market_no or scale.serial_no}
