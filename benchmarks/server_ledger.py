"""How fast the ledger is verified, and in how much memory."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from app.config import Settings
from app.db.base import Base
from app.db.session import Database
from app.domain.lifecycle import Action
from app.ledger import entries
from app.ledger.door import SYSTEM, act
from benchmarks.harness import Row, at_least, at_most
from benchmarks.server_home import home
from benchmarks.sizes import SIZE
from tests.support.makers import NOON, make_model, make_place, make_scale

CHAIN: Final = SIZE.chain
SCALES: Final = SIZE.scales
MB: Final = 1024  # ru_maxrss is in KiB on Linux
# A process of its own: what it holds is what verifying holds.
VERIFY: Final = """
import json, os, resource, sys, time
from app.cli.context import open_database
from app.config import Settings
from app.crypto import keys
from app.ledger.verify import problems
found = Settings.from_env()
work = open_database(found)
key = keys.load(found.keys).server.public_key()
began = time.perf_counter()
with work.reading() as session:
    wrong = list(problems(session, key, rows=sys.argv[1] == "rows"))
took = time.perf_counter() - began
print(json.dumps([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(wrong)]))
"""


def verification() -> Iterator[Row]:
    """The chain alone, and with the business rows under it."""
    with home() as settings:
        database = Database(settings.database_url)
        _chain(database)
        took, memory = _verify(settings, "chain")
        database.dispose()
    yield at_least("ledger, chain", CHAIN / took, "entries/s", 20_000, note=_note(CHAIN))
    yield at_most("ledger, chain, memory", memory, "MB", 300)
    with home() as settings:
        database = Database(settings.database_url)
        count = _history(database)
        took, memory = _verify(settings, "rows")
        database.dispose()
    yield at_least("ledger, with rows", count / took, "entries/s", 3_000, note=_note(count))
    yield at_most("ledger, with rows, memory", memory, "MB", 300)


def _note(count: int) -> str:
    return f"{count} entries; load {os.getloadavg()[0]:.1f}"


def _chain(database: Database) -> None:
    """Append entries of subjects that have no rows: the chain alone is verified."""
    with database.transaction() as session:
        head = entries.lock(session)
        for number in range(CHAIN):
            fields = {
                "actor": SYSTEM,
                "action": "evidence",
                "subject": f"scale:{number:032x}",
                "before": None,
                "after": "ab" * 32,
            }
            entries.append(session, head, fields, NOON)


def _history(database: Database) -> int:
    """Let scales live a little; return the number of entries."""
    with database.transaction() as session:
        place, model = make_place(session), make_model(session)
        scales: list[Base] = [
            make_scale(session, place, model, f"SN-{number}") for number in range(SCALES)
        ]
        for day, action in enumerate((Action.SUBMIT, Action.PASS, "photo")):
            for scale in scales:
                with act(session, scale, action, by=SYSTEM, at=NOON + timedelta(days=day)):
                    pass
        return entries.lock(session).size


def _verify(settings: Settings, what: str) -> tuple[float, float]:
    environment = {**os.environ, "WUTONG_HOME": str(settings.home)}
    environment.pop("WUTONG_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", VERIFY, what],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    took, memory, wrong = json.loads(done.stdout)
    assert wrong == 0
    return took, memory / MB
