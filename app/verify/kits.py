"""What the page of a worksheet needs to work without asking again: one kit per scale.

All of it is data for the script: rule sets, plans, pre-checks with what the register knows,
marks next in stock, the draft that was begun, and the outfit: body, standard, weights.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.detectors import usual
from app.domain.rules.planning import PlannedPoint, test_plan
from app.domain.rules.ruleset import RuleSet
from app.domain.standards import MarkKind
from app.domain.verification import VerificationKind
from app.ledger.orders import open_appeal
from app.models import Body, Person, Scale, Verification, WorksheetDraft
from app.standing import Standing, standings
from app.verify import register_says
from app.verify.service import drafts, rulesets, stock_books
from app.verify.service.verdict import ranges_of
from app.verify.sheets import name_of
from app.web.words.worksheets import LOOK

KINDS: Final = (VerificationKind.INITIAL, VerificationKind.SUBSEQUENT)


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works, for which body, at which moment."""

    person: Person
    body: Body | None
    at: datetime

    @property
    def day(self) -> date:
        """The legal day."""
        return local_date(self.at)


def kits(
    session: Session, scales: Sequence[Scale], worker: Worker, draft: str = ""
) -> dict[str, Any]:
    """Return the kits of ``scales`` with the rule sets they share.

    Args:
        draft: uid of the draft to go on with, where one was chosen.
    """
    mine = drafts.open_drafts(session, worker.person.id)
    standing = standings(session, scales, worker.day)
    before = _verified_before(session, scales)
    labels = _free(session, worker, MarkKind.LABEL, mine)
    seals = _free(session, worker, MarkKind.LEAD_SEAL, mine)
    rules: dict[str, Any] = {}
    found = []
    for scale in scales:
        held = rulesets.rule_set_for(session, scale.model, worker.day)
        rules[held.rules.name] = held.document
        needed = register_says.seal_needed(scale)
        marks = {
            "label_no": next(labels, ""),
            "seal_no": next(seals, ""),
            "seal_needed": needed,
        }
        kit = _kit(scale, standing[scale.id], held.rules, initial=scale.id not in before)
        if open_appeal(session, scale) is not None:
            kit["purpose"] = "arbitration"
        found.append({**kit, "marks": marks, "draft": draft_for(mine, scale, draft)})
    return {"kits": found, "rules": rules}


def _kit(scale: Scale, standing: Standing, rules: RuleSet, *, initial: bool) -> dict[str, Any]:
    return {
        "scale": told_scale(scale),
        "rules": rules.name,
        "kind": (VerificationKind.INITIAL if initial else VerificationKind.SUBSEQUENT).value,
        "purpose": "first" if initial else "after_repair" if scale.opened_on else "periodic",
        "plans": {
            kind.value: [
                _point(point)
                for point in test_plan(rules, scale.model.accuracy, ranges_of(scale.model), kind)
            ]
            for kind in KINDS
        },
        "prechecks": [
            {
                "code": check.code,
                "effect": check.effect.value,
                "clause": check.clause,
                "words": str(LOOK[check.code][0]) if check.code in LOOK else check.code,
                "help": str(LOOK[check.code][1]) if check.code in LOOK else "",
                **register_says.said(check.code, scale, standing).as_json(),
            }
            for check in rules.pre_checks
        ],
    }


def told_scale(scale: Scale) -> dict[str, Any]:
    """Return a scale as the script knows it."""
    return {
        "uid": scale.uid,
        "number": name_of(scale),
        "serial": scale.serial_no,
        "model": scale.model.name,
        "place": scale.place.uid,
        "place_name": scale.place.name,
        "stall": scale.stall.number if scale.stall else "",
        "accuracy": scale.model.accuracy.value,
        "ranges": [
            {"max_mg": one.max_mg, "min_mg": one.min_mg, "e_mg": one.e_mg}
            for one in scale.model.ranges
        ],
        "url": url_for("manage.scale", uid=scale.uid),
    }


def _point(point: PlannedPoint) -> dict[str, Any]:
    return {
        "test": point.test.value,
        "load_mg": point.load_mg,
        "readings": point.readings,
        "required": point.required,
        "mpe_mg": point.mpe_mg,
        "e_mg": point.e_mg,
        "changeover": point.changeover.value,
        "range": point.range_no,
    }


def draft_for(mine: Sequence[WorksheetDraft], scale: Scale, wanted: str) -> dict[str, Any] | None:
    """Return the draft to go on with: the one wanted, else the newest of the scale."""
    of_scale = [one for one in mine if one.scale_id == scale.id]
    row = next((one for one in of_scale if one.uid == wanted), next(iter(of_scale), None))
    if row is None:
        return None
    saved_at = int(row.saved_at.timestamp() * 1000)
    document = row.document
    return {"uid": row.uid, "revision": row.revision, "document": document, "saved_at": saved_at}


def _verified_before(session: Session, scales: Sequence[Scale]) -> set[int]:
    ids = [scale.id for scale in scales]
    return set(
        session.scalars(
            select(Verification.scale_id)
            .where(Verification.scale_id.in_(ids))
            .group_by(Verification.scale_id)
        )
    )


def _free(
    session: Session, worker: Worker, kind: MarkKind, mine: Sequence[WorksheetDraft]
) -> Iterator[str]:
    """Yield the numbers in hand that no open draft has taken."""
    if worker.body is None:
        return
    name = "label_no" if kind is MarkKind.LABEL else "seal_no"
    taken = {str(one.document.get(name, "")) for one in mine}
    for issue in stock_books.issues_of(session, worker.body, worker.person, kind):
        for number in stock_books.unused(session, issue):
            if (text := stock_books.printed(issue.lot, number)) not in taken:
                yield text


def environment(session: Session, path: str, worker: Worker) -> Mapping[str, Any] | None:
    """Return what the verifier measured last at this place today, if anything."""
    last = drafts.last_at(session, worker.person.id, path)
    if last is None or local_date(last.saved_at) != worker.day:
        return None
    found: Mapping[str, Any] | None = last.document.get("environment")
    return found


def conditions() -> dict[str, int]:
    """Return the air in which scales are verified; beyond it a worksheet is marked."""
    limits = usual()
    return {name: getattr(limits, name) for name in ("least_dc", "most_dc", "most_pm")}
