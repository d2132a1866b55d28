"""Write what enrolment taught into the operator's TOML file, leaving his own lines alone."""

import json
import tomllib
from pathlib import Path
from typing import Any, Final

from scale_agent.config import is_private_line
from scale_agent.durable import write_private
from scale_agent.faults import MistakeError
from scale_agent.keys import AssignedScale

HEAD: Final = "# Written by scale-agent enrol. All settings: agent.example.toml in docs/agent.md.\n"
PORT: Final = """
[[port]]
name = {name}
{url_line}
protocol = {protocol}
{length_line}scale = {scale}
every_s = 86400
"""
NO_URL: Final = (
    '# Which port is it? "scale-agent ports" lists them:\n# url = "/dev/serial/by-path/…"'
)


def check(path: Path, server: str, state: Path) -> None:
    """Make sure that ``path`` can be extended, before a code is used up for it.

    Raises:
        MistakeError: It is not TOML, or names another server or state folder.
    """
    found = _existing(path)
    if str(found.get("server", server)).rstrip("/") != server:
        raise MistakeError(f"{path}: server is {found['server']!r}, not {server!r}")
    if "state" in found and (path.parent / str(found["state"])).resolve() != state.resolve():
        raise MistakeError(f"{path}: state is {found['state']!r}, not {str(state)!r}")


def extend(path: Path, server: str, state: Path, scales: tuple[AssignedScale, ...]) -> list[str]:
    """Add server, state and the assigned ports; return the names of ports without an address.

    Raises:
        MistakeError: It is not TOML.
        OSError: The disk refuses; the old file is still there.
    """
    found = _existing(path)
    text = path.read_text(encoding="utf-8") if path.exists() else HEAD
    settings = {"server": _quoted(server), "state": _quoted(str(state.resolve()))}
    if not is_private_line(server):
        settings["allow_http"] = "true"  # as whoever enrols has just allowed
    head = "".join(f"{name} = {value}\n" for name, value in settings.items() if name not in found)
    known = {entry.get("name") for entry in found.get("port", [])}
    new = [scale for scale in scales if scale.port not in known]
    # Top-level settings have to stand before the first table of a TOML file.
    is_ours = text == HEAD
    text = text + head if is_ours else head + text
    write_private(path, (text + "".join(_block(scale) for scale in new)).encode())
    return [scale.port for scale in new]


def _existing(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MistakeError(f"{path} is not TOML: {error}") from None
    except OSError as error:
        raise MistakeError(f"{path} cannot be read: {error.strerror}") from None
    ports = found.get("port", [])
    if not isinstance(ports, list) or not all(isinstance(port, dict) for port in ports):
        raise MistakeError(f"{path}: port must be written as [[port]] tables")
    return found


def _block(scale: AssignedScale) -> str:
    return PORT.format(
        name=_quoted(scale.port),
        url_line=NO_URL,
        protocol=_quoted(scale.method or "an3155"),
        length_line=f"length = {scale.length}\n" if scale.length else "",
        scale=_quoted(scale.scale),
    )


def _quoted(text: str) -> str:
    """Return ``text`` as a TOML basic string, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)
