"""`wutong ledger verify` finds tampering, names it, and raises no false alarm."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.config import Settings
from app.crypto import keys
from app.crypto.keys import Keys
from app.db.session import Database
from app.domain.lifecycle import Action
from app.ledger import checkpoints, epochs
from app.ledger.door import SYSTEM, act
from app.ledger.verify import Problem, problems
from tests.support.makers import (
    NOON,
    lead_seal_of,
    make_person,
    make_place,
    make_scale,
    make_stall,
    make_trader,
)


@pytest.fixture
def secrets(settings: Settings) -> Keys:
    """Return the keys of the installation."""
    return keys.load(settings.keys)


@pytest.fixture
def history(database: Database, secrets: Keys) -> str:
    """Write a small history with a checkpoint in the middle; return the scale's uid."""
    with database.transaction() as session:
        place = make_place(session)
        make_stall(session, place)
        make_trader(session, place)
        make_person(session)
        scale = make_scale(session, place)
        with act(session, scale, Action.SUBMIT, by=SYSTEM, at=NOON):
            pass
        checkpoints.sign(session, secrets.server, at=NOON)
        with act(session, scale, "seal_recorded", by=SYSTEM, at=NOON, details={"number": "L-1"}):
            session.add(lead_seal_of(scale, number="L-1"))
        with act(session, scale, Action.PASS, by=SYSTEM, at=NOON + timedelta(hours=1)):
            pass
        checkpoints.sign(session, secrets.server, at=NOON + timedelta(hours=2))
        cause = epochs.Cause(backup="0" * 64, reason="a trial")
        epochs.open_next(session, secrets.server, cause, by=SYSTEM, at=NOON + timedelta(hours=3))
        checkpoints.sign(session, secrets.server, at=NOON + timedelta(hours=3))
        return scale.uid


def found(database: Database, secrets: Keys) -> list[Problem]:
    """Return what verifying says."""
    with database.reading() as session:
        return list(problems(session, secrets.server.public_key()))


def unguarded(session: Session) -> None:
    """Take the database's own guards away, as an intruder with its password would."""
    if session.get_bind().dialect.name == "sqlite":
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in list(names):
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text("SET session_replication_role = replica"))


@pytest.mark.usefixtures("history", "any_url")
def test_an_honest_history_raises_no_alarm(database: Database, secrets: Keys) -> None:
    """Nothing is found where nothing was done."""
    assert found(database, secrets) == []


TAMPERINGS = {
    "a scale's state": "UPDATE scale SET state = 'ready', market_no = 'X'",
    "a scale's serial number": "UPDATE scale SET serial_no = 'SN-9999'",
    "a scale's software id": "UPDATE scale SET software_id = 'V9'",
    "a scale's stop order taken away": "UPDATE scale SET stop_order = 'none'",
    "a scale's hold document": "UPDATE scale SET hold_document = 'x'",
    "a scale moved to another region": "UPDATE scale SET path = '/11/'",
    "a scale's standing evidence": "UPDATE scale SET standing_evidence_id = 7",
    "a seal mended on paper": "UPDATE seal SET state = 'broken'",
    "a seal's number": "UPDATE seal SET number = 'L-2'",
    "a seal removed": "DELETE FROM seal",
    "a step of the story": "UPDATE scale_event SET action = 'photo' WHERE id = 1",
    "a step's details": 'UPDATE scale_event SET details = \'{"number":"L-7"}\' WHERE id = 3',
    "a step's time": "UPDATE scale_event SET at = '2020-01-01 00:00:00' WHERE id = 2",
    "a step's actor": "UPDATE scale_event SET actor = 'me' WHERE id = 2",
    "the last step removed": "DELETE FROM scale_event WHERE id = 4",
    "a step in the middle removed": "DELETE FROM scale_event WHERE id = 2",
    "a person's login": "UPDATE person SET login = 'other'",
    "a person's password": "UPDATE person SET password_hash = 'mine'",
    "a person disabled": "UPDATE person SET disabled_at = '2026-01-01 00:00:00'",
    "a grant widened": "UPDATE role_grant SET path = '/'",
    "a grant's role": "UPDATE role_grant SET role = 'admin'",
    "a grant prolonged": "UPDATE role_grant SET since = '2020-01-01'",
    "a grant removed": "DELETE FROM role_grant",
    "a trader's name": "UPDATE trader SET name = 'x'",
    "a trader's phone": "UPDATE trader SET phone = '1'",
    "a stall's number": "UPDATE stall SET number = 'Z'",
    "a stall's goods": "UPDATE stall SET goods = 'gold'",
    "a place's name": "UPDATE place SET name = 'x'",
    "a model's evidence level": "UPDATE scale_model SET required_level = 5",
    "a model's profile": "UPDATE scale_model SET profile = '{\"x\":1}'",
    "a model recalled": "UPDATE scale_model SET recalled = true",
    "a model's range": "UPDATE model_range SET e_mg = 10000",
    "a maker's name": "UPDATE maker SET name = 'x'",
    "a trader removed": "DELETE FROM trader",
    "an entry's bytes": "UPDATE ledger_entry SET data = substr(data, 2) WHERE seq = 3",
    "an entry's leaf": "UPDATE ledger_entry SET leaf = 'ff' WHERE seq = 3",
    "an entry's subject": "UPDATE ledger_entry SET subject = 'scale:x' WHERE seq = 3",
    "an entry removed": "DELETE FROM ledger_entry WHERE seq = 3",
    "the newest entry removed": "DELETE FROM ledger_entry WHERE seq = 10",
    "the head set back": "UPDATE ledger_head SET size = size - 1",
    "the head's leaf": "UPDATE ledger_head SET leaf = ''",
    "the head's frontier": "UPDATE ledger_head SET peaks = '[]'",
    "the head removed": "DELETE FROM ledger_head",
    "a checkpoint's root": "UPDATE checkpoint SET root = 'ff'",
    "a checkpoint's size": "UPDATE checkpoint SET size = 4 WHERE size = 8",
    "a checkpoint's envelope": "UPDATE checkpoint SET envelope = '{}'",
    "an epoch's number": "UPDATE epoch SET number = 3",
    "an epoch's cut": "UPDATE epoch SET size = size - 1",
    "an epoch's root": "UPDATE epoch SET root = 'ff'",
    "an epoch's reason": "UPDATE epoch SET reason = 'none'",
    "an epoch's envelope": "UPDATE epoch SET envelope = '{}'",
    "an epoch removed": "DELETE FROM epoch",
}


@pytest.mark.parametrize("what", TAMPERINGS)
@pytest.mark.usefixtures("history")
def test_tampering_is_found_and_named(what: str, database: Database, secrets: Keys) -> None:
    """At least forty kinds, each by one statement behind the program's back."""
    with database.transaction() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("PRAGMA defer_foreign_keys=ON"))
        unguarded(session)
        session.connection().exec_driver_sql(TAMPERINGS[what])
    said = found(database, secrets)
    assert said, what
    assert all(problem.code for problem in said)


def test_at_least_forty_kinds_are_tried() -> None:
    """The goal of the ledger's tests."""
    assert len(TAMPERINGS) >= 40


@pytest.mark.usefixtures("history")
def test_the_first_bad_entry_is_named(database: Database, secrets: Keys) -> None:
    """Entry 3 was touched, so entry 3 is what one reads."""
    with database.transaction() as session:
        unguarded(session)
        session.execute(text("UPDATE ledger_entry SET leaf = 'ff' WHERE seq = 3"))
    assert [(p.seq, p.code) for p in found(database, secrets)] == [(3, "entry_altered")]


@pytest.mark.usefixtures("any_url")
def test_a_rewritten_history_contradicts_the_checkpoint_that_left(
    history: str, database: Database, secrets: Keys
) -> None:
    """A forger who rebuilds the whole chain is held by the signature alone."""
    with database.transaction() as session:
        kept = checkpoints.latest(session)
        assert kept is not None
        unguarded(session)
        session.execute(text("DELETE FROM ledger_entry WHERE seq > 8"))
        session.execute(text("DELETE FROM epoch"))
        session.execute(text("DELETE FROM scale_event WHERE ledger_seq > 8"))
        session.execute(text("DELETE FROM seal"))
        session.execute(text("UPDATE scale SET state = 'awaiting_verification'"))
        rebuild_head(session)
    codes = {problem.code for problem in found(database, secrets)}
    assert "checkpoint_contradicts" in codes
    assert history


def rebuild_head(session: Session) -> None:
    """Make head and frontier fit the entries that are left."""
    from app.ledger import merkle
    from app.models import LedgerEntry, LedgerHead

    head = session.scalars(select(LedgerHead)).one()
    rows = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)).all()
    peaks: list[bytes] = []
    for size, row in enumerate(rows):
        peaks = merkle.append(peaks, size, bytes.fromhex(row.leaf))
    head.size, head.leaf = len(rows), rows[-1].leaf
    head.peaks = [peak.hex() for peak in peaks]


GUARDED = [
    "UPDATE ledger_entry SET leaf = 'ff' WHERE seq = 1",
    "DELETE FROM ledger_entry WHERE seq = 1",
    "UPDATE checkpoint SET root = 'ff'",
    "DELETE FROM checkpoint",
    "UPDATE epoch SET reason = 'none'",
    "DELETE FROM epoch",
    "UPDATE ledger_head SET size = size + 2",
    "DELETE FROM ledger_head",
]


@pytest.mark.parametrize("statement", GUARDED)
@pytest.mark.usefixtures("any_url", "history")
def test_the_database_itself_refuses(statement: str, database: Database) -> None:
    """The guards stand on both databases."""
    with (
        pytest.raises(DBAPIError, match=r"append-only|one entry"),
        database.transaction() as session,
    ):
        session.execute(text(statement))


@pytest.mark.usefixtures("history")
def test_sqlite_refuses_insert_or_replace(database: Database) -> None:
    """It would pass the triggers on update and delete."""
    replace = "INSERT OR REPLACE INTO ledger_entry SELECT seq, 'x', leaf, data FROM ledger_entry"
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text(replace + " WHERE seq = 1"))


def test_postgresql_refuses_truncate(history: str, any_url: str, database: Database) -> None:
    """TRUNCATE fires no row trigger, so it has one of its own."""
    if any_url.startswith("sqlite"):
        assert history  # SQLite has no TRUNCATE
        return
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text("TRUNCATE ledger_entry"))
