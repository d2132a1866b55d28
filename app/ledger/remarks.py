"""Words that people typed: told in a scale's story by a digest, kept beside it.

The story is hashed and cannot forget; what somebody typed may name a person. The digest is
under a key of the remark's own: with text and key gone, nothing can be guessed from it. An
erasure is a step of the story too, so a remark that merely vanished is found.
"""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.errors import DomainError
from app.ledger import entries
from app.ledger.door import act
from app.models import Remark, Scale

ERASED: Final = "remark_erased"
KEY_BYTES: Final = 32


class RemarkErasedError(DomainError):
    """The remark was erased before."""

    code = "remark_erased"


def keep(
    session: Session, scale: Scale, text: str, *, at: datetime, about: str = ""
) -> dict[str, str]:
    """Keep ``text`` and return what the act's details tell of it; nothing for no words.

    Call it inside the act.

    Args:
        about: uid of the tag, finding or lead that the words are about.
    """
    if not text.strip():
        return {}
    row = Remark(
        uid=new_uid(),
        scale_id=scale.id,
        about=about,
        text=text.strip(),
        secret=secrets.token_bytes(KEY_BYTES),
        at=at,
    )
    session.add(row)
    return {"remark": row.uid, "remark_digest": digest(row.uid, row.text, row.secret) or ""}


def digest(uid: str, text: str | None, secret: bytes | None) -> str | None:
    """Return the digest under which a remark is told; None once it is erased."""
    if text is None or secret is None:
        return None
    return hmac.new(secret, f"{uid}\0{text}".encode(), hashlib.sha256).hexdigest()


def erase(session: Session, row: Remark, because: str, *, by: str, at: datetime) -> None:
    """Destroy the words of ``row`` and their key; the story says by whom and when.

    Raises:
        RemarkErasedError: It was erased before.
    """
    entries.lock(session)
    session.refresh(row)
    if row.text is None:
        raise RemarkErasedError("this remark is erased already")
    scale = session.get_one(Scale, row.scale_id)
    told = {"erased": row.uid}
    with act(session, scale, ERASED, by=by, at=at, details=told):
        row.text = row.secret = None
        told.update(keep(session, scale, because, at=at))
