"""What a list says of missing codes: its words become grounds, the import gives the end."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy.orm import Session

from app.domain.calendar import add_months, local_date
from app.domain.gaps import CODES, Gap, Ground, Part, read
from app.ledger import remarks
from app.models import ImportLine, ImportSession, Scale
from app.standing.gaps import fill, keep

ABOUT: Final = "gaps"
MONTHS: Final = 12
BEFORE: Final = "gaps_before"
# Words of lists, the first that fits; anything else is kept as a remark.
CALLED: Final[Mapping[str, Ground]] = MappingProxyType(
    {
        "铭牌": Ground.PLATE_ILLEGIBLE,
        "看不清": Ground.PLATE_ILLEGIBLE,
        "模糊": Ground.PLATE_ILLEGIBLE,
        "停产": Ground.MAKER_GONE,
        "停业": Ground.MAKER_GONE,
        "倒闭": Ground.MAKER_GONE,
        "未提供": Ground.NOT_SUPPLIED,
        "维修": Ground.AT_REPAIR,
        "检定": Ground.AT_VERIFICATION,
        "老": Ground.OLD_TYPE,
        "旧": Ground.OLD_TYPE,
        "赋码": Ground.OLD_TYPE,
    }
)


def called(words: str) -> Ground:
    """Return the ground that a list means by ``words``."""
    return next((ground for word, ground in CALLED.items() if word in words), Ground.OTHER)


def begin(
    session: Session, scale: Scale, line: ImportLine, imported: ImportSession, at: datetime
) -> dict[str, str]:
    """Give grounds for what a scale of a list comes without; return what the story tells.

    Call it inside the act, when the scale has its number.
    """
    words = line.said.get("no_code_reason", "")
    ground = called(words) if words else Ground(imported.ground or Ground.OLD_TYPE)
    until = imported.ground_until or add_months(local_date(at), MONTHS)
    missing = [part for part in CODES if not getattr(scale, part.value)]
    given = dict.fromkeys(missing, Gap(ground, until))
    keep(scale, given | {Part.SEAL: Gap(Ground.AT_VERIFICATION, until)})
    free = words if ground is Ground.OTHER else ""
    if free:
        session.flush()
    return remarks.keep(session, scale, free, at=at, about=ABOUT)


def correct(scale: Scale, line: ImportLine) -> None:
    """Drop grounds for the codes that a list brings; what they were is kept for an undo."""
    brought = [part for part in CODES if line.changes.get(part.value, (None, None))[1]]
    if brought:
        line.said = {**line.said, BEFORE: scale.gaps}
        fill(scale, *brought)


def put_back(scale: Scale, line: ImportLine) -> None:
    """Give back the grounds as they were before the list."""
    if BEFORE in line.said:
        keep(scale, read(line.said[BEFORE]))
