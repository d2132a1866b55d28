"""What a person or station may see: parts of the region tree, by path prefix.

Paths are GB/T 2260 codes with slashes on both sides, ``/32/3206/320612/``, so that
no region is a prefix of another's neighbour.
"""

from dataclasses import dataclass
from typing import Final

EVERYWHERE: Final = "/"


@dataclass(frozen=True, slots=True)
class Scope:
    """A set of sub-trees; empty means nothing at all."""

    paths: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Return whether ``path`` lies in one of the sub-trees."""
        return any(path.startswith(prefix) for prefix in self.paths)

    def __bool__(self) -> bool:
        return bool(self.paths)
