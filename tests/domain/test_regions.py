"""Regions: what is code unless said otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.regions import Region, RegionError, RegionKind, cut, regions_from, spans

K = RegionKind


def rows(*found: tuple[int, int, str]) -> list[dict[str, object]]:
    """Return a profile's rows for the program part."""
    return [{"part": "program", "start": a, "end": b, "kind": kind} for a, b, kind in found]


def test_what_no_region_names_is_code() -> None:
    """Leaving a byte out never hides it."""
    regions = regions_from(rows((10, 20, "parameters"), (30, 40, "volatile")))
    assert spans(regions, K.CODE, 0, 50) == ((0, 10), (20, 30), (40, 50))
    assert spans(regions, K.PARAMETERS, 0, 50) == ((10, 20),)
    assert spans(regions, K.VOLATILE, 0, 50) == ((30, 40),)
    assert spans((), K.CODE, 0, 50) == ((0, 50),)


def test_regions_are_cut_to_the_image() -> None:
    """Addresses are absolute; the image may begin and end inside a region."""
    regions = regions_from(
        rows((0x0800_0000, 0x0800_0010, "volatile"), (0x0800_0020, 0x0800_0100, "parameters"))
    )
    assert spans(regions, K.VOLATILE, 0x0800_0008, 0x20) == ((0, 8),)
    assert spans(regions, K.PARAMETERS, 0x0800_0008, 0x20) == ((0x18, 0x20),)
    assert spans(regions, K.CODE, 0x0800_0008, 0x20) == ((8, 0x18),)
    assert spans(regions, K.PARAMETERS, 0, 0x20) == ()


def test_neighbours_of_one_kind_are_one() -> None:
    """A border between two code regions means nothing."""
    regions = regions_from(rows((0, 10, "code"), (10, 20, "code")))
    assert spans(regions, K.CODE, 0, 30) == ((0, 30),)


def test_only_the_parts_own_regions_count() -> None:
    """Another part's addresses are another memory's."""
    row = {"part": "eeprom", "start": 0, "end": 4, "kind": "parameters"}
    assert regions_from([row]) == ()
    assert regions_from([row], "eeprom") == (Region("eeprom", 0, 4, K.PARAMETERS),)


@pytest.mark.parametrize(
    "bad",
    [
        rows((0, 10, "code"), (9, 12, "volatile")),
        rows((5, 5, "code")),
        rows((5, 4, "code")),
        rows((-1, 4, "code")),
        rows((0, 4, "secret")),
        [{"part": "program", "start": 0, "kind": "code"}],
        [{"part": "program", "start": "0", "end": 4, "kind": "code"}],
        [{"part": 1, "start": 0, "end": 4, "kind": "code"}],
    ],
)
def test_regions_that_contradict_themselves(bad: list[dict[str, object]]) -> None:
    """A profile is refused as a whole."""
    with pytest.raises(RegionError):
        regions_from(bad)


borders = st.lists(st.integers(0, 120), min_size=2, max_size=10, unique=True).map(sorted)


@given(
    borders,
    st.lists(st.sampled_from(RegionKind), min_size=5, max_size=5),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_every_byte_is_of_one_kind(
    at: list[int], kinds: list[RegionKind], base: int, length: int
) -> None:
    """The three kinds share out the image, whatever the regions."""
    pairs = zip(at[::2], at[1::2], kinds, strict=False)
    regions = [Region("program", low, high, kind) for low, high, kind in pairs]
    image = bytes(range(length))
    parts = [cut(image, spans(regions, kind, base, length)) for kind in RegionKind]
    assert sorted(b"".join(parts)) == list(image)
