"""Reading what an API request carries: parameters, body, preconditions."""

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeVar

from flask import request
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import NotFound

from app.domain.errors import DomainError
from app.web.api_operation import JSON, Document, Query, Shape
from app.web.requests import NotJsonError
from app.web.strict_json import read_object

LONGEST_NAME: Final = 100
DIGITS: Final = 32
Input = TypeVar("Input", bound=BaseModel)


class InvalidRequestError(DomainError):
    """A parameter or a field of the body is not what the documentation says."""

    code = "invalid_request"


class PreconditionRequiredError(DomainError):
    """A change names the version it is meant for: ``If-Match`` is missing."""

    code = "precondition_required"


class PreconditionFailedError(DomainError):
    """Somebody changed it since the version in ``If-Match``."""

    code = "precondition_failed"


# pydantic's own sentences are English and may repeat the input: ours are neither.
SENTENCES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "missing": _l("This is missing."),
        "extra_forbidden": _l("This is not known here."),
        "string_type": _l("This must be a text."),
        "string_too_short": _l("This text is too short."),
        "string_too_long": _l("This text is too long."),
        "string_pattern_mismatch": _l("This text has another form than expected."),
        "int_type": _l("This must be a whole number."),
        "int_parsing": _l("This must be a whole number."),
        "int_from_float": _l("This must be a whole number."),
        "bool_type": _l("This must be true or false."),
        "greater_than_equal": _l("This number is too small."),
        "less_than_equal": _l("This number is too large."),
        "enum": _l("This is none of the values allowed."),
        "literal_error": _l("This is none of the values allowed."),
        "list_type": _l("This must be a list."),
        "too_long": _l("This list is too long."),
        "too_short": _l("This list is too short."),
    }
)
OTHERWISE: Final = _l("This value cannot be accepted.")


def invalid(*errors: tuple[str, str]) -> InvalidRequestError:
    """Return the refusal of some fields.

    Args:
        errors: Pairs of field and message.
    """
    found = [{"field": _printable(field), "message": message} for field, message in errors]
    return InvalidRequestError("the request is not valid", errors=found)


def nothing_here() -> NotFound:
    """Return the refusal of what is not there, or not for this caller to know of."""
    return NotFound()


def read_query(model: type[Query]) -> Query:
    """Return the parameters behind the question mark.

    Raises:
        InvalidRequestError: One is unknown, given twice, or not of its kind.
    """
    given = request.args.to_dict(flat=False)
    for name, values in given.items():
        if len(values) > 1:
            raise invalid((name, str(_l("This is given twice."))))
        if "\0" in values[0]:
            raise invalid((name, str(OTHERWISE)))
    try:
        return model.model_validate({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        raise _refusal(error.errors(include_input=False, include_url=False)) from None


def read_body(shape: Shape) -> BaseModel | bytes:
    """Return the body: as its model, or as the bytes of a document.

    Raises:
        NotJsonError: The media type is another one.
        StrictJsonError: It is not JSON that means one thing only.
        JsonTooLargeError: It is too long.
        InvalidRequestError: A field is not as the model says.
    """
    media = shape.media if isinstance(shape, Document) else JSON
    if request.mimetype != media:
        raise NotJsonError(f"send {media}")
    if isinstance(shape, Document) and shape.streamed:
        return b""
    raw = request.get_data(cache=True)
    return raw if isinstance(shape, Document) else read_model(shape, raw)


def read_model(model: type[Input], raw: bytes) -> Input:
    """Return the ``model`` that the JSON text ``raw`` holds.

    Raises:
        StrictJsonError: ``raw`` is not JSON that means one thing only.
        InvalidRequestError: A field is not as the model says.
    """
    read_object(raw)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise _refusal(error.errors(include_input=False, include_url=False)) from None


def require_precondition() -> None:
    """Refuse a change that does not say which version it is meant for.

    Raises:
        PreconditionRequiredError: ``If-Match`` is missing.
    """
    if "If-Match" not in request.headers:
        raise PreconditionRequiredError("send If-Match with the ETag you read")


def version_of(model: BaseModel) -> str:
    """Return the version of what ``model`` shows, for things that carry none of their own."""
    return hashlib.sha256(model.model_dump_json().encode()).hexdigest()[:DIGITS]


def match(version: int | str) -> None:
    """Refuse a change that is meant for another version than the present one.

    Raises:
        PreconditionRequiredError: ``If-Match`` is missing.
        PreconditionFailedError: It names another version.
    """
    require_precondition()
    if not request.if_match.contains(str(version)):
        raise PreconditionFailedError("it was changed since you read it; read it again")


def _printable(field: str) -> str:
    """Return the name of a field as it may be sent back: the caller may have made it up."""
    return "".join(sign if sign.isprintable() else "?" for sign in field[:LONGEST_NAME])


def _refusal(errors: Sequence[ErrorDetails]) -> InvalidRequestError:
    return invalid(
        *(
            (
                ".".join(str(step) for step in error["loc"]),
                str(SENTENCES.get(error["type"], OTHERWISE)),
            )
            for error in errors
        )
    )
