"""Labels as a response: a PDF to look at, or a file for a label printer."""

from collections.abc import Sequence

from flask import Response

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.portal import printers, sheets
from app.portal.sheets import PrintedTag


def drawn(tags: Sequence[PrintedTag], name: str, file: str) -> Response:
    """Return ``tags`` on the label paper, or for the printer, ``name``."""
    if name in printers.PRINTERS:
        write, ending = printers.PRINTERS[name]
        disposition = f'attachment; filename="{file}.{ending}"'
        data, kind = write(tags), "application/octet-stream"
    else:
        disposition = f'inline; filename="{file}.pdf"'
        data = sheets.sheet(tags, sheets.LAYOUTS[name], local_date(utcnow()))
        kind = "application/pdf"
    return Response(data, content_type=kind, headers={"Content-Disposition": disposition})
