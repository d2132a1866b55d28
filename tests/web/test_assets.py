"""What is built for pages: reproducible, of this host alone, and complete."""

import json
import re
from pathlib import Path

from app.web.drawing import STATIC

LOCK = Path("package-lock.json")
DRAWN = re.compile(r"""\bicon\(\s*['"]([a-z0-9-]+)['"]""")
BUILT = {
    "app.css",
    "public.css",
    "app.js",
    "lock.js",
    "scan.js",
    "worksheet.js",
    "worksheet-choose.js",
    "worker.js",
    "scan-worker.js",
    "zxing.wasm",
    "mark.svg",
}


def test_the_lock_names_no_registry() -> None:
    """Each package by its version and digest; where it comes from is the reader's setting."""
    packages = json.loads(LOCK.read_text("utf-8"))["packages"]
    assert len(packages) > 10
    assert not [name for name, about in packages.items() if "resolved" in about]
    assert all(about.get("integrity") for name, about in packages.items() if name)


def test_versions_are_pinned_exactly() -> None:
    """Above all htmx: its next major version breaks pages."""
    asked = json.loads(Path("package.json").read_text("utf-8"))
    versions = {**asked["dependencies"], **asked["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    assert versions["htmx.org"].startswith("2.0.")


def test_everything_is_built_under_a_name_of_its_content() -> None:
    """A file that changes gets another name."""
    manifest = json.loads((STATIC / "manifest.json").read_text("utf-8"))
    assert set(manifest) == BUILT
    for name, built in manifest.items():
        stem, dot, kind = name.rpartition(".")
        assert re.fullmatch(rf"{re.escape(stem)}\.[0-9a-f]{{10}}{re.escape(dot + kind)}", built)
        assert (STATIC / built).stat().st_size > 0


def test_nothing_built_leads_to_another_host() -> None:
    """No style or script loads from elsewhere; names of XML are no addresses."""
    for path in STATIC.iterdir():
        text = path.read_bytes().decode("utf-8", "replace")
        assert not re.search(r"url\(\s*[\"']?(?:https?:)?//", text), path
        assert not re.search(r"https?://(?!www\.w3\.org/|htmx\.org)[a-z]", text), path
        assert not re.search(r"@import|import\(\s*[\"']http|sourceMappingURL", text), path


def test_every_icon_asked_for_is_drawn() -> None:
    """A name that is not in icons.txt would break its page when it is opened."""
    drawn = set(json.loads((STATIC / "icons.json").read_text("utf-8")))
    asked = {
        name
        for path in Path("app").rglob("templates/**/*.html")
        for name in DRAWN.findall(path.read_text("utf-8"))
    }
    assert len(asked) > 5
    assert asked <= drawn
