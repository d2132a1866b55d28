"""Starting a check of the whole ledger: a task of the server, from the page or by the API."""

from typing import Final

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.permissions import LEDGER_READERS
from app.domain.scope import EVERYWHERE
from app.models import Task
from app.oversee.work import VERIFY
from app.web import api
from app.web.access import access, caller
from app.web.database import transaction
from app.web.tasks_api import TaskOut, task_out
from app.work import queue_server_task
from app.work.queries import unfinished

bp = Blueprint("ledger_check", __name__, url_prefix="/oversee/ledger")
api_bp: Final = Blueprint("ledger_check_api", __name__, url_prefix="/api/v1")


def ask(session: Session) -> Task:
    """Return the caller's check that waits or is being done, or a new one."""
    found = unfinished(session, VERIFY, caller().uid)
    return found or queue_server_task(
        session, VERIFY, {}, path=EVERYWHERE, by=caller().uid, at=utcnow()
    )


@bp.post("/check")
@access(*LEDGER_READERS)
def start() -> ResponseReturnValue:
    """Check the ledger, and go where it can be watched."""
    with transaction() as session:
        target = url_for("tasks.show_task", uid=ask(session).uid)
    return redirect(target, 303)


@api_bp.post("/ledger/checks")
@api.write("Check the ledger", returns={202: TaskOut})
@access(*LEDGER_READERS)
def start_by_api(session: Session) -> api.Answer:
    """Recompute chain, checkpoints and business rows; one that waits already is returned."""
    task = ask(session)
    where = url_for("tasks_api.task", task=task.uid)
    return api.Answer(task_out(task), 202, headers={"Location": where})
