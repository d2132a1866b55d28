"""What `wutong firmware compare` answers, without a server."""

import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import bincopy
import pytest

from app.attest.images import LARGEST_FILE
from app.attest.named_profiles import UnknownProfileError, named, names
from app.attest.offline import EXIT_STATUS, compare_files

CODE = bytes(range(1, 251)) * 8
FLASH = CODE.ljust(32768, b"\xff")
BASE = 0x0800_0000
KEYS = {"verdict", "length", "sha256", "crc32", "similarity", "differences", "rules"}

Write = Callable[..., Path]


@pytest.fixture(name="write")
def _write(tmp_path: Path) -> Write:
    """Return a function that writes a file and returns its path."""

    def write(name: str, content: bytes, base: int | None = None) -> Path:
        path = tmp_path / name
        if base is not None:
            file = bincopy.BinFile()
            file.add_binary(content, base)
            text = file.as_srec() if name.endswith(".s37") else file.as_ihex()
            content = text.encode()
        path.write_bytes(content)
        return path

    return write


def test_the_same_program_in_another_format_matches(write: Write) -> None:
    """HEX at its address against raw bytes, which know none."""
    found = compare_files(write("a.hex", CODE, BASE), write("b.bin", CODE))
    assert found == {
        "verdict": "match",
        "length": 2000,
        "sha256": {"code": sha256(CODE).hexdigest(), "parameters": None},
        "crc32": f"{zlib.crc32(CODE):08x}",
        "similarity": 1000,
        "differences": [],
        "rules": [],
    }
    assert EXIT_STATUS[found["verdict"]] == 0


@pytest.mark.parametrize(
    "names_", [("a.bin", "b.bin"), ("a.hex", "b.s37"), ("a.bin", "b.hex"), ("a.hex", "b.bin")]
)
def test_a_changed_byte_is_told_at_its_address(write: Write, names_: tuple[str, str]) -> None:
    """The addresses of whichever file knows them; digests are of IMAGE."""
    changed = CODE[:200] + b"\x00" + CODE[201:]
    bases = [None if name.endswith(".bin") else BASE for name in names_]
    found = compare_files(write(names_[0], CODE, bases[0]), write(names_[1], changed, bases[1]))
    at = 200 + (BASE if any(bases) else 0)
    assert found["verdict"] == "mismatch"
    assert found["differences"] == [{"start": at, "end": at + 1, "kind": "constants"}]
    assert found["sha256"]["code"] == sha256(changed).hexdigest()
    assert found["crc32"] == f"{zlib.crc32(changed):08x}"
    assert found["similarity"] == 999
    assert EXIT_STATUS[found["verdict"]] == 1


@pytest.mark.parametrize(
    ("reference", "image", "kind"),
    [
        (CODE, FLASH, "blank"),
        (FLASH, CODE, "blank"),
        (CODE, CODE[:-1], "removed"),
        (CODE[:-1], CODE, "new_code"),
    ],
)
def test_another_length_is_a_mismatch(
    write: Write, reference: bytes, image: bytes, kind: str
) -> None:
    """Also when only blank bytes are missing: nobody read them."""
    found = compare_files(write("a.bin", reference), write("b.bin", image))
    assert found["verdict"] == "mismatch"
    assert [each["kind"] for each in found["differences"]] == [kind]
    assert found["length"] == len(image)


def test_a_profile_says_how_long_the_memory_is(write: Write) -> None:
    """A program file written into a known chip, against the chip's read-out."""
    reference, read_out = write("a.hex", CODE, 0), write("b.bin", FLASH)
    assert compare_files(reference, read_out)["verdict"] == "mismatch"
    assert compare_files(reference, read_out, "atmega328p")["verdict"] == "match"
    short = write("c.bin", FLASH[:-1])
    assert compare_files(reference, short, "atmega328p")["verdict"] == "mismatch"


def test_two_program_files_are_compared_as_they_are(write: Write) -> None:
    """With a profile as without one."""
    reference, image = write("a.hex", CODE, 0), write("b.s37", CODE, 0)
    for profile in (None, "atmega328p"):
        assert compare_files(reference, image, profile)["verdict"] == "match"


def test_the_same_bytes_at_another_address_differ(write: Write) -> None:
    """A program that lies elsewhere is not the registered one."""
    found = compare_files(write("a.hex", CODE, 0), write("b.hex", CODE, 0x100))
    assert found["verdict"] == "mismatch"
    assert found["differences"] == [{"start": 0x100, "end": 0x8D0, "kind": "moved_code"}]


def test_parameters_of_a_profile_are_told_apart(write: Write) -> None:
    """Another calibration is the same program; a byte beside it is not."""
    flash = CODE.ljust(65536, b"\xff")
    calibrated = flash[:0xFC00] + b"calibration".ljust(1024, b"\xff")
    reference, image = write("a.bin", flash), write("b.bin", calibrated)
    found = compare_files(reference, image, "stm32f103-calibrated")
    assert found["verdict"] == "match"
    assert found["sha256"] == {
        "code": sha256(flash[:0xFC00]).hexdigest(),
        "parameters": sha256(calibrated[0xFC00:]).hexdigest(),
    }
    plain = compare_files(reference, image, "stm32f103")
    assert [each["start"] for each in plain["differences"]] == [BASE + 0xFC00]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "image_empty"),
        (b":10000000", "image_truncated"),
        (b":0100000041BF\n:00000001FF\n", "image_wrong_checksum"),
        (b":0100000041BE\n:0100000041BE\n:00000001FF\n", "image_overlap"),
        (b":0100000041BE\n", "image_truncated"),
    ],
)
@pytest.mark.parametrize("broken", ["REFERENCE", "IMAGE"])
def test_a_broken_file_is_malformed(write: Write, content: bytes, code: str, broken: str) -> None:
    """Which file, what is wrong, in words and as a code; no digest of half an image."""
    bad, good = write("bad.hex", content), write("good.bin", CODE)
    pair = (bad, good) if broken == "REFERENCE" else (good, bad)
    found = compare_files(*pair)
    assert set(found) == KEYS | {"file", "code", "message"}
    assert (found["verdict"], found["file"], found["code"]) == ("malformed", broken, code)
    assert found["sha256"] == {"code": None, "parameters": None}
    assert EXIT_STATUS[found["verdict"]] == 3


def test_a_huge_file_is_refused_unread(tmp_path: Path, write: Write) -> None:
    """A sparse 64 MB file costs nothing."""
    huge = tmp_path / "huge.hex"
    with huge.open("wb") as file:
        file.truncate(64_000_000)
    assert huge.stat().st_size > LARGEST_FILE
    found = compare_files(write("a.bin", CODE), huge)
    assert (found["file"], found["code"]) == ("IMAGE", "image_too_large")


def test_a_reference_for_another_chip_is_malformed(write: Write) -> None:
    """It does not lie in the profile's memory."""
    found = compare_files(write("a.hex", CODE, BASE), write("b.bin", FLASH), "atmega328p")
    assert (found["verdict"], found["code"]) == ("malformed", "image_does_not_fit")


@pytest.mark.parametrize("name", names())
def test_every_shipped_profile_is_sound(name: str) -> None:
    """It has a program, and its regions lie in it."""
    profile = named(name)
    program = profile.program
    assert program is not None
    end = program.address + program.length
    assert all(program.address <= region.start < region.end <= end for region in profile.regions)


def test_an_unknown_profile_lists_the_known_ones(write: Write) -> None:
    """No path is built from the name."""
    path = write("a.bin", CODE)
    for name in ("z80", "../profile_files/atmega328p"):
        with pytest.raises(UnknownProfileError, match="atmega328p, demo-price-scale"):
            compare_files(path, path, name)
