'''The API's foundation: a route says in one place what it takes, gives and refuses.

Checks, answers and the documentation all come of that one declaration. The pattern, in
``app/<slice>/api.py``::

    from app.web import api

    bp = Blueprint("manage_api", __name__, url_prefix="/api/v1")

    class ScaleOut(api.Model):          # what goes out
        id: str                         # the uid
        state: State

    class NoteIn(api.Body):             # what comes in: strict, nothing unknown
        text: Annotated[str, Field(min_length=1, max_length=200)]

    class ScaleQuery(api.ListQuery):    # after, limit, lang and what is added
        state: State | None = None

    @bp.get("/scales")
    @api.lists("List scales", ScaleOut, query=ScaleQuery)
    @access(Role.MANAGER)
    def scales(session: Session, query: ScaleQuery) -> api.Listed[ScaleOut]:
        """Those of the caller's regions, by place."""
        found = queries.scales(caller().scope(), query.state)
        return api.listed(session, query, found, (Scale.path, Scale.uid), out)

    @bp.post("/scales/<uid:scale>/notes")
    @api.write("Write a note", body=NoteIn, returns={201: NoteOut}, problems=(NotFoundError,))
    @access(Role.MANAGER)
    def note(session: Session, scale: str, body: NoteIn) -> api.Answer:
        """The docstring is the description in the documentation."""
        row = service.note(session, scale, body.text, by=caller().uid, at=utcnow())
        return api.Answer(out(row), headers={"Location": url_for(...)})

The decorators stand in this order: route, declaration, access. The view gets by name what the
declaration asks for: ``session`` (`read`: a reading session, `write`: a transaction, committed
after the view, together with the answer kept for ``Idempotency-Key``; `plain`: none, the view
opens its own), ``query`` where a model of its own is named, ``body`` where there is one, and
the parts of the path. It returns a model, an `Answer`, or None for 204.

- Paths: ``<uid:x>`` (UUIDv7), ``<sha256:x>`` and ``<int:x>`` are documented as such.
- Lists: `lists`, `ListQuery` and `listed`: a query, its order and the shape of a row; where
  all rows of a page are shaped at once, ``app.web.paging.fetch`` and `Listed`.
- Versions: ``Answer(model, version=row.version)`` sends the ETag; a change is declared with
  ``conditional=True`` and calls ``api.match(row.version)`` before it touches the row. What has
  no version of its own gets a digest of what is read: ``api.match(api.version_of(out(row)))``.
- Scopes: reading asks for ``read``, a change for ``write`` or the narrower ``scope=`` of it.
- Bodies that are not ours to model (signed envelopes, raw bytes): ``api.Document(name, schema,
  media)`` as ``body`` or in ``returns``; the view gets and gives bytes.
- Refusals: raise a ``DomainError``; its status and sentence are in ``app.web.errors``. Name the
  classes in ``problems``. Those of access, of reading the request, of keys and preconditions are
  added. For a field: ``raise api.invalid(("field", _("Message.")))``.
- Callers: a bearer token (``wutong token add``) on every route that is not public. The cookie of
  a browser's session counts for nothing under /api: no request forged by another site can act.
- Every route needs its line in ``tests/web/access_matrix.py``.
'''

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Response, request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from app.domain.errors import DomainError
from app.domain.tokens import TokenScope, allows
from app.web import api_idempotency
from app.web.access import InsufficientScopeError, maybe_caller
from app.web.api_lists import listed
from app.web.api_operation import (
    ATTRIBUTE,
    JSON,
    Answer,
    Body,
    Document,
    Listed,
    ListQuery,
    Model,
    Opens,
    Operation,
    Query,
    Shape,
)
from app.web.api_reading import (
    invalid,
    match,
    nothing_here,
    read_body,
    read_query,
    require_precondition,
    version_of,
)
from app.web.database import reading
from app.web.paging import BadCursorError

__all__ = [
    "Answer",
    "Body",
    "Document",
    "ListQuery",
    "Listed",
    "Model",
    "Query",
    "invalid",
    "listed",
    "lists",
    "match",
    "nothing_here",
    "plain",
    "read",
    "version_of",
    "write",
]

View = Callable[..., Any]
Declared = Callable[[View], Callable[..., Response]]
Returns = type[BaseModel] | Document | Mapping[int, Shape | None]
NO_CONTENT: Final = 204


def read(
    summary: str,
    *,
    returns: Returns,
    query: type[Query] = Query,
    problems: tuple[type[DomainError], ...] = (),
) -> Declared:
    """Declare a route that only reads."""
    return _declare(Operation(summary, Opens.READING, _shapes(returns), query, problems=problems))


def lists(summary: str, item: type[Model], *, query: type[ListQuery] = ListQuery) -> Declared:
    """Declare a route that gives a list of ``item``, a page at a time."""
    shape: Any = Listed.__class_getitem__(item)
    return read(summary, returns=shape, query=query, problems=(BadCursorError,))


def write(  # noqa: PLR0913 - one declaration says all of it
    summary: str,
    *,
    returns: Returns,
    body: Shape | None = None,
    query: type[Query] = Query,
    problems: tuple[type[DomainError], ...] = (),
    conditional: bool = False,
    scope: TokenScope = TokenScope.WRITE,
) -> Declared:
    """Declare a route that changes something, in one transaction, once per key."""
    shapes = _shapes(returns)
    return _declare(
        Operation(summary, Opens.TRANSACTION, shapes, query, body, problems, conditional, scope)
    )


def plain(  # noqa: PLR0913 - one declaration says all of it
    summary: str,
    *,
    returns: Returns,
    body: Shape | None = None,
    query: type[Query] = Query,
    problems: tuple[type[DomainError], ...] = (),
    conditional: bool = False,
    scope: TokenScope = TokenScope.READ,
) -> Declared:
    """Declare a route whose view opens what it needs: stations, long waits, uploads."""
    shapes = _shapes(returns)
    return _declare(
        Operation(summary, Opens.NOTHING, shapes, query, body, problems, conditional, scope)
    )


def _shapes(returns: Returns) -> Mapping[int, Shape | None]:
    return returns if isinstance(returns, Mapping) else {200: returns}


def _declare(operation: Operation) -> Declared:
    def decorate(view: View) -> Callable[..., Response]:
        @functools.wraps(view)
        def call(**path: Any) -> Response:  # noqa: ANN401 - what the URL's converters give
            _hold_to_scope(operation)
            given = {**_clean(path), **_inputs(operation)}
            return _run(operation, functools.partial(view, **given))

        setattr(call, ATTRIBUTE, operation)
        return call

    return decorate


def _hold_to_scope(operation: Operation) -> None:
    who = maybe_caller()
    if who is not None and who.by_token and not allows(who.scopes, operation.scope):
        raise InsufficientScopeError(f"the token was not made to {operation.scope}")


def _clean(path: dict[str, Any]) -> dict[str, Any]:
    if any("\0" in part for part in path.values() if isinstance(part, str)):
        raise NotFound  # no database takes it, so nothing has that name
    return path


def _inputs(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {}
    query = read_query(operation.query)
    if operation.query is not Query:
        found["query"] = query
    if operation.conditional:
        require_precondition()
    if operation.body is not None:
        found["body"] = read_body(operation.body)
    return found


def _run(operation: Operation, view: Callable[..., Any]) -> Response:
    def work(session: Session) -> Response:
        return _response(operation, view(session=session))

    match operation.opens:
        case Opens.READING:
            with reading() as session:
                return work(session)
        case Opens.TRANSACTION:
            return api_idempotency.once(work)
        case Opens.NOTHING:
            return _response(operation, view())


def _response(operation: Operation, result: BaseModel | Answer | None) -> Response:
    answer = result if isinstance(result, Answer) else Answer(result)
    status = answer.status or next(iter(operation.returns))
    shape = operation.returns[status]
    response = Response(_written(answer.body, shape), status, content_type=_media(shape))
    response.headers.update(answer.headers)
    version = _version(operation, answer, shape)
    if version is not None:
        response.set_etag(str(version))
    if status == NO_CONTENT:
        del response.headers["Content-Type"]
    return response


def _version(operation: Operation, answer: Answer, shape: Shape | None) -> int | str | None:
    """Return the ETag: the one the view gave, else a digest where one thing was read."""
    if answer.version is not None or operation.opens is not Opens.READING:
        return answer.version
    is_list = isinstance(shape, type) and issubclass(shape, Listed)
    if is_list or not isinstance(answer.body, BaseModel):
        return None
    return version_of(answer.body)


def _written(body: BaseModel | bytes | None, shape: Shape | None) -> str | bytes:
    """Return what goes out, held to the declaration."""
    if body is None or isinstance(body, bytes):
        return body or b""
    if isinstance(body, Listed) and isinstance(shape, type) and issubclass(shape, Listed):
        body = shape(items=body.items, next=body.next)  # a bare ``Listed`` checks no item
    if not (isinstance(shape, type) and isinstance(body, shape)):
        raise TypeError(f"{request.endpoint} answers with another model than declared")
    return body.model_dump_json()


def _media(shape: Shape | None) -> str:
    return shape.media if isinstance(shape, Document) else JSON
