"""A round over twenty scales in a real Chromium: taps and seconds per scale of a verifier."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import sync_playwright
from sqlalchemy import select

from app.domain.lifecycle import State
from app.domain.roles import Role
from app.models import Person, Place, ScaleModel, Worksheet
from app.web.identity import COOKIE
from benchmarks.harness import Row, at_most
from benchmarks.sizes import IS_TINY
from tests.support import databases
from tests.support.browser import launch
from tests.support.house import House, build
from tests.support.makers import make_scale
from tests.support.thumb import Thumb, answering
from tests.verify.field import make_field

SCALES: Final = 2 if IS_TINY else 20
MOST_TAPS, MOST_SECONDS = 30, 10
NOTE: Final = (
    "first verification, 15 kg, e = 5 g, each load once over all scales; pre-checks, 18 readings,"
    " marks and submission; the hands' time with weights is not in it"
)


def round_of_scales() -> Iterator[Row]:
    """Yield taps and seconds per scale; each scale has a worksheet of its own at the end."""
    with TemporaryDirectory() as folder:
        house, uids = _market(Path(folder))
        with answering(house.app) as base, sync_playwright() as playwright:
            browser = launch(playwright)
            context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="zh-CN")
            token = house.cookies[Role.VERIFIER]
            context.add_cookies([{"name": COOKIE, "value": token, "url": base}])
            thumb = Thumb(context.new_page())
            query = "&".join(f"scale={uid}" for uid in uids)
            thumb.page.goto(f"{base}/verify/worksheets/together?{query}&lang=zh")
            began = time.perf_counter()
            thumb.begin()
            thumb.until("summary")
            thumb.saved()
            thumb.agree()
            thumb.page.wait_for_function(
                "n => document.querySelectorAll('.ws-end a').length === n", arg=SCALES
            )
            took = time.perf_counter() - began
            browser.close()
        _all_there(house)
    yield at_most("worksheet, taps per scale", thumb.taps / SCALES, "taps", MOST_TAPS, note=NOTE)
    yield at_most("worksheet, program per scale", took / SCALES, "s", MOST_SECONDS, note=NOTE)


def _market(home: Path) -> tuple[House, list[str]]:
    template = home / "template.db"
    databases.migrate(f"sqlite:///{template}")
    (home / "house").mkdir()
    house = build(home / "house", template)
    with house.writing() as session:
        verifier = session.scalars(select(Person).where(Person.login == "verifier")).one()
        make_field(session, verifier, marks=SCALES)
        place = session.scalars(select(Place)).one()
        model = session.scalars(select(ScaleModel)).one()
        scales = [
            make_scale(
                session,
                place,
                model,
                f"DH{n:04d}",
                market_no=f"B-{n:02d}",
                state=State.AWAITING_VERIFICATION,
            )
            for n in range(SCALES)
        ]
        return house, [scale.uid for scale in scales]


def _all_there(house: House) -> None:
    with house.work.database.reading() as session:
        found = len(session.scalars(select(Worksheet)).all())
    house.work.database.dispose()
    if found != SCALES:
        raise AssertionError(f"{found} worksheets of {SCALES} scales")
