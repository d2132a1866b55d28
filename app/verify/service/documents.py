"""The document of a worksheet (检定原始记录) as pages and programs send it: integers, no names.

A draft has the same shape with things still open. What was sent is kept as it was sent: the
model checks and reads, it never rewrites. Mass in mg, instants in ms since 1970.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.domain.errors import DomainError
from app.domain.rules.reading import LARGEST, Reading
from app.domain.rules.ruleset import Test

MOST_READINGS: Final = 300
MOST_WEIGHTS: Final = 80
MOST_PRECHECKS: Final = 40
MOST_LOADS: Final = 8
MS: Final = 1000

Mass = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Fen = Annotated[int, Field(ge=0, le=LARGEST)]
Instant = Annotated[int, Field(ge=0, le=4_102_444_800_000, description="ms since 1970")]
Uid = Annotated[str, Field(max_length=36)]
RangeNo = Annotated[int | None, Field(ge=1, le=3, description="which range was switched on")]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern="^[a-z0-9_]+$")]
MarkNo = Annotated[str, Field(max_length=40)]


class Part(BaseModel):
    """A part of the document: nothing unknown, nothing turned from one type into another."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Weighed(Part):
    """A reading with weights; `added_mg` are the small weights of 0.1 e, where any were used."""

    test: Literal[
        "zero",
        "tare",
        "eccentricity",
        "weighing_up",
        "weighing_down",
        "repeatability",
        "discrimination",
    ]
    load_mg: Mass
    indication_mg: Mass
    added_mg: Mass | None = None
    range: RangeNo = None
    position: Literal["centre", "front_left", "front_right", "back_left", "back_right"] | None = (
        None
    )
    at: Instant

    def reading(self) -> Reading:
        """Return what the verdict reckons with."""
        return Reading(
            test=Test(self.test),
            load_mg=self.load_mg,
            indication_mg=self.indication_mg,
            added_mg=self.added_mg,
            range_no=self.range,
        )


class Priced(Part):
    """A row of the price test: what was on the pan, what was keyed in, what was shown."""

    test: Literal["price"]
    net_mg: Mass
    unit_price_fen_per_kg: Fen
    amount_fen: Fen
    range: RangeNo = None
    at: Instant

    def reading(self) -> Reading:
        """Return what the verdict reckons with."""
        return Reading(
            test=Test.PRICE,
            net_mg=self.net_mg,
            unit_price_fen_per_kg=self.unit_price_fen_per_kg,
            amount_fen=self.amount_fen,
            range_no=self.range,
        )


Row = Annotated[Weighed | Priced, Field(discriminator="test")]


class Environment(Part):
    """Air around the scale, in tenths of a degree and of a percent."""

    temperature_dc: Annotated[int, Field(ge=-400, le=800)]
    humidity_pm: Annotated[int, Field(ge=0, le=1000)]


class Looked(Part):
    """What a pre-check found."""

    code: Code
    result: Literal["ok", "bad", "not_checked", "not_applicable"]


class Chosen(Part):
    """A standard weight and the certificate it was used under."""

    weight: Uid
    calibration: Uid


class Checking(Part):
    """What an in-service check has beside its readings; ``said`` moves to the remarks."""

    task_no: Annotated[str, Field(max_length=80)] = ""
    second: Uid = ""
    mass: Literal["market", "standard"] = "market"
    certificate: Annotated[str, Field(max_length=80)] = ""
    loads: Annotated[list[Mass], Field(max_length=MOST_LOADS)] = []
    statement: Literal["", "agrees", "disagrees", "refuses", "absent"] = ""
    said: Annotated[str, Field(max_length=400)] = ""


class Document(Part):
    """A worksheet; `readings` are those that count, `before_adjustment` those before."""

    v: Literal[1]
    kind: Literal["initial", "subsequent", "in_service"]
    purpose: Literal[
        "first",
        "periodic",
        "after_repair",
        "seal",
        "new_arrival",
        "arbitration",
        "supervision",
    ]
    body: Uid = ""
    standard: Uid = ""
    scale: Uid
    environment: Environment | None = None
    check: Checking | None = None
    prechecks: Annotated[list[Looked], Field(max_length=MOST_PRECHECKS)] = []
    weights: Annotated[list[Chosen], Field(max_length=MOST_WEIGHTS)] = []
    readings: Annotated[list[Row], Field(max_length=MOST_READINGS)] = []
    before_adjustment: Annotated[list[Row], Field(max_length=MOST_READINGS)] = []
    label_no: MarkNo = ""
    seal_no: MarkNo = ""
    started_at: Instant | None = None
    finished_at: Instant | None = None

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Self:
        """Return the document that ``raw`` holds.

        Raises:
            BadDocumentError: It names the field.
        """
        try:
            return cls.model_validate(dict(raw))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise BadDocumentError(".".join(str(step) for step in first["loc"])) from None

    @property
    def looked(self) -> dict[str, str]:
        """What each pre-check found, by its code; the last word counts."""
        return {each.code: each.result for each in self.prechecks}

    @property
    def heaviest_mg(self) -> int:
        """The largest load that stood on the pan."""
        return max((load_of(row) for row in self.readings), default=0)


class BadDocumentError(DomainError):
    """The document is none of a worksheet; ``field`` names what is wrong."""

    code = "bad_worksheet"

    def __init__(self, field: str) -> None:
        super().__init__(f"the worksheet is wrong at {field}", field=field)
        self.field = field


def load_of(row: Weighed | Priced) -> int:
    """Return what was on the pan."""
    return row.net_mg if isinstance(row, Priced) else row.load_mg


def instant(milliseconds: int) -> datetime:
    """Return an instant of the document."""
    return datetime.fromtimestamp(milliseconds // MS, UTC).replace(
        microsecond=milliseconds % MS * MS
    )
