"""What a form of the verification body got wrong, field by field, in codes."""

from enum import StrEnum

from app.domain.errors import DomainError


class Fault(StrEnum):
    """What is wrong with a field."""

    MISSING = "missing"
    MALFORMED = "malformed"
    TOO_LONG = "too_long"
    TAKEN = "taken"
    OVERLAPS = "overlaps"
    OUT_OF_ORDER = "out_of_order"
    IN_THE_FUTURE = "in_the_future"
    NOT_HERE = "not_here"
    NO_SUCH_NOMINAL = "no_such_nominal"
    NOT_IN_STOCK = "not_in_stock"
    TOO_MANY = "too_many"
    ABOVE_ITSELF = "above_itself"


class FieldsError(DomainError):
    """Some fields cannot be taken; nothing was written."""

    code = "invalid_fields"

    def __init__(self, **faults: Fault) -> None:
        super().__init__("some fields cannot be taken: " + ", ".join(faults))
        self.faults = faults


def refuse(faults: dict[str, Fault]) -> None:
    """Refuse where there are faults.

    Raises:
        FieldsError: There are.
    """
    if faults:
        raise FieldsError(**faults)


def missing(**values: str) -> dict[str, Fault]:
    """Return a fault for each of ``values`` that is empty."""
    return {name: Fault.MISSING for name, value in values.items() if not value.strip()}
