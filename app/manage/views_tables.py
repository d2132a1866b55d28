"""Tables to take away, as CSV or XLSX: the list as it is shown, or what was chosen in it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from flask import Blueprint, Response, abort, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.manage import bulk, columns, exports, forms, own
from app.manage.service.filing import FILED
from app.models import BulkAct
from app.standing import ecqs
from app.web.access import READERS, access, caller
from app.web.database import reading
from app.web.tables_out import Cell, Sheet, csv_stream, file_answer, xlsx_bytes

bp = Blueprint("tables", __name__, url_prefix="/manage")

FORMATS: Final = ("csv", "xlsx")
Rows = Callable[[Session], Iterable[Sequence[Cell]]]


@bp.get("/scales/export.csv")
@access(*READERS)
def as_csv() -> ResponseReturnValue:
    """Give the list away as it is shown: the same filters, the same columns, all pages."""
    return _list("csv")


@bp.get("/scales/export.xlsx")
@access(*READERS)
def as_xlsx() -> ResponseReturnValue:
    """Give the same away as a workbook."""
    return _list("xlsx")


@bp.get("/bulk/<uid:uid>/table.<kind>")
@access(*READERS)
def chosen(uid: str, kind: str) -> ResponseReturnValue:
    """Give away the scales of a bulk act: as the list shows them, or as e-CQS wants them."""
    today, scope, who = local_date(utcnow()), caller().scope(), caller().id
    with reading() as session:
        found = session.scalars(
            select(BulkAct).where(BulkAct.uid == uid, BulkAct.created_by_id == who)
        ).one()
        keys = own.chosen(session, who)
        beside = ecqs.around(session, ecqs.listed(request.args))
    if found.action == FILED:
        return _file(
            kind,
            f"e-cqs-{today}",
            list(ecqs.FIELDS),
            lambda s: exports.sheet_of(s, found, scope, beside),
        )
    if found.action != bulk.EXPORT:
        abort(404)
    return _file(
        kind,
        f"scales-{today}",
        columns.heads(keys),
        lambda s: exports.rows_of(s, found, scope, today, keys),
    )


def _list(kind: str) -> Response:
    today = local_date(utcnow())
    asked = forms.asked(request.args, caller().scope(), today)
    with reading() as session:
        keys = own.chosen(session, caller().id)
    return _file(
        kind, f"scales-{today}", columns.heads(keys), lambda s: exports.rows(s, asked, keys)
    )


def _file(kind: str, name: str, heads: Sequence[str], rows: Rows) -> Response:
    if kind not in FORMATS:
        abort(404)
    if kind == "xlsx":
        with reading() as session:
            data = xlsx_bytes([Sheet(_("Scales"), heads, rows(session))])
        return file_answer(data, f"{name}.xlsx")

    def pieces() -> Iterator[bytes]:
        with reading() as session:
            yield from csv_stream(heads, rows(session))

    return file_answer(stream_with_context(pieces()), f"{name}.csv")
