"""What a phone has to fetch before a page is there: the page and all it names, compressed."""

import gzip
import re
from collections.abc import Iterator
from typing import Final

from benchmarks.harness import Row, at_most
from benchmarks.server_home import home, served
from benchmarks.server_load import Connection, request

KB: Final = 1_000
NAMED: Final = re.compile(rb'(?:<link[^>]+?href|<(?:script|img)[^>]+?src)="(/[^"#]+)"')
GZIP: Final = b"\x1f\x8b"


def first_load() -> Iterator[Row]:
    """The sign-in page, with the styles and scripts that every page has."""
    with home() as settings, served(settings) as port:
        connection = Connection(port)
        page = _get(connection, port, "/sign-in")
        found = {path: _get(connection, port, path) for path in _named(page)}
        connection.close()
    if not found:
        raise RuntimeError("the page names neither styles nor scripts")
    total = _packed(page) + sum(map(_packed, found.values()))
    largest = max(found, key=lambda path: _packed(found[path]))
    yield at_most(
        *("first load of a page", total / KB, "KB", 250),
        note=f"{len(found)} files beside the page, compressed; the largest {largest}",
    )


def _get(connection: Connection, port: int, path: str) -> bytes:
    answer = connection.ask(request("GET", path, f"127.0.0.1:{port}", {"Accept-Encoding": "gzip"}))
    if answer.status != 200:  # noqa: PLR2004 - nothing else is a page
        raise RuntimeError(f"{path} answers {answer.status}")
    return answer.body


def _named(page: bytes) -> set[str]:
    plain = gzip.decompress(page) if page.startswith(GZIP) else page
    return {path.decode() for path in NAMED.findall(plain)}


def _packed(body: bytes) -> int:
    """Return what travels: compressed by the server, or by the proxy in front of it."""
    return len(body if body.startswith(GZIP) else gzip.compress(body))
