"""The ledger is checked by a task of the server, started and read by who may read it."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.db.session import utcnow
from app.jobs.kinds import KINDS
from app.jobs.runner import TaskRunner
from app.web.words.tasks import PROBLEM
from app.work.progress import Terms
from tests.oversee.conftest import Office

PROJECT = Path(__file__).parents[2]


def start(office: Office, login: str = "auditor") -> str:
    """Press the button, and return the address of the task."""
    answer = office.browser(login).post("/oversee/ledger/check")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def do(office: Office) -> None:
    """Do what the jobs process would do."""
    while TaskRunner(office.lab.work, KINDS, "test", Terms(utcnow)).run_next():
        pass


def page(office: Office, address: str, lang: str = "en", login: str = "auditor") -> str:
    """Return a page as text."""
    answer: TestResponse = office.browser(login).get(f"{address}?lang={lang}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@pytest.mark.parametrize(
    ("lang", "waits", "well"),
    [
        ("en", "Waiting for its turn.", "The chain, its checkpoints and the register agree."),
        ("zh", "排队等待中", "留痕链、检查点与台账一致。"),
    ],
)
def test_an_auditor_has_the_ledger_checked(
    office: Office, lang: str, waits: str, well: str
) -> None:
    """One button; asked again while it waits, it is the same task."""
    address = start(office)
    assert start(office) == address
    assert waits in page(office, address, lang)
    do(office)
    assert well in page(office, address, lang)
    assert start(office) != address


def test_what_was_altered_is_told_without_the_ids_of_other_regions(office: Office) -> None:
    """A row changed behind the ledger's back; the auditor of one county learns where, not what."""
    do(office)
    with office.lab.work.database.engine.begin() as connection:
        connection.execute(text("UPDATE scale SET serial_no = 'forged'"))
        scale = connection.execute(text("SELECT uid FROM scale")).scalar_one()
    address = start(office)
    do(office)
    told = page(office, address)
    assert "the register says something else" in told
    assert "do not agree" in told
    assert scale not in told
    task = office.call("auditor", "GET", f"/tasks/{address.rsplit('/', 1)[1]}").json
    assert task["result"]["problems"] == 1
    assert task["result"]["found"][0]["subject"] == ""


def test_it_can_be_called_off_by_who_started_it(office: Office) -> None:
    """And is listed with who started it; a colleague sees nothing of it."""
    address = start(office)
    uid = address.rsplit("/", 1)[1]
    assert "Checking the ledger" in page(office, "/tasks")
    assert "No task was started yet." in page(office, "/tasks", login="inspector")
    assert office.browser("inspector").get(address).status_code == 404
    assert office.call("inspector", "POST", f"/tasks/{uid}/cancel").status_code == 404
    assert office.browser("auditor").post(f"{address}/cancel").status_code == 303
    assert "cancelled" in page(office, address)
    assert office.call("auditor", "POST", f"/tasks/{uid}/cancel").status_code == 410
    assert [one["state"] for one in office.call("auditor", "GET", "/tasks").json["items"]] == [
        "cancelled"
    ]


def test_progress_is_shown_with_the_time_that_is_left(office: Office) -> None:
    """By the pace of the phase it is in."""
    address = start(office)
    at = utcnow() - timedelta(seconds=10)
    with office.lab.work.database.engine.begin() as connection:
        progress = (
            f'{{"message":"checking_chain","done":3000,"total":6000,"first":0,'
            f'"since":"{(at - timedelta(seconds=60)).isoformat()}","at":"{at.isoformat()}"}}'
        )
        connection.execute(
            text(
                "UPDATE task SET state = 'running', progress = :told WHERE kind = 'verify_ledger'"
            ),
            {"told": progress},
        )
    told = page(office, f"{address}/progress")
    assert "Following the chain of entries" in told
    assert "3,000 of 6,000" in told
    assert re.search(r"· (49|50) s left", told)
    assert "Stop this task" in told


def test_by_the_api_it_is_started_and_followed(office: Office) -> None:
    """202 and where to look; not for everybody."""
    assert office.call("inspector", "POST", "/ledger/checks").status_code == 403
    answer = office.call("auditor", "POST", "/ledger/checks")
    assert (answer.status_code, answer.json["state"]) == (202, "queued")
    do(office)
    followed = office.call("auditor", "GET", answer.headers["Location"].removeprefix("/api/v1"))
    assert followed.json["state"] == "done"
    assert followed.json["result"]["problems"] == 0


def test_every_problem_of_the_ledger_has_words() -> None:
    """As the operator's table of codes names them; a new one there fails here."""
    table = (PROJECT / "docs/operations.md").read_text().split("| code | means |")[1]
    rows = [row.split("|")[1] for row in table.split("\n\n")[0].splitlines() if row]
    codes = {code for row in rows for code in re.findall(r"`(\w+)`", row)}
    assert "row_altered" in codes
    assert codes <= set(PROBLEM)


def test_a_check_that_failed_is_asked_for_once_more(office: Office) -> None:
    """One button on its page, one task however often it is pressed; what went well has none."""
    address = start(office)
    auditor = office.browser("auditor")
    assert "/again" not in auditor.get(address).text
    assert auditor.post(f"{address}/again").status_code == 409
    with office.lab.work.database.engine.begin() as connection:
        connection.execute(text("UPDATE task SET state = 'failed', finished_at = created_at"))
    assert f"{address}/again" in auditor.get(address).text
    first, second = (str(auditor.post(f"{address}/again").location) for _ in range(2))
    assert first == second != address
    do(office)
    assert "register agree" in page(office, first)
    uid = address.rpartition("/")[2]
    again = office.call("auditor", "POST", f"/tasks/{uid}/again")
    assert first.endswith(json.loads(again.text)["id"])
