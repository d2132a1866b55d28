"""PDF by typst: data go in as JSON, never as source; a missing glyph is an error, not a box."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import typst

from app.domain.errors import DomainError

FONTS: Final = Path(__file__).parents[1] / "portal/fonts"


class TypesetError(DomainError):
    """The document cannot be set: fonts are missing, or a character is in none of them."""

    code = "typeset_not_possible"


def pdf(source: Path, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of the typst file ``source``, which reads ``sys.inputs.data``.

    Raises:
        TypesetError: A font or a glyph is missing.
    """
    try:
        found, warnings = typst.compile_with_warnings(
            str(source),
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)]),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["a-2b"],  # this standard makes a missing glyph an error
        )
    except typst.TypstError as error:
        raise TypesetError(f"the document cannot be set: {error}") from error
    if warnings:
        raise TypesetError(f"the document cannot be set: {warnings[0].message}")
    assert isinstance(found, bytes)  # noqa: S101 - one document, one file
    return found
