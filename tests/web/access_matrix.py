"""Who may call what, written down by hand: endpoint, who, and nothing else.

The line of an endpoint says who it is for; ``tests/web/test_access_matrix.py`` asserts every
cell of it: each role inside the region, each role of another region, somebody not signed in.

To add a route: one line. The parts of its path are filled by their names, `<uid:scale>` from
``things["scale"]`` of ``tests/support/world.py`` (``parts={"uid": "scale"}`` renames one; what
is no such name stands for itself).

- ``roles(...)``: these roles; what lies elsewhere answers 404 or 403 and shows no uid of there.
- ``shared=True``: what it shows belongs to no region (models, references), or to the caller alone.
- ``body={...}``: a body that means something (JSON for the API, a form for pages), so that what
  lies elsewhere is really looked for; "@scale" stands for the uid of the scale. The API also
  gets ``If-Match: *``.
- ``media=...``: what the API's body is called, where it is no JSON.
- ``inside={...}``: statuses with which it may refuse even the right caller, beside what an empty
  request earns (400, 409, 410, 413, 415, 422, 428): say why.

The lines stand by slice in ``tests/web/matrix``: add yours to the file of your slice. What one
slice alone speaks of (a body, some roles) stands there too, the rest in ``lines.py``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tests.web.matrix import (
    accounts,
    attest,
    configure,
    field,
    manage,
    oversee,
    portal,
    replacing,
    shared,
    signing,
    standards,
    verify,
)
from tests.web.matrix.lines import Line, roles

__all__ = ["MATRIX", "Line", "roles"]

PARTS: Final = (
    shared.MATRIX,
    accounts.MATRIX,
    attest.MATRIX,
    verify.MATRIX,
    field.MATRIX,
    manage.MATRIX,
    portal.MATRIX,
    replacing.MATRIX,
    configure.MATRIX,
    standards.MATRIX,
    signing.MATRIX,
    oversee.MATRIX,
)


def joined(*parts: Mapping[str, Line]) -> Mapping[str, Line]:
    """Return the lines of all parts; no endpoint has two."""
    lines: dict[str, Line] = {}
    for part in parts:
        twice = lines.keys() & part.keys()
        assert not twice, f"said twice: {sorted(twice)}"
        lines.update(part)
    return MappingProxyType(lines)


MATRIX: Final = joined(*PARTS)
