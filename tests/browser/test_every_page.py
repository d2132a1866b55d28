"""Every page of the program at phone, tablet and desk width: readable, accessible, at home."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from app.domain.rules.builtin import documents
from app.ledger.projections import digest
from tests.browser.conftest import Open, sized
from tests.support.demo import Demo

pytestmark = pytest.mark.browser

Scheme = Literal["dark", "light"]
Kept = Callable[[str | None, str], Page]
AXE = Path("node_modules/axe-core/axe.min.js")
ALL_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")
SMALLEST = 44
JJG_539 = digest(documents()[0])
PAGES = {
    "sign-in": (None, "/sign-in"),
    "scan": ("manager", "/manage/scan"),
    "imports": ("manager", "/configure/imports"),
    "grounds": ("manager", "/configure/scales/{honest}/grounds"),
    "plate": ("manager", "/configure/scales/{honest}/plate"),
    "wanting": ("manager", "/configure/grounds"),
    "batches": ("manager", "/configure/procurement"),
    "models": ("custodian1", "/configure/models"),
    "model": ("custodian1", "/configure/models/{model}"),
    "new-scale": ("manager", "/configure/scales/new"),
    "place": ("manager", "/configure/places/{market}"),
    "place-correction": ("manager", "/configure/places/{market}/correction"),
    "offices": ("regulator", "/configure/offices"),
    "agreements": ("manager", "/configure/places/{market}/agreements"),
    "agreements-ending": ("manager", "/configure/agreements"),
    "codes": ("manager", "/configure/scales/{honest}/codes"),
    "replacement": ("regulator", "/configure/replacement"),
    "replacement-scales": ("manager", "/configure/replacement/scales"),
    "replacement-dates": ("admin", "/configure/replacement/dates"),
    "replacement-prices": ("manager", "/configure/replacement/prices"),
    "baseline": ("manager", "/configure/scales/{honest}/baseline"),
    "fleet": ("manager", "/manage/scales"),
    "menu": ("regulator", "/menu"),
    "find": ("manager", "/find"),
    "own-filters": ("manager", "/manage/filters"),
    "found": ("inspector", "/find?q=A-"),
    "scale": ("manager", "/manage/scales/{cheating}"),
    "scale-honest": ("inspector", "/manage/scales/{honest}"),
    "pile": ("checker", "/verify/signing/{pile_place}/check_worksheets"),
    "record": ("checker", "/verify/records/{record}"),
    "papers": ("verifier", "/verify/verifications/{verification}"),
    "signing": ("verifier", "/verify/signing"),
    "findings": ("inspector", "/oversee/findings"),
    "finding": ("inspector", "/oversee/findings/{finding}"),
    "leads": ("regulator", "/oversee/leads"),
    "lead": ("inspector", "/oversee/leads/{lead}"),
    "rule_sets": ("verifier", "/verify/rule-sets"),
    "rule_set": ("verifier", f"/verify/rule-sets/{JJG_539}"),
    "next_rules": ("admin", f"/verify/rule-sets/new?of={JJG_539}"),
    "references": ("custodian1", "/attest/references"),
    "reference": ("custodian2", "/attest/references/{reference}"),
    "evidence": ("inspector", "/attest/evidence/{evidence}"),
    "stations": ("manager", "/attest/stations"),
    "station": ("manager", "/attest/stations/{station}"),
    "tags": ("manager", "/tags"),
    "claim": ("manager", "/tags/{blank}/claim"),
    "stall-cards": ("manager", "/tags/stalls?place={place}"),
    "staff-cards": ("admin", "/tags/staff"),
    "copies": ("manager", "/tags/copies"),
    "tag-stall": (None, "/t/{stall_number}"),
    "weights": ("signatory", "/verify/weights"),
    "weight": ("signatory", "/verify/weights/{weight}"),
    "recalls": ("signatory", "/verify/recalls"),
    "stock": ("verifier", "/verify/stock"),
    "stock-kept": ("checker", "/verify/stock"),
    "campaigns": ("verifier", "/verify/campaigns"),
    "campaign-new": ("verifier", "/verify/campaigns/new"),
    "campaign-day": ("verifier", "/verify/campaigns/{campaign}/days/{campaign_day}"),
    "due": ("regulator", "/verify/due"),
    "uploads": ("checker", "/verify/uploads"),
    "endings": ("checker", "/verify/standards/ending"),
    "bodies": ("regulator", "/verify/bodies"),
    "body": ("regulator", "/verify/bodies/{body}"),
    "ledger": ("auditor", "/oversee/ledger"),
    "tasks": ("auditor", "/tasks"),
    "worksheet": ("verifier", "/verify/scales/{submitted}/worksheet"),
    "check-write": ("inspector", "/verify/scales/{cheating}/in-service"),
    "appeals": ("regulator", "/verify/appeals"),
    "appeal-new": ("regulator", "/verify/scales/{honest}/appeal"),
    "checks": ("inspector", "/verify/checks"),
    "worksheets": ("verifier", "/verify/worksheets"),
    "worksheet-choose": ("verifier", "/verify/worksheets/choose/{market}"),
    "account": ("verifier", "/account"),
    "bind": ("verifier", "/account/device"),
    "recovery-codes": ("verifier", "/account/recovery-codes"),
    "switch": (None, "/sign-in/switch"),
    "order": ("inspector", "/manage/scales/{honest}/orders/stop_order"),
    "people": ("admin", "/people"),
    "person": ("admin", "/people/{person}"),
    "audit": ("auditor", "/oversee/audit"),
    "sign-ins": ("auditor", "/oversee/sign-ins"),
    "tag": (None, "/t/{tag}"),
    "tag-suspended": (None, "/t/{tag_cheating}"),
    "tag-forged": (None, "/t/forged"),
    "api": (None, "/api/docs"),
    "nothing": ("manager", "/manage/nothing-here"),
}
# Widths and schemes share what is on the page; one load shows two of them.
LOOKS: dict[str, tuple[tuple[str, Scheme], ...]] = {
    "en": (("phone", "light"),),
    "zh": (("tablet", "dark"), ("desk", "light")),
}
# What a page is made of is the same in both languages; its colours in the light are not.
RULES = {"zh": ALL_RULES, "en": ("wcag2aa",)}


@pytest.fixture(scope="module")
def things(demo: Demo, open_page: Open) -> dict[str, str]:
    """Return the uids that addresses of pages ask for; cards and blank tags are made first."""
    database = sqlite3.connect(f"file:{demo.home}/wutong.db?mode=ro", uri=True)
    one = {
        "cheating": "SELECT uid FROM scale WHERE market_no = 'A-002'",
        "honest": "SELECT uid FROM scale WHERE market_no = 'A-001'",
        "submitted": "SELECT uid FROM scale WHERE market_no = 'H-005'",
        "finding": "SELECT uid FROM finding",
        "lead": "SELECT uid FROM lead",
        "campaign": "SELECT uid FROM campaign ORDER BY id",
        "campaign_day": "SELECT uid FROM campaign_day ORDER BY id",
        "record": "SELECT uid FROM worksheet WHERE verified_in_id IS NOT NULL ORDER BY id LIMIT 1",
        "pile_place": "SELECT p.uid FROM place AS p JOIN worksheet AS w ON w.place_id = p.id"
        " ORDER BY w.id",
        "verification": "SELECT uid FROM verification ORDER BY id LIMIT 1",
        "reference": "SELECT uid FROM reference",
        "evidence": "SELECT uid FROM evidence WHERE verdict = 'mismatch'",
        "station": "SELECT uid FROM station",
        "weight": "SELECT uid FROM standard_weight WHERE number = '20-1'",
        "body": "SELECT uid FROM body",
        "person": "SELECT uid FROM person WHERE login = 'inspector'",
        "place": "SELECT path FROM scale WHERE market_no = 'A-001'",
        "market": "SELECT uid FROM place ORDER BY path LIMIT 1",
        "model": "SELECT model.uid FROM scale_model AS model"
        " JOIN scale ON scale.model_id = model.id WHERE market_no = 'A-001'",
    }
    found = {name: str(database.execute(query).fetchone()[0]) for name, query in one.items()}
    with open_page(f"/tags/stalls?place={found['place']}", "desk", "manager") as page:
        page.get_by_role("button", name="补齐缺少的卡").click()
        page.locator("details.more").first.wait_for()
        page.goto(f"{demo.base}/tags")
        page.fill("[name=count]", "2")
        page.get_by_role("button", name="生成空白标签").click()
        page.locator("#blanks strong").first.wait_for()
    blank = "SELECT uid FROM code WHERE coalesce(scale_id, stall_id, person_id, weight_id) IS NULL"
    found["blank"] = str(database.execute(blank).fetchone()[0])
    numbers = "SELECT number FROM code WHERE stall_id IS NOT NULL"
    found["stall_number"] = str(database.execute(numbers).fetchone()[0])
    database.close()
    found["tag"] = demo.tag("honest").rsplit("/", 1)[1]
    found["tag_cheating"] = demo.tag("cheating").rsplit("/", 1)[1]
    return found


@pytest.fixture(scope="module")
def kept(open_page: Open) -> Iterator[Kept]:
    """Return a way to a page in a language as somebody: one window each for all tests."""
    with ExitStack() as windows:
        found: dict[tuple[str | None, str], Page] = {}

        def page(login: str | None, lang: str) -> Page:
            if (login, lang) not in found:
                opened = open_page("/healthz", "phone", login, lang)
                found[login, lang] = windows.enter_context(opened)
            return found[login, lang]

        yield page


@pytest.mark.parametrize("lang", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_and_used_by_everybody(
    kept: Kept, things: dict[str, str], demo: Demo, name: str, lang: str
) -> None:
    """axe-core finds nothing, nothing is wider than the screen, targets are large enough."""
    login, address = PAGES[name]
    page = kept(login, lang)
    address = address.format(**things)
    for number, (width, scheme) in enumerate(LOOKS[lang]):
        page.set_viewport_size(sized(width))
        page.emulate_media(color_scheme=scheme)
        if number == 0:
            page.goto(f"{demo.base}{address}{'&' if '?' in address else '?'}lang={lang}")
            assert page.title()
        assert (page.locator(".refusal").count() == 1) == (name == "nothing")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert small_targets(page) == []
        if number == 0:
            assert accessibility(page, RULES[lang]) == []
    if lang == "en" and name != "api":
        assert untranslated(page) == []


def accessibility(page: Page, rules: Sequence[str] = ALL_RULES) -> list[str]:
    """Return what axe-core finds wrong."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run({runOnly: rules})", rules)
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ] + [f"unseen: {html[:160]}" for html in unseen(found)]


def unseen(found: Any) -> list[str]:  # noqa: ANN401 - axe's answer
    """Return what stands in the colour of its own ground: axe only calls that undecided."""
    return [
        node["html"]
        for unclear in found["incomplete"]
        for node in unclear["nodes"]
        if any(
            isinstance(one["data"], dict) and one["data"].get("messageKey") == "equalRatio"
            for one in node["any"]
        )
    ]


def small_targets(page: Page) -> list[str]:
    """Return the buttons and fields that are lower than a thumb is wide."""
    return list(
        page.evaluate(
            """smallest => [...document.querySelectorAll('button, select, .btn, input')]
            .filter(e => e.type !== 'hidden' && e.offsetParent && !e.closest('label')
                      && !e.matches('.copy, .visually-hidden')
                      && e.getBoundingClientRect().height < smallest)
            .map(e => e.outerHTML.slice(0, 120))""",
            SMALLEST,
        )
    )


# Names of people, places, makers and documents stay as they are in any language.
DATA = re.compile(r"[（(].*?[)）]")


def untranslated(page: Page) -> list[str]:
    """Return texts of controls and of names of facts that are Chinese on an English page."""
    # Who can be chosen as a second officer stands on a button by name.
    named = "button:not(.ws-people button)"
    texts = page.locator(f"{named}, label, th:not([scope=row]), dt, summary").all_inner_texts()
    return [text for text in texts if re.search(r"[一-鿿]", DATA.sub("", text))]
