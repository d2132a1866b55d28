"""Pages of readings: asking for one, watching it, and what came of it."""

import json

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.attest import queries, showing, tasks
from app.db.session import utcnow
from app.domain.evidence import Level
from app.domain.permissions import FINDING_READERS
from app.domain.roles import Role
from app.domain.tasks import ENDED
from app.models import Task
from app.web.access import READERS, access, caller
from app.web.database import reading, transaction

bp = Blueprint("attest", __name__, url_prefix="/attest", template_folder="templates")

ASKERS = (Role.MANAGER, Role.INSPECTOR)
WATCHERS = (*ASKERS, Role.REGULATOR, Role.AUDITOR)


@bp.post("/scales/<uid:uid>/reading")
@access(*ASKERS)
def request_reading(uid: str) -> ResponseReturnValue:
    """Ask the scale's station for a reading and go where it can be watched."""
    with transaction() as session:
        scale = queries.scale(session, caller().scope(*ASKERS), uid)
        task = tasks.request_reading(session, scale, by=caller().uid, at=utcnow())
        target = url_for(".task", uid=task.uid)
    return redirect(target, 303)


@bp.get("/tasks/<uid:uid>")
@access(*WATCHERS)
def task(uid: str) -> ResponseReturnValue:
    """Show how far a reading is; the page asks again each second."""
    return _task(uid, "attest/task.html")


@bp.get("/tasks/<uid:uid>/progress")
@access(*WATCHERS)
def progress(uid: str) -> ResponseReturnValue:
    """Return the moving part of the task's page."""
    return _task(uid, "attest/progress.html")


def _task(uid: str, template: str) -> str:
    at = utcnow()
    with reading() as session:
        found = queries.task(session, caller().scope(*WATCHERS), uid)
        named = found.result.get("evidence")
        evidence = queries.evidence_by_uid(session, caller().scope(*WATCHERS), named)
        is_waiting = evidence is not None and evidence.verdict is None
        return render_template(
            template,
            task=found,
            evidence=evidence,
            is_over=found.state in ENDED and not is_waiting,
            is_late=_is_late(found),
            may_cancel=found.state not in ENDED
            and bool(caller().roles_at(found.path) & set(ASKERS)),
            health=showing.health_of(found.station, at) if found.station else None,
        )


def _is_late(task: Task) -> bool:
    """Return whether the time ran out before a station took the task."""
    return task.state not in ENDED and task.expires_at is not None and task.expires_at <= utcnow()


@bp.post("/tasks/<uid:uid>/cancel")
@access(*ASKERS)
def cancel(uid: str) -> ResponseReturnValue:
    """Call a reading off."""
    with transaction() as session:
        found = queries.task(session, caller().scope(*ASKERS), uid)
        tasks.cancel(session, found, at=utcnow())
    return redirect(url_for(".task", uid=uid), 303)


@bp.get("/evidence/<uid:uid>")
@access(*READERS)
def evidence(uid: str) -> ResponseReturnValue:
    """Show one reading: how much it proves, what it says, where it differs."""
    scope = caller().scope(*READERS)
    with reading() as session:
        row = queries.evidence(session, scope, uid)
        return render_template(
            "attest/evidence.html",
            evidence=row,
            scale=row.scale,
            shown=showing.show(row),
            levels=list(Level),
            finding=queries.finding_of(session, row.id) if _reads_findings() else None,
            stands=row.scale.standing_evidence_id == row.id,
        )


def _reads_findings() -> bool:
    return bool(caller().roles & set(FINDING_READERS))


@bp.get("/evidence/<uid:uid>/envelope.json")
@access(*READERS)
def envelope(uid: str) -> ResponseReturnValue:
    """Return the signed report as it was received, with the key it was signed by."""
    with reading() as session:
        row = queries.evidence(session, caller().scope(*READERS), uid)
        document = json.loads(row.envelope)
    name = f'attachment; filename="evidence-{uid}.json"'
    return Response(
        json.dumps(document, ensure_ascii=False, indent=1),
        content_type="application/json",
        headers={"Content-Disposition": name},
    )
