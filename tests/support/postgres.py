"""A throw-away PostgreSQL server: root or not, free port, no service, nothing left behind.

The locale is C.UTF-8: with C, trigram search would be blind to Chinese.
"""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.ports import free_port

LINE = "apt-get update && apt-get install -y postgresql"
INITDB = (
    *("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"),
    *("--lc-collate=C", "--lc-ctype=C.UTF-8"),
)
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "autovacuum": "off",
}


def programs() -> Path:
    """Return the folder of the newest server's programs."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    # A machine with only the client has the folder, but no initdb in it.
    folders = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not folders:
        raise RuntimeError(f"no PostgreSQL server programs here; run: {LINE}")
    return max(folders, key=lambda folder: int(re.findall(r"\d+", str(folder))[-1]))


def _as_someone(base: Path) -> dict[str, Any]:
    """Return how to start a server that refuses to be root."""
    how: dict[str, Any] = {"cwd": "/", "env": {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}}
    if os.geteuid() == 0:
        names = {user.pw_name for user in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(base, user.pw_uid, user.pw_gid)
        how |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return how


@contextlib.contextmanager
def server(kept: Path | None = None) -> Iterator[str]:
    """Yield the URL of a server, without the database's name.

    Args:
        kept: Where its data stay for the next time; thrown away afterwards without it.
    """
    # The path is short on purpose: a socket's may have 107 bytes.
    base = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    how = _as_someone(base)
    data = base / "data" if kept is None else kept
    if not (data / "PG_VERSION").exists():
        _create(data, how)
    port = free_port()
    options = " ".join(f"-c {key}={value}" for key, value in OPTIONS.items())
    keeper: list[str | Path] = [programs() / "pg_ctl", "-D", data, "-w"]
    subprocess.run(
        [*keeper, "-t", "300", "-l", base / "log", "-o", f"-p {port} -k {base} {options}", "start"],
        check=True,
        stdout=subprocess.DEVNULL,
        **how,
    )
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    finally:
        mode = "immediate" if kept is None else "fast"
        stop = [*keeper, "-m", mode, "stop"]
        subprocess.run(stop, check=False, stdout=subprocess.DEVNULL, **how)
        shutil.rmtree(base, ignore_errors=True)


def _create(data: Path, how: dict[str, Any]) -> None:
    if "user" in how:
        data.mkdir(exist_ok=True)
        os.chown(data, how["user"], how["group"])
    command: list[str | Path] = [programs() / "initdb", "-D", data, *INITDB]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **how)
