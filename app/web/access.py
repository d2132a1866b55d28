"""Who may call what: every route says so, and one hook holds it to that.

A route without a word is refused: forgetting the decorator closes the door, it does not
open it. Regions are the second half: views ask ``caller().scope(...)`` and queries filter by it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

from flask import Flask, current_app, g, request

from app.domain.errors import DomainError
from app.domain.roles import SECOND_FACTOR, Role
from app.domain.scope import Scope

View = TypeVar("View", bound=Callable[..., Any])


class Audience(StrEnum):
    """Who is meant where no role is.

    Anybody; whoever gave a password but not yet the second factor; anybody signed in;
    an enrolled station.
    """

    PUBLIC = "public"
    SIGNING_IN = "signing_in"
    SIGNED_IN = "signed_in"
    STATION = "station"


class NotSignedInError(DomainError):
    """Nobody is signed in, or the token is unknown, revoked or past its time."""

    code = "not_signed_in"


class ForbiddenError(DomainError):
    """The caller is known, but this is not for the roles held."""

    code = "forbidden"


class SecondFactorError(DomainError):
    """The caller's role asks for a second factor that was not given yet."""

    code = "second_factor_required"


class StepUpError(DomainError):
    """A legal act: the person must prove to be there, which a bearer token cannot."""

    code = "step_up_required"


class SessionLockedError(DomainError):
    """Nobody touched the shared device for two minutes: the PIN opens it again."""

    code = "session_locked"


class PasswordDueError(DomainError):
    """The password is older than the rules allow: a new one comes first."""

    code = "password_due"


class InsufficientScopeError(DomainError):
    """The person may do this, but the token was not made for it."""

    code = "insufficient_scope"


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person, or the person behind an API token.

    Attributes:
        grants: (role, path) of the grants in force today.
        enrolled: Whether the person has a second factor.
        second_factor: Whether this session gave it.
        by_token: Whether it came by an API token.
        scopes: What that token may do; empty without one.
        shared: Whether the session stands on a device that several people use.
        locked: Whether nobody touched that device for two minutes.
        password_due: Whether a new password comes before everything else.
    """

    id: int
    uid: str
    name: str
    login: str
    grants: tuple[tuple[Role, str], ...]
    enrolled: bool = False
    second_factor: bool = False
    by_token: bool = False
    scopes: frozenset[str] = frozenset()
    shared: bool = False
    locked: bool = False
    password_due: bool = False
    sign_in: str = field(default="", compare=False)

    @property
    def owes_second_factor(self) -> bool:
        """Whether the second factor is asked of this caller and was not given yet."""
        asked = self.enrolled or bool(self.roles & SECOND_FACTOR)
        return asked and not self.by_token and not self.second_factor

    @property
    def half_in(self) -> bool:
        """Whether something is asked of this caller before any page opens."""
        return self.locked or self.owes_second_factor or self.password_due

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere."""
        return frozenset(role for role, _path in self.grants)

    def scope(self, *roles: Role) -> Scope:
        """Return where the caller acts as one of ``roles``; as any role where none is named."""
        return Scope(
            tuple(sorted({path for role, path in self.grants if not roles or role in roles}))
        )

    def roles_at(self, path: str) -> frozenset[Role]:
        """Return the roles held at ``path``."""
        return frozenset(role for role, prefix in self.grants if path.startswith(prefix))


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of its caller."""

    audience: Audience
    roles: frozenset[Role] = frozenset()


ATTRIBUTE: Final = "__wutong_access__"
IDENTIFY: Final = "wutong_identify"
READERS: Final = frozenset(Role) - {Role.ADMIN}


def access(*who: Role | Audience) -> Callable[[View], View]:
    """Say who may call the decorated view: one audience, or any of some roles."""
    audiences = [one for one in who if isinstance(one, Audience)]
    roles = frozenset(one for one in who if isinstance(one, Role))
    rule = Access(audiences[0] if audiences else Audience.SIGNED_IN, roles)

    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, rule)
        return view

    return mark


def rule_of(app: Flask, endpoint: str) -> Access | None:
    """Return what ``endpoint`` asks for, or None where it says nothing."""
    if endpoint == "static":
        return Access(Audience.PUBLIC)
    return getattr(app.view_functions[endpoint], ATTRIBUTE, None)


def init_app(
    app: Flask, identify: Callable[[], Caller | None], is_station: Callable[[], bool]
) -> None:
    """Hold every request of ``app`` to its route's word.

    Args:
        identify: Returns the person behind the request's cookie or token.
        is_station: Returns whether the request's token is an enrolled station's.
    """
    app.extensions[IDENTIFY] = identify

    @app.before_request
    def check() -> None:
        if request.endpoint is None:
            return  # no such route: the 404 is public
        rule = rule_of(current_app, request.endpoint)
        if rule is None:
            raise ForbiddenError("this route does not say whom it is for")
        # Public pages read no cookie, so that they can be cached and hold no secret.
        if rule.audience in {Audience.SIGNING_IN, Audience.SIGNED_IN}:
            g.caller = identify()
            _hold(g.caller, rule)
        elif rule.audience is Audience.STATION and not is_station():
            raise NotSignedInError("no enrolled station has this token")


def _hold(found: Caller | None, rule: Access) -> None:
    if found is None:
        raise NotSignedInError("please sign in")
    if rule.audience is Audience.SIGNED_IN:
        _refuse_half_in(found)
    if rule.roles and not rule.roles & found.roles:
        raise ForbiddenError("not for the roles you hold")


def _refuse_half_in(found: Caller) -> None:
    if found.locked:
        raise SessionLockedError("this device is locked")
    if found.owes_second_factor:
        raise SecondFactorError("please give the second factor")
    if found.password_due:
        raise PasswordDueError("please set a new password")


def caller() -> Caller:
    """Return who calls.

    Raises:
        NotSignedInError: Nobody does; only on public routes.
    """
    found: Caller | None = g.get("caller")
    if found is None:
        raise NotSignedInError("please sign in")
    return found


def recall() -> None:
    """Learn who is refused where no hook came to ask: an address nobody knows, a stale form.

    What is for everybody keeps reading no cookie.
    """
    endpoint = request.endpoint
    rule = rule_of(current_app, endpoint) if endpoint else Access(Audience.SIGNED_IN)
    identify = current_app.extensions.get(IDENTIFY)
    if "caller" not in g and identify and rule and rule.audience is Audience.SIGNED_IN:
        g.caller = identify()


def maybe_caller() -> Caller | None:
    """Return who calls, or None on a public page."""
    found: Caller | None = g.get("caller")
    return found


def require_role(path: str, *roles: Role) -> None:
    """Refuse unless the caller holds one of ``roles`` at ``path``.

    Raises:
        ForbiddenError: Somewhere else perhaps, but not here.
    """
    if not caller().roles_at(path) & frozenset(roles):
        raise ForbiddenError("not for the roles you hold here")
