"""``scale-agent protocols``, ``ports``, ``read``: documents, exit statuses, never a traceback."""

import hashlib
import json
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.agent.bench import dice
from tests.agent.virtual import on_pty, on_rfc2217

IMAGE = dice(7).randbytes(4096)


def scale_agent(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run the command line; whatever happens, it ends without a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "scale_agent", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A program of 4 KiB."""
    path = tmp_path / "program.bin"
    path.write_bytes(IMAGE)
    return path


def test_a_reading_is_one_document_and_the_raw_bytes(tmp_path: Path, image: Path) -> None:
    """With every name that interfaces promise."""
    out = tmp_path / "out.bin"
    with on_pty(tmp_path, "--device", "an3155", "--image", image) as link:
        words = ("--port", link, "--protocol", "an3155", "--out", out, "--json")
        done = scale_agent("read", *words)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert set(document) == {
        "protocol",
        "device",
        "verdict",
        "parts",
        "passes",
        "passes_equal",
        "elapsed_s",
        "wire_limit_s",
        "facts",
    }
    assert (document["verdict"], document["passes"], document["passes_equal"]) == ("read", 2, True)
    assert document["parts"] == [
        {
            "name": "program",
            "address": 0x08000000,
            "length": 4096,
            "sha256": hashlib.sha256(IMAGE).hexdigest(),
            "crc32": f"{zlib.crc32(IMAGE):08x}",
        }
    ]
    assert document["facts"]["control_lines"] == "absent"
    assert document["wire_limit_s"] <= document["facts"]["read_s"] <= document["elapsed_s"]
    assert out.read_bytes() == IMAGE
    assert {path.name for path in tmp_path.iterdir()} == {"out.bin", "program.bin"}


def test_in_words_it_says_the_same(tmp_path: Path, image: Path) -> None:
    """Without --json; a given length is kept."""
    with on_pty(tmp_path, "--device", "stk500v1", "--image", image) as link:
        done = scale_agent("read", "--port", link, "--protocol", "stk500v1", "--length", "4096")
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(IMAGE).hexdigest() in done.stdout
    assert "no control lines" in done.stdout


def test_strap_and_reset_are_driven_over_rfc2217(image: Path) -> None:
    """And without them the application answers: exit status 3."""
    with on_rfc2217("--device", "an3155", "--image", image) as url:
        words = ("read", "--port", url, "--protocol", "an3155", "--json")
        read = scale_agent(*words)
        refused = scale_agent(*words, "--entry", "none")
    facts = json.loads(read.stdout)["facts"]
    assert read.returncode == 0
    assert (facts["strap"], facts["reset"], facts["entry"]) == ("driven", "driven", "dtr-rts")
    assert refused.returncode == 3
    assert json.loads(refused.stdout)["facts"]["reason"] == "application_answers"


@pytest.mark.parametrize(
    ("fault", "status", "verdict", "reason"),
    [
        ("rdp", 1, "unreadable", "read_protected"),
        ("silent", 3, "no_answer", "silent"),
        ("unplug=700", 3, "no_answer", "unplugged"),
        ("parity", 3, "malformed", "wrong_baud_or_parity"),
    ],
)
def test_each_trouble_has_its_verdict_and_status(
    tmp_path: Path, image: Path, fault: str, status: int, verdict: str, reason: str
) -> None:
    """Nothing is written, and no part is listed."""
    out = tmp_path / "out.bin"
    link = tmp_path / "scale"
    words = ("--device", "an3155", "--image", image, "--fault", fault)
    try:
        with on_pty(tmp_path, *words):
            done = scale_agent(
                "read", "--port", link, "--protocol", "an3155", "--out", out, "--json"
            )
    except AssertionError:
        assert fault.startswith("unplug")  # the virtual scale has gone with its plug
    assert done.returncode == status
    document = json.loads(done.stdout)
    assert (document["verdict"], document["facts"]["reason"]) == (verdict, reason)
    assert document["parts"] == []
    assert not out.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("read",),
        ("read", "--port", "x", "--protocol", "stk500v3"),
        ("read", "--port", "x", "--protocol", "an3155", "--entry", "rts"),
        ("read", "--port", "x", "--protocol", "an3155", "--length", "0"),
        ("read", "--port", "x", "--protocol", "an3155", "--passes", "none"),
        ("no-such-command",),
    ],
)
def test_wrong_usage_is_status_2(words: tuple[str, ...]) -> None:
    """And says what is wrong."""
    done = scale_agent(*words)
    assert done.returncode == 2
    assert "Error" in done.stderr


def test_a_port_that_is_missing_is_status_3() -> None:
    """With its reason, also as JSON."""
    done = scale_agent("read", "--port", "/dev/nowhere", "--protocol", "an3155", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["facts"]["reason"] == "port_missing"


def test_a_folder_that_cannot_be_written_is_said_before_reading(tmp_path: Path) -> None:
    """Not after two passes."""
    out = tmp_path / "missing" / "out.bin"
    done = scale_agent("read", "--port", "/dev/nowhere", "--protocol", "an3155", "--out", out)
    assert done.returncode == 3
    assert "Cannot write" in done.stderr


def test_protocols_lists_what_can_be_read() -> None:
    """And only that."""
    done = scale_agent("protocols", "--json")
    assert [item["name"] for item in json.loads(done.stdout)["items"]] == ["an3155", "stk500v1"]
    assert "8E1" in scale_agent("protocols").stdout


def test_ports_are_listed() -> None:
    """An empty list is one too."""
    done = scale_agent("ports", "--json")
    assert done.returncode == 0
    assert isinstance(json.loads(done.stdout)["items"], list)
    assert scale_agent("ports").stdout
