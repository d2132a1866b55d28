"""Due and overdue by region, and the verification rate against what is aimed at."""

from datetime import date, timedelta
from typing import Final

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import CAMPAIGN_READERS
from app.domain.scope import Scope
from app.models import IN_ORDER
from app.standing import standings
from app.standing.totals import outermost
from app.verify import queries_due as queries
from app.web.access import access, caller
from app.web.database import reading
from app.web.paging import fetch

bp = Blueprint("due", __name__, url_prefix="/verify/due", template_folder="templates")

# Published aim of markets: 受检率 98 %, in thousandths.
AIM: Final = 980
OVERDUE: Final = "overdue"
SPANS: Final = (OVERDUE, "30", "60")


@bp.get("")
@access(*CAMPAIGN_READERS)
def index() -> ResponseReturnValue:
    """Show the figures of a region and of what lies right below it."""
    scope, today = caller().scope(*CAMPAIGN_READERS), local_date(utcnow())
    roots = outermost(scope)
    at = request.args.get("at") or (roots[0] if len(roots) == 1 else "")
    if at and not scope.holds(at):
        abort(404)
    with reading() as session:
        here = queries.nodes(session, [at] if at else [])
        below = queries.children(session, at) if at else queries.nodes(session, roots)
        figures = queries.dues(session, [*here, *below], today)
        return render_template(
            "verify/campaign_due.html",
            here=figures[0] if here else None,
            rows=figures[len(here) :],
            above=_above(session, scope, at),
            aim=AIM,
        )


@bp.get("/scales")
@access(*CAMPAIGN_READERS)
def scales() -> ResponseReturnValue:
    """List the scales of a region that are overdue, or due in the given span."""
    scope, today = caller().scope(*CAMPAIGN_READERS), local_date(utcnow())
    at, span = request.args.get("at", ""), request.args.get("span", OVERDUE)
    if not scope.holds(at) or span not in SPANS:
        abort(404)
    since, until = _days(span, today)
    with reading() as session:
        page = fetch(
            session,
            queries.scales(scope, at, since, until),
            IN_ORDER,
            request.args.get("after"),
        )
        found = standings(session, page.items, today)
        return render_template(
            "verify/campaign_due_scales.html",
            page=page,
            at=at,
            name=next((name for _p, name, _i in queries.nodes(session, [at])), ""),
            span=span,
            spans=SPANS,
            standings=found,
        )


def _days(span: str, today: date) -> tuple[date | None, date]:
    if span == OVERDUE:
        return None, today - timedelta(days=1)
    if span == "30":
        return today, today + timedelta(days=queries.SOON)
    return today + timedelta(days=queries.SOON + 1), today + timedelta(days=queries.LATER)


def _above(session: Session, scope: Scope, at: str) -> list[tuple[str, str]]:
    paths = [at[: n + 1] for n, sign in enumerate(at) if sign == "/" and n and at[: n + 1] != at]
    return [
        (name, path) for path, name, _place in queries.nodes(session, paths) if scope.holds(path)
    ]
