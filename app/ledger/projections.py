"""What an entry's digests are digests of: every row the subject stands for.

A projection is versioned, kind by kind. A migration that adds a column which is projected
adds a version; entries written before keep the version they were written under.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db.base import Base
from app.ledger.canonical import WRITTEN_AS_THEY_ARE, canonical, plain
from app.models import (
    Agreement,
    AgreementStall,
    Appeal,
    Body,
    BodyRegion,
    Calibration,
    CalibrationUse,
    Campaign,
    CampaignDay,
    Certificate,
    Code,
    Epoch,
    Evidence,
    Finding,
    Grant,
    ImportSession,
    InServiceCheck,
    Lead,
    Maker,
    Mark,
    MarkIssue,
    MarkLot,
    MeasurementStandard,
    ModelRange,
    Person,
    Place,
    Procurement,
    ProcurementItem,
    Qualification,
    Recall,
    Reference,
    Region,
    ReplacementPrice,
    RuleSetVersion,
    Scale,
    ScaleEvent,
    ScaleModel,
    Seal,
    SignatureBatch,
    Stall,
    StandardWeight,
    Station,
    StationScale,
    StockDay,
    Trader,
    TransitionRule,
    Verification,
    WeightUse,
    Worksheet,
)

FIRST: Final = 1
# What each later version of a kind added: columns, with what the migration gave to old rows, and
# parts, of which old rows had none.
ADDED: Final[Mapping[type[Base], tuple[Mapping[str, Any], ...]]] = MappingProxyType(
    {
        Reference: ({"path": "/"},),
        Scale: (
            {
                "filing_no": "",
                "filed_on": None,
                "procurement_id": None,
                "gaps": {},
                "gaps_until": None,
                "calibration_counter": None,
                "parameter_counter": None,
                "counters_rose_on": None,
            },
        ),
        ScaleModel: ({"software_ids": []},),
        Stall: ({"goods_classes": "", "card": []},),
        Person: ({"card": []},),
        StandardWeight: ({"withdrawn_because": "", "withdrawn_on": None},),
        ImportSession: ({"ground": "", "ground_until": None, "forgotten_at": None},),
        InServiceCheck: ({"lead_id": None},),
    }
)
# Not facts of the subject: counters of ours, clocks that tick, keys to sort by, secrets.
SKIPPED: Final = frozenset(
    {"version", "secret", "totp_last_step", "last_seen_at", "silent_since", "market_key"}
)
# Whose a code is stands in where it is told: beside its one owner the others are always empty.
OTHER_OWNERS: Final = frozenset({"stall_id", "person_id", "weight_id"})
# Personal fields: only as an HMAC under a key that can be destroyed with the person.
PERSONAL: Final[Mapping[type[Base], frozenset[str]]] = MappingProxyType(
    {
        Person: frozenset({"login", "name", "password_hash", "totp_secret"}),
        Trader: frozenset({"name", "phone"}),
    }
)
Part = tuple[str, InstrumentedAttribute[int] | InstrumentedAttribute[int | None]]
# What stands in the ledger by itself, and what belongs to it: name, and the column that says so.
SUBJECTS: Final[Mapping[type[Base], tuple[Part, ...]]] = MappingProxyType(
    {
        Scale: (
            ("code", Code.scale_id),
            ("seal", Seal.scale_id),
            ("verification", Verification.scale_id),
            ("finding", Finding.scale_id),
            ("lead", Lead.scale_id),
        ),
        Person: (("grants", Grant.person_id), ("card", Code.person_id)),
        Station: (("scales", StationScale.station_id),),
        ScaleModel: (("ranges", ModelRange.model_id),),
        Reference: (),
        Maker: (),
        Region: (),
        Place: (),
        Stall: (("card", Code.stall_id),),
        Trader: (),
        Epoch: (),
        ImportSession: (),
        Body: (("regions", BodyRegion.body_id), ("staff", Qualification.body_id)),
        MeasurementStandard: (),
        StandardWeight: (
            ("calibrations", Calibration.weight_id),
            ("chain", CalibrationUse.weight_id),
            ("card", Code.weight_id),
        ),
        MarkLot: (),
        MarkIssue: (),
        Mark: (),
        StockDay: (),
        Worksheet: (("weights", WeightUse.worksheet_id),),
        SignatureBatch: (),
        Certificate: (),
        Campaign: (("days", CampaignDay.campaign_id),),
        Recall: (),
        InServiceCheck: (),
        Appeal: (),
        TransitionRule: (),
        ReplacementPrice: (),
        RuleSetVersion: (),
        Procurement: (("items", ProcurementItem.procurement_id),),
        Agreement: (("stalls", AgreementStall.agreement_id),),
    }
)


IDS: Final = "ids"
EVENTS: Final = ScaleEvent.__table__
STORIES: Final = select(EVENTS.c.scale_id, EVENTS.c.chain).where(
    EVENTS.c.id.in_(
        select(func.max(EVENTS.c.id))
        .where(EVENTS.c.scale_id.in_(bindparam(IDS, expanding=True)))
        .group_by(EVENTS.c.scale_id)
    )
)


@dataclass(slots=True)
class Around:
    """What belongs to a subject beside its own columns; ``story`` is a scale's alone."""

    parts: Mapping[str, list[dict[str, Any]]]
    story: str | None = None


@cache
def _projected(kind: type[Base]) -> tuple[str, ...]:
    keys = (attribute.key for attribute in inspect(kind).column_attrs)
    skipped = SKIPPED | OTHER_OWNERS if kind is Code else SKIPPED
    return tuple(key for key in keys if key not in skipped)


@cache
def _told(kind: type[Base], version: int | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which columns a version tells: those told as they are, and the personal ones."""
    later, personal = added_after(kind, version), PERSONAL.get(kind, frozenset())
    keys = [key for key in _projected(kind) if key not in later]
    return (
        tuple(key for key in keys if key not in personal),
        tuple(key for key in keys if key in personal),
    )


@cache
def _reader(keys: tuple[str, ...]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """Return what takes the values of ``keys``, a subject's several, out of a row at once."""
    return itemgetter(*keys)


def columns(row: Base, version: int | None = None) -> dict[str, Any]:
    """Return the projected columns of one row, the newest version's where none is given."""
    shown, hidden = _told(type(row), version)
    held = row.__dict__  # what is loaded, past the attributes, which take their time
    try:
        told = dict(zip(shown, _reader(shown)(held), strict=True))
    except KeyError:
        told = {key: getattr(row, key) for key in shown}
    for key, value in told.items():
        if type(value) not in WRITTEN_AS_THEY_ARE:  # a call for few of them
            told[key] = plain(value)
    return told | {key: _hidden(row, key) for key in hidden} if hidden else told


def newest_version(kind: type[Base]) -> int:
    """Return the version under which ``kind`` is told today."""
    return FIRST + len(ADDED.get(kind, ()))


def added_after(kind: type[Base], version: int | None) -> dict[str, Any]:
    """Return what later versions than ``version`` added, with the values of old rows."""
    added = ADDED.get(kind, ())[version - FIRST :] if version else ()
    return {key: value for more in added for key, value in more.items()}


def _hidden(row: Any, key: str) -> str | None:  # noqa: ANN401 - Person or Trader
    value = getattr(row, key)
    if value is None or row.secret is None:
        return None
    return hmac.new(row.secret, f"{key}\0{value}".encode(), hashlib.sha256).hexdigest()


def digest(document: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the SHA-256 of the RFC 8785 bytes of ``document``, hex."""
    return hashlib.sha256(canonical(document)).hexdigest()


def project(session: Session, row: Base) -> str:
    """Return the digest of the current projection of ``row``."""
    return digests(session, type(row), [row])[0]


def digests(
    session: Session, kind: type[Base], rows: Sequence[Base], version: int | None = None
) -> list[str]:
    """Return the digest of each of ``rows``, all of one kind; a few queries for all of them."""
    ids: list[int] = [row.id for row in rows]  # type: ignore[attr-defined]  # every subject has one
    found = around(session, kind, ids)
    return [digest_with(row, found[key], version) for key, row in zip(ids, rows, strict=True)]


def around(session: Session, kind: type[Base], ids: Sequence[int]) -> dict[int, Around]:
    """Return what belongs to the subjects ``ids``; a few queries for all of them."""
    if session.autoflush:
        session.flush()
    # Past the session, which has nothing to add to columns and takes its time.
    connection = session.connection()
    found = {key: _parts(connection, key, ids) for key in SUBJECTS[kind]}
    stories = _stories(connection, ids) if kind is Scale else {}
    return {
        one: Around(
            {name: found[name, part].get(one, []) for name, part in SUBJECTS[kind]},
            stories.get(one),
        )
        for one in ids
    }


def digest_with(row: Base, beside: Around, version: int | None = None) -> str:
    """Return the digest of ``row`` with what belongs to it."""
    kind = type(row)
    later = added_after(kind, version)
    told = {
        "v": version or newest_version(kind),
        kind.__tablename__: columns(row, version),
        **{name: rows for name, rows in beside.parts.items() if name not in later},
    }
    return digest({**told, "story": beside.story} if kind is Scale else told)


def _parts(
    connection: Connection, key: Part, ids: Sequence[int]
) -> dict[int, list[dict[str, Any]]]:
    """Return the rows of one kind that belong to the subjects ``ids``, by subject."""
    statement, names = _question(key)
    found: dict[int, list[dict[str, Any]]] = {}
    for owner, *values in connection.execute(statement, {IDS: ids}):
        told = dict(zip(names, map(plain, values), strict=True))
        found.setdefault(owner, []).append(told)
    return found


@cache
def _question(key: Part) -> tuple[Select[Any], tuple[str, ...]]:
    """Return the query for parts, built once: it is asked twice in every act."""
    _name, belongs = key
    part: Any = belongs.class_
    names = _projected(part)
    table, owner = part.__table__, part.__table__.c[belongs.key]
    statement = select(owner, *(table.c[name] for name in names))
    return statement.where(owner.in_(bindparam(IDS, expanding=True))).order_by(table.c.id), names


def _stories(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Return the end of each scale's story."""
    return {scale: chain for scale, chain in connection.execute(STORIES, {IDS: ids})}  # noqa: C416


def evidence_digest(row: Evidence) -> str:
    """Return the digest under which a piece of evidence enters its scale's story."""
    return digest({"v": FIRST, "evidence": columns(row)})
