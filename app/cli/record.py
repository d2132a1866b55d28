"""`wutong record`: verify the signed record of a certificate or notice; no database is asked."""

from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click

from app.cli.context import FINDING, fail, settings
from app.crypto import dsse, keys
from app.crypto.keys import KeysMissingError
from app.verify.offline import Checked, NoRecordError, check, read_key

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
WORDS: Final = MappingProxyType(
    {
        "signature": "the signature does not fit the record and this key",
        "worksheet": "the worksheet in it is not the one whose digest was signed",
        "batch": "a signature of verifier, checker or signatory does not fit",
        "not_in_verified": "the verifier did not sign this worksheet",
        "not_in_checked": "the checker did not sign this worksheet",
        "not_in_approved": "the signatory did not sign this worksheet",
        "steps": "the three signatures are not all there",
        "signers": "the three signatures are not of three persons",
        "pdf": "the PDF is not the one that was issued",
        "dcc": "the DCC is not the one that was issued",
    }
)


@click.group("record")
def record() -> None:
    """Signed records of certificates and notices."""


@record.command()
@click.argument("file", type=FILE)
@click.option("--key", type=FILE, help="the installation's public key; ours where none is given")
@click.option("--pdf", type=FILE, help="also say whether this PDF is the one that was issued")
@click.option("--dcc", "xml", type=FILE, help="also say whether this DCC is the one issued")
def verify(file: Path, key: Path | None, pdf: Path | None, xml: Path | None) -> None:
    """Verify FILE: exit 0 when genuine, 1 when not, 3 when nothing can be said.

    No server, database or network is needed. A PDF of the same name beside FILE is compared too.
    """
    beside = file.with_suffix(".pdf")
    pdf = pdf or (beside if beside.is_file() else None)
    try:
        public = read_key(key.read_bytes()) if key else _ours()
        found = check(
            file.read_bytes(),
            public,
            pdf.read_bytes() if pdf else None,
            xml.read_bytes() if xml else None,
        )
    except NoRecordError as error:
        fail(str(error))
    _tell(found, public, pdf, xml)
    if found.faults:
        raise SystemExit(FINDING)


@record.command("key")
def print_key() -> None:
    """Print the public key with which records of this installation are verified, in hex."""
    click.echo(_ours().hex())


def _ours() -> bytes:
    try:
        return keys.load(settings().keys).server.public_key().public_bytes_raw()
    except KeysMissingError:
        fail("there is no key here to verify with: give the installation's public key by --key")


def _tell(found: Checked, public: bytes, pdf: Path | None, xml: Path | None) -> None:
    said: dict[str, Any] = dict(found.record.get("printed", {}))
    if found.faults:
        click.echo("NOT GENUINE" if "signature" in found.faults else "DOES NOT AGREE")
    else:
        click.echo("genuine")
    click.echo(f"  {said.get('title', '')} {said.get('number', '')}, {said.get('conclusion', '')}")
    for code in found.faults:
        click.echo(f"  {WORDS[code]}")
    for name, file in (("pdf", pdf), ("dcc", xml)):
        if file and name not in found.faults and "signature" not in found.faults:
            click.echo(f"  {file.name} is the {name.upper()} that was issued")
    click.echo(f"  key {dsse.keyid(public)}")


COMMANDS: Final = (record,)
