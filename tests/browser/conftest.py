"""One demo and one browser for all journeys: what a person sees, on a running system."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.support.demo import Demo, loaded, running, shared_by_all
from tests.support.ports import free_port

WIDTHS = {"phone": (390, 844), "tablet": (1024, 768), "desk": (1440, 900)}
Open = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Yield a running demo whose cheating scale has been found out."""
    home: Path = tmp_path_factory.mktemp("demo") / "var"
    loaded(home, shared_by_all(tmp_path_factory.getbasetemp()))
    with running(home, free_port()) as found:
        end = time.monotonic() + 240
        while found.status("cheating") != "suspended" and time.monotonic() < end:
            time.sleep(0.5)
        yield found


@dataclass(slots=True)
class People:
    """Signs people in once and keeps their cookies for every page to come."""

    browser: Browser
    demo: Demo
    cookies: dict[str, Any]

    def sign_in(self, login: str) -> Any:  # noqa: ANN401 - Playwright's cookies
        """Return the cookies of ``login``, signed in through the pages as a person does."""
        if login not in self.cookies:
            context = self.browser.new_context(locale="zh-CN")
            page = context.new_page()
            page.goto(f"{self.demo.base}/sign-in")
            page.fill("[name=login]", login)
            page.fill("[name=password]", self.demo.password)
            page.click("main button[type=submit]")
            if login in self.demo.second_factors:
                page.wait_for_selector("[name=code]")
                page.fill("[name=code]", self.demo.code(login))
                page.click("main button[type=submit]")
            page.wait_for_selector(".bar-who")
            self.cookies[login] = context.cookies()
            context.close()
        return self.cookies[login]


@pytest.fixture(scope="session")
def people(chromium: Browser, demo: Demo) -> People:
    """Return whoever signs people in."""
    return People(chromium, demo, {})


@pytest.fixture(scope="session")
def open_page(chromium: Browser, demo: Demo, people: People) -> Open:
    """Return a way to open a page at a width as somebody; complaints of the browser fail."""

    @contextmanager
    def opened(
        path: str,
        width: str,
        login: str | None = None,
        lang: str = "zh",
        scheme: Any = "light",  # noqa: ANN401 - one of Playwright's literals
    ) -> Iterator[Page]:
        context: BrowserContext = chromium.new_context(
            viewport=sized(width),
            color_scheme=scheme,
            locale="zh-CN" if lang == "zh" else "en-GB",
            reduced_motion="reduce",
        )
        if login:
            context.add_cookies(people.sign_in(login))
        page = context.new_page()
        complaints: list[str] = []

        def complain(text: str) -> None:
            if "404" not in text and "422" not in text:
                complaints.append(f"{page.url}: {text}")

        page.on("console", lambda said: complain(said.text))
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("request", lambda asked: _at_home(asked.url, demo.base, complaints))
        page.goto(f"{demo.base}{path}{'&' if '?' in path else '?'}lang={lang}")
        yield page
        context.close()
        assert complaints == []

    return opened


def sized(width: str) -> ViewportSize:
    """Return the size of a window."""
    across, down = WIDTHS[width]
    return {"width": across, "height": down}


def _at_home(url: str, base: str, complaints: list[str]) -> None:
    """No page asks anything of another host."""
    if not url.startswith((base, "data:", "blob:")):
        complaints.append(f"asked {url}")
