"""The browser of the tests: the system's Chromium, or Playwright's own where there is none."""

import os
import shutil
from collections.abc import Sequence

from playwright.sync_api import Browser, BrowserType, Playwright


def launch(playwright: Playwright) -> Browser:
    """Start a Chromium."""
    return launched(playwright.chromium)


def launched(kind: BrowserType, more: Sequence[str] = ()) -> Browser:
    """Start a Chromium with ``more`` switches; without its sandbox only for root, who has none."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return kind.launch(executable_path=shutil.which("chromium"), args=[*sandbox, *more])
