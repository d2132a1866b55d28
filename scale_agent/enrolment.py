"""A station introduces itself once: a one-use code and its own public key for a name and a token.

The key is made before the code is sent, and kept whatever the answer: a new code, not a new
key, is what an operator needs after a refusal or a lost answer.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from scale_agent import dsse
from scale_agent.config import is_private_line
from scale_agent.evidence import AGENT
from scale_agent.faults import MistakeError, StationFaultError
from scale_agent.keys import IDENTITY_FILE, AssignedScale, Identity, make_or_load_key
from scale_agent.server_link import Answer, ServerAwayError, ServerLink

ENROL_PATH: Final = "/api/v1/stations/enrol"
CREATED: Final = 201
REFUSED: Final = "enrolment_refused"
LONGEST_CODE: Final = 40
UID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PUBLIC_KEY: Final = re.compile(r"[0-9a-f]{64}")


def enrol(link: ServerLink, server: str, code: str, state: Path) -> Identity:
    """Use up ``code``, pin the server's key, and write down who this station is.

    Raises:
        MistakeError: This state folder has enrolled already, or the code cannot be one.
        StationFaultError: The server refuses or is away, or the disk refuses.
    """
    if (state / IDENTITY_FILE).exists():
        known = Identity.load(state)
        raise MistakeError(
            f"{state} is enrolled already, as {known.name} at {known.server};"
            " give another --state for another station"
        )
    if not 1 <= len(code) <= LONGEST_CODE:
        raise MistakeError("the code is what the server showed, for example K7QF-2M9T")
    try:
        key = make_or_load_key(state).public_key().public_bytes_raw()
        answer = _introduce(link, code, key)
        identity = _identity(answer.body, server, key)
        identity.save(state)
    except OSError as error:
        raise StationFaultError(f"{state} cannot be written: {error.strerror or error}") from None
    return identity


def ensure_private_line(server: str, *, allow_http: bool) -> None:
    """Refuse to pin a key that somebody on the way could have replaced.

    Raises:
        MistakeError: The address is plain http to another machine.
    """
    if not allow_http and not is_private_line(server):
        raise MistakeError(
            f"{server} is not encrypted: anybody on the way could pose as the server."
            " Use https, or --allow-http on a network that you trust"
        )


def _introduce(link: ServerLink, code: str, key: bytes) -> Answer:
    document = {"code": code, "alg": "Ed25519", "public_key": key.hex(), "agent": AGENT}
    try:
        answer = link.ask("POST", ENROL_PATH, content=json.dumps(document).encode())
    except ServerAwayError as error:
        raise StationFaultError(
            f"{error}. Nothing was changed here; the code may still be good, try it again"
        ) from None
    problem = answer.problem
    if answer.status == CREATED:
        return answer
    if problem is not None and problem.code == REFUSED:
        raise StationFaultError(
            f"the server refuses this code ({problem.words}): it is mistyped, used or too old."
            " Ask for a new one"
        )
    if answer.is_busy:
        wait = f" in {answer.retry_after_s:.0f} s" if answer.retry_after_s else " later"
        raise StationFaultError(f"the server is busy ({answer.in_words()}): try again{wait}")
    raise StationFaultError(f"the server did not enrol this station: {answer.in_words()}")


def _identity(told: Mapping[str, Any], server: str, key: bytes) -> Identity:
    """Check the server's answer, field by field."""
    try:
        identity = Identity(
            server=server,
            station=_fitting(UID, told["station"]),
            name=str(told["name"]),
            keyid=str(told["keyid"]),
            token=str(told["token"]),
            server_public_key=_fitting(PUBLIC_KEY, told["server_public_key"]),
            scales=tuple(
                AssignedScale(**{**entry, "scale": _fitting(UID, entry["scale"])})
                for entry in told["scales"]
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StationFaultError(f"the server's answer is malformed: {error!r}") from None
    if identity.keyid != dsse.key_id(key):
        raise StationFaultError("the server enrolled another key than this station's")
    if told.get("server_keyid") != dsse.key_id(identity.server_key):
        raise StationFaultError("the server's key and its name do not belong together")
    return identity


def _fitting(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(value)
    return value
