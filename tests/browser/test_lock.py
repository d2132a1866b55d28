"""A shared tablet as hands leave it: two minutes, the lock, a PIN, and what was typed is back."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.demo import Demo

pytestmark = pytest.mark.browser

PIN = "384726"


def sign_in(page: Page, demo: Demo, login: str) -> None:
    """Sign somebody in with password and authenticator."""
    page.goto(f"{demo.base}/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", demo.password)
    page.click("main button[type=submit]")
    page.fill("[name=code]", demo.code(login))
    page.click("main button[type=submit]")
    expect(page.locator(".bar-who")).to_be_visible()


def bind_shared(page: Page, demo: Demo, login: str) -> None:
    """Bind the tablet."""
    page.goto(f"{demo.base}/account/device")
    page.check("[name=shared]")
    for name in ("pin", "again"):
        page.fill(f"[name={name}]", PIN)
    page.fill("[name=code]", demo.code(login))
    page.click("main form button[type=submit]")
    expect(page.locator("#bound")).to_be_visible()


def test_two_minutes_without_a_hand_lock_the_tablet(chromium: Browser, demo: Demo) -> None:
    """The PIN leads back to the same page, and the typed words are in their field."""
    context = chromium.new_context(viewport={"width": 1024, "height": 768}, locale="zh-CN")
    page = context.new_page()
    sign_in(page, demo, "checker")
    bind_shared(page, demo, "checker")
    page.clock.install()
    page.goto(f"{demo.base}/account/device")
    page.fill("[name=name]", "二号柜台")
    page.clock.fast_forward(110_000)
    expect(page).to_have_url(re.compile("/account/device$"))
    page.clock.fast_forward(12_000)
    expect(page).to_have_url(re.compile(r"/sign-in/switch\?next="))
    page.fill("[name=pin]", PIN)
    page.click("main form button[type=submit]")
    expect(page).to_have_url(re.compile("/account/device$"))
    expect(page.locator("[name=name]")).to_have_value("二号柜台")
    context.close()
