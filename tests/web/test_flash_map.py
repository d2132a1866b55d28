"""The flash map: true to the byte in its figures, true to the cell in its strip."""

from hypothesis import given
from hypothesis import strategies as st

from app.web.flash_map import FlashMap, Kind

BASE = 0x08000000
spans = st.lists(
    st.tuples(st.integers(BASE - 200, BASE + 9000), st.integers(0, 700)).map(
        lambda pair: (pair[0], pair[0] + pair[1])
    ),
    max_size=6,
)


def kinds(length: int, **given_spans: list[tuple[int, int]]) -> list[Kind]:
    """Return the kind of each byte, told one by one: slow and surely right."""
    found = [Kind.EQUAL] * length
    for kind in (Kind.IGNORED, Kind.UNREAD, Kind.DIFFERING):
        for start, end in given_spans[kind.value]:
            for at in range(max(start - BASE, 0), min(end - BASE, length)):
                found[at] = kind
    return found


@given(st.integers(1, 9000), spans, spans, spans)
def test_figures_and_cells_are_true(
    length: int,
    differing: list[tuple[int, int]],
    unread: list[tuple[int, int]],
    ignored: list[tuple[int, int]],
) -> None:
    """Against the slow way, over any spans, overlapping or outside."""
    drawn = FlashMap.of(BASE, length, differing=differing, unread=unread, ignored=ignored)
    true = kinds(length, differing=differing, unread=unread, ignored=ignored)
    assert {kind: count for kind, count in drawn.bytes_of.items() if count} == {
        kind: true.count(kind) for kind in set(true)
    }
    cells = {(run.x + i, run.y): run.kind for run in drawn.runs for i in range(run.width)}
    grave = [Kind.EQUAL, Kind.IGNORED, Kind.UNREAD, Kind.DIFFERING]
    for number, at in enumerate(range(0, length, drawn.cell)):
        gravest = max(true[at : at + drawn.cell], key=grave.index)
        assert cells.pop((number % drawn.columns, number // drawn.columns)) is gravest
    assert not cells


def test_64_kib_are_eight_rows_of_128_cells() -> None:
    """A cell is 64 bytes, a row 8 KiB, and each row says where it starts."""
    drawn = FlashMap.of(BASE, 65536, differing=[(BASE + 0x1A40, BASE + 0x1A41)])
    assert (drawn.columns, drawn.rows, drawn.cell) == (128, 8, 64)
    assert drawn.addresses[1] == (1, BASE + 0x2000)
    assert drawn.bytes_of[Kind.DIFFERING] == 1
    assert len(drawn.runs) == 10
    assert drawn.places == ((BASE + 0x1A40, BASE + 0x1A41),)


def test_neighbours_alike_are_one_rectangle() -> None:
    """An equal image is one run a row, however long."""
    assert len(FlashMap.of(0, 32768).runs) == 4


def test_a_huge_image_keeps_a_small_picture() -> None:
    """Cells grow rather than that a page of a million rectangles is sent."""
    drawn = FlashMap.of(0, 64 * 1024 * 1024, differing=[(5, 6)])
    assert drawn.rows <= 512
    assert drawn.bytes_of[Kind.DIFFERING] == 1
