"""The pages of the replacement: the whole at a glance, place by place, scale by scale; the list."""

from typing import Any, Final

from flask import Blueprint, Response, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session, joinedload

from app.configure.replacement import asking, figures, order, printing
from app.configure.replacement.book import Book, book
from app.configure.replacement.figures import Asked
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.roles import Role
from app.models import IN_ORDER, Place, Scale
from app.web.access import access, caller
from app.web.database import reading
from app.web.navigation import add_section
from app.web.paging import fetch
from app.web.tables_out import csv_bytes, file_answer, xlsx_bytes
from app.web.words import goods

bp = Blueprint("replacement", __name__, url_prefix="/configure", template_folder="../templates")

READERS: Final = (Role.REGULATOR, Role.MANAGER, Role.AUDITOR)
EDITORS: Final = (Role.REGULATOR, Role.ADMIN)
PRICERS: Final = (Role.REGULATOR, Role.MANAGER)
PLACES: Final = 40


@bp.record_once
def _in_menu(state: BlueprintSetupState) -> None:
    add_section(state.app, "replacement", "replacement.index")
    add_section(state.app, "last_days", "replacing.dates", Role.ADMIN)


@bp.get("/replacement")
@access(*READERS)
def index() -> ResponseReturnValue:
    """Show how many scales end when, what replaces them at what cost, and where they are."""
    given = asking.carried(request.args)
    who = caller()
    with reading() as session:
        scope = who.scope(*READERS)
        known, wanted = book(session, scope), asking.asked(session, scope, given)
        page = fetch(
            session,
            figures.places(known, wanted),
            (Place.path, Place.uid),
            request.args.get("after"),
            PLACES,
        )
        return render_template(
            "configure/replacement.html",
            overview=figures.overview(session, known, wanted),
            page=page,
            bills=figures.bills(session, known, wanted, page.items),
            filters=_filters(session, known, wanted, given),
            regions=asking.regions(session, scope),
            may_date=bool(who.roles & set(EDITORS)),
            may_price=bool(who.roles & set(PRICERS)),
            **_shared(given),
        )


@bp.get("/replacement/scales")
@access(*READERS)
def scales() -> ResponseReturnValue:
    """List the scales that end, each with what is needed in its place."""
    given = asking.carried(request.args)
    with reading() as session:
        scope = caller().scope(*READERS)
        known, wanted = book(session, scope), asking.asked(session, scope, given)
        page = fetch(
            session,
            figures.scales(known, wanted).options(joinedload(Scale.place), joinedload(Scale.stall)),
            IN_ORDER,
            request.args.get("after"),
        )
        return render_template(
            "configure/replacement_scales.html",
            rows=[(row, _line(known, row)) for row in page.items],
            page=page,
            filters=_filters(session, known, wanted, given),
            short=goods.short,
            new_model=order.new_model,
            **_shared(given),
        )


@bp.get("/replacement/order.pdf")
@access(*READERS)
def printed() -> ResponseReturnValue:
    """Give the order list to print and sign."""
    at = utcnow()
    with reading() as session:
        known, wanted, where = _wanted(session)
        parts = order.parts(session, known, wanted)
    data = printing.pdf(parts, where, local_date(at))
    head = {"Content-Disposition": f'inline; filename="{_name("pdf")}"'}
    return Response(data, content_type="application/pdf", headers=head)


@bp.get("/replacement/order.xlsx")
@access(*READERS)
def workbook() -> ResponseReturnValue:
    """Give the order list as a workbook, with a sheet of the sums."""
    with reading() as session:
        known, wanted, _where = _wanted(session)
        data = xlsx_bytes(order.sheets(session, known, wanted))
    return file_answer(data, _name("xlsx"))


@bp.get("/replacement/order.csv")
@access(*READERS)
def table() -> ResponseReturnValue:
    """Give the order list as a table."""
    with reading() as session:
        known, wanted, _where = _wanted(session)
        lines = order.lines(session, known, wanted)
        data = csv_bytes(order.header(), (order.row(line) for line in lines))
    return file_answer(data, _name("csv"))


def _wanted(session: Session) -> tuple[Book, Asked, str]:
    """Return the book, what is asked, and where that is in words."""
    scope = caller().scope(*READERS)
    wanted = asking.asked(session, scope, asking.carried(request.args))
    names = asking.named(session, wanted.scope.paths)
    where = wanted.place.name if wanted.place else "、".join(names[one] for one in names)
    return book(session, scope), wanted, where


def _name(kind: str) -> str:
    return f"replacement-{local_date(utcnow()).isoformat()}.{kind}"


def _shared(given: dict[str, str]) -> dict[str, Any]:
    """Return what both pages need."""

    def link(endpoint: str, **more: str | None) -> str:
        there = {**given, **more}
        kept = {name: value for name, value in there.items() if value}
        return url_for(f"replacement.{endpoint}", **kept)  # type: ignore[arg-type]  # only our names

    return {
        "given": given,
        "link": link,
        "here": request.endpoint.removeprefix("replacement.") if request.endpoint else "index",
        "money": order.money,
        "today": local_date(utcnow()),
    }


def _filters(
    session: Session, known: Book, wanted: Asked, given: dict[str, str]
) -> list[tuple[str, str]]:
    """Return the filters in force: their names and what they are set to in words."""
    found: list[tuple[str, str]] = []
    if "region" in given and wanted.scope.paths == (given["region"],):
        found.append(("region", asking.named(session, [given["region"]])[given["region"]]))
    if wanted.place is not None:
        found.append(("place", wanted.place.name))
    model = next((one.name for one in known.models.values() if one.uid == wanted.model), "")
    if model:
        found.append(("model", model))
    if wanted.networked is not None:
        found.append(
            ("net", _("with network function") if wanted.networked else _("no network function"))
        )
    if wanted.last_day is not None:
        found.append(("day", wanted.last_day.isoformat()))
    return found


def _line(known: Book, row: Scale) -> dict[str, Any]:
    sold = row.stall.goods_classes if row.stall else ""
    return {
        "model": known.models[row.model_id],
        "needed_e": known.needed_e(row.model_id, sold),
        "offer": known.choice(figures.area_of(known, row.path), row.model_id, sold),
    }
