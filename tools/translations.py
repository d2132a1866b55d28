"""The catalogue of translations: compile it, refresh it, check that nothing is untranslated.

English message ids, one catalogue, sorted and without locations so that parallel work merges.
"""

import io
import re
import sys
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

CATALOGUE: Final = Path("app/web/translations/zh/LC_MESSAGES/messages.po")
METHODS: Final = [
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_l": None,
    "ngettext": (1, 2),
    "N_": None,
}
PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[sd]")


def extracted() -> set[str]:
    """Return every message id in code and templates."""
    found = extract_from_dir("app", METHODS, keywords=KEYWORDS)
    ids: set[str] = set()
    for _file, _line, message, _comments, _context in found:
        # Of singular and plural the first is the id.
        ids.add(message if isinstance(message, str) else message[0])
    return ids - {""}


def load() -> Catalog:
    """Return the Chinese catalogue."""
    return read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="zh")


def compile_catalogue() -> None:
    """Write messages.mo beside messages.po when it is older."""
    target = CATALOGUE.with_suffix(".mo")
    if not target.exists() or target.stat().st_mtime < CATALOGUE.stat().st_mtime:
        with target.open("wb") as file:
            write_mo(file, load())


def save(catalogue: Catalog) -> None:
    """Write ``catalogue`` sorted, without locations."""
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, sort_output=True, no_location=True, omit_header=False, width=100)


def problems() -> list[str]:
    """Return what is untranslated, unused or has lost a placeholder."""
    catalogue, wanted = load(), extracted()
    known = {m.id if isinstance(m.id, str) else m.id[0]: m for m in catalogue if m.id}
    found = [
        f"untranslated: {text!r}" for text in sorted(wanted) if not translated(known.get(text))
    ]
    found += [f"unused: {text!r}" for text in sorted(set(known) - wanted)]
    for text, message in known.items():
        strings = (
            [message.string] if isinstance(message.string, str) else list(message.string or ())
        )
        if any(
            s and set(PLACEHOLDER.findall(s)) != set(PLACEHOLDER.findall(text)) for s in strings
        ):
            found.append(f"placeholders differ: {text!r}")
    return found


def translated(message: object) -> bool:
    """Return whether ``message`` has a Chinese text."""
    string = getattr(message, "string", "")
    return bool(string) and (isinstance(string, str) or all(string))


def main() -> int:
    """Do what the first argument says: compile, check or prune."""
    match sys.argv[1:]:
        case ["compile"]:
            compile_catalogue()
        case ["check"]:
            found = problems()
            print("\n".join(found) or "translations: complete")
            return bool(found)
        case ["prune"]:
            catalogue, wanted = load(), extracted()
            for message in [m for m in catalogue if m.id]:
                text = message.id if isinstance(message.id, str) else message.id[0]
                if text not in wanted:
                    catalogue.delete(message.id)
            save(catalogue)
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
