"""The page for operators names every setting, with its default; and no other."""

import re
from pathlib import Path

from app import config
from app.config import Settings

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"\b(?:WUTONG_[A-Z_]+|PORT|PROMETHEUS_MULTIPROC_DIR)\b")
# Variables of compose.yaml and of libraries are none of ours.
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.*?) \| ", re.MULTILINE)


def rows() -> dict[str, str]:
    """Return the settings of the page and their defaults as written."""
    return dict(ROW.findall((ROOT / "docs/operations.md").read_text()))


def test_the_table_names_every_setting() -> None:
    """One row for each that `app.config` reads, and no row for one that is gone."""
    read = set(NAME.findall(Path(config.__file__).read_text()))
    assert set(rows()) == read


def test_the_defaults_are_those_of_the_program() -> None:
    """Where the default is a number or a word."""
    found, usual = rows(), Settings.from_env({})
    for name, value in {
        "PORT": usual.port,
        "WUTONG_TRUSTED_PROXIES": usual.trusted_proxies,
        "WUTONG_WORKERS": usual.workers,
        "WUTONG_THREADS": usual.threads,
        "WUTONG_KEEP_DAYS": usual.keep_days,
        "WUTONG_PASSWORD_PROFILE": usual.password_profile,
    }.items():
        assert found[name] == f"`{value}`"
