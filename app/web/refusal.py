"""How one kind of refusal is shown, and what most of them tell people to do."""

from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Refusal:
    """How one kind of refusal is shown."""

    status: int
    said: Any
    to_do: Any = ""


BACK: Final = _l("Go back, read the page again and repeat the step.")
ASK: Final = _l("If you need this, ask the administrator of your region.")
CORRECT: Final = _l("Correct it and send it again. What you typed is kept.")
HELD: Final = _l("Wait until the hold is lifted.")
PROGRAM: Final = _l("This is a fault of the sending program; tell its maker the code below.")
