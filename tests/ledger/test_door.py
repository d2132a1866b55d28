"""One change, one entry, one transaction."""

import json

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.session import Database
from app.domain.lifecycle import Action, IllegalTransitionError, State
from app.ledger.door import SYSTEM, act
from app.models import LedgerEntry, Scale, ScaleEvent
from tests.support.makers import NOON, make_person, make_scale, make_trader


def entries(session: Session) -> list[dict[str, str]]:
    """Return all entries as they were written."""
    rows = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq))
    return [json.loads(row.data) for row in rows]


def submit(database: Database, uid: str) -> None:
    """Submit a scale for verification in a transaction of its own."""
    with database.transaction() as session:
        scale = session.scalars(select(Scale).where(Scale.uid == uid)).one()
        with act(session, scale, Action.SUBMIT, by=SYSTEM, at=NOON):
            pass


def test_a_move_writes_one_entry_and_one_step_of_the_story(session: Session) -> None:
    """The state, the story and the ledger go together."""
    scale = make_scale(session)
    count = len(entries(session))
    with act(session, scale, Action.SUBMIT, by=SYSTEM, at=NOON, details={"to": "body"}):
        pass
    said = entries(session)
    assert scale.state is State.AWAITING_VERIFICATION
    assert len(said) == count + 1
    assert said[-1]["action"] == "submit"
    assert said[-1]["subject"] == f"scale:{scale.uid}"
    assert said[-1]["before"] == said[-2]["after"]
    last = session.scalars(select(ScaleEvent).order_by(ScaleEvent.id.desc())).first()
    assert last is not None
    assert (last.from_state, last.to_state) == (State.REGISTERED, State.AWAITING_VERIFICATION)
    assert last.ledger_seq == int(said[-1]["seq"])


def test_an_illegal_move_changes_nothing(session: Session) -> None:
    """Refused before the block runs."""
    scale = make_scale(session)
    count = len(entries(session))
    with (
        pytest.raises(IllegalTransitionError),
        act(session, scale, Action.DEPLOY, by=SYSTEM, at=NOON),
    ):
        scale.market_no = "never"
    assert len(entries(session)) == count
    assert scale.market_no == ""


def test_suspension_remembers_what_it_took_the_scale_from(session: Session) -> None:
    """Resume leads back to where suspend came from."""
    scale = make_scale(session)
    for action in (Action.SUBMIT, Action.PASS, Action.SUSPEND):
        with act(session, scale, action, by=SYSTEM, at=NOON):
            pass
    assert scale.left_state is State.READY
    with act(session, scale, Action.RESUME, by=SYSTEM, at=NOON):
        pass
    assert (scale.state, scale.left_state) == (State.READY, None)


def test_nothing_stays_when_the_ledger_cannot_be_written(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule 6 of the life of a scale: no entry, no change."""
    with database.transaction() as session:
        uid = make_scale(session).uid

    def broken(*_args: object) -> int:
        raise OSError("disk full")

    monkeypatch.setattr("app.ledger.entries.append", broken)
    with pytest.raises(OSError, match="disk full"):
        submit(database, uid)
    with database.reading() as session:
        scale = session.scalars(select(Scale).where(Scale.uid == uid)).one()
        assert scale.state is State.REGISTERED
        assert session.scalar(select(func.count()).select_from(ScaleEvent)) == 1


def test_acts_do_not_nest(session: Session) -> None:
    """Two subjects are two acts, one after the other."""
    scale = make_scale(session)
    with (
        pytest.raises(RuntimeError, match="nest"),
        act(session, scale, "photo", by=SYSTEM, at=NOON),
        act(session, scale, "seal_recorded", by=SYSTEM, at=NOON),
    ):
        pass


def test_personal_fields_enter_only_under_a_key_that_can_be_destroyed(session: Session) -> None:
    """The name is nowhere in the ledger, and without the key its digest says nothing."""
    scale = make_scale(session)
    make_trader(session, scale.place, name="王小明")
    make_person(session, login="wang-xiaoming")
    every = " ".join(json.dumps(entry, ensure_ascii=False) for entry in entries(session))
    assert "王小明" not in every
    assert "wang-xiaoming" not in every
