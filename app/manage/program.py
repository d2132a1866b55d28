"""The program of a scale: what stands, how much it proves, where it differs."""

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from app.domain.differences import DifferenceKind
from app.domain.evidence import Level, LevelReason, ReadFacts, level_reasons
from app.domain.tasks import ENDED, Executor
from app.domain.verdicts import Discount, JudgeReason, Verdict
from app.ledger.counters import BASELINE, newest
from app.models import Evidence, Finding, Scale, ScaleEvent, Station, StationScale, Task
from app.standing import Standing
from app.web.flash_map import FlashMap
from app.web.words.say import say

READINGS: Final = 8
SHOWN_FACTS: Final = ("transport", "control_lines", "entry", "strap", "reset", "reason")
PARTS_OF_A_RANGE: Final = 40


@dataclass(frozen=True, slots=True)
class Range:
    """A line of the table behind the map."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Program:
    """What the page says of the program.

    Attributes:
        stands: Whether `evidence` is the reading that counts; else it is the newest one.
        level: The rung reached, None where nothing was read.
        bench: Whether it is on a station that can read it.
        task: uid of the reading that is asked for and not done.
        missing: What keeps it from the next rung.
    """

    evidence: Evidence | None
    stands: bool
    level: Level | None
    required: Level | None
    partial: bool
    missing: tuple[LevelReason, ...]
    facts: tuple[tuple[str, Any], ...]
    device: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    flash: FlashMap | None
    ranges: tuple[Range, ...]
    more_ranges: int
    finding: str | None
    readings: Sequence["Reading"]
    bench: bool
    task: str | None
    baseline: ScaleEvent | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A line of the list of readings."""

    uid: str
    taken_at: datetime
    station: str
    verdict: Verdict | None
    level: Level
    counts: bool


def program(session: Session, scale: Scale, standing: Standing, at: datetime) -> Program:
    """Return what there is to say about the program of ``scale``."""
    readings = _readings(session, scale)
    evidence = _evidence(session, scale, readings)
    stands = evidence is not None and evidence.id == scale.standing_evidence_id
    said = _payload(evidence) if evidence else {}
    spans = [
        (int(one["start"]), int(one["end"])) for one in (evidence.differences if evidence else [])
    ]
    return Program(
        evidence=evidence,
        stands=stands,
        level=Level(evidence.level) if evidence else None,
        required=standing.facts.required_level,
        partial=bool(evidence and evidence.partial),
        missing=_missing(evidence, said) if evidence else (),
        facts=tuple(
            (key, said["facts"][key]) for key in SHOWN_FACTS if key in said.get("facts", {})
        ),
        device=tuple((key, str(value)) for key, value in said.get("device", {}).items()),
        reasons=_reasons(evidence) if evidence else (),
        flash=_flash(scale, evidence, said, spans) if evidence else None,
        ranges=_ranges(evidence) if evidence else (),
        more_ranges=max(0, len(spans) - PARTS_OF_A_RANGE),
        finding=_finding(session, evidence) if evidence else None,
        readings=readings,
        bench=_is_on_a_bench(session, scale),
        task=_task(session, scale, at),
        baseline=newest(session, scale, BASELINE),
    )


def _readings(session: Session, scale: Scale) -> list[Reading]:
    rows = session.execute(
        select(
            Evidence.uid,
            Evidence.taken_at,
            Station.name,
            Evidence.verdict,
            Evidence.level,
            Evidence.counts,
        )
        .join(Station)
        .where(Evidence.scale_id == scale.id)
        .order_by(Evidence.id.desc())
        .limit(READINGS)
    )
    return [
        Reading(uid, taken_at, station, verdict, Level(level), counts)
        for uid, taken_at, station, verdict, level, counts in rows
    ]


def _evidence(session: Session, scale: Scale, readings: Sequence[Reading]) -> Evidence | None:
    """Return the reading that stands, else the newest."""
    found = select(Evidence).options(joinedload(Evidence.station), joinedload(Evidence.reference))
    if scale.standing_evidence_id is not None:
        return session.scalar(found.where(Evidence.id == scale.standing_evidence_id))
    if readings:
        return session.scalar(found.where(Evidence.uid == readings[0].uid))
    return None


def _payload(evidence: Evidence) -> Mapping[str, Any]:
    """Return the document that the station signed; it was checked when it came."""
    envelope = json.loads(evidence.envelope)
    found: Mapping[str, Any] = json.loads(b64decode(envelope["payload"]))
    return found


def _missing(evidence: Evidence, said: Mapping[str, Any]) -> tuple[LevelReason, ...]:
    facts = ReadFacts.from_wire(
        evidence.protocol,
        evidence.agent_verdict,
        said.get("facts", {}),
        self_reported="software_id" in said.get("reported", {}),
    )
    return level_reasons(facts)


def _reasons(evidence: Evidence) -> tuple[str, ...]:
    """Return why it got its verdict, and why it changes nothing, in words."""
    known = {*JudgeReason} | {*Discount}
    by_value = {code.value: code for code in known}
    return tuple(say(by_value[one]) for one in evidence.reasons if one in by_value)


def _flash(
    scale: Scale, evidence: Evidence, said: Mapping[str, Any], spans: list[tuple[int, int]]
) -> FlashMap | None:
    """Return the map where a comparison was made: of the part that holds the program."""
    if evidence.verdict not in {Verdict.MATCH, Verdict.MISMATCH, Verdict.INCONSISTENT}:
        return None
    if evidence.verdict is not Verdict.MATCH and not spans:
        return None
    seen = next((one for one in said.get("measurements", ()) if one["part"] == "program"), None)
    if seen is None:
        return None
    start, length = int(seen["address"]), int(seen["length"])
    ignored = [
        (int(one["start"]), int(one["end"]))
        for one in scale.model.profile.get("regions", ())
        if one.get("kind") != "code" and one.get("part", "program") == "program"
    ]
    ends = [end - start for _first, end in spans]
    whole = max([_profile_length(scale), length, *ends])
    unread = [(start + length, start + whole)] if whole > length else []
    return FlashMap.of(start, whole, differing=spans, unread=unread, ignored=ignored)


def _profile_length(scale: Scale) -> int:
    parts = scale.model.profile.get("parts", ())
    return max((int(part["length"]) for part in parts if part["name"] == "program"), default=0)


def _ranges(evidence: Evidence) -> tuple[Range, ...]:
    kinds = {kind.value: kind for kind in DifferenceKind}
    return tuple(
        Range(
            int(one["start"]),
            int(one["end"]),
            say(kinds[one["kind"]]) if one.get("kind") in kinds else "",
        )
        for one in evidence.differences[:PARTS_OF_A_RANGE]
    )


def _is_on_a_bench(session: Session, scale: Scale) -> bool:
    on = exists().where(
        StationScale.scale_id == scale.id,
        StationScale.until.is_(None),
        StationScale.station_id == Station.id,
        Station.revoked_at.is_(None),
    )
    return bool(session.scalar(select(on)))


def _finding(session: Session, evidence: Evidence) -> str | None:
    return session.scalar(select(Finding.uid).where(Finding.evidence_id == evidence.id).limit(1))


def _task(session: Session, scale: Scale, at: datetime) -> str | None:
    return session.scalar(
        select(Task.uid)
        .where(
            Task.scale_id == scale.id,
            Task.executor == Executor.STATION,
            Task.state.not_in(ENDED),
            Task.expires_at > at,
        )
        .order_by(Task.id.desc())
        .limit(1)
    )
