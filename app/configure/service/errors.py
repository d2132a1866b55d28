"""What a form got wrong, field by field, in codes that pages turn into words."""

from enum import StrEnum

from app.domain.errors import DomainError


class Fault(StrEnum):
    """What is wrong with a field."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    TAKEN = "taken"
    MALFORMED = "malformed"
    OUT_OF_ORDER = "out_of_order"
    IN_THE_FUTURE = "in_the_future"
    IN_THE_PAST = "in_the_past"
    TOO_FAR = "too_far"
    CODE_OR_GROUND = "code_or_ground"
    SAY_WHY = "say_why"
    OTHER_BATCH = "other_batch"
    TWICE = "twice"
    REFERENCED = "referenced"
    OVERLAPPING = "overlapping"
    BEFORE_SIGNING = "before_signing"
    NOT_HERE = "not_here"
    SETTLED = "settled"
    NAMED = "named"
    IN_USE = "in_use"


class FieldsError(DomainError):
    """Some fields cannot be taken; nothing was written."""

    code = "invalid_fields"

    def __init__(self, **faults: Fault) -> None:
        super().__init__("some fields cannot be taken: " + ", ".join(faults))
        self.faults = faults


def missing(**values: str) -> dict[str, Fault]:
    """Return a fault for each of ``values`` that is empty."""
    return {name: Fault.MISSING for name, value in values.items() if not value.strip()}
