"""The auditor's pages: entries of the ledger in sentences, as a table to take away; sign-ins."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.db.session import utcnow
from app.domain.permissions import LEDGER_READERS
from app.ledger.door import SYSTEM
from app.models import LedgerEntry
from app.oversee import audit
from app.oversee.audit import Asked, Told
from app.web import formats
from app.web.access import access, caller
from app.web.database import reading
from app.web.paging import fetch
from app.web.tables_out import Cell, csv_bytes, file_answer
from app.web.words import ledger as words

bp = Blueprint("audit", __name__, url_prefix="/oversee", template_folder="templates")

LONGEST: Final = 60
FIELDS: Final = ("who", "what", "action", "since", "until")
ROWS: Final = 200  # of one answer of the table; it says where to go on
BATCHES: Final = 25


@bp.get("/audit")
@access(*LEDGER_READERS)
def index() -> ResponseReturnValue:
    """Look for entries by person, thing, deed and days; newest first."""
    given, scope = _given(), caller().scope(*LEDGER_READERS)
    with reading() as session:
        page = fetch(
            session,
            audit.entries(session, scope, asked(given)),
            [LedgerEntry.seq],
            request.args.get("after"),
            newest_first=True,
        )
        return render_template(
            "oversee/audit.html",
            rows=[(one, sentence(one)) for one in audit.tell(session, scope, page.items)],
            page=page,
            given=given,
            deeds=_deeds(),
            link=_link,
        )


@bp.get("/audit.csv")
@access(*LEDGER_READERS)
def export() -> ResponseReturnValue:
    """Give what is shown as a table, the newest five thousand entries of it."""
    given, scope = _given(), caller().scope(*LEDGER_READERS)
    header = [_("No."), _("When"), _("By"), _("Act"), _("Subject"), "id", _("Leaf")]
    rows: list[Sequence[Cell]] = []
    with reading() as session:
        statement = audit.entries(session, scope, asked(given))
        after: str | None = None
        for _batch in range(BATCHES):
            page = fetch(session, statement, [LedgerEntry.seq], after, ROWS, newest_first=True)
            rows += [_row(one) for one in audit.tell(session, scope, page.items)]
            after = page.next
            if after is None:
                break
    return file_answer(csv_bytes(header, rows), "ledger.csv")


@bp.get("/sign-ins")
@access(*LEDGER_READERS)
def sign_ins() -> ResponseReturnValue:
    """Count right and wrong passwords, codes and secrets by day: numbers, nobody's name."""
    with reading() as session:
        return render_template("oversee/sign_ins.html", days=audit.sign_ins(session, utcnow()))


def asked(given: Mapping[str, str]) -> Asked:
    """Return what an address asks; a day that is none asks nothing."""
    return Asked(
        given["who"], given["what"], given["action"], _day(given["since"]), _day(given["until"])
    )


def sentence(one: Told) -> str:
    """Return an entry in plain words: who did what, to what."""
    said: str = _(
        "%(who)s %(deed)s: %(kind)s %(subject)s",
        who=_actor(one),
        deed=words.deed(one.kind, one.action),
        kind=words.kind_of(one.kind),
        subject=one.subject or one.uid[-6:],
    )
    return said


def _row(one: Told) -> tuple[Cell, ...]:
    return (
        one.seq,
        formats.machine(one.at),
        _actor(one),
        words.deed(one.kind, one.action),
        f"{words.kind_of(one.kind)} {one.subject}".strip(),
        f"{one.kind}:{one.uid}",
        one.leaf,
    )


def _actor(one: Told) -> str:
    return _("The system") if one.actor == SYSTEM else one.actor


def _given() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:LONGEST] for name in FIELDS}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _deeds() -> list[tuple[str, str]]:
    """Return every deed that can be asked for, by its words."""
    found = {key.rpartition(" ")[2]: str(said) for key, said in words.DEED.items()}
    return sorted(found.items(), key=lambda item: item[1])


def _link(after: str | None, given: Mapping[str, str]) -> str | None:
    asked_for: dict[str, Any] = {name: text for name, text in given.items() if text}
    return url_for(".index", after=after, **asked_for) if after else None
