"""Where a scale stands: the facts on record, and what the pure rules make of them.

The one place that gathers facts for ``app.domain``: pages, API, public tag, evidence and
jobs all ask here, so that the two computed answers are the same everywhere.

    standing = standing_of(session, scale, local_date(at))     # one scale
    by_id = standings(session, scales, local_date(at))         # a page of them, in bulk
    standing.legal.status, standing.advisories, standing.public_status
    standing.actions(caller().roles_at(scale.path)), standing.obstacles(Action.DEPLOY)
"""

from app.standing.answer import Hindrance, Standing, standing_of, standings
from app.standing.facts import ReadingFacts, ScaleFacts, facts_of

__all__ = [
    "Hindrance",
    "ReadingFacts",
    "ScaleFacts",
    "Standing",
    "facts_of",
    "standing_of",
    "standings",
]
