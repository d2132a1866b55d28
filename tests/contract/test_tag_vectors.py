"""The check of a tag in two languages: Python writes the vectors, the browser module reads them."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.crypto import tags
from app.crypto.tags import TagKind

VECTORS = Path("tests/vectors/tags.json")
HOST = "scales.example.cn"
KEY = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
RUN = """
import { readFileSync } from "node:fs";
import { check, tagIn } from "./app/web/assets/scan/tag.js";
const { key, cases } = JSON.parse(readFileSync("tests/vectors/tags.json", "utf8"));
const answers = [];
for (const { address, host } of cases) {
  const text = tagIn(address, host);
  answers.push(text === null ? "not_ours" : await check(text, host, key));
}
console.log(JSON.stringify(answers));
"""


def expected(address: str, host: str) -> str:
    """Return what the server makes of ``address``."""
    prefix = f"https://{host}/t/"
    if not address.startswith(prefix):
        return "not_ours"
    return tags.check(address.removeprefix(prefix), KEY.public_key(), host).check.value


def addresses() -> list[tuple[str, str]]:
    """Return addresses that are genuine, cut off, altered at every byte, of others."""
    good = [tags.render(KEY, HOST, bytes([kind]) + bytes(range(15))) for kind in TagKind]
    text = good[0]
    cut = [text[:size] for size in (1, 3, 6, 7, 40, 113)]
    swap = {"A": "B"}
    altered = [text[:at] + swap.get(text[at], "A") + text[at + 1 :] for at in range(len(text))]
    other = Ed25519PrivateKey.from_private_bytes(b"3" * 32)
    strange = [
        tags.render(other, HOST, bytes([1]) + bytes(15)),
        tags.render(KEY, "other.example", bytes([1]) + bytes(15)),
        tags.render(KEY, HOST, bytes([9]) + bytes(15)),
        text + "A",
        "",
        "ab%20c",
        text.replace(text[50], "."),
    ]
    ours = [(f"https://{HOST}/t/{one}", HOST) for one in (*good, *cut, *altered, *strange)]
    foreign = [("https://evil.example/t/" + text, HOST), (f"https://{HOST}/x/{text}", HOST)]
    return ours + foreign


def test_the_device_and_the_server_tell_the_same_tags_apart() -> None:
    """For each address, whatever was done to it."""
    cases = [
        {"address": address, "host": host, "check": expected(address, host)}
        for address, host in addresses()
    ]
    key = KEY.public_key().public_bytes_raw().hex()
    written = json.dumps({"key": key, "cases": cases}, indent=1) + "\n"
    assert VECTORS.read_text("utf-8") == written, "the rules changed: write the vectors anew"
    node = shutil.which("node", path=f".venv/bin{os.pathsep}{os.environ['PATH']}")
    assert node
    ran = subprocess.run(
        [node, "--input-type=module", "--eval", RUN], check=True, capture_output=True, text=True
    )
    assert json.loads(ran.stdout) == [case["check"] for case in cases]
    assert {case["check"] for case in cases} == {"genuine", "forged", "truncated", "not_ours"}
