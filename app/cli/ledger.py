"""`wutong ledger`: verify the whole of it, or prove one entry."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.context import FINDING, fail, open_installation
from app.db.session import utcnow
from app.ledger import epochs, merkle, remarks
from app.ledger.checkpoints import latest
from app.ledger.door import SYSTEM
from app.ledger.erasures import Erasure, erasures
from app.ledger.kept import compare
from app.ledger.verify import problems
from app.models import Checkpoint, LedgerEntry, LedgerHead, Remark, Scale
from app.web.database import Installation

SHOWN: Final = 20
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
CUT: Final = "cut back to entry {cut} by the restore of {on}{why}, where epoch {number} begins"
AGAINST: Final = MappingProxyType(
    {
        "consistent": "this ledger holds what was signed (epoch {epoch}, entry {size})",
        "cut_back": f"belongs to epoch {{epoch}} at entry {{size}}, which was {CUT}",
        "evidence_lost": f"report {{evidence}} came in epoch {{epoch}}, which was {CUT};"
        " the report is to be sent again: scale-agent spool resend",
        "evidence_missing": "report {evidence} has our receipt, is not here, and no restore says"
        " why: it was removed",
        "fork": "FORK: entry {size} of epoch {epoch} was signed over another history than this",
        "shorter": "CUT OFF: entry {size} of epoch {epoch} was signed and the ledger no longer"
        " reaches it; no restore says why",
    }
)


@click.group("ledger")
def ledger() -> None:
    """Check that nothing changed behind the ledger's back."""


@ledger.command()
@click.option("--chain-only", is_flag=True, help="leave the business rows out")
@click.option("--against", type=FILE, help="a checkpoint or receipt that was kept elsewhere")
def verify(against: Path | None, *, chain_only: bool) -> None:
    """Recompute chain, checkpoints and business rows; name the first bad entry, exit 1.

    With --against also say whether the history that was signed in FILE is still this one.
    """
    work = open_installation()
    with work.database.reading() as session:
        head = session.scalar(select(LedgerHead))
        found = []
        for problem in problems(session, work.keys.server.public_key(), rows=not chain_only):
            found.append(problem)
            if len(found) == SHOWN:
                break
        checkpoint = latest(session)
        begun = epochs.current(session)
        differs = against is not None and _differs(work, session, against)
        gone = [] if found else erasures(session)
    size = head.size if head else 0
    if not found:
        signed = f"; signed up to entry {checkpoint.size}" if checkpoint else "; not signed yet"
        epoch = f"; epoch {begun}" if begun > epochs.FIRST else ""
        click.echo(f"intact: {size} entries{signed}{epoch}")
        _tell_erasures(gone)
    for problem in found:
        click.echo(f"entry {problem.seq}: {problem.code} {problem.subject}".rstrip())
    if found or differs:
        raise SystemExit(FINDING)


def _tell_erasures(gone: Sequence[Erasure]) -> None:
    """Say what was erased on purpose: recorded, so no finding."""
    remarked = [one for one in gone if one.subject.startswith("remark:")]
    for one in remarked:
        click.echo(f"{one.subject} erased on {one.at:%Y-%m-%d} by {one.by}")
    if persons := len(gone) - len(remarked):
        click.echo(f"{persons} {'person' if persons == 1 else 'persons'} erased")


@ledger.command("erase-remark")
@click.argument("uid")
@click.option("--because", required=True, help="why, in words without names; it is recorded")
@click.confirmation_option(prompt="The words cannot be brought back. Erase them?")
def erase_remark(uid: str, because: str) -> None:
    """Erase the words of remark UID; who did it and when stays in the ledger."""
    work = open_installation()
    with work.database.transaction() as session:
        row = session.scalar(select(Remark).where(Remark.uid == uid))
        if row is None:
            fail(f"there is no remark {uid}")
        remarks.erase(session, row, because, by=SYSTEM, at=utcnow())
    click.echo(f"{uid} is erased; backups made before still hold the words")


@ledger.command("remarks")
@click.argument("scale")
def list_remarks(scale: str) -> None:
    """List the remarks in the story of SCALE (its uid), with what erase-remark asks for."""
    work = open_installation()
    with work.database.reading() as session:
        found = session.scalar(select(Scale.id).where(Scale.uid == scale))
        if found is None:
            fail(f"no scale has the id {scale}; it stands in the address of its page")
        for row in session.scalars(
            select(Remark).where(Remark.scale_id == found).order_by(Remark.id)
        ):
            click.echo(f"{row.uid}  {row.at:%Y-%m-%d}  {row.text or '(erased)'}")


def _differs(work: Installation, session: Session, file: Path) -> bool:
    """Say how the statement in ``file`` relates to the ledger; return whether that is a finding."""
    try:
        document = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        fail(f"{file} is no JSON")
    answer = compare(session, work.keys.server.public_key(), document)
    began = answer.restored
    click.echo(
        f"{file.name}: "
        + AGAINST[answer.code].format(
            size=answer.size,
            epoch=answer.epoch,
            evidence=answer.evidence,
            cut=began.size if began else 0,
            number=began.number if began else 0,
            on=f"{began.at:%Y-%m-%d %H:%M} UTC" if began else "",
            why=f" ({began.reason})" if began and began.reason else "",
        )
    )
    return not answer.is_explained


@ledger.command()
@click.argument("seq", type=click.IntRange(min=1))
def prove(seq: int) -> None:
    """Print entry SEQ with its RFC 6962 audit path to the newest checkpoint, as JSON."""
    work = open_installation()
    with work.database.reading() as session:
        checkpoint = latest(session)
        if checkpoint is None or checkpoint.size < seq:
            fail(f"entry {seq} is not under a signed checkpoint yet")
        click.echo(json.dumps(_proof(session, seq, checkpoint), ensure_ascii=False, indent=2))


def _proof(session: Session, seq: int, checkpoint: Checkpoint) -> dict[str, object]:
    rows = session.execute(
        select(LedgerEntry.leaf).where(LedgerEntry.seq <= checkpoint.size).order_by(LedgerEntry.seq)
    )
    leaves = [bytes.fromhex(leaf) for (leaf,) in rows]
    return {
        "entry": json.loads(session.get_one(LedgerEntry, seq).data),
        "leaf": leaves[seq - 1].hex(),
        "index": seq - 1,
        "path": [node.hex() for node in merkle.inclusion(leaves, seq - 1)],
        "checkpoint": json.loads(checkpoint.envelope),
    }


COMMANDS: Final = (ledger,)
