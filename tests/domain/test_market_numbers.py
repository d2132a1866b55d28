"""Market numbers sort as people count them."""

from app.domain.market_numbers import sort_key


def test_numbers_sort_by_their_value_and_none_comes_last() -> None:
    """Whatever zeros stand before, and however many numbers there are in one."""
    counted = ["2-9", "10-1", "A-001", "a-2", "A-10", "A1-10", "A2-9", "鱼9", "鱼10", ""]
    assert sorted(sorted(counted), key=sort_key) == counted
    assert sort_key("A-1") == sort_key("a-001")
