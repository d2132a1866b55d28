"""A list of the county in a real browser: sent, read in its grid, written, undone again."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_every_page import accessibility, small_targets
from tests.configure import lists
from tests.support.browser import PATIENCE_MS

pytestmark = pytest.mark.browser

DEMO = {"市场名称": "城东农贸市场", "制造单位": "东海衡器有限公司", "规格型号": "ACS-15D"}


def the_list(to: Path, width: str) -> Path:
    """Write a list of five rows, two of them damaged."""
    mark = width.upper()[:2]
    rows = [
        lists.row(f"{mark}-001", **DEMO, 摊位号="Z-01", 市场编号=f"{mark}-1"),
        lists.row(f"{mark}-002", **DEMO, 摊位号="Z-02", 市场编号=f"{mark}-2"),
        lists.row("1.23E+15", **DEMO, 摊位号="Z-03", 市场编号=f"{mark}-3"),
        lists.row("ＤＨ２４０３", **DEMO | {"规格型号": "ACS-999"}, 市场编号=f"{mark}-4"),
        lists.row(
            "DH2403150019", **DEMO | {"市场编号": "A-004X"}, 摊位号="", 经营者="", 出厂日期=""
        ),
    ]
    file = to / "市场秤台账.xlsx"
    file.write_bytes(lists.workbook(rows, title="2026年集贸市场计价秤台账"))
    return file


def shot(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("width", ["tablet", "phone"])
def test_a_list_is_read_written_and_undone_on_the_page(
    open_page: Open, tmp_path: Path, width: str
) -> None:
    """The reasons stand in the cells; a press-and-hold takes the whole batch back."""
    with open_page("/configure/imports", width, "manager") as page:
        page.select_option("[name=path]", label="城东农贸市场")
        page.set_input_files("[name=list]", the_list(tmp_path, width))
        shot(page, f"import-send-{width}")
        page.get_by_role("button", name="核对列表").click()
        expect(page.locator(".import-sum")).to_contain_text("新增 2", timeout=PATIENCE_MS)
        expect(page.locator(".import-sum")).to_contain_text("修改 1")
        expect(page.locator(".import-sum")).to_contain_text("有问题 2")
        expect(page.locator(".import-grid")).to_contain_text("末尾几位已丢失")
        assert accessibility(page) == []
        assert small_targets(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shot(page, f"import-read-{width}")
        page.get_by_role("button", name="写入台账").click()
        expect(page.locator(".import-outcomes")).to_have_text(
            re.compile("已写入 3"), timeout=PATIENCE_MS
        )
        shot(page, f"import-written-{width}")
        undo = page.get_by_role("button", name=re.compile("撤销本批导入"))
        undo.dispatch_event("click", {"detail": 0})
        page.get_by_role("button", name="确认执行").click()
        expect(page.locator(".import-outcomes")).to_have_text(
            re.compile("已撤销 3"), timeout=PATIENCE_MS
        )
        shot(page, f"import-undone-{width}")
