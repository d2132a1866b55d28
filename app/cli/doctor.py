"""`wutong doctor`: looks at everything an installation stands on, and says it in words."""

import gettext
import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.cli.checks import database, machine, work
from app.cli.context import FINDING, fail, open_database, settings
from app.config import Settings
from app.crypto import keys
from app.db.session import Database, utcnow
from app.domain.errors import DomainError
from app.web import readiness
from app.web.i18n import TRANSLATIONS
from app.web.readiness import N_, Finding, Level

Look = Callable[[Session], Iterator[Finding]]
MARK: Final = {Level.OK: N_("ok"), Level.WARN: N_("warn"), Level.BAD: N_("bad")}
COLOUR: Final = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "red"}
MACHINE: Final[Mapping[tuple[str, ...], Callable[[Settings], Iterator[Finding]]]] = (
    MappingProxyType(
        {
            ("settings", "https", "proxies", "workers"): machine.settings,
            ("home",): machine.home,
            ("keys",): machine.key_files,
            ("disk",): machine.disk,
            ("log",): machine.log,
            ("backup",): lambda found: machine.backup(found, utcnow()),
        }
    )
)
DATABASE: Final = (
    *("engine", "clock", "checkpoint", "totals", "jobs", "tasks", "stations", "tags"),
)
PARTS: Final = frozenset({*sum(MACHINE, ()), "fonts", *readiness.ASKED, *DATABASE})
SUM: Final = N_("%(ok)s ok, %(warn)s warn, %(bad)s bad")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="print what was found as JSON")
@click.option("--only", "parts", multiple=True, help="one part, such as jobs; several times")
def doctor(parts: tuple[str, ...], *, as_json: bool) -> None:
    """Look at the installation: exit 0 when nothing is bad, 1 when something is.

    Each line says how it is, what that means, and below it what to do. Chinese where
    WUTONG_LANG or the locale begins with zh.
    """
    found = settings()
    if not found.home.is_dir():
        fail(f"there is no installation in {found.home}; run: wutong init")
    if unknown := set(parts) - PARTS:
        raise click.BadParameter(f"there is no part {min(unknown)}", param_hint="--only")
    wanted = frozenset(parts) or PARTS
    findings = [one for one in examine(found, wanted) if one.part in wanted]
    _tell(findings, _translator(found), as_json=as_json)
    if any(one.level is Level.BAD for one in findings):
        raise SystemExit(FINDING)


def examine(found: Settings, wanted: frozenset[str]) -> Iterator[Finding]:
    """Yield what each look at ``wanted`` parts finds. None of them ends the others."""
    for parts, of_machine in MACHINE.items():
        if wanted & set(parts):
            yield from of_machine(found)
    opened = open_database(found)
    try:
        if wanted & {"fonts", *readiness.ASKED}:
            yield from readiness.look(found, opened)
        for parts, look in _inside(found).items():
            if wanted & set(parts):
                yield from _look(opened, parts[0], look)
    finally:
        opened.dispose()


def _look(opened: Database, part: str, look: Look) -> list[Finding]:
    try:
        with opened.reading() as session:
            return list(look(session))
    except (SQLAlchemyError, OSError):
        return [readiness.unanswered(part)]


def _inside(found: Settings) -> Mapping[tuple[str, ...], Look]:
    at, ours = utcnow(), _public_key(found)
    return {
        ("engine",): database.engine,
        ("clock",): lambda session: database.clock(session, at),
        ("checkpoint",): lambda session: database.checkpoint(ours, session, at),
        ("totals",): database.totals,
        ("jobs", "tasks"): lambda session: work.jobs(session, at),
        ("stations",): work.stations,
        ("tags",): lambda session: work.tags(found, session),
    }


def _public_key(found: Settings) -> Ed25519PublicKey | None:
    try:
        return keys.load(found.keys).server.public_key()
    except DomainError:
        return None  # the line of the keys says it


def _translator(found: Settings) -> Callable[[str], str]:
    return gettext.translation("messages", TRANSLATIONS, [found.language], fallback=True).gettext


def _tell(findings: list[Finding], say: Callable[[str], str], *, as_json: bool) -> None:
    count = {level: sum(one.level is level for one in findings) for level in Level}
    if as_json:
        rows = [_row(one, say) for one in findings]
        click.echo(json.dumps({"findings": rows, **count}, ensure_ascii=False, indent=2))
        return
    width = max(len(one.part) for one in findings)
    for one in findings:
        says, todo = one.words(say)
        mark = click.style(f"{say(MARK[one.level]):<4}", fg=COLOUR[one.level])
        click.echo(f"{mark} {one.part:<{width}} {says}")
        if todo:
            click.echo(f"{'':<{width + 5}} {todo}")
    click.echo(say(SUM) % count)


def _row(one: Finding, say: Callable[[str], str]) -> dict[str, object]:
    says, todo = one.words(say)
    facts = {name: str(value) for name, value in one.facts.items()}
    return {"part": one.part, "level": one.level, "says": says, "todo": todo, "facts": facts}


COMMANDS: Final = (doctor,)
