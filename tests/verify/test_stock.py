"""Labels and lead seals: every number is somewhere, once, whatever came in which order."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.lifecycle import State
from app.domain.mark_stock import Books, MarkNo, Run, VoidReason, runs_of
from app.domain.roles import Role
from app.domain.standards import MarkKind, MarkState
from app.domain.verification import VerificationKind, VerificationResult
from app.models import LedgerEntry, Mark, MarkLot, Person, Scale
from app.verify.service import (
    NewVerification,
    record_verification,
    stock,
    stock_books,
    stock_lots,
)
from app.verify.service.errors import Fault, FieldsError
from app.verify.service.stock import (
    DayClosedError,
    ForeignMarkError,
    MarkError,
    UnknownMarkError,
    UsedMarkError,
    VoidedMarkError,
)
from app.verify.service.stock_lots import NewLot
from app.verify.service.taken import gone_from_stock
from tests.support.makers import NOON, make_person, make_scale
from tests.verify.outfit import Outfit, employ, make_body, make_outfit

TODAY = local_date(NOON)
LABEL = MarkKind.LABEL


@pytest.fixture
def outfit(session: Session) -> Outfit:
    """A body with one verifier."""
    return make_outfit(session)


@pytest.fixture
def other(session: Session, outfit: Outfit) -> Person:
    """A second verifier of the body."""
    person = make_person(session, "second", (Role.VERIFIER,))
    employ(session, outfit.body, person)
    return person


@pytest.fixture
def lot(session: Session, outfit: Outfit) -> MarkLot:
    """Twenty labels on the shelf."""
    return receive(session, outfit, "F-01", "F-20")


def receive(session: Session, outfit: Outfit, first: str, last: str, on: date = TODAY) -> MarkLot:
    """Put a lot on the shelf."""
    command = NewLot(body=outfit.body, kind=LABEL, first=first, last=last, received_on=on)
    return stock_lots.receive(session, command, by=outfit.verifier.uid, at=NOON)


def issue(
    session: Session, lot: MarkLot, person: Person, first: str = "F-01", last: str = "F-05"
) -> None:
    """Hand numbers of ``lot`` to ``person``."""
    stock_lots.issue(session, lot, person, (first, last), by=person.uid, at=NOON)


def use(session: Session, person: Person, number: str, scale: Scale, sheet: str = "w") -> Mark:
    """Put a label on ``scale``."""
    return stock.use(
        session, verifier=person, kind=LABEL, number=number, scale=scale, worksheet_uid=sheet,
        by=person.uid, at=NOON,
    )  # fmt: skip


def void(session: Session, person: Person, number: str) -> Mark:
    """Void a label."""
    return stock.void(
        session, verifier=person, kind=LABEL, number=number, because=VoidReason.DAMAGED,
        by=person.uid, at=NOON,
    )  # fmt: skip


def back(session: Session, person: Person, *numbers: str) -> list[Mark]:
    """Give labels back."""
    return stock.give_back(
        session, verifier=person, kind=LABEL, numbers=list(numbers), by=person.uid, at=NOON
    )


def free(session: Session, outfit: Outfit, person: Person) -> str | None:
    """Return the label that ``person`` would use next."""
    return stock.next_free(session, outfit.body, person, LABEL)


@pytest.mark.usefixtures("any_url")
def test_a_number_goes_from_the_shelf_through_a_hand_onto_a_scale(
    session: Session, outfit: Outfit, lot: MarkLot
) -> None:
    """On both databases; each step leaves one entry in the ledger."""
    verifier, scale = outfit.verifier, make_scale(session)
    assert free(session, outfit, verifier) is None
    issue(session, lot, verifier)
    assert free(session, outfit, verifier) == "F-01"
    void(session, verifier, "F-01")
    mark = use(session, verifier, "F-02", scale)
    assert (mark.state, mark.scale_id) == (MarkState.USED, scale.id)
    assert free(session, outfit, verifier) == "F-03"
    back(session, verifier, "F-04", "F-05")
    assert stock_books.books(session, outfit.body, verifier, LABEL) == Books(5, 1, 1, 2)
    assert stock_lots.shelf(session, lot) == [Run(4, 20)]
    subjects = session.scalars(select(LedgerEntry.data)).all()
    assert sum(b'"action":"mark_' in data for data in subjects) == 4


def test_a_number_that_is_not_in_the_hand_is_refused_by_its_reason(
    session: Session, outfit: Outfit, other: Person, lot: MarkLot
) -> None:
    """Unknown, nobody's, another's, used, voided, given back."""
    verifier, scale = outfit.verifier, make_scale(session)
    issue(session, lot, verifier)
    issue(session, lot, other, "F-06", "F-10")
    use(session, verifier, "F-01", scale, "one")
    void(session, verifier, "F-02")
    back(session, verifier, "F-03")
    for number, error in {
        "G-01": UnknownMarkError,
        "F-1": UnknownMarkError,
        "nothing": UnknownMarkError,
        "F-15": ForeignMarkError,
        "F-06": ForeignMarkError,
        "F-03": ForeignMarkError,
        "F-01": UsedMarkError,
        "F-02": VoidedMarkError,
    }.items():
        with pytest.raises(error):
            use(session, verifier, number, scale, "two")
    assert use(session, verifier, "F-01", scale, "one").worksheet_uid == "one"
    assert use(session, verifier, "Ｆ-０４", scale, "three").number == 4


def test_what_was_given_back_may_be_taken_again_as_it_was(
    session: Session, outfit: Outfit, other: Person, lot: MarkLot
) -> None:
    """The whole run, by somebody else; none of it before."""
    verifier = outfit.verifier
    issue(session, lot, verifier)
    with pytest.raises(FieldsError) as caught:
        issue(session, lot, other)
    assert caught.value.faults == {"first": Fault.NOT_IN_STOCK}
    back(session, verifier, *(f"F-0{n}" for n in range(1, 6)))
    issue(session, lot, other)
    assert free(session, outfit, other) == "F-01"
    assert free(session, outfit, verifier) is None


def test_giving_back_is_all_or_nothing(session: Session, outfit: Outfit, lot: MarkLot) -> None:
    """One wrong number, and all stay in the hand."""
    issue(session, lot, outfit.verifier)
    void(session, outfit.verifier, "F-02")
    with pytest.raises(VoidedMarkError):
        back(session, outfit.verifier, "F-01", "F-02")
    assert stock_books.books(session, outfit.body, outfit.verifier, LABEL).left == 4


@pytest.mark.parametrize(
    ("first", "last", "faults"),
    [
        ("F-20", "F-30", {"first": Fault.OVERLAPS}),
        ("F-001", "F-020", {"first": Fault.OVERLAPS}),
        ("F-21", "F-40", {}),
        ("G-01", "G-20", {}),
        ("F-30", "F-21", {"last": Fault.OUT_OF_ORDER}),
        ("F-21", "G-30", {"last": Fault.OUT_OF_ORDER}),
        ("", "F-", {"first": Fault.MISSING, "last": Fault.MALFORMED}),
    ],
)
def test_numbers_of_two_lots_never_overlap(
    session: Session, outfit: Outfit, first: str, last: str, faults: dict[str, Fault]
) -> None:
    """Nor would anybody tell F-01 from F-001."""
    receive(session, outfit, "F-01", "F-20")
    if not faults:
        assert receive(session, outfit, first, last)
        return
    with pytest.raises(FieldsError) as caught:
        receive(session, outfit, first, last)
    assert caught.value.faults == faults


def test_a_prefix_that_ends_in_digits_hides_no_overlap(session: Session, outfit: Outfit) -> None:
    """``26`` + ``01`` is the number 2601: all digits at the end count."""
    receive(session, outfit, "2601", "2620")
    with pytest.raises(FieldsError):
        receive(session, outfit, "2610", "2615")
    assert MarkNo.read("26-x") is None


def test_another_body_has_numbers_of_its_own(session: Session, outfit: Outfit) -> None:
    """The same numbers, and its staff alone takes them."""
    receive(session, outfit, "F-01", "F-20")
    body = make_body(session, name="别的所")
    command = NewLot(body=body, kind=LABEL, first="F-01", last="F-20", received_on=TODAY)
    lot = stock_lots.receive(session, command, by=outfit.verifier.uid, at=NOON)
    with pytest.raises(FieldsError) as caught:
        issue(session, lot, outfit.verifier)
    assert caught.value.faults == {"verifier": Fault.NOT_HERE}


def test_a_void_worksheet_voids_its_marks(session: Session, outfit: Outfit, lot: MarkLot) -> None:
    """And nobody else's."""
    issue(session, lot, outfit.verifier)
    scale = make_scale(session)
    use(session, outfit.verifier, "F-01", scale, "one")
    use(session, outfit.verifier, "F-02", scale, "two")
    stock.void_of_worksheet(session, "one", by=outfit.verifier.uid, at=NOON)
    books = stock_books.books(session, outfit.body, outfit.verifier, LABEL)
    assert books == Books(5, used=1, voided=1)


def test_a_count_that_differs_is_kept_and_the_next_one_goes_on_from_the_books(
    session: Session, outfit: Outfit, lot: MarkLot
) -> None:
    """A day is closed once; voiding the lost one puts the books right."""
    verifier = outfit.verifier
    issue(session, lot, verifier)
    void(session, verifier, "F-01")
    tomorrow = TODAY + timedelta(days=1)
    assert stock_books.uncounted(session, outfit.body, verifier, TODAY) is None
    assert stock_books.uncounted(session, outfit.body, verifier, tomorrow) == TODAY
    first = close(session, outfit, TODAY, 3)
    assert stock_books.uncounted(session, outfit.body, verifier, tomorrow) is None
    assert not first.agrees
    assert first.counts["label"] | {"total": {}} == {
        "before": 0, "issued": 5, "used": 0, "voided": 1, "returned": 0, "left": 4,
        "counted": 3, "total": {},
    }  # fmt: skip
    with pytest.raises(DayClosedError):
        close(session, outfit, TODAY, 4)
    void(session, verifier, "F-02")
    second = close(session, outfit, tomorrow, 3)
    assert second.agrees
    line = second.counts["label"]
    assert (line["before"], line["issued"], line["voided"], line["left"]) == (4, 0, 1, 3)


def close(session: Session, outfit: Outfit, day: date, counted: int) -> stock.StockDay:
    """Close a day with so many labels and no lead seal counted."""
    return stock.close_day(
        session, body=outfit.body, verifier=outfit.verifier, day=day,
        counted={LABEL: counted}, by=outfit.verifier.uid, at=NOON,
    )  # fmt: skip


events = st.lists(
    st.tuples(
        st.sampled_from(["issue", "use", "void", "back"]),
        st.integers(0, 1),
        st.integers(1, 9),
        st.integers(0, 3),
    ),
    max_size=12,
)


@given(told=events)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_books_hold_under_any_order_of_events(
    session: Session, outfit: Outfit, other: Person, told: list[tuple[str, int, int, int]]
) -> None:
    """Issued = used + voided + returned + left, and no number in two hands; refusals included."""
    with session.begin_nested() as undone:
        lot, scale = receive(session, outfit, "F-01", "F-09"), make_scale(session)
        people = (outfit.verifier, other)
        for event, who, start, more in told:
            person, first = people[who], f"F-{start:02d}"
            last = f"F-{min(9, start + more):02d}"
            try:
                if event == "issue":
                    issue(session, lot, person, first, last)
                elif event == "use":
                    use(session, person, first, scale, str(start))
                elif event == "void":
                    void(session, person, first)
                else:
                    back(session, person, *stock_lots.between(first, last))
            except (MarkError, FieldsError):
                continue
        _check(session, outfit, lot, people)
        undone.rollback()
    session.expire_all()


def _check(session: Session, outfit: Outfit, lot: MarkLot, people: tuple[Person, Person]) -> None:
    in_hand: list[int] = []
    for person in people:
        books = stock_books.books(session, outfit.body, person, LABEL)
        hand = list(_numbers(session, outfit, person))
        assert books.left == len(hand)
        assert books.issued == books.used + books.voided + books.returned + len(hand)
        in_hand += hand
    gone = session.scalars(
        select(Mark.number).where(Mark.state.in_([MarkState.USED, MarkState.VOIDED]))
    ).all()
    shelf = [n for run in stock_lots.shelf(session, lot) for n in range(run.first, run.last + 1)]
    assert sorted([*in_hand, *gone, *shelf]) == list(range(1, 10))


def _numbers(session: Session, outfit: Outfit, person: Person) -> Iterator[int]:
    for issued in stock_books.issues_of(session, outfit.body, person, LABEL):
        yield from stock_books.unused(session, issued)


@given(st.sets(st.integers(0, 40)))
def test_runs_say_the_same_numbers(numbers: set[int]) -> None:
    """In order, none touching the next."""
    runs = runs_of(numbers)
    assert [n for run in runs for n in range(run.first, run.last + 1)] == sorted(numbers)
    assert all(a.last + 1 < b.first for a, b in pairwise(runs))


def test_a_result_on_paper_names_no_label_that_is_voided_or_stands_elsewhere(
    session: Session, outfit: Outfit, lot: MarkLot
) -> None:
    """The books know of it before the worksheet that used it is approved."""
    here = make_scale(session)
    there = make_scale(session, here.place, here.model, "SN-2")
    issue(session, lot, outfit.verifier)
    use(session, outfit.verifier, "F-01", here)
    void(session, outfit.verifier, "F-02")
    said = [
        gone_from_stock(session, there, LABEL, "F-01"),
        gone_from_stock(session, there, LABEL, "F-02"),
        gone_from_stock(session, there, LABEL, "F-03"),
        gone_from_stock(session, here, LABEL, "F-01"),
    ]
    assert said == [True, True, False, False]


def test_a_label_that_a_result_on_paper_gave_away_is_not_used_again(
    session: Session, outfit: Outfit, lot: MarkLot
) -> None:
    """The books cannot know of what was typed; the register does."""
    here = make_scale(session, state=State.AWAITING_VERIFICATION)
    there = make_scale(session, here.place, here.model, "SN-2")
    issue(session, lot, outfit.verifier)
    found = NewVerification(
        result=VerificationResult.PASS, kind=VerificationKind.SUBSEQUENT, verified_on=TODAY,
        body=outfit.body.name, label_no="F-01", seal_no="Q-1",
    )  # fmt: skip
    record_verification(session, here, found, by=outfit.verifier.uid, at=NOON)
    with pytest.raises(UsedMarkError):
        use(session, outfit.verifier, "F-01", there)
    assert use(session, outfit.verifier, "F-02", there).state is MarkState.USED
