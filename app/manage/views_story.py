"""Photos that the steps of a scale's story were told with: the plate, the seal under a new tag."""

from typing import Final

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.db.scope import within
from app.manage.story import PHOTOS
from app.models import Scale, ScaleEvent
from app.web.access import READERS, access, caller
from app.web.database import installation, reading

bp = Blueprint("story", __name__, url_prefix="/manage")

YEAR_S: Final = 365 * 24 * 3600


@bp.get("/steps/<uid:uid>/<what>")
@access(*READERS)
def photo(uid: str, what: str) -> ResponseReturnValue:
    """Return the photo ``what`` of a step; its digest stands in the story and cannot change."""
    if what not in PHOTOS:
        abort(404)
    with reading() as session:
        event = session.scalars(
            select(ScaleEvent)
            .join(Scale, Scale.id == ScaleEvent.scale_id)
            .where(within(Scale.path, caller().scope()), ScaleEvent.uid == uid)
        ).one()
        digest = event.details.get(what)
    data = installation().blobs.get(digest) if digest else None
    if data is None:
        abort(404)
    headers = {"Cache-Control": f"private, max-age={YEAR_S}"}
    return Response(data, content_type="image/jpeg", headers=headers)
