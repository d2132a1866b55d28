"""Eight processes append at once: no fork, no gap; and what happens without the lock."""

import multiprocessing
from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.config import Settings
from app.crypto import keys
from app.db.session import Database
from app.ledger import entries, merkle
from app.ledger.door import SYSTEM, act
from app.ledger.verify import problems
from app.models import LedgerHead, Scale
from tests.support import databases
from tests.support.makers import NOON, make_scale

PROCESSES = 8
APPENDS = 25
FIELDS = {"actor": "system", "action": "test", "before": None, "after": "0" * 64}


def append_locked(url: str, worker: int) -> None:
    """Append as the program does."""
    database = Database(url)
    for number in range(APPENDS):
        with database.transaction() as session:
            head = entries.lock(session)
            fields = {**FIELDS, "subject": f"test:{worker}-{number}"}
            entries.append(session, head, fields, NOON)
    database.dispose()


def append_unlocked(url: str, worker: int) -> None:
    """Append behind a head that was read without a lock: the control."""
    database = Database(url)
    for number in range(APPENDS):
        with database.reading() as session:
            head = session.get_one(LedgerHead, 1)
            seen = (head.size, head.leaf, list(head.peaks))
        leaf = merkle.leaf_hash(f"{worker}-{number}-{seen[1]}".encode()).hex()
        with database.transaction() as session:
            session.execute(
                text("INSERT INTO fork (prev, leaf) VALUES (:prev, :leaf)"),
                {"prev": seen[1], "leaf": leaf},
            )
            session.execute(
                text("UPDATE ledger_head SET leaf = :leaf, size = size + 1"), {"leaf": leaf}
            )
    database.dispose()


def run(target: Callable[[str, int], None], url: str) -> None:
    """Run ``target`` in eight processes and wait for all of them."""
    # Imported once and forked from there: eight interpreters need not each load the program.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.ledger.test_concurrency"])
    workers = [context.Process(target=target, args=(url, n)) for n in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES


def test_who_waited_for_the_lock_sees_what_was_done_meanwhile(
    postgres_server: str, settings: Settings
) -> None:
    """A scale that was read before the wait is not told to the ledger as it was then."""
    with databases.postgres_copy(postgres_server, "template") as url:
        database = Database(url)
        with database.transaction() as session:
            make_scale(session)
        with database.transaction() as slow:
            scale = slow.scalars(select(Scale)).one()
            assert scale.hold_document == ""
            with database.transaction() as quick:
                same = quick.scalars(select(Scale)).one()
                with act(quick, same, "hold", by=SYSTEM, at=NOON):
                    same.hold_document = "1"
            with act(slow, scale, "note", by=SYSTEM, at=NOON):
                pass
            assert scale.hold_document == "1"
        key = keys.load(settings.keys).server.public_key()
        with database.reading() as session:
            assert list(problems(session, key)) == []
        database.dispose()


def test_eight_processes_do_not_fork_the_ledger(
    any_url: str, database: Database, settings: Settings
) -> None:
    """Every append is there, in one chain."""
    run(append_locked, any_url)
    key = keys.load(settings.keys).server.public_key()
    with database.reading() as session:
        assert session.get_one(LedgerHead, 1).size == PROCESSES * APPENDS
        assert list(problems(session, key, rows=False)) == []


def test_without_the_lock_it_forks(any_url: str, database: Database) -> None:
    """The control: two entries name the same predecessor."""
    with database.transaction() as session:
        session.execute(text("CREATE TABLE fork (prev VARCHAR(64), leaf VARCHAR(64))"))
    run(append_unlocked, any_url)
    with database.reading() as session:
        forks = "SELECT count(*) - count(DISTINCT prev) FROM fork"
        assert session.scalar(text(forks)) > 0


def test_a_second_entry_of_the_same_number_is_refused(database: Database) -> None:
    """Even a program without the lock cannot write two entries with one number."""
    with database.transaction() as session:
        entries.append(session, entries.lock(session), {**FIELDS, "subject": "test:1"}, NOON)
    again = text("INSERT INTO ledger_entry SELECT seq, 'x', leaf, data FROM ledger_entry")
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(again)
