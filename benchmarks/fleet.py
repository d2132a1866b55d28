"""A province to measure with: counties, markets, stalls, traders and their scales, in bulk.

Made once for each size and database and kept in the system's folder for temporary files,
under a digest of this file and of the schema; names are believable and always the same. The
ledger is not asked: nothing here measures it.
"""

import hashlib
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, NullPool, create_engine, insert, text

from app import search
from app.db import schema
from app.domain.lifecycle import ScaleRole, State
from app.domain.seals import SealKind, SealOwner, SealState
from app.domain.verification import VerificationKind, VerificationResult
from app.models import (
    Maker,
    ModelRange,
    Place,
    PlaceKind,
    Region,
    RegionKind,
    Scale,
    ScaleCell,
    ScaleModel,
    ScaleTotal,
    Seal,
    Stall,
    Trader,
    Verification,
)
from tests.support.makers import NOON

PROVINCE: Final = "/32/"
COUNTY: Final = "/32/3201/320101/"
CITIES: Final = 13
COUNTIES: Final = 8  # of a city
A_MARKET: Final = 500  # scales of a market
AT_ONCE: Final = 5_000
TODAY: Final = date(2026, 11, 23)
FAMILY: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢"
)
GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国春燕凤海波宁琴云志文"
WHERE: Final = "城东城西城南城北新华人民胜利和平解放中山东门西关南湖北桥金山银河青年工农"
KINDS: Final = ("农贸市场", "菜市场", "水产市场", "集贸市场")
STATES: Final = (
    *((State.IN_SERVICE,) * 90 + (State.READY,) * 5 + (State.SUSPENDED,) * 3),
    *(State.IN_REPAIR, State.AWAITING_VERIFICATION),
)
RARE: Final = 0.01  # of all seals broken, verifications failed, scales stopped
OVERDUE_DAYS: Final = 376  # of them three in a hundred more than a year ago
TWO_NAMES: Final = 0.8
MODELS: Final = 8
SECONDARY: Final = (
    "SELECT indexname, indexdef FROM pg_indexes"
    " WHERE schemaname = 'public' AND (indexname LIKE 'search%' OR indexname LIKE 'ix_%')"
)
KIND: Final = "state, verdict, legal, from_on, until_on, phase_on"


def digest() -> str:
    """Return what the data depend on: this file and the schema."""
    ours = Path(__file__).read_bytes() + (schema.newest("sqlite://") or "").encode()
    return hashlib.sha256(ours).hexdigest()[:12]


def folder() -> Path:
    """Return where fleets are kept; those of older seeders are removed."""
    base = Path(tempfile.gettempdir()) / "wutong-bench"
    base.mkdir(exist_ok=True)
    found = base / digest()
    for other in base.iterdir():
        if other != found:
            shutil.rmtree(other, ignore_errors=True)
    found.mkdir(exist_ok=True)
    return found


def sqlite(size: int) -> str:
    """Return the URL of a SQLite database with ``size`` scales."""
    target = folder() / f"fleet-{size}.db"
    if not target.exists():
        draft = target.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        make(f"sqlite:///{draft}", size)
        draft.rename(target)
    return f"sqlite:///{target}"


def postgresql(server: str, size: int) -> str:
    """Return the URL of the same data on ``server``, which are kept as well."""
    name = f"fleet_{size}"
    engine = create_engine(f"{server}/postgres", poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        there = text("SELECT count(*) FROM pg_database WHERE datname = :name")
        if not connection.scalar(there, {"name": name}):
            for statement in ("DROP DATABASE IF EXISTS draft", "CREATE DATABASE draft"):
                connection.exec_driver_sql(statement)
            _copy(sqlite(size), f"{server}/draft")
            connection.exec_driver_sql(f"ALTER DATABASE draft RENAME TO {name}")
    return f"{server}/{name}"


def make(url: str, size: int) -> None:
    """Migrate the empty SQLite database at ``url`` and put ``size`` scales in."""
    print(f"making a fleet of {size} ...", file=sys.stderr, flush=True)
    schema.upgrade(url)
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-300000"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        paused = _pause(connection)
        _fill(connection, size)
        _count(connection)
        for sql in paused:
            connection.exec_driver_sql(sql)
        search.rebuild(connection)
        connection.commit()
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _copy(source: str, target: str) -> None:
    """Copy what `make` made to the empty PostgreSQL database at ``target``."""
    print(f"copying {source} to PostgreSQL ...", file=sys.stderr, flush=True)
    schema.upgrade(target)
    engine = create_engine(target, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with create_engine(source, poolclass=NullPool).connect() as rows, engine.connect() as there:
        for statement in ("session_replication_role = replica", "TIME ZONE 'UTC'"):
            there.exec_driver_sql(f"SET {statement}")  # no triggers: what they write comes along
        indexes = there.execute(text(SECONDARY)).all()
        for name, _ in indexes:
            there.exec_driver_sql(f"DROP INDEX {name}")
        for kind in COPIED:
            columns = ", ".join(kind.__table__.columns.keys())
            found = rows.exec_driver_sql(f"SELECT {columns} FROM {kind.__tablename__}")  # noqa: S608 - our own names
            put = f"COPY {kind.__tablename__} ({columns}) FROM STDIN"
            with there.connection.cursor() as cursor, cursor.copy(put) as copy:  # type: ignore[attr-defined]
                for row in found:
                    copy.write_row(row)
        for _, definition in indexes:
            there.exec_driver_sql(definition)
        there.exec_driver_sql("VACUUM ANALYZE")


def _pause(connection: Connection) -> list[str]:
    """Take the triggers away that count and index row by row; return how to put them back."""
    found = connection.execute(
        text(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            " AND (name LIKE '%_cell' OR name LIKE '%counted' OR name LIKE '%_is_%')"
        )
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [sql for _, sql in found]


def _count(connection: Connection) -> None:
    """Fill cells and totals at once."""
    connection.exec_driver_sql("INSERT INTO scale_cell SELECT * FROM scale_cell_live")
    paths = connection.scalars(text("SELECT path FROM place")).all()
    for path in sorted({one[: at + 1] for one in paths for at in _slashes(one)}):
        connection.execute(
            text(
                f"INSERT INTO scale_total SELECT :path, {KIND}, count(*) FROM scale_cell"  # noqa: S608 - our own names
                f" WHERE path >= :path AND path < :end GROUP BY {KIND}"
            ),
            {"path": path, "end": path[:-1] + "0"},
        )


def _slashes(path: str) -> Iterator[int]:
    return (at for at, character in enumerate(path) if character == "/")


def _fill(connection: Connection, size: int) -> None:
    chance = random.Random(20261123)  # noqa: S311 - the same names each time, no secret
    connection.execute(insert(Region), list(_regions()))
    connection.execute(insert(Maker), [{"id": 1, "uid": _uid(1, 1), "name": "东海衡器"}])
    connection.execute(insert(ScaleModel), [_model(number) for number in range(1, MODELS + 1)])
    connection.execute(insert(ModelRange), [_range(number) for number in range(1, MODELS + 1)])
    markets = max(1, size // A_MARKET)
    places = [_place(number, markets, chance) for number in range(markets)]
    connection.execute(insert(Place), places)
    for start in range(0, size, AT_ONCE):
        rows = [
            (number, places[number * markets // size])
            for number in range(start, min(size, start + AT_ONCE))
        ]
        for kind, make in ROWS:
            connection.execute(insert(kind), [make(n, place, chance) for n, place in rows])


def _uid(kind: int, number: int) -> str:
    return f"0199f39f-{kind:04x}-7000-8000-{number:012x}"


def _regions() -> Iterator[dict[str, Any]]:
    yield _region(1, PROVINCE, "江苏省", RegionKind.PROVINCE)
    for city in range(1, CITIES + 1):
        path = f"{PROVINCE}32{city:02}/"
        yield _region(city * 100, path, f"{WHERE[city * 2 - 2 : city * 2]}市", RegionKind.CITY)
        for county in range(1, COUNTIES + 1):
            number = city * 100 + county
            name = f"{WHERE[county * 2 - 2 : county * 2]}区"
            yield _region(number, f"{path}32{city:02}{county:02}/", name, RegionKind.COUNTY)


def _region(number: int, path: str, name: str, kind: RegionKind) -> dict[str, Any]:
    return {"id": number, "uid": _uid(2, number), "path": path, "name": name, "kind": kind}


def _model(number: int) -> dict[str, Any]:
    ends = date(2027, 6, 30) if number % 2 else None
    names = {"id": number, "uid": _uid(3, number), "maker_id": 1, "name": f"ACS-{number * 3}"}
    return {**names, "phase_out_on": ends, "profile": {}, "version": 1}


def _range(number: int) -> dict[str, Any]:
    sizes = {"min_mg": 100_000, "max_mg": 15_000_000, "e_mg": 5_000}
    return {"id": number, "model_id": number, "position": 1, **sizes}


def _place(number: int, markets: int, chance: random.Random) -> dict[str, Any]:
    nth = number * CITIES * COUNTIES // markets
    city, county = nth // COUNTIES + 1, nth % COUNTIES + 1
    path = f"{PROVINCE}32{city:02}/32{city:02}{county:02}/M{number:05}/"
    at = chance.randrange(len(WHERE) // 2) * 2
    name = f"{WHERE[at : at + 2]}{chance.choice(KINDS)}"
    return {
        "id": number + 1,
        "uid": _uid(4, number),
        "path": path,
        "name": name,
        "kind": PlaceKind.MARKET,
    }


def _stall(number: int, place: Mapping[str, Any], _chance: random.Random) -> dict[str, Any]:
    name = f"{'ABCDEFGH'[number % 8]}-{number % A_MARKET:03}"
    return {**_in(place), "id": number + 1, "uid": _uid(5, number), "number": name, "goods": "蔬菜"}


def _trader(number: int, place: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    given = chance.choice(GIVEN) + (chance.choice(GIVEN) if chance.random() < TWO_NAMES else "")
    name = chance.choice(FAMILY) + given
    return {**_in(place), "id": number + 1, "uid": _uid(6, number), "name": name}


def _scale(number: int, place: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    return {
        **_in(place),
        "id": number + 1,
        "uid": _uid(7, number),
        "model_id": number % MODELS + 1,
        "serial_no": f"SN{number:08}",
        "market_no": f"M-{number % A_MARKET:04}",
        "role": ScaleRole.TRADE,
        "state": chance.choice(STATES),
        "version": 1,
        "stall_id": number + 1,
        "trader_id": number + 1,
        "created_at": NOON,
        "stop_order": "通市监停〔2026〕3号" if chance.random() < RARE else "",
    }


def _passed(number: int, place: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    on = TODAY - timedelta(days=chance.randrange(OVERDUE_DAYS))
    failed = chance.random() < RARE
    return {
        "id": number + 1,
        "uid": _uid(8, number),
        "path": place["path"],
        "scale_id": number + 1,
        "kind": VerificationKind.SUBSEQUENT,
        "regulation": "JJG 539",
        "result": VerificationResult.FAIL if failed else VerificationResult.PASS,
        "body": "所",
        "certificate_no": f"苏电衡2026-{number:07}",
        "label_no": f"Q{number * 7919 % 10_000_000:07}",
        "verified_on": on,
        "recorded_at": NOON,
        "failed_items": [],
        "valid_until": None if failed else on + timedelta(days=365),
    }


def _seal(number: int, _place: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    state = SealState.BROKEN if chance.random() < RARE else SealState.INTACT
    return {
        "id": number + 1,
        "uid": _uid(9, number),
        "scale_id": number + 1,
        "kind": SealKind.LEAD,
        "owner": SealOwner.VERIFICATION,
        "state": state,
    }


def _in(place: Mapping[str, Any]) -> dict[str, Any]:
    return {"path": place["path"], "place_id": place["id"]}


Make = Callable[[int, Mapping[str, Any], random.Random], dict[str, Any]]
ROWS: Final[tuple[tuple[Any, Make], ...]] = (
    *((Stall, _stall), (Trader, _trader), (Scale, _scale)),
    *((Verification, _passed), (Seal, _seal)),
)
COPIED: Final = (
    *(Region, Maker, ScaleModel, ModelRange, Place),
    *(kind for kind, _ in ROWS),
    *(ScaleCell, ScaleTotal),
)
