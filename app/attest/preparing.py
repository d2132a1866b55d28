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
from app.attest.comparing import is_here
from app.attest.lookups import Lookups
from app.attest.wire import Report
from app.models import Scale

LOG: Final = logging.getLogger("wutong.attest")


def compare_beforehand(session: Session, reports: Sequence[Report], bench: Bench) -> None:
    """Compare the bytes that are here already, of each scale and image once."""
    wanted: dict[tuple[str, str], Report] = {}
    for report in reports:
        seen = report.part(intake.PROGRAM)
        if seen is None or (report.scale, seen.sha256) in wanted:
            continue
        if is_here(bench.blobs, seen):
            wanted[report.scale, seen.sha256] = report
    if not wanted:
        return
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
