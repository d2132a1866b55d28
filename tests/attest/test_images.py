"""Program files: four formats to one image, and each way a file can be broken."""

import random
import struct
import subprocess
from contextlib import suppress
from pathlib import Path

import bincopy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attest.images import (
    LARGEST_FILE,
    LARGEST_IMAGE,
    BadRecordError,
    DoesNotFitError,
    EmptyImageError,
    Image,
    ImageError,
    ImageFormat,
    OverlapError,
    TooLargeError,
    TruncatedError,
    WrongChecksumError,
    as_part,
    check_size,
    parse,
)

BASE = 0x0800_0000
END = b":00000001FF\n"
S_END = b"S70500000000FA\n"


def line(address: int, data: bytes, kind: int = 0) -> bytes:
    """Return one record of Intel HEX."""
    record = bytes([len(data), address >> 8 & 0xFF, address & 0xFF, kind]) + data
    return b":" + (record + bytes([-sum(record) & 0xFF])).hex().upper().encode() + b"\n"


def s_line(kind: int, address: bytes, data: bytes = b"") -> bytes:
    """Return one S-record."""
    record = bytes([len(address) + len(data) + 1]) + address + data
    return b"S%d" % kind + (record + bytes([~sum(record) & 0xFF])).hex().encode() + b"\n"


pieces = st.lists(
    st.tuples(st.integers(0, 200), st.binary(min_size=1, max_size=40)), min_size=1, max_size=8
)


def laid_out(found: list[tuple[int, bytes]], base: int) -> list[tuple[int, bytes]]:
    """Return the pieces one behind the other, each after its gap."""
    at = base
    result = []
    for gap, data in found:
        result.append((at + gap, data))
        at += gap + len(data)
    return result


def filled(found: list[tuple[int, bytes]]) -> bytes:
    """Return what erased flash reads after the pieces were written."""
    memory = bytearray()
    for address, data in found:
        memory = memory.ljust(address - found[0][0], b"\xff") + data
    return bytes(memory)


@given(pieces, st.sampled_from([0, 0xFFF0, BASE]), st.randoms())
def test_what_another_program_writes_is_read_back(
    found: list[tuple[int, bytes]], base: int, order: random.Random
) -> None:
    """HEX and S-records by bincopy, lines in any order, gaps read as 0xFF."""
    placed = laid_out(found, base)
    file = bincopy.BinFile()
    for address, data in placed:
        file.add_binary(data, address)
    expected = (placed[0][0], filled(placed))
    image = parse(file.as_ihex().encode(), "a.hex")
    assert (image.base, image.data, image.format) == (*expected, ImageFormat.INTEL_HEX)
    lines = file.as_srec(address_length_bits=32).encode().splitlines()
    ending = [each for each in lines if each[:2] in {b"S5", b"S6", b"S7"}]
    body = [each for each in lines if each not in ending]
    order.shuffle(body)
    image = parse(b"\r\n".join([*body, *ending]), "a.s37")
    assert (image.base, image.data, image.format) == (*expected, ImageFormat.S_RECORD)


@given(st.binary(min_size=1, max_size=200))
def test_raw_bytes_are_themselves(data: bytes) -> None:
    """With an ending that says so."""
    if not data.startswith((b"\x7fELF", b":", b"S", b"s")):
        assert parse(data, "read-out.bin") == Image(0, data, ImageFormat.BINARY)


def test_segment_and_start_records_are_understood() -> None:
    """Intel's 16-bit segments, both start records, lower case and blank lines."""
    content = (
        line(0, b"\x10\x00", 2)
        + line(0x0004, b"abcd").lower()
        + b"\r\n"
        + line(0, b"\0\0\0\0", 3)
        + line(0, b"\0\0\0\0", 5)
        + END
    )
    assert parse(content, "a.hex") == Image(0x1_0004, b"abcd", ImageFormat.INTEL_HEX)


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_each_width_of_s_records(kind: int) -> None:
    """16, 24 and 32 bits of address; header and count are no program bytes."""
    address = (0x1234).to_bytes(kind + 1, "big")
    content = (
        s_line(0, b"\0\0", b"HDR")
        + s_line(kind, address, b"abcd")
        + s_line(5, b"\0\1")
        + s_line(10 - kind, bytes(kind + 1))
    )
    assert parse(content) == Image(0x1234, b"abcd", ImageFormat.S_RECORD)


HEX_FILE = line(0, b"abcdefgh") + line(8, b"ijklmnop") + END
S_FILE = s_line(1, b"\0\0", b"abcdefgh") + s_line(1, b"\0\x08", b"ijkl") + s_line(9, b"\0\0")


@pytest.mark.parametrize(
    ("content", "name", "error"),
    [
        (b"", "", EmptyImageError),
        (b"", "a.hex", EmptyImageError),
        (END, "", EmptyImageError),
        (b"\n\n", "a.hex", TruncatedError),
        (s_line(9, b"\0\0"), "", EmptyImageError),
        (HEX_FILE.replace(b"FF\n", b"FE\n"), "", WrongChecksumError),
        (HEX_FILE.replace(b"6162", b"6163"), "", WrongChecksumError),
        (S_FILE.replace(b"6162", b"6163"), "", WrongChecksumError),
        (line(0, b"abcd") + line(3, b"e") + END, "", OverlapError),
        (line(0, b"abcd") * 2 + END, "", OverlapError),
        # What a library misses: a record that follows one piece and runs into another.
        (line(8, b"12345678") + line(0, b"abcd") + line(4, b"efghij") + END, "", OverlapError),
        (
            s_line(1, b"\0\0", b"ab") + s_line(1, b"\0\1", b"cd") + s_line(9, b"\0\0"),
            "",
            OverlapError,
        ),
        (line(0, b"abcd"), "", TruncatedError),
        (HEX_FILE[:-14], "", TruncatedError),
        (HEX_FILE[:20], "", TruncatedError),
        (S_FILE[: -len(s_line(9, b"\0\0"))], "", TruncatedError),
        (s_line(1, b"\0\0", b"ab") + s_line(5, b"\0\2") + s_line(9, b"\0\0"), "", TruncatedError),
        (b":0000", "a.hex", TruncatedError),
        (b":000", "a.hex", TruncatedError),
        (HEX_FILE + line(16, b"more"), "", BadRecordError),
        (S_FILE + s_line(1, b"\0\x10", b"more"), "", BadRecordError),
        (line(0, b"abcd", 6) + END, "", BadRecordError),
        (line(0, b"abcd", 4) + END, "", BadRecordError),
        (HEX_FILE.replace(b"61", b"6X", 1), "", BadRecordError),
        (b"hello\n" + HEX_FILE, "", BadRecordError),
        (b"hello", "a.hex", BadRecordError),
        (b"hello", "a.s19", BadRecordError),
        (b"S4030000FC\n" + S_END, "", BadRecordError),
        (b"hello", "a.elf", BadRecordError),
        (b"\x7fELF", "", TruncatedError),
        (b"\x7fELF" + bytes(100), "", BadRecordError),
        # Two bytes, 128 MiB apart.
        (line(0, b"a") + line(0, b"\x08\x00", 4) + line(0, b"b") + END, "", TooLargeError),
    ],
)
def test_each_way_a_file_can_be_broken(content: bytes, name: str, error: type[ImageError]) -> None:
    """Its own type and code, with a sentence; never half an image."""
    with pytest.raises(ImageError) as refused:
        parse(content, name)
    assert type(refused.value) is error
    assert str(refused.value)


def test_the_codes_are_distinct() -> None:
    """Pages and scripts tell them apart."""
    errors = ImageError.__subclasses__()
    assert len({error.code for error in errors}) == len(errors) == 7


def test_the_broken_line_is_named() -> None:
    """So that a person can look at it."""
    with pytest.raises(WrongChecksumError, match="line 2"):
        parse(line(0, b"abcd") + line(4, b"efgh").replace(b"65", b"66") + END)


def test_a_damaged_text_is_not_taken_for_raw_bytes() -> None:
    """One flipped bit makes no binary file of it, even without a name."""
    damaged = bytearray(HEX_FILE)
    damaged[10] ^= 0x80
    with pytest.raises(BadRecordError):
        parse(bytes(damaged))


@given(st.integers(0, len(HEX_FILE) - 2), st.integers(0, 7))
def test_no_flipped_bit_in_a_hex_file_goes_unnoticed(at: int, bit: int) -> None:
    """Refused, or the change was one of letter case or line end."""
    damaged = bytearray(HEX_FILE)
    damaged[at] ^= 1 << bit
    try:
        image = parse(bytes(damaged), "a.hex")
    except ImageError:
        return
    assert image == parse(HEX_FILE)


@given(st.binary(max_size=300), st.sampled_from(["", "a.hex", "a.srec", "a.elf"]))
def test_any_bytes_are_answered(content: bytes, name: str) -> None:
    """An image or an ImageError, never anything else."""
    with suppress(ImageError):
        assert parse(content, name).data


def test_too_large_files_are_refused_unread() -> None:
    """By length alone, before a byte is looked at."""
    check_size(LARGEST_FILE)
    with pytest.raises(TooLargeError):
        check_size(64_000_000)
    with pytest.raises(TooLargeError):
        parse(bytes(LARGEST_FILE + 1), "a.hex")
    with pytest.raises(TooLargeError):
        parse(bytes(LARGEST_IMAGE + 1), "a.bin")
    assert len(parse(bytes(LARGEST_IMAGE), "a.bin").data) == LARGEST_IMAGE


def test_a_file_scattered_on_purpose_is_refused() -> None:
    """Thousands of single bytes cost memory and are no program."""
    content = b"".join(line(at * 2 & 0xFFFF, b"a") for at in range(32_000))
    with pytest.raises((BadRecordError, OverlapError)):
        parse(content * 3 + END, "a.hex")


def elf32(segments: list[tuple[int, bytes]], machine: int = 40, order: str = "<") -> bytes:
    """Return an ELF file of segments without sections."""
    table = 52 + 32 * len(segments)
    head = struct.pack(
        order + "4sBBB9xHHIIIIIHHHHHH",
        b"\x7fELF",
        1,
        1 if order == "<" else 2,
        1,
        2,
        machine,
        1,
        0,
        52,
        0,
        0,
        52,
        32,
        len(segments),
        40,
        0,
        0,
    )
    body, headers = b"", b""
    for address, data in segments:
        offset = table + len(body)
        # Virtual address elsewhere: only the load address counts.
        headers += struct.pack(
            order + "IIIIIIII", 1, offset, 0x2000_0000, address, len(data), len(data), 5, 4
        )
        body += data
    return head + headers + body


@pytest.mark.parametrize("order", ["<", ">"])
def test_elf_segments_lie_at_their_load_addresses(order: str) -> None:
    """Little and big endian, with a gap."""
    content = elf32([(BASE, b"abcd"), (BASE + 8, b"efgh")], order=order)
    assert parse(content) == Image(BASE, b"abcd\xff\xff\xff\xffefgh", ImageFormat.ELF)


def test_of_avr_programs_only_flash_is_taken() -> None:
    """EEPROM, fuses and lock bits lie at 0x810000 and above."""
    segments = [(0, b"abcd"), (0x81_0000, b"eeprom"), (0x82_0000, b"\x62\xd9\xff")]
    assert parse(elf32(segments, machine=83)) == Image(0, b"abcd", ImageFormat.ELF)


@pytest.mark.parametrize("cut", range(4, 52 + 32 + 8, 4))
def test_an_elf_file_that_stops_early_is_refused(cut: int) -> None:
    """At every header, and within the program."""
    with pytest.raises(TruncatedError):
        parse(elf32([(0, b"abcdefgh")])[:cut])


@given(st.integers(4, 51), st.integers(0, 255))
def test_a_damaged_elf_header_is_answered(at: int, value: int) -> None:
    """An image or an ImageError, in a moment."""
    damaged = bytearray(elf32([(0, b"abcdefgh")]))
    damaged[at] = value
    with suppress(ImageError):
        parse(bytes(damaged))


SOURCE = """
#include <avr/eeprom.h>
#include <avr/pgmspace.h>
const char words[] PROGMEM = "PRICE SCALE";
volatile int counter = 4711;
int blank;
uint8_t EEMEM kept = 7;
int main(void) { for (;;) counter += pgm_read_byte(&words[0]) + blank; }
"""


def test_a_linkers_own_file_equals_what_objcopy_makes_of_it(tmp_path: Path) -> None:
    """avr-gcc's ELF with initialised data and EEPROM, against avr-objcopy's HEX and S-records."""
    source, program = tmp_path / "a.c", tmp_path / "a.elf"
    source.write_text(SOURCE)
    subprocess.run(
        ["avr-gcc", "-mmcu=atmega328p", "-Os", "-o", program, source],
        check=True,
        capture_output=True,
    )
    image = parse(program.read_bytes(), "a.elf")
    for form, name in (("ihex", "a.hex"), ("srec", "a.srec"), ("binary", "a.bin")):
        written = tmp_path / name
        subprocess.run(
            ["avr-objcopy", "-O", form, "-R", ".eeprom", program, written],
            check=True,
            capture_output=True,
        )
        assert parse(written.read_bytes(), name).data == image.data
    assert image.base == 0
    assert b"PRICE SCALE" in image.data
    assert (4711).to_bytes(2, "little") in image.data


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image(BASE, b"abcd", ImageFormat.INTEL_HEX), b"abcd\xff\xff\xff\xff"),
        (Image(BASE + 2, b"abcd", ImageFormat.INTEL_HEX), b"\xff\xffabcd\xff\xff"),
        (Image(BASE + 4, b"abcd", ImageFormat.ELF), b"\xff\xff\xff\xffabcd"),
        # Counted from zero.
        (Image(0, b"abcd", ImageFormat.BINARY), b"abcd\xff\xff\xff\xff"),
        (Image(4, b"abcd", ImageFormat.S_RECORD), b"\xff\xff\xff\xffabcd"),
    ],
)
def test_a_program_in_its_blank_memory(image: Image, expected: bytes) -> None:
    """What a freshly written chip reads, at either way of counting."""
    assert as_part(image, BASE, 8) == expected


@pytest.mark.parametrize("base", [BASE + 5, BASE - 1, 5, 0x2000_0000])
def test_a_program_for_another_memory_does_not_fit(base: int) -> None:
    """Not even by one byte."""
    with pytest.raises(DoesNotFitError):
        as_part(Image(base, b"abcd", ImageFormat.INTEL_HEX), BASE, 8)
