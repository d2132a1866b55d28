"""The verification body's work beyond one scale: campaigns, recalls, checks, appeals."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, name, one_of, ordered_path, path, primary_key, public_id
from app.domain.appeals import AppealState, CheckForce
from app.domain.campaigns import CampaignOutcome, CampaignState
from app.domain.recalls import RecallDecision, RecallState
from app.domain.verification import VerificationResult
from app.models.attestation import Lead
from app.models.people import Person
from app.models.places import Place
from app.models.scale import Scale
from app.models.standards import Body, StandardWeight
from app.models.verification import Verification


class Campaign(Base):
    """A campaign of verification on site (集中检定) in a region."""

    __tablename__ = "campaign"
    __table_args__ = (
        one_of("state", CampaignState),
        CheckConstraint("until >= since", name="days_are_ordered"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    body_id: Mapped[int] = mapped_column(ForeignKey(Body.id), index=True)
    body: Mapped[Body] = relationship()
    name: Mapped[name]
    since: Mapped[date]
    until: Mapped[date]
    state: Mapped[CampaignState] = mapped_column(default=CampaignState.PLANNED)
    created_at: Mapped[datetime]
    days: Mapped[list["CampaignDay"]] = relationship(
        back_populates="campaign", order_by="CampaignDay.held_on, CampaignDay.id"
    )

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class CampaignDay(Base):
    """One market on one day with its crew; ``crew``: uids of verifiers. ``round`` 2: no-shows."""

    __tablename__ = "campaign_day"
    __table_args__ = (UniqueConstraint("campaign_id", "place_id", "held_on"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id), index=True)
    campaign: Mapped[Campaign] = relationship(back_populates="days")
    place_id: Mapped[int] = mapped_column(ForeignKey(Place.id), index=True)
    place: Mapped[Place] = relationship()
    held_on: Mapped[date]
    crew: Mapped[list[Any]] = mapped_column(default=list)
    round: Mapped[int] = mapped_column(default=1)
    spot: Mapped[str] = mapped_column(String(120), default="")


class CampaignScale(Base):
    """A scale on a campaign's list. Derived work, not a fact of the scale: in no ledger."""

    __tablename__ = "campaign_scale"
    __table_args__ = (
        one_of("outcome", CampaignOutcome),
        UniqueConstraint("campaign_id", "scale_id"),
    )

    id: Mapped[primary_key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id))
    campaign: Mapped[Campaign] = relationship()
    day_id: Mapped[int] = mapped_column(ForeignKey(CampaignDay.id), index=True)
    day: Mapped[CampaignDay] = relationship()
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id), index=True)
    scale: Mapped[Scale] = relationship()
    outcome: Mapped[CampaignOutcome] = mapped_column(default=CampaignOutcome.LISTED)
    outcome_at: Mapped[datetime | None]
    appointment_no: Mapped[str] = mapped_column(String(80), default="")


class CampaignMiss(Base):
    """That a scale did not come on a day, and was put on the list of another one."""

    __tablename__ = "campaign_miss"
    __table_args__ = (UniqueConstraint("line_id", "day_id"),)

    id: Mapped[primary_key]
    line_id: Mapped[int] = mapped_column(ForeignKey(CampaignScale.id))
    line: Mapped[CampaignScale] = relationship()
    day_id: Mapped[int] = mapped_column(ForeignKey(CampaignDay.id), index=True)


class Recall(Base):
    """A weight in doubt, and since when: what was verified with it is listed for a decision.

    ``reason`` is a code. ``last_good_on``: the last day on which the weight was surely good.
    """

    __tablename__ = "recall"
    __table_args__ = (one_of("state", RecallState),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    body_id: Mapped[int] = mapped_column(ForeignKey(Body.id), index=True)
    body: Mapped[Body] = relationship()
    weight_id: Mapped[int] = mapped_column(ForeignKey(StandardWeight.id), index=True)
    weight: Mapped[StandardWeight] = relationship()
    last_good_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(40))
    document_no: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[RecallState] = mapped_column(default=RecallState.OPEN)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    opened_by: Mapped[Person] = relationship(foreign_keys=opened_by_id)
    ended_at: Mapped[datetime | None]
    listed: Mapped[int | None]

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class RecallScale(Base):
    """A scale verified with the weight in doubt; ``risk`` ranks, ``reasons`` say why.

    ``links``: number of calibrations between the weight in doubt and the scale.
    """

    __tablename__ = "recall_scale"
    __table_args__ = (
        one_of("decision", RecallDecision),
        UniqueConstraint("recall_id", "scale_id"),
        Index("ix_recall_scale_recall_id_risk_id", "recall_id", "risk", "id"),
    )

    id: Mapped[primary_key]
    recall_id: Mapped[int] = mapped_column(ForeignKey(Recall.id))
    recall: Mapped[Recall] = relationship()
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id), index=True)
    scale: Mapped[Scale] = relationship()
    verification_id: Mapped[int] = mapped_column(ForeignKey(Verification.id))
    verification: Mapped[Verification] = relationship()
    links: Mapped[int]
    risk: Mapped[int]
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    decision: Mapped[RecallDecision] = mapped_column(default=RecallDecision.PENDING)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    undone_at: Mapped[datetime | None]


class InServiceCheck(Base):
    """An inspector's check of a scale in use, with the doubled limits.

    ``document``: weights, readings and what was seen, as written; ``items``: the judgement.
    ``lead``: whose evidence it is, where somebody made it that.
    """

    __tablename__ = "in_service_check"
    __table_args__ = (
        one_of("force", CheckForce),
        one_of("verdict", VerificationResult),
        CheckConstraint(
            "force <> 'evidence' OR (second_id IS NOT NULL AND task_no <> '')",
            name="evidence_takes_two_and_a_task",
        ),
        CheckConstraint("second_id IS NULL OR second_id <> officer_id", name="two_are_two"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[path]
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id), index=True)
    scale: Mapped[Scale] = relationship()
    force: Mapped[CheckForce]
    task_no: Mapped[str] = mapped_column(String(80), default="")
    officer_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    officer: Mapped[Person] = relationship(foreign_keys=officer_id)
    second_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    second: Mapped[Person | None] = relationship(foreign_keys=second_id)
    rules: Mapped[str] = mapped_column(String(40))
    rules_version: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(default=dict)
    verdict: Mapped[VerificationResult]
    items: Mapped[list[Any]] = mapped_column(default=list)
    checked_at: Mapped[datetime]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey(Lead.id), index=True)
    lead: Mapped[Lead | None] = relationship()


class Appeal(Base):
    """An application for arbitration verification; the scale is held while it is open.

    ``deadline_on``: last of the fifteen days (计量法实施细则 36).
    """

    __tablename__ = "appeal"
    __table_args__ = (one_of("state", AppealState),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    path: Mapped[ordered_path]
    scale_id: Mapped[int] = mapped_column(ForeignKey(Scale.id), index=True)
    scale: Mapped[Scale] = relationship()
    contested_id: Mapped[int | None] = mapped_column(ForeignKey(Verification.id))
    contested: Mapped[Verification | None] = relationship(foreign_keys=contested_id)
    document_no: Mapped[str] = mapped_column(String(80))
    applied_on: Mapped[date]
    deadline_on: Mapped[date]
    state: Mapped[AppealState] = mapped_column(default=AppealState.OPEN)
    decided_on: Mapped[date | None]
    outcome_id: Mapped[int | None] = mapped_column(ForeignKey(Verification.id))
    outcome: Mapped[Verification | None] = relationship(foreign_keys=outcome_id)
    recorded_at: Mapped[datetime]

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
