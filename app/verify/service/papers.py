"""Papers: the certificate on request, the notice of a failure always; issued, replaced, revoked.

A paper is a signed record (what was printed, the worksheet, the three signatures, the digests of
PDF and DCC) from which both files can be made again, byte for byte.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.blobs import Blobs
from app.crypto import dsse
from app.db.ids import new_uid
from app.domain.calendar import local_date
from app.domain.errors import DomainError
from app.domain.verification import VerificationResult
from app.domain.worksheets import CertificateKind, WorksheetState
from app.ledger import entries
from app.ledger.door import act
from app.models import Certificate, Person, Worksheet
from app.verify import dcc
from app.verify.service.printed import printed
from app.web import papers

SOURCE: Final = Path(__file__).parents[1] / "typst/paper.typ"
FORMAT: Final = 1
PREFIX: Final = {CertificateKind.CERTIFICATE: "JD", CertificateKind.REJECTION_NOTICE: "TZ"}
ADDRESS: Final = "/c/"


class NotApprovedError(DomainError):
    """Only an approved worksheet has papers."""

    code = "not_approved"


class RevokedError(DomainError):
    """The paper was revoked before."""

    code = "paper_revoked"


@dataclass(frozen=True, slots=True)
class Office:
    """What issuing needs beside the database: the key, the files, and where the public finds us."""

    key: Ed25519PrivateKey
    blobs: Blobs
    base_url: str


def kind_of(worksheet: Worksheet) -> CertificateKind:
    """Return which paper the worksheet's verdict asks for."""
    if worksheet.verdict is VerificationResult.PASS:
        return CertificateKind.CERTIFICATE
    return CertificateKind.REJECTION_NOTICE


def standing(session: Session, worksheet: Worksheet) -> Certificate | None:
    """Return the paper of ``worksheet`` that stands, None where there is none."""
    return session.scalars(
        select(Certificate)
        .where(Certificate.worksheet_id == worksheet.id, Certificate.revoked_at.is_(None))
        .order_by(Certificate.id.desc())
        .limit(1)
    ).first()


def issue(
    session: Session,
    worksheet: Worksheet,
    office: Office,
    *,
    by: Person,
    at: datetime,
    anew: bool = False,
) -> Certificate:
    """Issue the paper of an approved worksheet; the one that stands is given again.

    Args:
        anew: Replace the one that stands by a new one.

    Raises:
        NotApprovedError: The worksheet is not approved.
        PaperError: The paper cannot be set: a sign is in none of the fonts.
    """
    entries.lock(session)
    session.refresh(worksheet)
    if worksheet.state is not WorksheetState.APPROVED:
        raise NotApprovedError("only an approved worksheet has papers")
    old = standing(session, worksheet)
    if old is not None and not anew:
        return old
    if old is not None:
        _revoke(session, old, "replace", by, at)
    return _issue(session, worksheet, office, by, at)


def revoke(session: Session, paper: Certificate, *, by: Person, at: datetime) -> None:
    """Take a paper back; it stays known as revoked.

    Raises:
        RevokedError: It was revoked before.
    """
    entries.lock(session)
    if paper.revoked_at is not None:
        raise RevokedError("this paper was revoked before")
    _revoke(session, paper, "revoke", by, at)


def revoke_all(session: Session, scale_id: int, *, by: Person, at: datetime) -> None:
    """Cancel the certificates of a scale that failed (印证管理办法 7)."""
    for paper in session.scalars(
        select(Certificate)
        .join(Worksheet, Worksheet.id == Certificate.worksheet_id)
        .where(
            Worksheet.scale_id == scale_id,
            Certificate.kind == CertificateKind.CERTIFICATE,
            Certificate.revoked_at.is_(None),
        )
    ).all():
        _revoke(session, paper, "revoke", by, at)


def pdf_of(paper: Certificate, blobs: Blobs) -> bytes:
    """Return the PDF of a paper; where the file is lost it is made again, byte for byte."""
    return _file(paper.pdf_sha256, blobs) or _again(paper, blobs)[0]


def dcc_of(paper: Certificate, blobs: Blobs) -> bytes:
    """Return the DCC of a paper; where the file is lost it is made again, byte for byte."""
    return _file(paper.dcc_sha256, blobs) or _again(paper, blobs)[1]


def record_of(paper: Certificate) -> dict[str, Any]:
    """Return what the signed record of a paper says."""
    envelope = dsse.Envelope.parse(json.loads(paper.envelope), dsse.RECORD)
    return dict(json.loads(envelope.payload))


def _file(digest: str | None, blobs: Blobs) -> bytes | None:
    return blobs.get(digest) if digest else None


def _again(paper: Certificate, blobs: Blobs) -> tuple[bytes, bytes]:
    record = record_of(paper)
    pdf, xml = set_paper(record["printed"]), dcc.document(record)
    blobs.put(pdf, paper.pdf_sha256)
    blobs.put(xml, paper.dcc_sha256)
    return pdf, xml


def set_paper(said: dict[str, Any]) -> bytes:
    """Return the PDF of what a paper says."""
    return papers.pdf(SOURCE, {**said, "qr": papers.qr_svg(said["url"])})


def _issue(
    session: Session, worksheet: Worksheet, office: Office, by: Person, at: datetime
) -> Certificate:
    kind, uid, today = kind_of(worksheet), new_uid(), local_date(at)
    number = _number(session, worksheet.body_id, kind, today.year)
    url = f"{office.base_url.rstrip('/')}{ADDRESS}{uid}"
    said = printed(session, worksheet, (kind, number, url), today)
    pdf = set_paper(said)
    record = {
        "v": FORMAT,
        "certificate": uid,
        "issued_at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "issued_by": by.uid,
        "printed": said,
        "worksheet": _worksheet(worksheet),
        "signatures": [
            json.loads(batch.envelope)
            for batch in (worksheet.verified_in, worksheet.checked_in, worksheet.approved_in)
            if batch is not None
        ],
        "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
    }
    xml = dcc.document(record)
    record["dcc_sha256"] = hashlib.sha256(xml).hexdigest()
    row = Certificate(
        uid=uid,
        path=worksheet.path,
        body_id=worksheet.body_id,
        worksheet=worksheet,
        kind=kind,
        number=number,
        issued_on=today,
        issued_at=at,
        issued_by=by,
        envelope=json.dumps(dsse.sign(office.key, dsse.RECORD, record)),
        pdf_sha256=office.blobs.put(pdf),
        dcc_sha256=office.blobs.put(xml),
    )
    with act(session, row, "issue", by=by.uid, at=at):
        session.add(row)
    _tell(session, row, "certificate_issued", by, at)
    return row


def _worksheet(row: Worksheet) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "number": row.number,
        "rules": row.rules,
        "rules_version": row.rules_version,
        "rules_sha256": row.rules_sha256,
        "verdict": row.verdict.value,
        "items": row.items,
        "document": row.document,
        "document_sha256": row.document_sha256,
    }


def _revoke(session: Session, paper: Certificate, how: str, by: Person, at: datetime) -> None:
    with act(session, paper, how, by=by.uid, at=at):
        paper.revoked_at = at
    _tell(session, paper, "certificate_revoked", by, at)


def _tell(session: Session, paper: Certificate, action: str, by: Person, at: datetime) -> None:
    """Add a step to the scale's story; its verification names the paper that came last."""
    verification = paper.worksheet.verification
    told = {"certificate": paper.uid, "number": paper.number, "kind": paper.kind.value}
    with act(session, paper.worksheet.scale, action, by=by.uid, at=at, details=told):
        if verification is not None and paper.revoked_at is None:
            verification.certificate_no = paper.number


def _number(session: Session, body_id: int, kind: CertificateKind, year: int) -> str:
    """Return the next number of the body's year; the ledger's lock keeps it ours."""
    begin = f"{PREFIX[kind]}-{year}-"
    last = session.scalar(
        select(func.max(Certificate.number)).where(
            Certificate.body_id == body_id, Certificate.number.like(f"{begin}%")
        )
    )
    return f"{begin}{int(last.removeprefix(begin)) + 1 if last else 1:06d}"
