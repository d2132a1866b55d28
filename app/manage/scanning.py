"""What stands behind a code that a camera read or a hand typed: any code finds its scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload

from app.crypto import tags
from app.crypto.tags import TagCheck
from app.db.scope import within
from app.domain.scanned import ScanKind, Scanned
from app.domain.scope import Scope
from app.manage.queries import WITH_ALL
from app.manage.scanned_cards import near
from app.models import IN_ORDER, Code, CodeKind, Scale, Stall, StandardWeight

MOST: Final = 8


class Outcome(StrEnum):
    """What became of looking a code up."""

    SCALE = "scan_scale"
    SEVERAL = "scan_several"
    BLANK = "scan_blank"
    REPLACED = "scan_replaced"
    ELSEWHERE = "scan_elsewhere"
    FORGED = "scan_forged"
    TRUNCATED = "scan_truncated"
    STALL = "scan_stall"
    STAFF = "scan_staff"
    WEIGHT = "scan_weight"
    FOREIGN = "scan_foreign"
    UNKNOWN = "scan_unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a scan.

    Attributes:
        scales: The scale, or those among which a person has to choose.
        tag: The text of our tag where its signature is ours: its public page tells more.
        blank: uid of a blank tag inside the scope, which may be put on a scale.
        card: The tag of a stall, a person or a weight, void or not.
        seen: Our tag on a scale, wherever that is, void or not.
    """

    outcome: Outcome
    scanned: Scanned
    scales: Sequence[Scale] = ()
    tag: str = ""
    blank: str = ""
    card: Code | None = None
    seen: Code | None = None


def look_up(
    session: Session, scanned: Scanned, scope: Scope, key: Ed25519PublicKey, host: str
) -> Found:
    """Return what ``scanned`` stands for inside ``scope``."""
    match scanned.kind:
        case ScanKind.TAG:
            return _tag(session, scanned, scope, key, host)
        case ScanKind.NUMBER:
            tag = session.scalar(_tags().where(Code.number == scanned.key))
            # A maker may have used eight digits as well, check digit and all, by chance.
            return _bound(session, scanned, scope, tag) if tag else _other(session, scanned, scope)
        case ScanKind.ADDRESS | ScanKind.OTHER:
            return _other(session, scanned, scope)


def _tag(
    session: Session, scanned: Scanned, scope: Scope, key: Ed25519PublicKey, host: str
) -> Found:
    read = tags.check(scanned.key, key, host)
    if read.check is not TagCheck.GENUINE:
        truncated = read.check is TagCheck.TRUNCATED
        return Found(Outcome.TRUNCATED if truncated else Outcome.FORGED, scanned)
    tag = session.scalar(_tags().where(Code.value == read.id))
    if tag is None:
        return Found(Outcome.UNKNOWN, scanned, tag=scanned.key)
    return _bound(session, scanned, scope, tag)


def _bound(session: Session, scanned: Scanned, scope: Scope, tag: Code) -> Found:
    """Return what a tag of ours hangs on; one that is replaced still names its scale."""
    text = scanned.key if scanned.kind is ScanKind.TAG else ""
    if tag.is_blank:
        if tag.revoked_at is not None:
            return Found(Outcome.REPLACED, scanned, tag=text)
        blank = tag.uid if scope.holds(tag.path) else ""
        return Found(Outcome.BLANK, scanned, tag=text, blank=blank)
    if tag.scale_id is None:
        return _card(scanned, scope, tag, text)
    scales = session.scalars(_scales(scope).where(Scale.id == tag.scale_id)).all()
    if not scales:
        return Found(Outcome.ELSEWHERE, scanned, tag=text, seen=tag)
    outcome = Outcome.SCALE if tag.revoked_at is None else Outcome.REPLACED
    return Found(outcome, scanned, scales, text, seen=tag)


def _card(scanned: Scanned, scope: Scope, tag: Code, text: str) -> Found:
    """Return a card for whoever works where it belongs; others see what the public sees."""
    mine = scope.holds(tag.path) if tag.stall_id is not None else near(scope, tag.path)
    if not mine:
        return Found(Outcome.ELSEWHERE, scanned, tag=text)
    if tag.stall_id is not None:
        return Found(Outcome.STALL, scanned, tag=text, card=tag)
    outcome = Outcome.STAFF if tag.person_id is not None else Outcome.WEIGHT
    return Found(outcome, scanned, tag=text, card=tag)


def _other(session: Session, scanned: Scanned, scope: Scope) -> Found:
    """Find by an adopted code, whole; else by what the plate says."""
    adopted = select(Code.scale_id).where(
        Code.value == scanned.key, Code.kind != CodeKind.TAG, Code.revoked_at.is_(None)
    )
    scales = session.scalars(_scales(scope).where(Scale.id.in_(adopted))).all()
    if not scales and scanned.kind is not ScanKind.ADDRESS:
        scales = session.scalars(_scales(scope).where(_on_the_plate(scanned.key))).all()
    if len(scales) == 1:
        return Found(Outcome.SCALE, scanned, scales)
    if scales:
        return Found(Outcome.SEVERAL, scanned, scales)
    foreign = scanned.kind is ScanKind.ADDRESS
    return Found(Outcome.FOREIGN if foreign else Outcome.UNKNOWN, scanned)


def _on_the_plate(text: str) -> ColumnElement[bool]:
    return or_(
        Scale.serial_no == text,
        Scale.market_no == text,
        Scale.production_code == text,
        Scale.repair_code == text,
        Scale.verification_code == text,
    )


def _tags() -> Select[Code]:
    return (
        select(Code)
        .where(Code.kind == CodeKind.TAG)
        .options(
            joinedload(Code.stall).joinedload(Stall.place),
            joinedload(Code.person),
            joinedload(Code.weight).joinedload(StandardWeight.body),
        )
    )


def _scales(scope: Scope) -> Select[Scale]:
    return (
        select(Scale)
        .where(within(Scale.path, scope))
        .options(*WITH_ALL)
        .order_by(*IN_ORDER)
        .limit(MOST)
    )
