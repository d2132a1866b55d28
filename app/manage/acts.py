"""The acts open on a scale now, as buttons: the most likely first, never more than four."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from flask import url_for
from flask_babel import lazy_gettext as _l

from app.domain.blocking import Obstacle
from app.domain.lifecycle import Action, State
from app.domain.permissions import LEGAL_ACTS, actions_for
from app.domain.roles import Role
from app.manage.links import link
from app.models import Scale
from app.standing import Hindrance, Standing
from app.web.words.say import say

MOST: Final = 4
# The most likely first; the first one is the big button.
ORDER: Final = (
    Action.PASS,
    Action.DEPLOY,
    Action.RESUME,
    Action.COMPLETE_REPAIR,
    Action.SUBMIT,
    Action.RETURN,
    Action.SUSPEND,
    Action.SEND_TO_REPAIR,
    Action.STORE,
)
# Done once, and for good: never beside the daily acts.
LAST: Final = (Action.RETIRE,)
ICONS: Final[Mapping[Action, str]] = MappingProxyType(
    {
        Action.PASS: "certificate",
        Action.DEPLOY: "send",
        Action.RESUME: "player-play",
        Action.COMPLETE_REPAIR: "check",
        Action.SUBMIT: "certificate",
        Action.RETURN: "arrow-back-up",
        Action.SUSPEND: "player-pause",
        Action.SEND_TO_REPAIR: "tool",
        Action.STORE: "building-store",
        Action.RETIRE: "trash",
    }
)
ASKS: Final = frozenset({Action.DEPLOY, Action.SUSPEND})
FOR_GOOD: Final = frozenset(LAST)
VERIFY: Final = _l("Verify it now")
CHECK: Final = _l("In-service check")
FINDING: Final = _l("See the finding")
# Open while a finding is, and yet no way back to a stall.
VAIN: Final = frozenset({Action.SUBMIT, Action.PASS, Action.STORE})
UNTIL_CONCLUDED: Final = _l("until the finding is concluded, the scale cannot be handed out.")
HINDRANCE: Final[Mapping[Hindrance, Any]] = MappingProxyType(
    {
        Hindrance.HELD: _l("It is held as evidence; first a decision must lift the hold."),
        Hindrance.OPENED: _l("Its case was opened since the last verification."),
    }
)


@dataclass(frozen=True, slots=True)
class Button:
    """One act: a way to its form, or the form itself where it asks nothing.

    Attributes:
        action: None for a way to where the next step is taken.
        hold: It cannot be undone, so it is pressed and held.
        vain: Why it is open but leads nowhere yet; empty where it does.
    """

    action: Action | None
    words: str
    icon: str
    url: str
    posts: bool
    hold: bool
    vain: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """An act that the state allows and something else forbids, with each reason in words."""

    words: str
    why: tuple[str, ...]


def buttons(scale: Scale, standing: Standing, roles: Collection[Role]) -> list[Button]:
    """Return the acts open now to a person with ``roles``: what helps first, what is vain last."""
    open_now = standing.actions(roles)
    found = [_button(scale, action) for action in ORDER if action in open_now]
    finding = next(iter(standing.facts.findings), None)
    if (check := _check(scale)) is not None:
        found = [check, *found]
    if finding is None:
        return found[:MOST]
    found = [
        replace(one, vain=str(UNTIL_CONCLUDED)) if one.action in VAIN else one for one in found
    ]
    found.sort(key=lambda one: bool(one.vain))
    url = link("oversee.finding", uid=finding)
    first = [Button(None, str(FINDING), "flag", url, posts=False, hold=False)] if url else []
    return [*first, *found][:MOST]


def last_buttons(scale: Scale, standing: Standing, roles: Collection[Role]) -> list[Button]:
    """Return the acts that end something, for the foot of the page."""
    open_now = standing.actions(roles)
    return [_button(scale, action) for action in LAST if action in open_now]


def blocked(standing: Standing, roles: Collection[Role]) -> list[Blocked]:
    """Return what the person might expect to do here, and why it is not open."""
    return [
        Blocked(say(action), tuple(dict.fromkeys(sentence(why) for why in obstacles)))
        for action in actions_for(roles, standing.state)
        if (obstacles := standing.obstacles(action, roles))
    ]


def sentence(obstacle: Obstacle | Hindrance) -> str:
    """Return one reason in words."""
    return str(HINDRANCE[obstacle]) if isinstance(obstacle, Hindrance) else say(obstacle)


def _check(scale: Scale) -> Button | None:
    """Return the way to an inspector's check of a scale in use; None for everybody else."""
    url = link("checks.write", uid=scale.uid)
    if url is None or scale.state is State.RETIRED:
        return None
    return Button(None, str(CHECK), "eye", url, posts=False, hold=False)


def _button(scale: Scale, action: Action) -> Button:
    if action in LEGAL_ACTS:
        url = link("worksheets.write", uid=scale.uid) or ""
        return Button(action, str(VERIFY), ICONS[action], url, posts=False, hold=False)
    asks = action in ASKS
    return Button(
        action,
        say(action),
        ICONS[action],
        url_for("manage_acts.ask", uid=scale.uid, action=action.value)
        if asks
        else url_for("manage_acts.do", uid=scale.uid),
        posts=not asks,
        hold=action in FOR_GOOD,
    )
