"""Comparing what was read with reference images: by digest, by page, then byte by byte.

Everything here is a function of content digests, so that answers may be kept: a comparison
made before a write transaction costs nothing inside it.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from app.attest.profiles import Part, Profile
from app.attest.wire import Measurement
from app.blobs import Blobs
from app.domain import firmware
from app.domain.errors import DomainError
from app.domain.firmware import Comparison, Digests, PagesOutcome
from app.domain.regions import Region
from app.domain.verdicts import Verdict
from app.models import Reference

KEPT: Final = 256


class BlobUnsoundError(DomainError):
    """The bytes of an image are missing, or are no longer those that its digest names."""

    code = "blob_unsound"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a reading stands to one reference; no detail where only digests were at hand."""

    reference: Reference
    outcome: PagesOutcome
    detail: Comparison | None = None


def load(blobs: Blobs, digest: str) -> bytes:
    """Return the bytes of an image.

    Raises:
        BlobUnsoundError: They are missing or altered.
    """
    data = blobs.get(digest)
    if data is None or hashlib.sha256(data).hexdigest() != digest:
        raise BlobUnsoundError(f"the image {digest[:16]} is missing or altered")
    return data


def is_here(blobs: Blobs, seen: Measurement) -> bool:
    """Return whether the bytes of ``seen`` are here: as many as the report says."""
    try:
        return blobs.path(seen.sha256).stat().st_size == seen.length
    except FileNotFoundError:
        return False


def likeness(
    blobs: Blobs, profile: Profile, part: Part, reference: Reference, seen: Measurement
) -> Likeness:
    """Compare ``seen`` with ``reference``: bytes where they are needed and here.

    Raises:
        BlobUnsoundError: Bytes that should be here are missing or altered.
    """
    if _is_whole(reference, part, seen):
        same = Comparison(Verdict.MATCH, part.length, (), 1000, 0, parameters_differ=False)
        return Likeness(reference, PagesOutcome.MATCH, same)
    if is_here(blobs, seen):
        detail = _compared(blobs.folder, (reference.sha256, seen.sha256), part, profile.regions)
        return Likeness(reference, PagesOutcome(detail.verdict.value), detail)
    pages = part.pages_of(seen)
    if pages is None:
        return Likeness(reference, PagesOutcome.UNDECIDED)
    outcome = firmware.compare_pages(reference.pages, pages, profile.regions, base=part.address)
    return Likeness(reference, outcome)


def digests_of(
    blobs: Blobs, profile: Profile, part: Part, like: Likeness | None, seen: Measurement
) -> Digests | None:
    """Return the digests of code and parameters that were read; None without the bytes.

    What equals a reference throughout has the reference's digests.
    """
    if like is not None and _is_whole(like.reference, part, seen):
        return {"code": like.reference.code_sha256, "parameters": like.reference.parameters_sha256}
    if not is_here(blobs, seen):
        return None
    return _digests(blobs.folder, seen.sha256, part, profile.regions)


def _is_whole(reference: Reference, part: Part, seen: Measurement) -> bool:
    """Return whether every byte equals the reference's, parameters included."""
    alike = seen.sha256 == reference.sha256 or list(seen.pages) == reference.pages
    return alike and seen.length == part.length


@lru_cache(maxsize=KEPT)
def _compared(
    folder: Path, digests: tuple[str, str], part: Part, regions: tuple[Region, ...]
) -> Comparison:
    blobs = Blobs(folder)
    reference, image = (load(blobs, digest)[: part.length] for digest in digests)
    return firmware.compare(reference, image, regions, base=part.address)


@lru_cache(maxsize=KEPT)
def _digests(folder: Path, digest: str, part: Part, regions: tuple[Region, ...]) -> Digests:
    image = load(Blobs(folder), digest)[: part.length]
    return firmware.digests(image, part.address, regions)
