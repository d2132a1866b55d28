"""The examples of docs/api.md are run as they stand there."""

import json
import re
import subprocess
from pathlib import Path

from app.config import Settings
from app.crypto import keys
from app.db.session import Database, utcnow
from app.domain.roles import Role
from app.web.strict_json import DEPTH, MOST_KEYS, SIZE
from tests.support import databases
from tests.support.makers import make_person, make_place, make_scale
from tests.support.served import served
from tests.support.world import api_token

GUIDE = (Path(__file__).parents[2] / "docs/api.md").read_text()
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def test_the_examples_do_what_the_guide_says(tmp_path: Path, sqlite_template: Path) -> None:
    """In order, by curl, against a real server; the last one moves a scale."""
    keys.create(tmp_path / "keys")
    with databases.sqlite_copy(sqlite_template, tmp_path) as url:
        database = Database(url)
        with database.transaction() as session:
            place = make_place(session)
            make_scale(session, place)
            person = make_person(session, "zhou", (Role.MANAGER,), "/")
            token = api_token(session, person, utcnow())
        with served(Settings(home=tmp_path, database_url=url)) as address:
            calls = [block for block in SHELL.findall(GUIDE) if "curl" in block]
            script = f"set -eu\nW={address}\nT={token}\n" + "\necho\n".join(calls)
            ran = subprocess.run(
                ["sh", "-c", script], capture_output=True, text=True, check=False, timeout=300
            )
        database.dispose()
    me, page, moved = (json.loads(line) for line in ran.stdout.splitlines() if line.strip())
    assert me["login"] == "zhou"
    assert [row["state"] for row in page["items"]] == ["registered"]
    assert moved["state"] == "awaiting_verification", ran.stderr


def test_the_limits_are_those_of_the_program() -> None:
    """The guide's numbers, and the reader's."""
    assert (SIZE, DEPTH, MOST_KEYS) == (1024 * 1024, 32, 1000)
    for words in ("1 MiB", "32 levels", "1,000 keys"):
        assert words in GUIDE
