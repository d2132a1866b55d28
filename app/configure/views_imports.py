"""Imports: a list is sent, its columns named, its rows looked at, written, perhaps undone."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.configure import grounds, queries, work
from app.configure.importing import columns
from app.configure.importing import session as importing
from app.db.scope import within
from app.db.session import utcnow
from app.domain.cells import MENDED
from app.domain.importing import NOTED, ImportState, LineKind
from app.domain.procurement import Funding
from app.domain.roles import Role
from app.domain.tasks import ENDED
from app.models import ImportLine, ImportSession
from app.web import tables_in as table
from app.web.access import access, caller, require_role
from app.web.database import installation, reading, transaction
from app.web.paging import fetch
from app.web.tables_in import ListUnreadableError
from app.web.tasks_showing import show
from app.web.uploads import UploadMissingError, UploadTooLargeError, read_limited
from app.web.words import importing as words
from app.web.words.say import say

bp = Blueprint("imports", __name__, url_prefix="/configure/imports", template_folder="templates")

INVALID: Final = 422
LARGEST: Final = 16 * 1024 * 1024
PER_PAGE: Final = 50
MOVING: Final = frozenset({ImportState.READING, ImportState.APPLYING, ImportState.UNDOING})
RELOAD: Final = "HX-Refresh"


@bp.get("")
@access(Role.MANAGER)
def index() -> ResponseReturnValue:
    """List the imports of the caller's regions, and take a new list."""
    return _index()


@bp.post("")
@access(Role.MANAGER)
def send() -> ResponseReturnValue:
    """Take a list in and have it looked through; nothing is written to the register."""
    path = request.form.get("path", "")
    errors: dict[str, Any] = {}
    sent = _sent(errors)
    if path not in dict(_places()):
        errors["path"] = words.CHOOSE_PLACE
    if errors or sent is None:
        return _index(errors, path), INVALID
    require_role(path, Role.MANAGER)
    filename, data, given = sent
    digest, at = installation().blobs.put(data), utcnow()
    with transaction() as session:
        found = importing.begin(
            session,
            path=path,
            filename=filename,
            sha256=digest,
            heads=columns.guess(given),
            by=caller().uid,
            at=at,
            enqueue=work.enqueue(work.READ, caller().uid, at),
        )
        target = url_for(".show_import", uid=found.uid)
    return redirect(target, 303)


@bp.get("/<uid:uid>")
@access(Role.MANAGER)
def show_import(uid: str) -> ResponseReturnValue:
    """Show an import: how far it is, its columns, its rows with their problems."""
    with reading() as session:
        return render_template("configure/import.html", **_shown(session, _find(session, uid)))


@bp.get("/<uid:uid>/progress")
@access(Role.MANAGER)
def progress(uid: str) -> ResponseReturnValue:
    """Return the moving part; the page is asked for anew when the work has ended."""
    with reading() as session:
        found = _find(session, uid)
        page = Response(render_template("configure/import_moving.html", **_moving(found)))
    if not _is_moving(found):
        page.headers[RELOAD] = "true"
    return page


@bp.post("/<uid:uid>/columns")
@access(Role.MANAGER)
def name_columns(uid: str) -> ResponseReturnValue:
    """Take what each column is, and look through the list again."""
    with transaction() as session:
        found, at = _find(session, uid), utcnow()
        given = _table(found)
        fields = {
            int(name.removeprefix("column-")): field
            for name, field in request.form.items()
            if name.startswith("column-") and name.removeprefix("column-").isdecimal()
        }
        importing.map_columns(
            session,
            found,
            columns.chosen(given, found.head_row, fields),
            gap=grounds.of_list(request.form, at),
            by=caller().uid,
            at=at,
            enqueue=work.enqueue(work.READ, caller().uid, at),
        )
    return redirect(url_for(".show_import", uid=uid), 303)


@bp.post("/<uid:uid>/apply")
@access(Role.MANAGER)
def apply(uid: str) -> ResponseReturnValue:
    """Write what was looked at into the register."""
    return _start(uid, ImportState.APPLYING)


@bp.post("/<uid:uid>/undo")
@access(Role.MANAGER)
def undo(uid: str) -> ResponseReturnValue:
    """Take the whole batch back."""
    return _start(uid, ImportState.UNDOING)


def _sent(errors: dict[str, Any]) -> tuple[str, bytes, table.Table] | None:
    """Return name, bytes and cells of the list that came, or note why there is none."""
    file = request.files.get("list")
    if file is None:
        errors["list"] = words.UNREADABLE["empty"]
        return None
    try:
        data = read_limited(file.stream, LARGEST)
        return file.filename or "", data, table.read(data)
    except ListUnreadableError as error:
        errors["list"] = words.UNREADABLE[error.why]
    except UploadTooLargeError:
        errors["list"] = words.UNREADABLE["too_large"]
    except UploadMissingError:
        errors["list"] = words.UNREADABLE["empty"]
    return None


def _start(uid: str, state: ImportState) -> ResponseReturnValue:
    with transaction() as session:
        at = utcnow()
        importing.start(
            session,
            _find(session, uid),
            state,
            by=caller().uid,
            at=at,
            enqueue=work.enqueue(work.KIND[state], caller().uid, at),
        )
    return redirect(url_for(".show_import", uid=uid), 303)


def _index(errors: dict[str, Any] | None = None, path: str = "") -> str:
    places = _places()
    with reading() as session:
        page = fetch(
            session, _imports(), [ImportSession.id], request.args.get("after"), newest_first=True
        )
        return render_template(
            "configure/imports.html",
            page=page,
            places=places,
            path=path or (places[0][0] if len(places) == 1 else ""),
            errors=errors or {},
            states=words.STATE,
        )


def _places() -> list[tuple[str, str]]:
    """Return the regions and places of which the caller may send a list."""
    scope = caller().scope(Role.MANAGER)
    with reading() as session:
        regions = [(one.path, one.name) for one in queries.regions(session, scope)]
        places = session.scalars(queries.places(scope)).all()
        return sorted([*regions, *((one.path, one.name) for one in places)])


def _imports() -> Select[ImportSession]:
    scope = caller().scope(Role.MANAGER)
    return (
        select(ImportSession)
        .where(within(ImportSession.path, scope))
        .options(joinedload(ImportSession.created_by), joinedload(ImportSession.task))
    )


def _find(session: Session, uid: str) -> ImportSession:
    return session.scalars(_imports().where(ImportSession.uid == uid)).one()


def _table(imported: ImportSession) -> table.Table:
    data = installation().blobs.get(imported.sha256)
    if data is None:
        raise work.ListGoneError("the file of this import is gone")
    return table.read(data)


def _heads(imported: ImportSession) -> tuple[columns.Heads, Sequence[Any]]:
    """Return the columns and the first row below them; without the file, the fields alone."""
    if imported.forgotten_at is None:
        given = _table(imported)
        heads = importing.heads_of(imported, given)
        return heads, given.rows[min(heads.row + 1, len(given.rows) - 1)]
    fields = {int(column): name for column, name in imported.fields.items()}
    width = max(fields, default=-1) + 1
    names = tuple(str(words.FIELD[fields[at]]) if at in fields else "" for at in range(width))
    return columns.Heads(imported.head_row, names, fields), ()


def _is_moving(imported: ImportSession) -> bool:
    busy = imported.task is not None and imported.task.state not in ENDED
    return imported.state in MOVING and busy


def _moving(imported: ImportSession) -> dict[str, Any]:
    return {
        "imported": imported,
        "is_moving": _is_moving(imported),
        "shown": show(imported.task, utcnow(), with_subjects=False) if imported.task else None,
    }


def _shown(session: Session, imported: ImportSession) -> dict[str, Any]:
    heads, example = _heads(imported)
    numbers = importing.counts(session, imported)
    kind = request.args.get("kind", "")
    wanted = select(ImportLine).where(ImportLine.session_id == imported.id)
    if kind in set(LineKind):
        wanted = wanted.where(ImportLine.kind == LineKind(kind))
    return {
        **_moving(imported),
        "heads": heads,
        "example": example,
        "fields": words.FIELD,
        "grounds": grounds.words()["grounds"],
        "kinds": words.KIND,
        "kind": kind if kind in set(LineKind) else "",
        "counts": numbers,
        "outcomes": importing.outcomes(session, imported),
        "page": fetch(session, wanted, [ImportLine.number], request.args.get("after"), PER_PAGE),
        "mended": [code.value for code in (*MENDED, *NOTED)],
        "problem_words": words.PROBLEM,
        "fundings": {one.value: say(one) for one in Funding},
        "outcome_words": words.OUTCOME,
        "states": words.STATE,
        "may_apply": importing.may_start(imported, ImportState.APPLYING),
        "may_undo": importing.may_start(imported, ImportState.UNDOING),
    }
