"""The API of verifications: read only. A result has effect in law and is recorded in person."""

from datetime import date, datetime

from flask import Blueprint
from sqlalchemy.orm import Session

from app.domain.verification import VerificationKind, VerificationResult
from app.models import Verification
from app.verify import (
    api_appeals,
    api_campaign_days,
    api_campaigns,
    api_checks,
    api_labels,
    api_marks,
    api_recalls,
    api_rules,
    api_uploads,
    api_weights,
    api_worksheets,
    queries,
)
from app.web import api
from app.web.access import READERS, access, caller

bp = Blueprint("verify_api", __name__, url_prefix="/api/v1")


class VerificationOut(api.Model):
    """One verification of one scale."""

    id: str
    scale: str
    kind: VerificationKind
    result: VerificationResult
    regulation: str
    body: str
    verified_on: date
    valid_until: date | None
    certificate_no: str
    label_no: str
    failed_items: list[str]
    recorded_at: datetime


@bp.get("/verifications")
@api.lists("List verifications", VerificationOut)
@access(*READERS)
def verifications(session: Session, query: api.ListQuery) -> api.Listed[VerificationOut]:
    """Those of the caller's regions, by place."""
    return api.listed(
        session,
        query,
        queries.verifications(caller().scope()),
        (Verification.path, Verification.uid),
        out,
    )


@bp.get("/verifications/<uid:verification>")
@api.read("Read a verification", returns=VerificationOut)
@access(*READERS)
def verification(session: Session, verification: str) -> VerificationOut:
    """One result with its dates and numbers."""
    return out(queries.verification_in(session, caller().scope(), verification))


def out(row: Verification) -> VerificationOut:
    """Return ``row`` as the API says it."""
    return VerificationOut(
        id=row.uid,
        scale=row.scale.uid,
        kind=row.kind,
        result=row.result,
        regulation=row.regulation,
        body=row.body,
        verified_on=row.verified_on,
        valid_until=row.valid_until,
        certificate_no=row.certificate_no,
        label_no=row.label_no,
        failed_items=[str(item) for item in row.failed_items],
        recorded_at=row.recorded_at,
    )


bp.register_blueprint(api_worksheets.bp)
bp.register_blueprint(api_rules.bp)
bp.register_blueprint(api_weights.bp)
bp.register_blueprint(api_campaigns.bp)
bp.register_blueprint(api_campaign_days.bp)
bp.register_blueprint(api_uploads.bp)
bp.register_blueprint(api_labels.bp)
bp.register_blueprint(api_marks.bp)
bp.register_blueprint(api_recalls.bp)
bp.register_blueprint(api_checks.bp)
bp.register_blueprint(api_appeals.bp)
