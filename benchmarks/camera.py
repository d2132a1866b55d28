"""Scanning in a real Chromium before a fake camera: from its start to the answer on the screen."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from app.crypto import keys
from app.db.session import Database, utcnow
from app.domain.roles import Role
from app.portal import service
from app.web.identity import COOKIE
from benchmarks.harness import Row, at_most, median
from benchmarks.server_home import home, served
from tests.support import makers
from tests.support.browser import before_camera, film, launched
from tests.support.world import sign_in

TIMES: Final = 3
START_S, FRAME_MS = 1.5, 50
READY_MS: Final = 30_000
STARTED, ANSWERED = "scan-started", "scan-answered"


def scanning() -> Iterator[Row]:
    """Yield the time from the start of the camera to the answer, and that of one frame."""
    with home() as settings, tempfile.TemporaryDirectory() as folder:
        secrets = keys.load(settings.keys)
        database = Database(settings.database_url)
        with database.transaction() as session:
            place, model = makers.make_place(session), makers.make_model(session)
            scale = makers.make_scale(session, place, model, market_no="A-01")
            person = makers.make_person(session, "manager", [Role.MANAGER])
            tag = service.issue(session, scale, by="bench", at=utcnow())
            address = service.address(tag, secrets.tag, settings.base_url)
            token = sign_in(session, person, utcnow())
        database.dispose()
        seen = film(address, Path(folder) / "tag.y4m")
        with served(settings) as port, sync_playwright() as playwright:
            browser = launched(playwright.chromium, before_camera(seen))
            context = browser.new_context(
                viewport={"width": 390, "height": 844}, permissions=["camera"]
            )
            base = f"http://127.0.0.1:{port}"
            context.add_cookies([{"name": COOKIE, "value": token, "url": base}])
            found = [_scanned(context.new_page(), base) for _time in range(TIMES)]
            browser.close()
    note = "phone width; the median of three, each with a page of its own"
    yield at_most(
        "camera start to the scale's answer",
        median(answer for answer, _frame in found),
        "s",
        START_S,
        note=note,
    )
    yield at_most("camera, one frame", median(frame for _answer, frame in found), "ms", FRAME_MS)


def _scanned(page: Page, base: str) -> tuple[float, float]:
    """Return the seconds to the answer and the median time of a frame, ms."""
    page.goto(f"{base}/manage/scan")
    page.locator(".scan-answer[data-outcome=scan_scale]").wait_for(timeout=READY_MS)
    mark = "performance.getEntriesByName('{}').at(-1).startTime"
    took = page.evaluate(f"{mark.format(ANSWERED)} - {mark.format(STARTED)}")
    frames = page.evaluate("performance.getEntriesByName('scan-frame').map((one) => one.duration)")
    page.close()
    return took / 1000, median(frames)
