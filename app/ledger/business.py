"""Under the chain: do the business rows still say what their last entries say?"""

from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledger.door import link, subject
from app.ledger.projections import SUBJECTS, evidence_digest, project
from app.models import Evidence, Scale, ScaleEvent

BATCH: Final = 500
Wrong = tuple[int, str, str]


def wrong_rows(session: Session, last: Mapping[str, tuple[int, str]]) -> Iterator[Wrong]:
    """Yield each row that was changed, added or removed behind the ledger's back."""
    unseen = set(last)
    for kind in SUBJECTS:
        for row in session.scalars(select(kind).execution_options(yield_per=BATCH)):
            name = subject(row)
            unseen.discard(name)
            if name not in last:
                yield 0, "row_without_entry", name
            elif project(session, row) != last[name][1]:
                yield last[name][0], "row_altered", name
            session.expunge(row)
    for name in unseen:
        yield last[name][0], "row_missing", name


def wrong_stories(session: Session) -> Iterator[Wrong]:
    """Yield each step of a scale's story, or evidence in it, that was altered."""
    told: dict[str, tuple[int, str]] = {}
    chain: str | None = None
    scale = 0
    events = select(ScaleEvent).order_by(ScaleEvent.scale_id, ScaleEvent.id)
    for event in session.scalars(events.execution_options(yield_per=BATCH)):
        chain = chain if event.scale_id == scale else None
        scale = event.scale_id
        if link(chain, event) != event.chain:
            yield event.ledger_seq, "story_altered", _name(session, scale)
        chain = event.chain
        if found := event.details.get("evidence"):
            told[found] = (event.ledger_seq, event.details.get("evidence_digest", ""))
        session.expunge(event)
    yield from _wrong_evidence(session, told)


def _wrong_evidence(session: Session, told: dict[str, tuple[int, str]]) -> Iterator[Wrong]:
    for row in session.scalars(select(Evidence).execution_options(yield_per=BATCH)):
        seq, digest = told.pop(row.uid, (0, ""))
        if not digest:
            yield 0, "row_without_entry", f"evidence:{row.uid}"
        elif evidence_digest(row) != digest:
            yield seq, "row_altered", f"evidence:{row.uid}"
        session.expunge(row)
    for uid, (seq, _digest) in told.items():
        yield seq, "row_missing", f"evidence:{uid}"


def _name(session: Session, scale_id: int) -> str:
    return f"scale:{session.scalar(select(Scale.uid).where(Scale.id == scale_id))}"
