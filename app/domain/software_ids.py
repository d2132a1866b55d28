"""Whether the software id of a scale is one that the approval of its type names."""

from collections.abc import Collection


def differs(shown: str, approved: Collection[str]) -> bool:
    """Return whether ``shown`` is none of ``approved``; where either says nothing, nobody knows.

    Letter by letter: ids are signed as they are written, and V1.0 is not v1.0.
    """
    return bool(shown and approved) and shown not in approved
