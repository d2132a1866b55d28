"""A tag is 85 signed bytes; genuine, forged and cut-off ones are told apart with no network."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.crypto import tags
from app.crypto.tags import TagCheck, TagKind

KEY = Ed25519PrivateKey.from_private_bytes(b"2" * 32)
PUBLIC = KEY.public_key()
HOST = "wutong.example"
IDENTITY = tags.new_id().hex()
TEXT = tags.render(KEY, HOST, bytes.fromhex(IDENTITY))


def test_a_tag_of_ours_is_genuine() -> None:
    """And says its id and kind."""
    assert tags.check(TEXT, PUBLIC, HOST) == tags.Tag(TagCheck.GENUINE, IDENTITY, TagKind.SCALE)


def test_a_tag_has_the_length_the_printed_code_is_made_for() -> None:
    """85 bytes, 114 characters; with a usual host 142, a QR code of 8-M."""
    assert len(TEXT) == tags.TEXT
    assert len(base64.urlsafe_b64decode(TEXT + "==")) == tags.SIZE


def test_the_same_tag_is_printed_again_with_the_same_text() -> None:
    """A lost label needs no new record."""
    assert tags.render(KEY, HOST, bytes.fromhex(IDENTITY)) == TEXT


@given(st.integers(0, tags.TEXT - 1), st.sampled_from("ABCxyz019-_"))
def test_one_changed_character_makes_it_forged(position: int, character: str) -> None:
    """Also in the spare bits of the last one: each tag has one spelling."""
    if TEXT[position] == character:
        character = "q" if character != "q" else "r"
    changed = TEXT[:position] + character + TEXT[position + 1 :]
    if changed != TEXT:
        assert tags.check(changed, PUBLIC, HOST).check is TagCheck.FORGED


@given(st.integers(0, tags.TEXT - 1))
def test_a_cut_off_tag_is_called_truncated(length: int) -> None:
    """A link that a chat program shortened is no forgery."""
    assert tags.check(TEXT[:length], PUBLIC, HOST).check is TagCheck.TRUNCATED


@pytest.mark.parametrize("text", [TEXT + "A", TEXT + "=", TEXT.replace("A", "%"), "x" * 114, "很"])
def test_anything_else_is_forged(text: str) -> None:
    """Whatever is pasted in."""
    assert tags.check(text, PUBLIC, HOST).check is TagCheck.FORGED


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    """A public page must answer every address."""
    assert tags.check(text, PUBLIC, HOST).check in TagCheck


def test_a_tag_of_another_installation_is_forged() -> None:
    """Another key, or the same key on another host."""
    other = Ed25519PrivateKey.generate()
    assert (
        tags.check(tags.render(other, HOST, tags.new_id()), PUBLIC, HOST).check is TagCheck.FORGED
    )
    assert (
        tags.check(tags.render(KEY, "evil.example", tags.new_id()), PUBLIC, HOST).check
        is TagCheck.FORGED
    )
