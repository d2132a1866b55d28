"""The forms of campaigns: text in, a wish or a visit out, words at a field where it is wrong."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.domain.campaigns import MOST_PER_DAY, PER_DAY, ListKind
from app.models import Place
from app.verify import forms_standards
from app.verify.forms_standards import Form
from app.verify.service.campaigns import Visit
from app.verify.service.campaigns_planning import CREW, SOON, Wish
from app.verify.service.errors import Fault

PLAN: Final = MappingProxyType(
    {
        "body": 36,
        "path": 120,
        "name": 120,
        "since": 10,
        "until": 10,
        "kind": 10,
        "within_days": 3,
        "per_day": 3,
        "crew_size": 1,
        "weekends": 1,
    }
)
DAY: Final = MappingProxyType({"place": 36, "held_on": 10, "spot": 120})
DEFAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kind": ListKind.DUE.value,
        "within_days": str(SOON),
        "per_day": str(PER_DAY),
        "crew_size": str(CREW),
    }
)
SAID: Final[Mapping[tuple[str, Fault], Any]] = MappingProxyType(
    {
        ("markets", Fault.MISSING): _l("Choose at least one market."),
        ("markets", Fault.NOT_HERE): _l("One of the markets is not in this region."),
        ("people", Fault.MISSING): _l("Choose at least one verifier."),
        ("until", Fault.TOO_LONG): _l("A campaign lasts three months at most."),
        ("per_day", Fault.MALFORMED): _l("From 1 to %(most)s scales.", most=MOST_PER_DAY),
        ("held_on", Fault.OUT_OF_ORDER): _l("This day does not fit into the campaign."),
        ("held_on", Fault.TAKEN): _l("The market has this day already."),
        ("crew", Fault.MISSING): _l("Choose at least one verifier."),
        ("number", Fault.NOT_HERE): _l("There is no such scale in this market."),
        ("number", Fault.TAKEN): _l("It stands on a list of this campaign already."),
    }
)


def said(name: str, fault: Fault) -> Any:  # noqa: ANN401 - a lazy string
    """Return the words for a fault of a field, in those of campaigns where they have their own."""
    return SAID.get((name, fault)) or forms_standards.said(name, fault)


def say_fault(name: str, fault: Fault, form: Form) -> None:
    """Note a fault in the words of campaigns."""
    form.errors.setdefault(name, said(name, fault))


def kind_of(form: Form) -> ListKind:
    """Return which scales are asked to come."""
    return form.one_of("kind", ListKind, ListKind.DUE)


def wish(form: Form, given: MultiDict[str, str]) -> Wish:
    """Return what the form of a plan wishes for; look at ``form.errors`` afterwards."""
    return Wish(
        markets=tuple(given.getlist("market")),
        people=tuple(given.getlist("person")),
        kind=kind_of(form),
        within_days=form.count("within_days"),
        per_day=form.count("per_day"),
        crew_size=max(1, form.count("crew_size")),
        weekends=form["weekends"] == "1",
    )


def visit(form: Form, given: MultiDict[str, str], place: Place) -> Visit | None:
    """Return the day as typed, or None where something is wrong with it."""
    held_on, crew = form.day("held_on"), tuple(given.getlist("person"))
    if held_on is None:
        form.fault("held_on", Fault.MISSING)
    if not crew:
        say_fault("crew", Fault.MISSING, form)
    if held_on is None or form.errors:
        return None
    return Visit(place=place, held_on=held_on, crew=crew, spot=form["spot"])
