"""The public page of a tag, and the sheets that tags are printed on."""

import json
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import TAG_KEEPERS
from app.domain.public_status import PublicStatus
from app.domain.roles import Role
from app.models import Code
from app.portal import blanks, queries, reading, recent, service, sheets
from app.portal.drawing import drawn, known, papers
from app.portal.reading import LOST, Answer, TagState
from app.portal.recent import Kept, Recent
from app.web import limits
from app.web.access import Audience, access, caller
from app.web.database import installation, transaction
from app.web.database import reading as reading_session
from app.web.errors import wants_problem
from app.web.i18n import language
from app.web.navigation import add_section
from app.web.requests import in_chat
from app.web.words.say import say

bp = Blueprint("portal", __name__, template_folder="templates")
bp.record_once(lambda state: add_section(state.app, "tags", "portal.sheet_form"))

RECENT: Final = Recent()
LONGEST_REASON: Final = 200


def find(session: Session, tag: str) -> Answer:
    """Return what stands behind the address ``/t/<tag>``."""
    if reading.looks_typed(tag):
        limits.spend("typed", limits.TYPED)  # a number of eight digits can be guessed
    work = installation()
    host = work.settings.host
    return reading.read(session, tag, work.keys.tag.public_key(), host, local_date(utcnow()))


@bp.get("/t/<tag>")
@access(Audience.PUBLIC)
def show(tag: str) -> ResponseReturnValue:
    """Tell whoever scans a tag what it stands for."""
    as_data, today = wants_problem(), local_date(utcnow())
    key = (request.script_root, request.full_path, language(), as_data, in_chat())
    body = RECENT.get(installation().database, key, today)
    if body is not None:
        return _said(body, as_data=as_data)
    with reading_session() as session:
        size = recent.size(session)
        answer = find(session, tag)
    if as_data:
        body = json.dumps(document(tag, answer), ensure_ascii=False)
    else:
        page = {"tag": tag, "answer": answer, "TagState": TagState, "unknown": PublicStatus.UNKNOWN}
        page["in_chat"] = in_chat()
        page["link_of"] = link_of
        page["roles"] = [say(role) for role in answer.staff.roles] if answer.staff else []
        body = render_template("portal/tag.html", **page)
    if answer.genuine and answer.told:
        RECENT.put(key, Kept(body, today, size, answer.told))
    return _said(body, as_data=as_data, status=404 if answer.state in LOST else 200)


def _said(body: str, *, as_data: bool, status: int = 200) -> Response:
    kind = "application/json" if as_data else "text/html; charset=utf-8"
    return Response(body, status, content_type=kind)


@bp.get("/t/<tag>/photo")
@access(Audience.PUBLIC)
def photo(tag: str) -> ResponseReturnValue:
    """Return the photo of the scale, for comparison with the one at hand."""
    with reading_session() as session:
        answer = find(session, tag)
    data = installation().blobs.get(answer.photo) if answer.photo else None
    if data is None:
        return Response(status=404)
    return Response(data, content_type="image/jpeg", headers={"Cache-Control": "max-age=3600"})


def document(tag: str, answer: Answer) -> dict[str, object]:
    """Return the page as data; ``code`` tells the kinds of addresses apart."""
    scale = answer.scale
    found: dict[str, object] = {
        "tag": tag,
        "code": answer.state.value,
        "genuine": answer.genuine,
        "registered": scale is not None,
        "status": (scale.status if scale else PublicStatus.UNKNOWN).value,
        "valid_until": scale.valid_until.isoformat() if scale and scale.valid_until else None,
        "scale": None,
    }
    if scale:
        found["scale"] = {
            "serial_last4": scale.serial_last4,
            "maker": scale.maker,
            "model": scale.model,
            "ranges": [
                {"min_mg": low, "max_mg": high, "e_mg": step} for low, high, step in scale.ranges
            ],
            "market_no": scale.market_no,
            "place": scale.place,
            "stall": scale.stall,
            "photo": url_for(".photo", tag=tag) if scale.has_photo else None,
        }
    return found | _of_card(answer)


def _of_card(answer: Answer) -> dict[str, object]:
    """Return what a tag that is none of a scale's says besides: registered, of no status."""
    if answer.stall:
        serving = [one.tag for one in answer.stall.serving if one.tag]
        told: dict[str, object] = {"place": answer.stall.place, "stall": answer.stall.number}
        return {"registered": True, "stall": told | {"scales": [link_of(tag) for tag in serving]}}
    if answer.staff:
        roles = [role.value for role in answer.staff.roles]
        card = {"body": answer.staff.body, "roles": roles, "valid": bool(roles)}
        return {"registered": answer.state is TagState.STAFF, "staff": card}
    if answer.weight:
        return {"registered": True, "weight": {"body": answer.weight.body}}
    return {}


def link_of(tag: Code) -> str:
    """Return the path of the public page of ``tag``."""
    work = installation()
    return urlsplit(service.address(tag, work.keys.tag, work.settings.base_url)).path


@bp.get("/tags")
@access(*TAG_KEEPERS)
def sheet_form() -> ResponseReturnValue:
    """Show how many tags there are to print, and on which paper; a large number in parts."""
    scope, place = caller().scope(*TAG_KEEPERS), request.args.get("place", "")
    layout = request.args.get("layout", sheets.DEFAULT_LAYOUT)
    with reading_session() as session:
        places = queries.places_with_tags(session, scope)
        count = queries.count_printable(session, scope, place)
        waiting = blanks.waiting(session, scope)
        own_places = queries.places(session, caller().scope(Role.MANAGER))
    return render_template(
        "portal/tags.html",
        places=[(path, f"{name} ({number})") for path, name, number in places],
        layouts=papers(),
        place=place,
        layout=layout,
        count=count,
        parts=_parts(count),
        blanks=waiting,
        own_places=own_places,
        most=blanks.MOST,
        blank_error=request.args.get("blank_error", "")[:120],
    )


def _parts(count: int) -> list[tuple[int, int, int]]:
    """Return number, first and last label of each part; nothing where one part is enough."""
    if count <= service.PART:
        return []
    return [
        (part, (part - 1) * service.PART + 1, min(part * service.PART, count))
        for part in range(1, service.parts(count) + 1)
    ]


@bp.get("/tags/sheet.pdf")
@access(*TAG_KEEPERS)
def sheet() -> ResponseReturnValue:
    """Return the tags in use as a PDF for label paper; too many for one go to the parts."""
    name, place = request.args.get("layout", sheets.DEFAULT_LAYOUT), request.args.get("place", "")
    known(name)
    part = request.args.get("part", type=int)
    wanted = service.Sheet(caller().scope(*TAG_KEEPERS), place, part or 1)
    work = installation()
    with reading_session() as session:
        count = queries.count_printable(session, wanted.scope, place)
        if part is None and count > service.PART:
            return redirect(url_for(".sheet_form", place=place, layout=name), 303)
        if part is not None and not 1 <= part <= service.parts(count):
            abort(404)
        tags = service.labels(session, wanted, work.keys.tag, work.settings.base_url)
    return drawn(tags, name, f"tags-{part}" if part else "tags")


@bp.post("/tags/scales/<uid:uid>")
@access(Role.MANAGER)
def issue(uid: str) -> ResponseReturnValue:
    """Give a scale a tag, the first one or one in place of another."""
    replaces = "replaces" in request.form
    with transaction() as session:
        scale = queries.scale_in(session, caller().scope(Role.MANAGER), uid)
        service.issue(session, scale, by=caller().uid, at=utcnow(), replaces=replaces)
    return redirect(url_for("manage.scale", uid=uid), 303)


@bp.post("/tags/<uid:uid>/revoke")
@access(Role.MANAGER)
def revoke(uid: str) -> ResponseReturnValue:
    """Take a damaged or lost tag out of use."""
    because = request.form.get("because", "").strip()[:LONGEST_REASON]
    with transaction() as session:
        tag = queries.tag_in(session, caller().scope(Role.MANAGER), uid)
        service.revoke(session, tag, because, by=caller().uid, at=utcnow())
        scale = tag.scale
        assert scale is not None  # noqa: S101 - revoking refuses a tag without one
        back = url_for("manage.scale", uid=scale.uid)
    return redirect(back, 303)
