"""A public page that is kept ready never tells what is no longer so."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.config import Settings
from app.db.session import Database, utcnow
from app.domain.calendar import local_date
from app.domain.lifecycle import Action
from app.domain.suspension import SuspensionReason
from app.factory import create_app
from app.ledger.door import SYSTEM, act
from app.models import Code, Scale
from app.portal import recent, service, views
from app.portal.recent import Kept, Recent
from app.web.database import Installation
from tests.portal.test_public_page import JSON, verified


@pytest.fixture
def app(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Yield the application with nothing kept yet."""
    monkeypatch.setattr(views, "RECENT", Recent())
    app = create_app(settings)
    yield app
    app.extensions["wutong"].database.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a shopper's browser."""
    return app.test_client()


@pytest.fixture
def path(app: Flask, database: Database) -> str:
    """Return the path of a tag on a verified scale."""
    verified(database)
    work: Installation = app.extensions["wutong"]
    with database.reading() as session:
        tag = session.scalars(select(Code)).one()
        address = service.address(tag, work.keys.tag, work.settings.base_url)
    return urlsplit(address).path


def suspend(scale: Scale) -> tuple[Any, str]:
    """Take the scale out of service."""
    scale.suspended_for = SuspensionReason.DECISION
    return scale, Action.SUSPEND


def rename_place(scale: Scale) -> tuple[Any, str]:
    """Give the market another name."""
    scale.place.name = "城西农贸市场"
    return scale.place, "change"


def end_type(scale: Scale) -> tuple[Any, str]:
    """End the time in which scales of this type may serve."""
    scale.model.phase_out_on = local_date(utcnow()) - timedelta(days=30)
    return scale.model, "change"


def rename_maker(scale: Scale) -> tuple[Any, str]:
    """Give the maker another name."""
    scale.model.maker.name = "另一家"
    return scale.model.maker, "change"


CHANGES: tuple[Callable[[Scale], tuple[Any, str]], ...] = (
    suspend,
    rename_place,
    end_type,
    rename_maker,
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_shows_at_once(
    client: FlaskClient, path: str, database: Database, change: Callable[[Scale], tuple[Any, str]]
) -> None:
    """Whatever the page tells: its subject has a newer entry in the ledger."""
    before = client.get(path, headers=JSON).get_json()
    assert client.get(path, headers=JSON).get_json() == before
    make(database, change)
    assert client.get(path, headers=JSON).get_json() != before


def test_a_revoked_tag_is_told_at_once(client: FlaskClient, path: str, database: Database) -> None:
    """Its revocation is an act on the scale."""
    assert client.get(path).status_code == 200
    with database.transaction() as session:
        tag = session.scalars(select(Code)).one()
        service.revoke(session, tag, "torn off", by=SYSTEM, at=utcnow())
    assert client.get(path, headers=JSON).get_json()["code"] == "tag_revoked"


def test_without_asking_the_ledger_it_would_be_out_of_date(
    client: FlaskClient, path: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the kept page is really used, and the question is what keeps it true."""
    before = client.get(path, headers=JSON).get_json()
    monkeypatch.setattr(recent, "NEWER", select(Code.id).where(Code.id < 0))
    make(database, suspend)
    assert client.get(path, headers=JSON).get_json() == before


def test_languages_and_kinds_are_kept_apart(client: FlaskClient, path: str) -> None:
    """Asked in turn, each gets its own."""
    for _ in range(2):
        assert 'lang="zh-CN"' in client.get(path).text
        assert 'lang="en"' in client.get(f"{path}?lang=en").text
        assert client.get(path, headers=JSON).is_json


def test_a_new_day_is_worked_out_anew(database: Database) -> None:
    """A validity ends without an entry in the ledger."""
    today = local_date(utcnow())
    kept = Recent()
    kept.put("key", Kept("page", today, 0, ()))
    assert kept.get(database, "key", today) == "page"
    assert kept.get(database, "key", today + timedelta(days=1)) is None


def test_the_oldest_page_makes_room(database: Database) -> None:
    """Memory stays bounded, however many addresses are asked for."""
    today = local_date(utcnow())
    kept = Recent(most=2)
    for number in range(3):
        kept.put(number, Kept("page", today, 0, ()))
    assert [kept.get(database, number, today) for number in range(3)] == [None, "page", "page"]


def make(database: Database, change: Callable[[Scale], tuple[Any, str]]) -> None:
    """Make a change through the door."""
    with database.transaction() as session:
        scale = session.scalars(select(Scale)).one()
        with session.no_autoflush:
            row, action = change(scale)
            session.refresh(row)
        with act(session, row, action, by=SYSTEM, at=utcnow()):
            change(scale)
