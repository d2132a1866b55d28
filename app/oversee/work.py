"""Long work of this slice: checking the whole ledger for somebody who watches."""

from itertools import islice
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledger.business import Tell
from app.ledger.checkpoints import latest
from app.ledger.verify import problems
from app.models import LedgerHead, ScaleEvent
from app.web.database import Installation
from app.work import Progress

VERIFY: Final = "verify_ledger"
MOST_SHOWN: Final = 50


def verify_ledger(work: Installation, progress: Progress) -> dict[str, Any]:
    """Recompute chain, checkpoints and business rows; the findings are the result.

    It only reads: a second attempt begins anew, and two at once do no harm.
    """
    with work.database.reading() as session:
        size = session.scalars(select(LedgerHead.size)).one()
        key = work.keys.server.public_key()
        found = list(islice(problems(session, key, tell=_tell(session, progress)), MOST_SHOWN))
        checkpoint = latest(session)
    shown = [{"seq": one.seq, "code": one.code, "subject": one.subject} for one in found]
    return {
        "entries": size,
        "signed_to": checkpoint.size if checkpoint else 0,
        "problems": len(found),
        "found": shown,
    }


def _tell(session: Session, progress: Progress) -> Tell:
    """Return what passes the progress on; how many rows there are is not known beforehand."""
    totals = {
        "chain": session.scalars(select(LedgerHead.size)).one(),
        "stories": session.scalars(select(func.count()).select_from(ScaleEvent)).one(),
    }
    progress.step(0, totals["chain"], "checking_chain")
    return lambda name, done: progress.step(done, totals.get(name), f"checking_{name}")
