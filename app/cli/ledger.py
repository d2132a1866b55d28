"""`wutong ledger`: verify the whole of it, or prove one entry."""

import json
from typing import Final

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.context import FINDING, fail, open_installation
from app.ledger import merkle
from app.ledger.checkpoints import latest
from app.ledger.verify import problems
from app.models import Checkpoint, LedgerEntry, LedgerHead

SHOWN: Final = 20


@click.group("ledger")
def ledger() -> None:
    """Check that nothing changed behind the ledger's back."""


@ledger.command()
@click.option("--chain-only", is_flag=True, help="leave the business rows out")
def verify(*, chain_only: bool) -> None:
    """Recompute chain, checkpoints and business rows; name the first bad entry, exit 1."""
    work = open_installation()
    with work.database.reading() as session:
        head = session.scalar(select(LedgerHead))
        found = []
        for problem in problems(session, work.keys.server.public_key(), rows=not chain_only):
            found.append(problem)
            if len(found) == SHOWN:
                break
        checkpoint = latest(session)
    size = head.size if head else 0
    if not found:
        signed = f"; signed up to entry {checkpoint.size}" if checkpoint else "; not signed yet"
        click.echo(f"intact: {size} entries{signed}")
        return
    for problem in found:
        click.echo(f"entry {problem.seq}: {problem.code} {problem.subject}".rstrip())
    raise SystemExit(FINDING)


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
