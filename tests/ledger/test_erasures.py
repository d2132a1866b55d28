"""Words and persons can be erased, and what merely vanished is still found."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts import service
from app.accounts.erasing import StillInOfficeError, erase_person
from app.config import Settings
from app.crypto import keys
from app.crypto.keys import Keys
from app.db.session import Database
from app.domain.lifecycle import Action
from app.domain.roles import Role
from app.ledger import remarks
from app.ledger.door import SYSTEM
from app.ledger.erasures import NAMELESS, erasures
from app.ledger.remarks import RemarkErasedError
from app.ledger.verify import problems
from app.manage.service.acts import Act, perform
from app.models import LedgerEntry, Person, Remark, ScaleEvent
from tests.support.makers import NOON, make_person, make_place, make_scale

WORDS = "李四 says it was dropped"


@pytest.fixture
def secrets(settings: Settings) -> Keys:
    """Return the keys of the installation."""
    return keys.load(settings.keys)


@pytest.fixture
def remark(database: Database) -> str:
    """Have somebody submit a scale with a remark; return the remark's uid."""
    with database.transaction() as session:
        scale = make_scale(session, make_place(session))
        person = make_person(session, "lisi", [Role.MANAGER])
        asked = Act(action=Action.SUBMIT, note=WORDS)
        perform(session, scale, asked, by=person.uid, at=NOON)
        return session.scalars(select(Remark.uid)).one()


def found(database: Database, secrets: Keys) -> list[tuple[str, str]]:
    """Return what verifying finds."""
    with database.reading() as session:
        return [(one.code, one.subject) for one in problems(session, secrets.server.public_key())]


def everything(session: Session) -> Iterator[bytes]:
    """Yield all that is chained: the story and the entries."""
    for event in session.scalars(select(ScaleEvent)):
        yield str(event.details).encode()
    yield from session.scalars(select(LedgerEntry.data))


def erased(database: Database, remark: str) -> None:
    """Erase the words, as the command does."""
    with database.transaction() as session:
        row = session.scalars(select(Remark).where(Remark.uid == remark)).one()
        remarks.erase(session, row, "asked for by the person", by=SYSTEM, at=NOON)


@pytest.mark.usefixtures("remark")
def test_no_word_that_somebody_typed_is_in_the_chain(database: Database, secrets: Keys) -> None:
    """The story holds a digest under a key of the remark's own."""
    with database.reading() as session:
        chained = b"".join(everything(session))
        assert b"remark_digest" in chained
        assert WORDS.encode() not in chained
    assert found(database, secrets) == []


@pytest.mark.usefixtures("any_url")
def test_an_erased_remark_is_no_tampering(database: Database, secrets: Keys, remark: str) -> None:
    """Text and key are gone, by whom and when is told, and verifying is green."""
    erased(database, remark)
    assert found(database, secrets) == []
    with database.reading() as session:
        row = session.scalars(select(Remark).where(Remark.uid == remark)).one()
        assert (row.text, row.secret) == (None, None)
        told = erasures(session)
    assert [(one.subject, one.by, one.at) for one in told] == [(f"remark:{remark}", SYSTEM, NOON)]


def test_what_is_erased_cannot_be_erased_again(database: Database, remark: str) -> None:
    """The second wish finds nothing."""
    erased(database, remark)
    with pytest.raises(RemarkErasedError):
        erased(database, remark)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE remark SET text = 'it fell'", "row_altered"),
        ("UPDATE remark SET secret = X'00'", "row_altered"),
        ("UPDATE remark SET secret = 'text'", "row_altered"),
        ("UPDATE remark SET text = NULL, secret = NULL", "row_altered"),
        ("DELETE FROM remark", "row_missing"),
        (
            (
                "INSERT INTO remark (uid, scale_id, about, at, text, secret)"
                " VALUES ('x', 1, '', '2026-11-23 04:00:00', 'a', X'00')"
            ),
            "row_without_entry",
        ),
    ],
)
def test_words_changed_without_an_act_are_found(
    database: Database, secrets: Keys, remark: str, statement: str, code: str
) -> None:
    """Control: the very same blanking, in silence, is tampering."""
    with database.transaction() as session:
        session.execute(text(statement))
    named = "x" if code == "row_without_entry" else remark
    assert found(database, secrets) == [(code, f"remark:{named}")]


def test_words_put_back_after_an_erasure_are_found(
    database: Database, secrets: Keys, remark: str
) -> None:
    """Erased means erased."""
    erased(database, remark)
    with database.transaction() as session:
        statement = text("UPDATE remark SET text = 'a', secret = X'00' WHERE uid = :uid")
        session.execute(statement, {"uid": remark})
    assert found(database, secrets) == [("row_altered", f"remark:{remark}")]


@pytest.fixture
def retired(database: Database, remark: str) -> str:
    """Let the roles of somebody who did something end; return the person's uid."""
    assert remark
    with database.transaction() as session:
        person = session.scalars(select(Person).where(Person.login == "lisi")).one()
        service.withdraw(session, person, Role.MANAGER, by=SYSTEM, at=NOON)
        return person.uid


@pytest.mark.usefixtures("any_url")
def test_an_erased_person_is_no_tampering(database: Database, secrets: Keys, retired: str) -> None:
    """Name, login and key are gone; what the person did stays under the uid."""
    with database.transaction() as session:
        person = session.scalars(select(Person).where(Person.uid == retired)).one()
        erase_person(session, person, by=SYSTEM, at=NOON)
        assert (person.name, person.secret, "lisi" in person.login) == (NAMELESS, None, False)
        assert person.disabled_at == NOON
    assert found(database, secrets) == []
    with database.reading() as session:
        assert [one.subject for one in erasures(session)] == [f"person:{retired}"]
        assert session.scalars(select(ScaleEvent.actor).where(ScaleEvent.actor == retired)).all()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE person SET secret = NULL",
        "UPDATE person SET secret = NULL, name = '—', login = 'erased-' || uid",
    ],
)
def test_a_person_blanked_in_silence_is_found(
    database: Database, secrets: Keys, retired: str, statement: str
) -> None:
    """Control: without the act it is tampering, keyless names included."""
    with database.transaction() as session:
        session.execute(text(statement))
    assert ("row_altered", f"person:{retired}") in found(database, secrets)


def test_a_name_given_to_an_erased_person_is_found(
    database: Database, secrets: Keys, retired: str
) -> None:
    """No digest covers a name without a key, so it has to be the blank one."""
    with database.transaction() as session:
        person = session.scalars(select(Person).where(Person.uid == retired)).one()
        erase_person(session, person, by=SYSTEM, at=NOON)
    with database.transaction() as session:
        session.execute(text("UPDATE person SET name = 'X'"))
    assert found(database, secrets) == [("row_altered", f"person:{retired}")]


@pytest.mark.usefixtures("remark")
def test_somebody_in_office_is_not_erased(database: Database) -> None:
    """First the roles end, then the name may go."""
    with database.transaction() as session:
        person = session.scalars(select(Person).where(Person.login == "lisi")).one()
        with pytest.raises(StillInOfficeError):
            erase_person(session, person, by=SYSTEM, at=NOON)
