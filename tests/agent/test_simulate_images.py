"""Images of virtual scales: Intel HEX and raw files, whole or broken, read anew at every reset."""

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_agent.simulator.image_file import ImageFile, Memory, load
from scale_agent.simulator.intel_hex import ImageError, parse

SMALL = Memory(base=0x08000000, smallest=1024, usual=4096, largest=8192)
END = ":00000001FF"


def record(address: int, kind: int, data: bytes) -> str:
    """Return one Intel HEX record."""
    body = bytes([len(data)]) + address.to_bytes(2) + bytes([kind]) + data
    return f":{(body + bytes([-sum(body) & 0xFF])).hex().upper()}"


def hex_text(*records: str) -> str:
    """Return a HEX file of ``records`` and the end record."""
    return "\n".join([*records, END])


def saved(path: Path, content: bytes | str) -> Path:
    """Write ``content``, whatever it is."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@given(st.binary(min_size=1, max_size=255), st.integers(0, 0xFF00), st.integers(0, 0xFFFF))
def test_a_record_says_its_bytes_at_their_address(data: bytes, address: int, upper: int) -> None:
    """Upper address and offset add up."""
    text = hex_text(record(0, 0x04, upper.to_bytes(2)), record(address, 0x00, data))
    assert parse(text) == {(upper << 16) + address + i: byte for i, byte in enumerate(data)}


def test_segments_count_in_paragraphs_and_start_addresses_are_no_memory() -> None:
    """The older address record, and records that only say where to begin."""
    text = hex_text(
        record(0, 0x02, bytes.fromhex("1000")),
        record(0, 0x03, bytes(4)),
        record(0, 0x05, bytes(4)),
        record(2, 0x00, b"\xab"),
    )
    assert parse(text) == {0x10002: 0xAB}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (hex_text(record(0, 0, b"ab"), record(1, 0, b"c")), "line 2: overlaps"),
        (record(0, 0, b"ab")[:-1] + "0\n" + END, "line 1: wrong checksum"),
        (record(0, 0, b"ab"), "end record is missing"),
        (hex_text(record(0, 0, b"ab")[:-4]), "line 1: the record is not as long as it says"),
        (hex_text(":zz"), "line 1: not an Intel HEX record"),
        (hex_text("0000000000"), "line 1: not an Intel HEX record"),
        (hex_text(record(0, 0x06, b"")), "line 1: record type 06"),
        (hex_text(record(0, 0x04, b"\x01")), "line 1: record type 04"),
    ],
)
def test_a_broken_hex_file_is_named_with_its_line(text: str, words: str) -> None:
    """Someone has to find the place."""
    with pytest.raises(ImageError, match=words):
        parse(text)


def test_what_a_hex_file_does_not_say_is_erased(tmp_path: Path) -> None:
    """From its own base or from zero, in flash of the usual size."""
    absolute = hex_text(record(0, 4, b"\x08\x00"), record(4, 0, b"\x01"))
    relative = hex_text(record(4, 0, b"\x01"))
    expected = b"\xff" * 4 + b"\x01" + b"\xff" * 4091
    assert load(saved(tmp_path / "a", absolute), SMALL) == expected
    assert load(saved(tmp_path / "b", relative), SMALL) == expected


def test_a_raw_file_says_how_large_its_flash_is(tmp_path: Path) -> None:
    """Up to the next KiB."""
    flash = load(saved(tmp_path / "raw", bytes(1500)), SMALL)
    assert flash == bytes(1500) + b"\xff" * 548


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (bytes(9000), "does not fit into 8192 bytes"),
        (b":\xff\xfe", "begins like Intel HEX but is not text"),
        (END, "holds no data"),
        (hex_text(record(0xFFF0, 0, b"x")), "does not fit"),
    ],
)
def test_an_unusable_file_is_refused_in_words(
    tmp_path: Path, content: bytes | str, words: str
) -> None:
    """And the file is named."""
    path = saved(tmp_path / "image", content)
    with pytest.raises(ImageError, match=words) as caught:
        load(path, SMALL)
    assert str(caught.value).startswith(str(path))


def test_a_missing_file_and_a_giant_are_refused(tmp_path: Path) -> None:
    """A sparse giant is not even read."""
    with pytest.raises(ImageError, match="No such file"):
        load(tmp_path / "nothing", SMALL)
    giant = tmp_path / "giant"
    with giant.open("wb") as file:
        file.truncate(1 << 32)
    with pytest.raises(ImageError, match="larger than any"):
        load(giant, SMALL)


def test_replacing_the_file_reflashes_but_a_half_written_one_does_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What runs is always a whole image."""
    path = saved(tmp_path / "image", bytes(1024))
    file = ImageFile(path, SMALL)
    saved(path, b"\x01" * 1024)
    assert file.latest() == b"\x01" * 1024
    saved(path, hex_text(record(0, 0, b"ab"))[:-3])
    with caplog.at_level(logging.WARNING):
        assert file.latest() == b"\x01" * 1024
    assert "keeping the image as it was" in caplog.text
