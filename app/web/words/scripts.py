"""The few words that the pages' script says itself, in the language of the page."""

from typing import Final

from flask_babel import lazy_gettext as _l

SCRIPT: Final = {
    "copied": _l("Copied"),
    "hold": _l("Press and hold"),
    "hold_longer": _l("Hold until the ring is full"),
    "sure": _l("This cannot be undone."),
    "yes": _l("Yes, do it"),
    "no": _l("Cancel"),
    "offline": _l("The server cannot be reached. What you typed is kept."),
    "refused": _l("The server refused this. Nothing was changed."),
}


def words() -> dict[str, str]:
    """Return the words by their keys."""
    return {key: str(word) for key, word in SCRIPT.items()}
