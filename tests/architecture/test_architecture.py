"""Rules of this code base that no linter knows."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from scale_agent.firmware import READERS

ROOT = Path(__file__).parents[2]
LONGEST = 400
DOMAIN = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "app/domain").rglob("[a-z]*.py")
)


def sources(*folders: str) -> list[Path]:
    """Return the Python files of ``folders``."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def test_the_domain_loads_without_frameworks() -> None:
    """Also at run time: ``app/__init__.py`` must stay empty."""
    modules = ", ".join(DOMAIN)
    forbidden = "{'flask', 'sqlalchemy', 'werkzeug'}"
    code = f"import {modules}, sys; sys.exit(bool({forbidden} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def stores(path: Path, attribute: str) -> list[int]:
    """Return the lines of ``path`` that assign ``attribute`` of anything but self."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr == attribute
        and isinstance(node.ctx, ast.Store)
        and ast.unparse(node.value) == "scale"
    ]


@pytest.mark.parametrize("attribute", ["state", "left_state"])
def test_only_the_ledgers_door_moves_a_scale(attribute: str) -> None:
    """One door: every change of state has its ledger entry."""
    offenders = {str(path.relative_to(ROOT)) for path in sources("app") if stores(path, attribute)}
    assert offenders == {"app/ledger/door.py"}


def test_services_never_commit() -> None:
    """Transactions open and close at the edge."""
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources("app")
        if path.relative_to(ROOT).parts[1] not in {"db", "jobs", "cli", "demo"}
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    ]
    assert offenders == []


def test_every_reader_is_registered() -> None:
    """A module without its line in the table is a protocol nobody can use."""
    modules = {path.stem for path in (ROOT / "scale_agent/firmware").glob("[a-z]*.py")} - {"base"}
    assert {reader.__module__.rsplit(".", 1)[1] for reader in READERS.values()} == modules


def test_no_file_grows_beyond_reading() -> None:
    """A file one cannot hold in the head is two files."""
    folders = ("app", "scale_agent", "tests", "tools", "benchmarks")
    long = {
        str(p): n for p in sources(*folders) if (n := len(p.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_nothing_reads_what_a_users_machine_has_not() -> None:
    """The project stands alone: no path outside it."""
    outside = ("../" + "shared", ".lib" + "rary")
    offenders = [
        str(path.relative_to(ROOT))
        for path in sources("app", "scale_agent", "tests", "tools", "benchmarks", "migrations")
        if any(word in path.read_text() for word in outside)
    ]
    assert offenders == []


def test_a_refresh_locks_its_own_table_only() -> None:
    """PostgreSQL locks no optional side of what a row was loaded with; SQLite would not notice."""
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources("app")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "refresh"
        and any(
            each.arg == "with_for_update" and not isinstance(each.value, ast.Dict)
            for each in node.keywords
        )
    ]
    assert offenders == []
