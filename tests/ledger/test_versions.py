"""A row told under an older projection verifies as such, until its next act tells the newest."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.config import Settings
from app.crypto import keys
from app.crypto.keys import Keys
from app.db.ids import new_uid
from app.db.session import Database
from app.domain.references import Origin
from app.ledger import entries, projections
from app.ledger.door import SYSTEM, act
from app.ledger.gathering import gathered
from app.ledger.verify import problems
from app.models import Code, CodeKind, Place, Reference, Scale, ScaleModel, Stall
from tests.support.makers import NOON, make_person, make_scale, make_stall, recorded


@pytest.fixture
def secrets(settings: Settings) -> Keys:
    """Return the keys of the installation."""
    return keys.load(settings.keys)


@pytest.fixture
def old(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Return a database whose rows were told before the later columns were there."""
    later = {
        (kind, one) for kind, versions in projections.ADDED.items() for v in versions for one in v
    }
    with monkeypatch.context() as before, database.transaction() as session:
        before.setattr(projections, "ADDED", {})
        projected = projections._projected  # noqa: SLF001 - the version of before, made by hand
        before.setattr(
            projections,
            "_projected",
            lambda kind: tuple(one for one in projected(kind) if (kind, one) not in later),
        )
        parts = {
            kind: tuple(part for part in parts if (kind, part[0]) not in later)
            for kind, parts in projections.SUBJECTS.items()
        }
        before.setattr(projections, "SUBJECTS", parts)
        told = projections._told.__wrapped__  # noqa: SLF001 - what is kept is today's
        before.setattr(projections, "_told", told)
        make_scale(session)
        make_stall(session, session.scalars(select(Place)).one(), "B-77")
        row = Reference(
            uid=new_uid(),
            model=session.scalars(select(ScaleModel)).one(),
            software_id="V1.0",
            address=0,
            length=1,
            sha256="0" * 64,
            code_sha256="0" * 64,
            crc32="0" * 8,
            pages=[],
            origin=Origin.TYPE_SAMPLE,
            submitted_by=make_person(session),
            submitted_at=NOON,
        )
        recorded(session, row)
    return database


def found(database: Database, secrets: Keys) -> list[str]:
    """Return the codes that verifying finds."""
    with database.reading() as session:
        return [one.code for one in problems(session, secrets.server.public_key())]


@pytest.mark.usefixtures("any_url")
def test_an_old_row_verifies_and_goes_on(old: Database, secrets: Keys) -> None:
    """Before and after its first act under the new version."""
    assert found(old, secrets) == []
    with old.transaction() as session:
        row = session.scalars(select(Reference)).one()
        with act(session, row, "withdraw", by=SYSTEM, at=NOON):
            row.decision_note = "old"
    assert found(old, secrets) == []


@pytest.mark.usefixtures("any_url")
def test_an_old_scale_goes_on_among_acts_that_are_written_together(
    old: Database, secrets: Keys
) -> None:
    """Its entry begins where the last one ended, in the version of that one."""
    with old.transaction() as session, gathered(session, entries.lock(session)):
        scale = session.scalars(select(Scale)).one()
        for note in ("one", "two"):
            with act(session, scale, "note", by=SYSTEM, at=NOON):
                scale.software_id = note
    assert found(old, secrets) == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE reference SET path = '/32/'", "UPDATE reference SET software_id = 'V9'"],
)
def test_an_old_row_that_was_changed_is_found(old: Database, secrets: Keys, statement: str) -> None:
    """The column that came later is covered too: it holds what the migration gave it."""
    with old.transaction() as session:
        session.execute(text(statement))
    assert found(old, secrets) == ["row_altered"]


def test_a_new_row_is_not_taken_for_an_old_one(old: Database, secrets: Keys) -> None:
    """Once told with its office, only that counts."""
    with old.transaction() as session:
        row = session.scalars(select(Reference)).one()
        with act(session, row, "move", by=SYSTEM, at=NOON):
            row.path = "/32/"
    with old.transaction() as session:
        session.execute(text("UPDATE reference SET path = '/'"))
    assert found(old, secrets) == ["row_altered"]


def card(stall: Stall) -> Code:
    """Return a card of ``stall``."""
    return Code(
        uid=new_uid(),
        path=stall.path,
        kind=CodeKind.TAG,
        value="02" * 16,
        issued_at=NOON,
        stall_id=stall.id,
    )


def stall_of(session: Session) -> Stall:
    """Return the stall that was told before stalls had cards."""
    return session.scalars(select(Stall).where(Stall.number == "B-77")).one()


@pytest.mark.usefixtures("any_url")
def test_a_stall_of_before_there_were_cards_gets_one(old: Database, secrets: Keys) -> None:
    """What belongs to a subject is versioned as its columns are."""
    with old.transaction() as session:
        stall = stall_of(session)
        with act(session, stall, "tag_bound", by=SYSTEM, at=NOON):
            session.add(card(stall))
    assert found(old, secrets) == []


def test_a_card_put_on_a_stall_behind_the_ledger_is_found(old: Database, secrets: Keys) -> None:
    """In its old version it had none."""
    with old.transaction() as session:
        session.add(card(stall_of(session)))
    assert found(old, secrets) == ["row_altered"]
