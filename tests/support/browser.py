"""The browser of the tests: the system's Chromium, or Playwright's own where there is none."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import segno
from playwright.sync_api import Browser, BrowserType, Playwright, expect

FPS = 15
SIZE = (640, 480)
GREY = 180
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)  # five seconds are short where others keep the machine busy


def launch(playwright: Playwright) -> Browser:
    """Start a Chromium."""
    return launched(playwright.chromium)


def launched(kind: BrowserType, more: Sequence[str] = ()) -> Browser:
    """Start a Chromium with ``more`` switches; without its sandbox only for root, who has none."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return kind.launch(executable_path=shutil.which("chromium"), args=[*sandbox, *more])


def before_camera(seen: Path) -> list[str]:
    """Return the switches of a Chromium whose camera sees the film ``seen``."""
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={seen}",
    ]


def film(text: str, to: Path) -> Path:
    """Write a Y4M that shows ``text`` as a QR code: what the fake camera sees, in a loop."""
    width, height = SIZE
    rows = [
        [0 if dark else 255 for dark in row]
        for row in segno.make(text, error="m").matrix_iter(scale=6)
    ]
    top, left = (height - len(rows)) // 2, (width - len(rows)) // 2
    luma = bytearray([GREY]) * (width * height)
    for y, row in enumerate(rows, top):
        luma[y * width + left : y * width + left + len(row)] = bytes(row)
    picture = b"FRAME\n" + bytes(luma) + b"\x80" * (width * height // 2)
    head = f"YUV4MPEG2 W{width} H{height} F{FPS}:1 Ip A1:1 C420jpeg\n".encode()
    to.write_bytes(head + picture * FPS)
    return to
