"""Cards of stalls, staff and standard weights: given out, printed, replaced, voided."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from sqlalchemy import select

from app.crypto.tags import TagKind
from app.db.scope import within
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import CARD_KEEPERS
from app.domain.roles import Role
from app.models import Grant, Place, Stall, StandardWeight
from app.portal import cards, queries, service
from app.portal.cards import Ended
from app.portal.drawing import drawn, known, papers
from app.standing import bodies
from app.web.access import access, caller, require_role
from app.web.database import installation, transaction
from app.web.database import reading as reading_session
from app.web.paging import fetch

bp = Blueprint("cards", __name__, url_prefix="/tags", template_folder="templates")

# What is printed by whom: the kind in the address, its tags, the usual paper.
PRINTED: Final[Mapping[str, tuple[TagKind, str]]] = MappingProxyType(
    {
        "stalls": (TagKind.STALL, "stall-a6"),
        "staff": (TagKind.STAFF, "staff-id1"),
        "weights": (TagKind.WEIGHT, "a4-24"),
    }
)
EVERY: Final = frozenset(role for roles in CARD_KEEPERS.values() for role in roles)
PRINTED_IN: Final = "zh"  # as all that hangs in a market


@bp.get("/stalls")
@access(*CARD_KEEPERS["stalls"])
def stalls() -> ResponseReturnValue:
    """List the stalls of a place, and which card each of them has."""
    scope = caller().scope(*CARD_KEEPERS["stalls"])
    with reading_session() as session:
        places = queries.places(session, scope)
        place = request.args.get("place") or next((path for path, _name in places), "")
        page = fetch(
            session,
            cards.stalls(scope, place),
            [Stall.number, Stall.uid],
            request.args.get("after"),
        )
        return render_template(
            "portal/stall_cards.html",
            places=places,
            place=place,
            page=page,
            has=cards.of_holders(session, TagKind.STALL, scope, place),
            layouts=[("stall-a6", None), *papers()],
            may=bool(caller().scope(Role.MANAGER)),
            reasons=Ended,
        )


@bp.post("/stalls/missing")
@access(Role.MANAGER)
def give_missing() -> ResponseReturnValue:
    """Give every stall of a place its card."""
    path = request.form.get("place", "")
    with transaction() as session:
        wanted = select(Place).where(within(Place.path, caller().scope(Role.MANAGER)))
        place = session.scalars(wanted.where(Place.path == path)).one()
        cards.issue_missing(session, place, by=caller().uid, at=utcnow())
    return redirect(url_for(".stalls", place=path), 303)


@bp.post("/stalls/<uid:uid>")
@access(Role.MANAGER)
def give_stall(uid: str) -> ResponseReturnValue:
    """Give a stall its card."""
    with transaction() as session:
        stall = cards.holder_in(session, caller().scope(Role.MANAGER), Stall, uid)
        cards.issue(session, stall, stall.path, by=caller().uid, at=utcnow())
        return redirect(url_for(".stalls", place=stall.path), 303)


@bp.get("/staff")
@access(*CARD_KEEPERS["staff"])
def staff() -> ResponseReturnValue:
    """List who has a role today, and which card each of them has for which body."""
    scope, today = caller().scope(*CARD_KEEPERS["staff"]), local_date(utcnow())
    with reading_session() as session:
        page = fetch(
            session,
            cards.staff(scope, today),
            [Grant.path, Grant.uid],
            request.args.get("after"),
        )
        return render_template(
            "portal/staff_cards.html",
            page=page,
            names=bodies.names_of(session, {(one.person_id, one.path) for one in page.items}),
            has=cards.of_holders(session, TagKind.STAFF, scope),
            layouts=[("staff-id1", None), *papers()],
            reasons=Ended,
        )


@bp.post("/staff/<uid:uid>")
@access(Role.ADMIN)
def give_staff(uid: str) -> ResponseReturnValue:
    """Give a person the card of the body at which the role ``uid`` is held."""
    with transaction() as session:
        role = session.scalars(
            cards.staff(caller().scope(Role.ADMIN), local_date(utcnow())).where(Grant.uid == uid)
        ).one()
        cards.issue(session, role.person, role.path, by=caller().uid, at=utcnow())
    return redirect(url_for(".staff"), 303)


@bp.post("/weights/<uid:uid>")
@access(*CARD_KEEPERS["weights"])
def give_weight(uid: str) -> ResponseReturnValue:
    """Give a standard weight its tag where it has none, and go on to print it."""
    with transaction() as session:
        scope = caller().scope(*CARD_KEEPERS["weights"])
        weight = cards.holder_in(session, scope, StandardWeight, uid)
        if cards.current(session, weight, weight.path) is None:
            cards.issue(session, weight, weight.path, by=caller().uid, at=utcnow())
        return redirect(url_for(".sheet", kind="weights", place=weight.path), 303)


@bp.get("/cards/<kind>.pdf")
@access(*EVERY)
def sheet(kind: str) -> ResponseReturnValue:
    """Return the cards of one kind in use, a part of them where there are many."""
    if kind not in PRINTED:
        abort(404)
    tag, usual = PRINTED[kind]
    name, place = request.args.get("layout", usual), request.args.get("place", "")
    known(name)
    part = max(request.args.get("part", 1, type=int), 1)
    wanted = service.Sheet(caller().scope(*CARD_KEEPERS[kind]), place, part, tag)
    work = installation()
    with reading_session() as session, force_locale(PRINTED_IN):
        signed = (work.keys.tag, work.settings.base_url)
        printed = cards.printed(session, wanted, local_date(utcnow()), signed)
    if not printed:
        abort(404)
    return drawn(printed, name, kind)


@bp.post("/cards/<uid:uid>/<what>")
@access(*cards.GIVERS_OF_ALL)
def end(uid: str, what: str) -> ResponseReturnValue:
    """Void a card, or replace it by another one."""
    why = request.form.get("why", "")
    if what not in {"void", "replace"} or why not in set(Ended):
        abort(404)
    act = cards.replace if what == "replace" else cards.void
    with transaction() as session:
        card = queries.tag_in(session, caller().scope(*cards.GIVERS_OF_ALL), uid)
        require_role(card.path, *cards.givers(card))
        act(session, card, Ended(why), by=caller().uid, at=utcnow())
        back = url_for(".staff") if card.person else url_for(".stalls", place=card.path)
    return redirect(back, 303)
