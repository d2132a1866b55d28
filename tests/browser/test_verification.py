"""The verification story from scan to PDF: phone, three signatures, certificate, public page."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.domain.lifecycle import State
from app.domain.roles import Role
from app.ledger.door import SYSTEM, act
from app.models import Person, Scale
from app.web.identity import COOKIE
from tests.browser.conftest import WIDTHS
from tests.support.house import House, build
from tests.support.makers import NOON
from tests.support.proof import fresh_code
from tests.support.thumb import Thumb, answering
from tests.verify.field import make_field

pytestmark = pytest.mark.browser
SIGNERS = (Role.VERIFIER, Role.CHECKER, Role.SIGNATORY)


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    """Yield a market with one scale that awaits verification by somebody equipped for it."""
    found = build(tmp_path, sqlite_template)
    with found.writing() as session:
        make_field(session, session.scalars(select(Person).where(Person.login == "verifier")).one())
        scale = session.scalars(select(Scale)).one()
        with act(session, scale, "seen", by=SYSTEM, at=NOON):
            scale.state = State.AWAITING_VERIFICATION
    yield found
    found.work.database.dispose()


class People:
    """Everybody before their own screen, at one server."""

    def __init__(self, chromium: Browser, house: House, base: str) -> None:
        self._chromium, self._house, self._base = chromium, house, base
        self.complaints: list[str] = []

    @contextmanager
    def at(self, width: str, role: Role | None = None) -> Iterator[Page]:
        """Yield the page of somebody in ``role``, or of anybody."""
        size = WIDTHS[width]
        context = self._chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            base_url=self._base,
            reduced_motion="reduce",
        )
        if role is not None:
            cookie = {"name": COOKIE, "value": self._house.cookies[role], "url": self._base}
            context.add_cookies([cookie])  # type: ignore[list-item]  # Playwright's own dict
        page = context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        yield page
        context.close()


def shot(page: Page, name: str) -> None:
    """Keep a picture where somebody asked for pictures."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def verify_by_thumb(page: Page) -> None:
    """Scan the scale, weigh, submit."""
    page.goto("/manage/scan?lang=zh")
    page.fill("[name=code]", "A-01")
    page.get_by_role("button", name="查询").click()
    page.locator(".scan-acts").get_by_role("link", name="检定").click()
    thumb = Thumb(page)
    thumb.begin()
    thumb.until("summary")
    thumb.saved()
    thumb.agree()
    expect(page.locator("h1")).to_contain_text("-000001")


def sign(page: Page, code: str, name: str) -> None:
    """Sign the market's pile; what is marked wants its own tick."""
    page.goto("/verify/signing?lang=zh")
    page.get_by_role("link", name="城东农贸市场").click()
    shot(page, f"pile-{name}")
    expect(page.locator("main")).to_contain_text("用时过短")
    page.locator("[name=worksheet]").first.check()
    page.fill("[name=code]", code)
    page.get_by_role("button", name="签署勾选的记录").click()
    expect(page.locator("body")).to_contain_text("已签1份原始记录")


def test_the_verification_story_from_scan_to_pdf(chromium: Browser, house: House) -> None:
    """What a metrologist signs, a trader holds and a shopper may look up is one and the same."""
    with answering(house.app) as base:
        people = People(chromium, house, base)
        with people.at("phone", Role.VERIFIER) as page:
            verify_by_thumb(page)
        for role, width in zip(SIGNERS, ("phone", "tablet", "desk"), strict=True):
            assert house.row().state is State.AWAITING_VERIFICATION
            with people.at(width, role) as page:
                sign(page, fresh_code(house.work, role.value), role.value)
        assert house.row().state is State.READY
        with people.at("desk", Role.SIGNATORY) as page:
            page.goto(f"/manage/scales/{house.scale}?lang=zh")
            page.locator("#verification").get_by_role("link", name="检定文书").click()
            page.get_by_role("button", name="出具检定证书").click()
            expect(page.locator("main")).to_contain_text(re.compile(r"JD-\d{4}-000001"))
            shot(page, "papers")
            there = str(page.locator(".paper-files a").first.get_attribute("href"))
            pdf = page.request.get(there).body()
        document = pypdfium2.PdfDocument(pdf)
        words = document[0].get_textpage().get_text_range()
        assert "合格，准予作 Ⅲ 级使用" in words
        assert "T0001" in words
        (code,) = zxingcpp.read_barcodes(document[0].render(scale=2).to_pil())
        with people.at("phone") as page:
            page.goto("/c/" + code.text.rpartition("/")[2] + "?lang=zh")
            shot(page, "public-paper")
            expect(page.locator("main")).to_contain_text("本文书真实")
            expect(page.locator("main")).to_contain_text("检定有效")
        assert people.complaints == []
