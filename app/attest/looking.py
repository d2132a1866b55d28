"""Looking into a file before anybody submits it: what a model's memory would hold."""

import hashlib
from dataclasses import dataclass, replace

from app.attest.images import Image, as_part, parse
from app.attest.profiles import Profile
from app.domain import firmware
from app.domain.errors import DomainError
from app.domain.firmware import Digests
from app.models import ScaleModel


class NoProfileError(DomainError):
    """The model's profile does not say where its program lies."""

    code = "model_has_no_profile"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read in a file: shown before anybody submits it.

    Attributes:
        blank: Bytes that were not in the file and count as erased flash, 0xFF.
    """

    image: Image
    data: bytes
    address: int
    sha256: str
    digests: Digests
    crc32: str
    pages: tuple[str, ...]
    blank: int


def look(model: ScaleModel, content: bytes, file_name: str, base: int | None) -> Seen:
    """Return what a file holds, as the model's memory would.

    Raises:
        NoProfileError: The model's profile names no program memory.
        ImageError: The file is no image, or does not fit that memory.
    """
    profile = Profile.of(model.profile)
    part = profile.program
    if part is None:
        raise NoProfileError("the model's profile does not say where the program lies")
    image = parse(content, file_name)
    if image.is_read_out:
        image = replace(image, base=part.address if base is None else base)
    data = as_part(image, part.address, part.length)
    return Seen(
        image=image,
        data=data,
        address=part.address,
        sha256=hashlib.sha256(data).hexdigest(),
        digests=firmware.digests(data, part.address, profile.regions),
        crc32=firmware.crc32(data),
        pages=firmware.page_digests(data),
        blank=part.length - len(image.data),
    )
