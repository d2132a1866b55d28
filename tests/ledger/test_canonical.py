"""The quick writer of RFC 8785 bytes writes what the kept one writes, or leaves it to it."""

from enum import StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ledger.canonical import LARGEST, canonical


class Word(StrEnum):
    """A string that is more than one."""

    ONE = "one"


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-LARGEST, LARGEST),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.just(Word.ONE),
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=6), inner, max_size=5
        ),
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(DOCUMENTS)
def test_the_bytes_are_those_of_the_kept_library(document: Any) -> None:  # noqa: ANN401 - any JSON value
    """Whatever the ledger may be given: control characters, floats, keys of every script."""
    assert canonical(document) == rfc8785.dumps(document)


def test_keys_beyond_the_first_plane_are_ordered_as_utf_16() -> None:
    """The control: the quick writer alone would order these two the other way round."""
    document = {"\U00010000": 1, "\ufb33": 2}
    assert list(sorted(document)) == ["\ufb33", "\U00010000"]  # noqa: C413 - by code points
    assert canonical(document) == '{"\U00010000":1,"\ufb33":2}'.encode()


@pytest.mark.parametrize("document", [LARGEST + 1, -LARGEST - 1, float("nan"), "\ud800", b"x"])
def test_what_no_json_can_say_is_refused(document: Any) -> None:  # noqa: ANN401 - any JSON value
    """As the kept library refuses it."""
    with pytest.raises((ValueError, rfc8785.CanonicalizationError)):
        canonical(document)
