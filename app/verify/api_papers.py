"""The API of papers: certificates and notices, read, taken out, issued; revoked in person alone."""

from datetime import date, datetime
from typing import Final

from flask import Blueprint
from pydantic import Field
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.papers import PaperState
from app.domain.roles import VERIFICATION, Role
from app.domain.worksheets import CertificateKind
from app.models import Certificate, Person
from app.verify import queries
from app.verify import queries_papers as found
from app.verify.service import papers
from app.verify.service.papers import NotApprovedError, RevokedError
from app.verify.views_papers import file_of
from app.verify.views_signing import office
from app.web import api
from app.web.access import READERS, StepUpError, access, caller, require_role
from app.web.api import Document
from app.web.papers import PaperError

bp = Blueprint("papers_api", __name__, url_prefix="/api/v1")

TEAM: Final = tuple(sorted(VERIFICATION))
PDF: Final = Document("Certificate", media="application/pdf")
XML: Final = Document("DigitalCalibrationCertificate", media="application/xml")
RECORD: Final = Document("VerificationRecord")


class CertificateOut(api.Model):
    """A paper: a certificate, or the notice of a failed verification."""

    id: str
    number: str
    kind: CertificateKind
    state: PaperState
    verification: str | None
    scale: str
    body: str
    issued_on: date
    issued_at: datetime
    revoked_at: datetime | None
    pdf_sha256: str | None
    dcc_sha256: str | None


class CertificateQuery(api.ListQuery):
    """Which papers."""

    kind: CertificateKind | None = None


class IssueIn(api.Body):
    """For which verification."""

    verification: str = Field(max_length=36)
    anew: bool = Field(default=False, description="replace the one that stands")


@bp.get("/certificates")
@api.lists("List certificates and notices", CertificateOut, query=CertificateQuery)
@access(*READERS)
def certificates(session: Session, query: CertificateQuery) -> api.Listed[CertificateOut]:
    """Those of the caller's regions, by place; replaced and revoked ones too."""
    statement = found.papers(caller().scope())
    if query.kind is not None:
        statement = statement.where(Certificate.kind == query.kind)
    return api.listed(
        session,
        query,
        statement,
        (Certificate.path, Certificate.uid),
        lambda row: out(session, row),
    )


@bp.post("/certificates")
@api.write(
    "Issue a certificate",
    body=IssueIn,
    returns={201: CertificateOut},
    problems=(NotApprovedError, PaperError),
)
@access(*TEAM)
def issue(session: Session, body: IssueIn) -> api.Answer:
    """Of an approved verification; the paper that stands is given again unless `anew`."""
    row = queries.verification_in(session, caller().scope(*TEAM), body.verification)
    require_role(row.path, *TEAM)
    worksheet = found.worksheet_of(session, row.id)
    if worksheet is None:
        raise NoResultFound
    by = session.get_one(Person, caller().id)
    paper = papers.issue(session, worksheet, office(), by=by, at=utcnow(), anew=body.anew)
    return api.Answer(out(session, paper))


@bp.get("/certificates/<uid:certificate>")
@api.read("Read a certificate", returns=CertificateOut)
@access(*READERS)
def certificate(session: Session, certificate: str) -> CertificateOut:
    """Its number, whether it stands, and the digests of its files."""
    return out(session, found.paper_in(session, caller().scope(), certificate))


@bp.get("/certificates/<uid:certificate>/pdf")
@api.read("Read a certificate's PDF", returns=PDF)
@access(*READERS)
def pdf(session: Session, certificate: str) -> api.Answer:
    """PDF/A-2b, the same bytes each time."""
    return _file(session, certificate, "pdf")


@bp.get("/certificates/<uid:certificate>/dcc")
@api.read("Read a certificate as DCC", returns=XML)
@access(*READERS)
def dcc(session: Session, certificate: str) -> api.Answer:
    """XML after PTB's digital calibration certificate, version 3.3.0."""
    return _file(session, certificate, "dcc")


@bp.get("/certificates/<uid:certificate>/record")
@api.read("Read a certificate's signed record", returns=RECORD)
@access(*READERS)
def record(session: Session, certificate: str) -> api.Answer:
    """A DSSE envelope; `wutong record verify` checks it without a server."""
    return _file(session, certificate, "record")


@bp.post("/certificates/<uid:certificate>/revoke")
@api.write(
    "Revoke a certificate",
    returns=CertificateOut,
    problems=(RevokedError, StepUpError),
)
@access(Role.SIGNATORY)
def revoke(session: Session, certificate: str) -> api.Answer:
    """It has effect in law: a token is always answered `step_up_required`; a page does it."""
    row = found.paper_in(session, caller().scope(Role.SIGNATORY), certificate)
    if row.revoked_at is not None:
        raise RevokedError("this paper was revoked before")
    raise StepUpError("papers are revoked in person")


def _file(session: Session, uid: str, what: str) -> api.Answer:
    row = found.paper_in(session, caller().scope(), uid)
    answer = file_of(row.uid, what, session)
    name = {"Content-Disposition": answer.headers["Content-Disposition"]}
    return api.Answer(answer.get_data(), headers=name)


def out(session: Session, row: Certificate) -> CertificateOut:
    """Return ``row`` as the API says it."""
    verification = row.worksheet.verification
    return CertificateOut(
        id=row.uid,
        number=row.number,
        kind=row.kind,
        state=found.state_of(session, row),
        verification=verification.uid if verification else None,
        scale=row.worksheet.scale.uid,
        body=row.body.name,
        issued_on=row.issued_on,
        issued_at=row.issued_at,
        revoked_at=row.revoked_at,
        pdf_sha256=row.pdf_sha256,
        dcc_sha256=row.dcc_sha256,
    )
