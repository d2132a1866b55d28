"""The words of the matrix: what a line says, and who several slices speak of."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from app.domain.roles import Role
from app.web.access import Audience


@dataclass(frozen=True, slots=True)
class Line:
    """Who an endpoint is for."""

    audience: Audience
    roles: frozenset[Role] = frozenset()
    shared: bool = False
    parts: Mapping[str, str] = field(default_factory=dict)
    inside: AbstractSet[int] = frozenset()
    body: Mapping[str, Any] = field(default_factory=dict)
    media: str = "application/json"


def roles(
    *which: Role,
    shared: bool = False,
    parts: Mapping[str, str] | None = None,
    inside: AbstractSet[int] = frozenset(),
    body: Mapping[str, Any] | None = None,
    media: str = "application/json",
) -> Line:
    """Return the line of a route for some roles; for every role where none is named."""
    who = frozenset(which or Role)
    return Line(Audience.SIGNED_IN, who, shared, parts or {}, inside, body or {}, media)


PUBLIC: Final = Line(Audience.PUBLIC)
SIGNING_IN: Final = Line(Audience.SIGNING_IN, frozenset(Role), shared=True)
OWN: Final = roles(shared=True)
STATION: Final = Line(Audience.STATION)
FILE_READERS: Final = tuple(set(Role) - {Role.ADMIN})
READING_ASKERS: Final = (Role.MANAGER, Role.INSPECTOR)
NOBODYS: Final[Mapping[str, Any]] = MappingProxyType(
    {"shared": True, "parts": {"uid": "scale"}, "inside": {404}}
)
SIGNING: Final = (Role.VERIFIER, Role.CHECKER, Role.SIGNATORY)
