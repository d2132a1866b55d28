"""``Idempotency-Key``: a write that is repeated has one effect and one answer.

The answer is kept in the same transaction as the effect. A refusal is not kept: nothing
changed, so the next try may succeed.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Response, request
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.session import utcnow
from app.domain.errors import DomainError
from app.models import IdempotencyKey
from app.web.access import caller
from app.web.api_reading import invalid
from app.web.database import transaction

HEADER: Final = "Idempotency-Key"
KEY: Final = re.compile(r"[\x21-\x7e]{1,100}")
KEPT_HEADERS: Final = ("Content-Type", "ETag", "Location")
TRIES: Final = 3

Work = Callable[[Session], Response]


class IdempotencyConflictError(DomainError):
    """The key was used before, for another request."""

    code = "idempotency_conflict"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for what under which key."""

    caller: str
    key: str
    digest: str


def once(work: Work) -> Response:
    """Do ``work`` in a transaction and return its answer, or the one kept under the key.

    Raises:
        IdempotencyConflictError: The key stands for another request.
        InvalidRequestError: The key is no printable ASCII of at most 100 characters.
    """
    asked = _asked()
    if asked is None:
        with transaction() as session:
            return work(session)
    for _try in range(TRIES):
        try:
            with transaction() as session:
                return _kept(session, asked) or _keep(session, asked, work)
        except IntegrityError as error:
            # Another process put the same key in first: its answer is the answer.
            if IdempotencyKey.__tablename__ not in str(error.orig):
                raise
    raise IdempotencyConflictError("another request with this key is on its way")


def forget(session: Session, before: datetime) -> None:
    """Drop the answers given before an instant."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < before))


def _asked() -> Asked | None:
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise invalid((HEADER, "1 to 100 printable ASCII characters"))
    match = request.headers.get("If-Match", "")
    head = f"{request.method}\0{request.full_path}\0{match}\0".encode()
    return Asked(caller().uid, key, hashlib.sha256(head + request.get_data()).hexdigest())


def _kept(session: Session, asked: Asked) -> Response | None:
    found = session.scalar(
        select(IdempotencyKey).where(
            IdempotencyKey.caller == asked.caller, IdempotencyKey.key == asked.key
        )
    )
    if found is None:
        return None
    if found.request_digest != asked.digest:
        raise IdempotencyConflictError("this key was used for another request")
    kept = json.loads(found.body)
    return Response(kept["body"], found.status, kept["headers"])


def _keep(session: Session, asked: Asked, work: Work) -> Response:
    # The row first: a second process with the same key waits for it, not for the work.
    row = IdempotencyKey(
        caller=asked.caller,
        key=asked.key,
        request_digest=asked.digest,
        status=0,
        body="",
        at=utcnow(),
    )
    session.add(row)
    session.flush()
    response = work(session)
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    row.status = response.status_code
    row.body = json.dumps({"headers": headers, "body": response.get_data(as_text=True)})
    session.flush()
    return response
