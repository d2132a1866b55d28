"""Whether a scale is fine enough for the goods, against tables worked out by hand."""

from itertools import pairwise

import pytest

from app.domain.scale_types import AccuracyClass
from app.domain.suitability import (
    TABLE,
    TABLE_FILE,
    Fit,
    GoodsClass,
    Shortfall,
    WeighingRange,
    goods_called,
    goods_from,
    goods_text,
    suitability,
    table_from,
)

G, KG = 1000, 1_000_000
III, IIII = AccuracyClass
STAPLE, FRESH, DRIED, PRECIOUS, EXEMPT = GoodsClass


def scale(*ranges: tuple[int, int]) -> list[WeighingRange]:
    """Return ranges of (Max in kg, e in g)."""
    return [WeighingRange(most * KG, e * G) for most, e in ranges]


# The derived rule of domain.md 1.6, and what lies beside each of its borders.
SUITS = [
    (III, scale((30, 10)), STAPLE),
    (III, scale((15, 5)), STAPLE),
    (III, scale((15, 5)), FRESH),
    (III, scale((6, 2)), FRESH),
    (III, scale((6, 2)), DRIED),
    (III, scale((5, 1)), PRECIOUS),
    (III, scale((6, 2), (15, 5)), FRESH),
    (III, scale((15, 5), (30, 10)), FRESH),
    (III, scale((6, 1), (15, 5)), DRIED),
    (IIII, scale((10, 10)), STAPLE),
]
DOES_NOT = [
    (III, scale((30, 10)), FRESH, (2_500 * G, 10 * G, 5 * G)),
    (III, scale((60, 20)), FRESH, (2_500 * G, 20 * G, 5 * G)),
    (III, scale((60, 50)), STAPLE, (1 * KG, 50 * G, 20 * G)),
    (III, scale((15, 5)), DRIED, (1 * KG, 5 * G, 2 * G)),
    (III, scale((6, 2)), PRECIOUS, (500 * G, 2 * G, 1 * G)),
    (IIII, scale((15, 5)), FRESH, (1 * KG, 10 * G, 5 * G)),
    (III, scale((2, 5), (15, 10)), FRESH, (2_500 * G, 10 * G, 5 * G)),
]


@pytest.mark.parametrize(("accuracy", "ranges", "goods"), SUITS)
def test_a_scale_that_may_err_no_more_than_the_goods_suits_them(
    accuracy: AccuracyClass, ranges: list[WeighingRange], goods: GoodsClass
) -> None:
    """15 kg by 5 g is exactly the row of meat, 6 kg by 2 g that of dried goods."""
    assert suitability(accuracy, ranges, [goods]).fit is Fit.SUITABLE


@pytest.mark.parametrize(("accuracy", "ranges", "goods", "first"), DOES_NOT)
def test_a_coarser_one_does_not_and_it_says_where(
    accuracy: AccuracyClass,
    ranges: list[WeighingRange],
    goods: GoodsClass,
    first: tuple[int, int, int],
) -> None:
    """The first load at which it may err by more, the error, what may be missing, the row."""
    found = suitability(accuracy, ranges, [goods])
    row = TABLE.row_of(goods)
    assert row is not None
    assert found.fit is Fit.UNSUITABLE
    assert found.shortfalls == (Shortfall(goods, row.row, *first),)


@pytest.mark.parametrize(("e_g", "goods"), [(10, STAPLE), (5, FRESH), (2, DRIED), (1, PRECIOUS)])
def test_a_look_at_every_gram_finds_the_same(e_g: int, goods: GoodsClass) -> None:
    """The steps are enough: no load between two of them is worse."""
    row = TABLE.row_of(goods)
    assert row is not None
    most = row.bounds[-1].up_to_mg // G
    for e in (e_g, e_g * 2):
        errors = {load: e * (1 + (load > 500 * e) + (load > 2000 * e)) for load in range(1, most)}
        fits = all(
            errors[load] <= next(b.tolerance_mg for b in row.bounds if load * G <= b.up_to_mg) // G
            for load in errors
        )
        found = suitability(III, scale((most // 1000, e)), [goods]).fit
        assert (found is Fit.SUITABLE) is fits


def test_several_goods_are_each_asked_for() -> None:
    """A stall with vegetables and meat wants a scale for both; what is exempt asks nothing."""
    found = suitability(III, scale((30, 10)), [STAPLE, FRESH, EXEMPT])
    assert [one.goods for one in found.shortfalls] == [FRESH]
    assert suitability(III, scale((30, 10)), [STAPLE, EXEMPT]).fit is Fit.SUITABLE
    assert suitability(III, scale((30, 10)), [EXEMPT]).fit is Fit.EXEMPT


@pytest.mark.parametrize(
    ("accuracy", "ranges", "goods"),
    [(III, scale((15, 5)), []), (III, [], [FRESH])],
)
def test_what_is_not_known_is_not_checked(
    accuracy: AccuracyClass, ranges: list[WeighingRange], goods: list[GoodsClass]
) -> None:
    """Neither suitable nor unsuitable."""
    assert suitability(accuracy, ranges, goods).fit is Fit.NOT_CHECKED


def test_the_table_is_whole_and_data() -> None:
    """Rows rise, every bound says how sure it is; another text is another table."""
    assert [row.goods for row in TABLE.rows] == [STAPLE, FRESH, DRIED, PRECIOUS]
    for row in TABLE.rows:
        for a, b in pairwise(row.bounds):
            assert (a.up_to_mg, a.tolerance_mg) < (b.up_to_mg, b.tolerance_mg)
        assert {bound.mark for bound in row.bounds} <= {"S", "S2", "K"}
    text = TABLE_FILE.read_text("utf-8")
    looser = table_from(
        text.replace("up_to_g = 2500, tolerance_g = 5", "up_to_g = 2500, tolerance_g = 10")
    )
    assert suitability(III, scale((30, 10)), [FRESH]).fit is Fit.UNSUITABLE
    assert suitability(III, scale((3, 10)), [FRESH], looser).fit is Fit.SUITABLE


def test_classes_are_written_one_way() -> None:
    """In the order of the table, each once; unknown words are no classes."""
    assert goods_text([EXEMPT, STAPLE, EXEMPT]) == "staple exempt"
    assert goods_from("exempt  staple nonsense") == (STAPLE, EXEMPT)
    assert goods_from("") == ()


@pytest.mark.parametrize(
    ("sign", "classes"),
    [
        ("蔬菜", (STAPLE,)),
        ("猪肉、蔬菜", (STAPLE, FRESH)),
        ("活鱼/水产", (FRESH, EXEMPT)),
        ("蔬菜和豆制品", ()),
        ("", ()),
    ],
)
def test_a_sign_is_understood_whole_or_not_at_all(
    sign: str, classes: tuple[GoodsClass, ...]
) -> None:
    """One word that nobody knows leaves the stall unchecked; it is not half checked."""
    assert goods_called(sign) == classes
