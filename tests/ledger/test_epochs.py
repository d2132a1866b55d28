"""A restore begins an epoch: what was signed before it is explained, not taken for a fork."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.config import Settings
from app.crypto import dsse, keys
from app.db.session import Database
from app.ledger import checkpoints, epochs
from app.ledger.door import SYSTEM
from app.ledger.kept import Answer, NotSignedByUsError, compare
from app.ledger.verify import problems
from tests.ledger.test_verify import unguarded
from tests.support.makers import NOON, make_place, make_stall

HOUR = timedelta(hours=1)
REPORT = "0198c0de-0000-7000-8000-000000000001"
CAUSE = epochs.Cause(backup="0" * 64, reason="disk lost")


@pytest.fixture
def key(settings: Settings) -> Ed25519PrivateKey:
    """Return the key that signs."""
    return keys.load(settings.keys).server


def grow(database: Database, names: str) -> None:
    """Write an entry for each letter of ``names``."""
    with database.transaction() as session:
        place = make_place(session, f"/32/{names}/")
        for name in names:
            make_stall(session, place, name)


def signed(database: Database, key: Ed25519PrivateKey, hours: int) -> dict[str, Any]:
    """Return a checkpoint as it leaves the machine."""
    with database.transaction() as session:
        row = checkpoints.sign(session, key, at=NOON + hours * HOUR)
        assert row is not None
        found: dict[str, Any] = json.loads(row.envelope)
        return found


def receipt(key: Ed25519PrivateKey, hours: int, **more: object) -> dict[str, Any]:
    """Return the receipt of a report that came at that hour."""
    said = {"evidence": REPORT, "received_at": int((NOON + hours * HOUR).timestamp()), **more}
    return dsse.sign(key, dsse.RECEIPT, said)


def against(database: Database, key: Ed25519PrivateKey, document: object) -> Answer:
    """Return what is said of a kept document."""
    with database.reading() as session:
        return compare(session, key.public_key(), document)


@pytest.fixture
def restored(settings: Settings, key: Ed25519PrivateKey) -> Callable[[], Database]:
    """Return how to go back to a state: the database after it was restored from a copy."""

    def back() -> Database:
        database = Database(settings.database_url)
        with database.transaction() as session:
            epochs.open_next(session, key, CAUSE, by=SYSTEM, at=NOON + 5 * HOUR)
            checkpoints.sign(session, key, at=NOON + 5 * HOUR)
        return database

    return back


@pytest.fixture
def lost(database: Database, key: Ed25519PrivateKey) -> list[dict[str, Any]]:
    """Return two checkpoints, one before and one after the backup that is gone back to."""
    grow(database, "abc")
    kept = [signed(database, key, 1)]
    with Session(database.engine) as session:  # the history that the restore gives up
        place = make_place(session, "/32/later/")
        make_stall(session, place, "x")
        row = checkpoints.sign(session, key, at=NOON + 2 * HOUR)
        assert row is not None
        kept.append(json.loads(row.envelope))
        session.rollback()
    return kept


@pytest.mark.usefixtures("any_url")
def test_after_a_restore_the_ledger_is_intact_and_older_statements_are_explained(
    lost: list[dict[str, Any]], restored: Callable[[], Database], key: Ed25519PrivateKey
) -> None:
    """The one before the backup holds; the one after it belongs to the epoch that was cut."""
    database = restored()
    grow(database, "de")  # as long again as what was lost
    before, after = (against(database, key, document) for document in lost)
    assert before.code == "consistent"
    assert (after.code, after.epoch, after.size) == ("cut_back", 1, 6)
    assert after.restored is not None
    assert (after.restored.number, after.restored.size) == (2, 4)
    now = against(database, key, signed(database, key, 6))
    assert (now.code, now.epoch) == ("consistent", 2)
    with database.reading() as session:
        assert list(problems(session, key.public_key())) == []
    database.dispose()


def test_the_same_without_an_epoch_is_a_fork(
    lost: list[dict[str, Any]], database: Database, key: Ed25519PrivateKey
) -> None:
    """The control: a copy put back by hand, and history going on, is not explained."""
    assert against(database, key, lost[1]).code == "shorter"
    grow(database, "de")
    answer = against(database, key, lost[1])
    assert (answer.code, answer.is_explained) == ("fork", False)


def test_an_epoch_excuses_nothing_that_was_signed_within_it(
    lost: list[dict[str, Any]], restored: Callable[[], Database], key: Ed25519PrivateKey
) -> None:
    """A second cut, this time by hand, is a fork again."""
    assert lost
    database = restored()
    with Session(database.engine) as session:
        make_place(session, "/32/gone/")
        row = checkpoints.sign(session, key, at=NOON + 6 * HOUR)
        assert row is not None
        kept = json.loads(row.envelope)
        session.rollback()
    assert against(database, key, kept).code == "shorter"
    grow(database, "f")
    assert against(database, key, kept).code == "fork"
    database.dispose()


def test_a_receipt_whose_report_the_restore_lost_says_so(
    lost: list[dict[str, Any]], restored: Callable[[], Database], key: Ed25519PrivateKey
) -> None:
    """Its checkpoint may be older than the backup; the report is missing all the same."""
    database = restored()
    answer = against(database, key, receipt(key, 3))
    assert (answer.code, answer.evidence, answer.epoch) == ("evidence_lost", REPORT, 1)
    assert against(database, key, receipt(key, 6)).code == "evidence_missing"
    point = {"size": 6, "root": "0" * 64, "at": int((NOON + 2 * HOUR).timestamp())}
    assert against(database, key, receipt(key, 3, checkpoint=point)).code == "cut_back"
    assert lost
    database.dispose()


def test_what_another_key_signed_is_not_weighed(database: Database, key: Ed25519PrivateKey) -> None:
    """Nor what is no statement at all."""
    stranger = Ed25519PrivateKey.generate()
    for document in (receipt(stranger, 1), {}, [], "x", {"checkpoint": 7}):
        with pytest.raises(NotSignedByUsError):
            against(database, key, document)


FALSE_EPOCHS = {
    "epoch_forged": "UPDATE epoch SET envelope = '{}'",
    "epoch_altered": "UPDATE epoch SET reason = 'none'",
    "epoch_missing": "DELETE FROM epoch",
    "epoch_contradicts": None,
    "epoch_without_entry": None,
    "checkpoint_of_another_epoch": "DELETE FROM epoch",
}


@pytest.mark.parametrize("code", FALSE_EPOCHS)
def test_a_missing_or_false_epoch_is_named(
    code: str,
    lost: list[dict[str, Any]],
    restored: Callable[[], Database],
    key: Ed25519PrivateKey,
) -> None:
    """Even for one who only walks the chain."""
    assert lost
    database = restored()
    with database.transaction() as session:
        unguarded(session)
        if statement := FALSE_EPOCHS[code]:
            session.execute(text(statement))
        else:
            invent(session, key, cut=2 if code == "epoch_without_entry" else 3)
    with database.reading() as session:
        found = {problem.code for problem in problems(session, key.public_key(), rows=False)}
    assert code in found
    database.dispose()


def invent(session: Session, key: Ed25519PrivateKey, cut: int) -> None:
    """Put in an epoch that never was, signed by somebody with the key."""
    from app.ledger import merkle
    from app.models import Epoch, LedgerEntry

    leaves = [bytes.fromhex(session.get_one(LedgerEntry, seq).leaf) for seq in range(1, cut + 1)]
    root = merkle.root_of(leaves).hex() if cut == 2 else "0" * 64
    at = int(NOON.timestamp())
    said = {"uid": REPORT, "number": 9, "size": cut, "root": root, "at": at, "reason": ""}
    envelope = json.dumps(dsse.sign(key, dsse.EPOCH, said))
    session.add(Epoch(**{**said, "at": NOON}, envelope=envelope))
