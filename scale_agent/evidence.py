"""What the station reports of one reading: wire/evidence.v1.schema.json, made here.

Integers and strings only: seconds become whole milliseconds, yes and no become 1 and 0.
Only a complete reading has measurements; an unread byte is never hashed as if it were 0xFF.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from scale_agent.digests import crc32_hex, page_digests, sha256_hex
from scale_agent.results import Part, Reading

PROFILE: Final = "urn:wutong:evidence.v1"
VERSION: Final = "0.1.0"
AGENT: Final = f"scale-agent/{VERSION}"
MOST_ENTRIES: Final = 60
LONGEST_TEXT: Final = 400
LARGEST_INTEGER: Final = 2**53 - 1
UEID: Final = re.compile(r"[0-9a-f]{2,64}")
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What was to be read, and for whom."""

    scale: str
    port: str
    task: str | None = None
    nonce: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What the spool adds when it takes a reading in."""

    uid: str
    station: str
    seq: int
    iat: int
    nonce: str | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A reading with its digests, ready to be signed; ``images`` are its bytes by SHA-256."""

    reading: Reading
    measurements: list[dict[str, Any]]
    images: dict[str, bytes]


def measure(reading: Reading) -> Measured:
    """Digest the parts that were read to the end and agreed with themselves."""
    parts = [part for part in reading.parts if part.data] if reading.verdict == "read" else []
    measurements = [measurement(part) for part in parts]
    images = {
        str(told["sha256"]): part.data for told, part in zip(measurements, parts, strict=True)
    }
    return Measured(reading, measurements, images)


def payload(measured: Measured, errand: Errand, stamp: Stamp) -> bytes:
    """Return the evidence of a reading as the bytes to sign."""
    reading = measured.reading
    document: dict[str, Any] = {
        "eat_profile": PROFILE,
        "uid": stamp.uid,
        "station": stamp.station,
        "seq": stamp.seq,
        "scale": errand.scale,
        "iat": stamp.iat,
        "agent": AGENT,
        "port": errand.port,
        "protocol": reading.protocol,
        "verdict": reading.verdict,
        "measurements": measured.measurements,
        "device": plain(reading.device),
        "facts": plain(_facts(reading)),
    }
    ueid = str(reading.device.get("uid", "")).lower()
    optional = {
        "task": errand.task,
        "eat_nonce": stamp.nonce,
        "ueid": ueid if UEID.fullmatch(ueid) else None,
    }
    document.update({name: value for name, value in optional.items() if value is not None})
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def measurement(part: Part) -> dict[str, Any]:
    """Return digest, checksum and page digests of one part."""
    return {
        "part": part.name,
        "address": part.address,
        "length": len(part.data),
        "sha256": sha256_hex(part.data),
        "crc32": crc32_hex(part.data),
        "pages": page_digests(part.data),
    }


def plain(entries: Mapping[str, object]) -> dict[str, int | str]:
    """Return ``entries`` as the integers and short strings that the wire takes."""
    found: dict[str, int | str] = {}
    for name, value in entries.items():
        if value is None or not NAME.fullmatch(name) or len(found) == MOST_ENTRIES:
            continue
        if isinstance(value, float) and name.endswith("_s"):
            found[f"{name[:-2]}_ms"] = round(value * 1000)
        else:
            found[name] = _scalar(value)
    return found


def _facts(reading: Reading) -> dict[str, object]:
    told = {
        "passes": reading.passes,
        "passes_equal": reading.passes_equal,
        "elapsed_s": float(reading.elapsed_s),
        "wire_limit_s": float(reading.wire_limit_s),
    }
    return {**told, **reading.facts}


def _scalar(value: object) -> int | str:
    if isinstance(value, int) and abs(value) <= LARGEST_INTEGER:
        return int(value)
    if isinstance(value, bytes | bytearray):
        return value.hex()[:LONGEST_TEXT]
    if isinstance(value, list | tuple):
        return ",".join(str(entry) for entry in value)[:LONGEST_TEXT]
    return str(value)[:LONGEST_TEXT]
