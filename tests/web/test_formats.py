"""Numbers, weights, times and languages as people read them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from app.web import formats

NOON = datetime(2026, 11, 23, 4, 5, 9, tzinfo=UTC)  # 12:05:09 in China


@pytest.fixture(autouse=True)
def speaking(gallery: Flask) -> Iterator[None]:
    """Speak Chinese."""
    with gallery.test_request_context("/gallery"):
        yield


@pytest.mark.parametrize(
    ("mg", "text"),
    [
        (0, "0 g"),
        (1, "0.001 g"),
        (5_000, "5 g"),
        (999_999, "999.999 g"),
        (1_000_000, "1 kg"),
        (1_005_000, "1.005 kg"),
        (15_000_000, "15 kg"),
        (-2_500, "\u22122.5 g"),
        (2_147_483_648_000, "2,147,483.648 kg"),
        (9_007_199_254_740_993, "9,007,199,254.740993 kg"),
    ],
)
def test_no_weight_is_rounded(mg: int, text: str) -> None:
    """Kilograms from one on, grams below; the last one is beyond what a float holds."""
    assert formats.weight(mg) == text


@pytest.mark.parametrize(
    ("before", "chinese", "english"),
    [
        (timedelta(), "今天 12:05", "today 12:05"),
        (timedelta(hours=12, minutes=4), "今天 00:01", "today 00:01"),
        (timedelta(hours=12, minutes=6), "昨天 23:59", "yesterday 23:59"),
        (timedelta(days=3), "11月20日 12:05", "20 Nov 12:05"),
        (timedelta(days=365), "2025年11月23日 12:05", "23 Nov 2025 12:05"),
        (timedelta(hours=-20), "11月24日 08:05", "24 Nov 08:05"),
    ],
)
def test_near_times_are_said_shortly(before: timedelta, chinese: str, english: str) -> None:
    """By the calendar of China, wherever the server stands."""
    assert formats.instant(NOON - before, NOON) == chinese
    with force_locale("en"):
        assert formats.instant(NOON - before, NOON) == english


def test_dates_of_law_are_said_in_full() -> None:
    """Year, month and day; times with their seconds."""
    assert formats.day(date(2027, 3, 4)) == "2027年3月4日"
    assert formats.instant_in_full(NOON) == "2026年11月23日 12:05:09"
    with force_locale("en"):
        assert formats.day(date(2027, 3, 4)) == "4 Mar 2027"
    assert formats.machine(NOON) == "2026-11-23T04:05:09Z"


def test_digests_stand_in_fours_and_addresses_in_hex() -> None:
    """As people compare them."""
    assert formats.grouped("9f86d08188") == "9f86 d081 88"
    assert formats.address(0x08001A40) == "0x08001A40"
    assert formats.address(0x7C00) == "0x7C00"
    assert formats.duration(125) == "2分5秒"
    assert formats.duration(8) == "8秒"


def lang_of(client: FlaskClient, path: str, **headers: str) -> str:
    """Return the language of a page."""
    return client.get(path, headers=headers).text.split('<html lang="')[1].split('"')[0]


def test_staff_pages_speak_chinese_until_told_otherwise(client: FlaskClient) -> None:
    """The choice is kept, and the browser's own language is no choice."""
    assert lang_of(client, "/gallery", accept_language="en") == "zh-CN"
    assert lang_of(client, "/gallery?lang=en") == "en"
    assert lang_of(client, "/gallery") == "en"
    assert lang_of(client, "/gallery?lang=zh") == "zh-CN"
    assert lang_of(client, "/gallery?lang=xx") == "zh-CN"


def test_public_pages_go_by_the_browser(client: FlaskClient) -> None:
    """They keep no cookie to remember a choice, and read none."""
    assert lang_of(client, "/t/valid") == "zh-CN"
    assert lang_of(client, "/t/valid", accept_language="en-GB,en") == "en"
    assert lang_of(client, "/t/valid", accept_language="fr") == "zh-CN"
    assert lang_of(client, "/t/valid?lang=en", accept_language="zh") == "en"
    client.get("/gallery?lang=en")
    assert lang_of(client, "/t/valid") == "zh-CN"


def test_the_other_language_is_one_tap_away(client: FlaskClient) -> None:
    """The link leads to the same page with its parameters."""
    assert 'href="/t/valid?lang=en"' in client.get("/t/valid").text
    assert 'href="/gallery?page=2&amp;lang=en"' in client.get("/gallery?page=2").text
