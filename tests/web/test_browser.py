"""The gallery in a real browser: three widths, two languages, light and dark; keys and holds."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

pytestmark = pytest.mark.browser

AXE = Path("node_modules/axe-core/axe.min.js")
WIDTHS = {"phone": (390, 844), "tablet": (1024, 768), "desk": (1440, 900)}
LOOKS = (
    ("phone", "light", "/gallery?lang=zh"),
    ("tablet", "light", "/gallery?lang=en"),
    ("tablet", "dark", "/gallery?lang=zh"),
    ("desk", "light", "/gallery?lang=zh"),
    ("phone", "light", "/t/valid?lang=zh"),
    ("phone", "dark", "/t/suspended?lang=en"),
    ("phone", "light", "/gallery/404?lang=en"),
)
SMALLEST = 44


@pytest.fixture(scope="module")
def address(gallery: Flask) -> Iterator[str]:
    """Serve the gallery on a port of its own."""
    server = make_server("127.0.0.1", 0, gallery, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """Return the browser of the run."""
    return chromium


@contextmanager
def page_at(browser: Browser, width: str, scheme: Any = "light") -> Iterator[Page]:  # noqa: ANN401
    """Open a page that fails the test when the browser complains about anything."""
    size = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: asked.url.startswith("http://127.0.0.1") or complaints.append(asked.url),
    )
    yield page
    context.close()
    assert [each for each in complaints if "404" not in each] == []


@pytest.mark.parametrize(("width", "scheme", "address_of"), LOOKS)
def test_every_part_is_accessible(
    browser: Browser, address: str, width: str, scheme: str, address_of: str
) -> None:
    """axe-core finds nothing; nothing is wider than the screen."""
    with page_at(browser, width, scheme) as page:
        page.goto(address + address_of)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run()")
        assert len(found["passes"]) > 10
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_target_is_large_enough(browser: Browser, address: str, width: str) -> None:
    """44 px anywhere, 60 px for what is done in the field."""
    with page_at(browser, width) as page:
        page.goto(f"{address}/gallery")
        small = page.evaluate(
            """([smallest]) => [...document.querySelectorAll(
                'button, select, input:not([type=hidden]):not([type=radio]):not([type=checkbox]),'
                + ' a:not(p a):not(.skip), label.tick')]
              .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
              .filter(([, box]) => box.width && (box.height < smallest || box.width < smallest))
              .map(([html, box]) => `${html} ${box.width}x${box.height}`)""",
            [SMALLEST],
        )
        assert small == []
        field = page.evaluate(
            "Math.min(...[...document.querySelectorAll('main .act .btn')].map(e => e.offsetHeight))"
        )
        assert field >= (44 if width == "desk" else 60)


def test_what_cannot_be_undone_wants_a_held_button(browser: Browser, address: str) -> None:
    """A tap does nothing, a hold sends once; by key as by finger."""
    with page_at(browser, "tablet") as page:
        # The page's clock goes as we tell it: a machine that hesitates holds no button longer.
        page.clock.install(time=0)
        page.goto(f"{address}/gallery")
        page.clock.pause_at(60_000)
        sent: list[str] = []
        page.on("request", lambda asked: asked.method == "POST" and sent.append(asked.url))
        button = page.locator("[data-hold]")
        button.click()
        page.clock.run_for(200)
        assert sent == []
        assert "请按住" in page.locator("#said").inner_text()
        button.focus()
        page.keyboard.down("Enter")
        page.clock.run_for(300)
        page.keyboard.up("Enter")
        page.clock.run_for(1300)
        assert sent == []
        with page.expect_navigation():
            button.hover()
            page.mouse.down()
            page.clock.run_for(1400)
        assert len(sent) == 1
        assert page.locator(".flash").inner_text() == "已记录"


def test_who_cannot_hold_is_asked_in_words(browser: Browser, address: str) -> None:
    """A screen reader's click opens a question; yes sends, no does not."""
    with page_at(browser, "desk") as page:
        page.goto(f"{address}/gallery?lang=en")
        page.evaluate("document.querySelector('[data-hold]').click()")
        dialog = page.get_by_role("dialog")
        assert "This cannot be undone." in dialog.inner_text()
        dialog.get_by_role("button", name="Cancel").click()
        assert page.locator("dialog").count() == 0
        page.evaluate("document.querySelector('[data-hold]').click()")
        with page.expect_navigation():
            dialog.get_by_role("button", name="Yes, do it").click()
        assert page.locator(".flash").count() == 1


def test_keys_lead_to_the_search_and_past_the_menu(browser: Browser, address: str) -> None:
    """`/` goes to the search, but not out of a field; the first Tab skips the menu."""
    with page_at(browser, "desk") as page:
        page.goto(f"{address}/gallery")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.name") == "q"
        page.locator("#field-note").focus()
        page.keyboard.press("/")
        assert page.locator("#field-note").input_value() == "/"
        page.goto(f"{address}/gallery/404")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"


def test_a_digest_is_copied_whole(browser: Browser, address: str) -> None:
    """Without the spaces that only help the eye."""
    with page_at(browser, "desk") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{address}/gallery")
        page.get_by_role("button", name="复制SHA-256").click()
        page.get_by_text("已复制").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def test_a_public_page_reads_the_same_without_a_script(browser: Browser, address: str) -> None:
    """In a web view that runs none."""
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{address}/t/valid")
    assert "检定有效" in page.locator(".seal").inner_text()
    assert context.cookies() == []
    context.close()


def test_a_list_becomes_labelled_sheets_on_a_phone(browser: Browser, address: str) -> None:
    """Each cell says what it is where the header has no room; on a desk it stays a table."""
    shown = """() => {
        const table = document.querySelector('.list-table:not(.list-tight)');
        return [getComputedStyle(table.querySelector('td')).display,
                getComputedStyle(table.querySelector('td'), '::before').content]
    }"""
    with page_at(browser, "phone") as page:
        page.goto(f"{address}/gallery?lang=en")
        assert page.evaluate(shown) == ["flow-root", '"Status"']
    with page_at(browser, "desk") as page:
        page.goto(f"{address}/gallery?lang=en")
        assert page.evaluate(shown) == ["table-cell", "none"]
