"""The API of finished worksheets: read, sent back, set aside; signed in person alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.roles import VERIFICATION, Role
from app.domain.signing import (
    RETURNERS,
    SETTERS_ASIDE,
    SIGNERS,
    AsideReason,
    ReturnReason,
)
from app.domain.verification import VerificationKind, VerificationResult
from app.domain.worksheets import ReviewMark, SignatureStep, WorksheetState
from app.models import Person, SignatureBatch, Worksheet
from app.verify import queries_signing as queries
from app.verify import sheets
from app.verify.service import signing
from app.verify.service.signing import NotWaitingError
from app.web import api
from app.web.access import StepUpError, access, caller, require_role

bp = Blueprint("signing_api", __name__, url_prefix="/api/v1")
TEAM = tuple(sorted(VERIFICATION))


class SignatureOut(api.Model):
    """One of the three signatures, with the id of its batch."""

    step: SignatureStep
    batch: str
    signed_at: datetime


class WorksheetOut(api.Model):
    """A finished worksheet; `document` is what was written, `items` how it was judged."""

    id: str
    number: str
    scale: str
    state: WorksheetState
    kind: VerificationKind
    rules: str
    verdict: VerificationResult
    document_sha256: str
    document: dict[str, Any]
    items: list[dict[str, Any]]
    reviews: list[ReviewMark]
    started_at: datetime
    finished_at: datetime
    because: str
    signatures: list[SignatureOut]
    verification: str | None


class WorksheetQuery(api.ListQuery):
    """Which worksheets."""

    state: WorksheetState | None = None


class SignIn(api.Body):
    """Which step."""

    step: SignatureStep


class ReturnIn(api.Body):
    """Why it goes back."""

    reason: ReturnReason


class AsideIn(api.Body):
    """Why it has no effect."""

    reason: AsideReason


@bp.get("/worksheets")
@api.lists("List finished worksheets", WorksheetOut, query=WorksheetQuery)
@access(*TEAM, Role.AUDITOR)
def worksheets(session: Session, query: WorksheetQuery) -> api.Listed[WorksheetOut]:
    """Those of the caller's regions, by place."""
    statement = queries.worksheets(caller().scope(*TEAM, Role.AUDITOR))
    if query.state is not None:
        statement = statement.where(Worksheet.state == query.state)
    return api.listed(session, query, statement, (Worksheet.path, Worksheet.uid), out)


@bp.get("/worksheets/<uid:worksheet>")
@api.read("Read a finished worksheet", returns=WorksheetOut)
@access(*TEAM, Role.AUDITOR)
def worksheet(session: Session, worksheet: str) -> api.Answer:
    """As it was written, judged and signed."""
    scope = caller().scope(*TEAM, Role.AUDITOR)
    row = queries.worksheet_in(session, scope, worksheet)
    return api.Answer(out(row), version=row.version)


@bp.post("/worksheets/<uid:worksheet>/signatures")
@api.write(
    "Sign a worksheet",
    body=SignIn,
    returns=WorksheetOut,
    problems=(NotWaitingError, StepUpError),
    conditional=True,
)
@access(*TEAM)
def sign(session: Session, worksheet: str, body: SignIn) -> api.Answer:
    """It has effect in law: a token is always answered `step_up_required`; a page does it."""
    row = queries.worksheet_in(session, caller().scope(*TEAM), worksheet)
    require_role(row.path, SIGNERS[body.step])
    api.match(row.version)
    if not signing.waits_for(row, body.step):
        raise NotWaitingError("this worksheet waits for another step")
    raise StepUpError("worksheets are signed in person")


@bp.post("/worksheets/<uid:worksheet>/return")
@api.write(
    "Send a worksheet back",
    body=ReturnIn,
    returns=WorksheetOut,
    problems=(NotWaitingError,),
    conditional=True,
)
@access(Role.CHECKER, Role.SIGNATORY)
def send_back(session: Session, worksheet: str, body: ReturnIn) -> api.Answer:
    """To its verifier, with a reason; the signatures it had no longer count."""
    row, by = _mine(session, worksheet, RETURNERS)
    signing.send_back(session, row, body.reason, by=by, at=utcnow())
    session.flush()
    return api.Answer(out(row), version=row.version)


@bp.post("/worksheets/<uid:worksheet>/set-aside")
@api.write(
    "Set a worksheet aside",
    body=AsideIn,
    returns=WorksheetOut,
    problems=(NotWaitingError,),
    conditional=True,
)
@access(Role.VERIFIER, Role.SIGNATORY)
def set_aside(session: Session, worksheet: str, body: AsideIn) -> api.Answer:
    """So that it never has effect; it stays on record."""
    row, by = _mine(session, worksheet, SETTERS_ASIDE)
    signing.set_aside(session, row, body.reason, by=by, at=utcnow())
    session.flush()
    return api.Answer(out(row), version=row.version)


def _mine(
    session: Session, uid: str, allowed: Mapping[WorksheetState, Role]
) -> tuple[Worksheet, Person]:
    row = queries.worksheet_in(session, caller().scope(*TEAM), uid)
    api.match(row.version)
    role = allowed.get(row.state)
    if role is None:
        raise NotWaitingError("this worksheet waits for something else by now")
    require_role(row.path, role)
    return row, session.get_one(Person, caller().id)


def out(row: Worksheet) -> WorksheetOut:
    """Return ``row`` as the API says it."""
    batches: list[SignatureBatch] = [
        one for one in (row.verified_in, row.checked_in, row.approved_in) if one is not None
    ]
    return WorksheetOut(
        id=row.uid,
        number=row.number,
        scale=row.scale.uid,
        state=row.state,
        kind=row.kind,
        rules=row.rules,
        verdict=row.verdict,
        document_sha256=row.document_sha256,
        document=row.document,
        items=row.items,
        reviews=list(sheets.marks(row)),
        started_at=row.started_at,
        finished_at=row.finished_at,
        because=row.returned_because,
        signatures=[
            SignatureOut(step=one.step, batch=one.uid, signed_at=one.signed_at) for one in batches
        ],
        verification=row.verification.uid if row.verification else None,
    )
