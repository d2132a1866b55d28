"""``scale-agent spool``: what waits, what was set aside and why, and the way out by hand."""

import base64
import contextlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from scale_agent import config
from scale_agent.cli.outcome import in_words
from scale_agent.durable import make_private_folder, write_private
from scale_agent.faults import MistakeError, StationFaultError
from scale_agent.lock import BusyError, only_one
from scale_agent.spool import Spool
from scale_agent.spool_file import SPOOL_FILE, Rescue

EVERYTHING: Final = 1_000_000
TIMES: Final = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


@click.group("spool")
def command() -> None:
    """Show and handle the readings that wait in the spool."""


WHERE = (
    click.option("--config", "config_file", type=click.Path(path_type=Path), help="agent.toml"),
    click.option("--state", type=click.Path(path_type=Path), help="The state folder itself."),
)


def where(function: Any) -> Any:  # noqa: ANN401 - a click decorator takes and gives commands
    """Add the two ways to name the state folder."""
    for option in reversed(WHERE):
        function = option(function)
    return function


@command.command("list")
@where
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@in_words
def list_(config_file: Path | None, state: Path | None, *, as_json: bool) -> None:
    """List what waits, what was set aside and why."""
    with opened(config_file, state) as spool:
        found = overview(spool)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(
        f"{len(found['waiting'])} waiting, {len(found['aside'])} set aside,"
        f" {found['images']} images ({found['images_wanted']} wanted by the server),"
        f" {found['nonces']} nonces, last number {found['last_seq']}"
    )
    for entry in found["waiting"]:
        click.echo(f"  waiting    {_line(entry)}")
    for entry in found["aside"]:
        click.echo(f"  set aside  {_line(entry)}\n             {entry['status']} {entry['words']}")
    for entry in found["images_aside"]:
        click.echo(f"  image set aside  {entry['sha256']}\n             {entry['words']}")
    for name in found["moved_away"]:
        click.echo(f"  damaged spool, moved away: {name}")


@command.command("retry")
@where
@click.argument("uid", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@in_words
def retry(config_file: Path | None, state: Path | None, uid: str | None, *, as_json: bool) -> None:
    """Let what was set aside (one record by its UID, or everything) be sent again."""
    with opened(config_file, state) as spool:
        records = spool.retry(uid)
        images = spool.images.retry() if uid is None else 0
    if uid is not None and not records:
        raise MistakeError(f"no record {uid} is set aside, or this disk has damaged it")
    if as_json:
        click.echo(json.dumps({"records": records, "images": images}))
    else:
        click.echo(f"{records} records and {images} images wait again.")


@command.command("resend")
@where
@click.argument("uid", required=False)
@click.option("--since", type=click.DateTime(TIMES), help="UTC; the time of the server's backup.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@in_words
def resend(
    config_file: Path | None,
    state: Path | None,
    uid: str | None,
    since: datetime | None,
    *,
    as_json: bool,
) -> None:
    """Send again what was receipted: the server was restored from a backup and lost it.

    One record by its UID, or all since a time, of the last two weeks. The same report twice
    has one effect.
    """
    begin = 0 if since is None else int(since.replace(tzinfo=UTC).timestamp())
    with opened(config_file, state) as spool:
        records = spool.sent.resend(begin, uid)
    if uid is not None and not records:
        raise MistakeError(f"no record {uid} was receipted in the last two weeks")
    if as_json:
        click.echo(json.dumps({"records": records}))
    else:
        click.echo(f"{records} records wait again.")


@command.command("export")
@where
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@in_words
def export(config_file: Path | None, state: Path | None, folder: Path, *, as_json: bool) -> None:
    """Copy signed records and images into FOLDER, to carry them by hand; nothing is deleted."""
    try:
        make_private_folder(folder)
        with opened(config_file, state) as spool:
            records, images = _export(spool, folder)
    except OSError as error:
        raise StationFaultError(f"{folder} cannot be written: {error.strerror}") from None
    if as_json:
        click.echo(json.dumps({"records": records, "images": images, "folder": str(folder)}))
    else:
        click.echo(f"{records} records and {images} images copied to {folder}.")


def state_folder(config_file: Path | None, state: Path | None) -> Path:
    """Return the state folder that the options name.

    Raises:
        MistakeError: They name none, or one without a spool.
    """
    if state is None and config_file is None:
        raise MistakeError("say which station: --config FILE or --state DIR")
    found = state if state is not None else config.load(Path(str(config_file))).state
    if not (found / SPOOL_FILE).exists():
        raise MistakeError(f"there is no spool in {found}")
    return found


@contextlib.contextmanager
def opened(config_file: Path | None, state: Path | None) -> Iterator[Spool]:
    """Open the spool, beside a running agent or alone.

    Raises:
        MistakeError: There is no such spool.
        SpoolDamagedError: It is damaged and an agent is running on it.
    """
    folder = state_folder(config_file, state)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(only_one(folder))
            spool = Spool(folder, on_rescue=_tell_of_rescue)
        except BusyError:
            spool = Spool(folder, on_rescue=None)
        yield stack.enter_context(spool)


def _tell_of_rescue(rescue: Rescue) -> None:
    place = f"moved to {rescue.moved_to}" if rescue.moved_to else "nothing was left of it"
    click.echo(
        f"The spool was damaged: {place}, {rescue.records} records and {rescue.images} images"
        " were saved.",
        err=True,
    )


def overview(spool: Spool) -> dict[str, Any]:
    """Return everything in the spool as one document."""
    counts = spool.counts()
    return {
        "state": str(spool.state),
        "waiting": [
            _described(record.seq, record.uid, record.envelope)
            for record in spool.waiting(limit=EVERYTHING, most_bytes=2**40)
        ],
        "aside": [
            {
                **_described(aside.seq, aside.uid, aside.envelope),
                "status": aside.status,
                "code": aside.code,
                "words": aside.words,
            }
            for aside in spool.asides()
        ],
        "images": counts.images,
        "images_wanted": counts.images_wanted,
        "images_aside": [
            {"sha256": sha256, "words": words} for sha256, words in spool.images.asides()
        ],
        "nonces": spool.nonces.left(at=time.time()),
        "last_seq": counts.last_seq,
        "moved_away": sorted(
            path.name
            for path in spool.state.glob(f"{SPOOL_FILE}.damaged-*")
            if not path.name.endswith(("-wal", "-shm"))
        ),
    }


def _described(seq: int, uid: str, envelope: bytes) -> dict[str, Any]:
    """Return what a person wants to know of a record, as far as it can still be read."""
    known = {"seq": seq, "uid": uid, "bytes": len(envelope)}
    try:
        told = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
        names = ("scale", "port", "verdict", "iat", "task")
        return {**known, **{name: told[name] for name in names if name in told}}
    except (ValueError, KeyError, TypeError):
        return known


def _line(entry: dict[str, Any]) -> str:
    at = "?"
    with contextlib.suppress(KeyError, ValueError, OverflowError, OSError):
        at = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(entry["iat"]))
    verdict = entry.get("verdict", "?")
    return f"#{entry['seq']}  {at}  {entry.get('port', '?')}  {verdict}  {entry['uid']}"


def _export(spool: Spool, folder: Path) -> tuple[int, int]:
    """Write one file for each record and image; return how many of each."""
    images: set[str] = set()
    records = 0
    everything = spool.waiting(limit=EVERYTHING, most_bytes=2**40)
    for seq, uid, envelope in (
        *((record.seq, record.uid, record.envelope) for record in everything),
        *((aside.seq, aside.uid, aside.envelope) for aside in spool.asides()),
    ):
        write_private(folder / f"{seq:09d}-{uid}.json", envelope)
        records += 1
    for sha256 in spool.images.names():
        content = spool.images.get(sha256)
        if content is not None:
            write_private(folder / f"{sha256}.bin", content)
            images.add(sha256)
    return records, len(images)
