"""Filters in words with their true counts, and the ways on from a scale's advisories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from flask import url_for
from flask_babel import gettext as _

from app.domain.advisories import AdvisoryCode
from app.domain.legal_status import PRECEDENCE, LegalCode
from app.domain.lifecycle import State
from app.domain.verdicts import PRECEDENCE as VERDICTS
from app.domain.verdicts import Verdict
from app.manage.links import link
from app.manage.queries import UNREAD, Asked, Counts
from app.models import Scale
from app.standing import Standing
from app.web.words.say import say

LEGAL_ORDER: Final = (LegalCode.VALID, *(code for code, _applies in PRECEDENCE))
Item = tuple[str, str, bool, int]


@dataclass(frozen=True, slots=True)
class Group:
    """One question with its answers; ``on`` is the answer chosen, if any."""

    title: str
    items: list[Item]
    on: str | None


def groups(asked: Asked, counts: Counts) -> list[Group]:
    """Return the filters as the list shows them; what would find nothing is left out."""
    return [
        _group(_("State"), "state", asked, _coded(State, counts.state)),
        _group(_("Legal status"), "legal", asked, _coded(LEGAL_ORDER, counts.legal)),
        _group(_("Program"), "firmware", asked, _program(counts.firmware)),
        _group(_("Place"), "place", asked, counts.places),
    ]


def chips(asked: Asked, found: Iterable[Group]) -> list[tuple[str, str, str]]:
    """Return the filters in force in words: the question, the answer, the list without it."""
    on = [
        (group.title, group.on, next(url for _words, url, is_on, _n in group.items if is_on))
        for group in found
        if group.on
    ]
    if asked.q:
        others = {name: value for name, value in chosen(asked).items() if name != "q"}
        on.insert(0, (_("Search"), asked.q, url_for("manage.scales", **others)))  # type: ignore[arg-type]  # only our names
    return on


def chosen(asked: Asked) -> dict[str, str]:
    """Return the filters in force, as an address holds them."""
    given = {
        "q": asked.q,
        "state": asked.state,
        "legal": asked.legal,
        "firmware": asked.firmware,
        "place": asked.place,
    }
    return {name: str(value) for name, value in given.items() if value}


def _group(title: str, name: str, asked: Asked, answers: Iterable[tuple[str, str, int]]) -> Group:
    now = chosen(asked)
    items: list[Item] = []
    on = None
    for value, words, number in answers:
        is_on = now.get(name) == value
        others = {key: kept for key, kept in now.items() if key != name}
        there = others if is_on else {**others, name: value}
        on = words if is_on else on
        if number or is_on:
            url = url_for("manage.scales", **there)  # type: ignore[arg-type]  # only our names
            items.append((words, url, is_on, number))
    return Group(title, items, on)


def _coded(codes: Iterable[Enum], numbers: Mapping[Any, int]) -> list[tuple[str, str, int]]:
    return [(code.value, say(code), numbers.get(code, 0)) for code in codes]


def _program(numbers: Mapping[Verdict | str, int]) -> list[tuple[str, str, int]]:
    unread = (UNREAD, _("no reading stands"), numbers.get(UNREAD, 0))
    return [*_coded(VERDICTS, numbers), unread]


def ways(scale: Scale, standing: Standing) -> dict[AdvisoryCode, tuple[str, str]]:
    """Return where to go on from an advisory: address and words, where there is a way."""
    found: dict[AdvisoryCode, tuple[str | None, str]] = {}
    finding = next(iter(standing.facts.findings), None)
    for code in (AdvisoryCode.FIRMWARE_MISMATCH, AdvisoryCode.FIRMWARE_INCONSISTENT):
        if finding:
            found[code] = (link("oversee.finding", uid=finding), _("See the finding"))
    page = url_for("manage.scale", uid=scale.uid)
    found[AdvisoryCode.EVIDENCE_LAPSED] = (f"{page}#program", _("To the program"))
    found[AdvisoryCode.NO_TAG] = (f"{page}#codes", _("To the codes"))
    return {code: (url, words) for code, (url, words) in found.items() if url}
