"""Keyset pages: forward, back, and no cursor that was not made here."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

from app.web.paging import BadCursorError, Cursor, Page, fetch


class Table(DeclarativeBase):
    """Tables of this test alone."""


class Row(Table):
    """A row with a place in the tree and a name."""

    __tablename__ = "row"
    uid: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(String(20))


@pytest.fixture(scope="module")
def rows() -> Iterator[Session]:
    """Yield a session with 23 rows in three places."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    Table.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Row(uid=i, path=f"/32/{i % 3}/") for i in range(23))
        session.flush()
        yield session
    engine.dispose()


def page(rows: Session, text: str | None, limit: int = 5, *, newest: bool = False) -> Page[Row]:
    """Return one page by the text of a cursor, as a view does."""
    return fetch(rows, select(Row), (Row.path, Row.uid), text, limit, newest_first=newest)


@pytest.mark.parametrize("newest", [False, True])
def test_every_row_is_seen_once_and_the_way_back_is_the_same(rows: Session, newest: bool) -> None:
    """All pages forward, then all pages back, in either order."""
    here = page(rows, None, newest=newest)
    assert here.previous is None
    forward = [here]
    while here.next:
        here = page(rows, here.next, newest=newest)
        forward.append(here)
    seen = [(row.path, row.uid) for one in forward for row in one.items]
    assert seen == sorted(seen, reverse=newest)
    assert len(seen) == len(set(seen)) == 23
    backward = [here]
    while here.previous:
        here = page(rows, here.previous, newest=newest)
        backward.append(here)
    assert [one.items for one in reversed(backward)] == [one.items for one in forward]


def test_a_list_that_fits_has_no_other_page(rows: Session) -> None:
    """No button leads to an empty page."""
    only = page(rows, None, limit=23)
    assert (only.next, only.previous, len(only.items)) == (None, None, 23)


def test_a_row_that_went_away_does_not_shift_the_next_page(rows: Session) -> None:
    """The cursor names a place, not a count."""
    first = page(rows, None)
    with rows.begin_nested() as undo:
        rows.delete(first.items[0])
        rows.flush()
        after = [row.uid for row in page(rows, first.next).items]
        undo.rollback()
    assert after == [row.uid for row in page(rows, first.next).items]


@given(st.text('ab/中"\\', max_size=30), st.integers(-(2**63) + 1, 2**63 - 1), st.booleans())
def test_a_cursor_comes_back_as_it_went(path: str, uid: int, back: bool) -> None:
    """Any keys survive the way through a URL."""
    cursor = Cursor((path, uid), back)
    assert Cursor.parse(str(cursor), str, int) == cursor


FORGED = {
    "not base64": "***",
    "not ASCII": "中文",
    "not JSON": "e30x",
    "an object": "e30",
    "an empty list": "W10",
    "too few keys": str(Cursor(("a",))),
    "too many keys": str(Cursor(("a", 1, 1))),
    "keys of other kinds": str(Cursor((1, "a"))),
    "a key beyond 64 bits": str(Cursor(("a", 2**63))),
    "NUL": str(Cursor(("a\0", 1))),
    "endless": "W" * 5000,
    "deep": "W1tb" * 200,
}


@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED.keys())
def test_a_forged_cursor_is_refused(text: str) -> None:
    """It is a refusal with a code, never a server error."""
    with pytest.raises(BadCursorError):
        Cursor.parse(text, str, int)


@given(st.text(max_size=60))
def test_no_text_whatever_breaks_the_reader(text: str) -> None:
    """Each text is a cursor, none, or refused."""
    try:
        found = Cursor.parse(text, str, int)
    except BadCursorError:
        return
    assert found is None or len(found.keys) == 2
