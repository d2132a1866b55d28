"""`wutong user` and `wutong token`: accounts are made in the shell, secrets are shown once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

import click
from sqlalchemy.orm import Session

from app.accounts import ending, erasing, recovery, service
from app.accounts.recovery import Reset
from app.cli.context import open_installation, settings
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.people import RESET
from app.domain.roles import Role
from app.domain.scope import EVERYWHERE
from app.domain.tokens import EVERY, TokenScope
from app.ledger.door import SYSTEM

SCOPES: Final = click.Choice([scope.value for scope in TokenScope])
ROLES: Final = click.Choice([role.value for role in Role])
WHERE: Final = "Set the password at {address}/sign-in/new-password with the secret below."


@contextmanager
def _writing() -> Iterator[tuple[Session, datetime]]:
    found = open_installation()
    try:
        with found.database.transaction() as session:
            yield session, utcnow()
    finally:
        found.database.dispose()


def _region(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--region", default=EVERYWHERE, show_default=True, help="Path of the region or place."
    )(command)


def _granted(roles: tuple[str, ...], region: str, at: datetime) -> tuple[service.Granted, ...]:
    return tuple(service.Granted(Role(role), region, local_date(at)) for role in roles)


@click.group()
def user() -> None:
    """Accounts of people."""


@user.command("add")
@click.argument("login")
@click.option("--name", default="", help="Name to show; the login when left out.")
@click.option("--role", "roles", multiple=True, type=ROLES, help="May be given several times.")
@_region
def add(login: str, name: str, roles: tuple[str, ...], region: str) -> None:
    """Make an account and print the one-use secret that sets its password."""
    with _writing() as (session, at):
        granted = _granted(roles, region, at)
        _person, secret = service.add_person(
            session, login, name or login, granted, by=SYSTEM, at=at
        )
    _hand_over(secret)


@user.command("grant")
@click.argument("login")
@click.option("--role", "roles", multiple=True, required=True, type=ROLES)
@_region
def grant(login: str, roles: tuple[str, ...], region: str) -> None:
    """Give a role inside a region, from today on."""
    with _writing() as (session, at):
        person = service.find(session, login)
        for granted in _granted(roles, region, at):
            service.grant(session, person, granted, by=SYSTEM, at=at)
    click.echo(f"{login}: {', '.join(roles)} in {region}")


@user.command("withdraw")
@click.argument("login")
@click.option("--role", required=True, type=ROLES)
def withdraw(login: str, role: str) -> None:
    """Take a role away everywhere; it acts on the next request."""
    with _writing() as (session, at):
        person = service.find(session, login)
        ended = service.withdraw(session, person, Role(role), by=SYSTEM, at=at)
    click.echo(f"{login}: {ended} grants of {role} ended")


@user.command("disable")
@click.argument("login")
def disable(login: str) -> None:
    """Close an account; its sessions and tokens end at once."""
    with _writing() as (session, at):
        service.disable(session, service.find(session, login), by=SYSTEM, at=at)
    click.echo(f"{login} is closed")


@user.command("erase")
@click.argument("login")
@click.confirmation_option(prompt="Name and login cannot be brought back. Erase them?")
def erase(login: str) -> None:
    """Erase the name, login and key of somebody whose roles have ended; it is recorded."""
    with _writing() as (session, at):
        erasing.erase_person(session, service.find(session, login), by=SYSTEM, at=at)
    click.echo(f"{login} is erased; backups made before still hold the name")


@user.command("reset")
@click.argument("login")
@click.option("--second-factor", is_flag=True, help="Also forget authenticator, PIN and devices.")
@click.option("--why", default="", help="Why, for the page on which a second person consents.")
@click.option("--alone", is_flag=True, help="No second administrator; the ledger says so.")
def reset(login: str, why: str, *, second_factor: bool, alone: bool) -> None:
    """Void the password, reopen the account, print the secret that sets a new password.

    For roles that act in law a second administrator consents on a page before the secret works
    together with a new second factor.
    """
    wanted = Reset(second_factor, alone, why)
    with _writing() as (session, at):
        person = service.find(session, login)
        secret = recovery.ask_reset(session, person, wanted, by=SYSTEM, at=at)
        asked = recovery.waiting(session, person, at)
        waits = asked is not None and asked.needs_consent
    if waits:
        address = f"{settings().base_url}/people"
        click.echo(f"It waits for the consent of an administrator at {address}", err=True)
    _hand_over(secret)


@user.command("sign-out")
@click.argument("login")
@click.option("--devices", is_flag=True, help="Also unbind every device.")
def sign_out(login: str, *, devices: bool) -> None:
    """End every session of a person; it acts on the next request."""
    with _writing() as (session, at):
        ended, unbound = ending.sign_out(
            session, service.find(session, login), devices=devices, by=SYSTEM, at=at
        )
    click.echo(f"{login}: {ended} sessions ended, {unbound} devices unbound")


@click.group()
def token() -> None:
    """Bearer tokens for the API."""


@token.command("add")
@click.option("--user", "login", required=True, help="Login of the person it stands for.")
@click.option("--note", default="", help="What it is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=SCOPES,
    help="What it may do, several times; read and write when left out.",
)
@click.option(
    "--days", type=click.IntRange(1, 3650), help="Days until it ends; none when left out."
)
def add_token(login: str, note: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Print a new token. It is shown this once."""
    wanted = " ".join(sorted(set(scopes))) or EVERY
    with _writing() as (session, at):
        until = at + timedelta(days=days) if days else None
        person = service.find(session, login)
        command = service.NewToken(note, wanted, until)
        found = service.add_token(session, person, command, by=SYSTEM, at=at)
    click.echo(found)


def _hand_over(secret: str) -> None:
    address = settings().base_url
    click.echo(WHERE.format(address=address), err=True)
    click.echo(f"It works once, within {RESET.days} days:", err=True)
    click.echo(secret)


COMMANDS: Final = (user, token)
