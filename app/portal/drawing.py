"""Labels and cards: which papers there are, and a PDF or a printer's file as a response."""

from collections.abc import Sequence

from flask import Response
from flask_babel import gettext as _

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.portal import printers, sheets
from app.portal.sheets import PrintedTag


def papers() -> list[tuple[str, str]]:
    """Return name and words of each label paper and label printer."""
    found = [
        (
            name,
            _(
                "%(count)s labels, %(width)s × %(height)s mm",
                count=one.columns * one.rows,
                width=one.width,
                height=one.height,
            ),
        )
        for name, one in sheets.LAYOUTS.items()
    ]
    return found + [
        (name, _("label printer, %(language)s, 60 × 40 mm", language=ending.upper()))
        for name, (_write, ending) in printers.PRINTERS.items()
    ]


def known(name: str) -> None:
    """Refuse a paper that there is not.

    Raises:
        SheetError: It is no label paper, card or label printer.
    """
    if not any(name in names for names in (sheets.LAYOUTS, sheets.CARDS, printers.PRINTERS)):
        raise sheets.SheetError("there is no such label paper")


def drawn(tags: Sequence[PrintedTag], name: str, file: str) -> Response:
    """Return ``tags`` on the label paper or as the cards, or for the printer, ``name``."""
    if name in printers.PRINTERS:
        write, ending = printers.PRINTERS[name]
        disposition = f'attachment; filename="{file}.{ending}"'
        data, kind = write(tags), "application/octet-stream"
    else:
        disposition = f'inline; filename="{file}.pdf"'
        layout = sheets.CARDS.get(name) or sheets.LAYOUTS[name]
        data = sheets.sheet(tags, layout, local_date(utcnow()))
        kind = "application/pdf"
    return Response(data, content_type=kind, headers={"Content-Disposition": disposition})
