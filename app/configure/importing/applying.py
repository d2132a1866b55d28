"""Rows of a list become entries of the register, one ledger entry each; and go again."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.configure.importing import bought, gaps
from app.configure.importing.difference import PLAIN, USE
from app.configure.service.places import NewStall, NewTrader, create_stall, create_trader
from app.db.ids import new_uid
from app.domain.cells import ways
from app.domain.importing import LineKind, LineOutcome
from app.domain.lifecycle import is_handed_out
from app.domain.suitability import goods_called
from app.ledger.door import act
from app.models import (
    Code,
    CodeKind,
    ImportLine,
    ImportSession,
    Place,
    Scale,
    ScaleEvent,
    Stall,
    Trader,
)

REGISTERED: Final = "register"
CORRECTED: Final = "list_corrected"
# Kept with a row: since when the trader before had the scale, for the undoing.
SINCE_BEFORE: Final = "trader_since_before"


def apply(
    session: Session, imported: ImportSession, lines: Sequence[ImportLine], by: str, at: datetime
) -> None:
    """Take ``lines`` into the register; what was changed meanwhile stays and is told."""
    for line in lines:
        if line.kind is LineKind.NEW:
            taken = _register(session, imported, line, by, at)
        else:
            taken = _correct(session, imported, line, by, at)
        line.outcome = LineOutcome.APPLIED if taken else LineOutcome.OVERTAKEN
        if taken and line.scale_id is not None:
            line.step = last_step(session, line.scale_id)


def last_step(session: Session, scale_id: int) -> int:
    """Return the ledger's number of the last step in the story of a scale."""
    newest = select(func.max(ScaleEvent.ledger_seq)).where(ScaleEvent.scale_id == scale_id)
    return session.scalar(newest) or 0


def _register(
    session: Session, imported: ImportSession, line: ImportLine, by: str, at: datetime
) -> bool:
    if _is_taken(session, line):
        return False
    place = session.get_one(Place, line.place_id)
    came = bought.came_with(session, line, place, None)
    if came is None:
        return False
    scale = Scale(
        uid=new_uid(),
        path=place.path,
        place_id=place.id,
        model_id=line.model_id,
        serial_no=line.said["serial_no"],
        created_at=at,
    )
    used = _use(session, line, place, (by, at)) | came
    told = {**origin(imported, line), "place": place.uid, "serial_no": scale.serial_no}
    plain = {name: value_of(name, line.said[name]) for name in PLAIN if name in line.said}
    with act(session, scale, REGISTERED, by=by, at=at, details=told):
        _set(scale, used | plain)
        session.add(scale)
        told.update(gaps.begin(session, scale, line, imported, at))
        _adopt(session, scale, line, at)
    line.scale_id = scale.id
    return True


def _is_taken(session: Session, line: ImportLine) -> bool:
    """Return whether somebody registered it, or gave its number away, since it was looked at."""
    same = (Scale.model_id == line.model_id) & (Scale.serial_no == line.said["serial_no"])
    number = line.said.get("market_no")
    if number:
        same |= (Scale.place_id == line.place_id) & (Scale.market_no == number)
    code = line.said.get("city_code")
    return bool(session.scalar(select(exists().where(same)))) or bool(
        code and session.scalar(select(exists().where(Code.value == code)))
    )


def _correct(
    session: Session, imported: ImportSession, line: ImportLine, by: str, at: datetime
) -> bool:
    scale = session.get(Scale, line.scale_id)
    if scale is None or _is_overtaken(scale, line):
        return False
    came = bought.came_with(session, line, scale.place, scale.procurement_id)
    if came is None:
        return False
    used = _use(session, line, scale.place, (by, at)) | came
    told = {**origin(imported, line), "fields": sorted(line.changes)}
    plain = {name: value_of(name, line.said[name]) for name in PLAIN if name in line.changes}
    with act(session, scale, CORRECTED, by=by, at=at, details=told):
        gaps.correct(scale, line)
        if "trader" in line.changes:
            _begin_anew(scale, line)
        _set(scale, used | plain)
        if "city_code" in line.changes:
            _adopt(session, scale, line, at)
    return True


def _is_overtaken(scale: Scale, line: ImportLine) -> bool:
    """Return whether the register says something else by now, or somebody was handed the scale."""
    if is_handed_out(scale.state, scale.left_state) and not line.changes.keys().isdisjoint(USE):
        return True
    return any(
        value_of(name, before) != current(scale, name)
        for name, (before, _after) in line.changes.items()
        if name != "city_code"
    )


def current(scale: Scale, name: str) -> Any:  # noqa: ANN401 - any field
    """Return what the register says now about a field of a list."""
    if name == "stall":
        return scale.stall.number if scale.stall else None
    if name == "trader":
        return scale.trader.name if scale.trader else None
    if name == "batch":
        return scale.procurement.document_no if scale.procurement else None
    return getattr(scale, name)


def _use(
    session: Session, line: ImportLine, place: Place, who: tuple[str, datetime]
) -> dict[str, int]:
    """Return the stall and the trader that a row names, registering those nobody knows yet.

    To be set inside the scale's own act: these are acts of their own, and acts do not nest.
    """
    by, at = who
    asked = line.changes if line.kind is LineKind.CHANGED else line.said
    used: dict[str, int] = {}
    if "stall" in asked:
        number = line.said["stall"]
        stall = session.scalar(
            select(Stall).where(Stall.place_id == place.id, Stall.number.in_(ways(number)))
        )
        if stall is None:
            words = line.said.get("goods", "")
            wanted = NewStall(
                place=place, number=number, goods=words, goods_classes=goods_called(words)
            )
            stall = create_stall(session, wanted, by=by, at=at)
            _note(line, "new_stall", stall)
        used["stall_id"] = stall.id
    if "trader" in asked:
        name = line.said["trader"]
        trader = session.scalars(
            select(Trader).where(Trader.place_id == place.id, Trader.name.in_(ways(name)))
        ).first()
        if trader is None:
            phone = line.said.get("phone", "")
            command = NewTrader(place=place, name=name, phone=phone)
            trader = create_trader(session, command, by=by, at=at)
            _note(line, "new_trader", trader)
        used["trader_id"] = trader.id
    return used


def _begin_anew(scale: Scale, line: ImportLine) -> None:
    """Let the time with a trader begin when the scale is handed out to the one now named."""
    since = scale.trader_since
    line.said = {**line.said, SINCE_BEFORE: since.isoformat() if since else ""}
    scale.trader_since = None


def _set(scale: Scale, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(scale, name, value)


def _note(line: ImportLine, what: str, row: Stall | Trader) -> None:
    """Remember what came into the register with the row, so that it can go with it."""
    line.said = {**line.said, what: row.id}


def _adopt(session: Session, scale: Scale, line: ImportLine, at: datetime) -> None:
    if value := line.said.get("city_code"):
        code = Code(uid=new_uid(), path=scale.path, kind=CodeKind.CITY, value=value, issued_at=at)
        session.add(code)
        scale.codes.append(code)


def origin(imported: ImportSession, line: ImportLine) -> dict[str, Any]:
    """Return what the ledger says of where a row came from."""
    return {"import": imported.uid, "row": line.number}


def value_of(name: str, said: Any) -> Any:  # noqa: ANN401 - any field
    """Return a field as the register keeps it, from what a row of a list keeps."""
    if name == "made_on":
        return date.fromisoformat(said) if said else None
    return said
