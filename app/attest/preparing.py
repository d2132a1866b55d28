"""Comparing before anything is written, so that nobody waits for it while we write.

Only a cache is filled: whatever goes wrong here goes wrong again where it is answered.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.attest import intake, judging
from app.attest.cases import Bench, Case
from app.attest.comparing import KEPT, is_here
from app.attest.lookups import Lookups
from app.attest.wire import Report
from app.models import Scale

LOG: Final = logging.getLogger("wutong.attest")
Wanted = dict[tuple[str, str], Report]
_DONE: Final[set[tuple[str, str]]] = set()


def worth_comparing(reports: Sequence[Report], bench: Bench) -> Wanted:
    """Return the reports whose bytes are here, for each scale and image the first.

    Not those of which that was said shortly before.
    """
    wanted: Wanted = {}
    for report in reports:
        seen = report.part(intake.PROGRAM)
        if seen is None or (report.scale, seen.sha256) in _DONE:
            continue
        if is_here(bench.blobs, seen):
            wanted.setdefault((report.scale, seen.sha256), report)
    return wanted


def compare_beforehand(session: Session, wanted: Wanted, bench: Bench) -> None:
    """Compare what is worth it with every approved reference."""
    if len(_DONE) + len(wanted) > KEPT:
        _DONE.clear()
    _DONE.update(wanted)
    uids = {scale for scale, _digest in wanted}
    rows = select(Scale).where(Scale.uid.in_(uids)).options(joinedload(Scale.model))
    scales = {scale.uid: scale for scale in session.scalars(rows)}
    known = Lookups(session)
    for (uid, _digest), report in wanted.items():
        try:
            if uid in scales:
                judging.compare_all(known, scales[uid], report, bench)
        except Exception:
            LOG.exception("comparing %s beforehand failed", report.uid)


def judge_beforehand(session: Session, cases: Iterable[Case], bench: Bench, at: datetime) -> None:
    """Judge what waits for an image, for the comparisons in it."""
    known = Lookups(session)
    for case in cases:
        intake.judge_or_none(known, case, bench, at)
