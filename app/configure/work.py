"""Long work of this slice: reading a list, writing it, undoing it, each a task of the server."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure.importing import session as importing
from app.domain.errors import DomainError
from app.domain.importing import ImportState, LineOutcome
from app.models import ImportSession, Task
from app.web import tables_in as table
from app.web.database import Installation
from app.work import Progress, queue_server_task

READ: Final = "import_read"
APPLY: Final = "import_apply"
UNDO: Final = "import_undo"
KIND: Final = {ImportState.APPLYING: APPLY, ImportState.UNDOING: UNDO}


class ListGoneError(DomainError):
    """The file of an import lies no longer among the blobs."""

    code = "list_gone"


def enqueue(kind: str, by: str, at: datetime) -> importing.Enqueue:
    """Return what queues the task ``kind`` for an import."""

    def queue(session: Session, imported: ImportSession) -> Task:
        payload = {"import": imported.uid}
        return queue_server_task(session, kind, payload, path=imported.path, by=by, at=at)

    return queue


def read_list(work: Installation, progress: Progress) -> dict[str, Any]:
    """Look at every row; what they mean is kept in one short transaction at the end."""
    with work.database.reading() as session:
        imported = _import(session, progress)
        digest = imported.sha256
        data = work.blobs.get(digest)
    if data is None:
        raise ListGoneError("the file of this import is gone")
    progress.step(0, None, "reading_file")
    given = table.read(data)
    heads = importing.heads_of(imported, given)
    total = len(given.rows) - heads.row - 1
    with work.database.reading() as session:
        lines = importing.look(
            session,
            given,
            heads,
            imported.path,
            progress.now(),
            lambda done: progress.step(done, total, "checking_list"),
        )
    result = {"rows": len(lines)}
    with progress.applying(result) as session:
        imported = _import(session, progress)
        importing.stage(session, imported, lines, by=progress.by, at=progress.now())
    return result


def write_list(work: Installation, progress: Progress) -> dict[str, Any]:
    """Apply or undo, some rows to a transaction, so that others get their turn between."""
    total, done = None, int(progress.stage.get("done", 0))
    while True:
        with work.database.transaction() as session:
            imported = _import(session, progress)
            if total is None:
                total = sum(importing.outcomes(session, imported).values())
            count = importing.chunk(session, imported, by=progress.by, at=progress.now())
            done += count
            progress.keep(session, {"done": done})
        if not count:
            break
        progress.step(done, total, "writing_list")
    with work.database.reading() as session:
        outcomes = importing.outcomes(session, _import(session, progress))
    return {f"rows_{outcome.value}": outcomes[outcome] for outcome in LineOutcome}


def _import(session: Session, progress: Progress) -> ImportSession:
    uid = progress.payload["import"]
    return session.scalars(select(ImportSession).where(ImportSession.uid == uid)).one()
