"""Digests of what was read: SHA-256, CRC-32 and a SHA-256 for each 1 KiB page."""

import hashlib
import zlib
from typing import Final

PAGE: Final = 1024


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of ``data``, 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def crc32_hex(data: bytes) -> str:
    """Return the CRC-32 of ``data``, 8 hex digits."""
    return f"{zlib.crc32(data):08x}"


def pages(data: bytes) -> list[bytes]:
    """Cut ``data`` into 1 KiB pages, the last one perhaps shorter."""
    return [data[start : start + PAGE] for start in range(0, len(data), PAGE)]


def page_digests(data: bytes) -> list[str]:
    """Return the SHA-256 of each 1 KiB page from the start."""
    return [sha256_hex(page) for page in pages(data)]
