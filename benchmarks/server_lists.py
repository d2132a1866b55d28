"""Lists, search, the dashboard's counts and label sheets, at two sizes of the register.

The same province with ten thousand scales and with a million, on both databases; both sizes
take turns, so that a busy machine slows both alike.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app import search
from app.crypto import tags
from app.db.session import Database
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import State
from app.domain.scope import Scope
from app.manage import queries
from app.manage.queries import Asked
from app.models import Evidence, Scale
from app.portal.sheets import DEFAULT_LAYOUT, LAYOUTS, PrintedTag, sheet
from app.standing import standings
from app.standing.sql import legal_code, with_last_verification
from app.web.paging import Cursor
from benchmarks import fleet
from benchmarks.fleet import COUNTY, PROVINCE, TODAY
from benchmarks.harness import Row, at_most, median
from benchmarks.sizes import SIZE
from tests.support import postgres

PAGE: Final = 40
MB: Final = 1_000_000
NAME: Final = "秀兰"
HERE, ALL = Scope((COUNTY,)), Scope((PROVINCE,))
CASES: Final = {
    "province": Asked(scope=ALL, today=TODAY),
    "county": Asked(scope=HERE, today=TODAY),
    "state": Asked(scope=ALL, today=TODAY, state=State.SUSPENDED),
    "legal status": Asked(scope=ALL, today=TODAY, legal=LegalCode.OVERDUE),
    "stop orders": Asked(scope=ALL, today=TODAY, legal=LegalCode.STOP_ORDER),
    "text": Asked(scope=ALL, today=TODAY, q="A-1"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """The same question to a small and a large register."""

    name: str
    small: Session
    large: Session


def lists_sqlite() -> Iterator[Row]:
    """The fleet's pages, the search and the counts on SQLite."""
    yield from _measured("SQLite", fleet.sqlite(SIZE.small), fleet.sqlite(SIZE.large))


def lists_postgresql() -> Iterator[Row]:
    """The same on PostgreSQL."""
    if not SIZE.postgresql:
        return
    with postgres.server(fleet.folder() / "postgresql") as server:
        small, large = (fleet.postgresql(server, size) for size in (SIZE.small, SIZE.large))
        yield from _measured("PostgreSQL", small, large)


def _measured(name: str, small: str, large: str) -> Iterator[Row]:
    with ExitStack() as stack:
        sessions = []
        for url in (small, large):
            database = Database(url)
            stack.callback(database.dispose)
            sessions.append(stack.enter_context(database.reading()))
        pair = Pair(name, *sessions)
        yield from _pages(pair)
        yield from _last_pages(pair)
        yield from _search(pair)
        yield from _dashboard(pair)


def _pages(pair: Pair) -> Iterator[Row]:
    for case, asked in CASES.items():
        small, large, ratio = _in_turn(
            partial(_page, pair.small, asked),
            partial(_page, pair.large, asked),
        )
        yield at_most(
            *(f"list at a million over ten thousand, {case}, {pair.name}", large * 1e3, "ms", 1.5),
            ratio=ratio,
            note=f"{small * 1e3:.1f} ms at {SIZE.small}; with the counts beside it; {_load()}",
        )


def _last_pages(pair: Pair) -> Iterator[Row]:
    for case in ("province", "county"):
        asked = CASES[case]
        end = _end(pair.large, asked)
        first, last, ratio = _in_turn(
            partial(_page, pair.large, asked, counted=False),
            partial(_page, pair.large, asked, end, counted=False),
        )
        yield at_most(
            *(f"last page over first, {case}, {pair.name}", last * 1e3, "ms", 1.5),
            ratio=ratio,
            note=f"first {first * 1e3:.1f} ms at {SIZE.large}; {_load()}",
        )


def _page(
    session: Session, asked: Asked, after: str | None = None, *, counted: bool = True
) -> None:
    """Do what the page of the list asks of the database and of the rules."""
    session.expunge_all()
    standings(session, queries.fleet(session, asked, after, PAGE).items, TODAY)
    if counted:
        queries.count(session, asked)


def _end(session: Session, asked: Asked) -> str:
    """Return the cursor of the last page."""
    page = queries.fleet(session, asked, str(Cursor(("~", "~", "~"), back=True)), PAGE + 1)
    return str(Cursor((page.items[0].path, page.items[0].market_key, page.items[0].uid)))


def _search(pair: Pair) -> Iterator[Row]:
    for scope, who in ((ALL, "province"), (HERE, "county")):
        took = _median(partial(search.find, pair.large, NAME, scope))
        found = len(search.scales(pair.large, NAME, scope) or ())
        yield at_most(
            *(f"two-character name search, {who}, {pair.name}", took * 1e3, "ms", 20),
            note=f"all kinds, best {search.MOST} of {found} scales' worth; {SIZE.large} scales; "
            f"index {_index_mb(pair.large):.0f} MB; {_load()}",
        )


def _dashboard(pair: Pair) -> Iterator[Row]:
    asked = CASES["province"]
    took = _median(lambda: queries.count(pair.large, asked))
    began = time.perf_counter()
    live = _live_count(pair.large)
    counted = time.perf_counter() - began
    stored = queries.count(pair.large, asked)
    assert (stored.total, stored.legal[LegalCode.VALID]) == live
    name = f"dashboard of a province, {pair.name}"
    yield at_most(name, took * 1e3, "ms", 50, note=f"{live[0]} scales; {_load()}")
    yield at_most(
        *(f"dashboard over a live full count, {pair.name}", took * 1e3, "ms", 0.3),
        ratio=took / counted,
        note=f"live {counted * 1e3:.0f} ms, the same numbers; {_load()}",
    )


def _live_count(session: Session) -> tuple[int, int]:
    """Count every scale by state, legal status and verdict, as the stored totals do."""
    code = legal_code(TODAY).label("code")
    counted = with_last_verification(select(Scale.state, code, Evidence.verdict, func.count()))
    rows = session.execute(
        counted.select_from(Scale)
        .outerjoin(Evidence, Evidence.id == Scale.standing_evidence_id)
        .group_by(Scale.state, "code", Evidence.verdict)
    ).all()
    return sum(row[3] for row in rows), sum(row[3] for row in rows if row[1] == LegalCode.VALID)


def _index_mb(session: Session) -> float:
    if session.get_bind().dialect.name == "sqlite":
        found = session.scalar(text("SELECT sum(length(block)) FROM search_index_data"))
    else:
        found = session.scalar(
            text(
                "SELECT sum(pg_relation_size(indexrelid)) FROM pg_stat_user_indexes"
                " WHERE starts_with(indexrelname, 'search_')"
            )
        )
    return float(found or 0) / MB


def labels() -> Iterator[Row]:
    """A thousand labels with their QR codes as PDF."""
    key = Ed25519PrivateKey.generate()
    host = "scales.example.cn"
    printed = [
        PrintedTag(
            f"https://{host}/t/{tags.render(key, host, tags.new_id())}",
            f"{number:08}",
            "城东农贸市场",
            f"A-{number} · 0017",
        )
        for number in range(SIZE.labels)
    ]
    began = time.monotonic()
    pdf = sheet(printed, LAYOUTS[DEFAULT_LAYOUT], date(2026, 11, 23))
    took = time.monotonic() - began
    assert pdf.startswith(b"%PDF")
    note = f"{SIZE.labels} labels, {len(pdf) // 1024} KiB; {_load()}"
    yield at_most("1,000 QR labels", took, "s", 8, note=note)


def _in_turn(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float, float]:
    """Return how long each takes, and the middle of what the other takes over the one."""
    pairs = [(_took(one), _took(other)) for _ in range(SIZE.times + 1)][1:]
    firsts, seconds = zip(*pairs, strict=True)
    return median(firsts), median(seconds), median(b / a for a, b in pairs)


def _median(work: Callable[[], object]) -> float:
    return median([_took(work) for _ in range(SIZE.times + 1)][1:])


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"
