"""Blank tags: printed ahead, silent until claimed before the scale, one scale each."""

import io
import json
import re

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.domain.roles import Role
from app.domain.scope import EVERYWHERE, Scope
from app.ledger.verify import problems
from app.models import Code, LedgerEntry, Scale
from app.portal import blanks, service
from tests.support.house import House
from tests.support.makers import MARKET


def picture(colour: str) -> io.BytesIO:
    """Return a photo."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    out.seek(0)
    return out


def made(house: House, manager: FlaskClient, count: int = 3) -> list[Code]:
    """Make blank tags through the page, and return them."""
    form = {"place": MARKET, "count": str(count)}
    assert manager.post("/tags/blanks", data=form).status_code == 303
    with house.work.database.reading() as session:
        return list(session.scalars(select(Code).order_by(Code.id)))


def claim(manager: FlaskClient, tag: Code, number: str = "A-01", **more: str) -> TestResponse:
    """Put a tag on a scale, with both photos."""
    form = {"scale": number, "plate": (picture("white"), "p.jpg"), **more}
    form["seal"] = (picture("red"), "s.jpg")
    return manager.post(f"/tags/{tag.uid}/claim", data=form)


def address(house: House, tag: Code) -> str:
    """Return what the printed code holds."""
    return service.address(tag, house.work.keys.tag, house.work.settings.base_url)


def public(client: FlaskClient, address: str) -> str:
    """Return what a shopper is told who scans ``address``."""
    return client.get(f"/t/{address.rsplit('/', 1)[1]}?lang=en").text


def test_a_blank_tag_says_nothing_until_it_is_claimed_before_a_scale(house: House) -> None:
    """Made, printed, scanned, claimed with two photos; then it stands for the scale."""
    manager = house.page(Role.MANAGER)
    tag = made(house, manager)[0]
    sheet = manager.get("/tags/blanks/labels", query_string={"place": MARKET})
    assert sheet.data.startswith(b"%PDF")
    scanned = manager.post("/manage/scan", data={"code": address(house, tag)}).text
    assert f"/tags/{tag.uid}/claim" in scanned
    assert "not on a scale yet" in public(manager, address(house, tag))
    assert claim(manager, tag).status_code == 303
    scanned = manager.post("/manage/scan", data={"code": address(house, tag)}).text
    assert 'data-outcome="scan_scale"' in scanned
    with house.work.database.reading() as session:
        scale = session.scalars(select(Scale)).one()
        assert scale.photo
        assert house.work.blobs.has(scale.photo)
        assert len(list(session.scalars(blanks.blanks(Scope((EVERYWHERE,)))))) == 2


def test_the_photo_of_the_seal_is_looked_at_in_the_story(house: House) -> None:
    """By whoever reads the scale's page; elsewhere and of other steps there is none."""
    manager = house.page(Role.MANAGER)
    claim(manager, made(house, manager)[0])
    page = manager.get(f"/manage/scales/{house.scale}").text
    (address,) = set(re.findall(r"/manage/steps/[0-9a-f-]+/seal_photo", page))
    with manager.get(address) as answer:
        seal = Image.open(io.BytesIO(answer.data)).getpixel((5, 5))
    assert isinstance(seal, tuple)
    assert (seal[0] > 200, seal[2] < 60) == (True, True)
    assert manager.get(address.replace("seal_photo", "anything")).status_code == 404
    assert house.app.test_client().get(address).status_code == 303


def test_both_photos_are_asked_for(house: House) -> None:
    """Without them nobody could tell later which scale it was."""
    manager = house.page(Role.MANAGER)
    tag = made(house, manager)[0]
    answer = manager.post(f"/tags/{tag.uid}/claim", data={"scale": "A-01"})
    assert answer.status_code == 422
    assert answer.text.count("field-error") == 2
    assert 'value="A-01"' in answer.text


def test_a_damaged_tag_is_replaced_and_the_old_one_says_so(house: House) -> None:
    """Only when somebody says that it is to go."""
    manager = house.page(Role.MANAGER)
    old, new, _third = made(house, manager)
    claim(manager, old)
    refused = claim(manager, new)
    assert (refused.status_code, "field-error" in refused.text) == (422, True)
    assert claim(manager, new, replaces="1").status_code == 303
    assert "This code was replaced" in public(manager, address(house, old))
    assert (
        'data-outcome="scan_replaced"'
        in manager.post("/manage/scan", data={"code": address(house, old)}).text
    )


def test_a_tag_is_claimed_once(house: House) -> None:
    """The second scale is told that it is not blank any more."""
    manager = house.page(Role.MANAGER)
    tag = made(house, manager)[0]
    claim(manager, tag)
    again = claim(manager, tag, replaces="1")
    assert (again.status_code, "not blank any more" in again.text) == (422, True)


@pytest.mark.parametrize("count", ["0", "505", "-1", "many", ""])
def test_a_number_that_makes_no_sense_is_told(house: House, count: str) -> None:
    """Nothing is made."""
    manager = house.page(Role.MANAGER)
    answer = manager.post("/tags/blanks", data={"place": MARKET, "count": count})
    page = manager.get(answer.headers["Location"]).text
    assert "A number from 1 to 504 is needed." in page
    with house.work.database.reading() as session:
        assert session.scalars(select(Code)).all() == []


def test_a_batch_of_blank_tags_stands_in_the_ledger_once(house: House) -> None:
    """On its place, by whoever made it; each tag tells of itself when it is claimed."""
    manager = house.page(Role.MANAGER)
    made(house, manager, 5)
    with house.work.database.reading() as session:
        told = [json.loads(row.data) for row in session.scalars(select(LedgerEntry))]
        batches = [one for one in told if one["action"] == "blank_tags_made"]
        assert [one["subject"] for one in batches] == [f"place:{house.place}"]
        assert problem_free(session, house)


def problem_free(session: Session, house: House) -> bool:
    """Return whether the ledger verifies."""
    return not list(problems(session, house.work.keys.server.public_key()))
