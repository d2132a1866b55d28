"""`wutong restore`: stage everything beside the target, check it, then rename it into place.

Whatever is refused, and whatever kills us before the journal is written, leaves the target
as it was.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import URL, select

from app.crypto import dsse, keys
from app.db import schema
from app.db.session import Database
from app.ledger import checkpoints, epochs
from app.ledger.door import SYSTEM
from app.ledger.epochs import Cause
from app.ledger.verify import problems
from app.models import Epoch, Person
from app.upkeep import facts, journal, postgresql, sealing, snapshot
from app.upkeep.archive import BLOBS, DATABASE, KEYS, Reader
from app.upkeep.checks import check
from app.upkeep.errors import UpkeepError
from app.upkeep.journal import STAGING, Journal
from app.upkeep.manifest import Facts
from app.upkeep.orders import Order, Restored

Say = Callable[[str], None]
SHOWN: Final = 5
PRIVATE: Final = 0o700


def restore(order: Order, say: Say) -> Restored:
    """Restore the backup completely, or change nothing.

    Raises:
        UpkeepError: Why not.
    """
    with Reader(order.file) as backup:
        check(order, backup)
        with _staging(order) as stage:
            say("reading the backup and comparing every digest ...")
            signer = _stage_keys(order, backup, stage)
            _stage_blobs(backup, stage)
            url = _stage_database(order, backup, stage)
            say("checking what was restored ...")
            result = _prove(order, backup, (url, signer), say)
            aside = _put_in_place(order, stage, url)
    return replace(result, aside=aside)


@contextmanager
def _staging(order: Order) -> Iterator[Path]:
    """Yield an empty private folder inside the home; gone again if the block fails."""
    target = order.target
    fresh = not target.home.exists()
    target.home.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    url = target.settings.database_url
    with journal.alone(target.home):
        journal.clean(target.home, url)
        stage = target.home / STAGING
        stage.mkdir(mode=PRIVATE)
        try:
            yield stage
        except BaseException:
            if not (stage / journal.JOURNAL).exists():
                journal.clean(target.home, url)
                if fresh:
                    shutil.rmtree(target.home, ignore_errors=True)
            raise


def _stage_keys(order: Order, backup: Reader, stage: Path) -> Ed25519PrivateKey:
    """Write the keys to ``stage``, unless they are here already; return the one that signs."""
    manifest, target = backup.manifest, order.target
    if order.passphrase is None or not manifest.with_keys:
        if target.has_keys():
            return keys.load(target.settings.keys).server
        raise UpkeepError(
            "the keys are not here; give the passphrase of this backup"
            if manifest.with_keys
            else f"this backup holds no keys; put those of {manifest.realm} into"
            f" {target.settings.keys} first"
        )
    found = sealing.unseal(backup.read(KEYS), order.passphrase, manifest.realm)
    if set(found) != keys.NAMES:
        raise UpkeepError("the keys in this backup are not whole")
    folder = stage / "keys"
    folder.mkdir(mode=PRIVATE)
    for name, content in found.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(content)
    signer = keys.load(folder).server
    if dsse.keyid(signer.public_key().public_bytes_raw()) != manifest.realm:
        raise UpkeepError("the keys in this backup are another installation's")
    return signer


def _stage_blobs(backup: Reader, stage: Path) -> None:
    folder = stage / "blobs"
    folder.mkdir(mode=PRIVATE)
    for digest in backup.blobs:
        (folder / digest[:2]).mkdir(mode=PRIVATE, exist_ok=True)
        backup.extract(BLOBS + digest, folder / digest[:2] / digest)
        if backup.manifest.members[BLOBS + digest].sha256 != digest:
            raise UpkeepError(f"the blob {digest} is not what its name says")


def _stage_database(order: Order, backup: Reader, stage: Path) -> URL:
    """Bring the database up beside the target's; return its address."""
    url = order.target.url
    kind = backup.manifest.facts.kind
    if kind == "sqlite":
        copy = order.target.files[0].with_name(f".{order.target.files[0].name}.restore")
        copy.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        (stage / journal.STAGED_DATABASE).write_text(str(copy))
        for suffix in journal.COMPANIONS:
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)
        backup.extract(DATABASE[kind], copy)
        return url.set(database=str(copy))
    dump = stage / "database.dump"
    backup.extract(DATABASE[kind], dump)
    loader = postgresql.program("pg_restore", postgresql.major(url))
    staged = url.set(database=postgresql.beside_name(url, "restore"))
    (stage / journal.STAGED_DATABASE).write_text(str(staged.database))
    postgresql.drop(staged)
    postgresql.make(staged, url)
    options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    postgresql.run(staged, [loader, *options, dump])
    dump.unlink()
    return staged


def _prove(
    order: Order, backup: Reader, staged: tuple[URL, Ed25519PrivateKey], say: Say
) -> Restored:
    """Compare the staged database with the manifest, bring it up to date, open the epoch."""
    url, signer = staged
    told = backup.manifest.facts
    if _held(url) != told:
        raise UpkeepError("the restored database does not hold what the manifest says")
    address = url.render_as_string(hide_password=False)
    newest = schema.newest(address)
    if told.revision != newest:
        say(f"the schema is brought from {told.revision} to {newest} ...")
        schema.upgrade(address)
    database = Database(address)
    try:
        _prove_ledger(order, database, signer)
        epoch = _open_epoch(order, backup, database, signer)
    finally:
        database.dispose()
    if url.get_backend_name() == "sqlite" and Path(f"{url.database}-wal").exists():
        raise UpkeepError("SQLite did not write everything into the restored file")
    upgraded = told.revision if told.revision != newest else None
    return Restored(epoch=epoch.number, size=told.size, upgraded_from=upgraded)


def _held(url: URL) -> Facts:
    if url.get_backend_name() == "sqlite":
        return snapshot.held(Path(str(url.database)))
    with postgresql.connected(url) as connection:
        return facts.of(connection)


def _prove_ledger(order: Order, database: Database, signer: Ed25519PrivateKey) -> None:
    found = []
    with database.reading() as session:
        for problem in problems(session, signer.public_key()):
            found.append(f"entry {problem.seq}: {problem.code} {problem.subject}".rstrip())
            if len(found) == SHOWN:
                break
    if found and not order.damaged_as_it_was:
        raise UpkeepError(
            "the backup is whole, but its ledger was damaged when it was taken: "
            + "; ".join(found)
            + "; --damaged-as-it-was restores it all the same"
        )


def _open_epoch(
    order: Order, backup: Reader, database: Database, signer: Ed25519PrivateKey
) -> Epoch:
    known, lost = order.target.reached()
    cause = Cause(backup=backup.digest, reason=order.reason, known=known, lost=lost)
    with database.transaction() as session:
        session.expire_on_commit = False
        by = SYSTEM
        if order.by is not None:
            found = session.scalar(select(Person.uid).where(Person.login == order.by))
            if found is None:
                raise UpkeepError(f"nobody is called {order.by} in this backup")
            by = found
        epoch = epochs.open_next(session, signer, cause, by=by, at=order.at)
        checkpoints.sign(session, signer, at=order.at)
    return epoch


def _put_in_place(order: Order, stage: Path, url: URL) -> tuple[str, ...]:
    """Write the journal and follow it; return where the old state lies now."""
    target, stamp = order.target, f"{order.at:%Y%m%dT%H%M%SZ}"
    aside = target.home / f"before-restore-{stamp}"
    into = [(stage / "blobs", target.settings.blobs)]
    if (stage / "keys").is_dir():
        into.append((stage / "keys", target.settings.keys))
    swap = None
    if target.kind == "sqlite":
        into.append((Path(str(url.database)), target.files[0]))
    else:
        old_name = postgresql.beside_name(target.url, f"before_{stamp.lower()}")
        swap = (target.url.render_as_string(), str(url.database), old_name)
    old = [path for _staged, path in into] + target.files[1:]
    kept = [(str(path), str(aside / path.name)) for path in old if path.exists()]
    told = (str(aside),) if kept else ()
    if swap is not None and postgresql.exists(target.url):
        told = (*told, f"the database {swap[2]}")
    moves = tuple((str(source), str(goal)) for source, goal in into)
    journal.write(target.home, Journal(aside=tuple(kept), into=moves, swap=swap))
    journal.finish(target.home, target.settings.database_url)
    return told
