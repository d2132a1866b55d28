"""The machine: settings, folders and their permissions, keys, disk, the log."""

import os
import re
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app.config import KEEP_DAYS, Settings
from app.crypto import keys
from app.domain.errors import DomainError
from app.upkeep import stamp
from app.web.readiness import N_, Finding, bad, ok, warn

LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
GIGABYTE: Final = 1024**3
BACKED_UP_EVERY: Final = timedelta(days=2)  # each day, and one to be late
LITTLE: Final = 5 * GIGABYTE
ALMOST_NONE: Final = GIGABYTE // 2
CONTAINER: Final = ("/.dockerenv", "/run/.containerenv")
OPTION: Final = re.compile(r"^\s*(Storage|MaxRetentionSec)\s*=\s*(\S*)", re.MULTILINE)
SPAN: Final = re.compile(r"(\d+)\s*([a-zA-Z]*)")
UNITS: Final = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800, "M": 2_629_800, "y": 31_557_600}


def settings(found: Settings) -> Iterator[Finding]:
    """Look at what the settings say together."""
    if found.demo:
        yield bad(
            "settings",
            N_("This is a demo: everybody knows the passwords of its accounts."),
            N_("Never put it on a public address; take WUTONG_DEMO away and begin anew."),
        )
    else:
        yield ok("settings", N_("The settings can be used."))
    yield from _address(found)
    if found.workers > 1 and found.database_url.startswith("sqlite"):
        yield warn(
            "workers",
            N_("%(workers)s web processes write to one SQLite file, one after the other."),
            N_("Set WUTONG_WORKERS=1 and more WUTONG_THREADS, or move to PostgreSQL."),
            workers=found.workers,
        )
    elif found.metrics is not None and not os.access(found.metrics, os.W_OK | os.X_OK):
        yield bad(
            "workers",
            N_("The web processes cannot share their counters in %(folder)s."),
            N_("Take PROMETHEUS_MULTIPROC_DIR away: wutong run makes a folder itself."),
            folder=found.metrics,
        )
    else:
        yield ok("workers", N_("%(workers)s web processes."), workers=found.workers)


def _address(found: Settings) -> Iterator[Finding]:
    address = urlsplit(found.base_url)
    host, secure = address.hostname or "", address.scheme == "https"
    local = host in LOCAL
    if not secure:
        yield (warn if local else bad)(
            "https",
            N_("%(url)s is no https address: passwords travel openly, and cameras stay closed."),
            N_("Put a proxy with a certificate in front and set WUTONG_BASE_URL=https://..."),
            url=found.base_url,
        )
    else:
        yield ok("https", N_("The address is https; cookies are marked Secure."))
    if secure and not found.trusted_proxies:
        yield bad(
            "proxies",
            N_("The proxy in front is not believed: all visitors seem to be one address."),
            N_("Set WUTONG_TRUSTED_PROXIES=1, or the number of proxies there are."),
        )
    elif found.trusted_proxies and not secure:
        yield warn(
            "proxies",
            N_("Headers of %(number)s proxies are believed, yet the address is not https."),
            N_("Without a proxy set WUTONG_TRUSTED_PROXIES=0: else anybody may pretend."),
            number=found.trusted_proxies,
        )
    else:
        yield ok("proxies", N_("%(number)s proxies are believed."), number=found.trusted_proxies)


def home(found: Settings) -> Iterator[Finding]:
    """Look who may read and write what lies in the home."""
    open_to_others = [
        path for path in _private(found) if path.exists() and path.stat().st_mode & OTHERS
    ]
    closed = [
        path
        for path in (found.home, found.blobs, found.keys)
        if not os.access(path, os.R_OK | os.W_OK | os.X_OK)
    ]
    if closed:
        yield bad(
            "home",
            N_("%(path)s is not there, or this account may not write to it."),
            N_("Run the doctor as the account of the service; wutong init makes what is missing."),
            path=closed[0],
        )
    elif open_to_others:
        yield bad(
            "home",
            N_("Other accounts of this machine may enter or read %(path)s."),
            N_("Run: chmod -R go-rwx %(home)s"),
            path=open_to_others[0],
            home=found.home,
        )
    else:
        yield ok("home", N_("%(home)s belongs to this account alone."), home=found.home)


def _private(found: Settings) -> Iterator[Path]:
    yield from (found.home, found.keys, found.blobs)
    if found.keys.is_dir():
        yield from sorted(found.keys.iterdir())


def key_files(found: Settings) -> Iterator[Finding]:
    """Look whether every key is there and can be read."""
    try:
        keys.load(found.keys)
    except DomainError:
        yield bad(
            "keys",
            N_("A key is missing or cannot be read in %(folder)s."),
            N_("Restore it from the backup. A fresh key is another installation's key."),
            folder=found.keys,
        )
    else:
        yield ok("keys", N_("All keys are there and can be read."))


def disk(found: Settings) -> Iterator[Finding]:
    """Look how much room is left."""
    free = shutil.disk_usage(found.home).free
    todo = N_("Make room, or give the folder a larger disk.")
    said = {"gigabytes": f"{free / GIGABYTE:.1f}", "home": found.home}
    if free < ALMOST_NONE:
        yield bad(
            "disk", N_("Almost no room is left for %(home)s: %(gigabytes)s GB."), todo, **said
        )
    elif free < LITTLE:
        yield warn("disk", N_("Little room is left for %(home)s: %(gigabytes)s GB."), todo, **said)
    else:
        yield ok("disk", N_("%(gigabytes)s GB are free for %(home)s."), **said)


def backup(found: Settings, at: datetime) -> Iterator[Finding]:
    """Look how old the last backup is."""
    made = stamp.last(found.home)
    if made is None:
        yield warn(
            "backup",
            N_("No backup of this home is known."),
            N_("Run: wutong backup, every day, and keep the files on another machine."),
        )
        return
    hours = int((at - made).total_seconds() // 3600)
    if at - made > BACKED_UP_EVERY:
        yield warn(
            "backup",
            N_("The last backup is %(days)s days old."),
            N_("Look at what starts wutong backup, and at its messages."),
            days=(at - made).days,
        )
    else:
        yield ok("backup", N_("The last backup is %(hours)s hours old."), hours=max(0, hours))


def log(found: Settings, root: Path = Path("/")) -> Iterator[Finding]:
    """Look whether whoever takes the log keeps it for half a year."""
    if any((root / name.lstrip("/")).exists() for name in CONTAINER):
        says = N_("Records in the database stay %(days)s days; the log is the container engine's.")
        yield ok("log", says, days=found.keep_days)
        return
    options = _journal(root)
    todo = N_("Set Storage=persistent and MaxRetentionSec=0 in /etc/systemd/journald.conf.")
    limit = _seconds(options.get("MaxRetentionSec", "0"))
    stays = options.get("Storage", "auto")
    if 0 < limit < timedelta(days=KEEP_DAYS).total_seconds():
        says = N_("The journal forgets after %(span)s; the law asks for %(days)s days.")
        yield bad("log", says, todo, span=options["MaxRetentionSec"], days=KEEP_DAYS)
    elif stays in {"volatile", "none"} or not (
        stays == "persistent" or (root / "var/log/journal").is_dir()
    ):
        says = N_("The journal does not outlive a restart; the law asks for %(days)s days.")
        yield warn("log", says, todo, days=KEEP_DAYS)
    else:
        says = N_("The journal is kept on disk; records in the database stay %(days)s days.")
        yield ok("log", says, days=found.keep_days)


def _journal(root: Path) -> dict[str, str]:
    folder = root / "etc/systemd"
    files = [folder / "journald.conf", *sorted((folder / "journald.conf.d").glob("*.conf"))]
    texts = [file.read_text(errors="replace") for file in files if file.is_file()]
    return dict(pair for text in texts for pair in OPTION.findall(text))


def _seconds(span: str) -> int:
    """Return the seconds of a span as systemd writes it: ``26week``, ``6month``, ``1d 12h``."""
    total = 0
    for number, unit in SPAN.findall(span):
        short = "M" if unit.startswith("month") else unit[:1]
        total += int(number) * UNITS.get(short, 1)
    return total
