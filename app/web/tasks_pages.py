"""Pages of the server's tasks: what was started, how far it is, what came of it."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.roles import Role
from app.domain.scope import EVERYWHERE
from app.domain.tasks import ENDED
from app.models import Task
from app.web.access import Audience, access, caller
from app.web.database import reading, transaction
from app.web.paging import fetch
from app.web.tasks_showing import show, title
from app.work import cancel_server_task, may_repeat, queries, repeat_server_task

bp = Blueprint("tasks", __name__, url_prefix="/tasks")

# They see what others started in their regions; only an administrator ends it.
OVERSEERS: Final = (Role.ADMIN, Role.AUDITOR, Role.REGULATOR)


@bp.get("")
@access(Audience.SIGNED_IN)
def index() -> ResponseReturnValue:
    """List the tasks one started, or all one oversees; the newest first."""
    oversees = bool(caller().scope(*OVERSEERS))
    shows_all = oversees and request.args.get("of") == "all"
    found = (
        queries.tasks(caller().id, caller().scope(*OVERSEERS))
        if shows_all
        else queries.own_tasks(caller().id)
    )
    with reading() as session:
        page = fetch(session, found, [Task.id], request.args.get("after"), newest_first=True)
        rows = [(task, title(task)) for task in page.items]
        return render_template(
            "tasks/tasks.html", rows=rows, page=page, shows_all=shows_all, oversees=oversees
        )


@bp.get("/<uid:uid>")
@access(Audience.SIGNED_IN)
def show_task(uid: str) -> ResponseReturnValue:
    """Show one task; the page asks again each second until it has ended."""
    return _page(uid, "tasks/task.html")


@bp.get("/<uid:uid>/progress")
@access(Audience.SIGNED_IN)
def progress(uid: str) -> ResponseReturnValue:
    """Return the moving part of the task's page."""
    return _page(uid, "tasks/progress.html")


@bp.post("/<uid:uid>/cancel")
@access(Audience.SIGNED_IN)
def cancel(uid: str) -> ResponseReturnValue:
    """Call a task off that one started, or that lies where one administers."""
    with transaction() as session:
        cancel_server_task(session, find_to_cancel(session, uid), at=utcnow())
    return redirect(url_for(".show_task", uid=uid), 303)


@bp.post("/<uid:uid>/again")
@access(Audience.SIGNED_IN)
def again(uid: str) -> ResponseReturnValue:
    """Ask once more for what failed, where one may call it off."""
    with transaction() as session:
        failed = find_to_cancel(session, uid)
        following = repeat_server_task(session, failed, by=caller().uid, at=utcnow())
        where = url_for(".show_task", uid=following.uid)
    return redirect(where, 303)


def find(session: Session, uid: str) -> Task:
    """Return the task ``uid`` that the caller sees."""
    return queries.task(session, caller().id, caller().scope(*OVERSEERS), uid)


def find_to_cancel(session: Session, uid: str) -> Task:
    """Return the task ``uid`` that the caller may call off."""
    return queries.task(session, caller().id, caller().scope(Role.ADMIN), uid)


def _page(uid: str, template: str) -> str:
    at = utcnow()
    with reading() as session:
        found = find(session, uid)
        owns = found.created_by_id == caller().id
        rules = Role.ADMIN in caller().roles_at(found.path)
        asked = found.state in ENDED or found.cancel_asked_at is not None
        return render_template(
            template,
            task=found,
            shown=show(found, at, with_subjects=caller().scope(*OVERSEERS).holds(EVERYWHERE)),
            may_cancel=found.may_cancel and (owns or rules) and not asked,
            may_repeat=may_repeat(found) and (owns or rules),
        )
