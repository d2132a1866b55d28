"""The station's configuration: one TOML file, read once, every mistake named with its place."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from scale_agent.faults import MistakeError
from scale_agent.firmware import READERS

PROTOCOLS: Final = tuple(READERS)
ENTRIES: Final = ("none", "dtr", "dtr-rts", "manual")
UID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LEAST_BAUD, MOST_BAUD = 300, 4_000_000
MOST_LENGTH: Final = 16 * 2**20
LEAST_EVERY_S: Final = 1
DEFAULT_MIN_FREE_MB: Final = 64
MOST_EVERY_S: Final = 366 * 86400
MOST_PORTS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PortConfig:
    """One serial port and the scale behind it."""

    name: str
    url: str
    protocol: str
    entry: str | None = None
    baud: int | None = None
    boot0_by_rts: bool = False
    length: int | None = None
    scale: str | None = None
    every_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything an operator may set."""

    server: str
    state: Path
    ports: tuple[PortConfig, ...] = ()
    min_free_mb: int = DEFAULT_MIN_FREE_MB
    ca_file: Path | None = None
    proxy: str | None = None


class _Table:
    """A TOML table under inspection; ``place`` is how a person finds it."""

    def __init__(self, place: str, values: Mapping[str, Any], known: frozenset[str]) -> None:
        self.place = place
        self._values = values
        for name in values.keys() - known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f", did you mean {near[0]!r}?" if near else ""
            raise self.mistake(name, f"is not a setting{hint}")

    def mistake(self, name: str, words: str) -> MistakeError:
        return MistakeError(f"{self.place}: {name} {words}")

    def text(self, name: str, *, most: int = 300) -> str:
        value = self.optional_text(name, most=most)
        if value is None:
            raise self.mistake(name, "is missing")
        return value

    def optional_text(self, name: str, *, most: int = 300) -> str | None:
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            raise self.mistake(name, f"must be text of 1 to {most} characters, not {value!r}")
        return value

    def choice(self, name: str, choices: tuple[str, ...]) -> str | None:
        value = self.optional_text(name)
        if value is not None and value not in choices:
            raise self.mistake(name, f"must be one of {', '.join(choices)}, not {value!r}")
        return value

    def flag(self, name: str) -> bool:
        value = self._values.get(name, False)
        if type(value) is not bool:
            raise self.mistake(name, f"must be true or false, not {value!r}")
        return value

    def number(self, name: str, least: int, most: int) -> int | None:
        value = self._values.get(name)
        if value is None:
            return None
        if type(value) is not int or not least <= value <= most:
            raise self.mistake(
                name, f"must be a whole number from {least} to {most}, not {value!r}"
            )
        return value


def load(path: Path) -> Config:
    """Read the configuration in ``path``; relative paths in it start at its folder.

    Raises:
        MistakeError: It cannot be read, or a setting in it is wrong.
    """
    return parse(_read(path), path)


def parse(text: str, path: Path) -> Config:
    """Check ``text``, the content of ``path``.

    Raises:
        MistakeError: A setting is wrong; the sentence names line or field.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MistakeError(f"{path} is not TOML: {error}") from None
    known = frozenset({"server", "state", "port", "min_free_mb", "ca_file", "proxy", "allow_http"})
    table = _Table(str(path), values, known)
    ca_file = table.optional_text("ca_file")
    return Config(
        server=_server(table),
        state=path.parent / table.text("state"),
        ports=_ports(table, values.get("port", []), path),
        min_free_mb=table.number("min_free_mb", 1, 2**20) or DEFAULT_MIN_FREE_MB,
        ca_file=None if ca_file is None else path.parent / ca_file,
        proxy=table.optional_text("proxy"),
    )


def server_url(text: str) -> str:
    """Return the server's address without a trailing slash.

    Raises:
        ValueError: It is not an http or https address.
    """
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ValueError("must be an address such as https://wutong.example")
    return text.rstrip("/")


def is_private_line(server: str) -> bool:
    """Return whether nobody on the way to ``server`` can read along or pose as it."""
    parts = urlsplit(server)
    return parts.scheme == "https" or _is_this_machine(parts.hostname or "")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise MistakeError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise MistakeError(f"{path} is not UTF-8 text: {error.reason}") from None


def _server(table: _Table) -> str:
    try:
        server = server_url(table.text("server"))
    except ValueError as error:
        raise table.mistake("server", str(error)) from None
    if not table.flag("allow_http") and not is_private_line(server):
        raise table.mistake(
            "server",
            f"{server} is not encrypted: anybody on the way can read the station's token and pose"
            " as the server. Use https, or allow_http = true on a network that you trust",
        )
    return server


def _ports(table: _Table, entries: object, path: Path) -> tuple[PortConfig, ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise table.mistake("port", "must be written as [[port]] tables")
    if len(entries) > MOST_PORTS:
        raise table.mistake("port", f"appears more than {MOST_PORTS} times")
    ports = [_port(entry, f"{path}, [[port]] {at}") for at, entry in enumerate(entries, start=1)]
    for name in ("name", "url"):
        seen: set[str] = set()
        for port in ports:
            value = getattr(port, name)
            if value in seen:
                raise table.mistake("port", f"{name} {value!r} appears twice")
            seen.add(value)
    return tuple(ports)


def _port(values: dict[str, Any], place: str) -> PortConfig:
    name = values.get("name")
    if isinstance(name, str):
        place = f"{place} ({name})"
    table = _Table(place, values, frozenset(field.name for field in fields(PortConfig)))
    scale = table.optional_text("scale")
    if scale is not None and not UID.fullmatch(scale):
        raise table.mistake("scale", f"must be the scale's id (36 characters), not {scale!r}")
    protocol = table.choice("protocol", PROTOCOLS)
    if protocol is None:
        raise table.mistake("protocol", f"is missing: one of {', '.join(PROTOCOLS)}")
    return PortConfig(
        name=table.text("name", most=60),
        url=table.text("url"),
        protocol=protocol,
        entry=table.choice("entry", ENTRIES),
        baud=table.number("baud", LEAST_BAUD, MOST_BAUD),
        boot0_by_rts=table.flag("boot0_by_rts"),
        length=table.number("length", 1, MOST_LENGTH),
        scale=scale,
        every_s=table.number("every_s", LEAST_EVERY_S, MOST_EVERY_S),
    )
