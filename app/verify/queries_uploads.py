"""Results that wait to be entered on the national platform, and those that were."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, joinedload

from app.db.scope import within
from app.domain.scope import Scope
from app.models import Person, PlatformUpload, Scale, ScaleModel, Verification
from app.standing.sql import replaced

AT_ONCE = 500


def waiting(scope: Scope, *, earlier: bool = False) -> Select[Verification]:
    """Return the results inside ``scope`` that nobody ticked, and that still stand.

    Args:
        earlier: Those instead that a later result of the same scale took the place of.
    """
    ticked = exists().where(PlatformUpload.verification_id == Verification.id)
    return (
        select(Verification)
        .where(within(Verification.path, scope), ~ticked, replaced() if earlier else ~replaced())
        .options(
            joinedload(Verification.scale).options(
                joinedload(Scale.place),
                joinedload(Scale.stall),
                joinedload(Scale.model).joinedload(ScaleModel.maker),
            )
        )
    )


def done(scope: Scope) -> Select[PlatformUpload]:
    """Return the ticks inside ``scope``."""
    return (
        select(PlatformUpload)
        .join(Verification, Verification.id == PlatformUpload.verification_id)
        .where(within(Verification.path, scope))
        .options(
            joinedload(PlatformUpload.verification)
            .joinedload(Verification.scale)
            .options(joinedload(Scale.place), joinedload(Scale.model))
        )
    )


def tick_in(session: Session, scope: Scope, uid: str) -> PlatformUpload:
    """Return the tick of the result ``uid``.

    Raises:
        NoResultFound: There is none inside ``scope``.
    """
    return session.scalars(done(scope).where(Verification.uid == uid)).one()


def chosen(session: Session, scope: Scope, uids: Sequence[str]) -> list[Verification]:
    """Return the results ``uids`` inside ``scope``."""
    return list(
        session.scalars(
            select(Verification).where(within(Verification.path, scope), Verification.uid.in_(uids))
        )
    )


def count_earlier(session: Session, scope: Scope) -> int:
    """Return how many results wait that a later one took the place of."""
    found = waiting(scope, earlier=True).with_only_columns(Verification.id)
    return session.scalars(select(func.count()).select_from(found.subquery())).one()


def rows(session: Session, scope: Scope, *, earlier: bool = False) -> Iterator[list[str]]:
    """Yield the cells of every result that waits, the oldest first."""
    last = 0
    while found := session.scalars(
        waiting(scope, earlier=earlier)
        .where(Verification.id > last)
        .order_by(Verification.id)
        .limit(AT_ONCE)
    ).all():
        for one in found:
            yield cells(one)
        last = found[-1].id
        session.expunge_all()


def cells(one: Verification) -> list[str]:
    """Return a result as the list of the platform heads it (`HEADS`)."""
    scale = one.scale
    return [
        scale.place.name,
        scale.market_no,
        scale.serial_no,
        scale.model.name,
        scale.model.maker.name,
        one.body,
        one.regulation,
        "合格" if one.result.value == "pass" else "不合格",
        one.verified_on.isoformat(),
        one.valid_until.isoformat() if one.valid_until else "",
        one.certificate_no,
        one.label_no,
    ]


HEADS = (
    "使用地点",
    "市场编号",
    "出厂编号",
    "型号规格",
    "生产厂家",
    "检定机构",
    "检定依据",
    "检定结论",
    "检定日期",
    "有效期至",
    "检定证书编号",
    "检定标志编号",
)


def names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the names of people by id."""
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(set(ids))))
    return {one: name for one, name in found}  # noqa: C416 - rows are no pairs to mypy
