"""What the page of an in-service check needs: the kit of a worksheet, with the doubled limits."""

from typing import Any, Final

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.rules.limits import ScaleLimits
from app.domain.rules.planning import limit_mg, test_plan
from app.domain.rules.ruleset import RuleSet, Test
from app.domain.seals import SealState
from app.domain.verification import VerificationKind
from app.models import Person, Scale
from app.standing import standing_of
from app.verify.kits import draft_for, told_scale
from app.verify.service import drafts, rulesets
from app.verify.service.checks import LOOKS, officers
from app.verify.service.verdict import ranges_of
from app.web.formats import day
from app.web.words import checks as words
from app.web.words.say import say
from app.web.words.worksheet_screen import screen

KG: Final = 1_000_000
KIND: Final = VerificationKind.IN_SERVICE
# What a market or an inspector carries, beside the loads of the rule set.
USUAL: Final = (KG, 2 * KG, 5 * KG)


def given(session: Session, scale: Scale, person: Person, wanted: str) -> dict[str, Any]:
    """Return what the script is given; ``wanted`` is the draft to go on with."""
    at = utcnow()
    held = rulesets.rule_set_for(session, scale.model, local_date(at))
    plan = points(held.rules, scale)
    mine = [
        one
        for one in drafts.open_drafts(session, person.id, [scale])
        if one.document.get("check") is not None
    ]
    loads = sorted({point["load_mg"] for point in plan if point["test"] == Test.WEIGHING_UP})
    said = screen()
    kit = {
        "scale": told_scale(scale),
        "rules": held.rules.name,
        "kind": KIND.value,
        "purpose": "supervision",
        "plans": {KIND.value: plan},
        "prechecks": _looks(session, scale),
        "marks": {"label_no": "", "seal_no": "", "seal_needed": False},
        "draft": draft_for(mine, scale, wanted),
        "check": {
            "officers": [
                {"uid": one.uid, "name": one.name}
                for one in officers(session, scale.path, person.id, at)
            ],
            "loads": loads,
            "begun": _begun(loads),
        },
    }
    return {
        "kits": [kit],
        "rules": {held.rules.name: held.document},
        "outfit": {"weights": [], "chosen": [], "by_load": {}, "barred": []},
        "environment": None,
        "person": person.uid,
        "day": local_date(at).isoformat(),
        "wanted": wanted,
        "drafts": "/verify/drafts/",
        "list": url_for("checks.index"),
        "unit_price_fen_per_kg": 0,
        "words": said | words.screen() | {"steps": words.steps(said["steps"])},
    }


def points(rules: RuleSet, scale: Scale) -> list[dict[str, Any]]:
    """Return zero and every load that can be chosen, each with its limit in service."""
    model, ranges = scale.model, ranges_of(scale.model)
    limits = ScaleLimits.of(rules, model.accuracy, ranges, KIND)
    planned = test_plan(rules, model.accuracy, ranges, KIND)
    places = {
        (one.load_mg, one.range_no) for one in planned if one.test is Test.WEIGHING_UP
    } | _usual(limits)
    zeros = sorted({one.range_no or 0 for one in planned if one.test is Test.ZERO} or {0})
    return [_point(limits, Test.ZERO, 0, no or None) for no in zeros] + [
        _point(limits, Test.WEIGHING_UP, load, no)
        for load, no in sorted(places, key=lambda place: (place[1] or 0, place[0]))
        if load > 0
    ]


def _usual(limits: ScaleLimits) -> set[tuple[int, int | None]]:
    found: set[tuple[int, int | None]] = set()
    for load in USUAL:
        for number, one in enumerate(limits.ranges, start=1):
            if load <= one.max_mg:
                found.add((load, number if limits.separate else None))
    return found


def _point(limits: ScaleLimits, test: Test, load: int, number: int | None) -> dict[str, Any]:
    return {
        "test": test.value,
        "load_mg": load,
        "readings": 1,
        "required": True,
        "mpe_mg": limit_mg(limits, test, load, number),
        "e_mg": limits.range_for(load, number).e_mg,
        # Nobody carries tenths of e through a market: what is read counts as read.
        "changeover": "never",
        "range": number,
    }


def _begun(loads: list[int]) -> dict[str, Any]:
    first = KG if KG in loads else next(iter(loads), KG)
    return {
        "task_no": "",
        "second": "",
        "mass": "market",
        "certificate": "",
        "loads": [first],
        "statement": "",
        "said": "",
    }


def _looks(session: Session, scale: Scale) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "effect": "refuse" if fails else "warn",
            "clause": "",
            "words": str(words.LOOK[code][0]),
            "help": str(words.LOOK[code][1]),
            "text": _register(session, scale, code),
            "known": None,
        }
        for code, fails in LOOKS.items()
    ]


def _register(session: Session, scale: Scale, code: str) -> str:
    if code == "seen_plate":
        return f"{scale.model.maker.name} · {scale.model.name} · {scale.serial_no}"
    if code == "seen_seals":
        standing = [seal for seal in scale.seals if seal.state is not SealState.REPLACED]
        return str(_(", ")).join(f"{seal.number} {say(seal.state)}" for seal in standing)
    if code == "seen_label":
        until = standing_of(session, scale, local_date(utcnow())).legal.valid_until
        if until is None:
            return str(_("no valid mark on record"))
        return str(_("valid until %(day)s", day=day(until)))
    return ""
