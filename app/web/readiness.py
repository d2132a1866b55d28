"""What work needs, each part looked at by itself; a part that is ill says so in words.

Asked by /readyz every few seconds and by `wutong doctor`: nothing here takes long.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from PIL import ImageFont
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import schema
from app.db.session import Database
from app.models import LedgerEntry, LedgerHead

FONTS: Final = Path(__file__).parents[1] / "portal/fonts"
FACES: Final = 2  # regular and bold
SHOWN: Final = "衡器检定¥"
NO_SIGN: Final = "\U0010fffe"  # what no font has: drawn as a box
ASKED: Final = ("database", "locale", "migrations", "ledger")
PATH_COLUMNS: Final = text(
    "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema()"
    " AND column_name = 'path' AND collation_name IS DISTINCT FROM 'C'"
)


def N_(message: str) -> str:  # noqa: N802 - the word that extraction of messages looks for
    """Mark ``message`` as one to translate where it is shown."""
    return message


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found: the part, how bad it is, what it means and what to do about it.

    ``says`` and ``todo`` are messages to translate, with ``facts`` for their placeholders.
    """

    part: str
    level: Level
    says: str
    todo: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    def words(self, translate: Callable[[str], str]) -> tuple[str, str]:
        """Return what it means and what to do, in the language of ``translate``."""
        says, todo = (translate(one) if one else "" for one in (self.says, self.todo))
        return says % self.facts, todo % self.facts


def ok(part: str, says: str, **facts: object) -> Finding:
    """Return that a part is well."""
    return Finding(part, Level.OK, says, "", facts)


def warn(part: str, says: str, todo: str, **facts: object) -> Finding:
    """Return that a part works, and will not for ever."""
    return Finding(part, Level.WARN, says, todo, facts)


def bad(part: str, says: str, todo: str, **facts: object) -> Finding:
    """Return that a part does not do what is relied on."""
    return Finding(part, Level.BAD, says, todo, facts)


def look(found: Settings, database: Database) -> list[Finding]:
    """Return what each part says of itself; a database that does not answer ends the row."""
    seen = [fonts()]
    try:
        with database.reading() as session:
            session.execute(select(1))
            seen.append(ok("database", N_("The database answers.")))
            seen.append(locale(session))
            seen.append(migrations(found, session))
            seen.append(ledger(session))
    except (SQLAlchemyError, OSError):
        asked = {finding.part for finding in seen}
        seen += [unanswered(part) for part in ASKED if part not in asked]
    return seen


def fonts() -> Finding:
    """Look whether certificates and labels can be set in Chinese."""
    faces = sorted(FONTS.glob("*.ttf"))
    lacking = [face.name for face in faces if not _is_chinese(face, face.stat().st_mtime_ns)]
    if len(faces) < FACES or lacking:
        return bad(
            "fonts",
            N_("Fonts with Chinese signs are missing: labels and PDFs would show boxes."),
            N_("Build the fonts: make install, or install the package again."),
        )
    return ok("fonts", N_("The fonts for PDFs are there and have Chinese signs."))


def locale(session: Session) -> Finding:
    """Look whether the database knows a Chinese sign for a letter, and orders paths by bytes."""
    if session.get_bind().dialect.name != "postgresql":
        return ok("locale", N_("SQLite keeps text as UTF-8 and orders it by bytes."))
    encoding = session.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8" or not session.scalar(text("SELECT '衡' ~ '[[:alpha:]]'")):
        return bad(
            "locale",
            N_("The database's locale does not know Chinese: searching by name finds nothing."),
            N_("Make a database with ENCODING 'UTF8' LC_CTYPE 'C.UTF-8' and move the data there."),
        )
    if session.scalar(PATH_COLUMNS):
        return bad(
            "locale",
            N_("Columns of region paths are not ordered by bytes: regions would lack rows."),
            N_("Run: wutong db upgrade. If it stays, restore a backup into a new database."),
        )
    return ok("locale", N_("The database knows Chinese letters and orders paths by bytes."))


def migrations(found: Settings, session: Session) -> Finding:
    """Look whether the schema is the one that the program wants."""
    current = schema.revision(session.connection())
    wanted = _newest(found.database_url)
    if current != wanted:
        return bad(
            "migrations",
            N_("The database's schema is %(current)s and the program wants %(wanted)s."),
            N_("Run: wutong db upgrade, or go back to the program that fits."),
            current=current or "-",
            wanted=wanted,
        )
    return ok("migrations", N_("The schema is the newest: %(current)s."), current=current)


def ledger(session: Session) -> Finding:
    """Look whether the ledger ends where its head says, with the entry that it says."""
    head = session.scalar(select(LedgerHead))
    last = session.scalar(select(func.max(LedgerEntry.seq))) or 0
    leaf = session.scalar(select(LedgerEntry.leaf).where(LedgerEntry.seq == last)) or ""
    if head is None or head.size != last or (last and head.leaf != leaf):
        return bad(
            "ledger",
            N_("The ledger's head and its newest entry do not fit: entry %(last)s, head %(size)s."),
            N_("Stop wutong run and wutong jobs, then run: wutong ledger verify."),
            last=last,
            size=head.size if head else "-",
        )
    return ok("ledger", N_("The ledger ends at entry %(size)s, as its head says."), size=last)


def unanswered(part: str) -> Finding:
    """Return that a part could not be looked at."""
    if part == "database":
        says = N_("The database does not answer.")
        todo = N_("Start it, and check WUTONG_DATABASE_URL, its address, name and password.")
        return bad(part, says, todo)
    says = N_("The database does not answer, so this could not be looked at.")
    return bad(part, says, N_("Look at the line of the database first."))


@cache
def _newest(url: str) -> str | None:
    return schema.newest(url)


@cache
def _is_chinese(face: Path, _changed: int) -> bool:
    try:
        font = ImageFont.truetype(face, 24)
    except OSError:
        return False
    box = bytes(font.getmask(NO_SIGN))
    return all(bytes(font.getmask(sign)) not in {box, b""} for sign in SHOWN)
