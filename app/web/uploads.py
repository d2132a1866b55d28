"""Files people send: read up to a limit, photos drawn anew.

A photo is decoded and encoded again, so that nothing but its pixels is kept: no place where
it was taken, no second file behind the picture, no bomb.
"""

import io
import threading
from dataclasses import dataclass
from typing import IO, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from app.domain.errors import DomainError

CHUNK: Final = 64 * 1024
PHOTO_SIZE: Final = 12 * 1024 * 1024
PHOTO_PIXELS: Final = 16_000_000
# A JPEG of the usual kind is decoded at a fraction of its size; one in passes is not.
DRAFTED_PIXELS: Final = 50_000_000
PHOTO_SIDE: Final = 1600
# Decoding takes a second of a core: other requests of this process have one, too.
AT_ONCE: Final = threading.BoundedSemaphore(2)
FORMATS: Final = ("JPEG", "PNG", "WEBP")
QUALITY: Final = 82


class UploadTooLargeError(DomainError):
    """The file is longer than this form takes."""

    code = "upload_too_large"


class UploadMissingError(DomainError):
    """No file came with the form, or an empty one."""

    code = "upload_missing"


class BadPhotoError(DomainError):
    """The file is not a photo that we can read."""

    code = "bad_photo"


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG of our own making."""

    data: bytes
    width: int
    height: int


def read_limited(stream: IO[bytes], limit: int) -> bytes:
    """Return all of ``stream``, which is at most ``limit`` bytes long.

    Raises:
        UploadTooLargeError: It is longer; no more than ``limit`` and a chunk were read.
        UploadMissingError: It is empty.
    """
    parts, total = [], 0
    while chunk := stream.read(CHUNK):
        total += len(chunk)
        if total > limit:
            raise UploadTooLargeError(f"the file is longer than {limit} bytes", limit=limit)
        parts.append(chunk)
    if not total:
        raise UploadMissingError("the file is empty")
    return b"".join(parts)


def draw_anew(raw: bytes) -> Photo:
    """Return ``raw``, a JPEG, PNG or WebP picture, upright, at most 1600 pixels a side, bare.

    Raises:
        BadPhotoError: ``raw`` is no such picture, is damaged, or unpacks to too many pixels.
    """
    try:
        with AT_ONCE:
            return _drawn(raw)
    except BadPhotoError:
        raise
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
    ):
        # Pillow's decoders raise SyntaxError for a broken PNG and ValueError for odd headers.
        raise BadPhotoError("the file is not a photo that can be read") from None


def _drawn(raw: bytes) -> Photo:
    with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
        drafted = picture.format == "JPEG" and not picture.info.get("progressive")
        most = DRAFTED_PIXELS if drafted else PHOTO_PIXELS
        if picture.width * picture.height > most:
            raise BadPhotoError("the photo has too many pixels", limit=most)
        picture.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
        plain = Image.new("RGB", upright.size, "white")
        with_alpha = upright.convert("RGBA")
        plain.paste(with_alpha, mask=with_alpha.getchannel("A"))
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Photo(out.getvalue(), plain.width, plain.height)
