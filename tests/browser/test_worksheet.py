"""A verification on a phone and over several scales on a tablet, as a verifier's thumb does it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.domain.lifecycle import State
from app.domain.roles import Role
from app.domain.verification import VerificationResult
from app.ledger.door import SYSTEM, act
from app.models import Person, Place, Scale, ScaleModel, Worksheet, WorksheetDraft
from app.web.identity import COOKIE
from tests.browser.conftest import WIDTHS
from tests.support.house import House, build, moved_into
from tests.support.makers import NOON, make_scale
from tests.support.thumb import Thumb, answering
from tests.verify.field import make_field

pytestmark = pytest.mark.browser
SCALES = 3
OK = 200
# The page and what it loads lie on the device: styles, two scripts, the mark.
KEPT = """async () => (await (await caches.open('wutong-pages')).keys()).length > 0
             && (await (await caches.open('wutong-files')).keys()).length > 3"""
EXPECTED = re.compile("ERR_INTERNET_DISCONNECTED|409")  # a cut network, two devices


@pytest.fixture(scope="module")
def built(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Return a market whose scales await verification by somebody with weights and marks."""
    found = build(tmp_path_factory.mktemp("market"), sqlite_template)
    with found.writing() as session:
        make_field(session, session.scalars(select(Person).where(Person.login == "verifier")).one())
        first = session.scalars(select(Scale)).one()
        with act(session, first, "seen", by=SYSTEM, at=NOON):
            first.state = State.AWAITING_VERIFICATION
        place = session.scalars(select(Place)).one()
        model = session.scalars(select(ScaleModel)).one()
        for n in range(2, SCALES + 1):
            changes = {"market_no": f"A-{n:02d}", "state": State.AWAITING_VERIFICATION}
            make_scale(session, place, model, f"SN-{n:04d}", **changes)
    found.work.database.dispose()
    return found


@pytest.fixture
def house(built: House, tmp_path: Path) -> Iterator[House]:
    """Yield a market of one's own."""
    found = moved_into(built, tmp_path / "house")
    yield found
    found.work.database.dispose()


@contextmanager
def opened(chromium: Browser, house: House, width: str) -> Iterator[Page]:
    """Yield a page of the verifier; a complaint of the browser fails, but for a cut network."""
    size = WIDTHS[width]
    with answering(house.app) as base:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="zh-CN", base_url=base
        )
        context.add_cookies([{"name": COOKIE, "value": house.cookies[Role.VERIFIER], "url": base}])
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        context.close()
        assert [each for each in complaints if not EXPECTED.search(each)] == []


def another_device_saves(house: House) -> None:
    """Save the draft as the same verifier does who took another tablet in between."""
    with house.work.database.reading() as session:
        draft = session.scalars(select(WorksheetDraft)).one()
    document = {**draft.document, "label_no": "T0002"}
    body = {"scale": house.scale, "revision": draft.revision, "document": document}
    house.app.config["WTF_CSRF_METHODS"] = set()  # the page's own saves carry the token anyhow
    answer = house.page(Role.VERIFIER).post(f"/verify/drafts/{draft.uid}", json=body)
    assert answer.status_code == OK


def goes_on_without_a_network(page: Page, thumb: Thumb) -> str:
    """Cut the network, take readings, load the page again as it was kept; return the step."""
    page.wait_for_function(KEPT)
    page.context.set_offline(True)
    thumb.until("weighing_down")
    expect(page.locator(".ws-saved")).to_have_text(re.compile("已存本机，尚有1条未上传"))
    thumb.agree()
    step = thumb.at
    page.reload()  # a phone that put the page away
    expect(page.locator("html[data-kept]")).to_be_attached()
    expect(page.locator("#worksheet")).to_have_attribute("data-step", step)
    thumb.agree()
    return thumb.at


def forgets_who_left(page: Page, path: str) -> None:
    """Let the page ``path`` be kept, and nothing of it once nobody is signed in."""
    page.goto(path)
    page.wait_for_function(KEPT)
    page.context.clear_cookies()
    page.goto("/verify/worksheets")  # leads to where one signs in
    page.wait_for_function("async () => !(await caches.has('wutong-pages'))")


def fits(page: Page) -> bool:
    """Return whether nothing of a step lies beyond the screen or scrolls."""
    return bool(
        page.evaluate(
            """[...document.querySelectorAll('.ws-screen, .ws-acts, .ws-foot')].every(
                e => e.scrollHeight - e.clientHeight < 2
                     && e.getBoundingClientRect().bottom <= innerHeight)"""
        )
    )


def test_from_the_scan_to_the_submitted_worksheet_through_a_cut_network(
    chromium: Browser, house: House
) -> None:
    """Every tap is kept on the phone; a reload goes on at the same step; a wrong tap is undone."""
    with opened(chromium, house, "phone") as page:
        page.goto("/manage/scan?lang=zh")
        page.fill("[name=code]", "A-01")
        page.get_by_role("button", name="查询").click()
        page.locator(".scan-acts").get_by_role("link", name="检定").click()
        thumb = Thumb(page)
        thumb.begin()
        thumb.until("eccentricity")
        expect(page.locator(".ws-pan")).to_be_visible()
        thumb.until("weighing_up:10000000")
        assert fits(page)
        # 10.005 kg at a limit of 5 g decides nothing: only here changeover weights are asked.
        thumb.tap(r"+1d")
        thumb.tap("0.4 e")
        expect(page.locator(".ws-beyond")).to_contain_text("+5.5 g")
        thumb.tap("重新读数")
        thumb.agree()
        thumb.tap("撤销")
        assert thumb.at.startswith("weighing_up:10000000")
        thumb.saved()
        step = goes_on_without_a_network(page, thumb)
        page.context.set_offline(False)
        page.reload()  # perhaps before the answer to what was sent: no device of another
        thumb.saved()
        assert thumb.at == step
        page.go_back()
        page.go_forward()
        another_device_saves(house)
        thumb.agree()
        expect(page.locator(".ws-question")).to_contain_text("另一台设备也写了这份草稿")
        thumb.tap("用本机的继续")
        thumb.until("summary")
        expect(page.locator(".ws-end")).to_contain_text("检定合格")
        thumb.saved()
        thumb.agree()
        expect(page.locator("h1")).to_contain_text("2026-000001")
        page.goto(f"/manage/scales/{house.scale}")
        expect(page.locator(".error-chart svg")).to_be_visible()
        forgets_who_left(page, f"/verify/scales/{house.scale}/worksheet")
    with house.work.database.reading() as session:
        row = session.scalars(select(Worksheet)).one()
        drafts = session.scalars(select(WorksheetDraft).order_by(WorksheetDraft.id)).all()
    assert (row.verdict, row.document["label_no"]) == (VerificationResult.PASS, "T0001")
    theirs, mine = drafts
    assert (mine.uid, mine.closed_at is not None) == (row.uid, True)
    assert (theirs.document["label_no"], theirs.closed_at) == ("T0002", None)


def test_one_load_over_several_scales_on_a_tablet(chromium: Browser, house: House) -> None:
    """Each load is asked once and goes through all of them; each has a worksheet of its own."""
    with opened(chromium, house, "tablet") as page:
        page.goto(f"/verify/worksheets/choose/{house.place}?lang=zh")
        for n in range(1, SCALES + 1):
            page.fill("#field-find", f"A-{n:02d}")
            page.keyboard.press("Enter")
            expect(page.locator("[data-count]")).to_have_text(f"{n}/20")
        page.get_by_role("button", name="开始").click()
        thumb = Thumb(page)
        thumb.begin()
        thumb.until("weighing_up")
        assert fits(page)
        thumb.until("summary")
        loads = [":".join(step.split(":")[:2]) for _scale, step in thumb.way if ":" in step]
        asked = [key for key, _same in groupby(loads) if not key.startswith("look")]
        assert len(asked) == len(set(asked))
        assert {scale for scale, _step in thumb.way} == {"A-01", "A-02", "A-03"}
        thumb.saved()
        thumb.agree()
        expect(page.locator(".ws-end a")).to_have_count(SCALES)
    with house.work.database.reading() as session:
        rows = session.scalars(select(Worksheet)).all()
    assert [row.document["label_no"] for row in rows] == ["T0001", "T0002", "T0003"]
    assert {row.verdict for row in rows} == {VerificationResult.PASS}
