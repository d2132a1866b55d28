"""What an import need not keep for ever: names, telephone numbers, and the file they came in.

The rows stay with what they say of scales, and so does what the ledger tells. An import that is
forgotten cannot be undone any more: what it changed in words is not known.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from app.domain.importing import ImportState
from app.domain.tasks import ENDED
from app.ledger.door import SYSTEM, act
from app.models import ImportLine, ImportSession, Task

FORGOTTEN: Final = "import_forgotten"
PERSONAL: Final = frozenset({"trader", "phone"})
AT_ONCE: Final = 1000
MOVING: Final = (ImportState.APPLYING, ImportState.UNDOING)


def due(session: Session, before: datetime) -> list[int]:
    """Return the imports that ended, or were left lying, before ``before``."""
    busy = exists().where(Task.id == ImportSession.task_id, Task.state.not_in(ENDED))
    last = func.coalesce(
        ImportSession.undone_at, ImportSession.applied_at, ImportSession.created_at
    )
    return list(
        session.scalars(
            select(ImportSession.id)
            .where(
                ImportSession.forgotten_at.is_(None),
                ImportSession.state.not_in(MOVING),
                last < before,
                ~busy,
            )
            .order_by(ImportSession.id)
        )
    )


def forget_rows(session: Session, import_id: int, after: int) -> int | None:
    """Blank what is personal in the next rows behind row ``after``; return the last of them."""
    lines = session.scalars(
        select(ImportLine)
        .where(ImportLine.session_id == import_id, ImportLine.id > after)
        .order_by(ImportLine.id)
        .limit(AT_ONCE)
    ).all()
    if not lines:
        return None
    blanked = [
        {"id": line.id, **parts}
        for line in lines
        if (parts := _without_names(line)) != _with_names(line)
    ]
    if blanked:
        session.execute(update(ImportLine), blanked)
    return lines[-1].id


def forget(session: Session, import_id: int, *, at: datetime) -> str | None:
    """Record that an import is forgotten; return the digest of its file if nothing else has it."""
    imported = session.get_one(ImportSession, import_id)
    with act(session, imported, FORGOTTEN, by=SYSTEM, at=at):
        imported.filename = ""
        imported.forgotten_at = at
    needed = exists().where(
        ImportSession.sha256 == imported.sha256, ImportSession.forgotten_at.is_(None)
    )
    return None if session.scalar(select(needed)) else imported.sha256


def _with_names(line: ImportLine) -> dict[str, Any]:
    return {"said": line.said, "changes": line.changes, "problems": line.problems}


def _without_names(line: ImportLine) -> dict[str, Any]:
    return {
        "said": _kept(line.said),
        "changes": _kept(line.changes),
        "problems": [
            {**one, "cell": "", "more": ""} if one["field"] in PERSONAL else one
            for one in line.problems
        ],
    }


def _kept(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in PERSONAL}
