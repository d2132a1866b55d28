"""Passwords: what is refused, and that refusing takes as long as accepting."""

import time

import pytest
from argon2 import Type, extract_parameters

from app.accounts import passwords
from app.domain.password_profiles import ASVS, DJBH, Profile


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("elevenchars", "short"),
        ("x" * 201, "long"),
        ("liwei-202611", "login"),
        ("LiWei12345678", "login"),
        ("Password12345!", "common"),
        ("qwertyuiop12", "common"),
        ("123456789012", "common"),
        ("Sunshine2026!!", "common"),  # a stem of the packaged list
        ("ghjcnjgfhjkm", "common"),  # on it as it is
        ("aaaaaaaaaaaaaa", "common"),
    ],
)
def test_what_is_guessed_first_is_refused(password: str, reason: str) -> None:
    """Each with its reason, which the form shows."""
    with pytest.raises(passwords.WeakPasswordError) as refused:
        passwords.check_policy(password, "liwei")
    assert refused.value.facts["reason"] == reason


@pytest.mark.parametrize(
    "password", ["three tall oaks stand", "菜市场里的公平秤今天也很准", "k7#mq2!zrt9p"]
)
def test_length_is_enough(password: str) -> None:
    """No rule about signs and capitals, in any script."""
    passwords.check_policy(password, "liwei")


@pytest.mark.parametrize(
    ("password", "asvs", "djbh"),
    [
        ("three tall oaks stand", "", "kinds"),
        ("Tall-oaks7", "short", ""),
        ("Three tall oaks 3", "", ""),
        ("Tall-oak7", "short", "short"),
    ],
)
def test_the_two_profiles_contradict_each_other(password: str, asvs: str, djbh: str) -> None:
    """What one takes the other refuses: a phrase without signs, and a short one with all."""
    assert (refusal(password, ASVS), refusal(password, DJBH)) == (asvs, djbh)


def refusal(password: str, profile: Profile) -> str:
    """Return why ``profile`` refuses, or nothing."""
    try:
        passwords.check_policy(password, "liwei", profile)
    except passwords.WeakPasswordError as error:
        return str(error.facts["reason"])
    return ""


def test_hashes_are_argon2id_with_a_salt_each() -> None:
    """With at least what OWASP asks for: 19 MiB and two passes."""
    one, two = (passwords.hash_password("three tall oaks") for _ in range(2))
    found = extract_parameters(one)
    assert one != two
    assert found.type is Type.ID
    assert (found.memory_cost >= 19 * 1024, found.time_cost >= 2) == (True, True)
    assert extract_parameters(passwords.NOBODY) == found


def test_an_unknown_login_costs_the_time_of_a_known_one() -> None:
    """Nobody learns from the clock who has an account."""
    kept = passwords.hash_password("three tall oaks")

    def cpu(hashed: str | None) -> float:
        started = time.thread_time()
        assert not passwords.matches(hashed, "wrong")
        return time.thread_time() - started

    known = min(cpu(kept) for _ in range(3))
    for other in (None, "reset$1$aa"):
        assert 0.5 < min(cpu(other) for _ in range(3)) / known < 2


@pytest.mark.parametrize("kept", ["", "reset$1$aa", "$argon2id$broken", "plain"])
def test_what_is_no_hash_matches_nothing(kept: str) -> None:
    """A voided password is not a password."""
    assert not passwords.matches(kept, kept)
