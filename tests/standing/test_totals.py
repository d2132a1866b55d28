"""Stored totals equal what the rules say of every scale, whatever was done, on both databases."""

from collections import Counter
from collections.abc import Callable
from dataclasses import astuple
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.db.reserve import reserve
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import TRANSITIONS, State
from app.domain.scope import Scope
from app.domain.seals import SealKind, SealOwner, SealState
from app.domain.verdicts import Verdict
from app.ledger.door import SYSTEM, act, forget
from app.models import (
    Evidence,
    EvidenceStatus,
    Place,
    Scale,
    ScaleCell,
    ScaleModel,
    ScaleTotal,
    Seal,
    Station,
    TransitionRule,
    TypeGeneration,
    Verification,
)
from app.standing import standings
from app.standing.totals import is_legally, rebuild_totals, tallies, totals_drift
from tests.conftest import NOON
from tests.standing.test_sql import fill
from tests.support.makers import (
    COUNTY,
    make_model,
    make_place,
    make_rule,
    make_scale,
    make_stall,
    make_trader,
    verification_of,
)

TODAY = date(2026, 11, 23)
DAYS = [TODAY + timedelta(days=days) for days in (0, 1, 2, 40, 400)]
NEXT_DOOR = "/32/3206/320613/320613001/M01/"
STEP = st.tuples(st.integers(0, 13), st.integers(0, 2), st.integers(0, 11))


def by_rule(session: Session, scope: Scope, today: date) -> Counter[Any]:
    """Return how many scales of each kind the pure rules find."""
    session.flush()
    session.expire_all()
    rows = [one for one in session.scalars(select(Scale)) if scope.holds(one.path)]
    found = standings(session, rows, today)
    return Counter((row.state, found[row.id].legal.status, _verdict(found[row.id])) for row in rows)


def _verdict(standing: Any) -> str:  # noqa: ANN401 - a Standing
    reading = standing.facts.reading
    return reading.verdict.value if reading else ""


def by_sum(session: Session, scope: Scope, today: date) -> Counter[Any]:
    """Return what the stored totals answer."""
    return Counter({astuple(one)[:3]: one.number for one in tallies(session, scope, today)})


def _verify(session: Session, scale: Scale, number: int) -> None:
    on = TODAY + timedelta(days=number - 9)  # some are dated ahead
    until = on + timedelta(days=number * 7) if number % 4 else None
    with act(session, scale, "verified_in_a_test", by=SYSTEM, at=NOON):
        session.add(verification_of(scale, on, until))


def _seal(session: Session, scale: Scale, number: int) -> None:
    state = list(SealState)[number % 4]
    owner = SealOwner.REPAIR if number == 11 else SealOwner.VERIFICATION
    with act(session, scale, "seal_recorded", by=SYSTEM, at=NOON):
        session.add(
            Seal(uid=new_uid(), scale_id=scale.id, kind=SealKind.LEAD, owner=owner, state=state)
        )


def _reseal(session: Session, scale: Scale, number: int) -> None:
    seals = session.scalars(select(Seal).where(Seal.scale_id == scale.id)).all()
    with act(session, scale, "seal_recorded", by=SYSTEM, at=NOON):
        for seal in seals:
            seal.state = list(SealState)[number % 4]


def _move(session: Session, scale: Scale, number: int) -> None:
    place = session.scalars(select(Place).order_by(Place.id)).all()[number % 2]
    with act(session, scale, "moved", by=SYSTEM, at=NOON):
        scale.place, scale.path = place, place.path


def _order(session: Session, scale: Scale, number: int) -> None:
    with act(session, scale, "stop_order", by=SYSTEM, at=NOON):
        scale.stop_order = "3号" if number % 2 else ""


def _open(session: Session, scale: Scale, number: int) -> None:
    with act(session, scale, "opened", by=SYSTEM, at=NOON):
        scale.opened_on = TODAY - timedelta(days=number) if number % 3 else None


def _phase_out(session: Session, scale: Scale, number: int) -> None:
    with act(session, scale.model, "phased_out", by=SYSTEM, at=NOON):
        scale.model.phase_out_on = TODAY + timedelta(days=number * 5) if number % 3 else None


def _rule(session: Session, _scale: Scale, number: int) -> None:
    """Let a rule come, change or go."""
    rule = session.scalar(select(TransitionRule).where(TransitionRule.networked == (number > 8)))
    if rule is None:
        make_rule(session, TODAY + timedelta(days=number * 3 - 4), networked=number > 8)
    elif number % 3:
        with act(session, rule, "record", by=SYSTEM, at=NOON):
            rule.last_day = TODAY + timedelta(days=number * 9)
    else:
        forget(session, rule, "withdraw", by=SYSTEM, at=NOON)


def _retype(session: Session, scale: Scale, number: int) -> None:
    """Correct what kind of type a model is."""
    with act(session, scale.model, "corrected", by=SYSTEM, at=NOON):
        scale.model.networked = bool(number % 2)
        scale.model.generation = list(TypeGeneration)[number % 3 == 0]


def _advance(session: Session, scale: Scale, number: int) -> None:
    ways = [action for state, action in TRANSITIONS if state is scale.state]
    if ways:
        with act(session, scale, ways[number % len(ways)], by=SYSTEM, at=NOON):
            pass


def _register(session: Session, scale: Scale, number: int) -> None:
    make_scale(session, scale.place, scale.model, f"SN-{number}-{new_uid()[-12:]}")


def _in_bulk(session: Session, _scale: Scale, number: int) -> None:
    """Change rows behind the session's back: the database's own triggers see it."""
    session.execute(update(Scale).values(opened_on=TODAY - timedelta(days=number)))


def _read(session: Session, scale: Scale, number: int) -> None:
    """Let evidence stand; a delivery numbers it before, and may write the scale first."""
    with act(session, scale, "evidence", by=SYSTEM, at=NOON):
        row = Evidence(
            id=reserve(session, Evidence, 1)[0],
            uid=new_uid(),
            path=scale.path,
            station=session.scalars(select(Station)).one(),
            scale=scale,
            seq=session.scalar(select(func.count()).select_from(Evidence)),
            received_at=NOON,
            taken_at=NOON,
            envelope=b"{}",
            payload_sha256="ab" * 32,
            protocol="an3155",
            agent_verdict="read",
            status=EvidenceStatus.JUDGED,
            verdict=_verdict_of(number),
        )
        if number % 2:
            scale.standing_evidence_id = row.id
            session.flush()
        session.add(row)
        session.flush()
        scale.standing_evidence_id = row.id


def _rejudge(session: Session, scale: Scale, number: int) -> None:
    """Judge again what stands, or let it lapse by an error."""
    row = session.get(Evidence, scale.standing_evidence_id or 0)
    with act(session, scale, "evidence_judged", by=SYSTEM, at=NOON):
        if row is not None and number % 4:
            row.verdict = _verdict_of(number)
        else:
            scale.standing_evidence_id = None


def _verdict_of(number: int) -> Verdict:
    return list(Verdict)[number % len(Verdict)]


ACTS: tuple[Callable[[Session, Scale, int], None], ...] = (
    *(_verify, _seal, _reseal, _move, _order),
    *(_open, _phase_out, _advance, _register, _in_bulk),
    *(_read, _rejudge, _rule, _retype),
)


@pytest.mark.usefixtures("any_url")
@settings(
    max_examples=12,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(STEP, min_size=3, max_size=20))
def test_totals_equal_a_live_count_after_any_acts(
    session: Session, steps: list[tuple[int, int, int]]
) -> None:
    """In every node of the tree and on several days."""
    session.rollback()
    places = [make_place(session), make_place(session, NEXT_DOOR, "隔壁")]
    model = make_model(session)
    stall, trader = make_stall(session, places[0]), make_trader(session, places[0])
    session.add(Station(uid=new_uid(), path=COUNTY, place=places[0], name="一号", created_at=NOON))
    fleet = [
        make_scale(session, places[n % 2], model, f"SN-{n}", stall=stall, trader=trader)
        for n in range(3)
    ]
    for which, whose, number in steps:
        ACTS[which](session, fleet[whose], number)
    for path in ("/", "/32/3206/", COUNTY, NEXT_DOOR):
        for today in DAYS:
            scope = Scope((path,))
            assert by_sum(session, scope, today) == by_rule(session, scope, today)
    assert totals_drift(session) == []
    assert not session.scalar(select(ScaleTotal).where(ScaleTotal.number < 1).limit(1))
    session.rollback()


@pytest.mark.usefixtures("any_url")
def test_every_combination_of_facts_is_counted_right(session: Session) -> None:
    """Seven hundred scales, each of the nine answers; as a sum and as a condition."""
    fill(session)
    scope = Scope(("/",))
    for today in (TODAY, TODAY + timedelta(days=2)):
        expected = by_rule(session, scope, today)
        assert by_sum(session, scope, today) == expected
        for code in LegalCode:
            rows = session.scalars(
                select(ScaleCell.scale_id).where(is_legally(ScaleCell, code, today))
            ).all()
            assert len(rows) == sum(n for key, n in expected.items() if key[1] is code)
    rule = session.scalars(select(TransitionRule).where(TransitionRule.networked)).one()
    rule.last_day = TODAY
    cells = session.execute(select(ScaleCell.scale_id, ScaleCell.phase_on)).all()
    assert by_sum(session, scope, TODAY) == by_rule(session, scope, TODAY) != expected
    # No cell is written for it: that would hold up every other writer.
    assert session.execute(select(ScaleCell.scale_id, ScaleCell.phase_on)).all() == cells
    session.delete(rule)
    later = TODAY + timedelta(days=2)
    assert by_sum(session, scope, later) == by_rule(session, scope, later)


@pytest.mark.usefixtures("any_url")
def test_overlapping_grants_count_nothing_twice(session: Session) -> None:
    """A county and the province around it are one."""
    make_scale(session)
    (one,) = tallies(session, Scope((COUNTY, "/32/", COUNTY)), TODAY)
    assert (one.state, one.legal, one.verdict, one.number) == (
        *(State.REGISTERED, LegalCode.UNVERIFIED, ""),
        1,
    )
    assert tallies(session, Scope(), TODAY) == []


@pytest.mark.usefixtures("any_url")
def test_drift_is_seen_and_repaired(session: Session) -> None:
    """A trigger that is gone, a cell and a total written by hand: the check is no ornament."""
    scale = make_scale(session)
    assert totals_drift(session) == []
    session.execute(update(ScaleTotal).where(ScaleTotal.path == "/").values(number=7))
    assert totals_drift(session) == ["total of /"]
    session.execute(update(ScaleCell).values(legal=LegalCode.VALID.value))
    assert f"cell of scale {scale.id}" in totals_drift(session)
    rebuild_totals(session)
    assert totals_drift(session) == []
    on = " ON scale" if session.get_bind().dialect.name == "postgresql" else ""
    session.execute(text(f"DROP TRIGGER scale_changes_cell{on}"))
    scale.stop_order = "3号"
    session.flush()
    assert totals_drift(session) == [f"cell of scale {scale.id}"]


def test_a_verification_that_goes_takes_its_answer_along(session: Session) -> None:
    """Nobody deletes one; a restored table might lose it."""
    scale = make_scale(session)
    row = verification_of(scale, TODAY, TODAY)
    session.add(row)
    session.flush()
    assert tallies(session, Scope(("/",)), TODAY)[0].legal is LegalCode.UNKNOWN
    session.delete(row)
    session.flush()
    assert tallies(session, Scope(("/",)), TODAY)[0].legal is LegalCode.UNVERIFIED
    assert session.scalars(select(Verification)).all() == []
    assert session.scalars(select(ScaleModel)).all()
