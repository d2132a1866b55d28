"""The forms of this slice: text in, commands or words at a field out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Self

from flask_babel import lazy_gettext as _l

from app.domain.errors import DomainError
from app.domain.references import Origin
from app.web.refusals import of_code

MISSING: Final = _l("Please fill this in.")
TOO_LONG: Final = _l("This is too long.")
ADDRESS: Final = re.compile(r"(?:0[xX][0-9A-Fa-f]{1,8}|[0-9]{1,10})")
LARGEST: Final = 2**32 - 1
PORT: Final = re.compile(r"[A-Za-z0-9._:/@-]{1,60}")
# At which field a refusal of the service is shown; the others on top of the form.
FIELDS: Final[Mapping[str, str]] = {
    "image_does_not_fit": "base",
    "expiry_past": "expires_on",
    "model_has_no_profile": "model",
    "port_taken": "port",
    "assigned_elsewhere": "scale",
    "out_of_reach": "scale",
}


@dataclass(slots=True)
class Form:
    """What was typed, and what is wrong with it, by field."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, given: Mapping[str, str], **longest: int) -> Self:
        """Return the form; each named field is required and has a greatest length."""
        form = cls({name: given.get(name, "").strip() for name in longest})
        for name, limit in longest.items():
            if not form[name]:
                form.errors[name] = MISSING
            elif len(form[name]) > limit:
                form.errors[name] = TOO_LONG
        return form

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def also(self, given: Mapping[str, str], **longest: int) -> Self:
        """Take fields that may be left empty."""
        for name, limit in longest.items():
            self.values[name] = given.get(name, "").strip()
            if len(self[name]) > limit:
                self.errors[name] = TOO_LONG
        return self

    def refuse(self, error: DomainError, where: str = "") -> None:
        """Show a refusal of the service at its field."""
        self.errors[FIELDS.get(error.code, where)] = of_code(error.code).said


def assign_form(given: Mapping[str, str]) -> Form:
    """Return the form that puts a scale on a port."""
    form = Form.read(given, scale=36, port=60)
    if "port" not in form.errors and not PORT.fullmatch(form["port"]):
        form.errors["port"] = _l("Letters, digits and . _ : / @ - only, as in agent.toml.")
    return form


def reference_form(given: Mapping[str, str]) -> Form:
    """Return the form that files a reference image, without its file."""
    form = Form.read(given, model=36, software_id=80, origin=20, note=400)
    form.also(given, base=12, expires_on=10, file_name=200, file=64)
    if "origin" not in form.errors and form["origin"] not in set(Origin):
        form.errors["origin"] = _l("Choose one of these.")
    base = form["base"]
    if base and not (
        ADDRESS.fullmatch(base) and int(base, 0 if "x" in base.lower() else 10) <= LARGEST
    ):
        form.errors["base"] = _l("An address, such as 0x08000000 or 0.")
    if form["expires_on"] and day_of(form["expires_on"]) is None:
        form.errors["expires_on"] = _l("A date, such as 2028-11-23.")
    return form


def address_of(text: str) -> int | None:
    """Return the address that was typed, or None for none; the form has checked it."""
    if not text:
        return None
    return int(text, 16) if text.lower().startswith("0x") else int(text)


def day_of(text: str) -> date | None:
    """Return the date that was typed, or None where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
