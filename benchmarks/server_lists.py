"""Lists, search and label sheets, at two sizes of the fleet.

The size is 100,000 unless ``BENCH_SCALES`` says otherwise: building a million takes minutes.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.crypto import tags
from app.db.ids import new_uid
from app.db.session import Database
from app.domain.calendar import local_date
from app.domain.lifecycle import ScaleRole, State
from app.domain.scope import Scope
from app.domain.verification import VerificationKind, VerificationResult
from app.manage import queries
from app.manage.queries import Asked
from app.models import Place, Scale, ScaleModel, Stall, Trader, Verification
from app.portal.sheets import DEFAULT_LAYOUT, LAYOUTS, PrintedTag, sheet
from app.standing import standings
from app.web.paging import Cursor
from benchmarks.harness import Row, at_most
from benchmarks.server_home import home
from tests.support.makers import COUNTY, NOON, make_model, make_place

SMALL: Final = 10_000
LARGE: Final = int(os.environ.get("BENCH_SCALES", "100000"))
PLACES: Final = 100
LABELS: Final = 1_000
PAGE: Final = 50
TIMES: Final = 15
FAMILY: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国"
TODAY: Final = local_date(NOON)


def lists() -> Iterator[Row]:
    """The fleet's first and last page, and the search for a name of two characters."""
    found = {size: _measured(size) for size in (SMALL, LARGE)}
    small, large = found[SMALL], found[LARGE]
    note = f"{LARGE} scales against {SMALL}; load {os.getloadavg()[0]:.1f}"
    first = large["first"] / small["first"]
    yield at_most("fleet, first page", large["first"] * 1e3, "ms", 1.5, ratio=first, note=note)
    last = large["last"] / large["first"]
    yield at_most(
        *("fleet, last page over first", large["last"] * 1e3, "ms", 1.5), ratio=last, note=note
    )
    yield at_most("two-character name search", large["search"] * 1e3, "ms", 20, note=note)
    counts = f"for orientation: goal is 50 ms for a dashboard at a million; {note}"
    yield at_most("true counts beside the list", large["counts"] * 1e3, "ms", 50, note=counts)


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
        for number in range(LABELS)
    ]
    began = time.monotonic()
    pdf = sheet(printed, LAYOUTS[DEFAULT_LAYOUT], date(2026, 11, 23))
    took = time.monotonic() - began
    assert pdf.startswith(b"%PDF")
    note = f"{len(pdf) // 1024} KiB; load {os.getloadavg()[0]:.1f}"
    yield at_most(f"{LABELS} QR labels", took, "s", 8, note=note)


def _measured(size: int) -> dict[str, float]:
    with home() as settings:
        database = Database(settings.database_url)
        with database.transaction() as session:
            _fill(session, size)
        with database.reading() as session:
            found = _times(session)
        database.dispose()
    return found


def _times(session: Session) -> dict[str, float]:
    asked = Asked(scope=Scope((COUNTY,)), today=TODAY)
    path, uid = session.execute(
        select(Scale.path, Scale.uid).order_by(Scale.path.desc(), Scale.uid.desc()).offset(PAGE)
    ).first() or ("", "")
    by_name = Asked(scope=Scope((COUNTY,)), today=TODAY, q="秀兰")

    def page(what: Asked, cursor: Cursor | None = None) -> Callable[[], object]:
        def run() -> object:
            session.expunge_all()
            found = queries.fleet(session, what, cursor, PAGE)
            return standings(session, found.items, TODAY)

        return run

    return {
        "first": _median(page(asked)),
        "last": _median(page(asked, Cursor((path, uid)))),
        "search": _median(page(by_name)),
        "counts": _median(lambda: queries.count(session, asked), 3),
    }


def _median(work: Callable[[], object], times: int = TIMES) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def _fill(session: Session, size: int) -> None:
    """Put a fleet in by the thousand; the ledger is not asked here."""
    model = make_model(session)
    places = [
        make_place(session, f"{COUNTY}{number:09}/M01/", f"market {number}")
        for number in range(PLACES)
    ]
    session.flush()
    for start in range(0, size, 1000):
        numbers = range(start, min(size, start + 1000))
        for kind, make in ((Stall, _stall), (Trader, _trader)):
            session.execute(insert(kind), [make(n, places[n % PLACES]) for n in numbers])
        session.execute(insert(Scale), [_scale(n, places[n % PLACES], model) for n in numbers])
        session.execute(insert(Verification), [_passed(n, places[n % PLACES]) for n in numbers])


def _stall(number: int, place: Place) -> dict[str, Any]:
    return {
        "id": number + 1,
        "uid": new_uid(),
        "path": place.path,
        "place_id": place.id,
        "number": f"S-{number}",
        "goods": "蔬菜",
    }


def _trader(number: int, place: Place) -> dict[str, Any]:
    name = (
        FAMILY[number % len(FAMILY)]
        + GIVEN[number // 7 % len(GIVEN)]
        + GIVEN[number // 211 % len(GIVEN)]
    )
    return {
        "id": number + 1,
        "uid": new_uid(),
        "path": place.path,
        "place_id": place.id,
        "name": name,
        "secret": b"k" * 32,
    }


def _scale(number: int, place: Place, model: ScaleModel) -> dict[str, Any]:
    return {
        "id": number + 1,
        "uid": new_uid(),
        "path": place.path,
        "place_id": place.id,
        "model_id": model.id,
        "serial_no": f"SN{number:08}",
        "market_no": f"M-{number}",
        "role": ScaleRole.TRADE,
        "state": State.IN_SERVICE,
        "stall_id": number + 1,
        "trader_id": number + 1,
        "created_at": NOON,
    }


def _passed(number: int, place: Place) -> dict[str, Any]:
    return {
        "uid": new_uid(),
        "path": place.path,
        "scale_id": number + 1,
        "kind": VerificationKind.INITIAL,
        "result": VerificationResult.PASS,
        "regulation": "JJG 539-2016",
        "body": "所",
        "verified_on": date(2026, 1, 1 + number % 28),
        "valid_until": date(2026, 12, 1 + number % 28),
        "recorded_at": NOON,
    }
