"""What the database knows about a delivery: read once for all reports in it, under the lock."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from app.attest import nonces, stations, tasks
from app.attest.cases import Sender
from app.attest.nonces import Challenge
from app.attest.wire import Report, Signed
from app.db.reserve import reserve
from app.domain.errors import DomainError
from app.ledger import checkpoints
from app.models import Evidence, Scale, Task


class ForeignStationError(DomainError):
    """The report names another station than the one that sends it."""

    code = "foreign_station"


class UnknownScaleError(DomainError):
    """No scale of this id is within the station's region."""

    code = "unknown_scale"


class EvidenceConflictError(DomainError):
    """Another report was taken in under this id; the first stays."""

    code = "evidence_conflict"


class SequenceConflictError(DomainError):
    """Another report of this station has this number; the first stays."""

    code = "sequence_conflict"


class Kept(NamedTuple):
    """A report that was taken in before."""

    uid: str
    seq: int
    station_id: int
    payload_sha256: str
    receipt: str


# Built once: building a statement costs more than asking it.
KEPT: Final = select(*(Evidence.__table__.c[name] for name in Kept._fields)).where(
    or_(
        Evidence.uid.in_(bindparam("uids", expanding=True)),
        and_(
            Evidence.station_id == bindparam("station"),
            Evidence.seq.in_(bindparam("numbers", expanding=True)),
        ),
    )
)
SCALES: Final = (
    select(Scale)
    .where(Scale.uid.in_(bindparam("uids", expanding=True)))
    .options(joinedload(Scale.model))
)


class Inbox:
    """A station's delivery: which of its reports are new, and what they refer to."""

    def __init__(self, session: Session, station: Sender) -> None:
        self._session = session
        self.station = station
        self.spent: list[Challenge] = []
        self.challenges: dict[str, Challenge] = {}
        self.tasks: dict[str, Task] = {}
        self.checkpoint: dict[str, Any] | None = None
        self._kept: dict[str, Kept] = {}
        self._numbers: set[int] = set()
        self._scales: dict[str, Scale] = {}
        self._assigned: dict[int, bool] = {}
        self._ids: list[int] = []

    def look_up(self, delivered: Sequence[Signed]) -> bool:
        """Read what there is; return whether any of the reports is new and has a scale."""
        reports = [signed.report for signed in delivered]
        self._read_kept(reports)
        fresh = [
            report
            for report in reports
            if report.uid not in self._kept and report.seq not in self._numbers
        ]
        if fresh:
            self._read_scales({report.scale for report in fresh})
        wanted = [report for report in fresh if report.scale in self._scales]
        if wanted:
            self._read_rest(wanted)
        return bool(wanted)

    def _read_kept(self, reports: Sequence[Report]) -> None:
        if not reports:
            return
        asked = {
            "uids": [report.uid for report in reports],
            "station": self.station.id,
            "numbers": [report.seq for report in reports],
        }
        for row in self._session.connection().execute(KEPT, asked):
            self._remember(Kept(*row))

    def _remember(self, kept: Kept) -> None:
        self._kept[kept.uid] = kept
        if kept.station_id == self.station.id:
            self._numbers.add(kept.seq)

    def _read_scales(self, uids: set[str]) -> None:
        """Read the scales of this delivery that the station may speak of."""
        found = self._session.scalars(SCALES, {"uids": list(uids)}).all()
        self._assigned = stations.assigned(
            self._session, self.station.id, [scale.id for scale in found]
        )
        self._scales = {
            scale.uid: scale
            for scale in found
            if stations.within_reach(self.station.path, scale) or scale.id in self._assigned
        }

    def _read_rest(self, wanted: Sequence[Report]) -> None:
        session, station = self._session, self.station
        self.tasks = tasks.own(session, station.id, [one.task for one in wanted if one.task])
        values = [report.nonce for report in wanted if report.nonce]
        self.challenges = nonces.find(session, station.id, values)
        self.checkpoint = checkpoints.statement(session)
        self._ids = reserve(session, Evidence, len(wanted))[::-1]

    def kept(self, signed: Signed) -> Kept | None:
        """Return what this very report became before.

        Raises:
            ForeignStationError: It is another station's.
            EvidenceConflictError: Its id stands for other bytes.
            SequenceConflictError: Its number stands for another report.
        """
        report = signed.report
        if report.station != self.station.uid:
            raise ForeignStationError("the report is another station's")
        same = self._kept.get(report.uid)
        if same is None and report.seq in self._numbers:
            raise SequenceConflictError("another report has this number; the first stays")
        if same is not None and (
            same.payload_sha256 != signed.payload_sha256 or same.station_id != self.station.id
        ):
            raise EvidenceConflictError("another report has this id; the first stays")
        return same

    def keep(self, row: Evidence) -> None:
        """Remember a report that was just taken in: it may come once more in the delivery."""
        self._remember(Kept(row.uid, row.seq, row.station_id, row.payload_sha256, row.receipt))

    def scale(self, uid: str) -> Scale:
        """Return the scale a report is about.

        Raises:
            UnknownScaleError: The station may not speak of it, or there is none.
        """
        if uid not in self._scales:
            raise UnknownScaleError("there is no such scale in the station's region")
        return self._scales[uid]

    def scales_found(self) -> list[Scale]:
        """Return the scales of this delivery."""
        return list(self._scales.values())

    def is_assigned(self, scale: Scale) -> bool:
        """Return whether the station speaks for the scale now."""
        return self._assigned.get(scale.id, False)

    def next_id(self) -> int:
        """Return a free id for evidence."""
        return self._ids.pop()
