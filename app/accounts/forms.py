"""The forms of signing in and of one's own account: text in, commands or words at a field out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Self

from flask_babel import lazy_gettext as _l

from app.domain.errors import DomainError

LONGEST: Final = 200
MISSING: Final = _l("Please fill this in.")
TOO_LONG: Final = _l("This is too long.")
WEAK: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "short": _l("Take at least %(shortest)d characters."),
        "long": _l("Take at most 200 characters."),
        "login": _l("Do not build it around your sign-in name."),
        "common": _l("Everybody tries this one first. Take a few words of your own."),
        "kinds": _l("Take three of: small letters, capitals, digits, other signs."),
        "used": _l("You had this one before. Take another."),
    }
)
WEAK_PIN: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "form": _l("A PIN has six digits."),
        "common": _l("Everybody tries this one first. Take six digits of your own."),
    }
)
# At which field a refusal is shown, and how it is said there.
SHOWN: Final[Mapping[str, tuple[str, Any]]] = MappingProxyType(
    {
        "wrong_password": ("password", _l("Sign-in name or password is wrong.")),
        "wrong_code": ("code", _l("This code is wrong or was used. Take the next one.")),
        "wrong_pin": ("code", _l("This is not your PIN.")),
        "pin_locked": (
            "code",
            _l("The PIN is locked on this device. Type the six digits of the authenticator."),
        ),
        "wrong_recovery_code": ("code", _l("This is none of your unused recovery codes.")),
        "second_factor_stale": ("code", _l("Please scan the new picture and type its code.")),
        "wrong_reset": ("secret", _l("This secret is wrong, used, or older than three days.")),
    }
)


@dataclass(slots=True)
class Form:
    """What was typed, and what is wrong with it by field."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, given: Mapping[str, str], *required: str) -> Self:
        """Return the form with its required fields checked; passwords are taken as they are."""
        values = {name: given.get(name, "") for name in required}
        errors: dict[str, Any] = {name: MISSING for name, text in values.items() if not text}
        errors |= {name: TOO_LONG for name, text in values.items() if len(text) > LONGEST}
        return cls(values, errors)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def login(self) -> str:
        """Return the sign-in name as it is kept."""
        return self["login"].strip().casefold()

    def refuse(self, error: DomainError, where: str = "") -> None:
        """Show ``error`` at its field, or at ``where``."""
        if error.code == "too_many_tries":
            self.errors[where or next(iter(self.values))] = wait(error)
        elif error.code == "weak_password":
            self.errors["password"] = str(WEAK[str(error.facts["reason"])]) % error.facts
        elif error.code == "weak_pin":
            self.errors["pin"] = WEAK_PIN[str(error.facts["reason"])]
        else:
            place, words = SHOWN[error.code]
            self.errors[where or place] = words

    def require_equal(self, name: str, other: str) -> None:
        """Note when what was typed twice differs."""
        if name not in self.errors and self[name] != self[other]:
            self.errors[other] = _l("The two are not the same.")


def wait(error: DomainError) -> Any:  # noqa: ANN401 - a lazy text
    """Return how long to wait after too many tries, in minutes."""
    seconds = error.facts.get("retry_after", 0)
    minutes = max(1, -(-(seconds if isinstance(seconds, int) else 0) // 60))
    return _l("Too many tries. Please wait %(minutes)d minutes.", minutes=minutes)
