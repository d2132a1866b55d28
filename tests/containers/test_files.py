"""Dockerfile, compose.yaml and Caddyfile agree with one another and with the program."""

import fnmatch
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from app.cli.__main__ import MODULES
from app.config import Settings
from scale_agent.cli import main as scale_agent

ROOT: Final = Path(__file__).parents[2]
VARIABLE: Final = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
OURS: Final = ("migrate", "web", "jobs")


def dockerfile() -> list[tuple[str, str]]:
    """Return the instructions in order, continued lines joined, comments left out."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def last_stage() -> dict[str, str]:
    """Return the last of each instruction of the stage that a plain build gives."""
    found = dockerfile()
    begin = max(at for at, (word, _rest) in enumerate(found) if word == "FROM")
    return dict(found[begin:])


def compose() -> dict[str, Any]:
    """Return compose.yaml with every variable at its default, or ``x``."""
    text = (ROOT / "compose.yaml").read_text()
    filled = VARIABLE.sub(lambda hit: hit[3] if hit[2] == "-" and hit[3] else "x", text)
    found: dict[str, Any] = yaml.safe_load(filled)
    return found


@pytest.fixture
def services() -> dict[str, Any]:
    """Return the services of compose.yaml."""
    found: dict[str, Any] = compose()["services"]
    return found


def test_hadolint_finds_nothing() -> None:
    """The linter of Dockerfiles is content; the control: it is not with a careless one."""
    hadolint = Path(sys.executable).parent / "hadolint"
    careless = "FROM debian\nRUN cd /tmp && sudo apt-get install x\n"
    good = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, check=False)
    bad = subprocess.run([hadolint, "-"], input=careless.encode(), capture_output=True, check=False)
    assert (good.returncode, good.stdout) == (0, b"")
    assert bad.returncode == 1


def test_one_base_for_every_stage() -> None:
    """It builds where no registry is reached: nothing but BASE is pulled."""
    names = {"${BASE}"}
    for word, rest in dockerfile():
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            assert image in names
            names.add(name)
    assert {"agent", "assets", "server"} <= names
    sources = [rest.split()[0] for word, rest in dockerfile() if rest.startswith("--from=")]
    assert {source.removeprefix("--from=") for source in sources} <= names


def test_the_last_stage_is_the_server_and_no_root() -> None:
    """A plain build gives web, jobs and migrate; the agent is a target before it."""
    last = last_stage()
    assert re.fullmatch(r"[1-9]\d+", last["USER"])
    assert "127.0.0.1:8000/healthz" in last["HEALTHCHECK"]
    assert yaml.safe_load(last["CMD"]) == ["wutong", "run", "--bind", "0.0.0.0:8000"]
    users = [rest for word, rest in dockerfile() if word == "USER"]
    assert len(users) == 2
    assert all(user.isdigit() and user != "0" for user in users)
    agent = next(rest for word, rest in dockerfile() if word == "CMD" and "agent" in rest)
    assert yaml.safe_load(agent)[0] in scale_agent.commands


def test_what_is_copied_is_sent_to_the_builder() -> None:
    """Each source of a COPY is in the repository or built, and let through .dockerignore."""
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    for word, rest in dockerfile():
        if word != "COPY" or rest.startswith("--from="):
            continue
        for source in rest.split()[:-1]:
            assert (ROOT / source).exists()
            assert is_sent(source, rules), source


def is_sent(path: str, rules: list[str]) -> bool:
    """Return whether the last rule that speaks of ``path`` lets it through."""
    sent = True
    for rule in rules:
        pattern = rule.removeprefix("!")
        inside = path == pattern or path.startswith(f"{pattern}/")
        if rule and not rule.startswith("#") and (inside or fnmatch.fnmatch(path, pattern)):
            sent = rule.startswith("!")
    return sent


@pytest.mark.parametrize(
    "path", [".env", "var/keys/tag.key", "tests/cli", ".git", "app/web/static"]
)
def test_secrets_and_leftovers_are_not_sent(path: str) -> None:
    """Nor what the host built: the image builds its own."""
    assert not is_sent(path, (ROOT / ".dockerignore").read_text().splitlines())


def test_compose_runs_commands_that_exist(services: dict[str, Any]) -> None:
    """One image, three commands, each known to `wutong --help`."""
    for name in OURS:
        service = services[name]
        assert service["image"].startswith("wutong:")
        assert service["command"][0] == "wutong"
        assert service["command"][1] in MODULES
    assert "build" in services["migrate"]
    assert services["jobs"]["healthcheck"]["test"][1:3] == ["wutong", "doctor"]


def test_ports_and_folders_are_the_image_s(services: dict[str, Any]) -> None:
    """The port Caddy asks, the port the image opens, the volume the home lies on."""
    last, home = last_stage(), "/var/lib/wutong"
    assert services["web"]["expose"] == [last["EXPOSE"]]
    assert services["web"]["command"][-1].endswith(f":{last['EXPOSE']}")
    assert f"web:{last['EXPOSE']}" in (ROOT / "Caddyfile").read_text()
    assert last["VOLUME"] == home
    assert f"WUTONG_HOME={home}" in last["ENV"]
    for name in OURS:
        assert f"home:{home}" in services[name]["volumes"]
        assert "ports" not in services[name]
    assert "home" in compose()["volumes"]


def test_nothing_runs_with_more_than_it_needs(services: dict[str, Any]) -> None:
    """Read-only roots, no capabilities but named ones, no new privileges, and it starts again."""
    for name, service in services.items():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert not any("cap_add" in services[name] for name in OURS)
    assert "ports" not in services["database"]
    assert compose()["networks"]["inside"] == {"internal": True}


def test_it_starts_in_order(services: dict[str, Any]) -> None:
    """Nothing serves before the schema is there."""
    for name in ("web", "jobs"):
        waits = services[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert services["caddy"]["depends_on"]["web"]["condition"] == "service_healthy"
    assert "healthcheck" in services["database"]


def test_there_is_no_default_secret() -> None:
    """Without a password or a host it does not start, and says which word is missing."""
    text = (ROOT / "compose.yaml").read_text()
    for name in ("POSTGRES_PASSWORD", "WUTONG_HOST"):
        uses = [(kind, words) for found, kind, words in VARIABLE.findall(text) if found == name]
        assert uses
        assert all(kind == "?" and name in words for kind, words in uses)
        assert f"\n{name}=\n" in (ROOT / ".env.example").read_text()


def test_settings_in_compose_can_be_used(services: dict[str, Any]) -> None:
    """What is set there is read by the program, and fits together behind one proxy."""
    given = {name: str(value) for name, value in services["web"]["environment"].items()}
    found = Settings.from_env(given)
    assert found.base_url == "https://x"
    assert found.trusted_proxies == 1
    assert found.database_url.startswith("postgresql+psycopg://wutong@database")
    source = (ROOT / "app/config.py").read_text()
    assert all(name in source for name in given if name.startswith("WUTONG_"))


@pytest.mark.skipif(shutil.which("caddy") is None, reason="needs caddy, for this one check")
@pytest.mark.parametrize("how", ["public", "internal", "files"])
def test_caddy_reads_its_file(how: str) -> None:
    """Numbers stay closed, one proxy is believed, bodies have an end."""
    settings = {"WUTONG_HOST": "scales.example.cn", "WUTONG_TLS": how, "PATH": "/usr/bin:/bin"}
    command = ["caddy", "adapt", "--adapter", "caddyfile", "--config", str(ROOT / "Caddyfile")]
    ran = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert '"/metrics"' in ran.stdout
    assert "max_size" in ran.stdout


def test_the_proxy_s_file_closes_what_is_ours() -> None:
    """Also where there is no Caddy to ask."""
    text = (ROOT / "Caddyfile").read_text()
    assert "path /metrics /metrics/* /readyz" in text
    assert "Strict-Transport-Security" in text
    assert "max_size 64MB" in text
