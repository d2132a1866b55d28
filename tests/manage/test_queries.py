"""Counts are true and lists cost the same number of queries, on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.domain.legal_status import LegalCode
from app.domain.lifecycle import State
from app.domain.scope import Scope
from app.manage import queries
from app.manage.queries import UNREAD, Asked
from tests.standing.test_standing import TODAY, verified
from tests.support.makers import COUNTY, make_model, make_place, make_scale

HERE = Scope((COUNTY,))


def fill(session: Session, number: int) -> None:
    """Write scales: every second one verified and ready."""
    place, model = make_place(session), make_model(session)
    for n in range(number):
        state = State.READY if n % 2 else State.REGISTERED
        scale = make_scale(session, place, model, f"SN-{n}", market_no=f"A-{n}", state=state)
        if n % 2:
            verified(session, scale)
    session.commit()


@pytest.mark.usefixtures("any_url")
def test_counts_beside_the_filters_are_true(session: Session) -> None:
    """Each group counts what its other filters leave."""
    fill(session, 6)
    counts = queries.count(session, Asked(scope=HERE, today=TODAY, state=State.READY))
    assert counts.total == 3
    assert counts.state == {State.REGISTERED: 3, State.READY: 3}
    assert counts.legal == {LegalCode.VALID: 3}
    assert counts.firmware == {UNREAD: 3}
    assert [number for _uid, _name, number in counts.places] == [3]


@pytest.mark.usefixtures("any_url")
def test_every_filter_works_beside_every_other(session: Session) -> None:
    """All of them at once, with a search."""
    fill(session, 4)
    everything = Asked(
        scope=HERE,
        today=TODAY,
        q="SN-",
        state=State.READY,
        legal=LegalCode.VALID,
        firmware=UNREAD,
    )
    page = queries.fleet(session, everything, None, 50)
    assert [scale.serial_no for scale in page.items] == ["SN-1", "SN-3"]
    assert queries.count(session, everything).total == 2


@pytest.mark.usefixtures("any_url")
def test_the_list_goes_by_market_number_on_every_page(session: Session) -> None:
    """Ten after nine, forwards and back, with a filter or without; a new number moves a scale."""
    fill(session, 12)
    everything = Asked(scope=HERE, today=TODAY)
    last = queries.fleet(session, everything, None, 50).items[-1]
    assert last.market_no == "A-11"
    last.market_no = "A-0"
    session.commit()
    for asked, step in ((everything, 1), (replace(everything, legal=LegalCode.UNVERIFIED), 2)):
        counted = ["A-0"] * (step == 1) + [f"A-{n}" for n in range(0, 11, step)]
        found: list[str] = []
        after = None
        while True:
            page = queries.fleet(session, asked, after, 4)
            found += [scale.market_no for scale in page.items]
            after = page.next
            if after is None:
                break
        assert found == counted
        before = queries.fleet(session, asked, page.previous, 4)
        assert [one.market_no for one in before.items] == counted[-4 - len(page.items) :][:4]


def test_nothing_outside_the_scope_is_counted(session: Session) -> None:
    """No grant, no fleet."""
    fill(session, 2)
    assert queries.count(session, Asked(scope=Scope(), today=TODAY)).total == 0


def test_a_longer_page_costs_no_more_queries(session: Session) -> None:
    """Places, models, stalls and traders come with the rows."""
    fill(session, 12)
    sent: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: sent.append(given[2]))
    numbers = []
    for limit in (12, 1, 12):  # the first one begins the transaction
        session.expunge_all()
        sent.clear()
        page = queries.fleet(session, Asked(scope=HERE, today=TODAY), None, limit)
        assert [(row.place.name, row.model.maker.name, row.stall) for row in page.items]
        numbers.append(len(sent))
    assert numbers[1] == numbers[2]
