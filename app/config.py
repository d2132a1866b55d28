"""Settings: read once from the environment, then passed by hand."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network
# The driver we ship; a bare URL would ask for another one.
DRIVER: Final = "postgresql+psycopg://"
BARE: Final = ("postgresql://", "postgres://")
LAST_PORT: Final = 65_535
# 等保 (GB/T 22239): records of access stay for six months at least.
KEEP_DAYS: Final = 184
# As in app.domain.copies, which the settings may not import.
TRAVEL_MINUTES: Final = (3, 10, 30, 60, 120)
LOCALES: Final = ("WUTONG_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
# Named in app.domain.password_profiles; the first one where nothing is set.
PASSWORD_PROFILES: Final = ("asvs", "djbh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator may set. There are no other environment reads.

    Attributes:
        home: Folder of the database, keys and blobs.
        database_url: SQLAlchemy URL; SQLite under ``home`` unless set.
        port: Of the web server, unless it is told otherwise; ``PORT``.
        base_url: Where the public reaches us; tags are signed for its host.
        trusted_proxies: Number of proxies in front of us whose headers count.
        threads: Threads of one web worker; a quarter of them may wait for tasks.
        metrics: Folder that the workers share their counters through; None for one worker.
        password_profile: Rules for passwords, ``asvs`` or ``djbh``.
        metrics_from: Networks that may read the numbers for Prometheus, beside this machine.
        keep_days: How long records of access stay: attempts to sign in, ended sessions, runs
            of jobs. The log itself is kept by who takes it, at least as long.
        sighting_days: How long it stays where staff scanned a tag; copies are told from it.
        import_days: How long an import keeps the names, telephone numbers and file it came
            with; so long it can be undone.
        travel_minutes: The shortest way between two places of one office, county, city,
            province, and beyond: two sightings of one tag in less time cannot be of one tag.
        rates: Percent of the usual limits of requests per minute; 0 for none.
        language: Of commands that speak both: ``zh`` or ``en``.
        demo: Whether demo accounts and their secrets may exist.
    """

    home: Path
    database_url: str
    port: int = 8000
    base_url: str = "http://127.0.0.1:8000"
    trusted_proxies: int = 0
    threads: int = 16
    workers: int = 1
    metrics: Path | None = None
    password_profile: str = PASSWORD_PROFILES[0]
    metrics_from: tuple[Network, ...] = ()
    keep_days: int = KEEP_DAYS
    sighting_days: int = 30
    import_days: int = 90
    travel_minutes: tuple[int, ...] = TRAVEL_MINUTES
    rates: int = 100
    language: str = "en"
    demo: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read ``WUTONG_*`` variables; ``WUTONG_HOME`` alone is enough.

        Raises:
            ValueError: A number is not one, or out of its range.
        """
        home = Path(env.get("WUTONG_HOME", "var")).absolute()
        port = _number(env, "PORT", 8000, 1, LAST_PORT)
        return cls(
            home=home,
            database_url=_with_driver(env.get("WUTONG_DATABASE_URL", ""))
            or f"sqlite:///{home / 'wutong.db'}",
            port=port,
            base_url=(env.get("WUTONG_BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
            trusted_proxies=_number(env, "WUTONG_TRUSTED_PROXIES", 0),
            threads=_number(env, "WUTONG_THREADS", 16, 1),
            workers=_number(env, "WUTONG_WORKERS", 1, 1),
            # The name is prometheus-client's own.
            metrics=Path(env["PROMETHEUS_MULTIPROC_DIR"])
            if "PROMETHEUS_MULTIPROC_DIR" in env
            else None,
            password_profile=_one_of(env, "WUTONG_PASSWORD_PROFILE", PASSWORD_PROFILES),
            metrics_from=_networks(env, "WUTONG_METRICS_FROM"),
            rates=_number(env, "WUTONG_RATES", 100, 0, 100_000),
            keep_days=_number(env, "WUTONG_KEEP_DAYS", KEEP_DAYS, KEEP_DAYS, 36_500),
            sighting_days=_number(env, "WUTONG_SIGHTING_DAYS", 30, 1, 366),
            import_days=_number(env, "WUTONG_IMPORT_DAYS", 90, 1, 3650),
            travel_minutes=_numbers(env, "WUTONG_TRAVEL_MINUTES", TRAVEL_MINUTES),
            language=_language(env),
            demo=env.get("WUTONG_DEMO", "") == "1",
        )

    @property
    def host(self) -> str:
        """The host that tags are signed for: with the port, without the scheme."""
        return host_of(self.base_url)

    @property
    def keys(self) -> Path:
        """Folder of the installation's private keys, mode 0700."""
        return self.home / "keys"

    @property
    def blobs(self) -> Path:
        """Folder of content-addressed files."""
        return self.home / "blobs"


def _number(env: Mapping[str, str], name: str, usual: int, least: int = 0, most: int = 999) -> int:
    text = env.get(name) or str(usual)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ValueError(f"{name} is no number from {least} to {most}: {text!r}")
    return int(text)


def _numbers(env: Mapping[str, str], name: str, usual: tuple[int, ...]) -> tuple[int, ...]:
    """Return as many numbers as ``usual`` has, none smaller than the one before it."""
    texts = (env.get(name) or ",".join(map(str, usual))).split(",")
    numbers = tuple(int(one) for one in texts if one.isascii() and one.isdigit())
    if len(numbers) != len(usual) or len(texts) != len(usual) or list(numbers) != sorted(numbers):
        raise ValueError(f"{name} is no list of {len(usual)} rising numbers: {','.join(texts)!r}")
    return numbers


def _one_of(env: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    text = env.get(name) or known[0]
    if text not in known:
        raise ValueError(f"{name} is none of {', '.join(known)}: {text!r}")
    return text


def _networks(env: Mapping[str, str], name: str) -> tuple[Network, ...]:
    texts = [text.strip() for text in env.get(name, "").split(",") if text.strip()]
    try:
        return tuple(ip_network(text) for text in texts)
    except ValueError as error:
        raise ValueError(f"{name} is no list of networks such as 10.1.0.0/16: {error}") from None


def _language(env: Mapping[str, str]) -> str:
    chosen = next((env[name] for name in LOCALES if env.get(name)), "")
    return "zh" if chosen.lower().startswith("zh") else "en"


def _with_driver(url: str) -> str:
    for bare in BARE:
        if url.startswith(bare):
            return DRIVER + url.removeprefix(bare)
    return url


def host_of(base_url: str) -> str:
    """Return the host in an address of ours: with the port, without the scheme."""
    return urlsplit(base_url).netloc
