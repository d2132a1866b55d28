"""What the register's service finds wrong with a body is told at its fields."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.configure.forms import said
from app.configure.service.errors import FieldsError
from app.web import api


@contextmanager
def told_at_fields() -> Iterator[None]:
    """Turn the service's refusal of fields into the problem that names each with its fault."""
    try:
        yield
    except FieldsError as error:
        raise api.invalid(*said(error)) from None
