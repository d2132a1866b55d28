"""Erasing from the shell: a remark, a person; verifying says so and stays green."""

import pytest
from sqlalchemy import select

from app.db.session import Database
from app.domain.lifecycle import Action
from app.domain.roles import Role
from app.manage.service.acts import Act, perform
from app.models import Remark, Scale
from tests.cli.conftest import Shell
from tests.support.makers import NOON, make_person, make_place, make_scale


@pytest.fixture
def database(wutong: Shell) -> Database:
    """Return the database of the home, with a scale in it."""
    found = Database(f"sqlite:///{wutong.home / 'wutong.db'}")
    with found.transaction() as session:
        scale = make_scale(session, make_place(session))
        person = make_person(session, "lisi", [Role.MANAGER])
        asked = Act(action=Action.SUBMIT, note="李四 dropped it")
        perform(session, scale, asked, by=person.uid, at=NOON)
    return found


def test_a_remark_is_found_by_its_scale_and_erased(wutong: Shell, database: Database) -> None:
    """The list gives what the erasure asks for; afterwards nobody reads the words again."""
    with database.reading() as session:
        scale, remark = session.scalar(select(Scale.uid)), session.scalar(select(Remark.uid))
    assert f"{remark}  2026-11-23  李四 dropped it" in wutong("ledger", "remarks", scale).out
    asked = ("ledger", "erase-remark", remark, "--because", "names a person", "--yes")
    assert wutong(*asked).status == 0
    assert f"{remark}  2026-11-23  (erased)" in wutong("ledger", "remarks", scale).out
    ran = wutong("ledger", "verify")
    assert (ran.status, ran.out.startswith("intact: ")) == (0, True)
    assert f"remark:{remark} erased on " in ran.out
    assert " by system\n" in ran.out
    assert wutong(*asked).err == "this remark is erased already\n"
    assert wutong("ledger", "erase-remark", "x", "--because", "y", "--yes").status == 3
    assert wutong("ledger", "remarks", "x").status == 3


def test_a_person_is_erased_once_out_of_office(wutong: Shell, database: Database) -> None:
    """Verifying says how many persons are gone."""
    assert database
    ran = wutong("user", "erase", "lisi", "--yes")
    assert (ran.status, ran.err) == (3, "lisi holds a role: withdraw it first\n")
    assert wutong("user", "withdraw", "lisi", "--role", "manager").status == 0
    assert wutong("user", "erase", "lisi", "--yes").status == 0
    ran = wutong("ledger", "verify")
    assert (ran.status, "1 person erased\n" in ran.out) == (0, True)
    assert wutong("user", "erase", "lisi", "--yes").status == 3


def test_a_custodian_of_a_county_is_refused_in_words(wutong: Shell) -> None:
    """Custodians hold office at a city or a province."""
    tree = (("/32/", "江苏省"), ("/32/3206/", "南通市"), ("/32/3206/320612/", "通州区"))
    for path, name in tree:
        assert wutong("region", "add", path, name).status == 0
    low = ("user", "add", "c1", "--role", "custodian", "--region", "/32/3206/320612/")
    ran = wutong(*low)
    assert ran.status == 3
    assert "custodians hold office at a city or a province" in ran.err
    assert wutong(*low[:-1], "/32/3206/").status == 0
