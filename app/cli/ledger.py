"""`wutong ledger`: verify the whole of it, or prove one entry."""

import json
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.context import FINDING, fail, open_installation
from app.ledger import epochs, merkle
from app.ledger.checkpoints import latest
from app.ledger.kept import compare
from app.ledger.verify import problems
from app.models import Checkpoint, LedgerEntry, LedgerHead
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
    size = head.size if head else 0
    if not found:
        signed = f"; signed up to entry {checkpoint.size}" if checkpoint else "; not signed yet"
        epoch = f"; epoch {begun}" if begun > epochs.FIRST else ""
        click.echo(f"intact: {size} entries{signed}{epoch}")
    for problem in found:
        click.echo(f"entry {problem.seq}: {problem.code} {problem.subject}".rstrip())
    if found or differs:
        raise SystemExit(FINDING)


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
