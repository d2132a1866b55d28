"""Files people send: limits hold, photos come out bare."""

import io
import struct
import zlib

import pytest
from PIL import Image

from app.web.uploads import (
    BadPhotoError,
    UploadMissingError,
    UploadTooLargeError,
    draw_anew,
    read_limited,
)

PLACE = "31.98N 120.89E"


def photo(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    """Return a picture that also tells where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = PLACE
    exif[0x0112] = 6  # turned by a quarter
    out = io.BytesIO()
    Image.new(mode, size, 128 if mode == "L" else None).save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_drawn_anew_without_its_secrets(kind: str) -> None:
    """Upright, a JPEG, and silent about where it was taken."""
    given = photo(kind)
    assert PLACE.encode() in given  # else this test could not fail
    drawn = draw_anew(given + b"PK\x03\x04 a second file behind the picture")
    assert (drawn.width, drawn.height) == (30, 40)
    assert PLACE.encode() not in drawn.data
    assert b"second file" not in drawn.data
    with Image.open(io.BytesIO(drawn.data)) as again:
        assert again.format == "JPEG"
        assert not again.getexif()


def test_a_large_photo_is_made_smaller() -> None:
    """The longer side is 1600 pixels at most."""
    drawn = draw_anew(photo("JPEG", (4000, 2000), "L"))
    assert max(drawn.width, drawn.height) == 1600


def test_what_can_be_seen_through_becomes_white() -> None:
    """A transparent PNG is not black in the register."""
    drawn = draw_anew(photo("PNG", mode="RGBA"))
    with Image.open(io.BytesIO(drawn.data)) as again:
        assert again.getpixel((5, 5)) == (255, 255, 255)


def bomb(side: int) -> bytes:
    """Return a PNG of some bytes that claims ``side`` x ``side`` pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


REFUSED = {
    "no picture": b"MZ\x90\0 a program",
    "a page": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "nothing": b"",
    "a GIF": b"GIF89a\x01\0\x01\0\0\0\0;",
    "half a JPEG": photo("JPEG", (400, 300))[:200],
    "a bomb": bomb(7_000),
    "a greater bomb": bomb(12_000),
    "the greatest bomb": bomb(60_000),
    "a PNG cut short": photo("PNG", (400, 300))[:60],
    "no data": bomb(10)[:40],
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_photo_is_refused(raw: bytes) -> None:
    """Each a typed refusal before its pixels are unpacked."""
    with pytest.raises(BadPhotoError):
        draw_anew(raw)


def test_an_upload_is_read_no_further_than_its_limit() -> None:
    """The limit itself is taken; a byte more is refused with little more read."""
    assert read_limited(io.BytesIO(b"x" * 100_000), 100_000) == b"x" * 100_000
    endless = io.BytesIO(b"x" * 10_000_000)
    with pytest.raises(UploadTooLargeError):
        read_limited(endless, 99_999)
    assert endless.tell() <= 99_999 + 64 * 1024
    with pytest.raises(UploadMissingError):
        read_limited(io.BytesIO(b""), 10)


def test_a_photo_in_passes_is_held_to_fewer_pixels() -> None:
    """It cannot be decoded at a fraction of its size, as the usual kind can."""
    wide = Image.new("L", (6000, 3000))
    for progressive in (False, True):
        out = io.BytesIO()
        wide.save(out, "JPEG", progressive=progressive)
        if progressive:
            with pytest.raises(BadPhotoError):
                draw_anew(out.getvalue())
        else:
            assert draw_anew(out.getvalue()).width == 1600
