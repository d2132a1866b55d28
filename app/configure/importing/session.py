"""An import from the file to its end: begun, looked at, applied, undone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.configure.importing import applying, check, columns, difference, gaps, taking_back
from app.configure.importing.columns import Heads
from app.configure.importing.difference import Line
from app.db.ids import new_uid
from app.domain.calendar import add_months, local_date
from app.domain.errors import DomainError
from app.domain.gaps import Gap, Ground
from app.domain.importing import ImportState, LineKind, LineOutcome
from app.domain.tasks import ENDED
from app.ledger.door import act
from app.models import ImportLine, ImportSession, Person, Task
from app.web.tables_in import Table

CHUNK: Final = 100  # rows of one transaction: others write between two of them
WRITTEN_AT_ONCE: Final = 1000
MEANT: Final = (LineKind.NEW, LineKind.CHANGED)
Tell = Callable[[int], None]
# Queues the task that goes on with the import, inside the act that asks for it.
Enqueue = Callable[[Session, ImportSession], Task]


class ImportStateError(DomainError):
    """The import is not at a point where this can be done."""

    code = "import_state"


class ColumnsAbsentError(DomainError):
    """No column holds a field that every scale needs."""

    code = "columns_absent"

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(f"no column holds: {', '.join(fields)}")
        self.fields = tuple(fields)


def begin(  # noqa: PLR0913 - a row of its own, each part named
    session: Session,
    *,
    path: str,
    filename: str,
    sha256: str,
    heads: Heads,
    by: str,
    at: datetime,
    enqueue: Enqueue | None = None,
) -> ImportSession:
    """Put an import on record; the file lies among the blobs already."""
    imported = ImportSession(
        uid=new_uid(),
        path=path,
        filename=filename[:200],
        sha256=sha256,
        head_row=heads.row,
        fields=_kept(heads),
        ground=Ground.OLD_TYPE,
        ground_until=add_months(local_date(at), gaps.MONTHS),
        created_at=at,
        created_by_id=session.scalar(select(Person.id).where(Person.uid == by)),
    )
    with act(session, imported, "import_begun", by=by, at=at):
        session.add(imported)
        _hand_on(session, imported, enqueue)
    return imported


def _hand_on(session: Session, imported: ImportSession, enqueue: Enqueue | None) -> None:
    if enqueue is not None:
        session.flush()
        imported.task_id = enqueue(session, imported).id


def map_columns(  # noqa: PLR0913 - as `begin`
    session: Session,
    imported: ImportSession,
    heads: Heads,
    *,
    gap: Gap,
    by: str,
    at: datetime,
    enqueue: Enqueue | None = None,
) -> None:
    """Say which column is which field; the rows have to be looked at again."""
    _expect(imported, ImportState.READING, ImportState.READY)
    if imported.forgotten_at is not None:
        raise ImportStateError("the import is forgotten")
    with act(session, imported, "import_mapped", by=by, at=at):
        imported.head_row = heads.row
        imported.fields = _kept(heads)
        imported.ground, imported.ground_until = gap.ground, gap.until
        imported.state = ImportState.READING
        _hand_on(session, imported, enqueue)


def heads_of(imported: ImportSession, given: Table) -> Heads:
    """Return the columns as they were chosen."""
    fields = {int(column): name for column, name in imported.fields.items()}
    return columns.chosen(given, imported.head_row, fields)


def look(
    session: Session,
    given: Table,
    heads: Heads,
    path: str,
    at: datetime,
    tell: Tell = lambda _done: None,
) -> list[Line]:
    """Return what each row would mean for the register below ``path``; nothing is written.

    Raises:
        ColumnsAbsentError: A field that every scale needs has no column.
    """
    if heads.absent:
        raise ColumnsAbsentError(heads.absent)
    rows = check.rows(given, heads, local_date(at), tell)
    register = difference.read(session, rows, path)
    return difference.compare(rows, register, check.heads_by_field(heads))


def stage(
    session: Session, imported: ImportSession, lines: Sequence[Line], *, by: str, at: datetime
) -> None:
    """Keep what the rows mean, for a person to look at; what was kept before goes."""
    _expect(imported, ImportState.READING, ImportState.READY)
    session.execute(delete(ImportLine).where(ImportLine.session_id == imported.id))
    for start in range(0, len(lines), WRITTEN_AT_ONCE):
        part = lines[start : start + WRITTEN_AT_ONCE]
        session.execute(insert(ImportLine), [_line(imported, line) for line in part])
    with act(session, imported, "import_read", by=by, at=at):
        imported.state = ImportState.READY


def start(
    session: Session,
    imported: ImportSession,
    state: ImportState,
    *,
    by: str,
    at: datetime,
    enqueue: Enqueue | None = None,
) -> None:
    """Begin to apply or to undo, or go on with what was cut short; nobody else can meanwhile."""
    session.refresh(imported, with_for_update={"of": ImportSession})
    if not may_start(imported, state):
        raise ImportStateError(f"the import is {imported.state.value}")
    with act(session, imported, f"import_{state.value}", by=by, at=at):
        imported.state = state
        _hand_on(session, imported, enqueue)


def may_start(imported: ImportSession, state: ImportState) -> bool:
    """Return whether applying or undoing can begin now."""
    if imported.forgotten_at is not None:
        return False
    idle = imported.task is None or imported.task.state in ENDED
    halves = {ImportState.APPLYING, ImportState.UNDOING}
    if imported.state in halves and not idle:
        return False
    if state is ImportState.APPLYING:
        return imported.state in {ImportState.READY, ImportState.APPLYING}
    return imported.state in {ImportState.APPLIED, *halves}


def chunk(session: Session, imported: ImportSession, *, by: str, at: datetime) -> int:
    """Apply or undo the next rows; return how many there were, 0 at the end.

    An undo goes from the last row to the first: what came in first leaves last.
    """
    undoing = imported.state is ImportState.UNDOING
    wanted = LineOutcome.APPLIED if undoing else LineOutcome.WAITING
    number = ImportLine.number.desc() if undoing else ImportLine.number
    lines = session.scalars(
        select(ImportLine)
        .where(
            ImportLine.session_id == imported.id,
            ImportLine.outcome == wanted,
            ImportLine.kind.in_(MEANT),
        )
        .order_by(number)
        .limit(CHUNK)
    ).all()
    if not lines:
        _finish(session, imported, by, at)
    elif undoing:
        taking_back.undo(session, imported, lines, by, at)
    else:
        applying.apply(session, imported, lines, by, at)
    return len(lines)


def _finish(session: Session, imported: ImportSession, by: str, at: datetime) -> None:
    undoing = imported.state is ImportState.UNDOING
    done = ImportState.UNDONE if undoing else ImportState.APPLIED
    with act(session, imported, f"import_{done.value}", by=by, at=at):
        imported.state = done
        if undoing:
            imported.undone_at = at
        else:
            imported.applied_at = at


def counts(session: Session, imported: ImportSession) -> Mapping[LineKind, int]:
    """Return how many rows there are of each kind."""
    rows = session.execute(
        select(ImportLine.kind, func.count())
        .where(ImportLine.session_id == imported.id)
        .group_by(ImportLine.kind)
    )
    return dict.fromkeys(LineKind, 0) | {kind: number for kind, number in rows}  # noqa: C416


def outcomes(session: Session, imported: ImportSession) -> Mapping[LineOutcome, int]:
    """Return what became of the rows that meant something."""
    rows = session.execute(
        select(ImportLine.outcome, func.count())
        .where(ImportLine.session_id == imported.id, ImportLine.kind.in_(MEANT))
        .group_by(ImportLine.outcome)
    )
    return dict.fromkeys(LineOutcome, 0) | {kind: number for kind, number in rows}  # noqa: C416


def problems(lines: Sequence[Line]) -> Iterator[tuple[int, check.Problem]]:
    """Yield what is wrong, with the row's number."""
    for line in lines:
        for problem in line.row.problems:
            yield line.row.number, problem


def _expect(imported: ImportSession, *states: ImportState) -> None:
    if imported.state not in states:
        raise ImportStateError(f"the import is {imported.state.value}")


def _kept(heads: Heads) -> dict[str, Any]:
    return {str(column): name for column, name in heads.fields.items()}


def _line(imported: ImportSession, line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "session_id": imported.id,
        "number": row.number,
        "kind": line.kind,
        "outcome": LineOutcome.WAITING,
        "place_id": line.place_id,
        "model_id": line.model_id,
        "scale_id": line.scale_id,
        "said": {name: difference.text(value) for name, value in row.values.items()},
        "changes": {
            name: [_plain(before), _plain(after)] for name, (before, after) in line.changes.items()
        },
        "problems": [
            {
                "code": problem.code.value,
                "field": problem.field,
                "column": problem.column,
                "cell": problem.cell,
                "more": problem.more,
            }
            for problem in row.problems
        ],
    }


def _plain(value: Any) -> str | None:  # noqa: ANN401 - a date, a text or nothing
    return None if value is None else difference.text(value)
