"""Comparing two files without a server: what `wutong firmware compare` prints.

Digests, CRC-32 and length are of IMAGE. ``similarity`` is per mille. Differences are address
ranges whose ``end`` is the first address behind them. ``rules`` is empty: no rule packs exist.
A malformed file adds ``file``, ``code`` and ``message``.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from app.attest.images import Image, ImageError, as_part, check_size, parse
from app.attest.named_profiles import named
from app.attest.profiles import Part, Profile
from app.domain.firmware import (
    Comparison,
    Difference,
    DifferenceKind,
    compare,
    crc32,
    digests,
)
from app.domain.regions import Region
from app.domain.verdicts import Verdict

MALFORMED: Final = "malformed"
EXIT_STATUS: Final[Mapping[str, int]] = MappingProxyType(
    {Verdict.MATCH.value: 0, Verdict.MISMATCH.value: 1, MALFORMED: 3}
)


def compare_files(reference: Path, image: Path, profile: str | None = None) -> dict[str, Any]:
    """Return the comparison of two files as JSON; exit statuses are in `EXIT_STATUS`.

    Args:
        profile: Name of a profile, which says where the program lies and what is not code.

    Raises:
        OSError: A file cannot be read.
        UnknownProfileError: There is no such profile.
    """
    known = named(profile) if profile else None
    try:
        return _result(_load(reference, "REFERENCE"), _load(image, "IMAGE"), known)
    except ImageError as error:
        return _malformed(error)


def _load(path: Path, what: str) -> Image:
    try:
        check_size(path.stat().st_size)
        return parse(path.read_bytes(), path.name)
    except ImageError as error:
        error.facts["file"] = what
        raise


def _base(image: Image, other: Image, part: Part | None) -> int:
    """Return the address of the first byte; raw bytes start where the part or the other does."""
    if part is None:
        return other.base if image.is_read_out else image.base
    counted_from_part = image.is_read_out or image.base < part.address
    return part.address + image.base if counted_from_part else image.base


def _placed(registered: Image, read: Image, part: Part | None) -> tuple[int, bytes]:
    """Return where the reference starts and its bytes.

    Of a program file written into a known memory the rest reads blank; a read-out is compared
    with that. Two program files are compared as they are.
    """
    if part and read.is_read_out and not registered.is_read_out:
        return part.address, as_part(registered, part.address, part.length)
    return _base(registered, read, part), registered.data


def _result(registered: Image, read: Image, profile: Profile | None) -> dict[str, Any]:
    part = profile.program if profile else None
    regions: tuple[Region, ...] = profile.regions if profile else ()
    start, reference = _placed(registered, read, part)
    base = _base(read, registered, part)
    found = compare(reference, read.data, regions, base=base)
    if start != base:
        found = _elsewhere(found, base)
    return {
        "verdict": found.verdict.value,
        "length": found.length,
        "sha256": digests(read.data, base, regions),
        "crc32": crc32(read.data),
        "similarity": found.similarity,
        "differences": [asdict(each) for each in found.differences],
        "rules": [],
    }


def _elsewhere(found: Comparison, base: int) -> Comparison:
    """Return the mismatch of a program that lies at other addresses than registered."""
    whole = Difference(base, base + found.length, DifferenceKind.MOVED_CODE)
    return replace(
        found,
        verdict=Verdict.MISMATCH,
        differences=(whole, *found.differences),
        similarity=min(found.similarity, 999),
    )


def _malformed(error: ImageError) -> dict[str, Any]:
    return {
        "verdict": MALFORMED,
        "length": None,
        "sha256": {"code": None, "parameters": None},
        "crc32": None,
        "similarity": None,
        "differences": [],
        "rules": [],
        "file": error.facts.get("file", "REFERENCE"),
        "code": error.code,
        "message": str(error),
    }
