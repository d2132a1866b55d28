"""Private keys: made once, readable by nobody else, never replaced."""

from pathlib import Path

import pytest

from app.crypto import keys


def test_keys_are_private_to_their_owner(tmp_path: Path) -> None:
    """Mode 0600 in a folder of mode 0700."""
    keys.create(tmp_path / "keys")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()}
    assert set(modes.values()) == {0o600}
    assert set(modes) == {"server.key", "tag.key", "session.key", "totp.key"}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_making_keys_again_keeps_those_that_are_there(tmp_path: Path) -> None:
    """A repeated `wutong init` must not make every tag a forgery."""
    keys.create(tmp_path)
    before = keys.load(tmp_path)
    keys.create(tmp_path)
    after = keys.load(tmp_path)
    assert before.tag.private_bytes_raw() == after.tag.private_bytes_raw()
    assert before.session == after.session


def test_a_missing_or_damaged_key_is_named(tmp_path: Path) -> None:
    """Never a traceback, and never a new key in silence."""
    with pytest.raises(keys.KeysMissingError, match="wutong init"):
        keys.load(tmp_path)
    keys.create(tmp_path)
    (tmp_path / "server.key").write_bytes(b"short")
    with pytest.raises(keys.KeysMissingError):
        keys.load(tmp_path)


def test_a_lost_key_is_not_replaced_in_silence(tmp_path: Path) -> None:
    """A new server key would make forgeries of all checkpoints."""
    keys.create(tmp_path)
    (tmp_path / "server.key").unlink()
    with pytest.raises(keys.KeysMissingError, match=r"server\.key is lost"):
        keys.create(tmp_path)
    assert not (tmp_path / "server.key").exists()


def test_no_key_is_shown_by_accident(tmp_path: Path) -> None:
    """Not in a log line, not in an error page."""
    keys.create(tmp_path)
    assert keys.load(tmp_path).session not in repr(keys.load(tmp_path))
