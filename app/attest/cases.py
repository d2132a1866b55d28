"""What is judged, with what, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.attest.wire import Report
from app.blobs import Blobs
from app.domain.evidence import Standing
from app.domain.verdicts import Judgement, NonceState
from app.models import Evidence, Reference, Scale


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging works with: our key, and the store of images."""

    key: Ed25519PrivateKey
    blobs: Blobs


@dataclass(frozen=True, slots=True)
class Sender:
    """The station that calls, known by its token."""

    id: int
    uid: str
    path: str
    keyid: str
    public_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One reading to be judged, and what is known of its delivery.

    Attributes:
        own: The row it has already, where it is judged again.
    """

    report: Report
    scale: Scale
    station_id: int
    taken_at: datetime
    nonce: NonceState
    assigned: bool
    own: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What came of judging.

    Attributes:
        judgement: None while the image must be seen first.
        differences: (start, end, kind), by address.
        wants_image: The bytes would decide or explain, and are not here.
        adjusted: A repair or verification lies between the baseline and this reading.
    """

    judgement: Judgement | None
    standing: Standing
    reference: Reference | None = None
    similarity: int | None = None
    differences: tuple[tuple[int, int, str], ...] = ()
    code: str | None = None
    parameters: str | None = None
    wants_image: bool = False
    adjusted: bool = False
