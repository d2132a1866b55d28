"""The 8-digit number: what its check digit catches, and how it may be typed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.codes import NumberError, is_number, number, parse_number, spaced

counters = st.integers(1, 9_999_999)


def test_the_check_digit_is_damms() -> None:
    """His own example: 572 has check digit 4."""
    assert number(572) == "00005724"


@given(counters)
def test_a_number_is_read_back(counter: int) -> None:
    """As printed, in two groups."""
    assert parse_number(spaced(number(counter))) == number(counter)
    assert int(number(counter)[:7]) == counter


@given(counters, st.integers(0, 7), st.integers(1, 9))
def test_every_wrong_digit_is_caught(counter: int, place: int, off: int) -> None:
    """All of them, not nearly all."""
    digits = number(counter)
    wrong = str((int(digits[place]) + off) % 10)
    assert not is_number(digits[:place] + wrong + digits[place + 1 :])


@given(counters, st.integers(0, 6))
def test_every_swap_of_neighbours_is_caught(counter: int, place: int) -> None:
    """Where the two differ."""
    digits = number(counter)
    one, other = digits[place], digits[place + 1]
    swapped = digits[:place] + other + one + digits[place + 2 :]
    assert is_number(swapped) is (one == other)


def test_every_pair_of_digits_is_checked_at_every_interim_digit() -> None:
    """The table itself: exhaustively, no swap of two different digits goes unnoticed."""
    seen = set()
    for head in range(10):
        for one in range(10):
            for other in range(10):
                digits = number(head * 1000 + one * 100 + other * 10 + 1)
                seen.add(digits)
                swapped = digits[:4] + digits[5] + digits[4] + digits[6:]
                assert is_number(swapped) is (one == other)
    assert len(seen) == 1000


@pytest.mark.parametrize(
    "text",
    ["00005724", " 0000 5724 ", "0000-5724", "００００５７２４", "0000　5724", "0 0 0 0 5 7 2 4"],
)
def test_how_it_may_be_typed(text: str) -> None:
    """Spaces, dashes and full-width digits are no mistakes."""
    assert parse_number(text) == "00005724"


@pytest.mark.parametrize(
    "text",
    ["", "0000572", "000057240", "00005725", "0000572a", "00000000", "٠٠٠٠٥٧٢٤", "-", "1234567①"],
)
def test_what_is_no_number(text: str) -> None:
    """Each with the same code, so that a page can say what to check."""
    with pytest.raises(NumberError) as refused:
        parse_number(text)
    assert refused.value.code == "wrong_number"


@given(st.text(max_size=12))
def test_any_text_is_answered(text: str) -> None:
    """Never another exception."""
    with suppress(NumberError):
        assert is_number(parse_number(text))


@pytest.mark.parametrize("counter", [0, -1, 10_000_000])
def test_numbers_run_out_loudly(counter: int) -> None:
    """No counter wraps round to another's number."""
    with pytest.raises(ValueError, match="no tag number"):
        number(counter)
