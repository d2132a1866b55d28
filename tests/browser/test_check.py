"""An in-service check on a phone, from the scale to the record, by taps."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SHOTS")


def look(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"check-{name}.png")


def test_an_inspector_checks_a_scale_on_a_phone(open_page: Open) -> None:
    """Warning first; two officers and a task; one kilogram that reads 3 d too much; on record."""
    with open_page("/manage/scales", "phone", "inspector", "en") as page:
        page.get_by_role("link", name="A-001").first.click()
        page.get_by_role("link", name="In-service check", exact=True).click()
        page.get_by_text("Do not cut the power").wait_for()
        page.get_by_label("Number of the task").fill("2026-7")
        page.get_by_label("Number of the task").blur()
        page.locator(".ws-people button").first.click()
        page.get_by_text("evidence from then on").wait_for()
        look(page, "setup")
        page.get_by_role("button", name="Agreed, begin").click()
        for _ in range(5):
            look(page, "look")
            page.get_by_role("button", name="In order", exact=True).click()
        page.get_by_role("button", name="Agrees with the weights").click()
        page.locator("#worksheet[data-step^=weighing_up]").wait_for()
        look(page, "load")
        page.get_by_role("button", name="+2d").click()
        page.get_by_text("beyond ±").wait_for()
        look(page, "beyond")
        page.get_by_role("button", name="It is so, go on").click()
        page.get_by_role("button", name="refuses to sign").click()
        look(page, "end")
        page.get_by_role("button", name="Put the check on record").click()
        page.get_by_text("A routine check until").wait_for()
        page.get_by_role("link", name="Suspend").wait_for()
        look(page, "record")
