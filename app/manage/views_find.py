"""The page behind the one search box: what was typed leads to a scale, or to all it may mean."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app import search
from app.db.session import utcnow
from app.domain import scanned
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.scanned import ScanKind
from app.domain.scope import Scope
from app.manage import finding, scanning
from app.manage.scanning import Outcome
from app.web.access import READERS, access, caller
from app.web.database import installation, reading

bp = Blueprint("find", __name__, template_folder="templates")

# A scanner that types what it reads may stand in the box as well.
READ_BY_MACHINE: Final = frozenset({ScanKind.TAG, ScanKind.NUMBER, ScanKind.ADDRESS})


@bp.get("/find")
@access(*READERS)
def find() -> ResponseReturnValue:
    """Find anything: the one scale that is meant opens at once, the rest is listed by kind."""
    typed = request.args.get("q", "").strip()
    words = search.clean(typed)
    with reading() as session:
        scope = caller().scope()
        straight = _scanned(session, typed, scope) if words else None
        groups: list[finding.Group] = []
        if words and straight is None:
            straight, groups = finding.groups(session, words, scope, local_date(utcnow()))
        if straight is not None:
            return redirect(url_for("manage.scale", uid=straight))
        return render_template("manage/find.html", q=words, groups=groups, find_url=None)


def _scanned(session: Session, typed: str, scope: Scope) -> str | None:
    """Return the uid of the one scale that a code stands for, or None."""
    work = installation()
    host = work.settings.host
    try:
        read = scanned.read(typed, host)
    except DomainError:
        return None
    if read.kind not in READ_BY_MACHINE:
        return None
    found = scanning.look_up(session, read, scope, work.keys.tag.public_key(), host)
    return found.scales[0].uid if found.outcome is Outcome.SCALE else None
