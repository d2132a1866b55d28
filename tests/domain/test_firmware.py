"""Comparing programs: exact on code, differences named, pages decided where they can be."""

import random
import time
import zlib
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.firmware import (
    CellState,
    Comparison,
    Difference,
    DifferenceKind,
    PagesOutcome,
    Region,
    RegionKind,
    compare,
    compare_pages,
    crc32,
    digests,
    flash_map,
    page_digests,
)
from app.domain.verdicts import Verdict

K = DifferenceKind
BASE = 0x0800_0000
BLANK = b"\xff"


def program(length: int, seed: int = 1) -> bytes:
    """Return bytes that look like code, the same ones each time."""
    return random.Random(seed).randbytes(length)  # noqa: S311 - a test pattern


CODE = program(2048)
FLASH = CODE.ljust(8192, BLANK)


def patched(image: bytes, at: int, new: bytes) -> bytes:
    """Return ``image`` with ``new`` written at ``at``."""
    return image[:at] + new + image[at + len(new) :]


def flipped(image: bytes, at: int, count: int = 1) -> bytes:
    """Return ``image`` with ``count`` bytes inverted."""
    return patched(image, at, bytes(byte ^ 0xFF for byte in image[at : at + count]))


def kinds(found: Comparison) -> list[tuple[int, int, str]]:
    """Return the differences as plain tuples."""
    return [(each.start, each.end, each.kind.value) for each in found.differences]


def test_an_equal_image_matches() -> None:
    """Nothing differs, all is alike."""
    found = compare(FLASH, FLASH)
    assert found == Comparison(Verdict.MATCH, 8192, (), 1000, 0, parameters_differ=False)


@given(st.binary(min_size=1, max_size=300), st.data())
def test_one_changed_bit_is_a_mismatch(image: bytes, data: st.DataObject) -> None:
    """Anywhere in code, and the address is told."""
    at = data.draw(st.integers(0, len(image) - 1))
    bit = data.draw(st.integers(0, 7))
    found = compare(image, patched(image, at, bytes([image[at] ^ 1 << bit])))
    assert found.verdict is Verdict.MISMATCH
    assert found.changed_bytes == 1
    assert found.similarity < 1000
    assert [(each.start, each.end) for each in found.differences] == [(at, at + 1)]


pairs = st.tuples(
    st.lists(st.sampled_from([b"\xff", b"\x00", b"A", b"\x12\x34"]), max_size=200).map(b"".join),
    st.lists(st.sampled_from([b"\xff", b"\x00", b"A", b"\x12\x34"]), max_size=200).map(b"".join),
)
some_regions = st.lists(st.integers(0, 300), max_size=6, unique=True).map(
    lambda at: [
        Region("program", low, high, kind)
        for low, high, kind in zip(
            sorted(at)[::2],
            sorted(at)[1::2],
            (RegionKind.PARAMETERS, RegionKind.VOLATILE, RegionKind.CODE),
            strict=False,
        )
    ]
)


@given(pairs, some_regions)
def test_differences_cover_exactly_what_differs_in_code(
    pair: tuple[bytes, bytes], regions: list[Region]
) -> None:
    """Every differing byte of code lies in a range, ranges do not overlap, and begin with one."""
    reference, image = pair
    found = compare(reference, image, regions)
    ignored = {
        at
        for region in regions
        if region.kind is not RegionKind.CODE
        for at in range(region.start, region.end)
    }
    common = min(len(reference), len(image))
    differing = {
        at for at in range(common) if at not in ignored and reference[at] != image[at]
    } | set(range(common, max(len(reference), len(image))))
    covered = [at for each in found.differences for at in range(each.start, each.end)]
    assert differing <= set(covered)
    assert len(covered) == len(set(covered))
    assert covered == sorted(covered)
    for each in found.differences:
        assert each.start in differing
        assert each.end - 1 in differing
    assert found.changed_bytes == len(differing)
    assert (found.verdict is Verdict.MATCH) is (not differing)
    assert (found.similarity == 1000) is (not differing)
    assert found.length == len(image)


@given(pairs)
def test_similarity_is_symmetric(pair: tuple[bytes, bytes]) -> None:
    """Neither side is special."""
    one, other = pair
    assert compare(one, other).similarity == compare(other, one).similarity


@pytest.mark.parametrize("extra", [BLANK, BLANK * 512, b"\x00", b"code"])
def test_another_length_is_a_mismatch_whatever_the_bytes(extra: bytes) -> None:
    """Also where only blank bytes are missing or too many."""
    for reference, image in ((CODE, CODE + extra), (CODE + extra, CODE)):
        found = compare(reference, image)
        assert found.verdict is Verdict.MISMATCH
        assert found.similarity < 1000
        assert found.length == len(image)
        assert [(each.start, each.end) for each in found.differences] == [(2048, 2048 + len(extra))]


@pytest.mark.parametrize(
    ("reference", "image", "expected"),
    [
        # An operand.
        (FLASH, flipped(FLASH, 100, 2), [(100, 102, "constants")]),
        # Two of them, near each other: one difference.
        (FLASH, flipped(flipped(FLASH, 100), 110), [(100, 111, "constants")]),
        # Farther apart: two.
        (
            FLASH,
            flipped(flipped(FLASH, 100), 117),
            [(100, 101, "constants"), (117, 118, "constants")],
        ),
        # A function rewritten in place.
        (FLASH, patched(FLASH, 512, program(256, 2)), [(512, 768, "code")]),
        # A cheat's table in formerly blank flash.
        (FLASH, patched(FLASH, 4096, program(40, 3)), [(4096, 4136, "new_code")]),
        # A byte within blank flash.
        (FLASH, patched(FLASH, 4096, b"\x01"), [(4096, 4097, "new_code")]),
        # Code erased.
        (FLASH, patched(FLASH, 512, BLANK * 64), [(512, 576, "removed")]),
        # One byte that happens to become 0xFF is no erasure.
        (
            patched(FLASH, 512, b"\x01\x02\x03"),
            patched(FLASH, 512, b"\x01\xff\x03"),
            [(513, 514, "constants")],
        ),
        # A program that grew: the change goes on into blank flash, and is cut there.
        (
            FLASH,
            patched(FLASH, 2016, program(64, 4)),
            [(2016, 2048, "code"), (2048, 2080, "new_code")],
        ),
        # Text.
        (
            patched(FLASH, 300, b"\x00PRICE SCALE 1.0\x00"),
            patched(FLASH, 300, b"\x00PRICE SCALE 1.1\x00"),
            [(315, 316, "strings")],
        ),
        # Inserted bytes move everything behind them.
        (
            FLASH,
            (CODE[:256] + b"\x01\x02\x03\x04" + CODE[256:]).ljust(8192, BLANK),
            [(256, 2048, "moved_code"), (2048, 2052, "new_code")],
        ),
        # What is too much.
        (CODE, CODE + program(16, 5), [(2048, 2064, "new_code")]),
        (CODE + program(16, 5), CODE, [(2048, 2064, "removed")]),
        (CODE + BLANK * 16, CODE, [(2048, 2064, "blank")]),
        (CODE, CODE + BLANK * 16, [(2048, 2064, "blank")]),
        (b"", b"", []),
        (b"", b"\x01", [(0, 1, "new_code")]),
    ],
)
def test_what_a_difference_looks_like(
    reference: bytes, image: bytes, expected: list[tuple[int, int, str]]
) -> None:
    """Each kind, at its addresses."""
    assert kinds(compare(reference, image)) == expected


def test_addresses_are_those_of_the_memory() -> None:
    """Not offsets into the file."""
    found = compare(FLASH, flipped(FLASH, 100), base=BASE)
    assert found.differences == (Difference(BASE + 100, BASE + 101, K.CONSTANTS),)


REGIONS = (
    Region("program", BASE + 4096, BASE + 4224, RegionKind.PARAMETERS),
    Region("program", BASE + 8000, BASE + 8192, RegionKind.VOLATILE),
)


def test_parameters_are_no_code() -> None:
    """Another calibration is told apart, and is no mismatch by itself."""
    image = patched(FLASH, 4096, b"calibration")
    found = compare(FLASH, image, REGIONS, base=BASE)
    assert (found.verdict, found.differences, found.changed_bytes) == (Verdict.MATCH, (), 0)
    assert found.parameters_differ
    ours, theirs = digests(FLASH, BASE, REGIONS), digests(image, BASE, REGIONS)
    assert ours["code"] == theirs["code"]
    assert ours["parameters"] != theirs["parameters"]


def test_volatile_bytes_are_not_looked_at() -> None:
    """Nor are they in any digest."""
    image = patched(FLASH, 8000, program(192, 6))
    found = compare(FLASH, image, REGIONS, base=BASE)
    assert found == compare(FLASH, FLASH, REGIONS, base=BASE)
    assert digests(FLASH, BASE, REGIONS) == digests(image, BASE, REGIONS)


@pytest.mark.parametrize("at", [4095, 4224, 7999])
def test_the_bytes_beside_a_region_are_code(at: int) -> None:
    """Not one byte more is left out than the region says."""
    image = patched(FLASH, at, b"\x00")
    assert kinds(compare(FLASH, image, REGIONS, base=BASE)) == [
        (BASE + at, BASE + at + 1, "new_code")
    ]


def test_digests_are_plain_where_all_is_code() -> None:
    """Anyone can check them with sha256sum and crc32."""
    assert digests(FLASH) == {"code": sha256(FLASH).hexdigest(), "parameters": None}
    assert crc32(b"123456789") == "cbf43926"
    assert crc32(FLASH) == f"{zlib.crc32(FLASH):08x}"


def test_pages_are_of_1_kib_and_the_last_may_be_shorter() -> None:
    """As the wire contract has them."""
    pages = page_digests(CODE + b"abc")
    assert len(pages) == 3
    assert pages[2] == sha256(b"abc").hexdigest()
    assert page_digests(b"") == ()


def cells(reference: bytes, image: bytes, **options: object) -> str:
    """Return the flash map as one letter for each cell."""
    return "".join(state.value[0] for state in flash_map(reference, image, **options))  # type: ignore[arg-type] - options vary


def test_the_map_shows_each_cell() -> None:
    """Equal, differing, unread, ignored; a cell that is partly code is looked at."""
    reference = program(640)
    regions = [Region("program", 128, 200, RegionKind.PARAMETERS)]
    image = flipped(flipped(flipped(reference, 0), 130), 255)
    assert cells(reference, image, regions=regions) == "deid" + "e" * 6
    assert cells(reference, flipped(reference, 195), regions=regions) == "eeie" + "e" * 6
    assert cells(reference, reference[:300]) == "eeeeuuuuuu"
    assert cells(reference[:300], reference) == "eeeedddddd"
    assert cells(reference, b"") == "u" * 10
    assert cells(b"", b"") == ""
    assert cells(reference, reference, cell=600) == "ee"


@given(pairs)
def test_the_map_and_the_comparison_agree(pair: tuple[bytes, bytes]) -> None:
    """A map without a differing or unread cell is a match, and the other way round."""
    reference, image = pair
    states = set(flash_map(reference, image, 16))
    same = compare(reference, image).verdict is Verdict.MATCH
    assert same is states.isdisjoint({CellState.DIFFERING, CellState.UNREAD})


PAGES = page_digests(FLASH)


@pytest.mark.parametrize(
    ("image", "outcome"),
    [
        (FLASH, PagesOutcome.MATCH),
        (flipped(FLASH, 0), PagesOutcome.MISMATCH),
        # The page that holds the parameters, and something else.
        (flipped(FLASH, 4096), PagesOutcome.UNDECIDED),
        (flipped(FLASH, 4500), PagesOutcome.UNDECIDED),
        (flipped(FLASH, 8191), PagesOutcome.UNDECIDED),
        (flipped(flipped(FLASH, 4096), 0), PagesOutcome.MISMATCH),
        (FLASH[:4096], PagesOutcome.MISMATCH),
        (FLASH + b"\x00", PagesOutcome.MISMATCH),
        (FLASH[:1500], PagesOutcome.MISMATCH),
        # Nothing was read: no opinion.
        (b"", PagesOutcome.UNDECIDED),
    ],
)
def test_what_page_digests_alone_can_tell(image: bytes, outcome: PagesOutcome) -> None:
    """A differing page of pure code settles it; one with parameters wants the bytes."""
    assert compare_pages(PAGES, page_digests(image), REGIONS, base=BASE) is outcome


@given(st.lists(st.tuples(st.integers(0, 8191), st.integers(1, 255)), max_size=4))
def test_pages_never_contradict_the_bytes(changes: list[tuple[int, int]]) -> None:
    """What the digests decide, the bytes confirm."""
    image = bytearray(FLASH)
    for at, value in changes:
        image[at] ^= value
    outcome = compare_pages(PAGES, page_digests(bytes(image)), REGIONS, base=BASE)
    verdict = compare(FLASH, bytes(image), REGIONS, base=BASE).verdict
    assert outcome in {PagesOutcome.UNDECIDED, PagesOutcome(verdict.value)}


def test_many_scattered_differences_stay_readable() -> None:
    """Thousands of single bytes are joined to at most 512 ranges that still cover them all."""
    reference = program(1 << 17)
    image = bytearray(reference)
    spots = range(0, len(image), 40)
    for at in spots:
        image[at] ^= 1
    found = compare(reference, bytes(image))
    assert len(found.differences) <= 512
    assert found.changed_bytes == len(spots)
    covered = {at for each in found.differences for at in range(each.start, each.end)}
    assert set(spots) <= covered


@pytest.mark.parametrize(
    ("reference", "image", "least", "most"),
    [
        (FLASH, flipped(FLASH, 100), 995, 999),
        (FLASH, (CODE[:256] + b"\x01\x02" + CODE[256:]).ljust(8192, BLANK), 900, 999),
        (FLASH, program(2048, 9).ljust(8192, BLANK), 0, 50),
        (FLASH, BLANK * 8192, 0, 10),
    ],
)
def test_similarity_says_how_alike(reference: bytes, image: bytes, least: int, most: int) -> None:
    """An insertion keeps programs alike; a blank rest does not make strangers so."""
    assert least <= compare(reference, image).similarity <= most


@pytest.mark.parametrize("image_seed", [1, 2])
def test_a_mebibyte_is_compared_in_a_blink(image_seed: int) -> None:
    """Orders of magnitude faster than byte by byte; the figure itself is a benchmark's."""
    reference, image = program(1 << 20), program(1 << 20, image_seed)
    begin = time.process_time()
    compare(reference, image)
    assert time.process_time() - begin < 2
