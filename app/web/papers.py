"""Papers as PDF/A-2b by typst: data go in as JSON, never as source; what cannot be set is an error.

The text is set in a 宋体 (GB 2312), and a sign that it has not in a 黑体 that has nearly all.
The same data give the same bytes: the date of the document is one of the data.
"""

import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import segno
import typst

from app.domain.errors import DomainError

HERE: Final = Path(__file__).parent
FONTS: Final = (HERE / "fonts", HERE.parent / "portal/fonts")
MASK: Final = 2


class PaperError(DomainError):
    """The paper cannot be set: a font is missing, or a sign is in none of them."""

    code = "paper_not_possible"


def pdf(source: Path, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of ``data`` set by the typst file ``source``.

    Raises:
        PaperError: A font or a glyph is missing, or the source has a mistake.
    """
    try:
        found, warnings = typst.compile_with_warnings(
            str(source),
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["a-2b"],  # this standard makes a missing glyph an error
        )
    except typst.TypstError as error:
        raise PaperError(f"the paper cannot be set: {error}") from error
    if warnings:  # an unknown font is no more than that to typst
        raise PaperError(f"the paper cannot be set: {warnings[0].message}")
    assert isinstance(found, bytes)  # noqa: S101 - one document, one file
    return found


def qr_svg(address: str) -> str:
    """Return the QR code of ``address`` as SVG, with its quiet zone."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False, mask=MASK).save(
        out, kind="svg", border=4, xmldecl=False
    )
    return out.getvalue().decode()


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts, read once: that takes longer than a paper."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(path) for path in FONTS])
