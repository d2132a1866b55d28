"""The configuration: every mistake is named with its place, and nothing is guessed."""

from pathlib import Path

import pytest

from scale_agent import config
from scale_agent.faults import MistakeError

GOOD = """
server = "https://wutong.example/"
state = "state"
[[port]]
name = "bench-1"
url = "/dev/serial/by-path/platform-1"
protocol = "an3155"
entry = "dtr-rts"
baud = 57600
length = 65536
scale = "0199f39f-22bb-7111-9000-0242ac120003"
every_s = 3600
"""


def test_a_good_one_is_read(tmp_path: Path) -> None:
    """Relative paths start at the file's own folder; a trailing slash is no other server."""
    found = config.parse(GOOD, tmp_path / "agent.toml")
    assert found.server == "https://wutong.example"
    assert found.state == tmp_path / "state"
    (port,) = found.ports
    assert (port.entry, port.baud, port.length, port.every_s) == ("dtr-rts", 57600, 65536, 3600)


def test_the_published_example_is_one(tmp_path: Path) -> None:
    """Commented lines of it as well."""
    text = (Path(config.__file__).parent / "agent.example.toml").read_text(encoding="utf-8")
    assert config.parse(text, tmp_path / "agent.toml").ports
    uncommented = "\n".join(
        line.removeprefix("#: ") if line.startswith("#: ") else line for line in text.splitlines()
    )
    assert len(config.parse(uncommented, tmp_path / "agent.toml").ports) == 3


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('server = "https://wutong.example/"', "", "server is missing"),
        ('"https://wutong.example/"', '"wutong"', "server must be an address"),
        ('state = "state"', "state = 7", "state must be text"),
        ('state = "state"', 'statee = "s"', "statee is not a setting, did you mean 'state'?"),
        ('url = "/dev/serial/by-path/platform-1"', "", r"port\]\] 1 \(bench-1\): url is missing"),
        ('"an3155"', '"an3156"', "protocol must be one of an3155"),
        ('protocol = "an3155"', "", "protocol is missing"),
        ('"dtr-rts"', '"rts"', "entry must be one of none"),
        ("57600", '"fast"', "baud must be a whole number from 300 to 4000000, not 'fast'"),
        ("57600", "true", "baud must be a whole number"),
        ("57600", "57600.0", "baud must be a whole number"),
        ("65536", "0", "length must be a whole number"),
        ("3600", "0", "every_s must be a whole number"),
        ("0199f39f-22bb", "A-017", "scale must be the scale's id"),
        ("[[port]]", "[port]", r"must be written as \[\[port\]\] tables"),
        ("every_s", "every", "every is not a setting, did you mean 'every_s'"),
        ('name = "bench-1"', 'name = "bench-1', "is not TOML: .*line 5"),
        ("every_s = 3600", 'boot0_by_rts = "yes"', "boot0_by_rts must be true or false"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    """File, table, field, and what it should have been."""
    assert old in GOOD
    with pytest.raises(MistakeError, match=words) as caught:
        config.parse(GOOD.replace(old, new), tmp_path / "agent.toml")
    assert str(tmp_path / "agent.toml") in str(caught.value)


@pytest.mark.parametrize(
    ("server", "more", "accepted"),
    [
        ("http://wutong.example", "", False),
        ("http://10.0.0.5:8000", "", False),
        ("http://10.0.0.5:8000", "allow_http = false", False),
        ("http://10.0.0.5:8000", "allow_http = true", True),
        ("http://localhost:8000", "", True),
        ("http://127.0.0.1:8000", "", True),
        ("http://[::1]:8000", "", True),
        ("https://10.0.0.5", "", True),
    ],
)
def test_a_line_without_encryption_has_to_be_allowed(
    tmp_path: Path, server: str, more: str, accepted: bool
) -> None:
    """The token crosses it: only this machine's own line is taken without asking."""
    text = more + GOOD.replace("https://wutong.example/", server)
    if accepted:
        assert config.parse(text, tmp_path / "agent.toml").server == server
        return
    with pytest.raises(MistakeError, match=r"not encrypted.*allow_http = true"):
        config.parse(text, tmp_path / "agent.toml")


@pytest.mark.parametrize("same", ["name", "url"])
def test_two_ports_are_never_one(tmp_path: Path, same: str) -> None:
    """Two readings at once on one line would be nobody's evidence."""
    second = GOOD[GOOD.index("[[port]]") :]
    other = {"name": "url", "url": "name"}[same]
    line = next(line for line in second.splitlines() if line.startswith(other))
    text = GOOD + second.replace(line, f'{other} = "another"')
    with pytest.raises(MistakeError, match=f"{same} .* appears twice"):
        config.parse(text, tmp_path / "agent.toml")


def test_a_file_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    """Missing, a folder, or not text."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "binary"):
        with pytest.raises(MistakeError, match=r"cannot be read|is not UTF-8"):
            config.load(path)
