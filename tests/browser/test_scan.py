"""The scanner before a fake camera: from the picture to the scale, with and without a network."""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WIDTHS, People
from tests.support.browser import PATIENCE_MS, before_camera, film, launched
from tests.support.demo import Demo

pytestmark = pytest.mark.browser


@contextlib.contextmanager
def camera_on(
    chromium: Browser, demo: Demo, people: People, seen: Path, width: str = "phone"
) -> Iterator[Page]:
    """Open the scan page as a manager in a browser whose camera sees the film ``seen``."""
    # A browser of its own: which film a camera shows is fixed when it starts.
    own = launched(chromium.browser_type, before_camera(seen))
    size = WIDTHS[width]
    context = own.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", permissions=["camera"]
    )
    context.add_cookies(people.sign_in("manager"))
    page = context.new_page()
    strangers: list[str] = []
    page.on("request", lambda asked: strangers.append(asked.url))
    page.goto(f"{demo.base}/manage/scan?lang=zh")
    yield page
    own.close()
    assert [url for url in strangers if not url.startswith((demo.base, "data:", "blob:"))] == []


@pytest.mark.parametrize("width", ["phone", "tablet"])
def test_a_tag_before_the_camera_covers_the_screen_with_its_scale(
    chromium: Browser, demo: Demo, people: People, tmp_path: Path, width: str
) -> None:
    """And the camera stays warm for the next one."""
    seen = film(demo.tag("cheating"), tmp_path / "tag.y4m")
    with camera_on(chromium, demo, people, seen, width) as page:
        answer = page.locator(".scan-over .scan-answer")
        expect(answer).to_be_visible(timeout=PATIENCE_MS)
        expect(answer).to_contain_text("A-002")
        expect(answer).to_have_attribute("data-outcome", "scan_scale")
        if shots := os.environ.get("SHOTS"):
            page.screenshot(path=f"{shots}/scan-{width}.png")
        box = page.locator(".scan-over").bounding_box()
        assert box
        assert (box["width"], box["height"]) == WIDTHS[width]
        track = "document.querySelector('video').srcObject.getVideoTracks()[0].readyState"
        page.get_by_text("下一台").click()
        expect(page.locator(".scan-over")).to_be_hidden()
        assert page.evaluate(track) == "live"
        # The same tag is not answered again at once, only when it is still there later.
        expect(answer).to_be_visible(timeout=PATIENCE_MS)


def test_a_forged_tag_is_told_on_the_device_and_nobody_is_asked(
    chromium: Browser, demo: Demo, people: People, tmp_path: Path
) -> None:
    """The signature is checked before anything leaves the phone."""
    address = demo.tag("honest")
    forged = address[:-20] + "A" * 20
    with camera_on(chromium, demo, people, film(forged, tmp_path / "forged.y4m")) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.method))
        expect(page.locator(".scan-answer h2")).to_have_text(
            "此码不是本系统签发的码", timeout=PATIENCE_MS
        )
        assert "POST" not in asked


def test_without_a_network_a_tag_is_still_known_to_be_genuine(
    chromium: Browser, demo: Demo, people: People, tmp_path: Path
) -> None:
    """The device holds the key; what the register says has to wait, and the page says so."""
    with camera_on(chromium, demo, people, film("nothing of ours", tmp_path / "n.y4m")) as page:
        expect(page.locator(".scan-answer")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_text("下一台").click()
        page.context.set_offline(True)
        page.fill("[name=code]", demo.tag("honest"))
        page.get_by_role("button", name="查询").click()
        expect(page.locator(".scan-answer h2")).to_have_text(re.compile("本码真实；当前无网络"))


def test_a_foreign_address_is_shown_and_never_opened(
    chromium: Browser, demo: Demo, people: People, tmp_path: Path
) -> None:
    """The page stays where it is, whatever the code would like."""
    foreign = "https://evil.example/login?next=1"
    with camera_on(chromium, demo, people, film(foreign, tmp_path / "f.y4m")) as page:
        answer = page.locator(".scan-answer")
        expect(answer).to_have_attribute("data-outcome", "scan_foreign", timeout=PATIENCE_MS)
        expect(answer).to_contain_text("evil.example")
        assert page.url.startswith(f"{demo.base}/manage/scan")
        assert answer.locator("a[href*='evil']").count() == 0


NFC = """
window.NDEFReader = class extends EventTarget {
  async scan() { window.held = (records) => {
    const event = new Event("reading");
    event.message = { records };
    this.dispatchEvent(event);
  }; }
};
"""
HOLD = "address => held([{ recordType: 'url', data: new TextEncoder().encode(address) }])"


def test_a_phone_held_to_an_nfc_tag_reads_it_as_if_it_were_scanned(
    chromium: Browser, demo: Demo, people: People
) -> None:
    """Only where the browser can; a tag without an address is told, a foreign one not opened."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.add_cookies(people.sign_in("manager"))
    page = context.new_page()
    page.goto(f"{demo.base}/manage/scan?lang=zh")
    expect(page.locator("[data-nfc]")).to_be_hidden()
    page.add_init_script(NFC)
    page.reload()
    page.get_by_role("button", name="手机贴近标签").click()
    expect(page.locator(".scanner-said")).to_have_text("请将手机背面贴近标签。")
    page.evaluate("held([{ recordType: 'text', data: new Uint8Array() }])")
    expect(page.locator(".scanner-said")).to_contain_text("其中没有网址")
    answer = page.locator(".scan-answer")
    page.evaluate(HOLD, demo.tag("honest"))
    expect(answer).to_contain_text("A-001")
    page.get_by_text("下一台").click()
    page.evaluate(HOLD, "https://evil.example/login")
    expect(answer).to_have_attribute("data-outcome", "scan_foreign")
    assert page.url.startswith(f"{demo.base}/manage/scan")
    context.close()


def test_a_photo_of_the_code_does_where_there_is_no_camera(
    chromium: Browser, demo: Demo, people: People, tmp_path: Path
) -> None:
    """As inside WeChat: the picture never leaves the phone, only the text in it does."""
    picture = tmp_path / "tag.png"
    segno.make(demo.tag("honest"), error="m").save(str(picture), scale=8)
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.add_cookies(people.sign_in("manager"))
    page = context.new_page()
    page.goto(f"{demo.base}/manage/scan?lang=zh")
    page.set_input_files("[data-photo]", picture)
    expect(page.locator(".scan-answer")).to_contain_text("A-001", timeout=PATIENCE_MS)
    page.get_by_text("打开该秤").click()
    expect(page.locator("h1")).to_contain_text("A-001")
    context.close()
