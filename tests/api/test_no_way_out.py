"""SSRF: there is nothing in the server that opens a connection anywhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).parents[2] / "app"
CLIENTS = {
    *("aiohttp", "ftplib", "http.client", "httpx", "imaplib", "poplib", "requests", "smtplib"),
    *("socket", "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc", "paramiko"),
}
# Commands and processes that somebody starts in the shell; none of them reads a stored address.
ALLOWED = {
    "attest/aside.py": "a pair of sockets to the process beside it",
    "cli/demo.py": "waits for its own server",
    "cli/serving.py": "tries the port it will listen on",
    "jobs/process.py": "its host's name",
    "web/patience.py": "the web server's own connections",
}


def imports(source: str) -> Iterator[str]:
    """Yield every module that ``source`` imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def callers(folder: Path) -> set[str]:
    """Return the files below ``folder`` that can open a connection."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if CLIENTS & set(imports(path.read_text()))
    }


def test_no_module_that_serves_can_ask_another_server() -> None:
    """Whatever URL somebody stores: nobody here fetches it."""
    assert callers(APP) - set(ALLOWED) == set()


def test_a_way_out_is_found(tmp_path: Path) -> None:
    """The control, in each way of writing it."""
    for number, line in enumerate(
        ("import httpx", "from urllib import request", "import http.client as c", "import socket")
    ):
        (tmp_path / f"{number}.py").write_text(f"def f():\n    {line}\n")
    (tmp_path / "none.py").write_text("from urllib.parse import urlsplit\n")
    assert callers(tmp_path) == {f"{number}.py" for number in range(4)}
