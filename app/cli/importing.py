"""`wutong import`: a county's list into the register, and out of it again."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import select

from app.cli.context import fail, open_installation
from app.configure.importing import columns
from app.configure.importing import session as importing
from app.configure.importing.columns import Heads
from app.configure.importing.difference import Line, counts
from app.configure.importing.session import ColumnsAbsentError
from app.db.session import utcnow
from app.domain.importing import ImportState, LineKind, LineOutcome
from app.ledger.door import SYSTEM
from app.models import ImportSession
from app.web import tables_in as table
from app.web.database import Installation
from app.web.tables_in import ListUnreadableError, Table
from app.web.words import importing as words


@click.command("import")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--region", help="path of the region or place that the list is of")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='file with JSON: {"name of a column": "field", …}; the fields are '
    + " ".join(columns.BY_NAME),
)
@click.option("--apply", "write", is_flag=True, help="write it; without, nothing is written")
@click.option("--undo", metavar="SESSION", help="take an import back")
@click.option("--json", "as_json", is_flag=True, help="answer in JSON")
def import_list(
    file: Path | None,
    region: str | None,
    mapping: Path | None,
    undo: str | None,
    *,
    write: bool,
    as_json: bool,
) -> None:
    """Take the list FILE (XLSX or CSV) of the scales in REGION into the register."""
    if undo is not None:
        _undo(open_installation(), undo, as_json=as_json)
        return
    if file is None or region is None:
        raise click.UsageError("FILE and --region are needed, or --undo SESSION")
    given, heads = _read(file, mapping)
    work = open_installation()
    with work.database.reading() as session:
        try:
            lines = importing.look(session, given, heads, region, utcnow())
        except ColumnsAbsentError as error:
            fail(
                f"no column of the list holds: {', '.join(error.fields)}; name them by"
                f' --mapping FILE, a file with {{"name of a column": "{error.fields[0]}", …}}'
            )
    identity = _apply(work, file, region, heads, lines) if write else None
    _answer(identity, lines, as_json=as_json)
    if any(line.kind is LineKind.REFUSED for line in lines):
        click.get_current_context().exit(1)


def _read(file: Path, mapping: Path | None) -> tuple[Table, Heads]:
    try:
        given = table.read(file.read_bytes())
    except ListUnreadableError as error:
        fail(str(words.UNREADABLE[error.why]))
    heads = columns.guess(given)
    if mapping is None:
        return given, heads
    try:
        named = json.loads(mapping.read_text("utf-8"))
        fields = columns.by_head(heads, {str(head): str(name) for head, name in named.items()})
    except (ValueError, AttributeError):
        raise click.BadParameter("a JSON object is needed", param_hint="--mapping") from None
    if unknown := set(named.values()) - set(columns.BY_NAME):
        raise click.BadParameter(
            f"there is no field {min(unknown)!r}; there are {', '.join(columns.BY_NAME)}",
            param_hint="--mapping",
        )
    if unseen := set(named) - set(heads.names):
        raise click.BadParameter(
            f"there is no column {min(unseen)!r}; there are {', '.join(filter(None, heads.names))}",
            param_hint="--mapping",
        )
    return given, columns.chosen(given, heads.row, fields)


def _apply(work: Installation, file: Path, region: str, heads: Heads, lines: Sequence[Line]) -> str:
    digest = work.blobs.put(file.read_bytes())
    with work.database.transaction() as session:
        at = utcnow()
        found = importing.begin(
            session,
            path=region,
            filename=file.name,
            sha256=digest,
            heads=heads,
            by=SYSTEM,
            at=at,
        )
        importing.stage(session, found, lines, by=SYSTEM, at=at)
        importing.start(session, found, ImportState.APPLYING, by=SYSTEM, at=at)
        identity = found.uid
    _through(work, identity)
    return identity


def _through(work: Installation, uid: str) -> None:
    """Write chunk after chunk: others get their turn between two of them."""
    while True:
        with work.database.transaction() as session:
            found = session.scalars(select(ImportSession).where(ImportSession.uid == uid)).one()
            if not importing.chunk(session, found, by=SYSTEM, at=utcnow()):
                return


def _undo(work: Installation, uid: str, *, as_json: bool) -> None:
    with work.database.transaction() as session:
        found = session.scalar(select(ImportSession).where(ImportSession.uid == uid))
        if found is None:
            fail(f"there is no import {uid}")
        importing.start(session, found, ImportState.UNDOING, by=SYSTEM, at=utcnow())
    _through(work, uid)
    with work.database.reading() as session:
        found = session.scalars(select(ImportSession).where(ImportSession.uid == uid)).one()
        outcomes = importing.outcomes(session, found)
    undone, kept = outcomes[LineOutcome.UNDONE], outcomes[LineOutcome.KEPT]
    if as_json:
        click.echo(json.dumps({"session": uid, "undone": undone, "kept": kept}))
    else:
        click.echo(f"{undone} rows undone, {kept} kept because they were touched since")
    if kept:
        click.get_current_context().exit(1)


def _answer(identity: str | None, lines: Sequence[Line], *, as_json: bool) -> None:
    found = counts(lines)
    problems = list(_problems(lines))
    if as_json:
        said = {"session": identity, "rows": len(lines)}
        said |= {kind.value: found[kind] for kind in LineKind}
        click.echo(json.dumps({**said, "problems": problems}, ensure_ascii=False))
        return
    click.echo(", ".join(f"{words.KIND[kind]} {found[kind]}" for kind in LineKind))
    for one in problems:
        click.echo(f"row {one['row']}, {one['column']}: {one['message']} [{one['cell']}]")
    click.echo(f"written as {identity}" if identity else "nothing was written; --apply writes it")


def _problems(lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    for number, problem in importing.problems(lines):
        yield {
            "row": number,
            "column": problem.column,
            "code": problem.code.value,
            "message": str(words.PROBLEM[problem.code.value]),
            "cell": problem.cell,
            "more": problem.more,
            "refused": problem.refuses,
        }


COMMANDS: Final = (import_list,)
