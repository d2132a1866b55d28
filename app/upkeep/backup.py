"""`wutong backup`: database, blobs and sealed keys in one signed file, while work goes on."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from app.blobs import Blobs
from app.config import Settings
from app.crypto import dsse, keys
from app.crypto.keys import Keys
from app.upkeep import sealing, snapshot, stamp
from app.upkeep.archive import BLOBS, DATABASE, DIGEST, KEYS, Writer, draft_of
from app.upkeep.errors import UpkeepError
from app.upkeep.manifest import Facts, Manifest

Say = Callable[[str], None]
MARGIN: Final = 16 * 2**20
MANY: Final = 1000
SUFFIX: Final = ".wutong-backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be backed up, and how.

    Attributes:
        out: The file to write, or a folder, which then gets one named after realm and time.
        passphrase: Seals the keys; None leaves them out.
    """

    settings: Settings
    out: Path
    passphrase: str | None
    at: datetime


def make(order: Order, say: Say) -> tuple[Path, Manifest]:
    """Write the backup; return the file and its manifest.

    The database comes first: a blob is stored before a row names it and never removed, so
    what the copy names is in the folder afterwards.

    Raises:
        UpkeepError: It cannot be done; no file of that name was left behind.
    """
    found = keys.load(order.settings.keys)
    realm = dsse.keyid(found.server.public_key().public_bytes_raw())
    target = _target(order, realm)
    if order.passphrase is not None:
        sealing.refuse_short(order.passphrase)
    _refuse_full_disk(order.settings, target.parent)
    with draft_of(target) as file:
        writer = Writer(file)
        facts = _add_database(order.settings, target, writer, say)
        damaged = _add_blobs(Blobs(order.settings.blobs), writer, say)
        if order.passphrase is not None:
            writer.add(KEYS, sealing.seal(_files(order.settings.keys), order.passphrase, realm))
            say("keys: sealed")
        manifest = _manifest(found, facts, writer, order, damaged)
        writer.close(manifest.sign(found.server))
    stamp.note(order.settings.home, order.at)
    return target, manifest


def _target(order: Order, realm: str) -> Path:
    if order.out.is_dir():
        return order.out / f"wutong-{realm[:8]}-{order.at:%Y%m%dT%H%M%SZ}{SUFFIX}"
    if not order.out.parent.is_dir():
        raise UpkeepError(f"there is no folder {order.out.parent}")
    return order.out


def _refuse_full_disk(settings: Settings, folder: Path) -> None:
    """Refuse what can be seen not to fit: the copy lies beside the file while it is written."""
    url = make_url(settings.database_url)
    copies = [Path(str(url.database))] if url.get_backend_name() == "sqlite" else []
    sizes = [2 * path.stat().st_size for path in copies if path.is_file()]
    sizes += [path.stat().st_size for path in _blobs(settings.blobs) if path.is_file()]
    need, free = sum(sizes) + MARGIN, shutil.disk_usage(folder).free
    if need > free:
        raise UpkeepError(
            f"the disk of {folder} has {free // 2**20} MiB left, the backup needs"
            f" {need // 2**20} MiB"
        )


def _add_database(settings: Settings, target: Path, writer: Writer, say: Say) -> Facts:
    url = make_url(settings.database_url)
    copy = target.with_name(f".{target.name}.database")
    say("database: copying ...")
    try:
        copy.unlink(missing_ok=True)
        copy.touch(mode=0o600)
        facts = snapshot.take(url, copy)
        writer.add_file(DATABASE[facts.kind], copy)
        size = copy.stat().st_size
    finally:
        copy.unlink(missing_ok=True)
    say(f"database: {facts.size} ledger entries, {size / 2**20:.1f} MiB")
    return facts


def _add_blobs(blobs: Blobs, writer: Writer, say: Say) -> tuple[str, ...]:
    damaged = []
    count = size = 0
    for path in _blobs(blobs.folder):
        try:
            data, came = path.read_bytes(), path.stat().st_mtime_ns
        except FileNotFoundError:
            continue  # refused a moment after it came, before any row named it
        if hashlib.sha256(data).hexdigest() != path.name:
            damaged.append(path.name)
            say(f"blob {path.name}: damaged on this disk, left out")
            continue
        writer.add(BLOBS + path.name, data, came)
        count, size = count + 1, size + len(data)
        if count % MANY == 0:
            say(f"blobs: {count} ...")
    say(f"blobs: {count}, {size / 2**20:.1f} MiB")
    return tuple(damaged)


def _blobs(folder: Path) -> Iterator[Path]:
    """Yield what is stored, not what is just being written."""
    for path in sorted(folder.glob("??/*")):
        if DIGEST.fullmatch(path.name):
            yield path


def _files(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in sorted(keys.NAMES)}


def _manifest(
    found: Keys, facts: Facts, writer: Writer, order: Order, damaged: tuple[str, ...]
) -> Manifest:
    public = found.server.public_key().public_bytes_raw()
    return Manifest(
        realm=dsse.keyid(public),
        public_key=public.hex(),
        made_at=int(order.at.timestamp()),
        with_keys=order.passphrase is not None,
        facts=facts,
        members=dict(writer.members),
        damaged=damaged,
    )
