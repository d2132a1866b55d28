"""What the pages of findings, leads and the ledger read."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.db.scope import within
from app.domain.findings import FindingState, LeadState
from app.domain.scope import Scope
from app.ledger.checkpoints import latest
from app.models import (
    Checkpoint,
    Evidence,
    Finding,
    InServiceCheck,
    Lead,
    LedgerEntry,
    LedgerHead,
    Scale,
)


def findings(scope: Scope, state: FindingState | None = None) -> Select[Finding]:
    """Return the findings inside ``scope``, of one state where it is given."""
    found = (
        select(Finding)
        .where(within(Finding.path, scope))
        .options(
            joinedload(Finding.scale).joinedload(Scale.place),
            joinedload(Finding.scale).joinedload(Scale.model),
            joinedload(Finding.evidence).joinedload(Evidence.station),
            selectinload(Finding.remarks),
        )
    )
    return found.where(Finding.state == state) if state else found


def finding_counts(session: Session, scope: Scope) -> dict[FindingState, int]:
    """Return how many findings of each state there are."""
    rows = session.execute(
        select(Finding.state, func.count())
        .where(within(Finding.path, scope))
        .group_by(Finding.state)
    )
    return dict.fromkeys(FindingState, 0) | {state: count for state, count in rows}  # noqa: C416


def finding_in(session: Session, scope: Scope, uid: str) -> Finding:
    """Return the finding ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(findings(scope).where(Finding.uid == uid)).one()


def leads(scope: Scope, state: LeadState | None = None) -> Select[Lead]:
    """Return the leads inside ``scope``, of one state where it is given."""
    found = (
        select(Lead)
        .where(within(Lead.path, scope))
        .options(
            joinedload(Lead.scale).joinedload(Scale.place),
            joinedload(Lead.finding).joinedload(Finding.evidence).joinedload(Evidence.station),
            selectinload(Lead.remarks),
        )
    )
    return found.where(Lead.state == state) if state else found


def lead_in(session: Session, scope: Scope, uid: str) -> Lead:
    """Return the lead ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(leads(scope).where(Lead.uid == uid)).one()


def lead_of(session: Session, finding: Finding) -> Lead | None:
    """Return the lead that ``finding`` opened."""
    return session.scalar(select(Lead).where(Lead.finding_id == finding.id))


def checks_of(session: Session, leads: Sequence[Lead]) -> dict[int, list[InServiceCheck]]:
    """Return the in-service checks that are evidence of each of ``leads``, the first one first."""
    found: dict[int, list[InServiceCheck]] = defaultdict(list)
    rows = session.scalars(
        select(InServiceCheck)
        .where(InServiceCheck.lead_id.in_([one.id for one in leads]))
        .options(joinedload(InServiceCheck.officer), joinedload(InServiceCheck.second))
        .order_by(InServiceCheck.id)
    )
    for row in rows:
        if row.lead_id is not None:
            found[row.lead_id].append(row)
    return found


def entries() -> Select[LedgerEntry]:
    """Return the entries of the ledger."""
    return select(LedgerEntry)


def ends(session: Session) -> tuple[int, Checkpoint | None]:
    """Return how long the ledger is, and its newest checkpoint."""
    return session.scalars(select(LedgerHead.size)).one(), latest(session)
