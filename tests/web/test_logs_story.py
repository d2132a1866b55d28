"""A day's story leaves no personal data in the log, of the web or of the jobs."""

import contextlib
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app.db.session import Database, utcnow
from app.domain.roles import Role
from app.jobs import process, timetable
from app.models import Person
from app.portal import queries
from app.web.server_log import ServerLog
from tests.support.house import House, build

NAME, PHONE, LOGIN, PASSWORD = "顾晓梅", "13905137788", "gu-xiaomei", "tr0ub4dor-and-3"
TAG, SERIAL, SEARCHED = "1AbCdEfGhIjKlMnOpQrStUvWx", "SN-7781-20", "城北人家"
PERSONAL = (NAME, PHONE, LOGIN, PASSWORD, TAG, SERIAL, SEARCHED)


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Yield a market with somebody of every role."""
    found = build(tmp_path_factory.mktemp("house"), sqlite_template)
    with found.writing() as session:
        for person in session.query(Person):
            person.login = f"{LOGIN}-{person.id}"
            person.name = NAME
    yield found
    found.work.database.dispose()


def story(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign in, work, search, scan, send nonsense, and let things break."""
    page = house.page(Role.MANAGER)
    page.post("/sign-in", data={"login": LOGIN, "password": PASSWORD})
    page.post(f"/configure/places/{house.place}/traders", data={"name": NAME, "phone": PHONE})
    page.post(f"/configure/places/{house.place}/traders", data={"name": "", "phone": PHONE})
    page.get(f"/manage/scales?q={SEARCHED}")
    page.get(f"/nowhere/{NAME}")
    page.open(f"/t/{TAG}", method="GET")
    page.open("/t/x", method=PHONE)
    page.get(f"/t/x%00{SERIAL}")  # refused before any hook of ours
    page.post("/sign-in", data={"login": LOGIN * 9_000_000})
    house.api(Role.MANAGER, "/scales", {"serial_no": SERIAL, "name": NAME, "phone": PHONE})
    house.api(Role.MANAGER, f"/scales?q={SEARCHED}&serial_no={SERIAL}")
    break_down(house, monkeypatch)


def break_down(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a view fail with somebody's data in the words of the error."""
    doubled = f"Key (login)=({LOGIN}) already exists."
    faults: tuple[Exception, ...] = (
        ValueError(f"no phone: {PHONE}"),
        IntegrityError("INSERT INTO person", {"name": NAME}, Exception(doubled)),
    )
    for fault in faults:

        def fail(*_given: object, fault: Exception = fault, **_named: object) -> None:
            raise fault

        monkeypatch.setattr(queries, "tag_by_id", fail, raising=False)
        monkeypatch.setattr(Database, "reading", fail)
        house.app.test_client().get(f"/t/{TAG}")
        monkeypatch.undo()


def work_of_a_day(house: House) -> None:
    """Let the jobs run, one of them into somebody's data."""

    def fail(*_given: object) -> str:
        raise ValueError(f"{NAME} has no phone {PHONE}")

    broken = replace(timetable.TIMETABLE[0], do=fail)
    worker = process.JobsProcess(house.work, {}, [broken, *timetable.TIMETABLE[1:]])
    worker.campaign()
    for job in worker.timetable:
        worker.fire(job)


def events(said: str) -> list[dict[str, Any]]:
    """Return the lines of the log; each is JSON."""
    return [json.loads(line) for line in said.splitlines()]


def leaks(said: str) -> list[str]:
    """Return what of a person stands in the log."""
    return [value for value in PERSONAL if value in said]


def test_a_story_leaves_no_personal_data(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The route, the person's uid, the status and the time; nothing anybody wrote."""
    story(house, monkeypatch)
    work_of_a_day(house)
    said = capsys.readouterr().err
    assert leaks(said) == []
    found = events(said)
    requests = [event for event in found if event["event"] == "request"]
    assert {"/t/<tag>", "/sign-in", "/configure/places/<uid:uid>/traders"} <= {
        one["route"] for one in requests
    }
    assert all(one["request_id"] and one["ms"] >= 0 for one in requests)
    assert any(len(one.get("person", "")) == 36 for one in requests)
    assert {200, 404, 500} <= {one["status"] for one in requests}
    failed = next(one for one in found if "failed" in one["event"])
    assert failed["exception"][0]["exc_type"] == "ValueError"
    assert any(one["event"].startswith("sign_checkpoint: ") for one in found)


def test_a_line_that_leaks_is_found(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """The control: an address in the log, a value in a message, and the words of an error."""
    with house.app.test_request_context(f"/scales?q={SEARCHED}"):
        structlog.get_logger().info("request", path=f"/t/{TAG}")
    logging.getLogger("wutong.jobs").warning("%s was not reached", PHONE)
    error = RuntimeError(f"nobody is called {NAME}")
    logging.getLogger("wutong.jobs").error("failed", exc_info=error)
    assert leaks(capsys.readouterr().err) == [NAME, PHONE, TAG]


def test_gunicorn_speaks_in_our_log(capsys: pytest.CaptureFixture[str]) -> None:
    """What it says of requests loses address, header and sender."""
    from gunicorn.config import Config

    log = ServerLog(Config())
    malformed = f"Invalid request from ip=203.0.113.7: 'Authorization: {PASSWORD}'"
    log.warning(malformed)
    with contextlib.suppress(ValueError):
        fail_in(log)
    log.error("Worker (pid:%s) was sent %s!", 17, "SIGKILL")
    said = capsys.readouterr().err
    assert leaks(said) == []
    assert "203.0.113.7" not in said
    words = [event["event"] for event in events(said)]
    assert words == [
        "invalid request",
        "Error handling request",
        "ValueError",
        "Worker (pid:17) was sent SIGKILL!",
    ]


def fail_in(log: ServerLog) -> None:
    """Fail as a worker does."""
    try:
        int(PHONE + NAME)
    except ValueError as error:
        log.exception("Error handling request %s", f"/t/{TAG}")
        log.exception(error)  # noqa: TRY401 - gunicorn says it so
        raise


def test_every_event_of_a_request_has_its_number(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also what a library or a service writes: the number on the page finds it."""

    def speak(*_given: object) -> Any:  # noqa: ANN401
        logging.getLogger("wutong.attest").warning("something of note")
        raise ValueError("x")

    monkeypatch.setattr(Database, "reading", speak)
    app: Flask = house.app
    answer = app.test_client().get("/readyz")
    said = [one for one in events(capsys.readouterr().err) if one["event"] == "something of note"]
    assert {one["request_id"] for one in said} == {answer.headers["X-Request-Id"]}
    assert utcnow().isoformat()[:4] == said[0]["timestamp"][:4]
