"""Settings: read once from the environment, then passed by hand."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

# The driver we ship; a bare URL would ask for another one.
DRIVER: Final = "postgresql+psycopg://"
BARE: Final = ("postgresql://", "postgres://")
LAST_PORT: Final = 65_535


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
            demo=env.get("WUTONG_DEMO", "") == "1",
        )

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


def _with_driver(url: str) -> str:
    for bare in BARE:
        if url.startswith(bare):
            return DRIVER + url.removeprefix(bare)
    return url
