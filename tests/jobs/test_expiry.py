"""A validity ends with its last day in China, wherever the server stands."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.domain.calendar import local_date
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import Action, State
from app.domain.suspension import SuspensionReason
from app.jobs import duties
from app.ledger.door import SYSTEM, act
from app.ledger.verify import problems
from app.models import LedgerEntry, Scale, ScaleEvent
from app.standing import standing_of
from app.verify import expiry
from app.web.database import Installation
from tests.jobs.conftest import LAST_DAY, fleet, in_china, verified
from tests.support.makers import NOON

BEFORE_MIDNIGHT = in_china("2026-11-23T23:59:59")
MIDNIGHT = in_china("2026-11-24T00:00:00")


def states(work: Installation) -> dict[State, SuspensionReason | None]:
    """Return the states of all scales, and why they are suspended."""
    with work.database.reading() as session:
        return {scale.state: scale.suspended_for for scale in session.scalars(select(Scale))}


def test_the_last_day_is_served_to_its_end(work: Installation) -> None:
    """A second before midnight nothing happens."""
    fleet(work)
    assert duties.expire_scales(work, BEFORE_MIDNIGHT) == "0 scales expired"
    assert set(states(work)) == {State.READY, State.IN_SERVICE}


@pytest.mark.usefixtures("any_url")
def test_at_midnight_it_ends(work: Installation) -> None:
    """What served is suspended for expiry, what stood ready waits for verification."""
    fleet(work)
    assert duties.expire_scales(work, MIDNIGHT) == "2 scales expired"
    assert states(work) == {
        State.SUSPENDED: SuspensionReason.EXPIRY,
        State.AWAITING_VERIFICATION: None,
    }
    with work.database.reading() as session:
        assert list(problems(session, work.keys.server.public_key())) == []


def test_an_expiry_is_one_entry_and_one_step_of_the_story(work: Installation) -> None:
    """Asked again, nothing more is written."""
    scale = fleet(work)["in_service"]
    duties.expire_scales(work, MIDNIGHT)
    assert duties.expire_scales(work, MIDNIGHT) == "0 scales expired"
    with work.database.reading() as session:
        (event,) = session.scalars(
            select(ScaleEvent).where(ScaleEvent.scale_id == scale, ScaleEvent.action == "expire")
        )
        assert (event.actor, event.from_state, event.at) == (SYSTEM, State.IN_SERVICE, MIDNIGHT)
        assert session.get(LedgerEntry, event.ledger_seq) is not None


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati", "UTC"])
def test_the_servers_own_zone_does_not_matter(
    work: Installation, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same two instants, said in UTC."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        fleet(work)
        assert duties.expire_scales(work, datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC))[0] == "0"
        assert duties.expire_scales(work, datetime(2026, 11, 23, 16, tzinfo=UTC))[0] == "2"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_february_29_is_a_last_day_like_any_other(work: Installation) -> None:
    """Verified on 1 March 2027, valid until 29 February 2028."""
    fleet(work, until=date(2028, 2, 29))
    assert duties.expire_scales(work, in_china("2028-02-28T23:59:59"))[0] == "0"
    assert duties.expire_scales(work, in_china("2028-02-29T23:59:59"))[0] == "0"
    assert duties.expire_scales(work, in_china("2028-03-01T00:00:00"))[0] == "2"


def test_a_day_that_was_missed_is_caught_up(work: Installation) -> None:
    """Nobody led for a month."""
    fleet(work)
    assert duties.expire_scales(work, MIDNIGHT + timedelta(days=30)) == "2 scales expired"


@pytest.mark.usefixtures("any_url")
def test_the_latest_verification_counts_as_everywhere_else(work: Installation) -> None:
    """By its day, not by when it was typed in: an old certificate filed late changes nothing."""
    number = fleet(work)["in_service"]
    with work.database.transaction() as session:
        scale = session.get_one(Scale, number)
        renewed = verified(scale, LAST_DAY + timedelta(days=300), on=LAST_DAY)
        late = verified(scale, LAST_DAY - timedelta(days=700))
        for found in (renewed, late):
            with act(session, scale, "verification", by=SYSTEM, at=NOON):
                session.add(found)
    with work.database.reading() as session:
        today = local_date(MIDNIGHT)
        assert number not in expiry.overdue(session, today)
        standing = standing_of(session, session.get_one(Scale, number), today)
        assert standing.legal.status is not LegalCode.OVERDUE


def test_a_failed_verification_is_not_an_expiry(work: Installation) -> None:
    """The failure ended the validity and has its own consequence."""
    number = fleet(work)["in_service"]
    with work.database.transaction() as session:
        scale = session.get_one(Scale, number)
        with act(session, scale, "verification", by=SYSTEM, at=NOON):
            session.add(verified(scale, None, on=LAST_DAY))
    with work.database.reading() as session:
        assert number not in expiry.overdue(session, local_date(MIDNIGHT))


def test_a_scale_renewed_meanwhile_is_left_alone(work: Installation) -> None:
    """It was on the list, and passed before its turn came."""
    number = fleet(work)["in_service"]
    with work.database.transaction() as session:
        scale = session.get_one(Scale, number)
        with act(session, scale, Action.PASS, by=SYSTEM, at=NOON):
            session.add(verified(scale, LAST_DAY + timedelta(days=300), on=LAST_DAY))
    with work.database.transaction() as session:
        assert not expiry.expire(session, number, at=MIDNIGHT)
        assert session.get_one(Scale, number).state is State.IN_SERVICE


def test_one_scale_that_cannot_be_expired_does_not_keep_the_others(
    work: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job fails, so that it is tried again, after the others are done."""
    scales = fleet(work)
    expire = expiry.expire

    def fail_first(session: object, scale_id: int, *, at: datetime) -> bool:
        if scale_id == scales["ready"]:
            raise ValueError("broken row")
        return expire(session, scale_id, at=at)  # type: ignore[arg-type]

    monkeypatch.setattr(expiry, "expire", fail_first)
    with pytest.raises(RuntimeError, match="1 of 2"):
        duties.expire_scales(work, MIDNIGHT)
    assert set(states(work)) == {State.READY, State.SUSPENDED}
