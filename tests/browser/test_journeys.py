"""The main job as people do it, on a running system with a station and virtual scales."""

import shutil
import time

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.support.demo import Demo

pytestmark = pytest.mark.browser


def test_the_manager_sees_why_the_cheating_scale_stopped(open_page: Open) -> None:
    """Fleet, scale, finding: what was found, by which station, where the program differs."""
    with open_page("/manage/scales", "tablet", "manager") as page:
        page.get_by_role("link", name="A-002").first.click()
        main = page.locator("main")
        expect(main).to_contain_text("暂停使用")
        expect(main).to_contain_text("城东市场检测台")
        expect(main).to_contain_text("DH2403150018")
        page.locator("main").get_by_role("link", name="疑点").first.click()
        expect(page.locator("h1")).to_contain_text("A-002")
        expect(page.get_by_role("img").first).to_be_visible()
        expect(page.locator("table")).to_contain_text("备案程序空白处出现代码")


def test_a_new_reading_shows_how_far_it_is_and_what_came_of_it(open_page: Open) -> None:
    """The agent does it; the page counts bytes and passes, then tells the result."""
    with open_page("/manage/scales", "tablet", "manager") as page:
        page.get_by_role("link", name="A-001").first.click()
        page.get_by_role("button", name="重新读取").or_(
            page.get_by_role("button", name="读取程序")
        ).first.click()
        expect(page.locator("progress").first).to_be_visible(timeout=120_000)
        expect(page.locator("main")).to_contain_text("与备案校验一致", timeout=120_000)


def test_a_swapped_chip_is_found_out_while_the_demo_runs(demo: Demo) -> None:
    """Port, agent, HTTP, verdict: the suspicion travels by itself; a shopper is told no reason."""
    assert demo.status("honest") == "valid"
    shutil.copyfile(demo.program("cheating"), demo.program("honest"))
    end = time.monotonic() + 240
    while demo.status("honest") != "suspended" and time.monotonic() < end:
        time.sleep(1)
    assert demo.status("honest") == "suspended"
    page = httpx.get(demo.tag("honest"), timeout=120).text
    assert "暂停使用" in page
    assert "备案" not in page
    assert "疑点" not in page


def test_the_read_protected_scale_is_neither_matched_nor_suspended(demo: Demo) -> None:
    """Unreadable is neither pass nor fail."""
    assert demo.status("protected") == "valid"
