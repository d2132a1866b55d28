"""What goes wrong is logged; secrets are not."""

import pytest
from flask import Flask

from app.accounts import passwords
from tests.accounts.conftest import PASSWORD, Browser, People


def test_a_fault_while_signing_in_logs_no_password(
    capsys: pytest.CaptureFixture[str],
    app: Flask,
    browser: Browser,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither as a local variable of the traceback nor as a field of the form."""
    people.add("liwei")

    def break_down(_kept: str | None, password: str) -> bool:
        raise RuntimeError(f"broken after {len(password)} signs")

    monkeypatch.setattr(passwords, "matches", break_down)
    answer = browser.sign_in("liwei")
    out, err = capsys.readouterr()
    assert answer.status_code == 500
    assert "broken after 21 signs" in out + err
    assert PASSWORD not in out + err
    assert app.extensions["wutong"].keys.session not in out + err
    assert "broken" not in answer.text
