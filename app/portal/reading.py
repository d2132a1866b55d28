"""What an address `/t/…` holds: a signed tag, or a number somebody typed."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from app.crypto import tags
from app.crypto.tags import TagCheck
from app.domain import codes
from app.models import Code
from app.portal import public_cards, queries, recent
from app.portal.public_cards import PublicStaff, PublicStall, PublicWeight
from app.portal.queries import PublicScale

# Digits of any script: a full-width number is a number. A tag begins with a letter.
TYPED: Final = re.compile(r"[\d\s\-‐-―.·]+")
LONGEST_TYPED: Final = 30


class TagState(StrEnum):
    """What became of looking the address up; public API."""

    FOUND = "tag_found"
    REVOKED = "tag_revoked"
    UNCLAIMED = "tag_unclaimed"
    UNKNOWN = "tag_unknown"
    FORGED = "tag_forged"
    TRUNCATED = "tag_truncated"
    STALL = "tag_stall"
    STAFF = "tag_staff"
    WEIGHT = "tag_weight"


# The address leads nowhere; a revoked tag is answered, with a notice.
LOST = frozenset({TagState.UNCLAIMED, TagState.UNKNOWN, TagState.FORGED, TagState.TRUNCATED})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the public page says.

    Attributes:
        genuine: The signature is ours; None for a typed number, which proves nothing.
        stall, staff, weight: Where the tag is none of a scale's; never kept ready, for what
            they tell changes with other subjects.
        told: The subjects of the ledger whose facts it tells.
    """

    state: TagState
    genuine: bool | None
    scale: PublicScale | None = None
    photo: str | None = None
    told: tuple[str, ...] = ()
    stall: PublicStall | None = None
    staff: PublicStaff | None = None
    weight: PublicWeight | None = None


def read(session: Session, text: str, key: Ed25519PublicKey, host: str, today: date) -> Answer:
    """Return what stands behind ``text``."""
    if not looks_typed(text):
        return _read_signed(session, text, key, host, today)
    try:
        tag = queries.tag_by_number(session, codes.parse_number(text))
    except codes.NumberError:
        tag = None
    return _answer(session, tag, None, today)


def looks_typed(text: str) -> bool:
    """Return whether somebody typed ``text``: digits, perhaps with something between them."""
    return len(text) <= LONGEST_TYPED and TYPED.fullmatch(text) is not None


def _read_signed(
    session: Session, text: str, key: Ed25519PublicKey, host: str, today: date
) -> Answer:
    found = tags.check(text, key, host)
    if found.check is not TagCheck.GENUINE:
        state = TagState.TRUNCATED if found.check is TagCheck.TRUNCATED else TagState.FORGED
        return Answer(state, genuine=False)
    return _answer(session, queries.tag_by_id(session, found.id), True, today)  # noqa: FBT003


def _answer(session: Session, tag: Code | None, genuine: bool | None, today: date) -> Answer:  # noqa: FBT001
    if tag is None:
        return Answer(TagState.UNKNOWN, genuine)
    if tag.revoked_at is not None:
        staff = public_cards.public_staff(session, tag, today) if tag.person else None
        return Answer(TagState.REVOKED, genuine, staff=staff)
    if tag.scale is None:
        return _card(session, tag, genuine, today)
    scale = queries.public_scale(session, tag.scale, today)
    return Answer(TagState.FOUND, genuine, scale, tag.scale.photo, recent.subjects(tag.scale))


def _card(session: Session, tag: Code, genuine: bool | None, today: date) -> Answer:  # noqa: FBT001
    if tag.stall is not None:
        stall = public_cards.public_stall(session, tag.stall, today)
        return Answer(TagState.STALL, genuine, stall=stall)
    if tag.person is not None:
        staff = public_cards.public_staff(session, tag, today)
        return Answer(TagState.STAFF, genuine, staff=staff)
    if tag.weight is not None:
        return Answer(TagState.WEIGHT, genuine, weight=PublicWeight(tag.weight.body.name))
    return Answer(TagState.UNCLAIMED, genuine)
