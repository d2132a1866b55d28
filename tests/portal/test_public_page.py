"""What a stranger learns from a tag: the public status, and never a suspicion."""

import io
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.blobs import Blobs
from app.config import Settings
from app.crypto import keys, tags
from app.db.session import Database, utcnow
from app.domain.calendar import local_date
from app.domain.lifecycle import Action
from app.domain.suspension import SuspensionReason
from app.factory import create_app
from app.ledger.door import SYSTEM, act
from app.models import Code, Scale
from app.portal import service
from tests.support.makers import NOON, lead_seal_of, make_scale, verification_of

JSON = {"Accept": "application/json"}


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Yield the application."""
    app = create_app(settings)
    yield app
    app.extensions["wutong"].database.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a shopper's browser."""
    return app.test_client()


def verified(database: Database, *, days_left: int = 100) -> tuple[str, str]:
    """Register a scale with a passed verification and a tag; return its uid and tag's uid."""
    today = local_date(utcnow())
    with database.transaction() as session:
        scale = make_scale(session, serial_no="DH2403150017")
        with act(session, scale, Action.SUBMIT, by=SYSTEM, at=NOON):
            pass
        with act(session, scale, Action.PASS, by=SYSTEM, at=NOON):
            until = today + timedelta(days=days_left)
            session.add(verification_of(scale, until - timedelta(days=364), until))
            session.add(lead_seal_of(scale))
        tag = service.issue(session, scale, by=SYSTEM, at=NOON)
        return scale.uid, tag.uid


def path_of(database: Database, settings: Settings, tag_uid: str) -> str:
    """Return the path that the printed code leads to."""
    with database.reading() as session:
        tag = session.query(Code).filter_by(uid=tag_uid).one()
        key = keys.load(settings.keys).tag
        return urlsplit(service.address(tag, key, settings.base_url)).path


@pytest.mark.usefixtures("any_url")
def test_a_genuine_tag_tells_the_status_and_the_date(
    client: FlaskClient, database: Database, settings: Settings
) -> None:
    """As data and as a page, with no cookie and no script."""
    _scale, tag = verified(database)
    path = path_of(database, settings, tag)
    found = client.get(path, headers=JSON)
    assert found.status_code == 200
    assert found.json is not None
    assert found.json["genuine"] is True
    assert found.json["registered"] is True
    assert found.json["status"] == "valid"
    assert found.json["valid_until"] == (local_date(utcnow()) + timedelta(days=100)).isoformat()
    assert found.json["scale"]["serial_last4"] == "0017"
    page = client.get(path)
    assert "检定有效" in page.text
    assert "0017" in page.text
    assert "Set-Cookie" not in page.headers
    assert "<script" not in page.text


def test_a_suspicion_is_never_told(
    client: FlaskClient, database: Database, settings: Settings
) -> None:
    """Suspended by a finding reads like suspended for anything else."""
    uid, tag = verified(database)
    with database.transaction() as session:
        scale = session.query(Scale).filter_by(uid=uid).one()
        with act(session, scale, Action.SUSPEND, by=SYSTEM, at=NOON):
            scale.suspended_for = SuspensionReason.FINDING
    path = path_of(database, settings, tag)
    found = client.get(path, headers=JSON)
    assert found.json is not None
    assert found.json["status"] == "suspended"
    said = found.text + client.get(path).text
    for word in ("finding", "mismatch", "firmware", "疑点", "程序", "王小明"):
        assert word not in said


def test_an_overdue_scale_says_expired(
    client: FlaskClient, database: Database, settings: Settings
) -> None:
    """The last day counts, the day after does not."""
    _uid, tag = verified(database, days_left=0)
    path = path_of(database, settings, tag)
    assert client.get(path, headers=JSON).json["status"] == "valid"  # type: ignore[index]
    _uid, tag = verified_again(database)
    path = path_of(database, settings, tag)
    assert client.get(path, headers=JSON).json["status"] == "expired"  # type: ignore[index]


def verified_again(database: Database) -> tuple[str, str]:
    """Register another scale, whose validity ended yesterday."""
    with database.transaction() as session:
        first = session.query(Scale).one()
        scale = make_scale(session, first.place, first.model, serial_no="DH2403150018")
        with act(session, scale, Action.SUBMIT, by=SYSTEM, at=NOON):
            pass
        with act(session, scale, Action.PASS, by=SYSTEM, at=NOON):
            until = local_date(utcnow()) - timedelta(days=1)
            session.add(verification_of(scale, until - timedelta(days=364), until))
            session.add(lead_seal_of(scale))
        return scale.uid, service.issue(session, scale, by=SYSTEM, at=NOON).uid


def test_a_retired_scale_says_so_beside_its_status(
    client: FlaskClient, database: Database, settings: Settings
) -> None:
    """The five public statuses are fixed; the words below say what became of it, and when."""
    uid, tag = verified(database)
    at = utcnow()
    with database.transaction() as session:
        scale = session.query(Scale).filter_by(uid=uid).one()
        with act(session, scale, Action.RETIRE, by=SYSTEM, at=at):
            pass
    path = path_of(database, settings, tag)
    told = client.get(path, headers={"Accept-Language": "zh"}).text
    day = local_date(at)
    assert f"已于{day.year}年{day.month}月{day.day}日报废" in told
    assert client.get(path, headers=JSON).json["status"] == "to_be_confirmed"  # type: ignore[index]


def test_lost_addresses_are_told_apart(
    client: FlaskClient, database: Database, settings: Settings
) -> None:
    """Forged, cut off, unknown and a wrong number: each its own code, all 404."""
    _uid, tag = verified(database)
    good = path_of(database, settings, tag)
    stranger = tags.render(keys.load(settings.keys).tag, "127.0.0.1:8000", tags.new_id())
    forged = good[:-3] + ("AAA" if not good.endswith("AAA") else "BBB")
    expected = {
        good[:60]: ("tag_truncated", False),
        forged: ("tag_forged", False),
        f"/t/{stranger}": ("tag_unknown", True),
        "/t/12345678": ("tag_unknown", None),
    }
    for path, (code, genuine) in expected.items():
        found = client.get(path, headers=JSON)
        assert found.status_code == 404
        assert found.json is not None
        assert (found.json["code"], found.json["genuine"]) == (code, genuine)
        assert found.json["status"] == "unknown"
        assert client.get(path).status_code == 404


def test_a_revoked_tag_says_that_it_was_replaced(
    client: FlaskClient, database: Database, settings: Settings
) -> None:
    """A notice, and nothing about the scale."""
    _uid, tag = verified(database)
    with database.transaction() as session:
        row = session.query(Code).filter_by(uid=tag).one()
        service.revoke(session, row, "damaged", by=SYSTEM, at=NOON)
    path = path_of(database, settings, tag)
    found = client.get(path, headers=JSON)
    assert found.status_code == 200
    assert found.json is not None
    assert found.json["code"] == "tag_revoked"
    assert found.json["scale"] is None
    assert "已更换" in client.get(path).text


def test_the_number_beside_the_code_can_be_typed(client: FlaskClient, database: Database) -> None:
    """It finds the scale but proves nothing; full-width digits and blanks pass."""
    verified(database)
    with database.reading() as session:
        number = session.query(Code).one().number
    assert number is not None
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    for typed in (number, f"{number[:4]} {number[4:]}", wide):
        found = client.get(f"/t/{typed}", headers=JSON)
        assert found.status_code == 200
        assert found.json is not None
        assert found.json["genuine"] is None
        assert found.json["registered"] is True


def test_numbers_cannot_be_tried_one_after_the_other(client: FlaskClient) -> None:
    """After thirty in a minute the page asks to wait; signed tags are not limited."""
    codes = [client.get(f"/t/1000000{n % 10}", headers=JSON).status_code for n in range(40)]
    assert set(codes[:30]) == {404}
    assert set(codes[30:]) == {429}
    assert client.get("/t/forged", headers=JSON).status_code == 404


def test_the_photo_is_public_and_nothing_else_of_the_blobs(
    client: FlaskClient, database: Database, settings: Settings
) -> None:
    """It is served under the tag, never under its digest."""
    uid, tag = verified(database)
    path = path_of(database, settings, tag)
    assert client.get(f"{path}/photo").status_code == 404
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "grey").save(out, "JPEG")
    digest = Blobs(settings.blobs).put(out.getvalue())
    with database.transaction() as session:
        scale = session.query(Scale).filter_by(uid=uid).one()
        with act(session, scale, "photo", by=SYSTEM, at=NOON):
            scale.photo = digest
    found = client.get(f"{path}/photo")
    assert (found.status_code, found.content_type) == (200, "image/jpeg")
    assert client.get(f"/t/{digest}/photo").status_code == 404
