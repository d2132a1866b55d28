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


class Item(NamedTuple):
    """A report with a good signature, and the station that sends it."""

    sender: Sender
    signed: Signed

    @property
    def report(self) -> Report:
        """What it says."""
        return self.signed.report


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
            Evidence.station_id.in_(bindparam("stations", expanding=True)),
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
    """A delivery of one or several stations: which reports are new, and what they refer to."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.spent: list[Challenge] = []
        self.challenges: dict[str, Challenge] = {}
        self.tasks: dict[str, Task] = {}
        self.checkpoint: dict[str, Any] | None = None
        self._kept: dict[str, Kept] = {}
        self._numbers: set[tuple[int, int]] = set()
        self._scales: dict[str, Scale] = {}
        self._assigned: dict[tuple[int, int], bool] = {}
        self._ids: list[int] = []

    def look_up(self, delivered: Sequence[Item]) -> bool:
        """Read what there is; return whether any of the reports is new and has a scale."""
        own = [item for item in delivered if item.report.station == item.sender.uid]
        self._read_kept(own)
        fresh = [
            item
            for item in own
            if item.report.uid not in self._kept
            and (item.sender.id, item.report.seq) not in self._numbers
        ]
        if fresh:
            self._read_scales(fresh)
        wanted = [item for item in fresh if self._find_scale(item) is not None]
        if wanted:
            self._read_rest(wanted)
        return bool(wanted)

    def _read_kept(self, own: Sequence[Item]) -> None:
        if not own:
            return
        asked = {
            "uids": [item.report.uid for item in own],
            "stations": list({item.sender.id for item in own}),
            "numbers": [item.report.seq for item in own],
        }
        for row in self._session.connection().execute(KEPT, asked):
            self._remember(Kept(*row))

    def _remember(self, kept: Kept) -> None:
        self._kept[kept.uid] = kept
        self._numbers.add((kept.station_id, kept.seq))

    def _read_scales(self, fresh: Sequence[Item]) -> None:
        uids, senders = {item.report.scale for item in fresh}, {item.sender.id for item in fresh}
        found = self._session.scalars(SCALES, {"uids": list(uids)}).all()
        self._scales = {scale.uid: scale for scale in found}
        self._assigned = stations.assigned(self._session, senders, [scale.id for scale in found])

    def _find_scale(self, item: Item) -> Scale | None:
        """Return the scale of a report, if its station may speak of it."""
        scale = self._scales.get(item.report.scale)
        if scale is None or stations.within_reach(item.sender.path, scale):
            return scale
        return scale if (item.sender.id, scale.id) in self._assigned else None

    def _read_rest(self, wanted: Sequence[Item]) -> None:
        session, reports = self._session, [item.report for item in wanted]
        senders = {item.sender.id for item in wanted}
        self.tasks = tasks.own(session, senders, [one.task for one in reports if one.task])
        values = [report.nonce for report in reports if report.nonce]
        self.challenges = nonces.find(session, values)
        self.checkpoint = checkpoints.statement(session)
        self._ids = reserve(session, Evidence, len(wanted))[::-1]

    def kept(self, item: Item) -> Kept | None:
        """Return what this very report became before.

        Raises:
            ForeignStationError: It is another station's.
            EvidenceConflictError: Its id stands for other bytes.
            SequenceConflictError: Its number stands for another report.
        """
        report, sender = item.report, item.sender
        if report.station != sender.uid:
            raise ForeignStationError("the report is another station's")
        same = self._kept.get(report.uid)
        if same is None and (sender.id, report.seq) in self._numbers:
            raise SequenceConflictError("another report has this number; the first stays")
        if same is not None and (
            same.payload_sha256 != item.signed.payload_sha256 or same.station_id != sender.id
        ):
            raise EvidenceConflictError("another report has this id; the first stays")
        return same

    def keep(self, row: Evidence) -> None:
        """Remember a report that was just taken in: it may come once more in the delivery."""
        self._remember(Kept(row.uid, row.seq, row.station_id, row.payload_sha256, row.receipt))

    def scale(self, item: Item) -> Scale:
        """Return the scale a report is about.

        Raises:
            UnknownScaleError: The station may not speak of it, or there is none.
        """
        found = self._find_scale(item)
        if found is None:
            raise UnknownScaleError("there is no such scale in the station's region")
        return found

    def task(self, item: Item, scale: Scale) -> Task | None:
        """Return the task that a report does; one for another scale is not done by it."""
        found = self.tasks.get(item.report.task or "")
        is_own = found is not None and found.station_id == item.sender.id
        return found if found is not None and is_own and found.scale_id == scale.id else None

    def challenge(self, item: Item) -> Challenge | None:
        """Return the challenge in a report, if its station was given it."""
        found = self.challenges.get(item.report.nonce or "")
        return found if found is not None and found.station_id == item.sender.id else None

    def scales_found(self) -> list[Scale]:
        """Return the scales of this delivery."""
        return list(self._scales.values())

    def is_assigned(self, item: Item, scale: Scale) -> bool:
        """Return whether the station speaks for the scale now."""
        return self._assigned.get((item.sender.id, scale.id), False)

    def next_id(self) -> int:
        """Return a free id for evidence."""
        return self._ids.pop()
