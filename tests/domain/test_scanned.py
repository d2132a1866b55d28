"""What a camera read is data of strangers: named by kind, never opened, refused where unseen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import codes, scanned
from app.domain.errors import DomainError
from app.domain.scanned import ScanKind

HOST = "scales.example.cn"


@pytest.mark.parametrize(
    ("raw", "kind", "key"),
    [
        ("https://scales.example.cn/t/AbC-_9", ScanKind.TAG, "AbC-_9"),
        ("  https://scales.example.cn/t/AbC\n", ScanKind.TAG, "AbC"),
        (codes.number(7), ScanKind.NUMBER, codes.number(7)),
        (codes.spaced(codes.number(7)), ScanKind.NUMBER, codes.number(7)),
        ("https://city.example/s?id=9", ScanKind.ADDRESS, "https://city.example/s?id=9"),
        ("https://scales.example.cn/scan", ScanKind.ADDRESS, "https://scales.example.cn/scan"),
        ("https://scales.example.cn@evil.example/t/x", ScanKind.ADDRESS, None),
        ("https://scales.example.cn.evil.example/t/x", ScanKind.ADDRESS, None),
        ("javascript:alert(1)", ScanKind.OTHER, "javascript:alert(1)"),
        ("<script>alert(1)</script>", ScanKind.OTHER, None),
        ("http://[not-an-address/t/x", ScanKind.OTHER, None),
        ("苏A2024-0077", ScanKind.OTHER, "苏A2024-0077"),
    ],
)
def test_a_code_is_named_by_its_kind(raw: str, kind: ScanKind, key: str | None) -> None:
    """Only our own host and path are a tag; everything else is a text to look up whole."""
    found = scanned.read(raw, HOST)
    assert (found.kind, found.key) == (kind, key or raw.strip())


def test_a_foreign_address_names_its_host_to_be_shown() -> None:
    """So that a person sees where it would have led."""
    assert scanned.read("https://city.example:8443/s", HOST).host == "city.example:8443"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("  \n ", "scan_empty"),
        ("x" * 1001, "scan_too_long"),
        ("A\u202e01", "scan_unseen_characters"),
        ("A\u200b01", "scan_unseen_characters"),
        ("A\x0001", "scan_unseen_characters"),
        ("A\r\nSet-Cookie: x=1", "scan_unseen_characters"),
        ("\ud800", "scan_unseen_characters"),
    ],
)
def test_what_nobody_could_compare_is_refused(raw: str, code: str) -> None:
    """With a code of its own each, for the words on the screen."""
    with pytest.raises(DomainError) as refused:
        scanned.read(raw, HOST)
    assert refused.value.code == code


@given(st.text(max_size=1200))
def test_any_text_is_read_or_refused(raw: str) -> None:
    """Nothing a code may hold makes the program fall over."""
    try:
        found = scanned.read(raw, HOST)
    except DomainError:
        return
    assert found.text == raw.strip()
