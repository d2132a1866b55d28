"""The API of rule sets: read by everybody; changed in person alone."""

from datetime import date, datetime
from typing import Annotated, Any

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from app.domain.permissions import RULE_READERS
from app.domain.roles import VERIFICATION, Role
from app.domain.rules.judging import Outcome
from app.domain.rules.reader import RuleSetError
from app.domain.rules.reading import WorksheetError
from app.verify import queries_signing as queries
from app.verify.service import rulesets
from app.verify.service.documents import BadDocumentError
from app.verify.service.recomputing import RulesDifferError, recompute
from app.verify.service.rulesets import HeldRuleSet, RuleSetBuiltInError, RuleSetWithdrawnError
from app.web import api
from app.web.access import StepUpError, access, caller
from app.web.paging import Cursor
from app.web.words.rule_sets import say_wrong

bp = Blueprint("rule_sets", __name__)
TEAM = tuple(sorted(VERIFICATION))


class RuleSetOut(api.Model):
    """One version of one regulation; `id` is the SHA-256 of its document.

    `unconfirmed` counts the numbers, tests and pre-checks that nobody read in the text itself.
    `installed_at` is empty for those that come with the program.
    """

    id: str
    regulation: str
    version: int
    automatic: bool
    in_force_from: date
    in_force_until: date | None
    unconfirmed: int
    installed_at: datetime | None
    withdrawn_at: datetime | None


class RuleSetDocument(RuleSetOut):
    """The same with the document: every number, its source, whether it is confirmed."""

    document: dict[str, Any]


class RuleSetIn(api.Body):
    """A further version of a regulation, or a new one."""

    document: Annotated[dict[str, Any], Field(description="as `document` of another version")]


class RecomputedOut(api.Model):
    """What comes of a worksheet when it is judged again under the rules of its day."""

    worksheet: str
    rules: str
    version: int
    sha256: str
    verdict: Outcome
    items: list[dict[str, Any]]
    missing: list[str]
    agrees: bool


@bp.get("/rule-sets")
@api.lists("List rule sets", RuleSetOut)
@access(*RULE_READERS)
def rule_sets(session: Session, query: api.ListQuery) -> api.Listed[RuleSetOut]:
    """Every version there is, by regulation, the newest first; they belong to every region."""
    cursor = Cursor.parse(query.after, str, int)
    held = [
        one
        for one in rulesets.rule_sets(session)
        if cursor is None or (one.rules.identifier, -one.rules.version) > cursor.keys
    ]
    page = held[: query.limit]
    more = len(held) > len(page)
    following = Cursor((page[-1].rules.identifier, -page[-1].rules.version)) if more else None
    return api.Listed[RuleSetOut](
        items=[RuleSetOut(**_told(one)) for one in page],
        next=str(following) if following else None,
    )


@bp.get("/rule-sets/<sha256:rule_set>")
@api.read("Read a rule set", returns=RuleSetDocument)
@access(*RULE_READERS)
def rule_set(session: Session, rule_set: str) -> RuleSetDocument:
    """With its document, as it is judged by."""
    one = rulesets.rule_set_of(session, rule_set)
    return RuleSetDocument(**_told(one), document=dict(one.document))


@bp.post("/rule-sets")
@api.write(
    "Put a rule set into force",
    body=RuleSetIn,
    returns={201: RuleSetDocument},
    problems=(StepUpError,),
)
@access(Role.ADMIN)
def install(session: Session, body: RuleSetIn) -> RuleSetDocument:
    """Checks the document by schema and meaning, and answers what is wrong with it, by place.

    It has effect in law: a token is then always answered `step_up_required`.
    """
    try:
        rulesets.check(session, body.document)
    except RuleSetError as error:
        found = [(f"document.{one.place}", say_wrong(one)) for one in error.wrong]
        raise api.invalid(*found) from None
    raise StepUpError("a rule set is put into force in person")


@bp.post("/rule-sets/<sha256:rule_set>/withdraw")
@api.write(
    "Withdraw a rule set",
    returns={200: RuleSetDocument},
    problems=(RuleSetBuiltInError, RuleSetWithdrawnError, StepUpError),
)
@access(Role.ADMIN)
def withdraw(session: Session, rule_set: str) -> RuleSetDocument:
    """It has effect in law: a token is always answered `step_up_required`."""
    if rulesets.rule_set_of(session, rule_set).row is None:
        raise RuleSetBuiltInError("this version comes with the program")
    raise StepUpError("a rule set is withdrawn in person")


@bp.get("/worksheets/<uid:worksheet>/recomputation")
@api.read(
    "Judge a worksheet again",
    returns=RecomputedOut,
    problems=(RulesDifferError, BadDocumentError, WorksheetError),
)
@access(*TEAM, Role.AUDITOR)
def recomputation(session: Session, worksheet: str) -> RecomputedOut:
    """Under the version by which it was judged; `agrees` where it comes out as it stands."""
    row = queries.worksheet_in(session, caller().scope(*TEAM, Role.AUDITOR), worksheet)
    again = recompute(session, row)
    return RecomputedOut(
        worksheet=row.uid,
        rules=row.rules,
        version=row.rules_version,
        sha256=again.held.sha256,
        verdict=again.verdict.outcome,
        items=again.verdict.items(),
        missing=list(again.verdict.missing),
        agrees=again.agrees,
    )


def _told(one: HeldRuleSet) -> dict[str, Any]:
    return {
        "id": one.sha256,
        "regulation": one.rules.identifier,
        "version": one.rules.version,
        "automatic": one.rules.automatic,
        "in_force_from": one.rules.in_force_from,
        "in_force_until": one.rules.in_force_until,
        "unconfirmed": one.unconfirmed,
        "installed_at": one.row.installed_at if one.row else None,
        "withdrawn_at": one.row.withdrawn_at if one.row else None,
    }
