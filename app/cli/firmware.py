"""`wutong firmware`: compare two program files without a server; approve a reference."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import select

from app.accounts.service import find
from app.attest.named_profiles import names
from app.attest.offline import EXIT_STATUS, compare_files
from app.attest.references import Archive, approve_reference
from app.cli.context import fail, open_installation
from app.db.session import utcnow
from app.models import Reference

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
WORDS: Final[Mapping[str, str]] = {
    "match": "IMAGE equals REFERENCE",
    "mismatch": "IMAGE differs from REFERENCE",
    "malformed": "a file cannot be read as a program",
}


@click.group("firmware")
def firmware() -> None:
    """Programs of scales."""


@firmware.command()
@click.argument("reference", type=FILE)
@click.argument("image", type=FILE)
@click.option("--profile", type=click.Choice(names()), help="where the program lies in the chip")
@click.option("--json", "as_json", is_flag=True, help="print the result as JSON")
def compare(reference: Path, image: Path, profile: str | None, *, as_json: bool) -> None:
    """Compare IMAGE with REFERENCE: exit 0 when equal, 1 when not, 3 when a file is malformed.

    Intel HEX, S-record, ELF and raw bytes. No server and no network is needed.
    """
    found = compare_files(reference, image, profile)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _tell(found)
    raise SystemExit(EXIT_STATUS[found["verdict"]])


def _tell(found: Mapping[str, Any]) -> None:
    click.echo(WORDS[found["verdict"]])
    if message := found.get("message"):
        click.echo(f"  {message}")
    if found["verdict"] == "malformed":
        return
    click.echo(f"  length   {found['length']} bytes, CRC-32 {found['crc32']}")
    for part, digest in found["sha256"].items():
        click.echo(f"  {part:<10} SHA-256 {digest or 'not part of this profile'}")
    click.echo(f"  alike    {found['similarity'] / 10:.1f} %")
    for one in found["differences"]:
        click.echo(f"  {one['start']:#010x}-{one['end'] - 1:#010x}  {one['kind']}")


@firmware.command()
@click.argument("reference")
@click.option("--by", required=True, help="sign-in name of the second custodian")
@click.option("--note", default="", help="remark to keep with the approval")
def approve(reference: str, by: str, note: str) -> None:
    """Approve the submitted reference with this id, as a custodian who did not submit it."""
    work = open_installation()
    at = utcnow()
    with work.database.transaction() as session:
        found = session.scalar(select(Reference).where(Reference.uid == reference))
        if found is None:
            fail(f"there is no reference {reference}")
        person = find(session, by)
        archive = Archive(work.keys.server, work.blobs)
        approve_reference(session, found, archive, note=note, by=person.uid, at=at)
        click.echo(f"approved: {found.model.name} {found.software_id}, until {found.expires_on}")


COMMANDS: Final = (firmware,)
