"""The rule sets that come with the program. They hold where an installation has none of its own.

Files rather than code: an administrator takes one, changes a number and hands it in as the next
version. They lie in this package because the command that judges a worksheet has no database.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from app.domain.rules.ruleset import RuleSet

FOLDER: Final = Path(__file__).parent / "data"
FILES: Final = ("jjg539-2016.json", "jjg1204-2025.json", "oiml-r76.json")


def documents() -> tuple[dict[str, Any], ...]:
    """Return the documents, read anew: whoever changes one changes no other's."""
    return tuple(json.loads((FOLDER / name).read_text(encoding="utf-8")) for name in FILES)


@cache
def built_in() -> tuple[RuleSet, ...]:
    """Return the rule sets that come with the program."""
    return tuple(RuleSet.of(document) for document in documents())
