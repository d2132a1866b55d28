"""What goes out of a campaign and comes back: notices, the sheet for e-CQS, results from it."""

import re
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain import results_sheet
from app.domain.calendar import local_date
from app.domain.campaigns import CampaignOutcome
from app.domain.cells import Flaw
from app.domain.permissions import CAMPAIGN_READERS, LegalAct
from app.domain.results_sheet import Heads, Row
from app.domain.roles import Role
from app.models import Campaign
from app.standing import ecqs
from app.verify import campaign_notices, fieldwork, staff
from app.verify import queries_campaigns as queries
from app.verify.service import campaigns_results as service
from app.verify.service.campaigns_results import Back, BackKind
from app.web import step_up, tables_in
from app.web.access import access, caller
from app.web.database import installation, reading, transaction
from app.web.tables_in import ListUnreadableError, Table
from app.web.tables_out import Sheet, file_answer, xlsx_bytes
from app.web.uploads import UploadMissingError, UploadTooLargeError, read_limited
from app.web.words import importing as words
from app.web.words.results import BLOT

bp = Blueprint(
    "campaign_papers", __name__, url_prefix="/verify/campaigns", template_folder="templates"
)
INVALID: Final = 422
LARGEST: Final = 8 * 1024 * 1024
RECORDER: Final = Role.VERIFIER
DIGEST: Final = re.compile("[0-9a-f]{64}")


@bp.get("/<uid:uid>/days/<uid:day>/notices.pdf")
@access(*CAMPAIGN_READERS)
def notices(uid: str, day: str) -> ResponseReturnValue:
    """Return the notices for the stalls whose scales are still to come."""
    with reading() as session:
        found = fieldwork.day(session, uid, day)
        lines = [
            line
            for line, outcome in queries.with_outcomes(session, found)
            if outcome is CampaignOutcome.LISTED
        ]
        if not lines:
            flash(_("No scale of this day is still to come: there is no notice to print."))
            return redirect(url_for("campaign_days.show", uid=uid, day=day))
        data = campaign_notices.notices(found, lines, local_date(utcnow()))
    disposition = f'inline; filename="notices-{found.held_on}.pdf"'
    return Response(
        data, content_type="application/pdf", headers={"Content-Disposition": disposition}
    )


@bp.get("/<uid:uid>/days/<uid:day>/e-cqs.xlsx")
@access(*CAMPAIGN_READERS)
def sheet(uid: str, day: str) -> ResponseReturnValue:
    """Return the appointment sheet of a day, with the columns that come back filled in."""
    with reading() as session:
        found = fieldwork.day(session, uid, day)
        beside = ecqs.around(session, ecqs.listed(request.args))
        rows = [
            [*ecqs.row(line.scale, beside), line.scale.market_no, line.appointment_no]
            for line, _outcome in queries.with_outcomes(session, found)
        ]
        heads = [*ecqs.FIELDS, *results_sheet.BACK]
        data = xlsx_bytes([Sheet(str(found.held_on), heads, rows)])
    return file_answer(data, f"e-cqs-{found.held_on}.xlsx")


@bp.get("/<uid:uid>/results")
@access(RECORDER)
def results(uid: str) -> ResponseReturnValue:
    """Ask for the sheet that came back."""
    with reading() as session:
        return _page(session, _own(session, uid))


@bp.post("/<uid:uid>/results")
@access(RECORDER)
def look(uid: str) -> ResponseReturnValue:
    """Show what the sheet would write; nothing is written."""
    errors: dict[str, Any] = {}
    data = _sent(errors)
    with reading() as session:
        campaign = _own(session, uid)
        if data is None:
            return _page(session, campaign, errors=errors), INVALID
        found = _read(data, errors)
        if found is None:
            return _page(session, campaign, errors=errors), INVALID
        digest = installation().blobs.put(data)
        backs = service.compare(session, campaign, found, by=caller().uid, at=utcnow())
        return _page(session, campaign, backs, digest)


@bp.post("/<uid:uid>/results/save")
@access(RECORDER)
def save(uid: str) -> ResponseReturnValue:
    """Write what was shown; one proof for the results of the sheet."""
    at, errors = utcnow(), dict[str, Any]()
    digest = request.form.get("sheet", "")
    with reading() as session:
        campaign = _own(session, uid)
        found = _kept(digest, errors)
        if found is None:
            return _page(session, campaign, errors=errors), INVALID
        backs = service.compare(session, campaign, found, by=caller().uid, at=at)
    legal = [one.line.scale.uid for one in backs if one.kind is BackKind.RESULT and one.line]
    if legal:
        try:
            step_up.confirm(LegalAct.IMPORT_RESULTS, legal, request.form.get("code", ""), at)
        except step_up.ERRORS as error:
            with reading() as session:
                campaign = _own(session, uid)
                errors["code"] = step_up.said(error)
                return _page(session, campaign, backs, digest, errors), INVALID
    with transaction() as session:
        campaign = _own(session, uid)
        again = _kept(digest, errors) or found
        backs = service.compare(session, campaign, again, by=caller().uid, at=at)
        now = [one.line.scale.uid for one in backs if one.kind is BackKind.RESULT and one.line]
        if now:
            # Another set of results than was proven finds no proof here.
            step_up.spend(session, LegalAct.IMPORT_RESULTS, now, at)
        done = service.apply(session, backs, by=caller().uid, at=at)
    flash(ngettext("%(num)s result is on record.", "%(num)s results are on record.", done[1]))
    return redirect(url_for("campaigns.show", uid=uid), 303)


def _own(session: Session, uid: str) -> Campaign:
    campaign = fieldwork.campaign(session, uid)
    staff.require(session, campaign.body, RECORDER)
    return campaign


def _sent(errors: dict[str, Any]) -> bytes | None:
    file = request.files.get("list")
    try:
        if file is None or not file.filename:
            raise UploadMissingError("no file came")  # noqa: TRY301 - one place for the words
        return read_limited(file.stream, LARGEST)
    except UploadMissingError:
        errors["list"] = _("Choose a file.")
    except UploadTooLargeError:
        errors["list"] = _("The file is larger than 8 MB.")
    return None


def _kept(digest: str, errors: dict[str, Any]) -> tuple[list[Row], Heads] | None:
    data = installation().blobs.get(digest) if DIGEST.fullmatch(digest) else None
    if data is None:
        errors["list"] = _("Choose a file.")
        return None
    return _read(data, errors)


def _read(data: bytes, errors: dict[str, Any]) -> tuple[list[Row], Heads] | None:
    try:
        table = tables_in.read(data)
    except ListUnreadableError as error:
        errors["list"] = words.UNREADABLE[error.why]
        return None
    heads = results_sheet.heads_of(table.rows)
    if not heads.usable:
        errors["list"] = _(
            "No columns of ours: a serial or market number, and an appointment number or a result."
        )
        return None
    rows = results_sheet.read_rows(
        table.numbered(heads.row + 1), heads, local_date(utcnow()), _refused(table)
    )
    return rows, heads


def _refused(table: Table) -> dict[tuple[int, int], Flaw]:
    return dict.fromkeys(table.merged, Flaw.MERGED) | dict.fromkeys(table.formulas, Flaw.FORMULA)


def _page(
    session: Session,
    campaign: Campaign,
    backs: list[Back] | None = None,
    digest: str = "",
    errors: dict[str, Any] | None = None,
) -> str:
    del session
    kinds = [one.kind for one in backs or ()]
    return render_template(
        "verify/campaign_results.html",
        campaign=campaign,
        backs=backs,
        digest=digest,
        counts={kind: kinds.count(kind) for kind in BackKind},
        kinds=BackKind,
        blots=BLOT,
        errors=errors or {},
    )
