"""`wutong backup` and `wutong restore`: one signed file, made while work goes on."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from app.cli.context import FINDING, complete_restore, fail, settings
from app.config import Settings
from app.db.session import utcnow
from app.upkeep import backup as backups
from app.upkeep import restore as restores
from app.upkeep.archive import Reader
from app.upkeep.orders import Order
from app.upkeep.target import Target

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
PLACE: Final = click.Path(path_type=Path)
PASSPHRASE: Final = "WUTONG_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable


def _passphrase(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--passphrase-file",
        type=FILE,
        envvar=PASSPHRASE,
        show_envvar=True,
        help="file whose first line is the passphrase of the keys; else it is asked for",
    )(command)


@click.command()
@click.option("--out", required=True, type=PLACE, help="the file to write, or a folder for it")
@_passphrase
@click.option("--without-keys", is_flag=True, help="leave the keys out; they are kept elsewhere")
def backup(out: Path, passphrase_file: Path | None, *, without_keys: bool) -> None:
    """Write database, blobs and sealed keys to one signed file; web and jobs may go on."""
    passphrase = None if without_keys else _asked(passphrase_file, confirm=True)
    found = settings()
    complete_restore(found)
    order = backups.Order(settings=found, out=out, passphrase=passphrase, at=utcnow())
    target, manifest = backups.make(order, _say)
    size = target.stat().st_size / 2**20
    _say(f"written: {target}, {size:.1f} MiB, of the installation {manifest.realm}")
    if manifest.damaged:
        _say(f"{len(manifest.damaged)} blobs were left out: their bytes are damaged on this disk")
        sys.exit(FINDING)


@click.command()
@click.argument("file", type=FILE)
@click.option("--into", type=PLACE, help="the home to restore into; default WUTONG_HOME")
@_passphrase
@click.option("--realm", help="key id of the installation that is meant, for an empty home")
@click.option("--replace", "replacing", is_flag=True, help="put aside what is there")
@click.option("--by", help="sign-in name of who restores, for the ledger")
@click.option("--reason", default="", help="why, for the ledger; no personal data")
@click.option("--damaged-as-it-was", is_flag=True, help="also a ledger that was damaged before")
def restore(file: Path, into: Path | None, passphrase_file: Path | None, **more: object) -> None:
    """Restore FILE completely, or change nothing; a new epoch of the ledger begins.

    The home is WUTONG_HOME or --into, the database WUTONG_DATABASE_URL or SQLite in the home.
    """
    target = Target(_aimed(into))
    complete_restore(target.settings)
    with Reader(file) as found:
        sealed, realm = found.manifest.with_keys, found.manifest.realm
    meant = more["realm"] or (None if target.realm else _confirmed(realm))
    passphrase = None
    if sealed and (passphrase_file or not target.has_keys()):
        passphrase = _asked(passphrase_file, confirm=False)
    done = restores.restore(
        Order(
            file=file,
            target=target,
            passphrase=passphrase,
            at=utcnow(),
            realm=str(meant) if meant else None,
            by=str(more["by"]) if more["by"] else None,
            reason=str(more["reason"]),
            replace=bool(more["replacing"]),
            damaged_as_it_was=bool(more["damaged_as_it_was"]),
        ),
        _say,
    )
    _say(f"restored: {done.size} ledger entries; epoch {done.epoch} begins behind them")
    if done.upgraded_from:
        _say(f"the schema was brought up from {done.upgraded_from}")
    for place in done.aside:
        _say(f"what was there before: {place}; remove it when all is well")
    _say("next: wutong ledger verify, then start web and jobs; see Restore in the operations guide")


def _aimed(into: Path | None) -> Settings:
    """Return the settings of the environment with ``into`` as their home."""
    found = settings()
    if into is None:
        return found
    home, usual = into.absolute(), f"sqlite:///{found.home / 'wutong.db'}"
    if found.database_url == usual:
        return replace(found, home=home, database_url=f"sqlite:///{home / 'wutong.db'}")
    return replace(found, home=home)


def _confirmed(realm: str) -> str | None:
    """Ask whoever sits at a terminal whether this installation is meant."""
    if not sys.stdin.isatty():
        return None
    if not click.confirm(f"This is a backup of the installation {realm}. Is that the one?"):
        fail("nothing was restored")
    return realm


def _asked(file: Path | None, *, confirm: bool) -> str:
    """Return the passphrase from ``file``, or from whoever sits at a terminal."""
    if file is not None:
        return (file.read_text().splitlines() or [""])[0]
    if not sys.stdin.isatty():
        fail(
            "the keys need a passphrase: --passphrase-file FILE"
            + (", or --without-keys" if confirm else "")
        )
    found: str = click.prompt(
        "Passphrase of the keys", hide_input=True, confirmation_prompt=confirm
    )
    return found


def _say(sentence: str) -> None:
    click.echo(sentence)


COMMANDS: Final = (backup, restore)
