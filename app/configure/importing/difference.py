"""A checked list against the register: what is new, what changes field by field, what stays."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.configure.importing import bought
from app.configure.importing.check import Row
from app.db.scope import within
from app.domain.cells import folded
from app.domain.importing import Doubt, LineKind
from app.domain.lifecycle import is_handed_out
from app.domain.scope import Scope
from app.domain.software_ids import differs
from app.models import Code, Maker, Place, Procurement, Scale, ScaleModel, Stall, Trader

# Columns of the scale itself that a list may change.
PLAIN: Final = (
    "market_no",
    "made_on",
    "software_id",
    "production_code",
    "repair_code",
    "verification_code",
)
# Who uses it where: changed by a list only while nobody has it in hand.
USE: Final = ("stall", "trader")


@dataclass(frozen=True, slots=True)
class Known:
    """A registered scale as far as a list may speak of it."""

    id: int
    place_id: int
    handed_out: bool
    values: Mapping[str, Any]


@dataclass(slots=True)
class Line:
    """A row with its meaning.

    Attributes:
        scale_id: The scale it speaks of, None for a new one.
        changes: Field: (what the register says, what the list says).
    """

    row: Row
    kind: LineKind
    place_id: int | None = None
    model_id: int | None = None
    scale_id: int | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Register:
    """What the register knows, read once for a whole list."""

    places: Mapping[str, Sequence[int]]
    makers: frozenset[str]
    models: Mapping[tuple[str, str], Sequence[int]]
    scales: Mapping[tuple[int, str], Known]
    elsewhere: frozenset[tuple[int, str]]
    numbers: Mapping[tuple[int, str], int]
    codes: Mapping[str, int | None]
    approved: Mapping[int, Sequence[str]]
    paths: Mapping[int, str]
    batches: bought.Batches


def read(session: Session, rows: Sequence[Row], path: str) -> Register:
    """Return what the register knows of what ``rows`` name, inside the region ``path``."""
    scope = Scope((path,))
    places: dict[str, list[int]] = defaultdict(list)
    paths: dict[int, str] = {}
    for identity, name, at in session.execute(
        select(Place.id, Place.name, Place.path).where(within(Place.path, scope))
    ):
        places[folded(name)].append(identity)
        paths[identity] = at
    models: dict[tuple[str, str], list[int]] = defaultdict(list)
    for identity, maker, name in session.execute(
        select(ScaleModel.id, Maker.name, ScaleModel.name).join(
            Maker, Maker.id == ScaleModel.maker_id
        )
    ):
        models[folded(maker), folded(name)].append(identity)
    asked = {one for row in rows for one in models.get(_type(row), ())}
    scales, numbers = _scales(session, scope)
    return Register(
        places=places,
        makers=frozenset(map(folded, session.scalars(select(Maker.name)))),
        models=models,
        scales=scales,
        elsewhere=_elsewhere(session, asked, scales),
        numbers=numbers,
        codes=_codes(session, rows),
        approved=_approved(session),
        paths=paths,
        batches=bought.read(session, rows, scope),
    )


def compare(rows: Iterable[Row], register: Register, heads: Mapping[str, str]) -> list[Line]:
    """Return what each row means; what the register contradicts is noted as its problem."""
    return [_line(row, register, heads) for row in rows]


def _line(row: Row, register: Register, heads: Mapping[str, str]) -> Line:
    place = _place(row, register, heads)
    model = _model(row, register, heads)
    if place is None or model is None or "serial_no" not in row.values:
        return Line(row, LineKind.REFUSED)
    key = (model, row.values["serial_no"])
    known = register.scales.get(key)
    scale_id = known.id if known else None
    line = Line(row, LineKind.NEW, place, model, scale_id)
    bought.judge(row, register.batches, register.paths[place], model, heads)
    if known is not None:
        _differ(line, known, place, heads)
    elif key in register.elsewhere:
        row.doubt(Doubt.REGISTERED_ELSEWHERE, "serial_no", heads)
    _taken(line, register, heads)
    approved = register.approved.get(model, ())
    if differs(row.values.get("software_id", ""), approved):
        row.doubt(Doubt.SOFTWARE_DIFFERS, "software_id", heads, " ".join(approved))
    if row.is_refused:
        line.kind = LineKind.REFUSED
    return line


def _type(row: Row) -> tuple[str, str]:
    return row.values.get("maker", ""), row.values.get("model", "")


def _place(row: Row, register: Register, heads: Mapping[str, str]) -> int | None:
    name = row.values.get("place")
    found = register.places.get(name, ()) if name else ()
    if name and len(found) != 1:
        code = Doubt.PLACE_AMBIGUOUS if found else Doubt.UNKNOWN_PLACE
        row.doubt(code, "place", heads)
        return None
    return found[0] if found else None


def _model(row: Row, register: Register, heads: Mapping[str, str]) -> int | None:
    maker, name = _type(row)
    if not (maker and name):
        return None
    if maker not in register.makers:
        row.doubt(Doubt.UNKNOWN_MAKER, "maker", heads)
        return None
    found = register.models.get((maker, name), ())
    if len(found) != 1:
        code = Doubt.MODEL_AMBIGUOUS if found else Doubt.UNKNOWN_MODEL
        row.doubt(code, "model", heads)
        return None
    return found[0]


def _differ(line: Line, known: Known, place: int, heads: Mapping[str, str]) -> None:
    row = line.row
    if known.place_id != place:
        row.doubt(Doubt.OTHER_PLACE, "place", heads)
    for name in (*PLAIN, *USE, "batch", "city_code"):
        said = row.values.get(name)
        if said is not None and not _same(said, known.values.get(name)):
            line.changes[name] = (known.values.get(name), said)
    line.kind = LineKind.CHANGED if line.changes else LineKind.UNCHANGED
    if known.handed_out:
        for name in USE:
            if name in line.changes:
                row.doubt(Doubt.HANDED_OUT, name, heads, str(known.values.get(name) or ""))


def _same(said: date | str, known: Any) -> bool:  # noqa: ANN401 - a date, a text or nothing
    if isinstance(said, str) and isinstance(known, str):
        return folded(said) == folded(known)
    return bool(said == known)


def _taken(line: Line, register: Register, heads: Mapping[str, str]) -> None:
    """Refuse a market number or a code that another scale has."""
    said = line.row.values
    number = said.get("market_no")
    if number and line.place_id is not None:
        holder = register.numbers.get((line.place_id, number))
        if holder is not None and holder != line.scale_id:
            line.row.doubt(Doubt.MARKET_NO_TAKEN, "market_no", heads)
    code = said.get("city_code")
    if code is not None and code in register.codes and register.codes[code] != line.scale_id:
        line.row.doubt(Doubt.CODE_TAKEN, "city_code", heads)


def _scales(
    session: Session, scope: Scope
) -> tuple[dict[tuple[int, str], Known], dict[tuple[int, str], int]]:
    scales: dict[tuple[int, str], Known] = {}
    numbers: dict[tuple[int, str], int] = {}
    adopted = dict(_adopted(session, scope))
    for identity, place_id, model_id, serial_no, state, left, *said in session.execute(
        _known(scope)
    ):
        handed_out = is_handed_out(state, left)
        values = dict(zip((*PLAIN, *USE, "batch"), said, strict=True))
        values["city_code"] = adopted.get(identity)
        scales[model_id, serial_no] = Known(identity, place_id, handed_out, values)
        if values["market_no"]:
            numbers[place_id, values["market_no"]] = identity
    return scales, numbers


def _known(scope: Scope) -> Select[Any]:
    plain = (getattr(Scale, name) for name in PLAIN)
    return (
        select(Scale.id, Scale.place_id, Scale.model_id, Scale.serial_no)
        .add_columns(Scale.state, Scale.left_state)
        .add_columns(*plain, Stall.number, Trader.name, Procurement.document_no)
        .outerjoin(Stall, Stall.id == Scale.stall_id)
        .outerjoin(Trader, Trader.id == Scale.trader_id)
        .outerjoin(Procurement, Procurement.id == Scale.procurement_id)
        .where(within(Scale.path, scope))
    )


def _adopted(session: Session, scope: Scope) -> Iterable[tuple[int, str]]:
    rows = session.execute(
        select(Code.scale_id, Code.value).where(
            within(Code.path, scope), Code.kind == "city", Code.revoked_at.is_(None)
        )
    )
    return ((scale_id, value) for scale_id, value in rows if scale_id is not None)


def _elsewhere(
    session: Session, models: Iterable[int], inside: Mapping[tuple[int, str], Known]
) -> frozenset[tuple[int, str]]:
    rows = session.execute(
        select(Scale.model_id, Scale.serial_no).where(Scale.model_id.in_(list(models)))
    )
    return frozenset((model, serial) for model, serial in rows if (model, serial) not in inside)


def _codes(session: Session, rows: Sequence[Row]) -> Mapping[str, int | None]:
    if not any("city_code" in row.values for row in rows):
        return {}
    found = session.execute(select(Code.value, Code.scale_id).where(Code.kind != "tag"))
    return {value: scale_id for value, scale_id in found}  # noqa: C416 - rows are no pairs to mypy


def _approved(session: Session) -> Mapping[int, Sequence[str]]:
    found = session.execute(select(ScaleModel.id, ScaleModel.software_ids))
    return {model: ids for model, ids in found if ids}


def counts(lines: Iterable[Line]) -> dict[LineKind, int]:
    """Return how many lines there are of each kind."""
    found = dict.fromkeys(LineKind, 0)
    for line in lines:
        found[line.kind] += 1
    return found


def text(value: Any) -> str:  # noqa: ANN401 - a date, a text or nothing
    """Return a value as a list would write it."""
    return value.isoformat() if isinstance(value, date) else str(value or "")
