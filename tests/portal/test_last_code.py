"""Rule 1 of a scale's life: nothing serves that carries no code."""

import pytest
from sqlalchemy.orm import Session

from app.configure.service.codes import NewCode, adopt_code, give_up_code
from app.domain.lifecycle import State
from app.models import CodeKind, Scale
from app.portal import blanks, service
from tests.support.makers import NOON, make_place, make_scale, make_stall, make_trader

BY = "somebody"


def served(session: Session) -> Scale:
    """Return a scale that serves and carries one tag of ours."""
    place = make_place(session)
    stall, trader = make_stall(session, place), make_trader(session, place)
    scale = make_scale(session, place, state=State.IN_SERVICE, stall=stall, trader=trader)
    service.issue(session, scale, by=BY, at=NOON)
    return scale


def test_a_scale_that_loses_its_last_code_leaves_service(session: Session) -> None:
    """Ours is voided, another's given up: with one of them left it serves on."""
    scale = served(session)
    city = adopt_code(session, scale, NewCode(CodeKind.CITY, "C-1", "h"), by=BY, at=NOON)
    tag = service.current(session, scale)
    assert tag is not None
    service.revoke(session, tag, "torn off", by=BY, at=NOON)
    assert scale.state is State.IN_SERVICE
    give_up_code(session, city, by=BY, at=NOON)
    assert (scale.state, scale.left_state) == (State.SUSPENDED, State.IN_SERVICE)


def test_a_tag_that_takes_the_place_of_another_keeps_the_scale_in_service(session: Session) -> None:
    """Old and new change hands in one transaction: it is never without a code."""
    scale = served(session)
    (blank,) = blanks.make(session, scale.place, 1, by=BY, at=NOON)
    claim = blanks.Claim(plate="a" * 64, seal="b" * 64, replaces=True)
    blanks.claim(session, blank, scale, claim, by=BY, at=NOON)
    assert (scale.state, service.current(session, scale)) == (State.IN_SERVICE, blank)
    printed = service.issue(session, scale, by=BY, at=NOON, replaces=True)
    assert (scale.state, service.current(session, scale)) == (State.IN_SERVICE, printed)
    with pytest.raises(service.TagExistsError):
        service.issue(session, scale, by=BY, at=NOON)


def test_a_scale_that_does_not_serve_may_be_without_a_code(session: Session) -> None:
    """In the pool nothing happens; handing out asks for a code anyway."""
    scale = make_scale(session, state=State.READY)
    tag = service.issue(session, scale, by=BY, at=NOON)
    service.revoke(session, tag, "torn off", by=BY, at=NOON)
    assert scale.state is State.READY
