"""`wutong import`: look without writing, write, import again, undo; each answer as data."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from app.db.session import Database
from tests.cli.conftest import Shell
from tests.configure import lists
from tests.support import makers

COUNTY = makers.COUNTY


@pytest.fixture
def county(wutong: Shell) -> Shell:
    """Return a shell for an installation with one market and one model."""
    for path, name in (("/32/", "江苏省"), ("/32/3206/", "南通市"), (COUNTY, "通州区")):
        assert wutong("region", "add", path, name).status == 0
    settings = Settings.from_env({"WUTONG_HOME": str(wutong.home)})
    database = Database(settings.database_url)
    with database.transaction() as session:
        makers.make_place(session)
        makers.make_model(session)
    database.dispose()
    return wutong


def answered(shell: Shell, *words: object, status: int = 0) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON that the command answers with."""
    ran = shell("import", *words, "--json")
    assert ran.status == status, ran.err
    return json.loads(ran.out)


def test_a_list_is_looked_at_written_and_undone(county: Shell, tmp_path: Path) -> None:
    """Without --apply nothing is written; a second import changes nothing; undo takes it back."""
    file = tmp_path / "台账.xlsx"
    file.write_bytes(lists.workbook([lists.row("SN-100"), lists.row("SN-200")]))
    first = answered(county, file, "--region", COUNTY)
    assert (first["session"], first["rows"], first["new"]) == (None, 2, 2)
    assert answered(county, file, "--region", COUNTY)["new"] == 2
    written = answered(county, file, "--region", COUNTY, "--apply")
    assert written["session"]
    again = answered(county, file, "--region", COUNTY)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert answered(county, "--undo", written["session"]) == {
        "session": written["session"],
        "undone": 2,
        "kept": 0,
    }
    assert answered(county, file, "--region", COUNTY)["new"] == 2
    assert county("ledger", "verify").status == 0


def test_a_bad_row_is_named_and_the_sound_ones_are_written(county: Shell, tmp_path: Path) -> None:
    """Row, column, code and words; status 1 says that something was refused."""
    file = tmp_path / "list.csv"
    file.write_bytes(lists.text([lists.row("1.23E+15"), lists.row("SN-200")]))
    found = answered(county, file, "--region", COUNTY, "--apply", status=1)
    refused = [one for one in found["problems"] if one["refused"]]
    assert [(one["row"], one["column"], one["code"]) for one in refused] == [
        (2, "出厂编号", "lost_digits")
    ]
    assert "1.23E+15" in refused[0]["message"]
    assert (found["new"], found["refused"]) == (1, 1)


def test_columns_of_strange_names_are_mapped_by_a_file(county: Shell, tmp_path: Path) -> None:
    """What a county calls its columns is its own affair."""
    data = lists.text([lists.row("SN-100")]).replace(
        "出厂编号".encode("gbk"), "钢印号".encode("gbk")
    )
    file, mapping = tmp_path / "list.csv", tmp_path / "mapping.json"
    file.write_bytes(data)
    ran = county("import", file, "--region", COUNTY)
    assert (ran.status, "serial_no" in ran.err) == (3, True)
    mapping.write_text(json.dumps({"钢印号": "serial_no"}), "utf-8")
    assert answered(county, file, "--region", COUNTY, "--mapping", mapping)["new"] == 1
    mapping.write_text(json.dumps({"钢印号": "nonsense"}), "utf-8")
    ran = county("import", file, "--region", COUNTY, "--mapping", mapping)
    assert (ran.status, "'nonsense'" in ran.err) == (2, True)
    mapping.write_text(json.dumps({"钢号": "serial_no"}), "utf-8")
    ran = county("import", file, "--region", COUNTY, "--mapping", mapping)
    assert (ran.status, "'钢号'" in ran.err, "钢印号" in ran.err) == (2, True, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "FILE and --region"),
        (("--undo", "01a20000-0000-7000-8000-000000000000"), "there is no import"),
    ],
)
def test_wrong_usage_is_told_in_words(county: Shell, words: tuple[str, ...], said: str) -> None:
    """And never in a traceback."""
    ran = county("import", *words)
    assert ran.status in {2, 3}
    assert said in ran.err
