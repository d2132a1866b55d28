"""Papers of a verification: issued, taken out, replaced, revoked; and the page their code shows."""

from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.permissions import LegalAct
from app.domain.roles import VERIFICATION, Role
from app.domain.worksheets import CertificateKind
from app.models import Person, Verification
from app.standing import standing_of
from app.verify import queries
from app.verify import queries_papers as found
from app.verify.service import papers
from app.verify.views_signing import office
from app.web import step_up
from app.web.access import READERS, Audience, access, caller, require_role
from app.web.database import installation, reading, transaction
from app.web.words.items import ITEMS

bp = Blueprint("papers", __name__, template_folder="templates")

TEAM: Final = tuple(sorted(VERIFICATION))
INVALID: Final = 422
LAST_DIGITS: Final = 4


@bp.get("/verify/verifications/<uid:uid>")
@access(*READERS)
def show(uid: str) -> ResponseReturnValue:
    """Show one verification with the papers that were issued of it."""
    with reading() as session:
        return _page(session, queries.verification_in(session, caller().scope(), uid))


@bp.post("/verify/verifications/<uid:uid>/papers")
@access(*TEAM)
def issue(uid: str) -> ResponseReturnValue:
    """Issue the certificate, or replace the one that stands."""
    with transaction() as session:
        row = queries.verification_in(session, caller().scope(*TEAM), uid)
        worksheet = found.worksheet_of(session, row.id)
        if worksheet is None:
            raise NoResultFound
        require_role(row.path, *TEAM)
        by = session.get_one(Person, caller().id)
        anew = request.form.get("anew") == "1"
        paper = papers.issue(session, worksheet, office(), by=by, at=utcnow(), anew=anew)
        flash(_("%(number)s is issued.", number=paper.number))
    return redirect(url_for(".show", uid=uid), 303)


@bp.post("/verify/papers/<uid:uid>/revoke")
@access(Role.SIGNATORY)
def revoke(uid: str) -> ResponseReturnValue:
    """Take a paper back; whoever scans it is told."""
    act, at = LegalAct.REVOKE_CERTIFICATE, utcnow()
    with reading() as session:
        paper = found.paper_in(session, caller().scope(Role.SIGNATORY), uid)
        row = paper.worksheet.verification
        assert row is not None  # noqa: S101 - papers are of approved worksheets
        back = row.uid
    try:
        step_up.confirm(act, [uid], request.form.get("code", ""), at)
    except step_up.ERRORS as error:
        with reading() as session:
            row = queries.verification_in(session, caller().scope(), back)
            return _page(session, row, {uid: str(step_up.said(error))}), INVALID
    with transaction() as session:
        step_up.spend(session, act, [uid], at)
        paper = found.paper_in(session, caller().scope(Role.SIGNATORY), uid)
        by = session.get_one(Person, caller().id)
        papers.revoke(session, paper, by=by, at=at)
    flash(_("It is revoked."))
    return redirect(url_for(".show", uid=back), 303)


@bp.get("/verify/papers/<uid:uid>/<any(pdf, dcc, record):what>")
@access(*READERS)
def take(uid: str, what: str) -> ResponseReturnValue:
    """Give the paper out: PDF, DCC, or the signed record."""
    with reading() as session:
        paper = found.paper_in(session, caller().scope(), uid)
        return file_of(paper.uid, what, session)


@bp.get("/c/<uid:uid>")
@access(Audience.PUBLIC)
def public(uid: str) -> ResponseReturnValue:
    """Tell whoever holds a paper whether it stands, and what the register says of the scale."""
    with reading() as session:
        paper = found.any_paper(session, uid)
        if paper is None:
            return render_template("verify/paper_public.html", paper=None), 404
        scale = paper.worksheet.scale
        return render_template(
            "verify/paper_public.html",
            paper=paper,
            state=found.state_of(session, paper),
            certificate=paper.kind is CertificateKind.CERTIFICATE,
            last=scale.serial_no[-LAST_DIGITS:],
            model=scale.model.name,
            status=(now := standing_of(session, scale, local_date(utcnow()))).public_status,
            until=now.legal.valid_until if now.legal.is_valid else None,
        )


def file_of(uid: str, what: str, session: Session) -> Response:
    """Return a paper's file as a response; the caller has looked whether it may be seen."""
    paper, blobs = found.any_paper(session, uid), installation().blobs
    assert paper is not None  # noqa: S101 - seen by the caller
    match what:
        case "pdf":
            data, kind, ending = papers.pdf_of(paper, blobs), "application/pdf", "pdf"
        case "dcc":
            data, kind, ending = papers.dcc_of(paper, blobs), "application/xml", "xml"
        case _:
            data, kind, ending = paper.envelope.encode(), "application/json", "json"
    shown = "inline" if what == "pdf" else "attachment"
    name = f'{shown}; filename="{paper.number}.{ending}"'
    return Response(data, content_type=kind, headers={"Content-Disposition": name})


def _page(session: Session, row: Verification, errors: dict[str, str] | None = None) -> str:
    worksheet = found.worksheet_of(session, row.id)
    rows = found.papers_of(session, worksheet) if worksheet else ()
    roles = caller().roles_at(row.path)
    return render_template(
        "verify/papers.html",
        row=row,
        worksheet=worksheet,
        papers=[(one, found.state_of(session, one)) for one in rows],
        stands=any(one.revoked_at is None for one in rows),
        may_issue=worksheet is not None and bool(roles & VERIFICATION),
        may_read_record=bool(roles & {*VERIFICATION, Role.AUDITOR}),
        may_revoke=Role.SIGNATORY in roles,
        items=ITEMS,
        errors=errors or {},
    )
