"""`wutong user` and `wutong token`: accounts from the shell, secrets shown once."""

import click
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import select

from app.cli import users
from app.cli.__main__ import main
from app.config import Settings
from app.db.session import Database
from app.factory import create_app
from app.models import ApiToken, Grant, Person
from tests.support.makers import COUNTY, make_region


@pytest.fixture
def shell(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Return a shell in which `WUTONG_HOME` is set, and nothing else."""
    monkeypatch.setenv("WUTONG_HOME", str(settings.home))
    monkeypatch.delenv("WUTONG_DATABASE_URL", raising=False)
    return CliRunner()


def run(shell: CliRunner, *words: str) -> Result:
    """Run one command of ours."""
    group = click.Group(commands={command.name or "": command for command in users.COMMANDS})
    return shell.invoke(group, words)


def client(settings: Settings) -> FlaskClient:
    """Return a program that calls the API."""
    return create_app(settings).test_client()


def test_a_person_is_added_with_roles_in_a_region(shell: CliRunner, database: Database) -> None:
    """The secret stands alone on standard output, so that a script can take it."""
    with database.transaction() as session:
        make_region(session)
    roles = ("--role", "manager", "--role", "auditor")
    done = run(shell, "user", "add", "liwei", "--name", "李伟", *roles, "--region", COUNTY)
    assert done.exit_code == 0, done.output
    assert len(done.stdout.strip()) == 43
    assert "http://127.0.0.1:8000/sign-in/new-password" in done.stderr
    with database.reading() as session:
        person = session.scalars(select(Person)).one()
        grants = session.execute(select(Grant.role, Grant.path).order_by(Grant.role)).all()
    assert (person.login, person.name) == ("liwei", "李伟")
    assert [tuple(grant) for grant in grants] == [("auditor", COUNTY), ("manager", COUNTY)]


def test_a_token_opens_the_api_until_the_account_is_closed(
    shell: CliRunner, settings: Settings
) -> None:
    """Printed once; nothing else is on standard output."""
    run(shell, "user", "add", "liwei")
    token = run(shell, "token", "add", "--user", "liwei", "--note", "excel").stdout.strip()
    api = client(settings)
    ask = {"path": "/api/v1/me", "headers": {"Authorization": f"Bearer {token}"}}
    assert api.get(**ask).get_json()["login"] == "liwei"
    assert run(shell, "user", "disable", "liwei").exit_code == 0
    assert api.get(**ask).status_code == 401


def test_a_token_is_made_for_something(shell: CliRunner, database: Database) -> None:
    """Everything unless it is said; what is no scope is refused in words."""
    run(shell, "user", "add", "liwei")
    run(shell, "token", "add", "--user", "liwei")
    run(shell, "token", "add", "--user", "liwei", "--scope", "stations", "--scope", "read")
    assert run(shell, "token", "add", "--user", "liwei", "--scope", "all").exit_code == 2
    with database.reading() as session:
        found = session.scalars(select(ApiToken.scopes).order_by(ApiToken.id)).all()
    assert found == ["read write", "read stations"]


def test_roles_are_given_and_taken(shell: CliRunner, database: Database) -> None:
    """Each said back."""
    run(shell, "user", "add", "liwei")
    given = run(shell, "user", "grant", "liwei", "--role", "manager")
    taken = run(shell, "user", "withdraw", "liwei", "--role", "manager")
    assert (given.output, taken.output) == (
        "liwei: manager in /\n",
        "liwei: 1 grants of manager ended\n",
    )
    with database.reading() as session:
        assert session.scalars(select(Grant)).all() == []


def test_a_reset_prints_another_secret(shell: CliRunner) -> None:
    """The one before is void."""
    first = run(shell, "user", "add", "liwei").stdout
    second = run(shell, "user", "reset", "liwei", "--second-factor").stdout
    assert first != second
    assert len(second.strip()) == 43


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "disable", "nobody"), "nobody has the login nobody"),
        (("user", "add", "Li Wei"), "not a login: Li Wei"),
        (("user", "add", "liwei", "--role", "manager", "--region", "/9/"), "/9/"),
        (("token", "add", "--user", "nobody"), "nobody has the login nobody"),
    ],
)
def test_what_cannot_be_done_ends_in_words_and_three(
    shell: CliRunner,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    """Never in a traceback."""
    del shell
    monkeypatch.setattr("sys.argv", ["wutong", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    assert said in capsys.readouterr().err


def test_an_unknown_role_is_wrong_usage(shell: CliRunner) -> None:
    """Two, with the roles there are."""
    done = run(shell, "user", "add", "liwei", "--role", "boss")
    assert done.exit_code == 2
    assert "custodian" in done.output
