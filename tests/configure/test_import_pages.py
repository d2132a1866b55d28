"""An import as a manager makes it: sent, looked at, written, undone, refused in words."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.db.session import utcnow
from app.domain.roles import Role
from app.jobs.kinds import KINDS
from app.jobs.runner import TaskRunner
from app.models import Scale
from app.work.progress import Terms
from tests.configure import lists
from tests.support.house import House
from tests.support.makers import MARKET


@pytest.fixture
def manager(house: House) -> FlaskClient:
    """Return the browser of a manager."""
    return house.page(Role.MANAGER)


def send(manager: FlaskClient, data: bytes, path: str = MARKET) -> TestResponse:
    """Send a list."""
    form: dict[str, Any] = {"path": path, "list": (io.BytesIO(data), "台账.xlsx")}
    return manager.post("/configure/imports", data=form)


def work_through(house: House) -> None:
    """Do what waits, as the jobs process does."""
    runner = TaskRunner(house.work, KINDS, "test", Terms(utcnow))
    while runner.run_next():
        pass


def serials(house: House) -> list[str]:
    """Return the serial numbers of all scales."""
    with house.work.database.reading() as session:
        return list(session.scalars(select(Scale.serial_no).order_by(Scale.serial_no)))


def test_a_list_goes_from_the_file_into_the_register_and_out_again(
    house: House, manager: FlaskClient
) -> None:
    """Each step a task of the server; what was wrong stands in its cell with the reason."""
    data = lists.workbook([lists.row("SN-100", 制造单位="没有的厂"), lists.row("SN-200")])
    target = send(manager, data).headers["Location"]
    assert "Waiting" in manager.get(target).text
    work_through(house)
    page = manager.get(target).text
    assert "No maker of this name is in the catalogue." in page
    assert re.search(r"with problems <strong class=\"num\">1<", page)
    assert manager.get(f"{target}/progress").headers["HX-Refresh"] == "true"
    assert manager.post(f"{target}/apply").status_code == 303
    work_through(house)
    assert 'written <strong class="num">1<' in manager.get(target).text
    assert serials(house) == ["SN-0001", "SN-200"]
    assert manager.post(f"{target}/apply").status_code == 409
    manager.post(f"{target}/undo")
    work_through(house)
    assert 'undone <strong class="num">1<' in manager.get(target).text
    assert serials(house) == ["SN-0001"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "There is nothing in this file."),
        (b"\x89PNG\r\n\0\0", "This is no list"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 99, "old .xls file"),
    ],
)
def test_a_file_that_is_no_list_is_refused_at_its_field(
    manager: FlaskClient, data: bytes, said: str
) -> None:
    """In words, with the choice that was made kept."""
    answer = send(manager, data)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{MARKET}" selected' in answer.text


def test_a_list_of_another_region_is_refused(manager: FlaskClient) -> None:
    """Whoever manages one county imports nothing into the next."""
    answer = send(manager, lists.workbook([lists.row("SN-100")]), "/33/3301/330106/")
    assert answer.status_code == 422
    assert "Choose the region or place" in answer.text


def test_a_column_nobody_knows_is_named_on_the_page(house: House, manager: FlaskClient) -> None:
    """The first look fails in words, and the second one has the column."""
    data = lists.text([lists.row("SN-100")]).replace(
        "出厂编号".encode("gbk"), "钢印号".encode("gbk")
    )
    target = send(manager, data).headers["Location"]
    work_through(house)
    page = manager.get(target).text
    assert "say which column they are" in page
    columns = {f"column-{i}": "" for i in range(9)}
    columns |= {"column-0": "place", "column-3": "maker", "column-4": "model"}
    manager.post(f"{target}/columns", data=columns | {"column-5": "serial_no"})
    work_through(house)
    assert 'new <strong class="num">1<' in manager.get(target).text


def test_rows_are_filtered_by_what_they_mean(house: House, manager: FlaskClient) -> None:
    """The chips count and filter, so that nine problems in two thousand rows are found."""
    rows = [lists.row("SN-100"), lists.row("1.23E+15"), lists.row("SN-300", 市场名称="没有")]
    target = send(manager, lists.workbook(rows)).headers["Location"]
    work_through(house)
    refused = manager.get(f"{target}?kind=refused").text.partition("import-grid")[2]
    assert "SN-300" in refused
    assert "1.23E+15" in refused
    assert "SN-100" not in refused
