"""The browser of the tests: the system's Chromium, or Playwright's own where there is none."""

import os
import shutil

from playwright.sync_api import Browser, Playwright


def launch(playwright: Playwright) -> Browser:
    """Start a Chromium; without its sandbox only for root, who cannot have one."""
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox"] if os.geteuid() == 0 else [],
    )
