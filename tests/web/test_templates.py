"""What no template may do: styles and scripts inside the page, other hosts, untranslated words."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

TEMPLATES = sorted(Path("app").rglob("templates/**/*.html"))
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "a handler attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "a script address": re.compile(r"[\"'(=]\s*javascript:", re.IGNORECASE),
    "another host": re.compile(r"(?:src|href|action|url\()\s*=?\s*[\"'(]?(?:https?:)?//"),
    "htmx that evaluates": re.compile(
        r"hx-on\b|hx-vals\s*=\s*[\"']js:|hx-trigger\s*=\s*[\"'][^\"']*\["
    ),
    "an escape switched off": re.compile(r"\|\s*safe\b|autoescape\s+false"),
}
BAD = {
    "a style attribute": '<p style="color:red">',
    "a style element": "<style>",
    "a handler attribute": "<p onclick='x()'>",
    "an inline script": "<script>x()</script>",
    "a script address": '<a href="javascript:x()">',
    "another host": '<img src="https://cdn.example/x.png">',
    "htmx that evaluates": "<p hx-on:click='x()'>",
    "an escape switched off": "{{ name|safe }}",
}
# Names of standards and units, the same in every language.
NO_WORDS = {
    "SHA",
    "CRC",
    "HEX",
    "ELF",
    "PDF",
    "CSV",
    "XLSX",
    "JSON",
    "QR",
    "API",
    "OpenAPI",
    "openapi",
    "json",
    "kg",
    "mg",
    "mm",
    "Max",
    "Min",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds_it(what: str) -> None:
    """The policy would block it in the browser; here it fails before."""
    assert TEMPLATES
    held = [path for path in TEMPLATES if FORBIDDEN[what].search(path.read_text("utf-8"))]
    assert held == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_search_finds_it(what: str) -> None:
    """The control: each pattern catches its bad example."""
    assert FORBIDDEN[what].search(BAD[what])


def spoken(path: Path) -> set[str]:
    """Return the words of a template that no catalogue knows."""
    text = re.sub(r"{#.*?#}", "", path.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"<code.*?</code>", "", text, flags=re.DOTALL)
    # What stands in somebody else's Chinese list stands in it for everybody.
    text = re.sub(r"<(\w+) lang=\"zh-CN\".*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r"{% block body_class %}.*?{% endblock %}", "", text)
    quoted = re.findall(r"""\s(?:alt|aria-label|placeholder|title)=["']([^"'{]+)["'{]""", text)
    text = re.sub(r"<!--.*?-->|{{.*?}}|{%.*?%}|&\w+;|&#\d+;", "", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>|\baria-[a-z]+=\"[^\"]*\"", " ", text)
    return set(re.findall(r"[^\W\d_]{2,}", " ".join([text, *quoted]))) - NO_WORDS


def test_no_template_speaks_by_itself() -> None:
    """Every word comes out of the catalogue."""
    said = {str(path): spoken(path) for path in TEMPLATES}
    assert {path: words for path, words in said.items() if words} == {}


def test_the_search_for_words_finds_them(tmp_path: Path) -> None:
    """The control: text, attributes and Chinese; not what is marked for translation."""
    page = tmp_path / "page.html"
    page.write_text(
        """{# 注 #}<p title="Hidden">Hello {{ _('kept') }} <b>秤量</b></p>""", encoding="utf-8"
    )
    assert spoken(page) == {"Hidden", "Hello", "秤量"}


def test_a_page_of_english_holds_no_chinese_of_ours(client: FlaskClient) -> None:
    """All words of the shell are translated: what is left are the names of the gallery."""
    text = client.get("/gallery/404?lang=en").text
    left = set(re.findall(r"[\u4e00-\u9fff]+", text))
    assert left <= {"中文", "王秀兰", "崇川区", "学田农贸市场"}


def test_pages_are_light(client: FlaskClient) -> None:
    """First load at most 250 KB compressed, a public page at most 60 KB before compression."""
    import gzip

    def weigh(path: str, *, compressed: bool) -> int:
        text = client.get(path).text
        parts = [text.encode()]
        for address in set(re.findall(r"/static/[\w.]+", text)):
            with client.get(address) as answer:
                parts.append(answer.data)
        return sum(len(gzip.compress(part)) if compressed else len(part) for part in parts)

    assert weigh("/gallery", compressed=True) < 100_000
    assert weigh("/t/valid", compressed=False) < 60_000 // 4
