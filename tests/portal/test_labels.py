"""Printing labels: one list for page and command, by place, and never cut in silence."""

import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from app.cli.labels import labels
from app.config import Settings
from app.db.session import Database, utcnow
from app.domain.roles import Role
from app.domain.scope import Scope
from app.factory import create_app
from app.ledger.door import SYSTEM
from app.portal import queries, service
from app.web.identity import COOKIE
from tests.support.makers import NOON, make_model, make_person, make_place, make_scale
from tests.support.world import sign_in

MARKETS = {"/32/3206/320612/320612101/M1/": 5, "/32/3206/320612/320612101/M2/": 2}


@pytest.fixture
def markets(database: Database) -> None:
    """Fill two markets of one name with tagged scales."""
    with database.transaction() as session:
        for number, (path, count) in enumerate(MARKETS.items()):
            place = make_place(session, path, "城东农贸市场")
            model = make_model(session, f"ACS-{number}")
            for one in range(count):
                serial, told = f"SN-{number}-{one}", f"A-{12 - one}"
                scale = make_scale(session, place, model, serial, market_no=told)
                service.issue(session, scale, by=SYSTEM, at=NOON)


@pytest.fixture
def manager(settings: Settings, database: Database) -> Iterator[FlaskClient]:
    """Yield the browser of a manager of both markets."""
    app = create_app(settings)
    with database.transaction() as session:
        person = make_person(session, "manager", [Role.MANAGER], "/32/")
        cookie = sign_in(session, person, utcnow())
    client = app.test_client()
    client.set_cookie(COOKIE, cookie)
    client.set_cookie("lang", "en")
    yield client
    app.extensions["wutong"].database.dispose()


def numbers(pdf: bytes) -> list[str]:
    """Return the numbers printed in ``pdf``."""
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    return re.findall(r"\b\d{4} \d{4}\b", text)


@pytest.mark.usefixtures("markets")
def test_a_place_is_chosen_in_the_database(database: Database) -> None:
    """By its path: two markets of one name stay apart, and none is looked for in the first few."""
    with database.reading() as session:
        everywhere = Scope(("/",))
        told = queries.places_with_tags(session, everywhere)
        assert {path: count for path, _name, count in told} == MARKETS
        for path, count in MARKETS.items():
            assert queries.count_printable(session, everywhere, path) == count
            tags = session.scalars(queries.printable(everywhere, path)).all()
            keys = [tag.scale.market_key for tag in tags if tag.scale]
            assert (len(set(keys)), keys) == (count, sorted(keys))


@pytest.mark.usefixtures("markets")
def test_many_labels_are_offered_in_parts(
    manager: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many there are is said; the parts together are all of them, each once."""
    monkeypatch.setattr(service, "PART", 3)
    answer = manager.get("/tags/sheet.pdf", follow_redirects=True)
    assert "7 labels in 3 parts" in answer.text
    links = re.findall(r'href="(/tags/sheet\.pdf\?[^"]+)"', answer.text)
    found = [numbers(manager.get(link.replace("&amp;", "&")).data) for link in links]
    assert [len(part) for part in found] == [3, 3, 1]
    assert len({number for part in found for number in part}) == 7
    assert manager.get("/tags/sheet.pdf?part=4").status_code == 404


@pytest.mark.usefixtures("markets")
def test_few_labels_are_one_sheet(manager: FlaskClient) -> None:
    """Of one place where one was chosen."""
    assert len(numbers(manager.get("/tags/sheet.pdf").data)) == 7
    second = next(path for path in MARKETS if path.endswith("M2/"))
    assert len(numbers(manager.get(f"/tags/sheet.pdf?place={second}").data)) == 2
    assert "parts" not in manager.get("/tags").text


@pytest.mark.usefixtures("markets")
@pytest.mark.parametrize(
    ("address", "warned"), [("http://127.0.0.1:8000", True), ("https://scales.example.cn", False)]
)
def test_the_command_warns_of_tags_that_only_this_machine_can_read(
    settings: Settings, tmp_path: Path, address: str, *, warned: bool
) -> None:
    """A tag is signed for its host: printed for the wrong one, the whole roll is waste."""
    own = {"WUTONG_HOME": str(settings.home), "WUTONG_BASE_URL": address}
    own["WUTONG_DATABASE_URL"] = settings.database_url
    words = ["--region", "/32/", "--layout", "zpl-60x40", "--out", str(tmp_path / "x.zpl")]
    ran = CliRunner().invoke(labels, words, env=own)
    assert (ran.exit_code, "WUTONG_BASE_URL" in ran.stderr) == (0, warned)
