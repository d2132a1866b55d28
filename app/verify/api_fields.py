"""What the verification body's service finds wrong with a body is told at its fields."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from app.verify.forms_standards import said
from app.verify.service.errors import Fault, FieldsError
from app.web import api


@contextmanager
def told_at_fields(words: Callable[[str, Fault], Any] = said) -> Iterator[None]:
    """Turn the service's refusal of fields into the problem that names each with its fault."""
    try:
        yield
    except FieldsError as error:
        told = ((name, str(words(name, fault))) for name, fault in error.faults.items())
        raise api.invalid(*told) from None
