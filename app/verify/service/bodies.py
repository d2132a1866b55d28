"""Whether a verifier may work: the body, its standard and the verifier's own certificate."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.qualifications import FOR_MARKET_SCALES, GateFault, Span, any_holds
from app.models import Body, MeasurementStandard, Person, Qualification


def gate(
    session: Session, *, body: Body, verifier: Person, path: str, on: date
) -> tuple[GateFault, ...]:
    """Return what stands against ``verifier`` verifying at ``path`` for ``body`` on ``on``.

    Empty: may work.
    """
    return tuple(_faults(session, body, verifier, path, on))


def body_for(session: Session, verifier: Person, path: str, on: date) -> Body | None:
    """Return the body for which ``verifier`` works at ``path``; None for no member of any.

    Of several: the one with the least against it, then the one assigned most closely.
    """
    bodies = session.scalars(
        select(Body)
        .where(
            Body.id.in_(
                select(Qualification.body_id).where(
                    Qualification.person_id == verifier.id,
                    or_(Qualification.ended_on.is_(None), Qualification.ended_on > on),
                )
            )
        )
        .order_by(Body.id)
    ).all()
    if not bodies:
        return None
    return min(
        bodies,
        key=lambda body: (
            len(gate(session, body=body, verifier=verifier, path=path, on=on)),
            -_closest(body, path, on),
        ),
    )


def standard_for(session: Session, body: Body, max_mg: int, on: date) -> MeasurementStandard | None:
    """Return the smallest standard of ``body`` that reaches ``max_mg`` and holds on ``on``."""
    fit = [one for one in standards_of(session, body) if one.max_mg >= max_mg and _good(one, on)]
    return min(fit, key=lambda one: (one.max_mg, -one.valid_until.toordinal()), default=None)


def standards_of(session: Session, body: Body) -> list[MeasurementStandard]:
    """Return the standards of ``body``, oldest first, those it gave up included."""
    return list(
        session.scalars(
            select(MeasurementStandard)
            .where(MeasurementStandard.body_id == body.id)
            .order_by(MeasurementStandard.id)
        )
    )


def is_staff(session: Session, body: Body, person_id: int, on: date) -> bool:
    """Return whether a person belongs to ``body`` on ``on``, whatever the certificate says."""
    rows = session.scalars(
        select(Qualification).where(
            Qualification.body_id == body.id, Qualification.person_id == person_id
        )
    )
    return any(row.ended_on is None or on < row.ended_on for row in rows)


def _faults(
    session: Session, body: Body, verifier: Person, path: str, on: date
) -> Iterator[GateFault]:
    if not Span(None, body.authorised_until).holds(on):
        yield GateFault.AUTHORISATION_EXPIRED
    if not _closest(body, path, on):
        yield GateFault.NOT_ASSIGNED
    held = standards_of(session, body)
    if not held:
        yield GateFault.NO_STANDARD
    elif not any(_good(one, on) for one in held):
        yield GateFault.STANDARD_EXPIRED
    mine = [
        row
        for row in body.staff
        if row.person_id == verifier.id and row.item in FOR_MARKET_SCALES and not _left(row, on)
    ]
    if not mine:
        yield GateFault.NOT_QUALIFIED
    elif not any_holds((Span(row.since, row.until) for row in mine), on):
        yield GateFault.QUALIFICATION_EXPIRED


def _closest(body: Body, path: str, on: date) -> int:
    """Return how closely ``body`` is assigned to ``path`` on ``on``; 0 for not at all."""
    return max(
        (
            len(one.path)
            for one in body.regions
            if path.startswith(one.path) and Span(one.since, one.until).holds(on)
        ),
        default=0,
    )


def _good(standard: MeasurementStandard, on: date) -> bool:
    ended = standard.ended_on is not None and standard.ended_on <= on
    return not ended and on <= standard.valid_until


def _left(row: Qualification, on: date) -> bool:
    return row.ended_on is not None and row.ended_on <= on
