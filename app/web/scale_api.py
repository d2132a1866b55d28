"""A scale as the API says it: the same from every slice that answers with one."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final

from pydantic import Field
from sqlalchemy.orm import Session

from app.domain.advisories import AdvisoryCode
from app.domain.blocking import Obstacle
from app.domain.calendar import local_date
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import Action, ScaleRole, State
from app.domain.public_status import PublicStatus
from app.domain.roles import Role
from app.domain.software_ids import differs
from app.domain.suitability import TABLE, Fit, GoodsClass, goods_from
from app.domain.suspension import SuspensionReason
from app.domain.verdicts import Verdict
from app.ledger import entries
from app.ledger.story import last_step
from app.models import Scale
from app.standing import Standing, standing_of
from app.standing.fit import fit_of
from app.web import api
from app.web.access import Caller

LEVELS: Final = 5


class LegalStatusOut(api.Model):
    """What the law says; `reasons` are codes, gravest first, empty when valid."""

    status: LegalCode
    reasons: list[LegalCode]
    valid_until: date | None
    articles: dict[LegalCode, str] = Field(description="law and clause of each reason")
    document: str | None = Field(description="number of the authority's order, if one stands")


class RuleOut(api.Model):
    """Where the rule stands: order, article, annex; the row is with each shortfall."""

    order: str
    number: str
    article: str
    annex: str


class ShortfallOut(api.Model):
    """The first load at which the scale may err by more than may be missing, of one class."""

    goods: GoodsClass
    row: int
    load_mg: int
    error_mg: int
    tolerance_mg: int


class SuitabilityOut(api.Model):
    """Whether the scale is fine enough for the goods of its stall; a warning, it blocks nothing."""

    fit: Fit
    goods: list[GoodsClass]
    shortfalls: list[ShortfallOut]
    rule: RuleOut


class FirmwareOut(api.Model):
    """The reading that stands."""

    verdict: Verdict
    level: int = Field(ge=0, le=LEVELS)
    partial: bool
    taken_on: date
    evidence: str


class ScaleOut(api.Model):
    """One scale; the two computed answers are worked out when it is read."""

    id: str
    market_no: str
    serial_no: str
    model: str
    model_name: str
    place: str
    place_name: str
    path: str
    role: ScaleRole
    software_id: str
    software_id_differs: bool = Field(description="from the approved ids of the type")
    stall: str | None
    stall_number: str | None
    trader: str | None
    state: State
    suspended_for: SuspensionReason | None
    legal_status: LegalStatusOut
    advisories: list[AdvisoryCode]
    advisory_since: dict[AdvisoryCode, date]
    suitability: SuitabilityOut
    public_status: PublicStatus
    blocked_by: list[str] = Field(description="what forbids handing it out now")
    firmware: FirmwareOut | None
    findings: list[str]
    actions: list[Action] = Field(description="acts open to the caller now")
    filing_no: str = Field("", description="with the local authority (备案)")
    filed_on: date | None = None
    created_at: datetime


def scale_out(scale: Scale, standing: Standing, roles: Collection[Role]) -> ScaleOut:
    """Return ``scale`` as a caller with ``roles`` there is told of it."""
    return ScaleOut(
        id=scale.uid,
        market_no=scale.market_no,
        serial_no=scale.serial_no,
        model=scale.model.uid,
        model_name=scale.model.name,
        place=scale.place.uid,
        place_name=scale.place.name,
        path=scale.path,
        role=scale.role,
        software_id=scale.software_id,
        software_id_differs=differs(scale.software_id, scale.model.software_ids),
        stall=scale.stall.uid if scale.stall else None,
        stall_number=scale.stall.number if scale.stall else None,
        trader=scale.trader.uid if scale.trader else None,
        state=scale.state,
        suspended_for=standing.facts.suspended_for,
        legal_status=_legal(standing),
        advisories=[advisory.code for advisory in standing.advisories],
        advisory_since={
            advisory.code: advisory.since
            for advisory in standing.advisories
            if advisory.since is not None
        },
        suitability=_fit(scale),
        public_status=standing.public_status,
        blocked_by=_codes(standing.blocked_by),
        firmware=_firmware(standing),
        findings=list(standing.facts.findings),
        actions=list(standing.actions(roles)),
        filing_no=scale.filing_no,
        filed_on=scale.filed_on,
        created_at=scale.created_at,
    )


def answer(
    session: Session,
    scale: Scale,
    who: Caller,
    at: datetime,
    headers: Mapping[str, str] | None = None,
) -> api.Answer:
    """Return the answer that shows ``scale`` to ``who``, with its ETag."""
    body = _seen(session, scale, who, at)
    return api.Answer(body, version=_version(session, scale, body), headers=headers or {})


def match(session: Session, scale: Scale, who: Caller, at: datetime) -> int:
    """Refuse a change of another version than the present one; return the story's last step.

    Raises:
        PreconditionFailedError: The scale or its standing changed since it was read.
    """
    entries.lock(session)  # nobody else's step comes between this look and the change
    last = last_step(session, scale)
    api.match(_version(session, scale, _seen(session, scale, who, at)))
    return last


def _seen(session: Session, scale: Scale, who: Caller, at: datetime) -> ScaleOut:
    standing = standing_of(session, scale, local_date(at))
    return scale_out(scale, standing, who.roles_at(scale.path))


def _version(session: Session, scale: Scale, body: ScaleOut) -> str:
    """Return the ETag: it changes with each act on the scale, and with what time alone changes."""
    return f"{last_step(session, scale)}-{api.version_of(body)}"


def _legal(standing: Standing) -> LegalStatusOut:
    legal = standing.legal
    return LegalStatusOut(
        status=legal.status,
        reasons=[reason.code for reason in legal.reasons],
        valid_until=legal.valid_until,
        articles={reason.code: reason.article for reason in legal.reasons},
        document=next((reason.document for reason in legal.reasons if reason.document), None),
    )


def _firmware(standing: Standing) -> FirmwareOut | None:
    reading = standing.facts.reading
    if reading is None:
        return None
    return FirmwareOut(
        verdict=reading.verdict,
        level=int(reading.level),
        partial=reading.partial,
        taken_on=reading.taken_on,
        evidence=reading.uid,
    )


def _fit(scale: Scale) -> SuitabilityOut:
    found = fit_of(scale)
    return SuitabilityOut(
        fit=found.fit,
        goods=list(goods_from(scale.stall.goods_classes)) if scale.stall else [],
        shortfalls=[
            ShortfallOut(
                goods=one.goods,
                row=one.row,
                load_mg=one.load_mg,
                error_mg=one.error_mg,
                tolerance_mg=one.tolerance_mg,
            )
            for one in found.shortfalls
        ],
        rule=RuleOut(
            order=TABLE.order, number=TABLE.number, article=TABLE.article, annex=TABLE.annex
        ),
    )


def _codes(obstacles: Collection[Obstacle]) -> list[str]:
    return [obstacle.value for obstacle in obstacles]
