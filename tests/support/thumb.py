"""A thumb on the worksheet's page: taps the large button, and counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

AIR = (("温度", "21.5"), ("湿度", "55"))
MOST_TAPS = 2000


@contextmanager
def answering(app: Flask) -> Iterator[str]:
    """Yield the address of ``app``, answered by threads of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@dataclass(slots=True)
class Thumb:
    """Works on one page; ``way`` holds each step it was asked for, as (scale, step)."""

    page: Page
    taps: int = 0
    way: list[tuple[str, str]] = field(default_factory=list)

    @property
    def at(self) -> str:
        """The step on the screen: test:load:range:number, or a name."""
        return self.page.get_attribute("#worksheet", "data-step") or ""

    @property
    def scale(self) -> str:
        """The scale on the screen."""
        return self.page.get_attribute("#worksheet", "data-scale") or ""

    def tap(self, words: str) -> None:
        """Tap the button that says ``words``."""
        self.page.locator("#worksheet").get_by_role("button", name=words).first.click()
        self._kept()

    def agree(self) -> None:
        """Tap the large button: 与砝码一致，下一点."""
        self.page.locator("#worksheet .ws-zero").click()
        self._kept()

    def _kept(self) -> None:
        """Count the tap and wait until the device has kept it: the next step comes then."""
        self.taps += 1
        self.page.wait_for_selector("#worksheet:not([inert])")

    def begin(self) -> None:
        """Type the air and accept who works with what."""
        for words, text in AIR:
            self.tap(words)
            self.page.keyboard.type(text)
            self.page.keyboard.press("Enter")
            self.taps += len(text) + 1
        self.agree()

    def until(self, step: str) -> None:
        """Agree with everything up to ``step``."""
        for _tap in range(MOST_TAPS):
            here = self.at
            if here.startswith(step):
                return
            self.way.append((self.scale, here))
            self.agree()
        raise AssertionError(f"never came to {step}")

    def saved(self) -> None:
        """Wait until everything is on the server."""
        expect(self.page.locator(".ws-saved.is-valid")).to_be_visible()
