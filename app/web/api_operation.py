"""What one API route takes, gives and refuses: the single declaration of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import DomainError
from app.domain.tokens import TokenScope
from app.web.paging import LONGEST, MOST, PAGE

ATTRIBUTE: Final = "__wutong_operation__"
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"

Item = TypeVar("Item")


class Model(BaseModel):
    """What an answer holds."""

    model_config = ConfigDict(extra="forbid")


class Body(BaseModel):
    """What a request holds: nothing unknown, nothing turned from one type into another."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """The parameters behind the question mark; every route knows ``lang``."""

    model_config = ConfigDict(extra="forbid")

    lang: Annotated[
        Literal["zh", "en"] | None, Field(description="language of titles and messages")
    ] = None


class ListQuery(Query):
    """The parameters of a list."""

    after: Annotated[
        str | None, Field(max_length=LONGEST, description="`next` of the page before")
    ] = None
    limit: Annotated[int, Field(ge=1, le=MOST, description="most items in one answer")] = PAGE


class Listed(Model, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(description="give it back as `after`; null at the end")


class FieldError(Model):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(BaseModel):
    """An error as of RFC 9457; `code` never changes."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    errors: list[FieldError] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A body that the view reads or writes as bytes: a wire document, or no JSON at all.

    Attributes:
        schema: Its JSON Schema; None for bytes.
        streamed: The view reads the body itself, as it comes, from ``request.stream``.
    """

    name: str
    schema: Mapping[str, Any] | None = None
    media: str = JSON
    streamed: bool = False


Shape = type[BaseModel] | Document


class Opens(StrEnum):
    """Which session the foundation opens for a view."""

    READING = "reading"
    TRANSACTION = "transaction"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Operation:
    """One route, as checks and documentation read it.

    Attributes:
        returns: Shape of the answer for each status that is a success.
        problems: Refusals of its own; those that every route has are added.
        conditional: Whether it changes a version and asks for ``If-Match``.
        scope: What a token must have been made for.
    """

    summary: str
    opens: Opens
    returns: Mapping[int, Shape | None]
    query: type[Query] = Query
    body: Shape | None = None
    problems: tuple[type[DomainError], ...] = ()
    conditional: bool = False
    scope: TokenScope = TokenScope.READ


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that needs more than its model.

    Attributes:
        body: A model, or the bytes of a ``Document``.
        status: One of the declared; the first of them when None.
        version: Goes out as the ETag.
    """

    body: BaseModel | bytes | None = None
    status: int | None = None
    version: int | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
