"""A person's own filters and columns of the list of scales."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.manage import forms, own
from app.web.access import READERS, access, caller
from app.web.database import reading, transaction

bp = Blueprint("own", __name__, url_prefix="/manage", template_folder="templates")


@bp.get("/filters")
@access(*READERS)
def filters() -> ResponseReturnValue:
    """Show one's own filters, to be renamed or removed."""
    with reading() as session:
        return render_template("manage/filters.html", filters=own.filters(session, caller().id))


@bp.post("/filters")
@access(*READERS)
def keep() -> ResponseReturnValue:
    """Keep the filter of the list under a name."""
    query = request.form.get("query", "")
    with transaction() as session:
        own.keep(session, caller().id, request.form.get("name", ""), query)
    return _list(query)


@bp.post("/filters/<uid:uid>")
@access(*READERS)
def rename(uid: str) -> ResponseReturnValue:
    """Give a filter another name."""
    with transaction() as session:
        found = own.filter_of(session, caller().id, uid)
        own.rename(session, found, request.form.get("name", ""))
    return redirect(url_for(".filters"), 303)


@bp.post("/filters/<uid:uid>/remove")
@access(*READERS)
def remove(uid: str) -> ResponseReturnValue:
    """Remove a filter; the scales stay where they are."""
    with transaction() as session:
        session.delete(own.filter_of(session, caller().id, uid))
    return redirect(url_for(".filters"), 303)


@bp.post("/columns")
@access(*READERS)
def columns() -> ResponseReturnValue:
    """Keep which columns the list has."""
    with transaction() as session:
        own.choose(session, caller().id, request.form.getlist("column"))
    return _list(request.form.get("query", ""))


def _list(query: str) -> ResponseReturnValue:
    return redirect(url_for("manage.scales", **forms.filters_of(query)), 303)  # type: ignore[arg-type]  # only our names
